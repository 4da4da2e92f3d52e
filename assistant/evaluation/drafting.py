"""Proposed questions about a corpus, for staff to correct: from FAQ pairs, from headings, and from clauses.

The first two follow from rules; a clause's question is written by the chat model. All are only as good as a draft:
a FAQ's own question is found easily, and a guessed answer may be the wrong number.
"""

from __future__ import annotations

import csv
import io
import random
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.answering.prompt import fenced
from assistant.answering.script import in_script
from assistant.answering.writing import Chat
from assistant.evaluation.guessing import guess
from knowledge.clauses import parse_label
from knowledge.sentences import is_row
from knowledge.text import fold, keys, language_of, shares_script
from knowledge.types import Passage

Origin = Literal["faq", "heading", "clause"]
Progress = Callable[[int, int], None]

PROMPT_VERSION = "draft.v1"
_SHARES: dict[Origin, float] = {"clause": 0.5, "faq": 0.25, "heading": 0.25}
_TRIES = 2  # clauses that the model is shown for each question wanted of it
_READ = 700  # characters of a clause
_TOKENS = 70
_LEAST_CLAUSE = 25  # characters; shorter ones are titles and references
_COPY = 0.6  # of a question in one run of the clause's words
_SHORT, _LONG = 5, 160  # characters of a question

