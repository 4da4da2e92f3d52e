"""Results as a person reads them in a terminal. Everything here goes to standard output."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from clausewise.context import say

WIDTH = 100
Json = Mapping[str, Any]


def print_text(text: str) -> None:
    """Print text as UTF-8 whatever the locale is, and at once."""
    sys.stdout.flush()
    sys.stdout.buffer.write((text + "\n").encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


class AnswerPrinter:
    """Prints an answer while it is made: sentences as they come, then the sources."""

    def __init__(self) -> None:
        self._printed = False

    def notice(self, event: str, data: Json) -> None:
        """Print what an event brings; a wait goes to standard error."""
        if event == "queued":
            say(f"The model is busy: {data['position']} before you, about {data['wait_s']:.0f} s.")
        elif event == "delta":
            marks = "".join(f"[{citation['n']}]" for citation in data["citations"])
            self._printed = True
            print_text(f"{data['text']}{' ' + marks if marks else ''}")

    def finish(self, answer: Json) -> None:
        """Print what no event brought, then the sources or where the search looked."""
        if not self._printed:
            print_text(str(answer["answer"]))
        if answer.get("choices"):
            print_text("\nAsk again with one of these names")
        for choice in answer.get("choices", ()):
            print_text(f"  {choice['label']}: {_place(choice)}")
        if answer["citations"]:
            print_text("\nSources")
        for citation in answer["citations"]:
            print_text(f"[{citation['n']}] {_place(citation)}\n{quoted(citation['quote'])}")
            for place in citation.get("places", ()):
                print_text(f"    also in {place}")
        near = (answer["decline"] or {}).get("may_help")
        if near:
            print_text(f"\nMay help\n{_place(near)}\n{quoted(near['quote'])}")
        looked_at = (answer["decline"] or {}).get("looked_at") or ()
        if looked_at:
            print_text("\nLooked at")
        for place in looked_at:
            print_text(f"  - {_place(place)}")


def print_hits(result: Json) -> None:
    """Print hits, best first."""
    if not result["hits"]:
        print_text("Nothing found.")
    for hit in result["hits"]:
        print_text(f"{hit['rank']:>2}. {hit['score']:.2f}  {_place(hit)}\n{quoted(hit['text'], lines=3)}")


def print_terms(result: Json) -> None:
    """Print the glossary's table, a pair a line."""
    if not result["terms"]:
        print_text("The table is empty: `clausewise glossary add TERM SAME_AS` adds a pair.")
    for one in result["terms"]:
        note = f"  ({one['note']})" if one["note"] else ""
        print_text(f"{one['term']} = {one['same_as']}  {one['kind']}{note}  {one['at'][:10]} {one['by']}")


def print_jobs(result: Json) -> None:
    """Print jobs, newest first, failed ones with the reason of each attempt."""
    if not result["jobs"]:
        print_text("No such jobs.")
    for job in result["jobs"]:
        print_text(
            f"{job['job_id']}  {job['state']:<9}  {job['created_at']}  {job['task']}  by {job['by']}{_how_far(job)}"
        )
        if job["state"] == "failed":
            print_text(_reasons(job))


def print_job(job: Json) -> None:
    """Print one job with what is known of it."""
    print_text(f"{job['job_id']}  {job['task']}  {job['state']}{_how_far(job)}")
    print_text(f"  asked for by {job['by']} at {job['created_at']}, priority {job['priority']}")
    for name, word in (
        ("started_at", "started"),
        ("finished_at", "finished"),
        ("next_attempt_at", "next attempt"),
        ("collection", "collection"),
        ("lock", "never together with others of"),
        ("worker", "at work"),
    ):
        if job[name]:
            print_text(f"  {word}: {job[name]}")
    if job["failures"] or job["error"]:
        print_text(_reasons(job))
    if job["result"] is not None:
        print_text("  result: with --json")


def _how_far(job: Json) -> str:
    """Return how far a job is, where it says so."""
    if job["cancel_asked"] and job["state"] == "running":
        return ", is to stop"
    share = job["progress"].get("share")
    return f", {share:.0%}" if job["state"] == "running" and isinstance(share, (int, float)) else ""


def _reasons(job: Json) -> str:
    """Return the reason of each attempt that failed, and of the end."""
    lines = [f"  attempt {n}: {reason}" for n, reason in enumerate(job["failures"], 1)]
    if job["error"] and job["error"] not in job["failures"]:
        lines.append(f"  {job['error']}")
    return "\n".join(lines)


def print_report(report: Json) -> None:
    """Print each file's state, then the totals."""
    for file in report["files"]:
        detail = f"{file['passages']} passages" if file["state"] == "indexed" else file["reason"] or ""
        print_text(f"{file['state']:<10} {file['source']}" + (f"  ({detail})" if detail else ""))
    totals = ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in report["totals"].items() if count
    )
    print_text(f"{totals or 'no files found'} in {report['seconds']:.1f} s")


