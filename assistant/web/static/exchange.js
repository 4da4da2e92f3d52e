// Shows one question's state: status, clause, answer, sources. Sentences that are there stay untouched, so
// that a screen reader hears each once.
import { make, wordsOf } from "./dom.js";
import { citedAs, worthShowing } from "./state.js";
import { placeOf } from "./texts.js";

let count = 0;

/** Return {element, show}: `show(state)` brings the element up to date. */
export function createExchange({ text, open, retry }) {
  count += 1;
  const question = make("h2", { className: "asked", id: `asked-${count}` });
  const status = make("p", { className: "status", role: "status" });
  const clause = make("div", { className: "clause-slot" });
  const answer = make("div", { role: "log", "aria-live": "polite", "aria-label": text("answer") });
  const sources = make("aside", { className: "sources", hidden: true, "aria-label": text("sources") });
  const reply = make("div", { className: "reply" }, clause, answer);
  const element = make(
    "article",
    { className: "exchange", "aria-labelledby": question.id },
    question,
    status,
    make("div", { className: "columns" }, reply, sources),
  );
  const parts = { text, open, retry };
  const shown = { hits: null, clause: null, written: null, cited: "" };

  function show(state) {
    element.dataset.phase = state.phase;
    question.textContent = state.question;
    status.textContent = statusOf(text, state);
    showClause(state);
    showAnswer(state);
    showSources(state);
  }

  function showClause(state) {
    const wanted = isClauseItself(state) || state.answer?.decline?.may_help ? null : state.clause;
    if (shown.clause === wanted) return;
    shown.clause = wanted;
    clause.replaceChildren(...(wanted ? [clauseCard(parts, wanted)] : []));
  }

  function showAnswer(state) {
    const outcome = outcomeOf(parts, state);
    if (outcome) {
      shown.written = null;
      answer.replaceChildren(...outcome);
    } else if (state.answer || state.clause || state.sentences.length || state.phase === "writing" || state.phase === "queued") {
      shown.written ??= writtenCard(parts, answer);
      shown.written.show(state);
    }
  }

  function showSources(state) {
    const cited = JSON.stringify([state.answer?.status, state.hits.map((hit) => citedAs(state, hit))]);
    if (shown.hits === state.hits && shown.cited === cited) return;
    shown.hits = state.hits;
    shown.cited = cited;
    const worthy = worthShowing(state);
    sources.hidden = !state.hits.length || ["declined", "clarify"].includes(state.answer?.status); // these list them themselves
    sources.replaceChildren(
      make("h3", {}, text("sources_count", { count: worthy.length })),
      make("ol", {}, worthy.map((hit) => make("li", {}, sourceButton(parts, hit, citedAs(state, hit))))),
    );
  }

  return { element, show };
}

function statusOf(text, state) {
  if (state.phase === "searching") return text("searching");
  if (state.phase === "queued") {
    const wait = Math.max(1, Math.round(state.queue.wait_s));
    return state.queue.position > 0 ? text("queued", { position: state.queue.position, wait }) : text("queued_next", { wait });
  }
  if (state.phase === "writing") return `${text("found", { count: worthShowing(state).length })} · ${text("writing")}`;
  return { done: text("done"), stopped: text("stopped"), failed: text("failed") }[state.phase];
}

function isClauseItself(state) {
  return state.answer?.kind === "faq" || isVerbatim(state);
}

/** Tell whether the answer is a source's own words that no model touched: a clause, a list, a cell. */
function isVerbatim({ answer }) {
  return answer?.kind === "clause" || (answer?.kind === "written" && !answer.model);
}

/** Tell whether the answer sets sources side by side: a sentence of the server's own comes first. */
function setsSideBySide(state) {
  return state.sentences[0]?.citations.length === 0;
}

function clauseCard({ text, open }, { citation, text: words }, label = "clause") {
  return make(
    "section",
    { className: "card clause", "aria-label": text(label) },
    make("header", { className: "card-head" },
      make("span", { className: "tag" }, text(label)),
      make("span", { className: "where" }, citation.title),
      make("span", {}, placeOf(text, citation)),
    ),
    make("div", { className: "clause-text" }, marked(words, citation.quote)),
    make("footer", { className: "card-foot" },
      make("button", { type: "button", className: "link", on: { click: () => open(citation) } }, text("open_in_document")),
      also(text, citation),
    ),
  );
}

function also(text, citation) {
  return citation.places?.length ? make("span", {}, text("also_in", { places: citation.places.join("、") })) : null;
}

