"""Sources that disagree: both are shown, with version and date, and it is said that they do.

Precision comes first, for two rules about two things are no conflict. Two sentences disagree when they answer the same
question, neither says a word that counts and that the other's passage lacks, and they differ in one kind of
amount alone, or one denies what the other says. Editions and sister products are no conflict: clarify.py asks which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.answering.cells import clean
from assistant.answering.evidence import sentence_scores
from assistant.answering.facts import denials, measures, without_numbers
from assistant.answering.grounding import Embed
from knowledge.relevance import QueryTerms
from knowledge.search import Found
from knowledge.sentences import Span, sentences
from knowledge.text import fold, keys, shares_script, stem
from knowledge.twins import kin, sisters
from knowledge.types import Hit, Language, Passage

_STEM = 5  # letters: return, returned and returning are one word
_LOOKED_AT = 5  # hits
_BEST = (
    2  # of them, one of which is a side: relevance counts the gap to the best, so it says little of the other
)
_ANSWERS = 0.7  # of the best sentence's share of the question, in its own passage
_HELD = 0.4  # of what the question is about, in each of the two sentences with what stands round them
_FAR = 0.5  # of the best hit's relevance, below which a sentence must hold more:
_HELD_FAR = 0.6
_SHARED = 0.25  # of the shorter sentence's words, numbers left out, in the other's
_DENIED = 0.5  # of the words under a denial, in the sentence that denies nothing

_LEAD = {
    "zh-Hant": "文件之間的說法不一致，以下一併列出，請向負責單位確認。",
    "zh-Hans": "文件之间的说法不一致，以下一并列出，请向负责单位确认。",
    "en": "The documents disagree. What each of them says follows; please check with whoever is responsible.",
}
_SAYS = {
    "zh-Hant": "《{title}》（第 {version} 版{date}）：「{quote}」",
    "zh-Hans": "《{title}》（第 {version} 版{date}）：“{quote}”",
    "en": "{title} (version {version}{date}): “{quote}”",
}

# Who acts, that something is done, and small words: what two people put differently when they mean the same.
_LIGHT_WORDS = re.compile(
    "顧客|顾客|消費者|消费者|客戶|客户|買方|买方|本公司|公司|同仁|員工|员工|使用者|申請人|申请人|申請|申请|提出|辦理|办理|進行|进行"
    "|可以|必須|必须|應該|应该|需要|期限|期間|期间|時間|时间|規定|规定|給予|给予|提供|完成|商品|產品|产品|最多|最少|最長|最長|最早|最晚"
    "|上限|下限|以內|以内|之內|超過|超过|工作日|日曆天|每次|每件|一律|為止|保持|相關|相关|費用|费用|金額|金额|總共|合計|合计|次日|當日|当日"
    "|發現|发现|知悉|得知|收到|收受|無法|无法|不可|不得|不能|不須|不需|不必|禁止|沒有|没有|訂單|订单|免費|免费"
)
_LIGHT = frozenset(
    fold(
        "的了是在於為为之其以及與和或也都有就而則並該此這那個者所會能可得應須需要被把由從到向對您你我他她它請如下後后前內内起算計收受"
        "取給均皆自共隔將本每單日滿不無未也即便係達逾筆件箱次位個台臺張"
    )
) | frozenset(
    "a an all the of in on at to for from by with as is are was were be been it its this that these those and or you "  # noqa: SIM905 - lines, not eighty
    "your we our they their he she i my may can will must shall should do does any each every per up within after "
    "before no not than more most least maximum minimum limit allowed permitted receive received receipt get have has "
    "take make made customer customers employee employees staff buyer buyers company day days please also date "
    "period last lasts pay paid start starts purchase delivery cannot".split()
)
_ASKING = frozenset(fold("幾几多少久何哪嗎吗呢什麼么甚怎樣样誰谁吧啊天日時时間间"))
_ASKING_WORDS = frozenset("how many much long soon often what when which who where why does".split())  # noqa: SIM905 - one line
# What kind of document a title names; what remains of it is what the document is about.
_KINDS = re.compile(
    "常見問題|常见问题|問答|政策|辦法|办法|條款|条款|手冊|手册|說明書|说明书|說明|说明|指南|指引|程序|規範|规范|規定|规定|守則|守则|須知|须知"
    "|公告|作業|作业|標準|标准|型錄|型录|目錄|服務|服务|使用|產品|产品|商品|總則|faq|guide|policy|manual|handbook|rules|terms|sheet|product|user|the|of|and"
)
_LAW = re.compile(r"(?:法|條例|条例|施行細則|施行细则)$|\b(?:Act|Law|Code)$")
_PRODUCT = re.compile(
    "說明書|说明书|使用手冊|使用手册|操作手冊|操作手册|型錄|型录|規格|规格|user (?:manual|guide)|owner|data ?sheet|product",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"但|除|若|如果|倘|僅|仅|限於|限于|以外|例外|情形|\b(?:but|except|unless|only|if|when|however|otherwise)\b"
)
_HAN = re.compile("[\u3400-\u9fff]")
_STOPS = ("。", "！", "？", "；", ".", "!", "?", ";")
_PIECE = re.compile("[^，,；;]+[，,；;]?")
_LATIN = re.compile("[^\\W_\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says; ``start`` and ``end`` are offsets into its canonical text."""

    hit: Hit
    start: int
    end: int

    @property
    def quote(self) -> str:
        """The exact words."""
        origin = self.hit.passage.start
        return self.hit.passage.text[self.start - origin : self.end - origin]


