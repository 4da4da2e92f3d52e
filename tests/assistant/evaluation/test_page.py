from __future__ import annotations

import json
import re
import string
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import assistant.evaluation
from assistant.evaluation.comparing import compare
from assistant.evaluation.metrics import GROUPS, measure
from assistant.evaluation.page import marked, page
from assistant.evaluation.report import document
from assistant.evaluation.types import TIMES, WHATS
from assistant.evaluation.wording import TONGUES, wording
from tests.assistant.evaluation.outcomes import DECLINED, answer, citation, hit, outcome
from tests.assistant.evaluation.test_comparing import run
from tests.assistant.evaluation.test_metrics import ABOUT

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
FOLDER = Path(assistant.evaluation.__file__).parent


class Tags(HTMLParser):
    """Collects the tags of a page with their attributes, and checks that they are closed in order."""

    VOID = frozenset({"meta", "line", "polyline", "path", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself."""
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Check a tag's end."""
        assert self.open.pop() == tag


def everything() -> dict[str, Any]:
    """Return a result that holds each outcome, evil texts everywhere, and a comparison."""
    evil_hit, good = hit(f"{EVIL}.md", EVIL, 0.9, EVIL * 3), hit("x.md", "第4條", 0.4, "24小時。")
    places = [("x.md", "第4條")]
    outcomes = [
        outcome(id="1", places=places, contains=[["24"]], hits=[evil_hit], given=DECLINED, question=EVIL),
        outcome(
            id="2",
            places=places,
            hits=[evil_hit, good],
            given=answer(EVIL, citation(EVIL, EVIL, EVIL)),
            exact=(False,),
        ),
        outcome(id="3", contains=[[EVIL]], hits=[good], given=DECLINED, dropped=((EVIL, EVIL),)),
        outcome(id="4", error=EVIL),
        outcome(id="5", answerable=False, given=answer(EVIL), times_ms=dict.fromkeys(TIMES, 1500.0)),
        outcome(id="6", answerable=None, given=answer(EVIL)),
        outcome(id="7", places=places, hits=[good], given=answer("24小時。", citation("x.md", "第4條"))),
        outcome(id="8", places=places, hits=[good], given=DECLINED),
        outcome(id="9", places=places, hits=[good], given=answer("哪個？", status="clarify", kind="clarify")),
    ]
    told = json.loads(json.dumps(document(measure(outcomes), ABOUT, sources=["a.md"])))
    told["comparison"] = compare(run(True, True), run(False, True))
    return told  # type: ignore[no-any-return]


class TestPage:
    @pytest.mark.parametrize("tongue", TONGUES)
    def test_it_is_whole_and_closed(self, tongue: Any) -> None:
        """Tags are closed in order; what failed is all there."""
        text = page(everything(), tongue)

        tags = Tags(text).found
        assert sum(tag == "article" for tag, _ in tags) == 7
        assert sum(tag == "svg" for tag, _ in tags) == 4

    def test_nothing_comes_from_elsewhere_and_nothing_runs(self) -> None:
        """No address, no script, no handler, no form; and the page's own policy forbids them."""
        text = page(everything(), "en")

        assert not re.search(r"(?:https?:)?//[\w.]", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
        for tag, attributes in Tags(text).found:
            assert tag not in {"script", "img", "iframe", "link", "form", "object", "embed", "base"}
            assert not any(name.startswith("on") or name in {"src", "action"} for name in attributes)
            assert (attributes.get("href") or "#").startswith("#")
        assert "default-src 'none'" in text

    def test_texts_of_documents_and_questions_are_escaped(self) -> None:
        """Markup in a question, a hit, an answer, a quote, a verdict or an error is shown, not obeyed."""
        text = page(everything(), "en")

        assert "<script>alert" not in text
        assert "<img" not in text
        assert text.count("&lt;script&gt;alert(1)") >= 10

    @pytest.mark.parametrize("tongue", TONGUES)
    def test_a_run_without_anything_gives_a_page(self, tongue: Any) -> None:
        """No question, no plot, no error."""
        assert wording(tongue)("plot.none") in page(document(measure([]), ABOUT), tongue)

    def test_every_plot_says_what_it_shows(self) -> None:
        """Who cannot see a plot hears its name and finds it as a table."""
        tags = Tags(page(everything(), "zh-Hant")).found

        assert all(a.get("role") == "img" and a.get("aria-label") for tag, a in tags if tag == "svg")
        assert [tag for tag, _ in tags if tag == "h1"] == ["h1"]

    def test_a_source_that_is_not_indexed_is_told(self) -> None:
        """The hint names it."""
        assert "x.md. Is the source spelt" in page(everything(), "en")


class TestMarks:
    def test_expected_words_are_marked(self) -> None:
        """Whole numbers and words, whatever their case."""
        assert list(marked("Within 24 Hours, 240.", [["hours", "24"]])) == [
            ("Within ", False), ("24", True), (" ", False), ("Hours", True), (", 240.", False),
        ]  # fmt: skip

    def test_nothing_expected_nothing_marked(self) -> None:
        """The text stays whole."""
        assert list(marked("文字", [])) == [("文字", False)]


class TestWording:
    def test_both_languages_say_the_same_things(self) -> None:
        """The same keys, with the same names to fill."""
        texts = {
            tongue: json.loads((FOLDER / f"texts.{tongue}.json").read_text("utf-8")) for tongue in TONGUES
        }

        def names(text: str) -> set[str]:
            return {name for _, name, _, _ in string.Formatter().parse(text) if name}

        assert texts["en"].keys() == texts["zh-Hant"].keys()
        assert {k: names(v) for k, v in texts["en"].items()} == {
            k: names(v) for k, v in texts["zh-Hant"].items()
        }

    def test_every_figure_outcome_and_time_has_words(self) -> None:
        """Whatever a report may hold can be said."""
        say = wording("zh-Hant")

        for group, figures in GROUPS.items():
            assert say(f"group.{group}")
            assert all(say(f"figure.{name}") and say(f"what.{name}") for name in figures)
        assert all(say(f"outcome.{what}") and say(f"why.{what}") for what in WHATS)
        assert all(say(f"time.{name}") for name in TIMES)

    def test_every_text_is_used(self) -> None:
        """No text is left over from what the page said before."""
        files = [*FOLDER.glob("*.py"), FOLDER / "report.html.j2", *FOLDER.parents[1].glob("clausewise/*.py")]
        code = "".join(path.read_text("utf-8") for path in files)
        made = (
            "figure.",
            "what.",
            "outcome.",
            "why.",
            "time.",
            "group.",
            "reason.",
            "compare.",
            "question.role.",
            "head.",
            "expected.",
        )
        keys = [key for key in wording("en").texts if not key.startswith(made)]

        assert [key for key in keys if f"'{key}'" not in code and f'"{key}"' not in code] == []
