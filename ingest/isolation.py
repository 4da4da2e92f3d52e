"""Parsing in a process of its own, which may crash, hang or grow without harm to ours.

The process is a new program, never a fork of one that holds models and threads. Starting it costs about
0.2 s, so it serves file after file, and is replaced when it has grown or has served many. Documents come back
as JSON: nothing that a hostile file makes the parser say is run here.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ingest.errors import (
    ERRORS,
    BrokenFile,
    Cancelled,
    CrashedParser,
    IngestError,
    MemoryLimit,
    ParserUnavailable,
    TimeLimit,
)
from ingest.limits import Limits
from ingest.tools import tesseract
from ingest.types import Block, ParsedDocument

_HEADER = struct.Struct("<Q")
_READ = 1 << 20
_REPLY_BYTES_A_CHARACTER = 40  # a block of one character costs this much JSON at most, on average
_REPLY_BASE = 16_000_000
_GROWN = 0.5  # share of its memory limit at which a process is replaced
_NEAR = 0.8  # share of the limit from which a death is put down to memory
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONHOME", "TZ")
_ROOT = Path(__file__).resolve().parent.parent


class Isolation:
    """Parses files in a child process with limits on time and memory; one file at a time.

    A file on which the process dies or runs out of memory is tried once more in a fresh one if the process
    had served other files before: no file pays for its neighbours.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._turn = threading.Lock()
        self._cancelled = threading.Event()
        self._process: _Process | None = None
        self._recognising: Isolation | None = None

    @property
    def recognising(self) -> Isolation | None:
        """The same with text recognition and its own, longer time; None where Tesseract is not installed or is off."""
        if self._recognising is None and self.limits.ocr_languages and (tool := tesseract()) is not None:
            known = [name for name in self.limits.ocr_languages.split("+") if name in tool.languages]
            limits = replace(
                self.limits,
                tesseract=tool.path,
                ocr_languages="+".join(known) or tool.languages[0],
                parse_s=self.limits.ocr_s,
            )
            self._recognising = Isolation(limits)
        return self._recognising

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def parse(self, path: Path, name: str) -> ParsedDocument:
        """Return the file at ``path`` as blocks; ``name`` is what people call it.

        Raises:
            TimeLimit, MemoryLimit, CrashedParser: the process was stopped or died on it.
            Cancelled: ``cancel`` was called.
            IngestError: any other reason why there is no document.
        """
        with self._turn:
            try:
                process = self._ready()
                used = process.served > 0
                try:
                    return self._parse(process, path, name)
                except (CrashedParser, MemoryLimit):
                    self._drop()
                    if not used or self._cancelled.is_set():
                        raise
                    return self._parse(self._ready(), path, name)
            except IngestError:
                if self._cancelled.is_set():
                    self._drop()
                    self._cancelled.clear()
                    raise Cancelled from None
                raise

    def cancel(self) -> None:
        """Stop the parse in progress, from another thread: it raises ``Cancelled``."""
        if self._turn.locked():
            self._cancelled.set()
            if (process := self._process) is not None:
                process.kill()
        if self._recognising is not None:
            self._recognising.cancel()

    def close(self) -> None:
        """End the child process; the next ``parse`` starts another."""
        with self._turn:
            self._drop()
        if self._recognising is not None:
            self._recognising.close()

    def _ready(self) -> _Process:
        """Return a process that can take a file."""
        process = self._process
        if process is not None and (process.worn(self.limits) or not process.alive()):
            self._drop()
            process = None
        if process is None:
            process = self._process = _Process(self.limits)
            process.start(self._cancelled)
        return process

    def _drop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.reap()

    def _parse(self, process: _Process, path: Path, name: str) -> ParsedDocument:
        """Return what the process makes of one file."""
        try:
            reply = process.ask(path, name)
        except TimeLimit:
            self._drop()
            raise
        if self._cancelled.is_set():
            raise Cancelled
        if (code := reply.get("code")) is not None:
            error = ERRORS.get(str(code), BrokenFile)
            raise error(**reply["details"])
        return document_of(reply["document"])


