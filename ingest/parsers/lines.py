"""Lines of text: hard wraps undone, names made into titles, characters that nobody reads taken out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

_NUMERAL = "〇零一二三四五六七八九十百千廿卅壹貳參肆伍陸柒捌玖拾0-9０-９"
# What begins a line of its own: clause labels, list marks. Such a line is never joined to the one above.
STARTS_ALONE = re.compile(
    rf"\s*(?:第\s*[{_NUMERAL}.\-－之 ]{{1,12}}\s*[條条章節节編编款項项目點点篇回]"
    rf"|[{_NUMERAL}]{{1,5}}\s*[、．.)）](?!\d)|\d+(?:\.\d+)+|[（(][{_NUMERAL}a-zA-Z]{{1,5}}[)）]"
    r"|[甲乙丙丁戊己庚辛壬癸]、|[A-Za-z][.)]\s|[IVXivx]{1,5}[.)]\s|[①-⑳⑴-⒇㈠-㈩㊀-㊉]"
    r"|(?:Article|Section|Chapter|Part|Appendix|Annex|Schedule)\s+[\dIVXA-Z]"
    r"|[-*+•·●○■□◆◇※▪▸►–—✓✔＊]\s?|[|#>]|附[件表錄录則则])"
)
_ENDS_SENTENCE = re.compile(r"[。！？；：.!?;:…][」』”’)）\"']*$")
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\u3000-\u303f\U00020000-\U0003ffff]")
_NOTION_ID = re.compile(r"[ _-][0-9a-f]{32}$")
# Controls other than tab and newline, lone surrogates, private use, and marks that nobody sees: bidirectional
# overrides and tag characters are ways to hide text from the person who checks a document.
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\uffff"
    "\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
# Joiners belong to emoji and to Arabic and Indic scripts; beside others they only keep words from being found.
_LONE_JOINER = re.compile(
    "(?<=[\x00-\u024f\u2e80-\ufdff\ufe10-\uffef])[\u200c\u200d]+|^[\u200c\u200d]+"
    "|[\u200c\u200d]+(?=[\x00-\u024f\u2e80-\ufdff\ufe10-\uffef]|$)"
)
_SPACES = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u205f]+")


def readable(text: str) -> str:
    """Return text as it is stored: NFC, newlines as line ends, no characters that cannot be seen or saved."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").replace("\f", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x85", "\n")
    return unicodedata.normalize("NFC", _LONE_JOINER.sub("", _UNREADABLE.sub("", text)))


def one_line(text: str) -> str:
    """Return text on one line, single-spaced; between wide characters a line break leaves no space."""
    return joined([part for part in text.split("\n") if part.strip()])


def squeezed(text: str) -> str:
    """Return text with runs of blanks as one and no blanks round line ends; line ends stay."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def width(text: str) -> int:
    """Return the columns that a line takes on a terminal: two for a wide character."""
    return len(text) + len(_WIDE.findall(text))


def joined(lines: Sequence[str]) -> str:
    """Return lines as one, with a space where the seam is not between wide characters."""
    text = ""
    for line in lines:
        part = _SPACES.sub(" ", line).strip()
        if not text or not part:
            text = text or part
        elif _WIDE.match(part) and _WIDE.match(text[-1]):
            text += part
        else:
            text += " " + part
    return text


def unwrapped(lines: Sequence[str]) -> str:
    """Return a paragraph's lines with hard wraps undone and meant line ends kept.

    A line end is a wrap when the line is nearly as wide as the paragraph's widest, does not end a sentence,
    and the next line does not begin like a clause or a list item.
    """
    full = 0.7 * max((width(line) for line in lines), default=0)
    groups: list[list[str]] = []
    for line in lines:
        before = groups[-1][-1] if groups else ""
        wrapped = width(before) >= max(full, 30) and not _ENDS_SENTENCE.search(before.rstrip())
        if groups and wrapped and not STARTS_ALONE.match(line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return "\n".join(joined(group) for group in groups)


def name_title(name: str) -> str:
    """Return a title made of a file's name: no extension, no Notion id."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    cut = _NOTION_ID.sub("", stem).strip()
    return unicodedata.normalize("NFC", cut or stem or name)


def title_like(line: str) -> bool:
    """Tell whether a first line can be a title: short, no sentence, no clause or list item."""
    line = line.strip()
    return 0 < width(line) <= 80 and not _ENDS_SENTENCE.search(line) and not STARTS_ALONE.match(line)
