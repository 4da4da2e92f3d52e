"""A sentence read for comparison: its words, its amounts, its marks, and what stands under a denial.

The text is folded; amounts, then the lexicon's marks are each replaced by one sign, so that what remains are words.
A fact (an amount, a mark, an acting person) knows the words around it: two facts are about the same when the words
around them are the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.answering.amounts import Amount, Value, amounts, counts_by, is_article, rates
from assistant.answering.lexicon import FILLERS, HAN_SAME, HAN_SYNONYMS, LATIN_SAME, MARKS, NOT, UNLESS, WORDS
from knowledge.sentences import is_row as is_written_row
from knowledge.text import fold, stem

LIFTED = ("lifted", "")  # a mark that says nothing any more
Context = Mapping[str, float]
Place = tuple[str, int, int]  # how a word stands there (+ - ?), its place among the tokens, its segment
Part = tuple[str, int, int]  # a gram, its place among the tokens, the segment it stands in

FUNCTION = frozenset(
    fold(
        "的了是在於為之其以及與和或也都有就而則並該此這那個者所會能可以被把由從到向對上下中等並且但才再還仍只將"
    )
    + "您你我他她它"
) | frozenset(
    "a an the of in on at to for from by with as is are was were be been it its this that these those "  # noqa: SIM905 - two lines, not fifty
    "and or if when you your we our they their he she his her i my will do does has have period last between so then also per".split()
)
_CLOSE = 3  # characters, words, marks
_SIDES = ("<", ">")
_BOUND = 3.0  # for the amount that "at least" belongs to
_TIER = 4.0  # for another amount of the sentence, on the same side: "three to six years: 8,000"
_NEAR = 0.8  # more for the words right beside a fact
_BESIDE = 0.6  # for words of the same sentence beyond a comma
_HELD = 0.25  # and for those that another amount of the kind has for itself
_TOPIC, _TOPIC_WEIGHT = 6, 1.2  # a sentence's first words are its topic: they stand beside every fact of it
_WEIGHT = {"|": 1.2, "#": 2.0}  # a piece's first character (祖父母 is not 配偶之祖父母), another amount
_HAN_HEAD, _LATIN_HEAD = 3, 1  # characters or words that a denial certainly governs; those after it, perhaps
_REACH = 9
_PREPOSITIONS = frozenset(fold("以向對將把因"))  # what follows is not what is denied: 不得以零用金支付
_AFTER_MODAL = 8  # characters or words that tell what may or must be done

_TOKEN = re.compile(
    "(?P<amount>[\U000f0000-\U000f1fff])|(?P<mark>[\ue000-\uefff]+)|(?P<han>[\u3400-\u9fff])"
    '|(?P<stop>[。.!?！？\n]+(?=\\s|$|[^a-z0-9])|[，,;；:：])|(?P<word>[^\\W_\u3400-\u9fff\ue000-\uefff\U000f0000-\U000f1fff]+)|(?P<weak>[、()/·「」"《》-])'
)
_NO_FOOD = (fold("禁食"), fold("不得飲食"))
_POSSESSIVE = re.compile(r"['’]s\b")
_SCOPE_END = frozenset(fold("者的之時則即均")) | {
    "but",
    "and",
    "or",
    "if",
    "unless",
    "except",
    "when",
    "while",
    "because",
    "for",
}
_RANGE_WORDS = frozenset(fold("起至到")) | {"to", "until", "and", "through", "till"}
_LINKS = frozenset({"the", "a", "an", "and", "but", "or", "is", "are", "be", "been"})
_CELL_NONE = re.compile(fold("([^:;\n]{1,20}):\\s*(?:无|没有|否|不适用|none|no|n/a|-+)\\s*(?=;|$|\n)"))
_CELL_HAS = re.compile(fold("([^:;\n]{1,20}):\\s*(?:有|是|可|yes)\\s*(?=;|$|\n)"))

_HAN_ROLE = re.compile(
    "(?:" + fold("总经理室?|副总经?理?|董事[长会]|主管机关|警卫室|管理员|受雇者|雇主|劳工|工会|经销商|厂商|供应商"
        "|本?公司|本店|[买卖][家方]|住户|访客|仓管|[出承]租人|房东|房客|[甲乙]方|[借贷]款人|保证人|受益人|被保险人"
        "|要保人|[委受]托人|申请人|当事人|负责人|代理人")
    + "|"
    + f"(?:(?![{fold('由向经应于到至和与及并请须可得为者日内时是的之跟会给让后前')}])[\u3400-\u9fff]){{0,4}}?"
    + fold("(?:经理|主任|课长|组长|处长|厂长|店长|总监|专员|主管|助理|部门(?!主管|经理|助理)|部(?![分份位落门])"
        "|(?<![堂日])课(?![程税后长])|组(?![织成装合长])|(?<=[务理政运安讯源])处(?![理分罚置以长])|中心|机构|机关|单位|人员|会员|顾客|委员会"
        "|工程师|药师|技师|护理师|秘书|会计师|医师|律师)") + ")"
)  # fmt: skip
_LATIN_ROLE = re.compile(
    r"\b(?:([a-z]+) )?(managers?|directors?|controllers?|officers?|supervisors?|leads?|heads?|departments?|teams?"
    r"|staff|customers?|employees?"
    r"|contractors?|dealers?|we|company|union|inspectorate|board|employers?|clients?|vendors?|suppliers?|guests?"
    r"|members?|administrators?"
    r"|accountants?|couriers?|carriers?|airline|bank|insurer|tenants?|landlord)\b"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can be exchanged, with the weighted words around it."""

    kind: str
    value: str
    context: Context
    amount: Amount | None = None
    attached: str = (
        ""  # what a bound or an order belongs to: "at least" to its number, 前 to what stands before it
    )

    def equals(self, other: Fact) -> bool:
        """Return whether both say the same."""
        if self.amount is not None:
            return other.amount is not None and self.amount.equals(other.amount)
        if self.kind == "role":
            return self.value.endswith(other.value) or other.value.endswith(self.value)
        return self.value.rstrip("<>") == other.value.rstrip("<>")

    def rivals(self, other: Fact) -> bool:
        """Return whether ``other`` could stand in its place."""
        if self.amount is not None:
            return other.amount is not None and self.amount.rivals(other.amount)
        return self.kind == other.kind and self.attached == other.attached


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """What stands between two commas: its words and its amounts."""

    units: tuple[str, ...]
    amounts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence, read."""

    units: tuple[str, ...]  # Han characters and stemmed words in order, without amounts and marks
    grams: frozenset[str]  # pairs of neighbouring Han characters, and words
    facts: tuple[Fact, ...]
    amounts: tuple[Amount, ...]
    denies: bool
    turns: tuple[tuple[int, frozenset[str]], ...]  # of each clause: how many denials, which grams
    denials: Mapping[str, tuple[Place, ...]]  # of each gram
    parts: tuple[Part, ...]
    folded: str
    exceptions: tuple[Excepted, ...] = ()
    clauses: tuple[tuple[str, ...], ...] = ()  # the units of each
    segments: tuple[Segment, ...] = ()  # between commas
    rates: frozenset[Value] = frozenset()  # what it counts by: 每日
    plain: str = ""  # the folded text that the amounts' places are of

    def without_rates(self, counted: frozenset[Value], others: Collection[Amount]) -> Reading:
        """Return it without what counts nothing: "a day" where the source says "daily", 一次 where it counts no times."""
        kinds = {kind for kind, _ in counted}
        kept = tuple(
            one
            for one in self.amounts
            if not counts_by(one, self.plain, counted)
            and (
                not is_article(one, self.plain)
                or one.kinds & kinds
                or any(one.rivals(o) or one.equals(o) for o in others)
            )
        )
        if len(kept) == len(self.amounts):
            return self
        facts = tuple(fact for fact in self.facts if fact.amount is None or fact.amount in kept)
        return replace(self, amounts=kept, facts=facts)

    def context(self, at: int, segment: int) -> Context:
        """Return the words around a place, without the word that stands there."""
        return _around(at, segment, (part for part in self.parts if not 0 <= part[1] - at <= 1))


@dataclass(frozen=True, slots=True)
class Excepted:
    """What a rule does not hold for: 但有正當理由者，不在此限; 除瑕疵品外，不得退貨."""

    case: frozenset[str]  # grams of what is excepted
    rule: frozenset[str]  # grams of what is done or not done
    denies: int  # how many denials the rule has


_EXCEPTED = re.compile(
    re.sub(
        "[\u3400-\u9fff]+",
        lambda m: fold(m.group()),
        "(?P<rule>[^,.。;]+)[,.。;]但(?P<case>[^.。;]{2,30}?)[者時]?,?不在此限"
        "|除(?:了)?(?P<case2>[^.。;]{2,24}?)(?:以外|之外|外),?(?P<rule2>[^.。;]+)"
        "|(?P<rule4>[^.。;]+),(?P<case4>[^,.。;]{1,20})(?:除外|例外)"
        "|(?P<rule3>[^.;]+?),? (?:except|unless)(?: for| when| if| where| in case of)? (?P<case3>[^.;,]{3,60})",
    )
)


def _exceptions(plain: str) -> tuple[Excepted, ...]:
    found = []
    for match in _EXCEPTED.finditer(plain):
        group = [
            v
            for v in (
                match["case"] or match["case2"] or match["case3"] or match["case4"],
                match["rule"] or match["rule2"] or match["rule3"] or match["rule4"],
            )
            if v
        ]
        case, rule = read_plain(group[0]), read_plain(group[1])
        found.append(Excepted(case.grams, frozenset(rule.grams), sum(count for count, _ in rule.turns)))
    return tuple(found)


@dataclass(slots=True)
class _Token:
    kind: str
    text: str
    segment: int
    state: str = "+"  # "-" denied, "?" perhaps


_LATIN_ROW = re.compile(r"[^:;\n]{1,30}: [^;\n]*; [^;:\n]{1,30}: ")


def is_row(text: str) -> bool:
    """Return whether a text is a row of a table, also as English texts write it: "header: value; header: value"."""
    return is_written_row(text) or _LATIN_ROW.match(text) is not None


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """Return ``text`` read; cached, since a window's sentences are read for every question."""
    return _read(text, excepting=True)


