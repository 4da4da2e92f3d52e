"""Files in, citable passages out."""

from __future__ import annotations

import os
import threading
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from ingest.errors import PathNotFound
from ingest.pipeline import Ingestor
from ingest.report import Progress
from knowledge.errors import IndexMismatch
from knowledge.golden import Expected
from knowledge.identity import EmbedderInfo
from knowledge.permissions import OPERATING
from knowledge.quality import QualityGate
from knowledge.relevance import load_relevance
from knowledge.runs import RunId
from knowledge.search import Searcher
from knowledge.staging import Note
from knowledge.store import Store
from knowledge.tables import EventRow
from knowledge.text import keys
from knowledge.types import OPERATOR, DocumentId, Reader
from models.fakes import HashEmbedder

if TYPE_CHECKING:
    from ingest.report import Report

LEAVE = "# 請假辦法\n\n## 第 1 條\n\n員工特別休假依年資計算。\n\n## 第 2 條\n\n病假應附證明。\n"
SHIP = "# 出貨作業\n\n## 第4.3條 出貨異常\n\n應於 24 小時內通報物流部。\n"
FAQ = "id,question,answer,audience\nF1,保固多久？,一年。,public\nF2,主管電話？,分機 123。,\n"


class Counting(HashEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None) -> object:
        """Embed, and remember."""
        self.texts.extend(texts)
        return super().embed_passages(texts, on_batch)


@pytest.fixture
def embedder() -> Counting:
    """Return an embedder that remembers."""
    return Counting()


def states(report: Report) -> dict[str, str]:
    """Return each file's state."""
    return {file.source: file.state for file in report.files}


def texts(store: Store, reader: Reader = OPERATOR) -> dict[str, str]:
    """Return the whole visible text of each document."""
    repository = store.repository
    return {
        d.source: "".join(p.text for p in repository.document_passages(d.document_id, reader))
        for d in store.documents.browse(reader)
    }


