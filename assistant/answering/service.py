"""Answering as a ladder, cheapest step first: a FAQ pair, the clause itself, a written answer, a decline.

The five-minute read of this package: ``Answerer.stream`` is the whole of it, step by step.
"""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from assistant.answering.cells import Piece, cell_answer
from assistant.answering.citations import Numbering, cite, whole
from assistant.answering.clarify import (
    Settled,
    choices,
    chosen,
    clarify_text,
    settle,
    statement,
    unknown_text,
)
from assistant.answering.conflicts import Statement, disagreement, lead_text, said_text
from assistant.answering.evidence import best_sentence, select
from assistant.answering.expansion import expanded
from assistant.answering.faq import best_match
from assistant.answering.followup import find_in_context
from assistant.answering.grounding import Evidence
from assistant.answering.instructions import without_instructions
from assistant.answering.lists import left_out, list_answer
from assistant.answering.nearest import nearest
from assistant.answering.prompt import answer_prompt
from assistant.answering.script import retold
from assistant.answering.settings import AnsweringSettings
from assistant.answering.smalltalk import Remark, recognise, without_remarks
from assistant.answering.texts import decline_text, remark_text
from assistant.answering.types import (
    Answer,
    Choice,
    Citation,
    ClauseShown,
    Decline,
    DeclineReason,
    Delta,
    Event,
    Final,
    Question,
    Queued,
    Retrieved,
    Sentence,
    Trace,
)
from assistant.answering.weighing import Judge
from assistant.answering.wording import in_taiwan_words
from assistant.answering.writing import Chat, Writer, Written, in_full, speaks_for_itself
from knowledge.search import Found, MadeWith, Searcher
from knowledge.text import language_of, shares_script
from knowledge.twins import labels
from knowledge.types import Hit, Language, Passage, Reader

_HITS = 10
_TURNS = 6  # of the user's, counted back, in which a document may have been named
_ENGLISH = re.compile(r"[a-z]{3,}")  # "SOP-012 4.3" is in no language, "Article 38 of the Act" is English
Record = Callable[[Answer, Question, Reader], None]