def read_plain(text: str) -> Reading:
    """Return a piece of a sentence read, without looking for exceptions in it."""
    return _read(text, excepting=False)


def _read(text: str, *, excepting: bool) -> Reading:
    folded = fold(text)
    if is_row(text):
        folded = _CELL_HAS.sub(
            lambda m: fold("有") + m[1], _CELL_NONE.sub(lambda m: fold("無") + m[1], folded)
        )
    plain = _POSSESSIVE.sub("", folded).replace(*_NO_FOOD)
    found = amounts(plain)
    marked, kinds = _marked(plain, found)
    tokens = _tokens(marked)
    _lift(tokens, kinds)
    _deny(tokens, kinds)
    units = tuple(t.text for t in tokens if t.kind in {"han", "word"})
    parts = _contexts(tokens, kinds, found)
    facts = (*_facts(tokens, parts, kinds, found, row=is_row(text)), *_roles(marked, tokens, parts))
    return Reading(
        units,
        grams(units),
        facts,
        tuple(found),
        NOT in kinds,
        _turns(tokens, parts, kinds),
        _denials(tokens),
        tuple(parts),
        folded,
        _exceptions(plain) if excepting else (),
        _clauses(tokens),
        _segments(tokens, found),
        rates(plain),
        plain,
    )


