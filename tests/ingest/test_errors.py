from __future__ import annotations

import string

import pytest

from ingest import errors
from ingest.errors import ERRORS, EncryptedFile, IngestError, NoText, Permanent, TooLarge, Transient

LEAVES = [error for error in ERRORS.values() if issubclass(error, Permanent | Transient)]


class TestTree:
    def test_codes_are_unique(self) -> None:
        """Every error has a code of its own, the two that only sort others aside."""

        def below(error: type[IngestError]) -> list[type[IngestError]]:
            return [error, *(found for child in error.__subclasses__() for found in below(child))]

        own = [error for error in below(IngestError) if error not in {Permanent, Transient}]

        assert len({error.code for error in own}) == len(own)

    def test_docstring_draws_the_tree(self) -> None:
        """Each error stands in the module's drawing."""
        assert all(error.__name__ in (errors.__doc__ or "") for error in ERRORS.values())

    @pytest.mark.parametrize("error", LEAVES)
    def test_said_again_from_details(self, error: type[IngestError]) -> None:
        """An error can be said again from its code and details, as another process or language does."""
        wanted = {name for _, name, _, _ in string.Formatter().parse(error.sentence) if name}
        first = error(**dict.fromkeys(wanted, 7))

        again = ERRORS[first.code](**first.details)

        assert (type(again), again.reason) == (error, first.reason)
        assert "{" not in first.reason

    def test_states(self) -> None:
        """Scanned and empty files, and those that a missing program would read, are skipped, all else fails."""
        skipped = {error.code for error in ERRORS.values() if error.state == "skipped"}

        assert skipped == {
            "no_text",
            "unsure_text",
            "empty",
            "ignored",
            "link_loop",
            "converter_missing",
            "recognition_missing",
        }

    def test_sentences(self) -> None:
        """The words that people and programs look for are there."""
        assert EncryptedFile().reason.startswith("needs a password")
        assert NoText().reason.startswith("scanned, no text found")
        assert TooLarge(size_mb=200, limit_mb=100).reason.startswith("too large: 200 MB")