/** Return the clause's text with the quote marked. */
function marked(words, quote) {
  const at = words.indexOf(quote);
  if (at < 0) return wordsOf({ before: words });
  return wordsOf({ before: words.slice(0, at), inside: quote, after: words.slice(at + quote.length) });
}

/** The answer's card; paragraphs for words taken over whole, one flowing paragraph for what was written. */
function writtenCard(parts, slot) {
  const { text } = parts;
  const tag = make("span", { className: "tag" }, text("answer"));
  const note = make("span", {});
  const body = make("div", { className: "answer-text" });
  const foot = make("footer", { className: "card-foot", hidden: true });
  const card = make("section", { className: "card answer" }, make("header", { className: "card-head" }, tag, note), body, foot);
  const waiting = make("div", { className: "waiting", "aria-hidden": "true" }, make("span"), make("span"), make("span"));
  const caret = make("span", { className: "caret", "aria-hidden": "true" });
  let told = "";
  slot.replaceChildren(card);
  body.append(waiting);

  function show(state) {
    const whole = isClauseItself(state) || setsSideBySide(state);
    if (state.answer) {
      tag.textContent = text({ clause: "clause", faq: "faq", clarify: "clarify" }[state.answer.kind] ?? "answer");
      note.textContent = noteOf(text, state.answer);
      card.classList.toggle("clause", state.answer.kind === "clause");
    }
    const sentences = sentencesOf(state);
    const telling = JSON.stringify([sentences, whole]);
    if (sentences.length && telling !== told) {
      if (!continues(told, sentences, whole)) body.replaceChildren();
      told = telling;
      waiting.remove();
      const start = body.querySelectorAll(".sentence").length;
      for (const sentence of sentences.slice(start)) append(body, sentenceOf(parts, state, sentence), whole);
    }
    caret.remove();
    if (state.phase === "writing" && sentences.length) body.lastElementChild.append(caret);
    card.hidden = state.phase === "stopped" && !sentences.length;
    const question = state.answer?.kind === "faq" ? faqQuestion(state) : null;
    if (question && !body.querySelector(".faq-question")) body.prepend(make("p", { className: "faq-question" }, question));
    if (state.answer && foot.hidden) fillFoot(parts, foot, state);
  }

  return { show };
}

function noteOf(text, answer) {
  const [first] = answer.citations;
  if (answer.kind === "clause" && first) return [first.title, placeOf(text, first)].join(" · ");
  if (answer.kind === "written") return answer.model ? text("written_note") : ""; // sources that disagree speak for themselves
  return answer.kind === "faq" ? text("faq_note") : "";
}

/** Return the question of the pair whose answer is shown. */
function faqQuestion(state) {
  const hit = state.hits.find((found) => found.kind === "faq" && citedAs(state, found).length > 0);
  return hit ? hit.text.split("\n", 1)[0] : null;
}

function sentencesOf(state) {
  if (state.sentences.length || !state.answer) return state.sentences;
  return [{ text: state.answer.answer, citations: [] }]; // small talk, a question back
}

function continues(told, sentences, whole) {
  if (!told) return false;
  const [before, wasWhole] = JSON.parse(told);
  return wasWhole === whole && before.every((sentence, index) => JSON.stringify(sentence) === JSON.stringify(sentences[index]));
}

function append(body, sentence, whole) {
  if (whole || !body.lastElementChild) body.append(make("p", {}, sentence));
  else body.lastElementChild.append(" ", sentence);
}

function sentenceOf({ text, open }, state, { text: words, citations }) {
  return make(
    "span",
    { className: "sentence" },
    isVerbatim(state) ? wordsOf({ before: words }) : words,
    citations.map((n) => {
      const citation = state.citations[n];
      const label = text("citation_open", { n, title: [citation.title, citation.clause].filter(Boolean).join(" ") });
      const on = { click: () => open(citation) };
      return make("button", { type: "button", className: "cite", title: label, "aria-label": label, on }, String(n));
    }),
  );
}

function fillFoot({ text, open }, foot, state) {
  const { answer } = state;
  const total = answer.timings_ms?.total;
  const model = answer.model?.split("@")[0]; // without the digest
  const facts = [model, total >= 100 ? text("seconds", { seconds: (total / 1000).toFixed(1) }) : null];
  const first = answer.kind === "clause" ? answer.citations[0] : null;
  foot.hidden = false;
  foot.append(
    first ? make("button", { type: "button", className: "link", on: { click: () => open(first) } }, text("open_in_document")) : "",
    ...(navigator.clipboard ? [copyButton(text, answer)] : []),
    make("span", {}, facts.filter(Boolean).join(" · ")),
  );
}

