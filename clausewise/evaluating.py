"""Evaluation with the parts of one program: what the command, the socket and a background job all do."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from assistant.evaluation.drafting import PROMPT_VERSION
from assistant.evaluation.drafting import draft as propose
from assistant.evaluation.metrics import measure
from assistant.evaluation.questions import read_records
from assistant.evaluation.report import About, document
from assistant.evaluation.running import Runner, WatchedChat
from clausewise.protocol import Json, Notify
from knowledge.types import OPERATOR, Passage, Reader
from models.errors import MissingWeights

if TYPE_CHECKING:
    from assistant.answering.writing import Chat
    from clausewise.bootstrap import Program
    from clausewise.tasks import DraftQuestions, Evaluate

_WARM_UP = "開始 begin"


def evaluate(program: Program, task: Evaluate, notify: Notify, cancel: threading.Event) -> Json:
    """Ask the task's questions and return the report; when cancelled, that of the questions asked so far.

    Raises:
        BadQuestions: a question breaks a rule.
        MissingWeights: a model has not been fetched.
    """
    records = [(_line(one, number), _cells(one)) for number, one in enumerate(task.cases, 1)]
    cases = read_records(records).cases
    searcher = program.searcher
    # Else what is loaded at first use would count as the first question's time.
    program.chat.load()
    searcher.search(_WARM_UP, OPERATOR, 1)
    watched = WatchedChat(program.chat)
    reader = OPERATOR.narrowed(task.audience)
    repository = program.store.repository

    def tell(done: int, total: int, question: str) -> None:
        notify("progress", {"share": done / total, "text": f"{done}/{total} {question}"})

    began = time.perf_counter()
    runner = Runner(
        searcher,
        program.answerer_with(watched),
        reader,
        repository.canonical,
        watched,
        cancel=cancel,
    )
    report = measure(runner.run(cases, tell))
    names = repository.document_names(reader)
    about = About(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - began, 1),
        program=version("clausewise"),
        asked=len(cases),
        models=(program.chat.model_id, program.embedder_in_force.model_id),
        audience=None if task.audience is None else tuple(task.audience),
        documents=len(names),
    )
    return document(report, about, [name.source for name in names])


def _line(record: Json, number: int) -> int:
    line = record.get("line")
    return line if isinstance(line, int) else number


def _cells(record: Json) -> Json:
    return {name: value for name, value in record.items() if name != "line"}


def draft(program: Program, task: DraftQuestions, notify: Notify, cancel: threading.Event) -> Json:
    """Propose questions about the documents that the audience may read.

    Without the chat model's weights there are none about clauses; ``chat`` is null then.
    """
    chat: Chat | None = program.chat
    try:
        program.chat.load()
    except MissingWeights:
        chat = None

    def tell(done: int, total: int) -> None:
        notify("progress", {"share": done / total, "text": f"{done}/{total}"})

    passages = _passages(program, OPERATOR.narrowed(task.audience), task.count, task.seed)
    drafts = propose(passages, chat, task.count, seed=task.seed, cancel=cancel, progress=tell)
    return {
        "questions": [asdict(one) for one in drafts],
        "chat": None if chat is None else chat.model_id,
        "prompt": None if chat is None else PROMPT_VERSION,
    }


def _passages(program: Program, reader: Reader, count: int, seed: int) -> list[Passage]:
    """Return the passages of so many documents that each question can be of another one."""
    repository = program.store.repository
    names = repository.document_names(reader)
    chosen = random.Random(seed).sample(names, min(len(names), 2 * count))  # noqa: S311 - a choice, not a secret
    return [p for name in chosen for p in repository.document_passages(name.document_id, reader)]