_LEAD = re.compile(r"^\s*(?:(?:問題?|Question|Q)\s*\d*\s*[:：.]\s*|[-*•]\s+|\d{1,2}[.、)]\s+)", re.IGNORECASE)
_ASKS = re.compile(r"嗎|呢|什麼|多少|如何|怎麼|誰|哪|幾|何|是否|能否|可否|多久")
_POINTS = re.compile(
    r"本條|本項|本款|本辦法|本政策|上述|前項|前條|條文|該文件|本文|這段|第\s*[\d.一二三四五六七八九十]+\s*[條項款]"
    r"|\b(?:this|the) (?:clause|article|section|text|document|passage|policy)\b|\b(?:above|aforementioned)\b",
    re.IGNORECASE,
)
_BARE = frozenset(
    fold(
        "總則 附則 目的 前言 概述 簡介 說明 其他 附錄 目錄 適用範圍 名詞定義 定義 "
        "general introduction overview purpose scope definitions appendix contents miscellaneous"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One proposed question, as a row of the file."""

    question: str
    source: str
    clause: str
    answer_contains: str
    answerable: str
    origin: Origin


COLUMNS = tuple(field.name for field in fields(Draft))


def draft(
    passages: Iterable[Passage],
    chat: Chat | None,
    count: int,
    *,
    seed: int = 0,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
) -> list[Draft]:
    """Propose at most ``count`` questions; the same seed, corpus and model propose the same ones.

    Half are from clauses, where there is a chat model, the rest in equal parts from FAQ pairs and headings;
    what one kind lacks the others fill.
    """
    order = _mixed(list(passages), random.Random(seed))  # noqa: S311 - a choice, not a secret
    stop, seen = cancel or threading.Event(), set[str]()
    tell = progress or (lambda _done, _total: None)
    sources: dict[Origin, Iterator[Draft]] = {
        "clause": iter(()) if chat is None else _from_clauses(order, chat, count * _TRIES, seed, stop),
        "faq": _from_pairs(order),
        "heading": _from_headings(order),
    }
    shares: dict[Origin, float] = _SHARES if chat is not None else {"faq": 0.5, "heading": 0.5}
    found: list[Draft] = []

    def take(origin: Origin, most: int) -> None:
        taken = 0
        while taken < most and len(found) < count and not stop.is_set():
            one = next(sources[origin], None)
            if one is None:
                return
            key = _key(one.question)
            if key and key not in seen:
                seen.add(key)
                found.append(one)
                taken += 1
                tell(len(found), count)

    for origin, share in shares.items():
        take(origin, max(1, round(count * share)))
    for origin in sources:
        take(origin, count)
    return sorted(found, key=lambda one: (one.source, one.clause, one.origin))


def to_csv(drafts: Iterable[Draft]) -> str:
    """Return a table that ``eval run`` reads and a spreadsheet opens (with a byte order mark, CRLF)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in drafts:
        writer.writerow([_harmless(getattr(one, name)) for name in COLUMNS])
    return "\ufeff" + out.getvalue()


def to_workbook(drafts: Iterable[Draft]) -> bytes:
    """Return the same table as XLSX. Every cell is text, so that none is a formula; what XML cannot hold is left out."""
    from openpyxl import Workbook  # noqa: PLC0415 - 150 ms that other files need not pay
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415

    book = Workbook()
    sheet = book.worksheets[0]
    rows = [COLUMNS, *([getattr(one, name) for name in COLUMNS] for one in drafts)]
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula; ``eval run`` takes the apostrophe away."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell


def _mixed(passages: Sequence[Passage], chance: random.Random) -> list[Passage]:
    """Return the passages in a drawn order that goes round the documents, so that none fills the list."""
    by_document: dict[str, list[Passage]] = {}
    for passage in sorted(passages, key=lambda p: (p.source, p.start)):
        by_document.setdefault(passage.document_id, []).append(passage)
    queues = list(by_document.values())
    chance.shuffle(queues)
    for queue in queues:
        chance.shuffle(queue)
    longest = max(map(len, queues), default=0)
    return [queue[i] for i in range(longest) for queue in queues if i < len(queue)]


def _from_pairs(passages: Iterable[Passage]) -> Iterator[Draft]:
    for passage in passages:
        if passage.kind == "faq" and passage.question and len(passage.question) <= _LONG:
            question = " ".join(passage.question.split())
            answer = passage.text[passage.answer_start - passage.start :]
            yield _row(question, passage, guess(question, answer), "faq")


def _from_headings(passages: Iterable[Passage]) -> Iterator[Draft]:
    for passage in passages:
        if passage.kind != "text":
            continue
        name = _heading(passage)
        if name is None:
            continue
        chinese = language_of(name + passage.title).startswith("zh")
        question = (
            f"《{passage.title}》對於「{name}」有什麼規定或說明？"
            if chinese
            else f"What does “{passage.title}” say about {name}?"
        )
        yield _row(question, passage, "", "heading")


def _heading(passage: Passage) -> str | None:
    """Return what a clause is called: the rest of its label's line, else its nearest heading; None if it says little."""
    lines = [line.strip() for line in passage.text.strip().splitlines() if line.strip()]
    if len(lines) < 2:  # a heading without a text below it has no answer
        return None
    titles = [
        line for line in lines[:-1] if len(line) <= 30 and not line.endswith(("。", ".", "；", ":", "："))
    ]
    for title in (*reversed(titles), *reversed(passage.heading)):
        label = parse_label(title)
        name = (title[label.end :] if label is not None else title).strip(" \u3000:：、.")
        if 2 <= len(name) <= 30 and fold(name) not in _BARE and not is_row(name) and name != passage.title:
            return name
    return None


def _from_clauses(
    passages: Sequence[Passage], chat: Chat, tries: int, seed: int, cancel: threading.Event
) -> Iterator[Draft]:
    clauses = [
        p for p in passages if p.kind == "text" and p.clause and len("".join(p.text.split())) >= _LEAST_CLAUSE
    ]
    for passage in clauses[:tries]:
        if cancel.is_set():
            return
        chunks = chat.stream(
            _messages(passage), max_tokens=_TOKENS, seed=seed, temperature=0.0, cancel=cancel
        )
        question = cleaned("".join(str(chunk.content) for chunk in chunks), passage)
        if question is not None:
            yield _row(question, passage, guess(question, _unlabelled(passage.text)), "clause")


def _unlabelled(text: str) -> str:
    """Return a clause without the labels at its lines' starts: their numbers answer nothing."""
    lines = ((line.strip(), parse_label(line.strip())) for line in text.splitlines())
    return "\n".join(line[label.end :] if label is not None else line for line, label in lines)


def cleaned(written: str, passage: Passage) -> str | None:
    """Return the model's question fit for use, or None where it is none, points at its clause, or copies it."""
    lines = [line for line in written.strip().splitlines() if line.strip()]
    question = _LEAD.sub("", lines[0]).strip().strip('「」"“”*') if lines else ""
    question = in_script(question, passage.language)
    if question and question[-1] not in "?？" and _ASKS.search(question):
        question = f"{question.rstrip('。.')}？"
    asks_one = question[-1:] in {"?", "？"} and len(re.findall(r"[?？]", question)) == 1
    if not asks_one or not _SHORT <= len(question) <= _LONG or _POINTS.search(question):
        return None
    if not shares_script(language_of(question), passage.language) or copies(question, passage.text):
        return None
    return question if set(keys(question).grams) & set(keys(passage.text).grams) else None


def copies(question: str, text: str) -> bool:
    """Return whether most of a question is one run of the text's own characters."""
    asked, source = _key(question), _key(text)
    if not asked:
        return True
    match = SequenceMatcher(None, asked, source, autojunk=False).find_longest_match()
    return match.size > _COPY * len(asked)


def _key(text: str) -> str:
    """Return a text's letters, digits and characters only, folded: what makes two questions the same."""
    return "".join(c for c in fold(text) if c.isalnum())


def _row(question: str, passage: Passage, contains: str, origin: Origin) -> Draft:
    return Draft(question, passage.source, passage.clause or "", contains, "yes", origin)


@cache
def _environment() -> Environment:
    # Plain text for a model, not HTML; `fenced` is the guard here.
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - prompts are no HTML, see above
    )


def _messages(passage: Passage) -> list[BaseMessage]:
    template = _environment().get_template(
        f"draft.{'zh' if passage.language.startswith('zh') else 'en'}.v1.j2"
    )
    shown = {"title": fenced(passage.title), "text": fenced(passage.text.strip()[:_READ])}
    return [
        SystemMessage(template.render(part="system", **shown)),
        HumanMessage(template.render(part="user", **shown)),
    ]
