"""What a fragment ("那事假呢?", "And phones?") stands for in the question before it, and that question with it put in.

A fragment takes the place of its like: a clause of a clause, an amount of an amount of the same kind, a code of a code of
the same shape, and of words those nearest in meaning. Words are told apart by the embedder: 15 to 60 spans of the earlier
question in one call, 30 to 110 ms on two cores, and only for a fragment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answering.grounding import Embed
from knowledge.clause_mentions import find_references
from knowledge.numerals import CJK_NUMERALS, WORDS
from knowledge.text import HAN

# How near a span must come: 0 is the likeness of the fragment to words that have nothing to do with it, 1 the same words.
# Measured from there the values hold for an embedder whose cosines are all above .8 and for one with its mean taken off.
# Words of one kind (筆電 and 手機, laptop and phones) reach .23 and more on the dialogues' development half.
_ALIKE = 0.23
_UNRELATED = {
    True: ("天氣", "音樂", "蘋果", "醫生", "河流", "紅茶", "足球", "電影"),
    False: ("weather", "music", "apple", "doctor", "river", "tea", "football", "movie"),
}
_STARTS, _ENDS, _SAME_END, _SAME_START, _LONGER = 0.085, 0.04, 0.085, 0.04, 0.02
_LONGEST = 8  # characters of a Chinese span; 3 words of an English one
_WORDS = 3
_TEXT = 160  # characters of a question that are looked at

_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|[{CJK_NUMERALS}兩两萬万億亿半]+|\b(?:{'|'.join(WORDS)})\b)"
_KINDS = (
    r"[個个]?(?:工作)?[天日月年週周]|小[時时]|分[鐘钟]|[歲岁]|(?:working )?(?:days?|weeks?|months?|years?|hours?|minutes?)\b",
    r"元|塊|块|dollars?\b",
    r"公里|公分|公尺|公斤|公克|坪|k[mg]\b|cm\b",
    r"期|installments?\b",
    r"次|times?\b",
    r"人|people\b|persons?\b",
    r"[級级]",
    r"[條条點点層层樓楼台件份箱筆笔]",
)
_AMOUNT = re.compile(
    rf"(?P<number>{_NUMBER})\s?-?(?P<unit>{'|'.join(f'(?P<k{i}>{kind})' for i, kind in enumerate(_KINDS))})?",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?<![A-Za-z0-9])(?:class |grade |type |level )?[A-Z]{1,4}-?[A-Z]{0,3}\d{0,4}(?![A-Za-z0-9])(?: ?[級级])?"
)
_DOCUMENT = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2,6}-[A-Z]{0,3}\d{1,5}(?![A-Za-z0-9])|《[^《》]{1,40}》"
    rf"|[{HAN}]{{0,20}}(?:(?<![方做想看無作用說手合違])法|條例|条例|規則|规则|細則|细则|準則|准则|辦法|办法|政策|手冊|手册|守則|守则|條款|条款)"
    r"|(?:[A-Z][\w’'-]*\s+(?:(?:of|and|for)\s+)?){1,6}(?:Act|Law|Code|Rules|Regulations|Policy|Guide|Handbook)\b"
)

_DETERMINER = re.compile(r"^(?:[Aa]n?|[Tt]he|[Mm]y|[Yy]our|[Oo]ur) (?=[a-z])")
_RELATION = re.compile(
    r"(?:from|in|at|on|outside|inside|within|during|with|without|under|over|to|by|before|via) ", re.IGNORECASE
)

# What asks, in a question: no content of it.
ASKING = re.compile(
    r"請問|请问|我?想[請请]?[問问]|可不可以|能不能|是不是|是否|有[沒没]有|[會会]不[會会]|要不要|需不需要|多久|多少[錢钱]|多少|多[長长]"
    r"|[幾几][個个]?[天月年點点次級级元日歲岁人塊块期]?|怎[麼么][辦办樣样算]?|如何|什[麼么][時时]候|[為为]?什[麼么]"
    r"|哪[天些裡里個个邊边]?|[誰谁]|何[時时]|可以|[嗎吗呢吧啊]|？|\?"
)
ASKING_LATIN = re.compile(
    r"\b(?:how (?:long|many|much|often|soon|far|do|does|can)|what(?:'s)?|when|where|who|whom|which|why|how|is|are|was|do"
    r"|does|did|can|could|may|must|should|will|would|shall|have|has|i|we|you|my|our|your|an?|the|there|to|get|please)\b|\?",
    re.IGNORECASE,
)
# Where one thing ends and the next begins in a Chinese question; 會員, 要求, 有效, 請假 and 到貨 are one.
_BETWEEN = re.compile(
    r"[的在從从是被把跟和與与或由我你您們们之者於于]|到(?![職职貨货府店])|[會会](?![員员議议計计費费])|要(?!求)|有(?!效)"
    rf"|[請请](?!假)|[^{HAN}]"
)
_LATIN_WORD = re.compile(r"[A-Za-z][\w-]*|\d[\d,.]*")
NO_THING = frozenset(
    word
    for words in (
        "how long many much often soon far what when where who whom which why is are was were do does did can could may",
        "must should will would shall have has had i we you my our your a an the there to get got for of in on at by with",
        "from and or be been it its they them this that as after before per one into than more me us if so also too any",
        "some no not yes please",
    )
    for word in words.split()
)


def topic(question: str) -> str:
    """Return a question's content without what asks: 出差住宿費一晚可以報多少 is about 出差住宿費一晚 報."""
    return " ".join(ASKING_LATIN.sub(" ", ASKING.sub(" ", question)).split())


