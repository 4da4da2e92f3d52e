"""Pain 1: a citation number that has no source, or the wrong one."""

from __future__ import annotations

import re

from tests.pains.conftest import ASKED, RULE, SHIPPING, House


def test_every_number_resolves_to_its_span(shipping: House) -> None:
    """Each [n] has a citation, each citation an [n], and each quote is what stands there in that version."""
    shipping.says(f"{RULE}是否補寄由倉儲經理判定。[7]【3】")

    answer = shipping.ask(ASKED)

    numbers = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
    assert numbers == {citation.n for citation in answer.citations}
    assert numbers
    assert "[7]" not in answer.text
    assert "【3】" not in answer.text
    for citation in answer.citations:
        text = shipping.canonical(citation.document_id, citation.version)
        assert text[citation.start : citation.end] == citation.quote
        assert citation.clause == "第4.3條"


def test_a_citation_outlives_its_version(shipping: House) -> None:
    """After the document was replaced, what an answer of yesterday quoted still stands in the version it names."""
    shipping.says(RULE)
    (citation,) = shipping.ask(ASKED).citations

    shipping.write("shipping.md", *(line.replace("24小時", "8小時") for line in SHIPPING))
    shipping.take_in()

    assert (
        shipping.canonical(citation.document_id, citation.version)[citation.start : citation.end]
        == citation.quote
    )
    assert citation.quote not in shipping.canonical(citation.document_id)
