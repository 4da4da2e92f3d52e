"""Pain 3: refusing while the evidence is in the context."""

from __future__ import annotations

import pytest

from tests.pains.conftest import ASKED, RULE, House


def test_what_a_clause_says_is_answered(shipping: House) -> None:
    """The clause's own sentence is let through, with its citation."""
    shipping.says(RULE)

    answer = shipping.ask(ASKED)

    assert (answer.status, len(answer.citations)) == ("answered", 1)


@pytest.mark.weights
@pytest.mark.slow
def test_the_real_model_answers_what_stands_there(real_house: House) -> None:
    """With the default models: five of six questions whose answers stand in the documents, in two languages, at least."""
    questions = {
        ASKED: "24",
        "退貨的運費由誰負擔？": "本公司",
        "收到商品後幾天內可以退貨？": "七日",
        "出貨異常是否補寄由誰判定？": "倉儲經理",
        "How long is the warranty of the coffee grinder?": "two years",
        "How many days in advance must leave be requested?": "three",
    }

    right = [gold in real_house.ask(question).text for question, gold in questions.items()]

    assert sum(right) >= 5, dict(zip(questions, right, strict=True))