def document_named(text: str) -> str | None:
    """Return the last document (its code or its title) that a text names, or None."""
    return next((m.group() for m in reversed(list(_DOCUMENT.finditer(text[:_TEXT])))), None)


_CAPITALS = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,5}(?![A-Za-z0-9])")
_IN_PLACE = re.compile(r"\s*(?:(?:in|for|at|of|from)\s+)?(?:the\s+)?", re.IGNORECASE)


def substituted(earlier: str, fragment: str, embed: Embed | None) -> str | None:
    """Return the earlier question with ``fragment`` in the place of its like, or None where nothing there is like it.

    Without ``embed`` only clauses, amounts and codes are exchanged.
    """
    earlier, fragment = earlier[:_TEXT], fragment[:_TEXT]
    fragment = _DETERMINER.sub("", fragment)
    for exchange in (_clause, _code, _capitals, _amount):
        text = exchange(earlier, fragment)
        if text is not None:
            return text
    if embed is None or not fragment or len(fragment) > (_LONGEST if _is_han(fragment) else 40):
        return None
    relation = _RELATION.match(fragment)
    if relation is None:
        return _words(earlier, fragment, embed)
    whole = _words(
        earlier, fragment[relation.end() :], embed
    )  # "from abroad" for "from home", but for no other place
    return whole if whole and re.search(rf"\b{relation.group()}\b", whole, re.IGNORECASE) else None


def _capitals(earlier: str, fragment: str) -> str | None:
    """US, and in the US, after a question with EU in it and no other capitals."""
    wanted, there = _CAPITALS.search(fragment), list(_CAPITALS.finditer(earlier))
    if wanted is None or len(there) != 1 or not _IN_PLACE.fullmatch(fragment, 0, wanted.start()):
        return None
    if fragment[wanted.end() :].strip(" ?？。.呢"):
        return None
    return earlier[: there[0].start()] + wanted.group() + earlier[there[0].end() :]


def _clause(earlier: str, fragment: str) -> str | None:
    """第4.3條呢, after 第4.1條 of a document or after its name alone."""
    wanted = find_references(fragment)
    if not wanted or len(fragment) > wanted[-1].end - wanted[0].start + 4:
        return None
    label = fragment[wanted[0].start : wanted[-1].end]
    there = find_references(earlier)
    if there:
        return earlier[: there[0].start] + label + earlier[there[-1].end :]
    named = document_named(earlier)
    return f"{named} {label}" if named else None


def _code(earlier: str, fragment: str) -> str | None:
    """E5 in the place of E1, C 級 in that of A 級, class C in that of class A: one code for one of its shape."""
    match = _CODE.fullmatch(fragment)
    if match is None:
        return None
    shape = _shape(fragment)
    for one in reversed(list(_CODE.finditer(earlier))):
        if _shape(one.group()) == shape:
            return earlier[: one.start()] + fragment + earlier[one.end() :]
    return None


