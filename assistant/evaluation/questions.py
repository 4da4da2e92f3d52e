"""Questions from a file that staff keep: CSV, XLSX or JSON lines, with what is expected of each answer.

``question`` is needed; any of ``id, source, clause, answer_contains, answerable, history, audience`` may be
there, in Chinese or English, in any order. What an answer must hold has alternatives parted by ``|``; in JSON it
may be a list of such groups, all of which must be met.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from assistant.answering.types import Turn
from assistant.evaluation.errors import BadQuestions
from assistant.evaluation.sheets import csv_rows, workbook_rows
from assistant.evaluation.types import Case, Place

MOST_BYTES = 20_000_000
MOST_QUESTIONS = 10_000
MOST_CHARACTERS = 4_000  # of a question or a turn
MOST_TURNS = 50
MOST_ALTERNATIVES = 100

COLUMNS = (
    "question",
    "id",
    "source",
    "clause",
    "answer_contains",
    "answerable",
    "history",
    "audience",
    "also",
)
_NOTES = frozenset(
    {"origin", "line"}
)  # known and of no use here: `eval draft` writes where a question is from
_ALIASES = {
    "問題": "question", "问题": "question", "提問": "question",
    "編號": "id", "编号": "id", "題號": "id",
    "來源": "source", "来源": "source", "文件": "source", "出處": "source",
    "條文": "clause", "条文": "clause", "條號": "clause", "條款": "clause",
    "答案包含": "answer_contains", "答案應包含": "answer_contains", "答案": "answer_contains",
    "可回答": "answerable", "能否回答": "answerable", "可答": "answerable",
    "歷史": "history", "历史": "history", "對話": "history", "前文": "history",
    "對象": "audience", "对象": "audience",
    "其他來源": "also",
}  # fmt: skip
_YES = {"yes", "y", "true", "1", "是", "可", "能", "有"}
_NO = {"no", "n", "false", "0", "否", "不可", "不能", "無", "无"}
_SPEAKERS: dict[str, Literal["user", "assistant"]] = {
    **dict.fromkeys(("user", "customer", "q", "使用者", "用戶", "用户", "客戶", "客户", "顧客", "問"), "user"),
    **dict.fromkeys(("assistant", "agent", "bot", "a", "助理", "客服", "系統", "答"), "assistant"),
}  # fmt: skip
_SPOKEN = re.compile(r"\s*([A-Za-z]+|[\u3400-\u9fff]{1,4})\s*[:：]\s*(.*)", re.DOTALL)
_TURN_BREAK = re.compile(r"\n|\r|\s*\|\s*(?=[A-Za-z\u3400-\u9fff]{1,9}\s*[:：])")
_LIST = re.compile(r"[|,;，；、]")

Record = Mapping[str, Any]  # a line's cells by column name


@dataclass(frozen=True, slots=True)
class Questions:
    """The cases of a file, in its order, and the columns in it that mean nothing here."""

    cases: tuple[Case, ...]
    ignored: tuple[str, ...] = ()


def read_questions(path: Path) -> Questions:
    """Read a file of questions; its ending tells its kind (.csv, .tsv, .xlsx, .jsonl).

    Raises:
        BadQuestions: it cannot be read, or a line breaks a rule; the message names both.
    """
    readers: dict[str, Callable[[Path], Iterable[tuple[int, Record]]]] = {
        ".csv": _from_csv, ".tsv": _from_csv, ".xlsx": _from_workbook,
        ".jsonl": _from_jsonl, ".ndjson": _from_jsonl,
    }  # fmt: skip
    read = readers.get(path.suffix.lower())
    if read is None:
        raise BadQuestions(f"{path.name}: questions come in {', '.join(readers)} files.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadQuestions(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB; split it.")
        return read_records(read(path))
    except OSError as error:
        raise BadQuestions(f"{path} cannot be read: {error.strerror}.") from error
    except BadQuestions as error:
        raise BadQuestions(f"{path.name}: {error}") from error


def read_records(records: Iterable[tuple[int, Record]]) -> Questions:
    """Return the cases of numbered records, as a file or a request gives them.

    Raises:
        BadQuestions: a line breaks a rule, an id is given twice, or there is no question, or there are too many.
    """
    cases: list[Case] = []
    lines: dict[str, int] = {}
    ignored: dict[str, None] = {}
    for line, record in records:
        known = _known(line, record)
        ignored.update(
            dict.fromkeys(name for name in known if name and name not in _NOTES and name not in COLUMNS)
        )
        if len(cases) == MOST_QUESTIONS:
            raise BadQuestions(f"there are more than {MOST_QUESTIONS} questions; split the file.")
        case = _case(line, known)
        if known.get("id") not in (None, "") and case.id in lines:
            raise BadQuestions(
                f"line {line}: id {case.id!r} is that of line {lines[case.id]} as well; ids are unique."
            )
        case = replace(case, id=_free(case.id, lines))
        lines[case.id] = line
        cases.append(case)
    if not cases:
        raise BadQuestions("there is no question in it.")
    return Questions(tuple(cases), tuple(ignored))


def _known(line: int, record: Record) -> dict[str, Any]:
    """Return a record by what its columns mean; of two that mean the same, the one that is filled."""
    known: dict[str, Any] = {}
    written: dict[str, str] = {}
    for name, value in record.items():
        meant = _column(name)
        if known.get(meant) in (None, "", []):
            known[meant], written[meant] = value, name
        elif meant in COLUMNS and value not in (None, "", []) and value != known[meant]:
            raise BadQuestions(
                f"line {line}: the columns {written[meant]!r} and {name!r} both mean {meant}; keep one of them."
            )
    return known


def record_of(case: Case) -> dict[str, Any]:
    """Return a case as a record that ``read_records`` turns into the same case; ``line`` goes beside it."""
    return {
        "id": case.id,
        "line": case.line,
        "question": case.question,
        "source": [place.source for place in case.places if place.clause is not None],
        "clause": [place.clause for place in case.places if place.clause is not None],
        "also": [place.source for place in case.places if place.clause is None],
        "answer_contains": [list(group) for group in case.answer_contains],
        "answerable": case.answerable,
        "history": [{"role": turn.role, "content": turn.content} for turn in case.history],
        "audience": None if case.audience is None else list(case.audience),
    }


def _case(line: int, record: Record) -> Case:
    question = _text(line, "question", record.get("question"))
    if not question:
        raise BadQuestions(f"line {line}: the question is empty.")
    if len(question) > MOST_CHARACTERS:
        raise BadQuestions(
            f"line {line}: the question has {len(question)} characters; at most {MOST_CHARACTERS} are read."
        )
    places = _places(line, record)
    contains = _groups(line, record.get("answer_contains"))
    answerable = _answerable(line, record.get("answerable"))
    if answerable is None and (places or contains):
        answerable = True
    history = _history(line, record.get("history"))
    audience = _names(line, record.get("audience"))
    given = _text(line, "id", record.get("id"))
    if len(given) > 200:
        raise BadQuestions(f"line {line}: id has {len(given)} characters; at most 200 are allowed.")
    told = json.dumps([question, [[t.role, t.content] for t in history], audience], ensure_ascii=False)
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return Case(given or f"q-{digest}", question, places, contains, answerable, history, audience, line)


def _free(wanted: str, taken: Mapping[str, int]) -> str:
    """Return the id, with a count where the very same question was asked before."""
    count, free = 1, wanted
    while free in taken:
        count += 1
        free = f"{wanted}-{count}"
    return free


def _places(line: int, record: Record) -> tuple[Place, ...]:
    """Return the expected places: each source with its clause; one clause serves all sources."""
    sources = _split(line, "source", record.get("source"))
    clauses = _split(line, "clause", record.get("clause"))
    if clauses and not sources:
        raise BadQuestions(f"line {line}: clause {clauses[0]!r} needs the source that it is a clause of.")
    if len(clauses) > 1 and len(sources) == 1:
        sources = sources * len(clauses)
    if len(clauses) > 1 and len(clauses) != len(sources):
        raise BadQuestions(
            f"line {line}: {len(sources)} sources and {len(clauses)} clauses; "
            "give one clause, or one for each source."
        )
    labels: Sequence[str | None] = (
        clauses * len(sources) if len(clauses) == 1 else clauses or [None] * len(sources)
    )
    also = _split(line, "also", record.get("also"))
    return (*(Place(s, c) for s, c in zip(sources, labels, strict=True)), *(Place(s) for s in also))


def _groups(line: int, value: Any) -> tuple[tuple[str, ...], ...]:
    groups = value if isinstance(value, list | tuple) else [value]
    found: list[tuple[str, ...]] = []
    for group in groups:
        if isinstance(group, dict):
            raise BadQuestions(f"line {line}: answer_contains is an object; write text, or a list of texts.")
        alternatives = _split(line, "answer_contains", group)
        if len(alternatives) > MOST_ALTERNATIVES:
            raise BadQuestions(
                f"line {line}: answer_contains has {len(alternatives)} alternatives; at most {MOST_ALTERNATIVES}."
            )
        if alternatives:
            found.append(tuple(alternatives))
    return tuple(found)


def _answerable(line: int, value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    text = unicodedata.normalize("NFKC", _text(line, "answerable", value)).casefold()
    if not text:
        return None
    if text in _YES | _NO:
        return text in _YES
    raise BadQuestions(
        f"line {line}: answerable is {value!r}; it may be yes, no, true, false, 是, 否, or empty."
    )


def _names(line: int, value: Any) -> tuple[str, ...] | None:
    parts = value if isinstance(value, list | tuple) else _LIST.split(_text(line, "audience", value))
    names = tuple(name for part in parts if (name := _text(line, "audience", part)))
    return names or None


def _history(line: int, value: Any) -> tuple[Turn, ...]:
    """Return earlier turns: a list of ``{"role","content"}``, its JSON, or lines "user: …" / "assistant: …"."""
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise BadQuestions(f"line {line}: history begins like JSON and is none: {error}.") from error
    if value is None or value == "":
        return ()
    value = [value] if isinstance(value, dict) else value
    turns = list(_listed(line, value) if isinstance(value, list) else _spoken(_text(line, "history", value)))
    if len(turns) > MOST_TURNS:
        raise BadQuestions(f"line {line}: history has {len(turns)} turns; at most {MOST_TURNS} are read.")
    for turn in turns:
        if len(turn.content) > MOST_CHARACTERS:
            raise BadQuestions(f"line {line}: a turn of history has more than {MOST_CHARACTERS} characters.")
    return tuple(turns)


def _listed(line: int, turns: Sequence[Any]) -> Iterator[Turn]:
    if turns and all(isinstance(turn, str) for turn in turns):  # the user begins
        yield from (
            Turn("assistant" if n % 2 else "user", _text(line, "history", turn))
            for n, turn in enumerate(turns)
        )
        return
    for turn in turns:
        role = turn.get("role") if isinstance(turn, dict) else None
        content = turn.get("content") if isinstance(turn, dict) else None
        if role not in {"user", "assistant"} or not isinstance(content, str):
            raise BadQuestions(
                f'line {line}: a turn of history is {_short(turn)}; write {{"role": "user" or "assistant", "content": text}}.'
            )
        yield Turn(cast("Literal['user', 'assistant']", role), content)


def _spoken(text: str) -> Iterator[Turn]:
    """Yield the turns of plain lines; one without a speaker goes on with the turn before, or is the user's first."""
    turn: Turn | None = None
    for part in _TURN_BREAK.split(text):
        match = _SPOKEN.match(part)
        role = _SPEAKERS.get(match[1].casefold()) if match else None
        if match and role:
            if turn is not None:
                yield turn
            turn = Turn(role, match[2].strip())
        elif turn is not None:
            turn = Turn(turn.role, f"{turn.content}\n{part.strip()}".strip())
        elif part.strip():  # an earlier question and nothing more
            turn = Turn("user", part.strip())
    if turn is not None:
        yield turn


