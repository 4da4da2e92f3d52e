"""A program for test_kill.py: it ingests in child processes that are killed at a given point, or time.

It reads one JSON scenario a line and answers with one line each. What it imports is imported once; each
scenario is a fork of it, made before Chroma or the database were ever opened, so that a kill leaves
exactly what a killed program leaves.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import chromadb  # noqa: F401 (loaded once for all scenarios)

from ingest.pipeline import Ingestor
from ingest.reembed import reembed
from knowledge import publishing
from knowledge.database import set_meta
from knowledge.embedders import Embedders
from knowledge.fulltext import FullText
from knowledge.identity import EmbedderInfo
from knowledge.publishing import Publisher
from knowledge.runs import Runs
from knowledge.settings import KnowledgeSettings
from knowledge.store import Store
from knowledge.text import keys
from knowledge.types import OPERATOR
from knowledge.vectors import VectorIndex
from models.fakes import HashEmbedder
from models.protocols import Embedder

OWNERS: dict[str, Any] = {
    "Publisher": Publisher,
    "VectorIndex": VectorIndex,
    "FullText": FullText,
    "Runs": Runs,
    "publishing": publishing,
}


def die_at(point: str, count: int) -> None:
    """Arrange for SIGKILL at the ``count``-th time that ``point`` ("before Owner.function") is reached."""
    when, _, place = point.partition(" ")
    owner_name, _, name = place.partition(".")
    owner = OWNERS[owner_name]
    original = getattr(owner, name)
    left = [count]

    def reached() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            reached()
        result = original(*args, **kwargs)
        if when == "after":
            reached()
        return result

    setattr(owner, name, wrapped)


def opened(home: Path) -> tuple[Store, HashEmbedder]:
    """Open the store as the program does, as if so much had been deleted that it must be compacted."""
    embedder = HashEmbedder()
    store = Store.open(
        home, EmbedderInfo(embedder.model_id, embedder.dimension), KnowledgeSettings(vector_batch=7)
    )
    with store.database.write() as session:
        set_meta(session, "vectors_deleted", "10000")
    return store, embedder


def ingest(home: Path, docs: Path) -> dict[str, Any]:
    """Ingest, and report what was done and how the home is afterwards."""
    store, embedder = opened(home)
    with store:
        totals = Ingestor(store, embedder).run([docs], prune=True).totals
        return {"totals": totals} | state(store, embedder)


def mend(home: Path, docs: Path) -> dict[str, Any]:
    """Report how the home is as it was found, after the next run, and what a third run would do."""
    store, embedder = opened(home)
    with store:
        store.load()
        before = state(store, embedder)
        ingestor = Ingestor(store, embedder)
        totals = ingestor.run([docs], prune=True).totals
        after = state(store, embedder)
        again = ingestor.run([docs], prune=True).totals
        return {"before": before, "totals": totals, "after": after, "again": again}


def hold(home: Path) -> tuple[Store, Embedders, EmbedderInfo]:
    """Open the store of whatever embedder is in force, with both at hand; return the one that is to take over, too."""
    embedders = Embedders()
    old = embedders.add(HashEmbedder()).info("fake")
    new = embedders.add(HashEmbedder(64)).info("fake-64")
    settings = KnowledgeSettings(vector_batch=7)
    store = Store.open(home, settings=settings)
    if store.indexed_model() is None:
        store.close()
        store = Store.open(home, old, settings)
    store.load()
    return store, embedders, new


def found(home: Path, docs: Path) -> dict[str, Any]:
    """Ingest with the old embedder, or with that of the index, and report how the home is."""
    store, embedders, _ = hold(home)
    with store:
        Ingestor(store, embedders).run([docs], prune=True)
        return looked(store, embedders)


def change(home: Path, docs: Path) -> dict[str, Any]:
    """Let the new embedder take over, and report how the home is."""
    store, embedders, new = hold(home)
    with store:
        report = reembed(store, embedders, new)
        return {"report": report.as_json()} | looked(store, embedders)


def looked(store: Store, embedders: Embedders) -> dict[str, Any]:
    """Return the state, by the embedder of the index."""
    model = store.vectors.model
    return {"model": model.model_id} | state(store, embedders.of(model.model_id).embedder)


def state(store: Store, embedder: Embedder) -> dict[str, Any]:
    """Return each visible document's text, what search does not lead to, and what the check finds."""
    texts: dict[str, str] = {}
    lost: list[str] = []
    for document in store.documents.browse():
        passages = store.repository.document_passages(document.document_id, OPERATOR)
        texts[document.source] = "".join(passage.text for passage in passages)
        for passage in passages:
            by_words = dict(store.fulltext.search(keys(passage.text).grams, None, 50))
            by_vector = dict(store.vectors.search(embedder.embed_question(passage.text), None, 50))
            for found, means in ((by_words, "words"), (by_vector, "vectors")):
                if passage.passage_id not in store.repository.passages(list(found), OPERATOR):
                    lost.append(f"{passage.source} by {means}")
    problems = [problem.what for problem in store.maintenance.check().problems]
    return {"texts": texts, "lost": lost, "problems": problems}


def run(scenario: dict[str, Any]) -> dict[str, Any]:
    """Fork, do the scenario there, and return how it ended."""
    result = Path(scenario["result"])
    child = os.fork()
    if child == 0:
        try:
            if scenario.get("point"):
                die_at(scenario["point"], scenario.get("count", 1))
            work = {"ingest": ingest, "mend": mend, "found": found, "change": change}[scenario["do"]]
            result.write_text(json.dumps(work(Path(scenario["home"]), Path(scenario["docs"]))))
            os._exit(0)
        except BaseException:  # noqa: BLE001 (the parent is told)
            result.write_text(json.dumps({"error": traceback.format_exc()}))
            os._exit(1)
    if scenario.get("after_s") is not None:
        time.sleep(scenario["after_s"])
        os.kill(child, signal.SIGKILL)
    started = time.monotonic()
    _, status = os.waitpid(child, 0)
    answer: dict[str, Any] = {"killed": os.WIFSIGNALED(status), "seconds": time.monotonic() - started}
    if not answer["killed"]:
        answer |= json.loads(result.read_text())
    return answer


def main() -> None:
    """Serve scenarios until the input ends; what children print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
