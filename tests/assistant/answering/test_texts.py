from __future__ import annotations

import pytest

from assistant.answering.texts import decline_text
from knowledge.types import Language


@pytest.mark.parametrize(
    ("language", "named"),
    [("zh-Hant", "「可以退貨嗎？」、《退換貨政策》第三條"), ("en", "“可以退貨嗎？”; “退換貨政策”, 第三條")],
)
def test_a_faq_pair_is_named_by_its_question(language: Language, named: str) -> None:
    """The file's title is the same for all of them, and tells nobody what was looked at."""
    pairs = [
        {"title": "faq", "clause": None, "question": "可以退貨嗎？"},
        {"title": "退換貨政策", "clause": "第三條", "question": None},
    ]

    assert named in decline_text("no_relevant_passage", language, pairs)