def _clauses(tokens: list[_Token]) -> tuple[tuple[str, ...], ...]:
    found: dict[int, list[str]] = {}
    for token in tokens:
        if token.kind in {"han", "word"} and token.text not in _LINKS:
            found.setdefault(token.segment, []).append(token.text)
    return tuple(tuple(units) for units in found.values())


def _segments(tokens: list[_Token], amounts_: list[Amount]) -> tuple[Segment, ...]:
    found: dict[int, tuple[list[str], list[Amount]]] = {}
    for token in tokens:
        units, some = found.setdefault(token.segment, ([], []))
        if token.kind == "amount":
            some.append(amounts_[ord(token.text) & 0xFFF])
        elif token.kind in {"han", "word"}:
            units.append(token.text)
    return tuple(Segment(tuple(units), tuple(some)) for units, some in found.values())


def grams(units: Iterable[str]) -> frozenset[str]:
    """Return pairs of neighbouring Han characters, and words; what stands between two Han runs is not looked at."""
    found: set[str] = set()
    before = ""
    for unit in units:
        if unit < "\u3400":
            found.add(unit)
        elif before >= "\u3400":
            found.add(before + unit)
        before = unit
    return frozenset(found)


def similarity(mine: Context, theirs: Context) -> float:
    """Return how much the words around two facts are the same."""
    if len(theirs) < len(mine):
        mine, theirs = theirs, mine
    return sum(min(weight, theirs[gram]) for gram, weight in mine.items() if gram in theirs)


