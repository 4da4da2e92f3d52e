"""Pain 2: answering from the model's memory when nothing was retrieved."""

from __future__ import annotations

import pytest

from tests.pains.conftest import ASKED, House

MEMORY = "台北101大樓高508公尺，於2004年完工。"


@pytest.mark.parametrize("question", ["台北101大樓有多高？", "Who wrote the opera Turandot?"])
def test_what_the_documents_do_not_hold_is_declined(shipping: House, question: str) -> None:
    """The model knows it, the documents do not: nothing is answered, and it is said what was looked at."""
    shipping.says(MEMORY)

    answer = shipping.ask(question)

    assert answer.status == "declined"
    assert "508" not in answer.text
    assert answer.citations == ()
    assert answer.decline is not None


def test_memory_beside_a_retrieved_clause_is_dropped(shipping: House) -> None:
    """A clause was found and the model says something else: its sentence does not leave."""
    chat = shipping.says(MEMORY)

    answer = shipping.ask(ASKED)

    assert chat.seen, "the model was asked; its words were refused, not never made"
    assert "508" not in answer.text


@pytest.mark.weights
@pytest.mark.slow
@pytest.mark.parametrize(
    "question",
    ["台灣最高的山是哪一座？", "What is the boiling point of nitrogen?", "員工旅遊補助金額是多少？"],
)
def test_the_real_model_declines_too(real_house: House, question: str) -> None:
    """With the default models: neither common knowledge nor a benefit that no document mentions is answered."""
    assert real_house.ask(question).status == "declined"
