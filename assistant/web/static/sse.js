// Server-sent events out of text that arrives in pieces. Pure.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

/** Return a parser: feed it text, it returns the events that are complete, as {name, data}. */
export function createParser() {
  let rest = "";
  let name = "";
  let data = [];

  function takeLine(line) {
    if (line === "") {
      const event = data.length ? { name: name || "message", data: data.join("\n") } : null;
      name = "";
      data = [];
      return event;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    if (field === "data") data.push(value);
    return null; // a comment (empty field name), id or retry
  }

  return function feed(text) {
    rest += text;
    const events = [];
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(rest); // a final \r may be half of \r\n
      if (!end) return events;
      const event = takeLine(rest.slice(0, end.index));
      rest = rest.slice(end.index + end[0].length);
      if (event) events.push(event);
    }
  };
}
