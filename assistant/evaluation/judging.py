"""What became of one question, by rules that anyone can check; no model judges.

The outcomes, in the order in which a question can fail:

``failed``         the program raised an error; the run went on.
``not_retrieved``  none of the hits lies at an expected place (where only words are expected: no hit's text
                   holds them).
``dropped``        the expected place was found, and the model wrote sentences, but the check refused those
                   that held the expected words (where no words are expected: all of them).
``declined``       the expected place was found, and the answer is a decline all the same.
``not_used``       an answer was given, found wanting, and it cites none of the expected places; or it was
                   declined, and nothing of an expected place was shown to the model that was asked.
``asked_back``     the assistant asked which of several things is meant.
``wrong``          an answer from the right place that lacks the expected words; any answer to a question
                   that the documents do not answer.
``right``          the answer holds the expected words (where none are expected: it cites an expected place);
                   or a decline where the documents do not answer.
``unjudged``       nothing was expected, or only the search was asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answering.facts import numbers
from assistant.answering.types import Answer, Citation
from assistant.evaluation.matching import hit_at, is_place, place_key
from assistant.evaluation.types import Outcome, What
from knowledge.matching import met
from knowledge.sentences import sentences

NOTHING = (0.0, 0)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One question's verdict and its share of each figure; None where it has none.

    Pairs are (how many were right, of how many).
    """

    what: What
    rank: int | None  # of the first expected place among distinct places, from 1
    ranked: tuple[str, ...]  # distinct places in order; "expected" stands for any that was expected
    searched: bool  # has an expected place, so that the ranking can be judged
    right: bool | None
    contains: bool | None
    cited: bool | None  # an answer was given and cites an expected place
    declined: bool  # nothing was claimed
    given: bool  # an answer was given
    citations: tuple[float, int]
    exact: tuple[float, int]
    numbers: tuple[float, int]  # answers whose numbers all stand in what they cite: 0 or 1 of 0 or 1


def judge(outcome: Outcome) -> Judgement:
    """Judge one question."""
    case, answer = outcome.case, outcome.answer
    expects_place = bool(case.places) and case.answerable is not False
    ranked = _ranked(outcome) if expects_place else ()
    rank = ranked.index("expected") + 1 if "expected" in ranked else None
    declined = answer is not None and (answer.status == "declined" or answer.kind == "smalltalk")
    given = answer is not None and answer.status == "answered" and not declined
    contains = _contains(outcome) if case.answer_contains and case.answerable is not False else None
    cited = None
    if answer is not None and expects_place:
        cited = given and any(at_place(one, outcome) for one in answer.citations)
    right = _right(outcome, contains, cited, declined=declined, given=given)
    return Judgement(
        what=_what(outcome, right, rank, cited, declined=declined),
        rank=rank,
        ranked=ranked,
        searched=expects_place and outcome.error is None,
        right=right,
        contains=contains if answer is not None else None,
        cited=cited,
        declined=declined,
        given=given,
        citations=_precise(outcome) if given and expects_place else NOTHING,
        exact=(float(sum(outcome.exact)), len(outcome.exact)),
        numbers=_numbers(answer, outcome) if answer is not None and given else NOTHING,
    )


def said(answer: Answer) -> str:
    """Return what an answer says, without its markers."""
    return "\n".join(sentence.text for sentence in answer.sentences) or answer.text


def _ranked(outcome: Outcome) -> tuple[str, ...]:
    """Return the places of the hits, first occurrence of each.

    Where the clause is not asked for, a document's clauses are one place.
    """
    by_clause = any(place.clause is not None for place in outcome.case.places)
    return tuple(
        dict.fromkeys(
            "expected" if hit_at(hit, outcome.case.places) else place_key(hit, by_clause=by_clause)
            for hit in outcome.hits
        )
    )


def _contains(outcome: Outcome) -> bool:
    answer = outcome.answer
    if answer is None or answer.status != "answered":
        return False
    return all(met(outcome.case.answer_contains, said(answer)[: outcome.case.within]))


