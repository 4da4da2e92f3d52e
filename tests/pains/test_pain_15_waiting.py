"""Pain 15: minutes to the first token on CPU. Times are measured in bench/; here is what makes them short."""

from __future__ import annotations

import pytest

from assistant.answering.types import ClauseShown, Delta, Final, Retrieved
from tests.pains.conftest import ASKED, RULE, House

LONGEST_PROMPT = 1_500  # characters; a small model on two cores reads about 60 tokens a second


def test_something_is_shown_before_the_model_begins(shipping: House) -> None:
    """Sources and the clause have arrived when the model is first asked; sentences come one by one."""
    chat = shipping.says(f"{RULE}是否補寄由倉儲經理判定。")
    asked_at: list[str] = []
    kinds = []
    for event in shipping.events(ASKED):
        kinds.append(type(event))
        asked_at.append("asked" if chat.seen else "not yet")

    assert kinds[:2] == [Retrieved, ClauseShown]
    assert asked_at[:2] == ["not yet", "not yet"]
    assert kinds.count(Delta) == 2
    assert kinds[-1] is Final


def test_the_prompt_stays_short(house: House) -> None:
    """However long and many the documents are, the model reads a few sentences."""
    for number in range(12):
        filler = [f"{RULE}第{number}-{n}項另有說明，門市應依出貨異常通報單辦理。" for n in range(60)]
        house.write(f"{number}.md", f"# 程序{number}", "".join(filler))
    house.take_in()
    chat = house.says(RULE)

    house.ask(ASKED)

    assert sum(len(str(message.text)) for message in chat.seen[-1]) < LONGEST_PROMPT


def test_the_prefix_is_kept(shipping: House) -> None:
    """Two questions share the prompt's beginning, so that the model need not read it again."""
    chat = shipping.says(RULE)
    shipping.ask(ASKED)
    shipping.ask("收到商品後幾天內可以退貨？")

    first, second = ([str(message.text) for message in one] for one in chat.seen[-2:])
    assert first[0] == second[0]
    assert len(first[0]) > 60
    assert first[1:] != second[1:]


@pytest.mark.weights
@pytest.mark.slow
def test_the_real_model_streams(real_house: House) -> None:
    """With the default models the clause is there long before the first sentence, and that before the end."""
    real_house.ask(ASKED)  # loads

    answer = real_house.ask(ASKED)

    clause, first, total = (answer.timings_ms[name] for name in ("clause", "first_sentence", "total"))
    assert clause is not None
    assert first is not None
    assert total is not None
    assert clause < first / 2
    assert first <= total
