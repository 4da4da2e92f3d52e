"""Collections, versions that wait, entries and golden questions as a person reads them in a terminal."""

from __future__ import annotations

from clausewise.terminal import Json, print_difference, print_text, quoted


def print_collections(result: Json) -> None:
    """Print collections, one a line."""
    for one in result["collections"]:
        rules = [word for word, on in (("review", one["review"]), ("gate", one["gate"])) if on]
        print_text(
            f"{one['name']:<16} {one['title_zh']} / {one['title_en']}  {one['documents']} documents, "
            f"{one['golden']} golden questions{'  ' + ', '.join(rules) if rules else ''}"
        )


def print_pending(result: Json) -> None:
    """Print the versions that wait, with what for."""
    if not result["versions"]:
        print_text("Nothing waits.")
    for one in result["versions"]:
        print_text(
            f"{one['document_id']}  v{one['version']}  {one['state']:<9}  {', '.join(one['collections'])}  "
            f"by {one['by']} {one['created_at']}  {one['source']}  {one['title']}"
        )
        _print_why(one)


def print_whole_pending(one: Json) -> None:
    """Print one version that waits: what it would change, or its whole text."""
    print_pending({"versions": [one]})
    if one["difference"] is not None:
        print_difference(one["difference"])
        return
    for passage in one["passages"]:
        print_text(quoted(passage["text"].strip(), lines=40))


def print_moved(one: Json) -> None:
    """Print where a version stands now."""
    reason = f": {one['reason']}" if one["reason"] else ""
    print_text(f"{one['document_id']} version {one['version']} is {one['state']}{reason}")


def print_entries(result: Json) -> None:
    """Print entries, one a line, and below it what waits."""
    if not result["entries"]:
        print_text("No entries. Write one with: clausewise faq add QUESTION ANSWER")
    for entry in result["entries"]:
        for one in (entry["live"], entry["pending"]):
            if one is not None:
                print_text(
                    f"{entry['document_id']}  v{one['version']}  {one['state']:<9}  {one['collection']}  {one['question']}"
                )


def print_entry(entry: Json) -> None:
    """Print an entry's texts."""
    for one in (entry["live"], entry["pending"]):
        if one is None:
            continue
        tags = f"  [{', '.join(one['tags'])}]" if one["tags"] else ""
        print_text(
            f"version {one['version']}  {one['state']}  {one['collection']}{tags}  by {one['by']} {one['created_at']}"
        )
        if one["reason"]:
            print_text(f"    waits: {one['reason']}")
        if one["comment"]:
            print_text(f"    {one['comment']}")
        print_text(f"{one['question']}\n{quoted(one['answer'], lines=200)}")


def print_golden(result: Json) -> None:
    """Print golden questions with what is expected."""
    if not result["questions"]:
        print_text("No golden questions: `clausewise golden add QUESTION --contains TEXT` adds one.")
    for one in result["questions"]:
        print_text(f"{one['id']}  {one['collection']}  {one['question']}  → {_expected(one)}")


def print_checked(result: Json) -> None:
    """Print what became of each golden question, and what was found where one does not hold."""
    for one in result["questions"]:
        rank = one["rank"] if one["rank"] is not None else "-"
        print_text(
            f"{'holds' if one['holds'] else 'FAILS'}  rank {rank}  {one['collection']}  {one['question']}  → {_expected(one)}"
        )
        if not one["holds"] and one["found"]:
            print_text(f"    found {one['found']['source']}\n{quoted(one['found']['text'], lines=3)}")
    print_text(f"{result['held']} of {len(result['questions'])} hold (within the first {result['within']})")


def _print_why(one: Json) -> None:
    if one["reason"]:
        print_text(f"    waits: {one['reason']}")
    if one["comment"]:
        print_text(f"    {one['comment']}")
    for lost in (one["report"] or {}).get("lost", ()):
        after = lost["after"] if lost["after"] is not None else "not found"
        print_text(f"    {lost['question']}  → {lost['expected']}: rank {lost['before']}, then {after}")
        if lost["found"]:
            print_text(f"        instead {lost['found']['source']}: {lost['found']['text']}")


def _expected(one: Json) -> str:
    return " ".join(str(one[name]) for name in ("source", "clause", "contains") if one[name])
