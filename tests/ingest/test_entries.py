"""Entries: written here, embedded at once, answered word for word; edits name the version they were made from."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ingest.entries import LONGEST_ANSWER, EntryText, EntryWriter
from knowledge.errors import AlreadyThere, BadValue, NotAllowed, NotFound, StaleVersion
from knowledge.permissions import OPERATING, Actor, Rights
from knowledge.relevance import load_relevance
from knowledge.search import Searcher
from knowledge.staging import Note
from knowledge.store import Store
from knowledge.types import OPERATOR, Reader
from models.fakes import HashEmbedder

QUESTION, ANSWER = "可以退貨嗎？", "七天內可以退貨。\n請附發票。"
TEXT = EntryText(QUESTION, ANSWER, "public", ("退換貨",))
BOTH = frozenset({"public", "internal"})
AN = Actor("an", Rights(BOTH, BOTH), "editor")
LEE = Actor("lee", Rights(BOTH, BOTH, BOTH), "supervisor")
AGENT = Actor("agent", Rights(BOTH), "agent")
VISITOR = Reader(frozenset({"public"}))


@pytest.fixture
def loaded(store: Store) -> Store:
    """Return the store with its indexes open."""
    store.load()
    return store


@pytest.fixture
def writer(loaded: Store, embedder: HashEmbedder) -> EntryWriter:
    """Return what writes entries."""
    return EntryWriter(loaded, embedder)


@pytest.fixture
def find(loaded: Store, embedder: HashEmbedder) -> Callable[[str], list[str]]:
    """Return a search for a visitor that gives the texts found."""
    searcher = Searcher(loaded, embedder, load_relevance())
    return lambda question: [hit.passage.text for hit in searcher.search(question, VISITOR)]


def test_answers_the_next_question(
    writer: EntryWriter, loaded: Store, find: Callable[[str], list[str]]
) -> None:
    """It is one passage, as a FAQ row of a file is, and the log says who wrote it."""
    made = writer.add(TEXT, AN, Note(comment="客服常被問"))

    assert made.state == "live"
    assert find("可以退貨嗎") == [f"{QUESTION}\n{ANSWER}"]
    (passage,) = loaded.repository.document_passages(made.document_id, VISITOR)
    assert (passage.kind, passage.question, passage.title) == ("faq", QUESTION, QUESTION)
    assert passage.text[passage.answer_start :] == ANSWER
    (line,) = loaded.documents.history(made.document_id)
    assert (line.created_by, line.comment) == ("an", "客服常被問")
    shown = loaded.entries.show(made.document_id, AGENT)
    assert shown.live is not None
    assert (shown.live.answer, shown.live.tags, shown.pending) == (ANSWER, ("退換貨",), None)
    assert loaded.maintenance.check().ok


def test_an_edit_is_a_version(writer: EntryWriter, loaded: Store, find: Callable[[str], list[str]]) -> None:
    """History, roll-back and removal are those of every document."""
    made = writer.add(TEXT, AN)
    edited = writer.edit(made.document_id, 1, EntryText(QUESTION, "十天內可以退貨。", "public"), AN)

    assert (edited.version, edited.state) == (2, "live")
    assert find("可以退貨嗎") == [f"{QUESTION}\n十天內可以退貨。"]
    loaded.documents.rollback(made.document_id)
    assert find("可以退貨嗎") == [f"{QUESTION}\n{ANSWER}"]
    loaded.documents.remove(made.document_id)
    assert find("可以退貨嗎") == []
    with pytest.raises(NotFound):
        loaded.entries.show(made.document_id, OPERATING)
    assert loaded.maintenance.check().ok


def test_a_stale_edit_is_refused(writer: EntryWriter, loaded: Store) -> None:
    """Of two edits made from the same version the second is told whose came first, and nothing changes."""
    made = writer.add(TEXT, AN)
    writer.edit(made.document_id, 1, EntryText(QUESTION, "十天內可以退貨。", "public"), LEE)

    with pytest.raises(StaleVersion, match="version 2 by lee") as refused:
        writer.edit(made.document_id, 1, EntryText(QUESTION, "九天內可以退貨。", "public"), AN)

    assert refused.value.values == {"base": 1, "newest": 2, "by": "lee"}
    assert [v.number for v in loaded.documents.history(made.document_id)] == [2, 1]


def test_of_edits_at_once_one_wins(writer: EntryWriter, loaded: Store) -> None:
    """Eight threads edit from version 1: one is taken, seven are told."""
    made = writer.add(TEXT, AN)
    outcomes: list[str] = []

    def edit(number: int) -> None:
        try:
            writer.edit(made.document_id, 1, EntryText(QUESTION, f"{number}天內可以退貨。", "public"), AN)
            outcomes.append("taken")
        except StaleVersion:
            outcomes.append("stale")

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["stale"] * 7 + ["taken"]
    assert len(loaded.documents.history(made.document_id)) == 2


def test_saving_the_same_makes_no_version(writer: EntryWriter) -> None:
    """Nothing has changed, nothing is kept."""
    made = writer.add(TEXT, AN)

    assert writer.edit(made.document_id, 1, TEXT, AN).version == 1


def test_passes_a_second_person(writer: EntryWriter, loaded: Store, find: Callable[[str], list[str]]) -> None:
    """Drafted, submitted, approved; agents see what answers, editors also what waits."""
    loaded.collections.change("public", {"review": True})
    made = writer.add(TEXT, AN, Note(draft=True))
    assert made.state == "draft"
    assert loaded.entries.all(AGENT) == []
    again = writer.edit(made.document_id, 1, EntryText(QUESTION, "十天。", "public"), AN, Note(draft=True))
    assert [(v.number, v.state) for v in loaded.documents.history(made.document_id)] == [
        (2, "draft"),
        (1, "rejected"),
    ]

    assert loaded.reviews.submit(made.document_id, again.version, AN).state == "review"
    assert find("可以退貨嗎") == []
    (seen,) = loaded.entries.all(LEE)
    assert seen.live is None
    assert seen.newest.answer == "十天。"
    loaded.reviews.approve(made.document_id, None, LEE)

    assert find("可以退貨嗎") == [f"{QUESTION}\n十天。"]
    later = writer.edit(made.document_id, 2, EntryText(QUESTION, "九天。", "public"), LEE)
    assert later.state == "review"
    assert find("可以退貨嗎") == [f"{QUESTION}\n十天。"]
    (for_agents,) = loaded.entries.all(AGENT)
    assert for_agents.pending is None
    assert loaded.maintenance.check().ok


def test_only_where_one_may_edit(writer: EntryWriter, loaded: Store) -> None:
    """Unknown collections and those of others look the same; who reads only cannot change anything."""
    loaded.collections.add("hr")
    for collection in ("hr", "never"):
        with pytest.raises(NotFound) as refused:
            writer.add(EntryText(QUESTION, ANSWER, collection), AN)
        assert str(refused.value) == str(refused.value).replace("hr", "never").replace("never", collection)
    made = writer.add(TEXT, AN)
    with pytest.raises(NotAllowed):
        writer.edit(made.document_id, 1, EntryText(QUESTION, "不可以。", "public"), AGENT)
    secret = writer.add(EntryText("調薪何時？", "三月。", "hr"), OPERATING)
    with pytest.raises(NotFound):
        writer.edit(secret.document_id, 1, EntryText("調薪何時？", "四月。", "hr"), AN)
    assert [one.document_id for one in loaded.entries.all(AN)] == [made.document_id]


@pytest.mark.parametrize(
    ("text", "field", "limit"),
    [
        (EntryText(" ", ANSWER, "public"), "question", None),
        (EntryText(QUESTION, "\n。", "public"), "answer", None),
        (EntryText("問" * 501, ANSWER, "public"), "question", 500),
        (EntryText(QUESTION, "答" * (LONGEST_ANSWER + 1), "public"), "answer", LONGEST_ANSWER),
        (EntryText(QUESTION, ANSWER, "public", ("x" * 51,)), "tags", 50),
        (EntryText(QUESTION, ANSWER, "public", tuple(map(str, range(21)))), "tags", 20),
    ],
)
def test_limits(writer: EntryWriter, loaded: Store, text: EntryText, field: str, limit: int | None) -> None:
    """What is missing or too long is named, and nothing is kept."""
    with pytest.raises(BadValue) as refused:
        writer.add(text, AN)

    assert (refused.value.field, refused.value.limit) == (field, limit)
    assert loaded.entries.all(OPERATING) == []


def test_a_question_stands_once_in_a_collection(writer: EntryWriter) -> None:
    """The same words in another collection are another entry."""
    made = writer.add(TEXT, AN)

    with pytest.raises(AlreadyThere, match=made.document_id):
        writer.add(EntryText(f" {QUESTION}", "不行。", "public"), AN)
    assert writer.add(EntryText(QUESTION, "不行。", "internal"), AN).state == "live"


def test_a_long_answer_stays_one_passage(writer: EntryWriter, loaded: Store) -> None:
    """Longer than the embedder reads, and still given whole."""
    answer = "".join(f"第{n}點要注意的事項說明如下。" for n in range(150))[:LONGEST_ANSWER]

    made = writer.add(EntryText(QUESTION, answer, "public"), AN)

    (passage,) = loaded.repository.document_passages(made.document_id, OPERATOR)
    assert passage.text[passage.answer_start :] == answer


def test_what_cannot_be_seen_is_left_out(writer: EntryWriter, loaded: Store) -> None:
    """Hidden characters and blanks at line ends go, as in rows of files."""
    made = writer.add(EntryText("可以\u202e退貨\n嗎？", "七天內 \n可以。\x00", "public"), AN)

    shown = loaded.entries.show(made.document_id, OPERATING).newest
    assert (shown.question, shown.answer) == ("可以退貨嗎？", "七天內\n可以。")


def test_entries_are_no_documents_that_people_name(writer: EntryWriter, loaded: Store) -> None:
    """A question as a title does not count as the name of a document: a number after it is no clause of it."""
    writer.add(EntryText("退貨規定", ANSWER, "public"), AN)

    assert loaded.names(OPERATOR).mentions("退貨規定第3條") == []
