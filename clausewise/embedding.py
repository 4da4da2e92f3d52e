"""Which embedder answers, and how another takes its place.

The settings name the one that is wanted, the index records the one in force. As long as the two differ everything goes on
with the one in force, whose weights are loaded by the name that was recorded with it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from clausewise.protocol import Json, Notify

if TYPE_CHECKING:
    from clausewise.bootstrap import Program
    from knowledge.identity import EmbedderInfo
    from models.fakes import HashEmbedder
    from models.sentence import SentenceEmbedder

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The embedder to work with, and whether the settings want another one."""

    info: EmbedderInfo
    other_wanted: bool


def choose(program: Program) -> Chosen:
    """Load the embedder of the index; where there is no index yet, that of the settings.

    Raises:
        MissingWeights: there is no index, and the embedder of the settings has not been fetched.
        IndexMismatch: the index holds vectors of another embedder, which is not at hand.
    """
    from knowledge.identity import mismatch
    from models.errors import ModelError

    recorded = program.store.indexed_model()
    missing: ModelError | None = None
    try:
        wanted = wanted_embedder(program)
    except ModelError as error:
        if recorded is None or _name_of(recorded) in {None, program.settings.models.embedder}:
            raise
        missing = error
    else:
        if recorded is None or recorded == wanted:
            _note_name(program, recorded, wanted)
            return Chosen(wanted, other_wanted=False)
    before = _load_recorded(program, recorded)
    if before is None:
        if missing is not None:
            raise missing
        raise mismatch(recorded, wanted)
    log.warning(
        "the index goes on with its own embedder", embedder=before.model_id, reason=str(missing or "")
    )
    return Chosen(before, other_wanted=True)


def wanted_embedder(program: Program, name: str | None = None) -> EmbedderInfo:
    """Load an embedder by its name (None: that of the settings) and return how an index records it.

    Raises:
        UnknownModel, MissingWeights, DigestMismatch, LoadFailed: it cannot be had.
    """
    chosen = program.settings.models.embedder
    if name is None or name == chosen:
        embedder = program.embedder
        name = chosen
    else:
        embedder = _named(program, name)
    embedder.load()
    return program.embedders.add(embedder).info(name)


def reembed(
    program: Program,
    name: str | None,
    by: str,
    notify: Notify,
    cancel: threading.Event,
) -> Json:
    """Embed everything with the embedder of this name (None: that of the settings), and let it take over.

    Raises:
        UnknownModel, MissingWeights, DigestMismatch, LoadFailed: it cannot be had.
        IndexBroken: the new index does not hold what was written; the old one stays.
    """
    from ingest.reembed import reembed as embed_all

    def tell(done: int, total: int) -> None:
        notify("progress", {"share": done / max(total, 1), "passages": total, "embedded": done})

    model = wanted_embedder(program, name)
    store = program.store
    if store.indexed_model() is None:
        store = program.searchable_store  # nothing is indexed: there is nothing to change
    report = embed_all(store, program.embedders, model, by=by, progress=tell, cancel=cancel)
    if report.state == "changed":
        program.embedders.forget_all_but(model.model_id)
    return report.as_json()


def another_is_wanted(program: Program) -> bool:
    """Tell whether the settings name an embedder, one that is at hand, other than that of the index."""
    from models.errors import ModelError

    recorded = program.store.indexed_model()
    if recorded is None:
        return False
    try:
        return wanted_embedder(program) != recorded
    except ModelError:
        return False


def _load_recorded(program: Program, recorded: EmbedderInfo | None) -> EmbedderInfo | None:
    """Load the embedder that the index records; None where it is no longer at hand, or has changed since."""
    from models.errors import ModelError

    name = _name_of(recorded) if recorded is not None else None
    if recorded is None or name is None:
        return None
    try:
        found = wanted_embedder(program, name)
    except ModelError as error:
        log.warning("the embedder of the index is not at hand", embedder=recorded.model_id, reason=str(error))
        return None
    return found if found == recorded else None


def _named(program: Program, name: str) -> SentenceEmbedder | HashEmbedder:
    from clausewise.bootstrap import embedder_for

    models = program.settings.models.model_copy(update={"embedder": name})
    return embedder_for(program.settings.model_copy(update={"models": models}), program.models_dir)


def _name_of(recorded: EmbedderInfo) -> str | None:
    """Return what settings call a recorded embedder; homes of earlier releases did not note it."""
    from models.catalogue import catalogue

    if recorded.name:
        return recorded.name
    before = recorded.model_id.partition("@")[0]
    return before if before in catalogue() else None


def _note_name(program: Program, recorded: EmbedderInfo | None, wanted: EmbedderInfo) -> None:
    """Note what the settings call the embedder of the index now, so that it is found by it later."""
    from knowledge.identity import record_model

    if recorded is not None and recorded.name != wanted.name:
        with program.store.database.write() as session:
            record_model(session, wanted)
