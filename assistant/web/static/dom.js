// Elements from plain values. Text always becomes text nodes: nothing from a document is ever markup.

/** Return a new element; `set` holds properties, `data-`/`aria-` attributes and `on` listeners. */
export function make(tag, set = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (name.includes("-") || name === "role" || name === "lang") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Return the nodes of a document's words: a first short line set off, empty lines drawn small, `inside` marked. */
export function wordsOf({ before, inside = "", after = "" }) {
  const end = before.indexOf("\n");
  const lead = end > 0 && end <= 60 ? before.slice(0, end) : inside || after || end >= 0 ? "" : before;
  const isHeading = lead && lead.length <= 60 && !/[。.；;]$/.test(lead);
  return [
    isHeading ? make("span", { className: "lead-line" }, lead) : null,
    ...spaced(isHeading ? before.slice(lead.length) : before),
    inside ? make("mark", {}, ...spaced(inside)) : null,
    ...spaced(after),
  ];
}

/** Return the text with each run of empty lines in an element of its own; nothing of it is lost. */
function spaced(text) {
  return text.split(/(\n\s*\n)/).map((part, index) => (index % 2 ? make("span", { className: "between" }, part) : part));
}
