"""What the demo corpus promises: many documents, several formats, two audiences, one set of facts."""

from __future__ import annotations

import csv
from collections import Counter

from knowledge.samples.build import HERE

DOCUMENTS = HERE / "documents"
FILES = sorted(path for path in DOCUMENTS.rglob("*") if path.is_file())


class TestDocuments:
    def test_there_are_at_least_twelve(self) -> None:
        """A demo of fewer documents would show little of a search."""
        assert len(FILES) >= 12

    def test_every_format_is_present(self) -> None:
        """Each parser has something to read."""
        assert {path.suffix for path in FILES} == {".docx", ".pdf", ".md", ".csv", ".xlsx", ".html"}

    def test_both_audiences_have_documents(self) -> None:
        """Each file lies below the folder of its audience, and neither audience is a token one."""
        audiences = Counter(path.relative_to(DOCUMENTS).parts[0] for path in FILES)

        assert set(audiences) == {"public", "internal"}
        assert min(audiences.values()) >= 8

    def test_each_is_described_in_the_readme(self) -> None:
        """Nobody has to open a file to learn what it is."""
        readme = (HERE / "README.md").read_text(encoding="utf-8")

        assert [p.name for p in FILES if f"`{p.relative_to(DOCUMENTS).as_posix()}`" not in readme] == []

    def test_no_real_mail_domain_occurs(self) -> None:
        """The shop is invented, so its addresses must not reach anybody."""
        for path in [*DOCUMENTS.rglob("*.md"), *DOCUMENTS.rglob("*.html"), DOCUMENTS / "public/faq.csv"]:
            for word in path.read_text(encoding="utf-8").replace("：", " ").split():
                assert "@" not in word or "lihu.example" in word, (path.name, word)


class TestFaq:
    ROWS = tuple(csv.DictReader((DOCUMENTS / "public/faq.csv").read_text(encoding="utf-8").splitlines()))

    def test_there_are_at_least_sixty_pairs(self) -> None:
        """Enough pairs that a wrong one could be chosen."""
        assert len(self.ROWS) >= 60

    def test_columns_are_those_of_a_faq_table(self) -> None:
        """The header is the one that the ingest contract names."""
        assert list(self.ROWS[0]) == ["id", "question", "answer", "category", "audience", "tags"]

    def test_ids_and_questions_occur_once(self) -> None:
        """An id is a source anchor: two rows must not share one."""
        assert len({row["id"] for row in self.ROWS}) == len(self.ROWS)
        assert len({row["question"] for row in self.ROWS}) == len(self.ROWS)

    def test_rows_are_whole_and_of_both_audiences(self) -> None:
        """No row is cut by a comma inside an answer, and some are for staff only."""
        assert all(all(row.values()) and None not in row for row in self.ROWS)
        assert {row["audience"] for row in self.ROWS} == {"public", "internal"}