def _marked(text: str, found: list[Amount]) -> tuple[str, list[tuple[str, str]]]:
    """Return the text with a sign for each amount and each mark, and what the signs of marks are."""
    pieces: list[str] = []
    at = 0
    for i, amount in enumerate(found):
        dated = bool(amount.kinds & {"date", "clock"})
        pieces += [text[at : amount.start], chr((0xF0000 if dated else 0xF1000) + i)]
        at = amount.end
    text = "".join((*pieces, text[at:]))
    kinds: list[tuple[str, str]] = []

    def sign(match: re.Match[str]) -> str:
        word = WORDS[int(str(match.lastgroup)[1:])]
        kept = "".join(c for c in match.group() if "\U000f0000" <= c <= "\U000f1fff")
        signs = ""
        for mark in word.marks:
            signs += chr(0xE000 + len(kinds))
            kinds.append(mark)
        return f"{kept}{signs}"

    return FILLERS.sub("", HAN_SYNONYMS.sub(lambda m: HAN_SAME[m.group()], MARKS.sub(sign, text))), kinds


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    segment = 0
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "mark":
            found += [_Token("mark", c, segment) for c in match.group()]
            continue
        word = match.group()
        if kind == "word":
            word = _stem(stem(word))
            word = LATIN_SAME.get(word, word)
        found.append(_Token(kind, word, segment))
        segment += kind == "stop"
    return found


_ENDING = re.compile(r"(?<=[a-z]{3})(?:(?P<d>[bdgmnprt])(?P=d))?(?P<e>ing|ed|al|e)$")


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    """Cut what makes approve, approved and approval three words; only for comparing one with the other."""
    match = _ENDING.search(word) if word.isascii() else None
    return word[: match.start()] + (match["d"] or "") if match else word


def _lift(tokens: list[_Token], kinds: list[tuple[str, str]]) -> None:
    """Let a denied condition and the denial that depends on it lift each other: 非經同意不得 is 經同意得.

    A condition that stands alone ("without a receipt", "unless opened") denies like any other.
    """
    first = 0
    for end, token in enumerate((*tokens, _Token("end", "", 0))):
        if token.kind != "end" and not (token.kind == "stop" and token.text[0] in ".。!?！？\n"):
            continue
        marks = [ord(t.text) - 0xE000 for t in tokens[first:end] if t.kind == "mark"]
        first = end
        conditions = [i for i in marks if kinds[i] == UNLESS]
        denials = [i for i in marks if kinds[i] == NOT]
        if len(conditions) == 1 and denials:
            nearest = min(
                denials,
                key=lambda i: (i < conditions[0]) if tokens[0].text >= "\u3400" else abs(i - conditions[0]),
            )
            kinds[conditions[0]] = kinds[nearest] = LIFTED
        for i in conditions:
            if kinds[i] == UNLESS:
                kinds[i] = NOT


def _deny(tokens: list[_Token], kinds: list[tuple[str, str]]) -> None:
    """Mark what stands under a denial, up to the clause's end; two denials lift each other."""
    turned = {"+": "-", "-": "+", "?": "?"}
    for i, token in enumerate(tokens):
        if token.kind != "mark" or kinds[ord(token.text) - 0xE000] != NOT:
            continue
        following = [after for after in tokens[i + 1 :] if after.kind != "mark"]
        reached = _REACH if following and following[0].text in _PREPOSITIONS else 0
        for after in tokens[i + 1 :]:
            if after.kind == "stop" or after.text in _SCOPE_END:
                break
            if after.kind == "amount":
                reached = _REACH
            if after.kind == "mark" and after is tokens[i + 1]:
                after.state = turned[after.state]  # 不得, cannot
                continue
            reached += after.kind in {"han", "word"} and after.text not in FUNCTION
            head = _HAN_HEAD if after.kind == "han" else _LATIN_HEAD
            after.state = turned[after.state] if reached <= head else "?"


