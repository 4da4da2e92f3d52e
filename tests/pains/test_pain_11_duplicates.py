"""Pain 11: the same source several times in the list."""

from __future__ import annotations

from tests.pains.conftest import ASKED, RULE, SHIPPING, House


def test_the_same_file_twice(house: House) -> None:
    """One hit and one citation, which name both places."""
    house.write("2025/shipping.md", *SHIPPING)
    house.write("copy/shipping.md", *SHIPPING)
    house.take_in()
    house.says(RULE)

    hits = house.search(ASKED)
    answer = house.ask(ASKED)

    texts = [hit.passage.text for hit in hits]
    assert len(texts) == len(set(texts))
    sources = {"2025/shipping.md", "copy/shipping.md"}
    assert {hits[0].passage.source, *(place.source for place in hits[0].places)} == sources
    (citation,) = answer.citations
    assert {citation.source, *citation.places} == sources


def test_the_same_paragraph_in_two_files(house: House) -> None:
    """A paragraph that two documents share is one citation with two places; what they do not share stays apart."""
    house.write("a.md", "# 甲店規章", RULE, "甲店每日打烊前盤點。")
    house.write("b.md", "# 乙店規章", RULE, "乙店每週一盤點。")
    house.take_in()
    house.says(RULE)

    answer = house.ask(ASKED)

    assert len(answer.citations) == 1
    assert len({answer.citations[0].quote}) == 1
    assert "盤點" not in answer.text