class Answerer:
    """Answers questions from what a reader may see. One instance serves all requests; it keeps no state of them."""

    def __init__(
        self,
        searcher: Searcher,
        chat: Chat,
        settings: AnsweringSettings,
        *,
        judge: Judge | None = None,
        record: Record | None = None,
        clock: Callable[[], float] = time.perf_counter,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """Join search and model; ``record`` is called once with each answer before its Final event leaves.

        Without a ``judge`` the rules alone decide which sentences a source bears.
        """
        self._searcher = searcher
        self._judge = judge
        self._settings = settings
        self._writer = Writer(
            chat, max_sentences=settings.max_sentences, max_tokens=settings.max_tokens, seed=settings.seed
        )
        self._record = record
        self._clock = clock
        self._new_id = new_id

    def answer(
        self,
        question: Question,
        reader: Reader,
        cancel: threading.Event | None = None,
        trace: Trace | None = None,
    ) -> Answer:
        """Return the whole answer at once; ``trace`` is filled with what happened on the way."""
        for event in self.stream(question, reader, cancel, trace):
            if isinstance(event, Final):
                return event.answer
        message = "the stream ended without an answer"
        raise RuntimeError(message)

    def stream(
        self,
        question: Question,
        reader: Reader,
        cancel: threading.Event | None = None,
        trace: Trace | None = None,
    ) -> Iterator[Event]:
        """Yield the events of an answer; the last one is Final.

        Raises models.errors.Busy when the model's queue is full and models.errors.Cancelled when ``cancel``
        is set.
        """
        steady = copy(self)  # with one embedder for the whole answer, whatever index is in force by its end
        steady._searcher = self._searcher.steady()  # noqa: SLF001 (a copy of this one)
        yield from steady._stream(question, reader, cancel, trace or Trace())  # noqa: SLF001

    def _stream(
        self, question: Question, reader: Reader, cancel: threading.Event | None, trace: Trace
    ) -> Iterator[Event]:
        draft = _Draft(self._new_id(), self._clock, trace, reader)
        meant, name = chosen(question)
        if not name and (remark := recognise(meant.text, meant.history)) is not None:
            trace.asked = meant.text
            draft.reply(remark)
            yield self._final(draft, question, reader)
            return
        meant = replace(meant, history=without_remarks(meant.history))
        searcher = self._searcher
        in_context, found = find_in_context(
            meant,
            lambda text: searcher.find(f"{name} {text}".strip(), reader, _HITS),
            searcher.embed_passages,
        )
        asked = trace.asked = f"{name} {in_context.search}".strip()
        draft.question = f"{name} {in_context.shown}".strip()
        trace.hits = found.hits
        draft.made_with = found.made_with
        draft.language = _answer_language(meant.text, found)
        draft.time("search")
        yield Retrieved(found.hits)
        said = [turn.content for turn in reversed(meant.history) if turn.role == "user"]
        settled = self._settled(asked, found, draft, (f"{name} {meant.text}".strip(), *said[:_TURNS]), name)
        told = settled is not None and all(shares_script(draft.language, p.language) for p in settled.each)
        if settled is not None and settled.each and told:
            yield from self._of_each(settled, draft)
        elif settled is not None:
            yield from self._climb(asked, settled.found, draft, cancel)
        yield self._final(draft, question, reader)

    def _final(self, draft: _Draft, question: Question, reader: Reader) -> Final:
        answer = draft.finish()
        if self._record is not None:
            self._record(answer, question, reader)
        return Final(answer)

    def _settled(
        self, asked: str, found: Found, draft: _Draft, turns: Sequence[str], choice: str
    ) -> Settled | None:
        """Return the documents that are meant; None where the draft already says what it can."""
        if found.unknown is not None:
            draft.decline("no_relevant_passage", (), unknown_text(found.unknown, draft.language))
            return None
        embed, floor = self._searcher.embed_passages, self._settings.answer_threshold
        settled = settle(asked, found, embed, floor, turns, choice)
        if settled.several:
            draft.ask_back("number" if found.unnamed else "differ", settled.several)
            return None
        return settled

    def _of_each(self, settled: Settled, draft: _Draft) -> Iterator[Event]:
        """Say what each of the documents says that the question names together."""
        draft.kind = "written"
        for passage, label in zip(settled.each, labels(settled.each), strict=True):
            hit = next((h for h in settled.found.hits if h.passage is passage), None)
            hit = hit or replace(settled.found.hits[0], passage=passage, places=(), editions=())
            best = statement(settled.found.query, passage, self._searcher.embed_passages)
            text = retold(" ".join(best.text.split()), passage.language, draft.language)
            colon = ": " if draft.language == "en" else "："
            yield draft.say(
                f"{label}{colon}{text}", hit, passage.start + best.start, passage.start + best.end
            )

    def _climb(
        self, asked: str, found: Found, draft: _Draft, cancel: threading.Event | None
    ) -> Iterator[Event]:
        settings = self._settings
        if not found.hits or found.hits[0].score < settings.clause_threshold:
            near = self._nearest(found, settings.may_help_share * settings.clause_threshold)
            draft.decline("no_relevant_passage", found.hits, near=near)
            return
        apart = disagreement(found, self._searcher.embed_passages)
        if apart and found.hits[0].score >= settings.answer_threshold:
            yield from self._apart(apart, draft)
            return
        match = best_match(found.query, found.hits, self._searcher.embed_question)
        told = match is not None and shares_script(draft.language, match[0].passage.language)
        if match is not None and told and match[1] >= settings.faq_threshold:
            yield from _faq(match[0], draft)
            return
        top = found.hits[0]
        if found.exact_only:
            yield from _exact(found.hits, draft)
            return
        best = best_sentence(found.query, top.passage, self._searcher.embed_passages)
        quote = cite(1, top, top.passage.start + best.start, top.passage.start + best.end)
        draft.time("clause")
        yield ClauseShown(quote, top.passage.text.strip())
        if (cell := cell_answer(asked, found.hits, draft.language)) is not None:
            yield from _pieces([cell], draft)
            return
        same_script = shares_script(found.query.language, top.passage.language)
        floor = settings.answer_threshold if same_script else settings.translated_threshold
        if top.score < floor:
            near = self._nearest(found, settings.may_help_share * floor)
            draft.decline("no_relevant_passage", found.hits, near=near)
            return
        if items := list_answer(found.query, top, self._searcher, draft.reader, draft.language):
            yield from _pieces(items, draft)
        else:
            yield from self._written(asked, found, draft, cancel)

    def _apart(self, apart: tuple[Statement, ...], draft: _Draft) -> Iterator[Event]:
        dates = self._searcher.dates([statement.hit.passage for statement in apart])
        draft.kind = "written"
        yield draft.note(lead_text(draft.language))
        for one in apart:
            day = dates.get((one.hit.passage.document_id, one.hit.passage.version))
            text = said_text(one, day.isoformat() if day else None, draft.language)
            yield draft.say(text, one.hit, one.start, one.end)

    def _written(
        self, asked: str, found: Found, draft: _Draft, cancel: threading.Event | None
    ) -> Iterator[Event]:
        settings = self._settings
        floor = settings.evidence_floor * found.hits[0].score
        hits = tuple(hit for hit in found.hits[: settings.evidence_passages] if hit.score >= floor)
        wider = expanded(found.query, hits, self._searcher, draft.reader, self._searcher.embed_passages)
        by_passage = {hit.passage.passage_id: hit for hit in wider.hits}
        hits = without_instructions(wider.hits, asked)
        if not hits:  # nothing was found but sentences that speak to a model
            draft.decline("not_supported", found.hits)
            return
        excerpts = select(
            found.query, hits, self._searcher.embed_passages, settings.evidence_chars, wider.followed
        )
        prompt = answer_prompt(draft.question, draft.language, excerpts)
        evidence = Evidence(
            [hit.passage for hit in hits], asked, self._searcher.across_languages, self._judge
        )
        draft.kind, draft.model, draft.prompt_version = "written", self._writer.model_id, prompt.version
        outcome = Written()
        own = "\n".join((asked, *(hit.passage.text for hit in hits if hit.passage.language == "zh-Hant")))
        draft.trace.shown = [excerpt.text for excerpt in excerpts]
        ahead, wait_s = self._writer.queue_load()
        if ahead:
            yield Queued(ahead, wait_s)
        cited: list[tuple[Hit, int, int]] = []
        for checked in self._writer.write(prompt.messages, evidence, draft.language, cancel, outcome):
            window = checked.support.window
            assert window is not None  # noqa: S101 - Writer yields supported sentences only
            hit = by_passage[window.passage.passage_id]
            cited.append((hit, window.start, window.end))
            told = in_taiwan_words(in_full(checked.text, window, draft.language), draft.language, own)
            if any(told in sentence.text for sentence in draft.sentences):
                continue  # two sentences of the model in the source's own words are often one
            yield draft.say(told, hit, window.start, window.end)
        for piece in left_out(found.query, cited, self._searcher, draft.reader, draft.language):
            yield draft.say(piece.text, piece.hit, piece.start, piece.end)
        draft.trace.dropped = [(checked.text, checked.support.verdict) for checked in outcome.dropped]
        draft.trace.dropped += [(text, "language") for text in outcome.foreign]
        if not draft.sentences and found.hits[0].passage.passage_id in {h.passage.passage_id for h in hits}:
            yield from self._quoted(found, draft)
        if not draft.sentences:
            draft.decline("not_supported", found.hits, near=self._nearest(found, 0))

    def _quoted(self, found: Found, draft: _Draft) -> Iterator[Event]:
        """Say the nearest sentence of a passage that surely answers, where the model's own were refused.

        Of 120 DRCD questions seven were declined with the answer on top at .9 and more, and one with it left out.
        """
        top = found.hits[0]
        passage = top.passage
        if top.score < self._settings.quote_threshold or not shares_script(draft.language, passage.language):
            return
        best = best_sentence(found.query, passage, self._searcher.embed_passages)
        if passage.question is None and speaks_for_itself(best.text):
            text = retold(best.text.replace("\n", " "), passage.language, draft.language)
            yield draft.say(text, top, passage.start + best.start, passage.start + best.end)

    def _nearest(self, found: Found, floor: float) -> Citation | None:
        return nearest(found, self._searcher.embed_passages, floor)


def _pieces(pieces: Sequence[Piece], draft: _Draft) -> Iterator[Event]:
    draft.kind = "written"  # by no model: "clause" is an exact look-up alone
    for piece in pieces:
        yield draft.say(piece.text, piece.hit, piece.start, piece.end)


def _faq(hit: Hit, draft: _Draft) -> Iterator[Event]:
    passage = hit.passage
    draft.kind = "faq"
    _, end = whole(passage)
    text = passage.text[passage.answer_start - passage.start : end - passage.start]
    yield draft.say(retold(text, passage.language, draft.language), hit, passage.answer_start, end)


def _exact(hits: tuple[Hit, ...], draft: _Draft) -> Iterator[Event]:
    draft.kind = "clause"
    for hit in hits:
        if not hit.exact:
            break
        start, end = whole(hit.passage)
        event = draft.say(
            hit.passage.text[start - hit.passage.start : end - hit.passage.start], hit, start, end
        )
        if len(draft.sentences) == 1:
            draft.time("clause")
            yield ClauseShown(event.citations[0], event.text)
        yield event


def _answer_language(question: str, found: Found) -> Language:
    """Return the question's language; where it has none of its own (a bare code), that of the best passage."""
    language = language_of(question)
    bare = found.exact_only and language == "en" and not _ENGLISH.search(question)
    if language == "und" or bare:
        return found.hits[0].passage.language if found.hits else "zh-Hant"
    return language


@dataclass(slots=True)
class _Draft:
    """An answer in the making."""

    id: str
    clock: Callable[[], float]
    trace: Trace
    reader: Reader
    language: Language = "zh-Hant"
    kind: str = "declined"
    sentences: list[Sentence] = field(default_factory=list)
    numbering: Numbering = field(default_factory=Numbering)
    declined: Decline | None = None
    choices: tuple[Choice, ...] = ()
    question: str = ""  # as whoever has to understand it reads it
    said: str | None = None  # instead of the decline's own text, or what is asked back
    model: str | None = None
    prompt_version: str | None = None
    timings: dict[str, float | None] = field(default_factory=dict)
    started: float = 0.0
    made_with: MadeWith | None = None

    def __post_init__(self) -> None:
        self.started = self.clock()
        self.timings = dict.fromkeys(("search", "clause", "first_sentence", "total"))

    def time(self, name: str) -> None:
        self.timings[name] = round((self.clock() - self.started) * 1000, 1)

    def say(self, text: str, hit: Hit, start: int, end: int) -> Delta:
        citation = self.numbering.number(hit, start, end)
        if self.model is not None and not self.sentences:
            self.time("first_sentence")
        self.sentences.append(Sentence(text, (citation.n,)))
        return Delta(len(self.sentences) - 1, text, (citation,))

    def note(self, text: str) -> Delta:
        """Say something of our own, which rests on no source."""
        self.sentences.append(Sentence(text, ()))
        return Delta(len(self.sentences) - 1, text, ())

    def ask_back(self, why: str, several: tuple[Passage, ...]) -> None:
        self.kind = "clarify"
        self.choices = choices(several, titles=why == "number")
        self.said = clarify_text(why, [choice.label for choice in self.choices], self.language)

    def reply(self, remark: Remark) -> None:
        """Say the fixed text for what is no question; chat that is not served is a decline."""
        self.language = remark.language
        said = remark_text(remark.intent, remark.language)
        if remark.reason is not None:
            self.decline(remark.reason, (), said)
        else:
            self.kind, self.said = "smalltalk", said

    def decline(
        self,
        reason: DeclineReason,
        hits: tuple[Hit, ...],
        said: str | None = None,
        near: Citation | None = None,
    ) -> None:
        looked_at = tuple(_looked_at(hit) for hit in hits[:3])
        self.kind = "declined"
        self.declined = Decline(reason, looked_at, near)
        named = [
            {**place, "question": hit.passage.question} for place, hit in zip(looked_at, hits, strict=False)
        ]
        helps = None if near is None else named[0]  # the nearest is the best hit
        self.said = said or decline_text(reason, self.language, named, helps)

    def finish(self) -> Answer:
        self.time("total")
        if self.declined is not None:
            return self._answer("declined", self.said or "", (), ())
        if self.kind == "smalltalk" and self.said:
            return self._answer("answered", self.said, (), ())
        if self.choices and self.said:
            return self._answer("clarify", self.said, (), ())
        joiner = " " if self.kind == "written" and self.prompt_version else "\n"
        text = joiner.join(" ".join((s.text, *(f"[{n}]" for n in s.citations))) for s in self.sentences)
        return self._answer("answered", text, tuple(self.sentences), self.numbering.all())

    def _answer(
        self, status: str, text: str, said: tuple[Sentence, ...], citations: tuple[Citation, ...]
    ) -> Answer:
        return Answer(
            self.id, status, self.kind, text, self.language, said, citations, self.declined, self.model,  # type: ignore[arg-type]
            self.prompt_version, dict(self.timings), self.choices, self.made_with,
        )  # fmt: skip


def _looked_at(hit: Hit) -> dict[str, object]:
    passage = hit.passage
    return {
        "document_id": passage.document_id,
        "source": passage.source,
        "title": passage.title,
        "version": passage.version,
        "clause": passage.clause,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "score": round(hit.score, 4),
    }
