"""What the quality gate costs, and whether it sees what people see: the demo corpus with the real embedder.

Each document gets a new reading in which every fifth passage is gone and every third has a sentence more. Its golden
questions, those of the development set, are asked with the reading in force for nobody; then it comes into force, and
they are asked again as people ask.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import knowledge.samples
from bench.report import percentile
from clausewise.bootstrap import Program
from clausewise.devsets.figures import Figure, Result
from clausewise.home import Home
from clausewise.operations import LocalOperations
from clausewise.settings import load
from clausewise.tasks import Ingest
from ingest.embedding import embed_lacking
from ingest.splitting import text_for_embedding
from knowledge.embeddings import embed_key
from knowledge.golden import Expected
from knowledge.quality import QualityGate, state_with
from knowledge.staging import NewPassage, NewVersion, Target
from knowledge.types import OPERATOR, DocumentId, Hit, Passage, Reader

QUESTIONS = Path("tests/evals/samples.jsonl")
ADDED = "本段經修訂後另行公告。"
_NOTHING = 1e-6  # scores below this are those of passages that have nothing to do with the question


def run() -> Result:
    """Read the corpus, then try and publish a new reading of each document."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        home = Home.resolve(Path(scratch) / "home")
        program = Program(home, load(home))
        operations = LocalOperations(program)
        documents = Path(knowledge.samples.__file__).parent / "documents"
        for audience in ("public", "internal"):
            operations.run(Ingest(paths=[str(documents / audience)], audience=audience))
        result = _tried(program)
        program.close()
    return result


def _tried(program: Program) -> Result:
    store, searcher = program.searchable_store, program.searcher
    lines = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    expected = [
        Expected(one["question"], one["source"], one["clause"] or "") for one in lines if one.get("source")
    ]
    store.golden.add("internal", expected)
    store.collections.change("internal", {"gate": True})
    gate, reader = QualityGate(store, lambda: searcher), Reader(frozenset({"internal"}))
    seconds: list[float] = []
    apart = compared = waited = 0
    for info in store.documents.browse(OPERATOR):
        target = _staged(program, info.document_id)
        began = perf_counter()
        with store.publisher.turn:
            waited += gate(target) is not None
        seconds.append(perf_counter() - began)
        with store.publisher.tried(target) as trial:
            with_it = searcher.over(state_with(store, trial))
            foreseen = [_seen(with_it.search(one.question, reader)) for one in expected]
        store.publisher.change(target, "document.published")
        found = [_seen(searcher.search(one.question, reader)) for one in expected]
        apart += sum(one != other for one, other in zip(foreseen, found, strict=True))
        compared += len(expected)
    return Result(
        "gate",
        f"{len(expected)} golden questions, a new reading of each of {len(seconds)} documents; {waited} had to wait",
        (
            Figure("passages", store.passages(), ""),
            Figure("searches compared", compared, ""),
            Figure("searches that found something else in force than tried", apart, "", "≤", 0),
            Figure("a version's questions, median", percentile(seconds, 0.5), "s"),
            Figure("a version's questions, longest", max(seconds), "s"),
            Figure("one question, median", percentile(seconds, 0.5) / len(expected) * 1000, "ms"),
        ),
        {"seconds": seconds},
    )


def _seen(hits: Sequence[Hit]) -> list[tuple[object, ...]]:
    """Return what a person sees: passages and versions in order."""
    return [(h.passage.passage_id, h.passage.version) for h in hits if h.score > _NOTHING]


def _staged(program: Program, document_id: DocumentId) -> Target:
    """Stage and embed a changed reading of a document."""
    store = program.searchable_store
    before = store.documents.show(document_id)
    kept = [
        (number, one)
        for number, one in enumerate(store.repository.document_passages(document_id, OPERATOR))
        if number % 5 != 4
    ]
    with store.database.read() as connection:
        location = connection.exec_driver_sql(
            "SELECT location FROM documents WHERE id = ?", (document_id,)
        ).scalar_one()
    passages: list[NewPassage] = []
    texts: dict[bytes, str] = {}
    at = 0
    for number, one in kept:
        changed = one.kind == "text" and number % 3 == 2
        text = f"{one.text.rstrip()}{ADDED}\n" if changed else one.text
        embedded = text_for_embedding(before.title, one.heading, one.clause, text)
        texts[embed_key(embedded)] = embedded
        passages.append(_passage(one, text, at, embed_key(embedded)))
        at += len(text)
    version = NewVersion(
        location=location,
        root="/",
        source=before.source,
        title=before.title,
        audience=before.audience,
        text="".join(one.text for one in passages),
        file_digest="bench",
        recipe="bench",
        passages=tuple(passages),
    )
    target, _ = store.publisher.stage(version)
    embed_lacking(store.publisher, program.embedders, texts)
    return target


def _passage(one: Passage, text: str, at: int, key: bytes) -> NewPassage:
    made = NewPassage(
        kind=one.kind,
        start=at,
        end=at + len(text),
        text=text,
        clause=one.clause,
        clause_key=one.clause,
        heading=one.heading,
        page=one.page,
        anchor=one.source.partition("#")[2] or None,
        question=one.question,
        audience=one.audience,
        language=one.language,
        embed_key=key,
    )
    return replace(made, clause_key=None) if one.clause is None else made
