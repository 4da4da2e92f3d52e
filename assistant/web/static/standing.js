// What has become of a cited clause since: nothing to say while its version is the one in force.
import { make } from "./dom.js";

const SENTENCES = {
  unchanged: "clause_unchanged",
  moved: "clause_moved",
  changed: "clause_changed",
  gone: "clause_gone",
};

/** Return whether a place names words of a version that can be followed into the current one. Pure. */
export function isCited({ version, start, end }) {
  return [version, start, end].every(Number.isInteger) && start < end;
}

/**
 * Return what to tell of a version that is no longer in force: the keys of its sentences, the clause as it reads now
 * where that differs, and the place to open for it. `cited` is the opened citation, null where there is none. Pure.
 */
export function standingOf(shown, cited, place) {
  const standing = cited && cited.current_version === shown.current_version ? cited.standing : null;
  const now = SENTENCES[standing] ? cited.now : null;
  return {
    keys: ["document_old", SENTENCES[standing]].filter(Boolean),
    now: standing === "changed" || standing === "moved" ? now : null,
    place: {
      document_id: shown.document_id,
      title: place.title,
      source: place.source,
      version: shown.current_version,
      ...(now ? { clause: now.label, page: now.page, start: now.start, end: now.end } : {}),
    },
  };
}

/** Return the nodes of the notice; `open` opens the place in the current version. */
export function noticeOf({ text, open }, shown, cited, place) {
  const told = standingOf(shown, cited, place);
  const values = { version: shown.version, current: shown.current_version };
  return [
    make("p", {}, told.keys.map((key) => text(key, values)).join(" ")),
    told.now ? clauseNow(text, told.now) : null,
    make("button", { type: "button", className: "link", on: { click: () => open(told.place) } }, text("document_current")),
  ].filter(Boolean);
}

function clauseNow(text, now) {
  const name = [text("clause_now"), now.label].filter(Boolean).join(" · ");
  return make(
    "div",
    { className: "now", role: "region", "aria-label": name, tabIndex: 0 }, // long clauses scroll, by keyboard too
    make("p", { className: "now-name" }, name),
    make("p", { className: "now-text" }, now.text.trim()),
  );
}
