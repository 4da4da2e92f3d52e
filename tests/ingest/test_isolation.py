from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.errors import (
    Cancelled,
    CrashedParser,
    EmptyFile,
    EncryptedFile,
    MemoryLimit,
    ParserUnavailable,
    TimeLimit,
)
from ingest.isolation import Isolation
from ingest.limits import Limits
from ingest.parsers.registry import parse


@pytest.fixture
def isolation() -> Iterator[Isolation]:
    """Return an isolation with ordinary limits."""
    with Isolation() as opened:
        yield opened


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a FAQ table, whose blocks use every field."""
    path = tmp_path / "faq.csv"
    path.write_text("id,question,answer,audience,tags\nF1,能退嗎？,能。,public,退貨\n", "utf-8")
    return path


def slow_file(folder: Path) -> Path:
    """Return a file that takes a minute to parse: a table of eight million cells."""
    path = folder / "slow.md"
    path.write_text(
        "| a " * 2_000 + "\n" + "|---" * 2_000 + "|\n" + ("| x " * 2_000 + "|\n") * 4_000, "utf-8"
    )
    return path


def large_file(folder: Path) -> Path:
    """Return a file that needs more memory than a small limit allows."""
    path = folder / "large.txt"
    path.write_bytes("字".encode() * 30_000_000)
    return path


def process_of(isolation: Isolation) -> int:
    """Return the id of the child process."""
    process = isolation._process
    assert process is not None
    return process._child.pid


class TestParse:
    def test_same_as_here(self, isolation: Isolation, table: Path) -> None:
        """A document comes back exactly as the parser made it."""
        assert isolation.parse(table, "faq.csv") == parse(table, "faq.csv")

    def test_errors_come_back(self, isolation: Isolation, tmp_path: Path) -> None:
        """A parser's refusal comes back as the same error with the same sentence."""
        (tmp_path / "a.txt").write_bytes(b"")

        with pytest.raises(EmptyFile) as caught:
            isolation.parse(tmp_path / "a.txt", "a.txt")
        assert caught.value.reason == EmptyFile(size=0).reason

    def test_process_is_kept(self, isolation: Isolation, table: Path) -> None:
        """One process serves file after file."""
        isolation.parse(table, "faq.csv")
        first = process_of(isolation)
        isolation.parse(table, "faq.csv")

        assert process_of(isolation) == first

    def test_process_is_replaced(self, table: Path) -> None:
        """After as many files as the settings say, another process takes over."""
        with Isolation(Limits(files_per_process=1)) as isolation:
            isolation.parse(table, "faq.csv")
            first = process_of(isolation)
            isolation.parse(table, "faq.csv")

            assert process_of(isolation) != first

    def test_closing_ends_the_process(self, isolation: Isolation, table: Path) -> None:
        """Nothing is left behind, and closing twice does no harm."""
        isolation.parse(table, "faq.csv")
        process = process_of(isolation)

        isolation.close()
        isolation.close()

        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)

    def test_keys_stay_here(self, monkeypatch: pytest.MonkeyPatch, isolation: Isolation, table: Path) -> None:
        """The child does not get our environment, where keys may be."""
        monkeypatch.setenv("CLAUSEWISE__MODELS__CHAT_API_KEY", "secret")

        isolation.parse(table, "faq.csv")

        environment = Path(f"/proc/{process_of(isolation)}/environ")
        if environment.exists():  # Linux tells it
            assert b"secret" not in environment.read_bytes()

    def test_current_folder_is_not_imported(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, table: Path
    ) -> None:
        """A file in the current folder that is called like a module is not run."""
        (tmp_path / "csv.py").write_text("raise SystemExit(9)", "utf-8")
        monkeypatch.chdir(tmp_path)

        with Isolation() as isolation:
            assert isolation.parse(table, "faq.csv").blocks


