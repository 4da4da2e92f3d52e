"""The answer that stands in one cell: the question names a row by its key and asks for one of its columns.

No model is asked. A small one that reads three rows alike copies a neighbour's price now and then, and takes
seconds for it; the cell itself, with its heading and its row's key, is right or is not given: where the
question says anything more than row and column, the model reads on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.instructions import without_instructions
from assistant.answering.script import in_script
from knowledge.rows import Cell, cells, named, plain, row_spans
from knowledge.text import HAN, shares_script
from knowledge.types import Hit, Language, Passage

_MOST_CELLS = 3  # that one question may ask for: "價格" of 定價 and 會員價
_LEFT_HAN, _LEFT_WORDS = 1, 0  # of the question that neither row nor column nor asking explains
_SHARED = 2  # Han characters of a heading that the question must hold
_UNIT = re.compile(r"[（(【\[][^（()）】\]]*[）)】\]]")
_HEADING_PARTS = re.compile(r"[\s/／、]+")
_ROW_TEXT = re.compile(r"^[^：\n]{1,30}：[^\n]*；[^\n]*$", re.MULTILINE)
_UNIT_NOTE = re.compile(
    r"(?:金額)?(?:單位|单位|units?)\s*[:：]\s*([^\s，。；;,）)】\]」]{1,12})", re.IGNORECASE
)
_AMOUNT = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
_COUNTS = re.compile(r"\d|[二兩两三四五六七八九十百千萬万]|一共")
# What asks for more than one cell holds.
_BEYOND = re.compile(
    r"哪[一1]?[個个]|哪些|哪幾|哪几|誰最|最[高低大小多少貴贵便晚早]|比較|比较|相差|差多少|加起來|加起来|總共|总共|總計|总计|合計|合计"
    r"|平均|去年|前年|明年|後年|后年|上[個个]月|下[個个]月|上週|下週|為什麼|为什么|為何|为何|怎麼|怎么|如何|若|如果|假如|超過|超过|以上|以下|以內|以内|之後|之后"
    r"|\b(?:which|why|how (?!much|many|long|heavy)|compare|total|sum|average|more|less|most|least|if|when will)\b"
)
_ASKING = re.compile(
    r"請問|请问|想請教|想请教|想知道|我想|我要|知道|告訴我|告诉我|幫我|帮我|查詢|查询|查一下|一下|查|找|請|请|目前|現在|现在|今天|大概|大約"
    r"|多[少久長长大高遠远寬宽]|什麼|甚麼|什么|是哪|何時|何时|幾|几|哪裡|哪裏|哪里|哪兒|哪|是不是|有沒有|有没有|嗎|吗|呢|吧|啊|是|的|有|在|要|為|为|了|會|会|可|能|用|這|这|那|該|该"
    r"|一[台個个件支組组部片顆颗包盒]|[個个元塊块錢钱點点天日月年台件支人次號号]"
    r"|\b(?:what|what's|whats|is|are|was|the|a|an|of|for|at|in|on|to|does|do|how|much|many|when|where|please|tell|me|i|want|it"
    r"|its|have|has|there|s|price|cost|phone|number|open|opening|hours|stock|left|can|you|give)\b"
)
# What is asked for without the column's own name.
_ASPECTS: tuple[tuple[str, str], ...] = (
    (r"多少[錢钱]|[價价][錢钱格位]|怎麼賣|怎么卖|售[價价]|how much|price|cost", r"[價价]|金額|金额|費用|费用|price|cost|amount|fee"),
    (r"[電电][話话]|打幾號|phone|call", r"[電电][話话]|phone|tel"),
    (r"地址|在哪|哪[裡裏里兒]|where|address", r"地址|地點|地点|位置|address|location"),
    (r"幾點|几点|[營营][業业][時时]間?|[開开][門门店]|[關关][門门店]|打烊|opening|open|close|hours", r"[時时][間间段]|hours"),
    (r"[庫库]存|剩|[還还]有[幾几多]|現貨|现货|stock|left", r"[庫库]存|[數数]量|stock|quantity|qty"),
    (r"何[時时]|什[麼么][時时]候|哪[一]?[天日]|幾[月號号]|when|what date", r"日期|日$|[時时][間间]|date"),
    (r"[誰谁]|who", r"人員?$|人员$|負責|负责|承辦|承办|主管|窗口|owner|contact"),
    (r"多[重]|how heavy|weigh", r"重量|weight"),
    (r"保固|warranty", r"保固|warranty"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a source that are said as they are: ``canonical[start:end]`` is what they are quoted from."""

    text: str
    hit: Hit
    start: int
    end: int


def clean(hits: Sequence[Hit], question: str) -> bool:
    """Return whether nothing in these passages speaks to a model: only then are they said word for word."""
    return without_instructions(hits, question) == tuple(hits)