def _contexts(  # noqa: C901 - a branch for each kind of token
    tokens: list[_Token], kinds: list[tuple[str, str]], amounts_: list[Amount]
) -> list[Part]:
    """Return (gram, position, segment) of everything that tells what a fact is about."""
    found: list[Part] = []
    before: _Token | None = None
    edge = True
    for i, token in enumerate(tokens):
        if token.kind == "han":
            if before is not None:
                denied = "-" if token.state == before.state == "-" else ""
                found.append((before.text + token.text + denied, i, token.segment))
            if edge:
                found.append(("|" + token.text, i, token.segment))
            before, edge = token, False
            continue
        if token.kind == "word":
            if token.text not in FUNCTION:
                found.append((token.text + ("-" if token.state == "-" else ""), i, token.segment))
            edge = token.text in FUNCTION
        elif token.kind in {"stop", "weak"}:
            edge = True
        elif token.kind == "amount":
            found.append(("#" + amounts_[ord(token.text) & 0xFFF].sign, i, token.segment))
        elif token.kind == "mark":
            kind, value = kinds[ord(token.text) - 0xE000]
            if kind not in {"not", "modal", "lifted"}:
                found.append((f"={kind}:{value.rstrip('<>')}", i, token.segment))
        before = None if token.kind in {"word", "stop", "weak"} else before
    return found


def _following(at: int, segment: int, parts: Iterable[Part]) -> dict[str, float]:
    """Return what follows a "may" or "must" in its clause: what may or must be done."""
    return {
        g: 1.0 if i - at > 4 else 1.8
        for g, i, s in parts
        if s == segment and at < i <= at + _AFTER_MODAL and g[0] not in "|="
    }


def _around(
    at: int,
    segment: int,
    parts: Iterable[Part],
    side: str = "",
    held: frozenset[int] = frozenset(),
    *,
    topic: bool = True,
    begun: int | None = None,
    ended: int | None = None,
) -> dict[str, float]:
    context: dict[str, float] = {}
    for gram, i, where in parts:
        if i == at and gram[0] in "#=":
            continue  # the fact itself
        weight = 1.0 if where == segment else _HELD if where in held else _BESIDE
        weight = _TIER if gram[0] == "#" and gram[-1] in _SIDES else weight * _WEIGHT.get(gram[0], 1.0)
        apart = i - at if side == ">" else at - i if side == "<" else abs(i - at)
        if begun is not None and i < at:
            apart = abs(i - begun)  # what stands before a range stands before its end, too
        if ended is not None and i > ended:
            apart = i - ended
        if where == segment and 0 < apart <= _CLOSE:
            weight += _NEAR if gram[0] != "#" or side not in _SIDES else _BOUND
        if topic and i < _TOPIC and gram[0] not in "#=" and where not in held:
            weight = max(weight, _TOPIC_WEIGHT)
        if weight > context.get(gram, 0.0):
            context[gram] = weight
    return context


def _turns(
    tokens: list[_Token], parts: list[Part], kinds: list[tuple[str, str]]
) -> tuple[tuple[int, frozenset[str]], ...]:
    count: dict[int, int] = {}
    for token in tokens:
        if token.kind == "mark" and kinds[ord(token.text) - 0xE000] == NOT:
            count[token.segment] = count.get(token.segment, 0) + 1
    said: dict[int, set[str]] = {}
    for gram, _, segment in parts:
        if gram[0] not in "|=#":
            said.setdefault(segment, set()).add(gram.rstrip("-"))
    return tuple((count.get(segment, 0), frozenset(found)) for segment, found in said.items())


def _sided(part: Part, at: int) -> Part:
    """Return a part beside an amount; another amount before it is not the same as one after it."""
    return (part[0] + (">" if part[1] > at else "<"), *part[1:]) if part[0][0] == "#" else part


def _attached(at: int, segment: int, parts: list[Part], side: str) -> str:
    if side not in _SIDES:
        return ""
    near = [
        part
        for part in parts
        if part[2] == segment and part[0][0] not in "|=" and (part[1] > at if side == ">" else part[1] < at)
    ]
    if not near:
        return ""
    gram, place, _ = (
        min(near, key=lambda part: part[1]) if side == ">" else max(near, key=lambda part: part[1])
    )
    return gram if abs(place - at) <= _CLOSE + 1 else ""


