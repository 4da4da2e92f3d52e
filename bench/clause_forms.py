"""``python -m bench.clause_forms``: every article of every law, in every way of writing it, by name and structure alone.

No model and no index: the laws are split, and each article is asked for in 23 forms. Prints failures by form; exit
code 1 when there is one. The 200 articles asked through the whole search are in ``clausewise eval sets clauses``.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any

from opencc import OpenCC

from clausewise.devsets.data import folder
from ingest.parsers.registry import parse
from ingest.splitting import split
from knowledge.glossary import load_glossary
from knowledge.names import DocumentName, NameIndex
from knowledge.references import resolve
from knowledge.types import DocumentId

_DIGITS = "〇一二三四五六七八九"
_FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
_TO_SIMPLIFIED = OpenCC("t2s")


def main() -> int:
    """Print the failures by form; return 1 where there are any."""
    laws = folder("tw-labour-law") / "tw-labour-law"
    rows = [json.loads(line) for line in (laws / "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    ids = {(row["lang"], row["code"]): DocumentId(row["lang"] + row["code"]) for row in rows}
    names = {key: DocumentName(ids[key], row["law"]) for row in rows if (key := (row["lang"], row["code"]))}
    index = NameIndex(names.values(), load_glossary())
    asked: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for row in rows:
        key = "-".join(re.findall(r"\d+", row["article"]))
        for form, question in _forms(row, key):
            asked[form] += 1
            found = [(one.document_ids, one.clause_key) for one in resolve(question, index)]
            if found != [((ids[row["lang"], row["code"]],), key)]:
                failed[form] += 1
                print(f"{form}: {question} -> {found}", file=sys.stderr)
    asked["articles split off"], failed["articles split off"] = len(rows), _not_split(rows)
    for form, count in asked.items():
        print(f"{form:28} {count - failed[form]:6,} of {count:6,}")
    return 1 if failed.total() else 0


def _forms(row: dict[str, Any], key: str) -> Iterator[tuple[str, str]]:
    law, (number, _, inserted) = row["law"], key.partition("-")
    if row["lang"] == "en":
        yield "en: of the", f"Article {key} of the {law}"
        yield "en: of", f"Article {key} of {law}"
        yield "en: question", f"What does Article {key} of the {law} say?"
        yield "en: lower case", f"what does article {key} of the {law.lower()} say"
        yield "en: name first", f"{law} Article {key}"
        yield "en: comma", f"{law}, Article {key}"
        yield "en: bare number", f"{law} {key}"
        yield "en: Art.", f"{law} Art. {key}"
        yield "en: §", f"{law} § {key}"
        yield "en: 第N條", f"{law} 第{key}條"
        return
    of = f"之{inserted}" if inserted else ""
    spelled = f"第{_spelled(int(number))}條" + (f"之{_spelled(int(inserted))}" if inserted else "")
    yield "zh: full name", f"{law}第{key}條"
    yield "zh: 第N條之M", f"{law}第{number}條{of}"
    yield "zh: name, bare number", f"{law} {key}"
    yield "zh: no space", f"{law}{key}"
    yield "zh: N 條", f"{law} {key} 條"
    yield "zh: question", f"請問{law}第{key}條規定什麼？"
    yield "zh: in a sentence", f"依{law} 第 {key} 條，雇主應該怎麼做？"
    yield "zh: bare, question", f"{law} {key} 規定什麼？"
    yield "zh: Chinese numerals", f"{law}{spelled}"
    yield "zh: Simplified", _TO_SIMPLIFIED.convert(f"請問{law}第{key}條規定什麼？")
    yield "zh: full width", f"{law}第{key.translate(_FULL_WIDTH)}條"
    yield "zh: title marks", f"《{law}》第{key}條的內容"
    yield "zh: with a paragraph", f"{law}第{number}條{of}第2項第1款"


def _spelled(number: int) -> str:
    """Write 1..999 as statutes do."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += f"{_DIGITS[tens] if tens > 1 or hundreds else ''}十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def _not_split(rows: list[dict[str, Any]]) -> int:
    """Return how many articles the splitter does not give whole under their own key."""
    texts: dict[tuple[str, str, str], str] = {}
    for language in ("zh", "en"):
        for path in sorted((folder("tw-labour-law") / "tw-labour-law" / language).glob("*.md")):
            found = split(parse(path, path.name), lambda texts: [len(text) for text in texts], 512)
            for draft in found.drafts:
                place = (language, path.name.split()[0], draft.clause_key or "")
                texts[place] = texts.get(place, "") + found.text[draft.start : draft.end]
    missing = 0
    for row in rows:
        key = "-".join(re.findall(r"\d+", row["article"]))
        if _bare(row["text"]) not in _bare(texts.get((row["lang"], row["code"], key), "")):
            missing += 1
            print(f"not split off: {row['law']} {row['article']}", file=sys.stderr)
    return missing


def _bare(text: str) -> str:
    """Return the letters and digits of ``text``: Markdown's signs and HTML's entities in it do not count."""
    return re.sub(r"[\W_]", "", unescape(text))


if __name__ == "__main__":
    sys.exit(main())