function copyButton(text, answer) {
  const sources = answer.citations.map((c) => `[${c.n}] ${c.title} ${placeOf(text, c)}（${c.source}）`);
  const copy = async () => {
    await navigator.clipboard.writeText([answer.answer, ...sources].join("\n"));
    button.textContent = text("copied");
  };
  const button = make("button", { type: "button", className: "link", on: { click: copy } }, text("copy"));
  return button;
}

/** Return the cards for what is no answer: a decline and what may help, a failure; null for everything else. */
function outcomeOf(parts, state) {
  if (state.phase === "failed") return [failedCard(parts, state)];
  if (state.answer?.choices?.length) return [choicesCard(parts, state.answer)];
  if (state.answer?.status !== "declined") return null;
  return [declinedCard(parts, state), ...helpCards(parts, state)];
}

/** Return the nearest clause, whole where it was shown already; nothing where none is close. */
function helpCards(parts, { answer, clause }) {
  const near = answer.decline?.may_help;
  if (!near) return [];
  const same = ["document_id", "version", "start"].every((key) => clause?.citation[key] === near[key]);
  return [clauseCard(parts, { citation: near, text: same ? clause.text : near.quote }, "may_help")];
}

/** Return the card of a question that several documents answer: each choice asks again with its name. */
function choicesCard({ text, retry }, { answer, choices }) {
  const [lead] = answer.split("\n", 1);
  return make(
    "section",
    { className: "card choices" },
    make("header", { className: "card-head" }, make("span", { className: "tag" }, text("clarify"))),
    make("p", { className: "say" }, lead),
    make("ul", {}, choices.map((choice) => make("li", {}, choiceButton(text, choice, retry)))),
    make("p", { className: "why" }, text("clarify_own_words")),
  );
}

function choiceButton(text, choice, retry) {
  const place = [choice.label === choice.title ? null : choice.title, placeOf(text, choice)].filter(Boolean).join(" · ");
  return make(
    "button",
    { type: "button", className: "choice", on: { click: () => retry(choice.label) } },
    make("span", { className: "name" }, choice.label),
    make("span", { className: "source-meta" }, place),
  );
}

function declinedCard(parts, { answer, hits }) {
  const { text } = parts;
  const places = answer.decline?.looked_at ?? [];
  return make(
    "section",
    { className: "card declined" },
    make("p", { className: "say" }, answer.answer),
    places.length ? make("h3", {}, text("looked_at")) : null,
    places.length ? make("ul", {}, places.map((place) => make("li", {}, lookedAt(parts, hits, place)))) : null,
    places.length ? make("p", { className: "why" }, text("try_else")) : null,
  );
}

function lookedAt(parts, hits, place) {
  const { text, open } = parts;
  const hit = hits.find((found) => found.source === place.source && found.clause === place.clause);
  if (hit) return sourceButton(parts, hit, []);
  const name = [place.title, placeOf(text, place)].filter(Boolean).join(" · ");
  if (!place.document_id) return name;
  return make("button", { type: "button", className: "link", on: { click: () => open(place) } }, name);
}

function failedCard({ text, retry }, { error, question }) {
  const message = error.code === "offline" ? text("offline") : error.message ?? text("failed");
  return make(
    "section",
    { className: "card failed", role: "alert" },
    make("p", {}, message),
    error.seconds ? make("p", {}, text("busy_retry", { seconds: error.seconds })) : null,
    make("button", { type: "button", className: "quiet", on: { click: () => retry(question) } }, text("retry")),
  );
}

function sourceButton({ text, open }, hit, numbers) {
  const share = hit.exact ? text("exact") : `${Math.round(hit.score * 100)}%`;
  const hint = hit.exact ? text("exact") : text("relevance", { percent: Math.round(hit.score * 100) });
  const [question, answer] = hit.kind === "faq" ? hit.text.trim().split(/\n(.*)/s) : [];
  return make(
    "button",
    { type: "button", className: "source", "data-cited": numbers.length ? "yes" : null, on: { click: () => open(hit) } },
    make("span", { className: "source-title" },
      numbers.map((number) => make("span", { className: "badge" }, String(number))),
      make("span", { className: "name" }, question ?? hit.title),
      make("span", { className: "share", title: hint }, make("span", { className: "unseen" }, hint), make("span", { "aria-hidden": "true" }, share)),
    ),
    make("span", { className: "source-meta" }, [placeOf(text, { clause: hit.clause, page: hit.page }), hit.source].filter(Boolean).join(" · ")),
    make("span", { className: "source-text" }, answer ?? hit.text.trim()),
  );
}

