"""Which document is meant: asked back where editions or sister products answer a question differently.

A question that names one of them (its year, its model, a word of its title) is answered from that one alone; where all say
the same, it is answered with all as places. The asker's choice, in whatever words, is read from the history: the choices
that were offered are text that the client sends back and carry no authority, for a choice only adds a name to the question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from assistant.answering.evidence import sentence_scores
from assistant.answering.facts import denials, measures
from assistant.answering.grounding import Embed
from assistant.answering.types import Choice, Question, Turn
from knowledge.relevance import QueryTerms
from knowledge.search import Found
from knowledge.sentences import Span, sentences
from knowledge.text import fold, keys
from knowledge.twins import alike, kin, labels, named, named_together, sisters
from knowledge.types import Hit, Language, Passage

_MOST = 6  # choices that are offered
_NEAR = 0.7  # of the best hit's relevance: hits whose editions matter to the answer
_TIED = 0.85  # the same for passages of sister documents
_ALIKE = 0.8  # words that those must share
_OPEN = 5  # hits looked at for those
_ASKED = 0.7  # of the best sentence's share of the question: sentences that may hold the answer
_ADDED = 6  # characters that only one side says, and that make another rule of it

_LEADS: dict[str, dict[str, str]] = {
    "differ": {
        "zh-Hant": "不同文件對這個問題的規定不一樣，請問您要問的是哪一份？",
        "zh-Hans": "不同文件对这个问题的规定不一样，请问您要问的是哪一份？",
        "en": "The documents answer this differently. Which one do you mean?",
    },
    "number": {
        "zh-Hant": "有好幾份文件都有這個條號，請問您要查的是哪一份？",
        "zh-Hans": "有好几份文件都有这个条号，请问您要查的是哪一份？",
        "en": "Several documents have a clause of that number. Which one do you mean?",
    },
}
_UNKNOWN = {
    "zh-Hant": "在您可查閱的文件中，沒有名稱是「{name}」的文件。請確認名稱，或請同仁協助。",
    "zh-Hans": "在您可查阅的文件中，没有名称是“{name}”的文件。请确认名称，或请同事协助。",
    "en": "No document called “{name}” is among those that you may read. "
    "Please check the name, or ask a colleague for help.",
}
_NAME = 40  # characters of a name that are repeated
_LONGEST = 300  # characters of a name that is taken from the history

_OFFERED = re.compile(r"^(\d)\. (.+)$", re.MULTILINE)
_ORDINALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"第?\s?[一1１]\s?[個个份項项種种]?|前者|(?:the )?(?:first|1st)(?: one)?|(?:option|number|no\.?) ?(?:1|one)",
        r"第?\s?[二2２兩两]\s?[個个份項项種种]?|(?:the )?(?:second|2nd)(?: one)?|(?:option|number|no\.?) ?(?:2|two)",
        r"第?\s?[三3３]\s?[個个份項项種种]?|(?:the )?(?:third|3rd)(?: one)?|(?:option|number|no\.?) ?(?:3|three)",
        r"第?\s?[四4４]\s?[個个份項项種种]?|(?:the )?(?:fourth|4th)(?: one)?|(?:option|number|no\.?) ?(?:4|four)",
        r"第?\s?[五5５]\s?[個个份項项種种]?|(?:the )?(?:fifth|5th)(?: one)?|(?:option|number|no\.?) ?(?:5|five)",
        r"第?\s?[六6６]\s?[個个份項项種种]?|(?:the )?(?:sixth|6th)(?: one)?|(?:option|number|no\.?) ?(?:6|six)",
    )
)
_LAST = re.compile(
    r"後者|后者|最後一?[個个份項项]|最后一?[个份项]|(?:the )?(?:last|latter)(?: one)?", re.IGNORECASE
)
_LEAD_IN = re.compile(
    r"^(?:我?(?:要|想|是)?(?:問|问|查|指|選|选)?的?是?|請問|请问|i (?:mean|want|choose)|it'?s|please)\s*"
)
_END = re.compile(r"(?:[\s。.!！?？,，、]|please|那[個个份]|的|吧|謝謝|谢谢)*+$")
_BOTH = re.compile(
    r"(?:[兩两二三四五六][個个份項项種种者]?|全部?)?都(?:要|想知道|問|问|可以|需要|說|说|給我|给我)?|全部|全都要?"
    r"|both(?: of them)?|all(?: of them)?|each",
    re.IGNORECASE,
)
_AND = ", "
_STOPS = ("。", "！", "？", "；", ".", "!", "?", ";")
_CHOICE = 12  # terms; what is longer is a question of its own


def clarify_text(why: str, names: Sequence[str], language: Language) -> str:
    """Return the fixed question ("differ" or "number") with the choices numbered below it."""
    lead = _LEADS[why].get(language, _LEADS[why]["zh-Hant"])
    return "\n".join((lead, *(f"{n}. {name}" for n, name in enumerate(names, 1))))


def unknown_text(name: str, language: Language) -> str:
    """Return what is said of a document that the reader does not have; the name is the asker's own words."""
    return _UNKNOWN.get(language, _UNKNOWN["zh-Hant"]).format(name=name.strip(" 《》「」")[:_NAME])