def cell_answer(question: str, hits: Sequence[Hit], language: Language) -> Piece | None:
    """Return the cells of a row of the best hit that ``question`` asks for, as a sentence; None where it asks otherwise.

    Where another row among ``hits`` is named as well, the row is not certain, and None.
    """
    hit = hits[0]
    passage = hit.passage
    beyond = _BEYOND.search(plain(question))
    if passage.kind == "faq" or beyond or not shares_script(language, passage.language):
        return None
    asked = plain(question)
    found = _row(asked, passage)
    if found is None:
        return None
    worth, start, end, row, keys = found
    others = (_row(asked, other.passage) for other in hits[1:] if other.passage.kind == "record")
    if any(other is not None and other[0] >= worth for other in others) or not clean([hit], question):
        return None
    rest = _without(asked, [plain(cell.value) for cell in keys])
    wanted = _wanted(rest, [cell for cell in row if cell not in keys])
    if not wanted or not _nothing_left(rest, row, wanted, keys, passage):
        return None
    said = [cell for cell in row if cell in keys or cell in wanted]
    text = "；".join(_said(cell, passage) for cell in said)
    stop = "." if language == "en" else "。"
    return Piece(in_script(text, language) + stop, hit, passage.start + start, passage.start + end)


_Row = tuple[int, int, int, list[Cell], list[Cell]]  # how much of it is named, start, end, cells, those named


def _row(asked: str, passage: Passage) -> _Row | None:
    """Return the one row that the question names most of; None for a tie."""
    text = passage.text
    if passage.kind == "record":
        lead = len(text) - len(text.lstrip())
        spans = [(lead, len(text.rstrip()))]
    else:
        spans = row_spans(text)
    rated: list[_Row] = []
    for start, end in spans:
        row = cells(text[start:end])
        found = named(asked, row)
        if found:
            rated.append((sum(n for _, n in found), start, end, row, [cell for cell, _ in found]))
    rated.sort(key=lambda one: -one[0])
    if not rated or (len(rated) > 1 and rated[0][0] == rated[1][0]):
        return None
    return rated[0]


def _without(text: str, words: Sequence[str]) -> str:
    for word in sorted(filter(None, words), key=len, reverse=True):
        text = text.replace(word, " ")
    return text


def _wanted(rest: str, row: Sequence[Cell]) -> list[Cell]:
    """Return the cells whose headings the rest of the question asks for most plainly; none for too many."""
    rated = [(_asked_for(rest, cell.header), cell) for cell in row if cell.header]
    best = max((worth for worth, _ in rated), default=0)
    wanted = [cell for worth, cell in rated if worth == best and worth > 0]
    return wanted if len(wanted) <= _MOST_CELLS else []


def _asked_for(rest: str, header: str) -> int:
    """Return how plainly a heading is asked for: characters of its parts that stand in the question, else of a part."""
    name, parts = plain(_UNIT.sub("", header)), _parts(header)
    whole = sum(2 * len(part) for part in parts if part in rest)
    if whole:
        return whole
    if any(re.search(question, rest) and re.search(column, name) for question, column in _ASPECTS):
        return 3
    shared = _longest_shared(rest, name)
    return shared if shared >= _SHARED and re.match(f"[{HAN}]", name) else 0


def _parts(header: str) -> list[str]:
    """Return a heading's words without its unit: 價格 and 會員價 of "價格 會員價(元)"."""
    return [plain(part) for part in _HEADING_PARTS.split(_UNIT.sub("", header)) if part.strip()]


def _longest_shared(rest: str, name: str) -> int:
    return max(
        (n for n in range(1, len(name) + 1) for i in range(len(name) - n + 1) if name[i : i + n] in rest),
        default=0,
    )


def _nothing_left(
    rest: str, row: Sequence[Cell], wanted: Sequence[Cell], keys: Sequence[Cell], passage: Passage
) -> bool:
    """Return whether keys, columns asked for, what stands round the row and words of asking explain the question.

    Another column's heading explains nothing: 電池 asks for no price of the phone that has a column 電池容量.
    """
    rest = _without(rest, [part for cell in wanted for part in _parts(cell.header)])
    for question, column in _ASPECTS:
        if any(re.search(column, plain(cell.header)) for cell in wanted):
            rest = re.sub(question, " ", rest)
    if _COUNTS.search(rest):
        return False
    around = plain(
        " ".join((
            passage.title, *passage.heading, *(cell.header for cell in (*keys, *wanted)),
            *(cell.value for cell in row), "" if passage.kind == "record" else _ROW_TEXT.sub("", passage.text),
        ))
    )  # fmt: skip
    runs = [_unexplained(run, around) for run in re.findall(f"[{HAN}]+", _ASKING.sub(" ", rest))]
    words = [word for word in re.findall(r"[a-z0-9]+", _ASKING.sub(" ", rest)) if word not in around]
    return sum(runs) <= _LEFT_HAN and len(words) <= _LEFT_WORDS


def _unexplained(run: str, around: str) -> int:
    """Return how many characters of a run of Han ``around`` does not hold beside one of their neighbours."""
    pairs = [run[i : i + 2] in around for i in range(len(run) - 1)]
    if len(run) == 1:
        return int(run not in around)
    return sum(not (before or after) for before, after in zip([False, *pairs], [*pairs, False], strict=True))


def _said(cell: Cell, passage: Passage) -> str:
    """Return a cell as it stands, with the unit that stands above the table where its value is a bare amount."""
    text = f"{cell.header}：{cell.value}" if cell.header else cell.value
    if (
        _AMOUNT.fullmatch(cell.value)
        and not _UNIT.search(cell.header)
        and re.search(_ASPECTS[0][1], plain(cell.header))
    ):
        note = next((m[1] for part in passage.heading if (m := _UNIT_NOTE.search(part))), "")
        return f"{text}（{note}）" if note else text
    return text
