import assert from "node:assert/strict";
import test from "node:test";

import { advance, asked, citedAs, historyOf, isOver, worthShowing } from "../../../../assistant/web/static/state.js";
import { createTexts, placeOf } from "../../../../assistant/web/static/texts.js";

const CITATION = { n: 1, document_id: "d", version: 3, start: 10, end: 20 };
const HIT = { document_id: "d", version: 3, start: 5, end: 30 };
const ANSWER = {
  status: "answered",
  answer: "報告。 [1]",
  sentences: [{ text: "報告。", citations: [1] }],
  citations: [CITATION],
};

function after(...events) {
  return events.reduce((state, [name, data]) => advance(state, name, data), asked("問題"));
}

test("an answer grows sentence by sentence and ends whole", () => {
  const writing = after(["retrieved", { hits: [HIT] }], ["delta", { text: "報告。", citations: [CITATION] }]);
  assert.equal(writing.phase, "writing");
  assert.deepEqual(writing.sentences, [{ text: "報告。", citations: [1] }]);
  assert.deepEqual(citedAs(writing, HIT), [1]);

  const done = advance(writing, "final", ANSWER);
  assert.equal(done.phase, "done");
  assert.deepEqual(done.sentences, writing.sentences);
  assert.ok(isOver(done));
});

test("the queue is told and forgotten", () => {
  const queued = after(["queued", { position: 2, wait_s: 7 }]);
  assert.equal(queued.phase, "queued");
  assert.equal(advance(queued, "delta", { text: "x", citations: [] }).queue, null);
});

test("nothing changes what is over", () => {
  for (const end of [["error", { code: "busy" }], ["stopped"], ["final", ANSWER]]) {
    const over = after(end);
    assert.equal(advance(over, "delta", { text: "late", citations: [] }), over);
  }
});

test("an event of an unknown name changes nothing", () => {
  const state = asked("q");
  assert.equal(advance(state, "future", {}), state);
});

test("states are never changed in place", () => {
  const before = after(["retrieved", { hits: [] }]);
  advance(before, "delta", { text: "x", citations: [] });
  assert.deepEqual(before.sentences, []);
});

test("a hit is cited when the quote lies in it, in that version", () => {
  const done = after(["final", ANSWER]);
  assert.deepEqual(citedAs(done, HIT), [1]);
  assert.deepEqual(citedAs(done, { ...HIT, version: 2 }), []);
  assert.deepEqual(citedAs(done, { ...HIT, start: 11 }), []);
  assert.deepEqual(citedAs(asked("q"), HIT), []);
});

test("hits of no relevance are not listed, unless they are all there is", () => {
  const scored = (score, more) => ({ ...HIT, start: 500, end: 600, score, ...more });
  const hits = [0.9, 0.01, 0.01, 0.3, 0.01].map((score) => scored(score)).concat(scored(0.01, { exact: true }), { ...HIT, score: 0.01 });
  const done = advance(after(["retrieved", { hits }]), "final", ANSWER);
  assert.deepEqual(worthShowing(done), [0, 1, 2, 3, 5, 6].map((index) => hits[index]));
});

test("the history is of finished answers, the newest four", () => {
  const states = [after(["stopped"]), ...Array.from({ length: 6 }, () => after(["final", ANSWER]))];
  const history = historyOf(states);
  assert.equal(history.length, 8);
  assert.deepEqual(history[0], { role: "user", content: "問題" });
  assert.deepEqual(history[1], { role: "assistant", content: "報告。 [1]" });
});

test("texts are filled, and unknown names are left", () => {
  const text = createTexts({ "ui.page": "第 {page} 頁", "ui.version": "第 {version} 版 {x}" });
  assert.equal(text("page", { page: 3 }), "第 3 頁");
  assert.equal(placeOf(text, { clause: "第4條", page: null, version: 2 }), "第4條 · 第 2 版 {x}");
});
