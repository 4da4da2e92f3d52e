"""HTML: the main text, with its headings, list numbers, tables and code.

trafilatura tells which text of a page is its content. What it returns has lost list numbers and merged cells,
so it serves to find the part of the page that holds this text, and that part is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.errors import BrokenFile
from ingest.limits import Limits
from ingest.parsers.encoding import decode
from ingest.parsers.htmlwalk import LEFT_OUT, Walker, hidden
from ingest.parsers.lines import name_title, one_line, readable
from ingest.parsers.unseen import drop_unseen
from ingest.types import HIDDEN_TEXTS, Block, ParsedDocument

_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w\-]+)", re.IGNORECASE
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_SPACE = re.compile(r"\s+")
_ENOUGH = 0.95  # share of the main text that a part of the page must hold to stand for it
_TRUSTED = 0.3  # share of the page's text below which trafilatura's choice is not followed
_WINDOW = 50_000  # characters of main text in which the next text of the page is looked for
_TELLING = 10  # length from which a text found is taken for this very place
_FIELDS = ("description", "author", "keywords")


def parse_html(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a page's main text; its title is the heading that its <title> begins with, or the <title>."""
    del limits
    root = page(markup(path.read_bytes()))
    metadata = _metadata(root)
    if unseen := drop_unseen(root):
        metadata[HIDDEN_TEXTS] = str(unseen)
    title = one_line(readable(root.findtext(".//title") or ""))
    body = root.find(".//body")
    region = main_part(root, body if body is not None else root)
    blocks = tuple(Walker().blocks(region)) or tuple(Walker(whole=True).blocks(region))
    heading = next((block.text for block in blocks if block.kind == "heading"), "")
    first = root.find(".//h1")
    top = one_line(readable(first.text_content())) if first is not None else heading
    if top and (not title or top in title):
        title = top
    return ParsedDocument(title or name_title(name), blocks, metadata)


def fragment_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a piece of HTML inside another document; nothing counts as surroundings."""
    from lxml import etree, html

    if not text.strip():
        return
    try:
        element = html.fragment_fromstring(text, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    drop_unseen(element)
    yield from Walker(whole=True).blocks(element)


def markup(data: bytes) -> str:
    """Return a page as text: by its byte order mark, what it declares, or what it reads like."""
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        encoding = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(
            name := declared.group(1).decode("ascii", "replace").lower(), name
        )
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(data)


def page(text: str) -> Any:
    """Return the page as a tree."""
    from lxml import etree, html

    # without huge_tree, what is nested deeper than 256 elements is lost without a word
    parser = html.HTMLParser(huge_tree=True)
    try:
        root = html.document_fromstring(_DECLARATION.sub("", text.replace("\0", "")), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        if not text.strip() or "empty" in str(error).lower():
            return html.document_fromstring("<html><body></body></html>")
        raise BrokenFile(kind="a web page", why=str(error)) from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise BrokenFile(kind="a web page", why="its elements are nested too deeply")
    return root


def main_part(root: Any, body: Any) -> Any:
    """Return the smallest part of the page that holds nearly all of its main text."""
    content = _compact(_extracted(root))
    weights = _weights(body, content)
    total = weights.get(body, 0)
    if total < _TRUSTED * len(_compact(_seen_text(body))):
        return body
    part = body
    while True:
        heavy = [child for child in part if weights.get(child, 0) >= _ENOUGH * total]
        if not heavy or heavy[0].tag in {"table", "ul", "ol", "p", "li", "pre", "tr", "td", "dl"}:
            return part
        part = heavy[0]


def _extracted(root: Any) -> str:
    """Return the text that trafilatura takes for the content."""
    from copy import deepcopy

    from trafilatura import bare_extraction

    try:
        found = bare_extraction(
            deepcopy(root), favor_recall=True, include_comments=False, include_tables=True
        )
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):  # odd pages trip its heuristics
        return ""
    return str(getattr(found, "text", "") or "")


def _weights(body: Any, content: str) -> dict[Any, int]:
    """Return for each element how many characters of main text it holds."""
    weights: dict[Any, int] = {}
    position = 0  # both run in the order of the page, so that a large page is searched once, not once a text
    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        texts = [element.text or "", *(child.tail or "" for child in element)]
        own = 0
        for text in map(_compact, texts):
            if len(text) > 1 and (at := content.find(text, position, position + _WINDOW)) >= 0:
                own += len(text)
                if len(text) >= _TELLING:
                    position = at + len(text)
        if own:
            holder = element
            while holder is not None:
                weights[holder] = weights.get(holder, 0) + own
                if holder is body:
                    break
                holder = holder.getparent()
    return weights


def _seen_text(body: Any) -> str:
    """Return the text of a page without what is never content."""
    parts: list[str] = []
    skipped: set[Any] = set()
    for element in body.iter():
        parent = element.getparent()
        if (
            parent in skipped
            or not isinstance(element.tag, str)
            or element.tag in LEFT_OUT
            or hidden(element)
        ):
            skipped.add(element)
        else:
            parts.append(element.text or "")
        if parent is not None and parent not in skipped and element is not body:
            parts.append(element.tail or "")
    return "".join(parts)


def _compact(text: str) -> str:
    """Return text without any white space, for comparing."""
    return _SPACE.sub("", text)


def _metadata(root: Any) -> dict[str, str]:
    """Return what the page says of itself."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        key = (element.get("name") or "").lower()
        value = one_line(readable(element.get("content") or ""))
        if key in _FIELDS and value:
            found.setdefault(key, value[:1_000])
    language = root.get("lang") if isinstance(root.tag, str) else None
    return {**found, "language": language} if language else found
