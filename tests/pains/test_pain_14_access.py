"""Pain 14: someone sees what they may not."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from starlette.testclient import TestClient

from assistant.answering.types import Trace
from assistant.api.app import create_app
from assistant.api.operator import OperatorAccess
from assistant.settings import WebSettings
from clausewise.services import services_of
from knowledge.errors import NotFound
from knowledge.types import DocumentId
from tests.pains.conftest import House, reader

AUDIENCES = ("public", "internal", "hr")
FACTS = {
    one: f"{one}專案的代號是{code}，負責人為王小明。" for one, code in zip(AUDIENCES, "甲乙丙", strict=True)
}
ASKED = "專案的代號是什麼？負責人是誰？"
SUBSETS = list(chain.from_iterable(combinations(AUDIENCES, n) for n in (1, 2, 3)))


@pytest.fixture
def building(house: House) -> House:
    """Return a house with one document for each audience, and one that everybody shares by its text."""
    for audience, fact in FACTS.items():
        path = house.write(f"{audience}/facts.md", f"# {audience}專案", fact)
        house.take_in(path, audience=audience)
    return house


@pytest.mark.parametrize("may", SUBSETS, ids="+".join)
def test_the_matrix(building: House, may: tuple[str, ...]) -> None:
    """Search, prompt, answer, citations, places looked at, lists and histories hold what the reader may see, and nothing else."""
    building.says()  # the model repeats its prompt: whatever got into it would come out
    hidden = [FACTS[one] for one in AUDIENCES if one not in may]
    trace = Trace()

    hits = building.search(ASKED, *may)
    answer = building.ask(ASKED, *may, trace=trace)
    listed = building.program.store.documents.browse(reader(*may))

    told = str([hits, answer, trace.shown, trace.hits, listed])
    assert all(fact not in told for fact in hidden)
    assert {hit.passage.audience for hit in hits} <= set(may)
    assert {one.audience for one in listed} == set(may)
    for one in AUDIENCES:
        if one not in may:
            with pytest.raises(NotFound):
                building.program.store.documents.show(_id(building, one), reader(*may))


def _id(house: House, audience: str) -> DocumentId:
    return next(one.document_id for one in house.program.store.documents.browse() if one.audience == audience)


def test_nobody_sees_nothing(building: House) -> None:
    """A reader of no audience finds nothing."""
    nobody = reader("public").narrowed([])

    assert building.program.searcher.search(ASKED, nobody) == []
    assert building.program.store.documents.browse(nobody) == []


def test_over_http(building: House) -> None:
    """A stranger gets public documents only, whatever audience is asked for, and no operator's page."""
    building.says()
    settings = WebSettings()
    app = create_app(services_of(building.program), settings, OperatorAccess(building.home / "operator.json"))
    with TestClient(app, base_url="http://localhost") as stranger:
        body = {"question": ASKED, "audience": list(AUDIENCES)}
        answers = [
            stranger.post("/api/v1/ask", json=body).text,
            stranger.post("/api/v1/search", json={"query": ASKED, "audience": ["hr"]}).text,
            str(stranger.post("/api/v1/search", json={"query": FACTS["hr"]}).json()["hits"]),
            stranger.get("/api/v1/documents").text,
            stranger.post(
                "/v1/chat/completions", json={"messages": [{"role": "user", "content": ASKED}]}
            ).text,
        ]
        closed = [
            stranger.get(path).status_code
            for path in ("/api/v1/index", "/api/v1/jobs", "/api/v1/models", "/api/v1/glossary")
        ]
        hidden = stranger.get(f"/api/v1/documents/{_id(building, 'hr')}").status_code

    assert all(FACTS[one] not in told for told in answers for one in ("internal", "hr"))
    assert "甲" in answers[0] + answers[3] + answers[4] + answers[2]
    assert closed == [403] * 4
    assert hidden == 404


def test_changed_rights_count_at_once(building: House) -> None:
    """A document that moves to another audience is gone for those who saw it, from the next question on."""
    assert building.search(FACTS["internal"], "internal")

    building.take_in(building.docs / "internal" / "facts.md", audience="hr")

    assert building.search(FACTS["internal"], "internal") == []
    assert building.search(FACTS["internal"], "hr")[0].passage.text.strip().endswith(FACTS["internal"])
