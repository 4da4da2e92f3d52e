"""Bytes to text, up to a stop string."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.stops import StopReader


def read(pieces: list[bytes], stop: list[str]) -> list[str]:
    """Return what comes out, piece by piece."""
    reader = StopReader(stop)
    return [*(reader.feed(piece) for piece in pieces), reader.end()]


class TestStopReader:
    def test_half_a_character_waits(self) -> None:
        """A character in two tokens comes when it is whole."""
        data = "貨".encode()

        assert read([data[:1], data[1:]], []) == ["", "貨", ""]

    def test_half_a_character_at_the_end(self) -> None:
        """What never becomes whole is one replacement character."""
        assert "".join(read([b"a", "貨".encode()[:2]], [])) == "a\ufffd"

    def test_leading_space_is_dropped(self) -> None:
        """Also over several tokens."""
        assert "".join(read([b" ", b"\n", b" a b "], [])) == "a b "

    def test_part_of_a_stop_is_held_back(self) -> None:
        """It comes out once it cannot become the stop."""
        assert read([b"a<", b"b"], ["<|"]) == ["a", "<b", ""]

    def test_ends_before_the_stop(self) -> None:
        """The first of several stops counts, in whatever pieces it comes."""
        assert "".join(read([b"one E", b"N", b"D two STOP"], ["STOP", "END"])) == "one "

    @given(st.text(min_size=1, max_size=40), st.lists(st.text(min_size=1, max_size=4), max_size=3), st.data())
    def test_pieces_do_not_matter(self, text: str, stops: list[str], data: st.DataObject) -> None:
        """However the bytes are cut, the text is the same, and no stop is in it."""
        whole = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()
        cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
        pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

        found = "".join(read(pieces, stops))

        assert found == "".join(read([whole], stops))
        assert not any(stop in found for stop in stops)
