// A document beside the answer: its passages in order, the cited words marked and scrolled into view.
import { splitAround } from "./codepoints.js";
import { make, wordsOf } from "./dom.js";
import { isCited, noticeOf } from "./standing.js";
import { placeOf } from "./texts.js";

/** Return a function that opens a place {document_id, version?, start?, end?, quote?, …}. */
export function createDrawer({ text, tongue }) {
  const dialog = document.getElementById("drawer");
  const title = document.getElementById("drawer-title");
  const meta = document.getElementById("drawer-meta");
  const notice = document.getElementById("drawer-notice");
  const body = document.getElementById("drawer-body");
  const close = document.getElementById("drawer-close");
  const jump = document.getElementById("drawer-jump");
  let turn = 0;

  close.setAttribute("aria-label", text("document_close"));
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  jump.textContent = text("document_jump");
  jump.addEventListener("click", () => reveal(body));
  body.addEventListener("scroll", () => (jump.hidden = !isAway(body)), { passive: true });

  async function open(place) {
    turn += 1;
    const mine = turn;
    title.textContent = place.title ?? text("document");
    meta.textContent = [place.source, placeOf(text, place)].filter(Boolean).join(" · ");
    body.setAttribute("aria-busy", "true");
    body.replaceChildren(make("p", { role: "status" }, text("document_loading")));
    jump.hidden = true;
    notice.replaceChildren();
    if (!dialog.open) dialog.showModal();
    body.focus({ preventScroll: true });
    const shown = await load(addressOf(place), tongue);
    const isOld = !shown.error && shown.version !== shown.current_version;
    const cited = isOld && isCited(place) ? await load(citationOf(place), tongue) : null;
    if (mine !== turn) return;
    body.removeAttribute("aria-busy");
    if (shown.error) {
      body.replaceChildren(make("p", { role: "alert" }, shown.error.message ?? text("offline")));
      return;
    }
    title.textContent = shown.title;
    // Outside what scrolls: the body goes to the marked words at once, and the notice would be out of sight.
    if (isOld) notice.replaceChildren(...noticeOf({ text, open }, shown, cited?.error ? null : cited, place));
    body.replaceChildren(...contents(text, shown, place));
    reveal(body);
  }

  return open;
}

function addressOf({ document_id, version }) {
  const query = version ? `?version=${encodeURIComponent(version)}` : "";
  return `/api/v1/documents/${encodeURIComponent(document_id)}${query}`;
}

function citationOf({ document_id, version, start, end }) {
  return `/api/v1/documents/${encodeURIComponent(document_id)}/citation?${new URLSearchParams({ version, start, end })}`;
}

async function load(address, tongue) {
  try {
    const response = await fetch(address, { headers: { "Accept-Language": tongue } });
    return await response.json();
  } catch {
    return { error: { message: null } };
  }
}

function contents(text, shown, place) {
  const nodes = [];
  let page = null;
  let at = 0;
  for (const passage of shown.passages) {
    if (passage.start > at) nodes.push(make("p", { className: "gap" }, text("document_hidden")));
    at = passage.end;
    if (passage.page && passage.page !== page) {
      page = passage.page;
      nodes.push(make("p", { className: "turn" }, text("page", { page })));
    }
    nodes.push(passageOf(text, passage, place));
  }
  return nodes;
}

function passageOf(text, passage, place) {
  const known = Number.isInteger(place.start) && Number.isInteger(place.end);
  const touched = known
    ? place.start < passage.end && place.end > passage.start
    : Boolean(place.clause) && place.clause === passage.clause;
  // A source of the list is a whole passage: the bar beside it is enough. What is quoted is marked.
  const quoted = known && typeof place.quote === "string";
  const words = passage.text.replace(/\n+$/, "");
  const cut = touched && quoted ? splitAround(words, passage.start, place.start, place.end) : { before: words, inside: "", after: "" };
  return make(
    "section",
    { className: "passage", "data-cited": touched ? "yes" : null, "aria-label": touched ? text("document_quote") : null },
    ...wordsOf(cut),
  );
}

function target(body) {
  return body.querySelector("mark") ?? body.querySelector("[data-cited]");
}

function reveal(body) {
  const found = target(body)?.getBoundingClientRect();
  if (!found) return;
  const frame = body.getBoundingClientRect();
  // Not scrollIntoView: it would move the page behind the dialog as well.
  const room = Math.max(frame.height - found.height, 0) / 2;
  body.scrollTo({ top: body.scrollTop + found.top - frame.top - room, behavior: "instant" });
}

function isAway(body) {
  const found = target(body)?.getBoundingClientRect();
  const frame = body.getBoundingClientRect();
  return Boolean(found) && (found.bottom < frame.top || found.top > frame.bottom);
}