def lead_text(language: Language) -> str:
    """Return the sentence that says that sources disagree."""
    return _LEAD.get(language, _LEAD["zh-Hant"])


def said_text(statement: Statement, date: str | None, language: Language) -> str:
    """Return a source's own words with its title, version and date (YYYY-MM-DD)."""
    passage = statement.hit.passage
    dated = "" if date is None else (f", {date}" if language == "en" else f"，{date}")
    return _SAYS.get(language, _SAYS["zh-Hant"]).format(
        title=passage.title, version=passage.version, date=dated, quote=" ".join(statement.quote.split())
    )


def disagreement(found: Found, embed: Embed) -> tuple[Statement, ...]:
    """Return what the sources say that disagree about the question, the most relevant first; () where none do."""
    if found.exact_only or len(found.hits) < 2:
        return ()
    near = found.hits[:_LOOKED_AT]
    answering = [_answering(found.query, hit.passage, embed) for hit in near]
    for i, hit in enumerate(near[:_BEST]):
        for spans, other in zip(answering[i + 1 :], near[i + 1 :], strict=True):
            if not _comparable(hit.passage, other.passage):
                continue
            for one in answering[i]:
                two = _twin(one, spans, answering[i])
                held = _HELD if other.score >= _FAR * found.hits[0].score else _HELD_FAR
                if two is None or not _disagree(found.query, one, hit.passage, two, other.passage, held):
                    continue
                if clean((hit, other), found.query.text):
                    return (_statement(hit, one), _statement(other, two))
    return ()


def _statement(hit: Hit, span: Span) -> Statement:
    return Statement(hit, hit.passage.start + span.start, hit.passage.start + span.end)


def _comparable(one: Passage, other: Passage) -> bool:
    """Return whether two passages can disagree: unrelated documents in one script, not two laws.

    Each law rules its own field: late payment costs .1 % a day for one insurance and .2 % for another.
    """
    return not (_LAW.search(one.title) and _LAW.search(other.title)) and (
        one.document_id != other.document_id
        and shares_script(one.language, other.language)
        and not kin(one, other)
        and not sisters(one, other)
    )


def _answering(query: QueryTerms, passage: Passage, embed: Embed) -> list[Span]:
    """Return the sentences that hold about as much of the question as the best one; of a FAQ pair all of the answer."""
    if not shares_script(query.language, passage.language):
        return [s for s in sentences(passage.text) if measures(s.text) or denials(s.text).count]
    spans = sentences(passage.text)
    if passage.question is not None:
        return [span for span in spans if passage.start + span.start >= passage.answer_start]
    scores = sentence_scores(query, passage, embed)
    pairs = list(zip(spans, scores, strict=True))
    told = [
        pair for pair in pairs if pair[0].text.endswith(_STOPS)
    ] or pairs  # titles repeat the question's words
    best = max((score for _, score in told), default=0.0)
    return [span for span, score in told if score >= _ANSWERS * best]


def _twin(one: Span, others: Sequence[Span], beside: Sequence[Span]) -> Span | None:
    """Return the sentence nearest to ``one``, if ``one`` is the nearest to it as well."""
    if not others:
        return None
    two = max(others, key=lambda span: _likeness(one.text, span.text))
    return two if max(beside, key=lambda span: _likeness(two.text, span.text)) is one else None


def _likeness(one: str, other: str) -> float:
    mine, theirs = _grams(one), _grams(other)
    return len(mine & theirs) / max(len(mine | theirs), 1)


@lru_cache(maxsize=2048)
def _grams(text: str) -> frozenset[str]:
    return frozenset(keys(without_numbers(text).replace("天", "日").replace("#", " ")).grams)


def _overlap(one: str, other: str) -> float:
    mine, theirs = _grams(one), _grams(other)
    return len(mine & theirs) / max(min(len(mine), len(theirs)), 1)


def _disagree(query: QueryTerms, one: Span, of: Passage, two: Span, other: Passage, held: float) -> bool:
    if min(_held(query, one, of), _held(query, two, other)) < held:
        return False
    if _about_two_things(one.text, of, two.text, other, query):
        return False
    if _overlap(_with_question(one, of), _with_question(two, other)) < _SHARED:
        return False
    return _amounts_differ(one.text, of, two.text, other) or _one_denies(one.text, two.text)


