import assert from "node:assert/strict";
import test from "node:test";

import { isCited, standingOf } from "../../../../assistant/web/static/standing.js";

const SHOWN = { document_id: "d", version: 1, current_version: 3 };
const PLACE = { document_id: "d", title: "T", source: "t.md", version: 1, start: 4, end: 9, quote: "quote" };
const NOW = { label: "第四條", text: "今文", start: 20, end: 22, page: 2 };

test("a span of a version can be followed, a whole document or an empty span cannot", () => {
  assert.ok(isCited(PLACE));
  assert.ok(isCited({ ...PLACE, start: 0 }));
  assert.ok(!isCited({ ...PLACE, version: undefined }));
  assert.ok(!isCited({ ...PLACE, start: null }));
  assert.ok(!isCited({ ...PLACE, start: 9 }));
});

test("the clause as it reads now is shown where it differs, and opened where it stands", () => {
  for (const standing of ["changed", "moved", "unchanged"]) {
    const told = standingOf(SHOWN, { current_version: 3, standing, now: NOW }, PLACE);
    assert.deepEqual(told.keys, ["document_old", `clause_${standing}`]);
    assert.equal(told.now, standing === "unchanged" ? null : NOW);
    assert.deepEqual([told.place.version, told.place.clause, told.place.start, told.place.end], [3, "第四條", 20, 22]);
    assert.equal(told.place.quote, undefined); // the words of the old version are not looked for in the new one
  }
});

test("a clause that is gone has no place: the current version opens at its beginning", () => {
  const told = standingOf(SHOWN, { current_version: 3, standing: "gone", now: null }, PLACE);
  assert.deepEqual(told.keys, ["document_old", "clause_gone"]);
  assert.deepEqual(told.place, { document_id: "d", title: "T", source: "t.md", version: 3 });
});

test("without an answer about the clause, or with one about another version, only the version is told", () => {
  const later = { current_version: 4, standing: "changed", now: NOW };
  const current = { current_version: 3, standing: "current", now: NOW };
  for (const cited of [null, later, current, { current_version: 3, standing: "unheard of", now: NOW }]) {
    const told = standingOf(SHOWN, cited, PLACE);
    assert.deepEqual([told.keys, told.now, told.place.start], [["document_old"], null, undefined]);
  }
});