def print_documents(result: Json) -> None:
    """Print documents, one a line."""
    if not result["documents"]:
        print_text("No documents. Add some with: clausewise ingest PATH")
    for document in result["documents"]:
        audiences = ", ".join(document["audiences"])
        print_text(
            f"{document['document_id']}  v{document['version']}  {document['passages']:>5} passages  "
            f"{audiences:<10}  {document['source']}  {document['title']}"
        )


def print_document(document: Json) -> None:
    """Print a document with its passages."""
    print_text(f"{document['title']}\n{document['source']}, version {document['version']}")
    if document["current_version"] != document["version"]:
        print_text(f"An earlier or later text: version {document['current_version']} is in force.")
    if sure := document["details"].get("ocr_confidence"):
        print_text(
            f"Read by text recognition, {sure} of 100 sure; by page {document['details'].get('ocr_pages', '')}"
        )
    for passage in document["passages"]:
        label = " › ".join([*passage["heading"], *([passage["clause"]] if passage["clause"] else [])])
        print_text(f"\n[{passage['start']}:{passage['end']}] {label}\n{passage['text'].strip()}")


def print_history(result: Json) -> None:
    """Print versions, newest first."""
    for version in result["versions"]:
        mark = "*" if version["current"] else " "
        print_text(
            f"{mark} version {version['version']}  {version['created_at']}  {version['passages']} passages  "
            f"{version['state']}{', pinned' if version['pinned'] else ''}  by {version['by']}"
        )
        for name, word in (
            ("effective_from", "effective from"),
            ("expires_at", "expires"),
            ("reason", "waits:"),
        ):
            if version[name]:
                print_text(f"    {word} {version[name]}")
        if version["comment"]:
            print_text(f"    {version['comment']}")


def print_difference(result: Json) -> None:
    """Print what changed: removed words between [- -], added ones between {+ +}."""
    print_text(f"version {result['from']} → {result['to']}: {result['unchanged']} clauses unchanged")
    for change in result["changes"]:
        labels = [change[side]["label"] for side in ("before", "after") if change[side]]
        print_text(f"\n{change['kind']}: {' → '.join(dict.fromkeys(labels)) or '(no heading)'}")
        if change["marks"]:
            print_text(quoted("".join(map(_marked, change["marks"])).strip(), lines=40))


def print_cited(result: Json) -> None:
    """Print a citation as it was, and what has become of its clause."""
    clause, now = result["clause"], result["now"]
    print_text(f"version {result['version']}, {clause['label']}\n{quoted(result['quote'])}")
    told = {
        "current": "This version is in force.",
        "unchanged": f"Version {result['current_version']} is in force; this clause is the same there.",
        "moved": f"Version {result['current_version']} is in force; this clause has moved there.",
        "changed": f"Version {result['current_version']} is in force; this clause has changed:",
        "gone": f"Version {result['current_version']} is in force; this clause is gone.",
    }
    print_text(told[result["standing"]])
    if result["standing"] in {"changed", "moved"}:
        print_text(f"{now['label']}\n{quoted(now['text'].strip())}")


def print_expiring(result: Json) -> None:
    """Print what expires, the first to go first."""
    if not result["documents"]:
        print_text("Nothing expires in that time.")
    for one in result["documents"]:
        word = "expired" if one["expired"] else "expires"
        print_text(
            f"{one['document_id']}  {word} {one['expires_at']}  v{one['version']}  {one['source']}  {one['title']}"
        )


def _marked(mark: tuple[str, str]) -> str:
    """Return a run of a difference with its signs, white space outside them."""
    kind, text = mark
    return {"same": text, "removed": f"[-{text}-]", "added": f"{{+{text}+}}"}[kind]


def _place(place: Json) -> str:
    """Return where something stands: title, clause, page, source."""
    page, version = place.get("page"), place.get("version")
    parts = [
        place.get("title"),
        place.get("clause"),
        f"p. {page}" if page else None,
        f"v{version}" if version else None,
    ]
    return f"{' '.join(str(part) for part in parts if part)} ({place.get('source')})"


def quoted(text: str, lines: int = 6) -> str:
    """Return text indented, wrapped, and cut after some lines."""
    wrapped = list(_wrapped(text.split("\n")))
    if len(wrapped) > lines:
        wrapped = [*wrapped[:lines], "…"]
    return textwrap.indent("\n".join(wrapped), "    ")


def _wrapped(lines: Iterable[str]) -> Iterable[str]:
    """Yield lines of at most WIDTH columns; a CJK character fills two."""
    for line in lines:
        rest = line.strip()
        while rest:
            cut = _fitting(rest)
            yield rest[:cut].rstrip()
            rest = rest[cut:].lstrip()


def _fitting(text: str) -> int:
    """Return how many characters fit into WIDTH columns, not cutting a Latin word in two."""
    columns = 0
    for position, character in enumerate(text):
        columns += 2 if ord(character) >= 0x2E80 else 1
        if columns > WIDTH:
            space = text.rfind(" ", 0, position)
            return space + 1 if space > position - 25 and ord(character) < 0x2E80 and space > 0 else position
    return len(text)