def _with_question(span: Span, passage: Passage) -> str:
    return f"{passage.question or ''} {span.text}"


def _held(query: QueryTerms, span: Span, passage: Passage) -> float:
    """Return the share of what the question is about that stands in a sentence and round it, 0..1.

    Across languages words say nothing: as much as a relevant passage needs.
    """
    if not shares_script(query.language, passage.language):
        return _HELD
    context = fold(" ".join((passage.title, *passage.heading, passage.question or "", span.text)))
    asked = fold(_LIGHT_WORDS.sub(" ", query.text))
    han = {c for c in _HAN.findall(asked) if c not in _LIGHT and c not in _ASKING}
    words = {stem(w) for w in _LATIN.findall(asked) if w not in _LIGHT and w not in _ASKING_WORDS}
    theirs = {stem(word) for word in _LATIN.findall(context)}
    held = sum(c in context for c in han) + len(words & theirs)
    return held / (len(han) + len(words)) if han or words else 1.0


def _foreign(text: str, query: QueryTerms, other: Passage) -> list[str]:
    """Return what of a statement counts and stands neither in the question nor in the other passage: runs, words."""
    known = fold(" ".join((query.text, other.title, *other.heading, other.text)))
    plain = fold(_LIGHT_WORDS.sub(" ", without_numbers(text).replace("天", "日"))).replace("#", " ")
    runs = "".join(c if c not in known and c not in _LIGHT and _HAN.match(c) else " " for c in plain).split()
    words = {word[:_STEM] for word in _LATIN.findall(known)}
    return runs + [w for w in _LATIN.findall(plain) if w[:_STEM] not in words and w not in _LIGHT]


def _about_two_things(one: str, of: Passage, two: str, other: Passage, query: QueryTerms) -> bool:
    """Return whether either statement has a condition or a subject that the other lacks."""
    if _foreign(_core(one), query, other) or _foreign(_core(two), query, of):
        return True
    return _of_a_product(of, other) or _of_a_product(other, of)


def _core(statement: str) -> str:
    """Return a sentence without what follows its first amount or denial, unless that is a condition."""
    pieces = _PIECE.findall(statement)
    for n, piece in enumerate(pieces):
        if measures(piece) or denials(piece).count:
            return "".join((*pieces[: n + 1], *(p for p in pieces[n + 1 :] if _CONDITION.search(fold(p)))))
    return statement


def _of_a_product(passage: Passage, other: Passage) -> bool:
    """Return whether a passage is of a product's own document, and the other does not speak of that product."""
    if not _PRODUCT.search(passage.title):
        return False
    subject = _KINDS.sub(" ", fold(passage.title))
    known = fold(" ".join((other.title, *other.heading, other.text)))
    return any(t not in known for t in (*_HAN.findall(subject), *_LATIN.findall(subject)))


def _amounts_differ(one: str, of: Passage, two: str, other: Passage) -> bool:
    """Return whether two sentences differ in one kind of amount and agree in every other that both name."""
    mine, theirs = _by_unit(one), _by_unit(two)
    shared = mine.keys() & theirs.keys()
    apart = [unit for unit in shared if mine[unit] != theirs[unit]]
    if len(apart) != 1 or mine.keys() ^ theirs.keys() or _uncounted(one) != _uncounted(two):
        return False
    unit = apart[0]
    if mine[unit] & theirs[unit] or len(mine[unit]) != len(theirs[unit]):
        return False
    return not (
        mine[unit] & _by_unit(other.text).get(unit, set())
        or theirs[unit] & _by_unit(of.text).get(unit, set())
    )


def _uncounted(text: str) -> set[str]:
    return {value for value, unit in measures(text) if unit is None and not value.endswith("%")}


def _by_unit(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for value, unit in measures(text):
        if unit is not None and unit != "ordinal":
            found.setdefault(unit, set()).add(value)
        elif value.endswith("%"):
            found.setdefault("percent", set()).add(value)
    return found


def _one_denies(one: str, two: str) -> bool:
    """Return whether one sentence denies what the other says, both without conditions."""
    said, other = denials(one), denials(two)
    if bool(said.count) == bool(other.count) or max(said.count, other.count) > 1:
        return False
    if any(_CONDITION.search(fold(text)) for text in (one, two)) or measures(one) != measures(two):
        return False
    reach, plain = (said.reach, two) if said.count else (other.reach, one)
    denied = {a + b for a, b in pairwise(_HAN.findall(reach))} | {stem(w) for w in _LATIN.findall(reach)}
    denied = {t for t in denied if t not in _LIGHT and not all(c in _LIGHT for c in t)}
    held = fold(plain)
    return bool(denied) and sum(t in held for t in denied) / len(denied) >= _DENIED