def choices(passages: Sequence[Passage], *, titles: bool = False) -> tuple[Choice, ...]:
    """Return what can be chosen: each passage with a name that tells it from the others."""
    names = labels(passages, short=not titles)
    return tuple(
        Choice(name, p.document_id, p.source, p.title, p.version, p.clause)
        for name, p in zip(names, passages, strict=True)
    )


def chosen(question: Question) -> tuple[Question, str]:
    """Return the question that a choice answers, with the name chosen; any other question as it is, and "".

    In the history, too, a question, its clarification and the choice become one turn: 2026年版 特休有幾天？
    """
    turns: list[Turn] = []
    for turn in question.history:
        label = _label(turns, turn)
        if label:
            turns[-2:] = [Turn("user", f"{label} {turns[-2].content}")]
        else:
            turns.append(turn)
    label = _label(turns, Turn("user", question.text))
    if label:
        return Question(turns[-2].content, tuple(turns[:-2])), label
    return Question(question.text, tuple(turns)), ""


def _label(before: Sequence[Turn], turn: Turn) -> str:
    """Return the name that a user's turn chooses from those just offered; "" where it is no choice."""
    if [one.role for one in (*before[-2:], turn)] != ["user", "assistant", "user"]:
        return ""
    offered = before[-1].content.strip()
    if not offered.startswith(tuple(lead for why in _LEADS.values() for lead in why.values())):
        return ""
    names: list[str] = [name.strip()[:_LONGEST] for _, name in _OFFERED.findall(offered)][:_MOST]
    said = fold(turn.content).strip()
    plain = _END.sub("", _LEAD_IN.sub("", _END.sub("", said)))
    if names and _BOTH.fullmatch(plain):
        return _AND.join(names)
    for name, ordinal in zip(names, _ORDINALS, strict=False):
        if said == fold(name) or ordinal.fullmatch(plain):
            return name
    if names and _LAST.fullmatch(plain):
        return names[-1]
    return _nearest(turn.content, names)


def _nearest(said: str, names: Sequence[str]) -> str:
    """Return the name that a short answer shares most of its own terms with; "" where none or several."""
    if len(set(keys(said).grams)) > _CHOICE:
        return ""
    held = [len(_terms(said) & _own_terms(name, names)) for name in names]
    best = max(held, default=0)
    return names[held.index(best)] if best and held.count(best) == 1 else ""


def _terms(text: str) -> frozenset[str]:
    found = keys(text)
    return frozenset((*found.grams, *found.idents))


def _own_terms(name: str, names: Sequence[str]) -> frozenset[str]:
    """Return the terms of a name that not all the others have."""
    return _terms(name) - frozenset.intersection(*(_terms(other) for other in names))


@dataclass(frozen=True, slots=True)
class Settled:
    """What is meant: the hits that may answer, and what several documents say that must be chosen from, or all told."""

    found: Found
    several: tuple[Passage, ...] = ()  # to choose from
    each: tuple[Passage, ...] = ()  # the question names all of them, and they differ