class TestLimits:
    def test_time(self, tmp_path: Path, table: Path) -> None:
        """A file that takes too long is stopped; the next one is read."""
        with Isolation(Limits(parse_s=1.0)) as isolation:
            isolation.parse(table, "faq.csv")
            with pytest.raises(TimeLimit, match=r"longer than 1\.0 seconds"):
                isolation.parse(slow_file(tmp_path), "slow.md")

            assert isolation.parse(table, "faq.csv").blocks

    def test_memory(self, tmp_path: Path, table: Path) -> None:
        """A file that needs too much memory is refused; the next one is read."""
        with Isolation(Limits(memory_mb=256)) as isolation:
            isolation.parse(table, "faq.csv")
            with pytest.raises(MemoryLimit, match="more than 256 MB"):
                isolation.parse(large_file(tmp_path), "large.txt")

            assert isolation.parse(table, "faq.csv").blocks

    def test_our_memory(self, tmp_path: Path) -> None:
        """What the parser needs is not taken from us."""
        import resource

        path = large_file(tmp_path)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        with Isolation(Limits(memory_mb=256)) as isolation, pytest.raises(MemoryLimit):
            isolation.parse(path, "large.txt")

        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000

    def test_death(self, isolation: Isolation, table: Path) -> None:
        """A process that has died between two files is replaced unseen."""
        isolation.parse(table, "faq.csv")
        os.kill(process_of(isolation), signal.SIGKILL)

        assert isolation.parse(table, "faq.csv").blocks

    def test_crash(self, tmp_path: Path, table: Path) -> None:
        """A file on which the process dies is named with how it died, and harms no other."""
        path = slow_file(tmp_path)
        with Isolation() as isolation:
            isolation._ready()
            timer = threading.Timer(0.3, os.kill, (process_of(isolation), signal.SIGSEGV))
            timer.start()
            with pytest.raises(CrashedParser, match=r"crashed on it \(SIGSEGV\)"):
                isolation.parse(path, "slow.md")
            timer.join()

            assert isolation.parse(table, "faq.csv").blocks

    def test_death_of_a_used_process(self, tmp_path: Path, table: Path) -> None:
        """A file on which a used process dies is tried once more in a fresh one."""
        path = tmp_path / "some.txt"
        path.write_text(("出貨異常 " * 20 + "\n\n") * 20_000, "utf-8")
        with Isolation() as isolation:
            isolation.parse(table, "faq.csv")
            used = process_of(isolation)
            timer = threading.Timer(0.1, os.kill, (used, signal.SIGKILL))
            timer.start()
            document = isolation.parse(path, "some.txt")
            timer.join()

            assert len(document.blocks) == 20_000
            assert process_of(isolation) != used

    def test_no_process(self, monkeypatch: pytest.MonkeyPatch, table: Path) -> None:
        """When no process can be started, the error says why and the file may be tried again."""
        monkeypatch.setattr("sys.executable", "/nonexistent/python")

        with Isolation() as isolation, pytest.raises(ParserUnavailable, match="no parsing process"):
            isolation.parse(table, "faq.csv")


class TestCancel:
    def test_in_progress(self, tmp_path: Path, table: Path) -> None:
        """A parse in progress ends within moments, and the next one is not affected."""
        path = slow_file(tmp_path)
        with Isolation() as isolation:
            isolation.parse(table, "faq.csv")
            timer = threading.Timer(0.3, isolation.cancel)
            timer.start()
            started = time.monotonic()
            with pytest.raises(Cancelled):
                isolation.parse(path, "slow.md")
            timer.join()

            assert time.monotonic() - started < 5
            assert isolation.parse(table, "faq.csv").blocks

    def test_idle(self, isolation: Isolation, table: Path) -> None:
        """Cancelling nothing does nothing."""
        isolation.cancel()

        assert isolation.parse(table, "faq.csv").blocks


class TestRefusalsThroughTheProcess:
    def test_encrypted(self, tmp_path: Path, isolation: Isolation) -> None:
        """A password is told through the process, too."""
        from reportlab.lib.pdfencrypt import StandardEncryption
        from reportlab.pdfgen.canvas import Canvas

        canvas = Canvas(str(tmp_path / "a.pdf"), encrypt=StandardEncryption("user", "owner", strength=128))
        canvas.drawString(72, 700, "secret")
        canvas.save()

        with pytest.raises(EncryptedFile, match="needs a password"):
            isolation.parse(tmp_path / "a.pdf", "a.pdf")

    def test_limits_are_the_callers(self, tmp_path: Path) -> None:
        """The limits given here hold in the process."""
        from ingest.errors import TooMuchText

        path = tmp_path / "a.txt"
        path.write_text("字" * 500, "utf-8")

        with Isolation(replace(Limits(), text_chars=100)) as isolation, pytest.raises(TooMuchText):
            isolation.parse(path, "a.txt")