def _split(line: int, name: str, value: Any) -> list[str]:
    parts = value if isinstance(value, list | tuple) else _text(line, name, value).split("|")
    return [text for part in parts if (text := _text(line, name, part))]


def _text(line: int, name: str, value: Any) -> str:
    """Return a cell as text: a number as it is written, nothing for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        raise BadQuestions(f"line {line}: {name} is {_short(value)}; it must be text.")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    # Spreadsheets run what begins like a formula; `eval draft` puts an apostrophe before it.
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@" else text


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _column(name: str) -> str:
    key = (
        unicodedata.normalize("NFKC", str(name))
        .strip()
        .strip("*:")
        .strip()
        .casefold()
        .replace(" ", "_")
        .replace("-", "_")
    )
    return _ALIASES.get(key, key)


def _from_csv(path: Path) -> Iterator[tuple[int, Record]]:
    return csv_rows(path.read_bytes(), lambda header: "question" in map(_column, header))


def _from_workbook(path: Path) -> Iterator[tuple[int, Record]]:
    return workbook_rows(path, lambda header: "question" in map(_column, header))


def _from_jsonl(path: Path) -> Iterator[tuple[int, Record]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadQuestions(f"it is not UTF-8 (byte {error.start}); JSON lines are.") from error
    for line, raw in enumerate(text.split("\n"), 1):
        if not raw.strip():
            continue
        try:
            record = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise BadQuestions(f"line {line}: not JSON: {error}.") from error
        if not isinstance(record, dict):
            raise BadQuestions(f"line {line}: {_short(record)} is not a JSON object.")
        yield line, record