class _Process:
    """One child process and the pipe to it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        # -P keeps the current folder, which may hold a "docx.py", off the import path
        command = [sys.executable, "-P", "-m", "ingest.parsers.child", str(limits.memory_mb)]
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own program, no shell
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=_environment(),
                start_new_session=True,  # Ctrl-C reaches us first; we stop the child
            )
        except OSError as error:
            self._errors.close()
            raise ParserUnavailable(why=str(error)) from error
        self.served = 0
        self._resident_mb = 0
        self._inherited_mb = _held_mb()
        self._words = ""  # the last line that the process wrote on standard error

    def start(self, cancelled: threading.Event) -> None:
        """Wait until the process is ready."""
        try:
            self._receive(time.monotonic() + self._limits.start_s)
        except TimeoutError:
            self.kill()
            raise ParserUnavailable(why=f"not ready after {self._limits.start_s:g} seconds") from None
        except EOFError:
            if cancelled.is_set():
                raise Cancelled from None
            self.reap()
            raise ParserUnavailable(why=self._words or "it ended at once") from None

    def ask(self, path: Path, name: str) -> dict[str, Any]:
        """Return the reply for one file.

        Raises:
            TimeLimit, MemoryLimit, CrashedParser: there is none.
        """
        self.served += 1
        request = {"path": str(path.absolute()), "name": name, "limits": asdict(self._limits)}
        try:
            pipe = self._child.stdin
            if pipe is None:
                raise EOFError
            pipe.write(json.dumps(request).encode() + b"\n")
            pipe.flush()
            reply = self._receive(time.monotonic() + self._limits.parse_s)
        except TimeoutError:
            self.kill()
            raise TimeLimit(limit_s=self._limits.parse_s) from None
        except (EOFError, BrokenPipeError):
            raise self._death() from None
        self._resident_mb = max(self._resident_mb, int(reply.get("resident_mb", 0)))
        return reply

    def _receive(self, deadline: float) -> dict[str, Any]:
        """Return one framed reply; raises TimeoutError, or EOFError when the process ends."""
        pipe = self._child.stdout
        if pipe is None:
            raise EOFError
        ready = select.poll()
        ready.register(pipe, select.POLLIN | select.POLLHUP)
        data = bytearray()
        length = _HEADER.size
        headed = False
        while len(data) < length or not headed:
            if len(data) >= length:
                (size,) = _HEADER.unpack_from(data)
                if size > _REPLY_BASE + _REPLY_BYTES_A_CHARACTER * self._limits.text_chars:
                    self.kill()
                    raise EOFError
                length, headed = _HEADER.size + size, True
                continue
            left = deadline - time.monotonic()
            if left <= 0 or not ready.poll(left * 1_000):
                raise TimeoutError
            chunk = os.read(pipe.fileno(), min(_READ, length - len(data)))
            if not chunk:
                raise EOFError
            data += chunk
        reply: dict[str, Any] = json.loads(memoryview(data)[_HEADER.size :].tobytes())
        return reply

    def _death(self) -> IngestError:
        """Return why the process died, from how it ended and how much memory it had."""
        usage = self.reap()
        limit_mb = self._limits.memory_mb
        code = self._child.returncode or 0
        if code == -signal.SIGALRM:
            return TimeLimit(limit_s=self._limits.parse_s)
        if usage >= _NEAR * limit_mb or "MemoryError" in self._words:
            return MemoryLimit(limit_mb=limit_mb)
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return CrashedParser(signal=how, memory_mb=limit_mb)

    def worn(self, limits: Limits) -> bool:
        """Tell whether the process has served long enough or grown too much."""
        return self.served >= limits.files_per_process or self._resident_mb > _GROWN * limits.memory_mb

    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self._child.poll() is None

    def kill(self) -> None:
        """End the process at once."""
        if self._child.returncode is None:
            self._child.kill()

    def reap(self) -> int:
        """Wait for the process, close what is held for it, and return the most memory it held, in MB."""
        used_mb = 0
        if self._child.returncode is None:
            try:
                _, status, usage = os.wait4(self._child.pid, 0)
                self._child.returncode = os.waitstatus_to_exitcode(status)
                most_mb = int(usage.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000))
                # Linux counts what the process that started it held; only above that is the figure its own.
                used_mb = most_mb if most_mb > self._inherited_mb else self._resident_mb
            except ChildProcessError:
                self._child.returncode = -signal.SIGKILL
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        if not self._errors.closed:
            self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 2_000))
            lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
            self._words = lines[-1][:200] if lines else ""
            self._errors.close()
        return used_mb


def _held_mb() -> int:
    """Return the most memory that this process has held, in MB: what a child's usage starts from on Linux."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 0 if sys.platform == "darwin" else most // 1_000


def _environment() -> dict[str, str]:
    """Return what the child needs of our environment; settings and keys stay here."""
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    return {**kept, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def document_of(data: dict[str, Any]) -> ParsedDocument:
    """Return a document that has come as JSON."""
    for block in data["blocks"]:
        block["above"] = tuple(block.get("above", ()))
        if "tags" in block:
            block["tags"] = tuple(block["tags"])
    blocks = tuple(Block(**block) for block in data["blocks"])
    return ParsedDocument(str(data["title"]), blocks, dict(data["metadata"]), data["pages"])