class TestIndexed:
    def test_is_found_with_all_that_is_needed_to_cite(
        self, ingestor: Ingestor, store: Store, docs: Path
    ) -> None:
        """A file becomes passages with clause, heading, span, language and audience."""
        (docs / "hr").mkdir()
        (docs / "hr" / "leave.md").write_text(LEAVE)

        report = ingestor.run([docs])

        (file,) = report.files
        assert (file.source, file.state, file.passages, file.version) == ("hr/leave.md", "indexed", 2, 1)
        (hit, _), *_ = store.fulltext.search(keys("病假證明").grams, None, 5)
        passage = store.repository.passages([hit], OPERATOR)[hit]
        canonical = store.repository.canonical(passage.document_id, passage.version, OPERATOR)
        assert canonical[passage.start : passage.end] == passage.text
        assert (passage.title, passage.clause, passage.language) == ("請假辦法", "第 2 條", "zh-Hant")
        assert (passage.audience, passage.document_id) == ("internal", file.document_id)
        assert store.maintenance.check().problems == ()

    def test_takes_the_audience_asked_for(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """A run's audience holds for every passage whose row names none; a row's own wins."""
        (docs / "faq.csv").write_text(FAQ)

        ingestor.run([docs], "hr")

        assert texts(store, Reader(frozenset({"public"})))["faq.csv"].startswith("保固多久？\n一年。")
        assert "分機" in texts(store, Reader(frozenset({"hr"})))["faq.csv"]
        assert texts(store, Reader(frozenset({"internal"}))) == {}

    def test_names_rows_in_the_source(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """A row's source ends in its id."""
        (docs / "faq.csv").write_text(FAQ)
        ingestor.run([docs])
        (document,) = store.documents.browse()

        passages = store.repository.document_passages(document.document_id, OPERATOR)

        assert [(p.source, p.kind, p.question) for p in passages] == [
            ("faq.csv#F1", "faq", "保固多久？"),
            ("faq.csv#F2", "faq", "主管電話？"),
        ]

    def test_looks_into_archives(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """A member is a document of its own, unchanged as long as it is."""
        with zipfile.ZipFile(docs / "docs.zip", "w") as archive:
            archive.writestr("inner/leave.md", LEAVE)
            archive.writestr("inner/pic.png", b"\x89PNG")

        first, second = ingestor.run([docs]), ingestor.run([docs])

        assert states(first) == {"docs.zip!/inner/leave.md": "indexed", "docs.zip!/inner/pic.png": "failed"}
        assert states(second)["docs.zip!/inner/leave.md"] == "unchanged"

    def test_tells_equal_names_of_two_roots_apart(self, ingestor: Ingestor, tmp_path: Path) -> None:
        """A file name met under two roots gets its root's name."""
        for root in ("taipei", "tainan"):
            (tmp_path / root).mkdir()
            (tmp_path / root / "rule.md").write_text(f"# {root}\n\n內容 {root}\n")

        first = ingestor.run([tmp_path / "taipei"])
        second = ingestor.run([tmp_path / "tainan"])

        assert [f.source for f in (*first.files, *second.files)] == ["rule.md", "tainan/rule.md"]

    def test_is_the_same_document_through_another_folder(
        self, ingestor: Ingestor, store: Store, docs: Path
    ) -> None:
        """Ingesting a subfolder, or the file itself, makes no second document."""
        (docs / "hr").mkdir()
        (docs / "hr" / "leave.md").write_text(LEAVE)
        ingestor.run([docs])

        through_folder = ingestor.run([docs / "hr"])
        by_name = ingestor.run([docs / "hr" / "leave.md"])

        assert states(through_folder) == states(by_name) == {"hr/leave.md": "unchanged"}
        assert store.documents.count() == 1


class TestUnchanged:
    def test_does_nothing_the_second_time(
        self, ingestor: Ingestor, store: Store, docs: Path, embedder: Counting
    ) -> None:
        """The same file twice changes nothing: no version, no embedding, no new generation."""
        (docs / "leave.md").write_text(LEAVE)
        ingestor.run([docs])
        before = (len(embedder.texts), store.generation)

        report = ingestor.run([docs])

        assert states(report) == {"leave.md": "unchanged"}
        assert (len(embedder.texts), store.generation) == before
        assert report.files[0].passages == 2

    def test_does_not_look_at_times(self, ingestor: Ingestor, docs: Path) -> None:
        """A file that was only touched is unchanged."""
        (docs / "leave.md").write_text(LEAVE)
        ingestor.run([docs])
        os.utime(docs / "leave.md", (1, 1))

        assert states(ingestor.run([docs])) == {"leave.md": "unchanged"}

    def test_holds_after_a_roll_back(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """A version that was rolled back stays so until the file changes."""
        (docs / "a.md").write_text("# 甲\n\n舊的\n")
        ingestor.run([docs])
        (docs / "a.md").write_text("# 甲\n\n新的\n")
        ingestor.run([docs])
        store.documents.rollback(store.documents.find("a.md"))

        report = ingestor.run([docs])
        (docs / "a.md").write_text("# 甲\n\n更新的\n")
        changed = ingestor.run([docs])

        assert (report.files[0].state, report.files[0].version) == ("unchanged", 1)
        assert (changed.files[0].state, changed.files[0].version) == ("indexed", 3)


class TestChanged:
    def test_embeds_only_what_changed(
        self, ingestor: Ingestor, store: Store, docs: Path, embedder: Counting
    ) -> None:
        """A new version costs the embedding of its new passages."""
        (docs / "leave.md").write_text(LEAVE)
        ingestor.run([docs])
        embedder.texts.clear()
        (docs / "leave.md").write_text(LEAVE + "\n## 第 3 條\n\n本辦法自公布日施行。\n")

        report = ingestor.run([docs])

        assert (report.files[0].state, report.files[0].version, report.embedded) == ("indexed", 2, 1)
        assert ["第 3 條" in text for text in embedder.texts] == [True]
        assert store.maintenance.check().problems == ()

    def test_embeds_identical_files_once_and_knows_both_places(
        self, ingestor: Ingestor, store: Store, docs: Path, embedder: Counting
    ) -> None:
        """Two identical files are two places of one text."""
        (docs / "one").mkdir()
        (docs / "two").mkdir()
        (docs / "one" / "leave.md").write_text(LEAVE)
        (docs / "two" / "leave.md").write_text(LEAVE)

        ingestor.run([docs])

        hits = [i for i, _ in store.fulltext.search(keys("病假證明").grams, None, 2)]
        places = store.repository.places(hits, OPERATOR)
        found = store.repository.passages(hits, OPERATOR)
        assert len(embedder.texts) == 2
        assert {found[i].source: [p.source for p in places[i]] for i in hits} == {
            "one/leave.md": ["two/leave.md"],
            "two/leave.md": ["one/leave.md"],
        }

    def test_moves_to_another_audience(
        self, ingestor: Ingestor, store: Store, docs: Path, embedder: Counting
    ) -> None:
        """The same file for another audience is a new version, without embedding."""
        (docs / "leave.md").write_text(LEAVE)
        ingestor.run([docs], "internal")
        embedder.texts.clear()

        report = ingestor.run([docs], "public")

        assert states(report) == {"leave.md": "indexed"}
        assert embedder.texts == []
        assert texts(store, Reader(frozenset({"internal"}))) == {}
        assert list(texts(store, Reader(frozenset({"public"})))) == ["leave.md"]

    def test_keeps_answering_when_the_new_file_is_broken(
        self, ingestor: Ingestor, store: Store, docs: Path
    ) -> None:
        """A file that can no longer be read leaves its last good version in force, pruned or not."""
        (docs / "rule.csv").write_text("名稱,內容\n甲,乙\n")
        ingestor.run([docs])
        before = texts(store)
        (docs / "rule.csv").write_bytes(b"PK\x03\x04 not a table")

        report = ingestor.run([docs], prune=True)

        assert states(report) == {"rule.csv": "failed"}
        assert report.failed
        assert texts(store) == before


class TestFailed:
    def test_files_do_not_stop_others(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """Every file found is listed, with a code and a sentence where it was not taken."""
        (docs / "good.md").write_text(SHIP)
        (docs / "empty.md").write_text("")
        (docs / "movie.mp4").write_bytes(b"\x00" * 10)
        (docs / ".DS_Store").write_bytes(b"x")

        report = ingestor.run([docs])

        assert states(report) == {
            "good.md": "indexed",
            "empty.md": "skipped",
            "movie.mp4": "failed",
            ".DS_Store": "skipped",
        }
        reasons = {file.source: (file.code, file.reason) for file in report.files}
        assert reasons["movie.mp4"][0] == "unknown_type"
        assert "nothing to read" in str(reasons["empty.md"][1])
        assert report.totals == {
            "files": 4, "indexed": 1, "unchanged": 0, "skipped": 2, "failed": 1, "waiting": 0, "removed": 0,
            "passages": report.totals["passages"], "embedded": report.embedded,
        }  # fmt: skip
        assert set(report.as_json()) == {"run_id", "state", "files", "totals", "seconds"}
        assert store.runs.files(store.runs.recent()[0].run_id) == list(report.files)

    def test_path_is_told_before_anything_happens(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """A path that is not there is an error of the caller."""
        (docs / "a.md").write_text(SHIP)

        with pytest.raises(PathNotFound, match="nowhere"):
            ingestor.run([docs, docs / "nowhere"])
        assert store.documents.count() == 0

    def test_blank_audience_is_refused(self, ingestor: Ingestor, docs: Path) -> None:
        """Documents for nobody would be lost."""
        with pytest.raises(ValueError, match="audience"):
            ingestor.run([docs], "  ")

    def test_other_embedder_is_refused(
        self, ingestor: Ingestor, store: Store, docs: Path, home: Path
    ) -> None:
        """Vectors of two models never mix."""
        (docs / "a.md").write_text(SHIP)
        ingestor.run([docs])
        store.close()
        other = HashEmbedder(dimension=64)

        with (
            Store.open(home, EmbedderInfo(other.model_id, other.dimension)) as again,
            pytest.raises(IndexMismatch, match="hash-64"),
        ):
            Ingestor(again, other).run([docs])


class TestPrune:
    def test_removes_what_is_gone(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """A file that is no longer found below its root is removed, and listed."""
        (docs / "a.md").write_text(SHIP)
        (docs / "b.md").write_text(LEAVE)
        ingestor.run([docs])
        (docs / "b.md").unlink()

        kept = ingestor.run([docs])
        pruned = ingestor.run([docs], prune=True)

        assert states(kept) == {"a.md": "unchanged"}
        assert states(pruned) == {"a.md": "unchanged", "b.md": "removed"}
        assert list(texts(store)) == ["a.md"]
        assert store.maintenance.check().problems == ()

    def test_leaves_other_roots_alone(self, ingestor: Ingestor, store: Store, tmp_path: Path) -> None:
        """Pruning one folder does not touch what came from others, even with a longer name alike."""
        for name in ("docs", "docs-other"):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / f"{name}.md").write_text(SHIP)
            ingestor.run([tmp_path / name])

        ingestor.run([tmp_path / "docs"], prune=True)

        assert store.documents.count() == 2

    def test_removes_members_that_left_their_archive(
        self, ingestor: Ingestor, store: Store, docs: Path
    ) -> None:
        """An archive named directly is a root of its own."""
        for members in (["a.md", "b.md"], ["a.md"]):
            with zipfile.ZipFile(docs / "x.zip", "w") as archive:
                for member in members:
                    archive.writestr(member, LEAVE)
            report = ingestor.run([docs / "x.zip"], prune=True)

        assert states(report) == {"x.zip!/a.md": "unchanged", "x.zip!/b.md": "removed"}
        assert list(texts(store)) == ["x.zip!/a.md"]

    def test_keeps_what_lies_in_a_broken_archive(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """Members of an archive that cannot be opened this time are not gone."""
        with zipfile.ZipFile(docs / "x.zip", "w") as archive:
            archive.writestr("a.md", LEAVE)
        ingestor.run([docs])
        (docs / "x.zip").write_bytes((docs / "x.zip").read_bytes()[:40])

        report = ingestor.run([docs], prune=True)

        assert states(report) == {"x.zip": "failed"}
        assert list(texts(store)) == ["x.zip!/a.md"]

    def test_takes_a_returned_file_again(
        self, ingestor: Ingestor, store: Store, docs: Path, embedder: Counting
    ) -> None:
        """A removed file that comes back is indexed again under its old id, without embedding."""
        (docs / "a.md").write_text(SHIP)
        first = ingestor.run([docs])
        (docs / "a.md").unlink()
        ingestor.run([docs], prune=True)
        embedder.texts.clear()
        (docs / "a.md").write_text(SHIP)

        again = ingestor.run([docs])

        assert again.files[0].state == "indexed"
        assert again.files[0].document_id == first.files[0].document_id
        assert embedder.texts == []
        assert list(texts(store)) == ["a.md"]


class TestProgress:
    def test_tells_files_and_outcomes(self, ingestor: Ingestor, docs: Path) -> None:
        """Each file is named when it is begun and told when it is done; counts only grow."""
        for number in range(3):
            (docs / f"{number}.md").write_text(f"# 標題{number}\n\n內容 {number}\n")
        told: list[Progress] = []

        ingestor.run([docs], progress=told.append)

        outcomes = [one.outcome.source for one in told if one.outcome is not None]
        assert outcomes == ["0.md", "1.md", "2.md"]
        for name in ("files_done", "bytes_done", "passages", "embedded"):
            counts = [getattr(one, name) for one in told]
            assert counts == sorted(counts)
        last = told[-1]
        assert last.files_done == last.files_found == 3
        assert last.bytes_done == last.bytes_found > 0
        assert last.embedded == last.passages == 3


class TestCancel:
    def test_ends_with_what_is_done_in_force(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """A cancelled run says so, removes nothing, and the next one finishes it."""
        for number in range(5):
            (docs / f"{number}.md").write_text(f"# 標題{number}\n\n內容 {number}\n")
        ingestor.run([docs / "4.md"])
        (docs / "4.md").unlink()
        cancel = threading.Event()

        def stop_at_two(told: Progress) -> None:
            if told.source == "2.md":
                cancel.set()

        report = ingestor.run([docs], prune=True, progress=stop_at_two, cancel=cancel)

        assert report.state == "cancelled"
        assert "4.md" in texts(store)
        assert store.maintenance.check().problems == ()
        ingestor.run([docs], prune=True)
        assert sorted(texts(store)) == ["0.md", "1.md", "2.md", "3.md"]


class TestEvents:
    def test_record_each_change_of_the_index(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """Published and removed documents are events in the log, unchanged ones are not."""
        (docs / "a.md").write_text(SHIP)
        ingestor.run([docs])
        ingestor.run([docs])
        (docs / "a.md").unlink()
        ingestor.run([docs], prune=True)

        with store.database.read() as connection:
            kinds = connection.execute(select(EventRow.kind).order_by(EventRow.seq)).scalars().all()

        assert kinds == ["document.published", "document.removed"]


class TestWaiting:
    """What an ingest says of versions that do not come into force at once."""

    def test_a_second_person(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """The run lists them as waiting with the reason, also rejected ones are not taken up again as they are."""
        store.load()
        store.collections.change("internal", {"review": True})
        (docs / "a.md").write_text("七日內可以退貨。", "utf-8")

        (outcome,) = ingestor.run([docs], note=Note("an")).files

        assert (outcome.state, outcome.code) == ("waiting", "review")
        assert outcome.reason == "a second person must approve it for internal"
        assert ingestor.run([docs]).files[0].state == "unchanged"
        assert outcome.document_id is not None
        store.reviews.reject(DocumentId(outcome.document_id), 1, OPERATING, "not so")
        assert ingestor.run([docs]).files[0].state == "unchanged"
        assert store.maintenance.check().ok

    def test_golden_questions(
        self, ingestor: Ingestor, store: Store, docs: Path, embedder: HashEmbedder
    ) -> None:
        """One file of a run would lose one: it waits with the question named, the others come into force."""
        store.load()
        searcher = Searcher(store, embedder, load_relevance())
        store.publisher.gate = QualityGate(store, lambda: searcher)
        (docs / "a.md").write_text("出貨異常應於24小時內通報。", "utf-8")
        (docs / "b.md").write_text("保固期為一年。", "utf-8")
        ingestor.run([docs])
        store.golden.add("internal", [Expected("出貨異常多久通報", contains="24小時")])
        store.collections.change("internal", {"gate": True})
        (docs / "a.md").write_text("出貨異常應盡快通報。", "utf-8")
        (docs / "b.md").write_text("保固期為兩年。", "utf-8")

        report = ingestor.run([docs])

        assert {f.source.rpartition("/")[2]: (f.state, f.code) for f in report.files} == {
            "a.md": ("waiting", "waiting"),
            "b.md": ("indexed", None),
        }
        assert "出貨異常多久通報" in next(f.reason or "" for f in report.files if f.state == "waiting")
        assert store.runs.files(RunId(report.run_id)) == list(report.files)
        assert store.maintenance.check().ok

    def test_drafts(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """A run may take files in as drafts."""
        store.load()
        (docs / "a.md").write_text("七日內可以退貨。", "utf-8")

        (outcome,) = ingestor.run([docs], note=Note("an", draft=True)).files

        assert (outcome.state, outcome.code) == ("waiting", "draft")
        assert store.passages() == 0