def _shape(code: str) -> str:
    word, _, rest = code.rpartition(" ") if code[:1].islower() else ("", "", code)
    return word.casefold() + re.sub(r"\d+", "9", re.sub(r"[A-Z]+", "A", rest.replace(" ", "")))


def _amount(earlier: str, fragment: str) -> str | None:
    """滿五年 in the place of 滿一年, 四萬元 of 三千元: an amount for one of the same kind, with what the fragment adds."""
    wanted = list(_AMOUNT.finditer(fragment))
    if len(wanted) != 1 or len(fragment) - len(wanted[0].group()) > _LONGEST * (
        1 if _is_han(fragment) else 2
    ):
        return None
    kind = _kind(wanted[0])
    there = [one for one in _AMOUNT.finditer(earlier) if kind is None or _kind(one) in {None, kind}]
    there = [one for one in there if one["unit"] or one["number"][0].isdigit()]  # the 一 of 一般 is no amount
    if not there or (kind is None and not wanted[0]["number"][-1].isdigit() and len(wanted[0]["number"]) < 2):
        return None
    old = there[-1]
    if kind is None or _kind(old) is None:
        start, end, new = *old.span("number"), wanted[0].group().strip()
    else:
        start, end, new = *old.span(), wanted[0].group()
    return earlier[:start] + new + earlier[end:]


def _kind(match: re.Match[str]) -> str | None:
    return next((name for name, value in match.groupdict().items() if name[0] == "k" and value), None)


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    first: bool  # of its run of words
    last: bool


def _words(earlier: str, fragment: str, embed: Embed) -> str | None:
    han = _is_han(fragment)
    spans = list(_han_spans(earlier) if han else _latin_spans(earlier))
    if not spans:
        return None
    unrelated = _UNRELATED[han]
    vectors = embed([fragment, *unrelated, *(earlier[one.start : one.end] for one in spans)])
    cosines = vectors[1:] @ vectors[0]
    floor = min(float(cosines[: len(unrelated)].mean()), 0.99)
    rated = [
        (
            (float(cosine) - floor) / (1 - floor)
            + _likeness(earlier[one.start : one.end], one, fragment, han=han),
            one,
        )
        for cosine, one in zip(cosines[len(unrelated) :], spans, strict=True)
    ]
    score, best = max(rated, key=lambda pair: pair[0])
    return None if score < _ALIKE else earlier[: best.start] + fragment + earlier[best.end :]


def _likeness(text: str, span: _Span, fragment: str, *, han: bool) -> float:
    """Return what form adds to meaning: 生理假 ends as 病假 does, and a thing begins where its run of words does."""
    mine, theirs = text.casefold(), fragment.casefold()
    ending = next((n for n in (2, 1) if mine[-n:] == theirs[-n:]), 0)
    longer = abs(len(mine) - len(theirs)) * (1.0 if han else 0.3)
    return (
        _STARTS * span.first
        + _ENDS * span.last
        + _SAME_END * ending
        + _SAME_START * (mine[:1] == theirs[:1])
        - _LONGER * longer
    )


def _han_spans(text: str) -> Iterator[_Span]:
    """Yield the spans of two to eight characters between what asks and what joins."""
    masked = _BETWEEN.sub(lambda m: "\0" * len(m.group()), ASKING.sub(lambda m: "\0" * len(m.group()), text))
    for run in re.finditer(r"[^\0]+", masked):
        first, last = run.span()
        shortest = min(2, last - first)
        for start in range(first, last):
            for end in range(start + shortest, min(last, start + _LONGEST) + 1):
                yield _Span(start, end, start == first, end == last)


def _latin_spans(text: str) -> Iterator[_Span]:
    """Yield one to three words that stand together and name something."""
    run: list[re.Match[str]] = []
    for word in (*_LATIN_WORD.finditer(text), None):
        apart = bool(word and run and text[run[-1].end() : word.start()].strip())
        if word is None or apart or word.group().casefold() in NO_THING:
            for i, first in enumerate(run):
                for j, last in enumerate(run[i : i + _WORDS], i):
                    yield _Span(first.start(), last.end(), i == 0, j == len(run) - 1)
            run = []
        if word is not None and word.group().casefold() not in NO_THING:
            run.append(word)


def _is_han(text: str) -> bool:
    return bool(re.search(f"[{HAN}]", text))
