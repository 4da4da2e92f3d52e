"""Support articles found by their titles, which their texts no longer hold."""

from __future__ import annotations

import re

import yaml

from clausewise.devsets.asking import searched
from clausewise.devsets.data import folder
from clausewise.devsets.figures import Result
from clausewise.devsets.indexing import indexed

_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_HEADING = re.compile(r"^# .*\n?", re.MULTILINE)
_ANCHOR = re.compile(r"<a name=[^>]*></a>")


def taken_apart(text: str) -> tuple[str, str, str]:
    """Return (title of the front matter, first heading, the text without either)."""
    front = _FRONT.match(text)
    title = str((yaml.safe_load(front[1]) or {}).get("title") or "") if front else ""
    body = text[front.end() :] if front else text
    heading = _HEADING.search(body)
    if heading is None:
        return title, "", body
    named = _ANCHOR.sub("", heading[0]).removeprefix("# ").strip()
    return title, named, body[: heading.start()] + body[heading.end() :]


def titles(count: int | None) -> Result:
    """Find each article by the title of its front matter, and by its heading."""
    files = sorted((folder("msdocs-zh-tw") / "msdocs-zh-tw").glob("*.md"))
    apart = {  # numbered: a file's own name is its title in English
        f"{i:04}.md": taken_apart(file.read_text(encoding="utf-8-sig")) for i, file in enumerate(files)
    }
    raw = {}
    figures = []
    with indexed("titles", files=((name, body) for name, (_, _, body) in apart.items())) as program:
        for form, part in (("title", 0), ("heading", 1)):
            asked = [(parts[part], [name]) for name, parts in apart.items() if parts[part]][:count]
            places = searched(program, f"titles, {form}", asked, lambda passage: passage.source)
            figures += places.figures(f"{form}: ")
            raw[form] = {"places": places.found, "misses": places.misses}
    method = f"{len(files)} support articles in Chinese without front matter and first heading, asked for by either"
    return Result("titles", method, tuple(figures), raw)