def _right(
    outcome: Outcome, contains: bool | None, cited: bool | None, *, declined: bool, given: bool
) -> bool | None:
    if outcome.answer is None:
        return None
    if outcome.case.answerable is False:
        return declined
    if contains is not None:
        return contains
    if cited is not None:
        return cited
    return False if outcome.case.answerable and not given else None


def _what(  # noqa: PLR0911 - one outcome a line
    outcome: Outcome, right: bool | None, rank: int | None, cited: bool | None, *, declined: bool
) -> What:
    if outcome.error is not None:
        return "failed"
    if right is None or outcome.answer is None:
        return "unjudged"
    if right:
        return "right"
    if outcome.answer.status == "clarify":
        return "asked_back"
    if outcome.case.answerable is False:
        return "wrong"
    if not _retrieved(outcome, rank):
        return "not_retrieved"
    if _dropped(outcome, declined=declined):
        return "dropped"
    if declined:
        return "not_used" if outcome.shown and not _was_shown(outcome) else "declined"
    return "not_used" if cited is False else "wrong"


def _retrieved(outcome: Outcome, rank: int | None) -> bool:
    case = outcome.case
    if case.places:
        return rank is not None
    if case.answer_contains:
        return all(met(case.answer_contains, "\n".join(hit.passage.text for hit in outcome.hits)))
    return True


def _dropped(outcome: Outcome, *, declined: bool) -> bool:
    """Return whether the check refused sentences that held expected words which the answer lacks."""
    groups = outcome.case.answer_contains
    refused = [text for text, _ in outcome.dropped]
    if not groups:
        return declined and bool(refused)
    said_all = "" if declined or outcome.answer is None else said(outcome.answer)
    lacking = [group for group, there in zip(groups, met(groups, said_all), strict=True) if not there]
    return any(met(lacking, "\n".join(refused)))


def _was_shown(outcome: Outcome) -> bool:
    """Return whether some sentence that the model read stands in a passage of an expected place."""
    if not outcome.case.places:
        return True
    expected = ["".join(h.passage.text.split()) for h in outcome.hits if hit_at(h, outcome.case.places)]
    read = ["".join(span.text.split()) for text in outcome.shown for span in sentences(text)]
    return any(len(one) > 1 and one in text for one in read for text in expected)


def at_place(citation: Citation, outcome: Outcome) -> bool:
    """Return whether a citation, or the same text elsewhere, lies at an expected place."""
    places = outcome.case.places
    sources = (citation.source, *citation.places)
    return any(is_place(source, citation.clause, places, citation.heading) for source in sources)


def _precise(outcome: Outcome) -> tuple[float, int]:
    """Count the citations that lie at an expected place, or whose quote holds expected words."""
    assert outcome.answer is not None  # noqa: S101 - judged answers only
    citations = outcome.answer.citations
    good = sum(at_place(c, outcome) or any(met(outcome.case.answer_contains, c.quote)) for c in citations)
    return float(good), len(citations)


def _numbers(answer: Answer, outcome: Outcome) -> tuple[float, int]:
    """Tell whether each number of each sentence stands in what that sentence cites.

    That is the quote, the passage it is from, and the names of its clause, heading and document. Answers
    without numbers do not count.
    """
    cited = {citation.n: numbers(_context(citation, outcome)) for citation in answer.citations}
    found = [
        (
            numbers(sentence.text),
            frozenset[str]().union(*(cited.get(n, frozenset()) for n in sentence.citations)),
        )
        for sentence in answer.sentences
    ]
    if not any(named for named, _ in found):
        return NOTHING
    return float(all(named <= there for named, there in found)), 1


def _context(citation: Citation, outcome: Outcome) -> str:
    passages = [
        hit.passage.text
        for hit in outcome.hits
        if hit.passage.document_id == citation.document_id
        and hit.passage.version == citation.version
        and hit.passage.start <= citation.start < hit.passage.end
    ]
    names = (citation.title, citation.clause or "", *citation.heading)
    return "\n".join((citation.quote, *passages, *names))
