import assert from "node:assert/strict";
import test from "node:test";

import { lengthOf, splitAround, unitOffset } from "../../../../assistant/web/static/codepoints.js";

const TEXT = "𠮷野家🔺第4條：報告。";

test("offsets count code points, not UTF-16 units", () => {
  assert.equal(unitOffset(TEXT, 0), 0);
  assert.equal(unitOffset(TEXT, 1), 2);
  assert.equal(unitOffset(TEXT, 4), 6);
  assert.equal(unitOffset(TEXT, 999), TEXT.length);
  assert.equal(lengthOf(TEXT), 11);
});

test("a quote is cut out by its place in the document", () => {
  const cut = splitAround(TEXT, 100, 104, 107);
  assert.deepEqual(cut, { before: "𠮷野家🔺", inside: "第4條", after: "：報告。" });
});

test("every span of the text is what Python would cut", () => {
  const points = Array.from(TEXT);
  for (let start = 0; start <= points.length; start += 1) {
    for (let end = start; end <= points.length; end += 1) {
      const { before, inside, after } = splitAround(TEXT, 50, 50 + start, 50 + end);
      assert.equal(inside, points.slice(start, end).join(""));
      assert.equal(before + inside + after, TEXT);
    }
  }
});

test("a span that reaches over the ends is held within", () => {
  assert.equal(splitAround(TEXT, 100, 0, 103).inside, "𠮷野家");
  assert.equal(splitAround(TEXT, 100, 108, 999).inside, "報告。");
  assert.equal(splitAround(TEXT, 100, 0, 50).inside, "");
});
