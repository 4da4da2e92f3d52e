// What is known about one question, event by event. Pure: (state, event) -> new state.

/** Return the state of a question that was just sent. */
export function asked(question) {
  return {
    question,
    phase: "searching", // searching | queued | writing | done | stopped | failed
    hits: [],
    clause: null,
    sentences: [],
    queue: null,
    answer: null,
    error: null,
  };
}

const steps = {
  retrieved: (state, { hits }) => ({ ...state, hits, phase: "writing" }),
  clause: (state, { citation, text }) => ({ ...state, clause: { citation, text }, phase: "writing" }),
  queued: (state, queue) => ({ ...state, queue, phase: "queued" }),
  delta: (state, { text, citations }) => ({
    ...state,
    phase: "writing",
    queue: null,
    sentences: [...state.sentences, { text, citations: citations.map((citation) => citation.n) }],
    citations: { ...state.citations, ...byNumber(citations) },
  }),
  final: (state, answer) => ({
    ...state,
    phase: "done",
    queue: null,
    answer,
    sentences: answer.sentences,
    citations: byNumber(answer.citations),
  }),
  error: (state, error) => ({ ...state, phase: "failed", queue: null, error }),
  stopped: (state) => ({ ...state, phase: "stopped", queue: null }),
};

/** Return the next state; an event of an unknown name changes nothing, so that a server may add some. */
export function advance(state, name, data) {
  if (isOver(state)) return state;
  return steps[name] ? steps[name](state, data) : state;
}

/** Tell whether nothing more will come. */
export function isOver(state) {
  return ["done", "stopped", "failed"].includes(state.phase);
}

/** Return the turns that a follow-up question is understood by. */
export function historyOf(states) {
  return states
    .filter((state) => state.phase === "done")
    .flatMap((state) => [
      { role: "user", content: state.question },
      { role: "assistant", content: state.answer.answer },
    ])
    .slice(-8);
}

/** Return the hits to list: those with some relevance, those cited, and in any case the best three. */
export function worthShowing(state) {
  return state.hits.filter((hit, index) => index < 3 || hit.score >= 0.05 || hit.exact || citedAs(state, hit).length > 0);
}

/** Return the numbers of the citations that lie in a hit's passage. */
export function citedAs(state, hit) {
  return Object.values(state.citations ?? {})
    .filter(
      (citation) =>
        citation.document_id === hit.document_id &&
        citation.version === hit.version &&
        citation.start >= hit.start &&
        citation.end <= hit.end,
    )
    .map((citation) => citation.n);
}

function byNumber(citations) {
  return Object.fromEntries(citations.map((citation) => [citation.n, citation]));
}