def settle(
    asked: str, found: Found, embed: Embed, floor: float, turns: Sequence[str] = (), choice: str = ""
) -> Settled:
    """Return which documents are meant.

    ``turns`` are the user's own, this one first: a name said later counts more than one before, and what was said once
    is not asked again. ``choice`` is the name that was chosen of those offered. ``floor`` is the relevance below which
    nothing is answered and so nothing is asked.
    """
    if found.unnamed:
        first = {p.document_id: p for p in reversed(found.unnamed)}
        members = tuple(first[i] for i in dict.fromkeys(p.document_id for p in found.unnamed))[:_MOST]
        taken = _taken(choice, members, titles=True)
        return Settled(_only(found, taken)) if taken else Settled(found, members)
    now = "\n".join((*turns[:1], *found.variants))
    found = _of_the_named((now, asked), found)
    if not found.hits or found.hits[0].score < floor:
        return Settled(found)
    near = [hit for hit in found.hits[:3] if hit.score >= _NEAR * found.hits[0].score]
    for hit, members in [(hit, (hit.passage, *hit.editions)) for hit in near] + _strangers(found):
        together = named_together(now, members)
        meant = together or named(now, members) or named(asked, members) or members
        if hit.passage not in meant:  # its sister is named
            return Settled(_without(found, {p.document_id for p in members if p not in meant}))
        if len(meant) < 2:
            continue
        whole = found.exact_only
        if any(
            _differ(found.query, hit.passage, p, embed, whole=whole) for p in meant if p is not hit.passage
        ):
            meant = tuple(sorted(meant, key=lambda p: (p.title, p.source)))[:_MOST]
            if together:
                return Settled(found, each=meant)
            one = _taken(choice, meant) or _spoken_of(turns[1:], meant)
            return (
                Settled(_without(found, {p.document_id for p in meant} - {one.document_id}))
                if one
                else Settled(found, meant)
            )
    return Settled(found)


def _taken(choice: str, members: Sequence[Passage], *, titles: bool = False) -> Passage | None:
    """Return the member whose name was chosen: a choice is never asked again."""
    names = labels(members, short=not titles)
    return (
        next((p for p, name in zip(members, names, strict=True) if name == choice), None) if choice else None
    )


def _spoken_of(turns: Sequence[str], members: Sequence[Passage]) -> Passage | None:
    """Return the one that the conversation was about, the latest turn first; None where it named none or several."""
    for turn in turns:
        if meant := named(turn, members):
            return meant[0] if len(meant) == 1 else None
    return None


def _only(found: Found, passage: Passage) -> Found:
    """Return what was found with the clause that was chosen as the one that is asked for."""
    rest = [hit for hit in found.hits if hit.passage.passage_id != passage.passage_id]
    hits = (Hit(1, 1.0, passage, exact=True), *rest)
    return replace(
        found, hits=tuple(replace(h, rank=n) for n, h in enumerate(hits, 1)), unnamed=(), exact_only=True
    )


def _of_the_named(ways: Sequence[str], found: Found) -> Found:
    """Drop the documents whose sister the question names: of two editions only the named one is evidence.

    ``ways`` to say it are tried in their order.
    """
    passages = [p for hit in found.hits for p in (hit.passage, *hit.editions)]
    first = {p.document_id: p for p in reversed(passages)}
    dropped: set[str] = set()
    known: set[str] = set()
    for one in first.values():
        if one.document_id in known:
            continue
        family = [one, *(p for p in first.values() if kin(one, p))]
        known |= {p.document_id for p in family}
        if len(family) < 2:
            continue
        for asked in ways:
            together = named_together(asked, family)
            if meant := together or named(asked, family, by_title=True):
                dropped |= {p.document_id for p in family if p not in meant}
                break
    return _without(found, dropped)


def _without(found: Found, dropped: AbstractSet[str]) -> Found:
    """Return what was found without some documents."""
    if not dropped:
        return found
    hits: list[Hit] = []
    for hit in found.hits:
        kept = [p for p in (hit.passage, *hit.editions) if p.document_id not in dropped]
        if kept and kept[0] is hit.passage:
            hits.append(replace(hit, editions=tuple(kept[1:])))
        elif kept:  # the named edition stands for the group; the copies are copies of the other
            hits.append(replace(hit, passage=kept[0], places=(), editions=tuple(kept[1:])))
    return replace(found, hits=tuple(replace(hit, rank=n) for n, hit in enumerate(hits, 1)))


