// Offsets on the wire count code points; JavaScript strings count UTF-16 units. Pure.

/** Return the position in UTF-16 units of a code-point offset, held within the text. */
export function unitOffset(text, points) {
  let units = 0;
  for (const character of text) {
    if (points <= 0) break;
    units += character.length;
    points -= 1;
  }
  return units;
}

/** Return how many code points a text has. */
export function lengthOf(text) {
  let points = 0;
  for (const _ of text) points += 1;
  return points;
}

/**
 * Cut a text that lies at `from` in its document into what is before, inside and after [start, end).
 * All offsets are code points of the document; a span that does not touch the text leaves `inside` empty.
 */
export function splitAround(text, from, start, end) {
  const first = unitOffset(text, Math.max(0, start - from));
  const last = Math.max(first, unitOffset(text, Math.max(0, end - from)));
  return { before: text.slice(0, first), inside: text.slice(first, last), after: text.slice(last) };
}
