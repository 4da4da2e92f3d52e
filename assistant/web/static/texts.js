// The words of the page's language, as the server wrote them into the body.

/** Return a function (key, values) -> text over a table of texts. Pure. */
export function createTexts(table) {
  return (key, values = {}) =>
    table[`ui.${key}`].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Return "clause · page · version", without what is unknown. Pure. */
export function placeOf(text, { clause, page, version }) {
  return [clause, page && text("page", { page }), version && text("version", { version })].filter(Boolean).join(" · ");
}