def _denials(tokens: list[_Token]) -> dict[str, tuple[Place, ...]]:
    found: dict[str, tuple[Place, ...]] = {}
    for i, token in enumerate(tokens):
        gram = token.text
        if token.kind == "han":
            after = tokens[i + 1] if i + 1 < len(tokens) else None
            if after is None or after.kind != "han" or after.state != token.state:
                continue
            gram += after.text
        elif token.kind != "word" or gram in FUNCTION:
            continue
        found[gram] = (*found.get(gram, ()), (token.state, i, token.segment))
    return found


def _facts(
    tokens: list[_Token], parts: list[Part], kinds: list[tuple[str, str]], found: list[Amount], *, row: bool
) -> Iterable[Fact]:
    for i, token in enumerate(tokens):
        if token.kind == "amount":
            amount = found[ord(token.text) & 0xFFF]
            held = frozenset[int]() if row else _held_by_others(i, token.segment, amount, tokens, found)
            context = _around(
                i,
                token.segment,
                [_sided(part, i) for part in parts if part[1] != i],
                held=held,
                begun=_begun(i, tokens, found),
                ended=_ended(i, tokens, found),
            )
            yield Fact("amount", "", context, amount)
        elif token.kind == "mark":
            kind, value = kinds[ord(token.text) - 0xE000]
            if kind in {"not", "lifted"}:
                continue
            if kind in {"modal", "fits"} and token.state == "-":
                value += " not"
            context = (
                _following(i, token.segment, parts)
                if kind == "modal"
                else _around(i, token.segment, parts, value[-1])
            )
            yield Fact(kind, value, context, None, _attached(i, token.segment, parts, value[-1]))


def _begun(at: int, tokens: list[_Token], found: list[Amount]) -> int | None:
    """Return where the range begins that ends at ``at``: "自 8 時起至 11 時", "from 8 to 11"."""
    amount = found[ord(tokens[at].text) & 0xFFF]
    for i in range(at - 1, max(at - 5, -1), -1):
        token = tokens[i]
        if token.kind == "amount":
            return i if amount.rivals(found[ord(token.text) & 0xFFF]) else None
        if token.kind == "stop" or (token.kind in {"han", "word"} and token.text not in _RANGE_WORDS):
            return None
    return None


def _ended(at: int, tokens: list[_Token], found: list[Amount]) -> int | None:
    """Return where the range ends that begins at ``at``."""
    return next(
        (
            i
            for i in range(at + 1, min(at + 6, len(tokens)))
            if tokens[i].kind == "amount" and _begun(i, tokens, found) == at
        ),
        None,
    )


def _held_by_others(
    at: int, segment: int, amount: Amount, tokens: list[_Token], found: list[Amount]
) -> frozenset[int]:
    """Return the clauses that another amount of the kind has for itself: they and those past them are about that one."""
    others = {
        t.segment for i, t in enumerate(tokens)
        if t.kind == "amount" and i != at and t.segment != segment and amount.rivals(found[ord(t.text) & 0xFFF])
    }  # fmt: skip
    after = min((s for s in others if s > segment), default=None)
    before = max((s for s in others if s < segment), default=None)
    return frozenset(
        s for s in {t.segment for t in tokens}
        if (after is not None and s >= after) or (before is not None and s <= before)
    )  # fmt: skip


def _roles(marked: str, tokens: list[_Token], parts: list[Part]) -> Iterable[Fact]:
    starts = [
        m.start() + i
        for m in _TOKEN.finditer(marked)
        for i in range(len(m.group()) if m.lastgroup == "mark" else 1)
    ]
    for pattern in (_HAN_ROLE, _LATIN_ROLE):
        for match in pattern.finditer(marked):
            value = match.group()
            own = {*grams(match.group()), "|" + value[0]}
            if pattern is _LATIN_ROLE:
                modifier = match[1] if match[1] and match[1] not in FUNCTION else ""
                value = " ".join(filter(None, (modifier, stem(match[2]))))
                own = set(value.split())
            at = max(sum(s < match.end() for s in starts) - 1, 0)
            context = _around(
                at, tokens[at].segment, (part for part in parts if part[0] not in own), topic=False
            )
            yield Fact("role", value, context)
