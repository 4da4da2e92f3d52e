"""Pain 7: a changed embedding model gives a dimension error or a silent mix."""

from __future__ import annotations

import pytest

from clausewise.operations import LocalOperations
from clausewise.tasks import RebuildIndex
from knowledge.errors import IndexMismatch
from models.fakes import HashEmbedder
from tests.pains.conftest import RULE, House


@pytest.mark.parametrize("dimension", [128, 384])
def test_refused_then_rebuilt(shipping: House, dimension: int) -> None:
    """With another embedder search and ingest refuse and say what to do; a rebuild embeds all anew, and it works."""
    shipping.restart()
    shipping.program.__dict__["embedder"] = HashEmbedder(dimension)

    with pytest.raises(IndexMismatch, match="rebuild"):
        shipping.search(RULE)
    with pytest.raises(IndexMismatch, match="rebuild"):
        shipping.take_in()
    result = LocalOperations(shipping.program).run(RebuildIndex())

    assert result["embedded"] > 0
    assert shipping.search(RULE)[0].passage.clause == "第4.3條"
    indexed = shipping.program.store.indexed_model()
    assert indexed is not None
    assert indexed.dimension == dimension


def test_the_old_embedder_goes_on(shipping: House) -> None:
    """A refusal changes nothing: with the embedder of the index everything answers as before."""
    shipping.restart()
    shipping.program.__dict__["embedder"] = HashEmbedder(128)
    with pytest.raises(IndexMismatch):
        shipping.search(RULE)

    shipping.restart()

    assert shipping.search(RULE)[0].passage.clause == "第4.3條"
