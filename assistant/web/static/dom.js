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

/** Split a first short line off, which in a clause is its label and title. */
export function withLeadLine(text) {
  const end = text.indexOf("\n");
  return end > 0 && end <= 60 ? [text.slice(0, end), text.slice(end)] : ["", text];
}
