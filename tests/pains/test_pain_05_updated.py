"""Pain 5: an updated document still answers the old text."""

from __future__ import annotations

from assistant.answering.types import Answer
from tests.pains.conftest import House

ASKED = "門市大掃除是星期幾？"


def told(house: House, *days: str) -> Answer:
    """Return the answer of a model that would say either day."""
    house.says("".join(f"門市大掃除是{day}。" for day in days))
    return house.ask(ASKED)


def test_monday_to_friday(house: House) -> None:
    """From the next question on only the new day is answered, quoted and found, the file's name being the same."""
    house.write("clean.md", "# 清潔", "門市大掃除是星期一。")
    house.take_in()
    assert "星期一" in told(house, "星期一", "星期五").text

    house.write("clean.md", "# 清潔", "門市大掃除是星期五。")
    house.take_in()
    answer = told(house, "星期一", "星期五")

    assert "星期五" in answer.text
    assert "星期一" not in answer.text
    assert [(citation.version, "星期五" in citation.quote) for citation in answer.citations] == [(2, True)]
    assert all("星期一" not in hit.passage.text for hit in house.search(ASKED))
    assert all(hit.passage.version == 2 for hit in house.search("門市大掃除是星期一。"))


def test_back_to_monday_by_roll_back(house: House) -> None:
    """The old version answers again when it is asked for, and only then."""
    for day in ("星期一", "星期五"):
        house.write("clean.md", "# 清潔", f"門市大掃除是{day}。")
        house.take_in()

    house.program.store.documents.rollback(house.document_id("clean.md"), 1)  # type: ignore[arg-type]

    assert "星期一" in told(house, "星期五", "星期一").text
