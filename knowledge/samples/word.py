"""Writes a source as a Word file whose numbers are counted by Word: no paragraph contains its own number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from knowledge.samples.source import Item, Source

_COMPANY = "栗湖數位股份有限公司"
_FONT = "Microsoft JhengHei"
_CONTROL_ZH = ("文件編號", "版本", "生效日期", "維護單位")
_CONTROL_EN = ("Document code", "Version", "Effective date", "Owner")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a Word list: its number format and how the number is shown."""

    number_format: str
    shown: str
    legal: bool = False  # w:isLgl, all levels in Arabic digits: 第四章 but 第4.3條
    restarts: bool = True
    start: int = 1


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a kind of document is numbered: chapter, clause, item."""

    levels: tuple[Level, Level, Level]
    in_style: bool  # numbering hangs on the heading styles, not on each paragraph
    clause_is_heading: bool


_CHINESE = "taiwaneseCountingThousand"
SCHEMES = {
    "sop": Scheme(
        (Level(_CHINESE, "第%1章"), Level("decimal", "第%1.%2條", legal=True), Level(_CHINESE, "（%3）")),
        in_style=True,
        clause_is_heading=True,
    ),
    "articles": Scheme(
        (Level(_CHINESE, "第%1章"), Level(_CHINESE, "第%2條", restarts=False), Level(_CHINESE, "%3、")),
        in_style=False,
        clause_is_heading=False,
    ),
    "handbook": Scheme(
        (
            Level("decimal", "Chapter %1", start=5),
            Level("decimal", "Section %1.%2"),
            Level("lowerLetter", "(%3)"),
        ),
        in_style=True,
        clause_is_heading=True,
    ),
}


def write_word(source: Source) -> bytes:
    """Return ``source`` as a .docx file, numbered by the scheme that its front matter names."""
    scheme = SCHEMES[source.meta["style"]]
    document = Document()
    _set_up(document, source, scheme)
    document.add_paragraph(source.meta["title"], style="Title")
    names = _CONTROL_EN if source.meta["style"] == "handbook" else _CONTROL_ZH
    values = tuple(source.meta[key] for key in ("code", "version", "effective", "owner"))
    _add_table(document, (names, values))
    for item in source.items:
        _add(document, item, scheme)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_up(document: Any, source: Source, scheme: Scheme) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(11)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    made = datetime.fromisoformat(source.meta["effective"])
    core = document.core_properties
    core.title, core.author, core.subject = source.meta["title"], source.meta["owner"], source.meta["code"]
    core.version, core.created, core.modified = source.meta["version"], made, made
    core.last_modified_by, core.comments = source.meta["owner"], ""
    section = document.sections[0]
    section.header.paragraphs[0].text = f"{_COMPANY}　{source.meta['code']}　{source.meta['title']}"
    section.footer.paragraphs[0].text = f"{source.meta['code']} v{source.meta['version']}"
    _define_numbering(document, scheme)


def _define_numbering(document: Any, scheme: Scheme) -> None:
    numbering = document.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    levels = "".join(_level_xml(index, level, scheme) for index, level in enumerate(scheme.levels))
    numbering.append(
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="7">'
            f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        )
    )
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="3"><w:abstractNumId w:val="7"/></w:num>'))
    if scheme.in_style:
        for index, name in enumerate(("Heading 1", "Heading 2")):
            _number(document.styles[name].element.get_or_add_pPr(), index)


def _level_xml(index: int, level: Level, scheme: Scheme) -> str:
    linked = f'<w:pStyle w:val="Heading{index + 1}"/>' if scheme.in_style and index < 2 else ""
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{level.start}"/><w:numFmt w:val="{level.number_format}"/>'
        + ("" if level.restarts else '<w:lvlRestart w:val="0"/>')
        + linked
        + ("<w:isLgl/>" if level.legal else "")
        + f'<w:suff w:val="space"/><w:lvlText w:val="{level.shown}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{index * 360}" w:hanging="0"/></w:pPr></w:lvl>'
    )


def _number(properties: Any, level: int) -> None:
    numbered = properties.get_or_add_numPr()
    numbered.get_or_add_ilvl().val = level
    numbered.get_or_add_numId().val = 3


def _add(document: Any, item: Item, scheme: Scheme) -> None:
    if item.kind == "table":
        _add_table(document, item.rows)
        return
    level = {"chapter": 0, "clause": 1, "item": 2, "paragraph": None}[item.kind]
    style = "Normal"
    if level == 0 or (level == 1 and scheme.clause_is_heading):
        style = f"Heading {level + 1}"
    paragraph = document.add_paragraph(item.text, style=style)
    if level is not None and not (scheme.in_style and style != "Normal"):
        _number(paragraph._p.get_or_add_pPr(), level)  # noqa: SLF001 python-docx has no public way


def _add_table(document: Any, rows: tuple[tuple[str, ...], ...]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    mark = parse_xml(f"<w:trPr {nsdecls('w')}><w:tblHeader/></w:trPr>")
    table.rows[0]._tr.insert(0, mark)  # noqa: SLF001 python-docx has no public way
    document.add_paragraph("")