def _strangers(found: Found) -> list[tuple[Hit, tuple[Passage, ...]]]:
    """Return the best hit with passages of sister documents that are written alike and as relevant."""
    top = found.hits[0]
    twins = [
        hit.passage
        for hit in found.hits[1:_OPEN]
        if hit.score >= _TIED * top.score
        and hit.passage.document_id != top.passage.document_id
        and hit.passage.kind == top.passage.kind != "record"
        and sisters(top.passage, hit.passage)
        and alike(top.passage, hit.passage) >= _ALIKE
    ]
    return [(top, (top.passage, *twins))] if twins else []


def _differ(query: QueryTerms, one: Passage, other: Passage, embed: Embed, *, whole: bool) -> bool:
    """Return whether two passages answer the question differently; ``whole``: the clause itself is asked for."""
    return any(
        _differs(span.text, a, b)
        for a, b in ((one, other), (other, one))
        for span in (_spans(a) if whole else _answering(query, a, embed))
    )


def _spans(passage: Passage) -> list[Span]:
    found = sentences(passage.text)
    titled = len(found) > 1 and found[0].text[-1:] not in (*_STOPS, "：", ":")
    return found[1:] if titled else found


def statement(query: QueryTerms, passage: Passage, embed: Embed) -> Span:
    """Return the whole sentence that holds most of the question; a heading repeats its words and says nothing."""
    found = list(zip(sentences(passage.text), sentence_scores(query, passage, embed), strict=True))
    whole = [pair for pair in found if pair[0].text.rstrip()[-1:] in _STOPS]
    return max(whole or found, key=lambda pair: pair[1])[0]


def _answering(query: QueryTerms, passage: Passage, embed: Embed) -> list[Span]:
    """Return the sentences that hold about as much of the question as the best of them."""
    kept = {span.start for span in _spans(passage)}
    pairs = zip(sentences(passage.text), sentence_scores(query, passage, embed), strict=True)
    scored = [(span, score) for span, score in pairs if span.start in kept]
    best = max((score for _, score in scored), default=0.0)
    return [span for span, score in scored if score >= _ASKED * best]


def _differs(sentence: str, of: Passage, other: Passage) -> bool:
    """Return whether the other passage says something else where it says nearly the same."""
    mine = _bare(sentence, of)
    theirs = [_bare(span.text, other) for span in sentences(other.text)]
    if not theirs:
        return True
    twin = max(theirs, key=lambda text: _overlap(mine, text))
    related = kin(of, other)
    return facts_differ(mine, twin, words=related or sisters(of, other), added=related)


def _bare(text: str, passage: Passage) -> str:
    """Return a sentence without codes and without the years of its document's own title."""
    years = re.findall(r"(?:19|20)\d\d", f"{passage.title} {passage.source}")
    text = re.sub(r"[A-Za-z]+-?\d[\w-]*", "", text)
    return re.sub("|".join(years), "", text) if years else text


def _overlap(one: str, other: str) -> float:
    mine, theirs = set(keys(one).grams), set(keys(other).grams)
    return len(mine & theirs) / max(len(mine | theirs), 1)


_WORDLESS = re.compile(r"[\W\d_]+")
_LIGHT = frozenset(fold("應须須需得可以之的於于在為为其及與与並并且者均皆即則则由所該该本天日應予個个"))


def facts_differ(one: str, other: str, *, words: bool = True, added: bool = True) -> bool:
    """Return whether two sentences that say nearly the same differ in a number, a denial or a word that counts.

    Without ``words`` only numbers and denials count. ``added``: a rule of which one says more is another rule.
    """
    if measures(one) != measures(other) or bool(denials(one).count) != bool(denials(other).count):
        return True
    if not words:
        return False
    a, b = (_WORDLESS.sub("", fold(text)) for text in (one, other))
    for what, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        out, new = (sum(c not in _LIGHT for c in piece) for piece in (a[i:j], b[k:m]))
        if (what == "replace" and min(out, new) >= 2) or (added and max(out, new) >= _ADDED):
            return True
    return False
