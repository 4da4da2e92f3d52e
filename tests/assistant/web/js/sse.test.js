import assert from "node:assert/strict";
import test from "node:test";

import { createParser } from "../../../../assistant/web/static/sse.js";

const STREAM = 'event: delta\ndata: {"text":"應於24小時內通報🔺"}\n\n: ping\n\nevent: final\ndata: {}\n\n';
const EVENTS = [
  { name: "delta", data: '{"text":"應於24小時內通報🔺"}' },
  { name: "final", data: "{}" },
];

test("a whole stream gives its events", () => {
  assert.deepEqual(createParser()(STREAM), EVENTS);
});

test("any cut gives the same events", () => {
  for (let cut = 0; cut <= STREAM.length; cut += 1) {
    const feed = createParser();
    assert.deepEqual([...feed(STREAM.slice(0, cut)), ...feed(STREAM.slice(cut))], EVENTS, `cut at ${cut}`);
  }
});

test("all three kinds of line end work, also when cut", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = STREAM.replaceAll("\n", end) + "x";
    const feed = createParser();
    const events = [...text].flatMap((character) => feed(character));
    assert.deepEqual(events, EVENTS, JSON.stringify(end));
  }
});

test("several data lines are one event, with line breaks", () => {
  assert.deepEqual(createParser()("data: a\ndata:b\ndata\n\n"), [{ name: "message", data: "a\nb\n" }]);
});

test("an event without data is none, and its name is not kept", () => {
  assert.deepEqual(createParser()("event: lost\n\ndata: x\n\n"), [{ name: "message", data: "x" }]);
});

test("comments, ids and retries are passed over", () => {
  assert.deepEqual(createParser()(": hello\nid: 3\nretry: 5\n\n"), []);
});
