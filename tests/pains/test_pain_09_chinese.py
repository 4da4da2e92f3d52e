"""Pain 9: a Chinese keyword finds nothing, or pieces of it. DRCD's hit@5 and its Simplified loss are development sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pains.conftest import House, with_embedder

SENTENCES = {
    "a.md": "本次利率調升三碼，自下個月起生效。",
    "b.md": "三號碼頭的碼表每月校正，利率與碼頭費用無關。",
    "c.md": "上海交通大學的合約由採購部保管。",
    "d.md": "交通大樓位於上海路，大學生實習由人資辦理。",
    "e.md": "水費由總務繳納。",
    "f.md": "電費由門市繳納，颱風過後須檢查招牌。",
    "g.md": "料號 LH-AP300 的濾網每六個月更換，單價 NT$1,200 元。",
    "h.md": "料號 LH-AP200 的濾網每三個月更換，重量 3 公斤。",
}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory, real_models: Path) -> Iterator[House]:
    """Return a house with the default embedder and one sentence a file."""
    house = with_embedder(tmp_path_factory.mktemp("words"), real_models)
    for name, sentence in SENTENCES.items():
        house.write(name, sentence)
    house.take_in()
    yield house
    house.program.close()


@pytest.mark.weights
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("三碼", "a.md"),
        ("上海交通大學", "c.md"),
        ("水", "e.md"),
        ("颱風", "f.md"),
        ("上海交通大学的合约", "c.md"),
        ("台風過後檢查招牌", "f.md"),
        ("ＬＨ－ＡＰ３００", "g.md"),
        ("lh-ap300 濾網", "g.md"),
        ("1200元的濾網", "g.md"),
        ("１，２００", "g.md"),
        ("3公斤", "h.md"),
    ],
)
def test_exact_terms_come_first(words: House, query: str, wanted: str) -> None:
    """The word itself wins over its pieces, in either script, in any width, with any grouping of digits."""
    assert words.search(query)[0].passage.source == wanted
