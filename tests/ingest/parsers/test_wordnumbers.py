from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from ingest.parsers.registry import parse

NAMES = nsdecls("w")
Items = Sequence[tuple[int, int, str]]  # numbering instance, level, text
Numbered = Callable[[str, Items], list[str]]


def level(at: int, text: str, form: str = "decimal", extra: str = "", start: int = 1) -> str:
    """Return the XML of one level of a list."""
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{extra}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(
    *levels: str, instances: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
) -> str:
    """Return the XML of a numbering part with one list."""
    levels_xml = "".join(levels)
    one = f'<w:abstractNum w:abstractNumId="0">{levels_xml}</w:abstractNum>'
    return f"<w:numbering {NAMES}>{one}{instances}</w:numbering>"


def set_numbering(document: Any, text: str) -> None:
    """Put a numbering part into a document."""
    part = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)
    part._element = parse_xml(text)


def number(paragraph: Any, instance: int, at: int) -> None:
    """Number a paragraph."""
    properties = paragraph._p.get_or_add_pPr()
    properties.append(
        parse_xml(f'<w:numPr {NAMES}><w:ilvl w:val="{at}"/><w:numId w:val="{instance}"/></w:numPr>')
    )


@pytest.fixture
def numbered(tmp_path: Path) -> Numbered:
    """Return a function that gives the texts of a document's numbered paragraphs."""

    def made(part: str, items: Items) -> list[str]:
        document = Document()
        set_numbering(document, part)
        for instance, at, text in items:
            number(document.add_paragraph(text), instance, at)
        path = tmp_path / "numbered.docx"
        document.save(str(path))
        return [block.text for block in parse(path, "numbered.docx").blocks]

    return made


class TestCounting:
    def test_levels(self, numbered: Numbered) -> None:
        """Levels count below each other and begin anew below the next higher one."""
        part = numbering(level(0, "第%1條"), level(1, "%1.%2"), level(2, "(%3)", "taiwaneseCountingThousand"))

        found = numbered(
            part, [(1, 0, "甲"), (1, 1, "乙"), (1, 1, "丙"), (1, 2, "丁"), (1, 0, "戊"), (1, 1, "己")]
        )

        assert found == ["第1條 甲", "1.1 乙", "1.2 丙", "(一) 丁", "第2條 戊", "2.1 己"]

    def test_clause_of_two_numbers(self, numbered: Numbered) -> None:
        """A label such as 第4.3條 is put together from two levels."""
        part = numbering(
            level(0, "第%1章", "taiwaneseCountingThousand", start=4),
            level(1, "第%1.%2條", extra="<w:isLgl/>"),
        )

        found = numbered(part, [(1, 0, "異常"), (1, 1, "一"), (1, 1, "二"), (1, 1, "出貨異常")])

        assert found == ["第四章 異常", "第4.1條 一", "第4.2條 二", "第4.3條 出貨異常"]

    def test_tight_labels(self, numbered: Numbered) -> None:
        """After a Chinese comma there is no space."""
        found = numbered(
            numbering(level(0, "%1、", "ideographTraditional")), [(1, 0, "雇主"), (1, 0, "勞工")]
        )

        assert found == ["甲、雇主", "乙、勞工"]

    def test_empty_paragraphs_count(self, numbered: Numbered) -> None:
        """An empty numbered paragraph takes a number, as in Word."""
        assert numbered(numbering(level(0, "%1.")), [(1, 0, "a"), (1, 0, ""), (1, 0, "c")]) == [
            "1. a",
            "3. c",
        ]

    def test_restart_by_instance(self, numbered: Numbered) -> None:
        """An instance that says so begins anew; one that does not counts on."""
        instances = (
            '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
            '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
            '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
        )
        part = numbering(level(0, "%1."), instances=instances)

        found = numbered(part, [(1, 0, "a"), (1, 0, "b"), (2, 0, "c"), (2, 0, "d"), (3, 0, "e")])

        assert found == ["1. a", "2. b", "1. c", "2. d", "3. e"]

    def test_level_that_never_restarts(self, numbered: Numbered) -> None:
        """Articles count on through chapters when their level says so."""
        part = numbering(level(0, "第%1章"), level(1, "第%2條", extra='<w:lvlRestart w:val="0"/>'))

        found = numbered(part, [(1, 0, "A"), (1, 1, "x"), (1, 0, "B"), (1, 1, "y")])

        assert found == ["第1章 A", "第1條 x", "第2章 B", "第2條 y"]

    def test_changed_level(self, numbered: Numbered) -> None:
        """An instance may change how a level is written."""
        instances = (
            '<w:num w:numId="1"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
            + level(0, "Section %1", "upperRoman")
            + "</w:lvlOverride></w:num>"
        )

        assert numbered(numbering(level(0, "%1."), instances=instances), [(1, 0, "Scope")]) == [
            "Section I Scope"
        ]

    def test_bullets(self, numbered: Numbered) -> None:
        """A bullet is no number."""
        assert numbered(numbering(level(0, "\uf0b7", "bullet")), [(1, 0, "item")]) == ["item"]

    @pytest.mark.parametrize("instance", [0, 9])
    def test_no_such_list(self, numbered: Numbered, instance: int) -> None:
        """A paragraph whose list is switched off or not there has no number."""
        assert numbered(numbering(level(0, "%1.")), [(instance, 0, "plain")]) == ["plain"]


class TestStyles:
    def test_heading_styles(self, tmp_path: Path) -> None:
        """Headings numbered by their styles have the level that the list gives to the style."""
        document = Document()
        set_numbering(
            document,
            numbering(
                level(0, "第%1章", "taiwaneseCountingThousand", '<w:pStyle w:val="Heading1"/>'),
                level(1, "第%1.%2條", extra='<w:pStyle w:val="Heading2"/><w:isLgl/>'),
            ),
        )
        for name in ("Heading 1", "Heading 2"):
            properties = document.styles[name].element.get_or_add_pPr()
            properties.append(parse_xml(f'<w:numPr {NAMES}><w:numId w:val="1"/></w:numPr>'))
        document.add_heading("總則", 1)
        document.add_heading("目的", 2)
        document.add_heading("範圍", 2)
        path = tmp_path / "styled.docx"
        document.save(str(path))

        blocks = parse(path, "styled.docx").blocks

        assert [(block.kind, block.level, block.label, block.text) for block in blocks] == [
            ("heading", 1, "第一章", "第一章 總則"),
            ("heading", 2, "第1.1條", "第1.1條 目的"),
            ("heading", 2, "第1.2條", "第1.2條 範圍"),
        ]

    def test_style_based_on_a_numbered_one(self, tmp_path: Path) -> None:
        """A style takes its number over from the one it is based on, unless a paragraph switches it off."""
        document = Document()
        set_numbering(document, numbering(level(0, "%1)")))
        base = document.styles["List Number"].element
        properties = base.get_or_add_pPr()
        for old in properties.findall(qn("w:numPr")):
            properties.remove(old)
        properties.append(parse_xml(f'<w:numPr {NAMES}><w:numId w:val="1"/></w:numPr>'))
        own = document.styles.add_style("Clause", 1)
        own.base_style = document.styles["List Number"]
        document.add_paragraph("a", style="Clause")
        number(document.add_paragraph("b", style="Clause"), 0, 0)
        document.add_paragraph("c", style="Clause")
        path = tmp_path / "based.docx"
        document.save(str(path))

        assert [block.text for block in parse(path, "based.docx").blocks] == ["1) a", "b", "2) c"]
