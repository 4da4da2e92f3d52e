"""What is indexed, with what, and what is not as the settings want it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from clausewise.protocol import Json

if TYPE_CHECKING:
    from clausewise.bootstrap import Program
    from knowledge.identity import EmbedderInfo


def index_status(program: Program) -> Json:
    """Return counts, generation, the embedder, the ways in which documents were read, and warnings; loads nothing more."""
    from ingest.outdated import recipes

    store = program.searchable_store
    model, beside = store.vectors.model, store.model_beside()
    embedder = program.embedders.of(model.model_id).index
    found = recipes(store, embedder)
    return {
        "documents": store.documents.count(),
        "passages": store.passages(),
        "fulltext": store.fulltext.size(),
        "vectors": store.vectors.count(),
        "generation": store.generation,
        "embedder": _embedder_json(model),
        "embedding_anew": None
        if beside is None
        else _embedder_json(beside)
        | {"texts": store.publisher.texts(), "done": store.publisher.embedded(beside)},
        "recipe": found.current,
        "outdated": found.outdated,
        "warnings": [*_embedder_warnings(program, model), *_recipe_warnings(found.outdated)],
    }


def _embedder_json(model: EmbedderInfo) -> Json:
    return {"model": model.model_id, "dimension": model.dimension, "name": model.name or None}


def _embedder_warnings(program: Program, model: EmbedderInfo) -> list[str]:
    warnings: list[str] = []
    chosen = program.settings.models.embedder
    if model.name and model.name != chosen:
        warnings.append(
            f"The settings name the embedder {chosen}, the index is of {model.name}:"
            " run `clausewise index reembed`, or choose that one again with `clausewise models use`."
        )
    fitted = fitted_for()
    if model.model_id.partition("@")[0] != fitted:
        warnings.append(
            f"The probabilities of search were fitted for {fitted}: with another embedder their thresholds are a guess."
            " Measure with `clausewise eval run`, and fit again with `python -m bench.fit` if need be."
        )
    return warnings


def _recipe_warnings(outdated: int) -> list[str]:
    if not outdated:
        return []
    advice = "ingest their files again (`clausewise ingest`); meanwhile they answer as they are."
    return [f"{outdated} documents were read or split by another release: {advice}"]


def fitted_for() -> str:
    """Return the name of the embedder for which the relevance was fitted."""
    import knowledge.relevance as fitted

    data = json.loads(Path(fitted.__file__).with_name("relevance.json").read_text(encoding="utf-8"))
    return str(data["embedder"]).partition("@")[0]
