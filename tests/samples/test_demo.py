"""The demo checks its four answers honestly, and says what to do next."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from clausewise import demo


def answer(**changed: Any) -> dict[str, Any]:
    """Return a right answer to the first question, with some of it changed."""
    citation = {"source": "sop/SOP-012_出貨作業標準程序.docx", "clause": "第 4.3 條"}
    right = {
        "status": "answered",
        "kind": "written",
        "language": "zh-Hant",
        "answer": "應於 24 小時內通報物流部。[1]",
        "citations": [citation],
    }
    return right | changed


class TestWritten:
    CHECK = staticmethod(demo.written("zh-Hant", "SOP-012", "第4.3條", "24"))

    def test_a_right_answer_passes_however_the_label_is_spaced(self) -> None:
        """第 4.3 條 and 第4.3條 are one clause."""
        assert self.CHECK(answer()) is None

    @pytest.mark.parametrize(
        ("changed", "complaint"),
        [
            ({"status": "declined", "kind": "declined"}, "written answer"),
            ({"kind": "faq"}, "written answer"),
            ({"language": "zh-Hans"}, "zh-Hant"),
            ({"answer": "應盡速通報。[1]"}, "24"),
            ({"citations": []}, "第4.3條"),
            ({"citations": [{"source": "sop/SOP-012.docx", "clause": "第4.4條"}]}, "第4.3條"),
            ({"citations": [{"source": "sop/SOP-015.docx", "clause": "第4.3條"}]}, "SOP-012"),
            ({"citations": [{"source": "sop/SOP-012.docx", "clause": None}]}, "第4.3條"),
        ],
    )
    def test_each_way_of_being_wrong_is_named(self, changed: dict[str, Any], complaint: str) -> None:
        """Nothing but the right kind, language, fact and clause passes."""
        assert complaint in (self.CHECK(answer(**changed)) or "")


class TestOtherKinds:
    def test_a_faq_answer_must_come_from_that_row(self) -> None:
        """A written answer with the same words is another kind."""
        check = demo.faq("faq.csv#F001")

        assert check(answer(kind="faq", citations=[{"source": "faq.csv#F001", "clause": None}])) is None
        assert check(answer(kind="faq", citations=[{"source": "faq.csv#F002", "clause": None}])) is not None
        assert check(answer(citations=[{"source": "faq.csv#F001", "clause": None}])) is not None

    def test_an_answer_where_a_decline_is_due_is_wrong(self) -> None:
        """Inventing something is the worst outcome."""
        assert demo.declined(answer(status="declined")) is None
        assert demo.declined(answer()) is not None


class TestRunning:
    def test_without_weights_it_says_which_command_fetches_them(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        """Exit code 3, as every command."""
        code = demo.main([str(tmp_path / "home")])

        assert code == 3
        assert b"models pull" in capsysbinary.readouterr().out

    @pytest.mark.weights
    @pytest.mark.slow
    @pytest.mark.timeout(600)
    @pytest.mark.usefixtures("real_models")
    def test_with_the_real_models_all_four_are_right_and_a_second_run_reads_nothing_anew(
        self, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        """The four kinds of answer, and the way to the page."""
        first = demo.main([str(tmp_path / "home")])
        told = capsysbinary.readouterr().out.decode()
        second = demo.main([str(tmp_path / "home")])
        told_again = capsysbinary.readouterr().out.decode()

        assert (first, second) == (0, 0), told
        assert "4 of 4 as expected" in told
        assert "make serve" in told
        assert "11 unchanged" in told_again
        assert not re.search(r"\d indexed", told_again)
