"""One worker and a bounded queue in front of it: position, expected wait, busy, cancellation.

A model answers one request at a time. Requests run on one thread of their own, in order of arrival; what
they produce is handed over piece by piece, so that a slow reader never holds the model.
"""

from __future__ import annotations

import ctypes
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from models.errors import Busy, Cancelled

Piece = TypeVar("Piece")
OnQueue = Callable[[int, float], None]

POLL_S = 0.05  # how often a waiting reader looks at its cancel event
_FIRST_GUESS_S = 5.0  # a request's length before any was measured
_MEMORY = 0.3  # weight of the latest request in the running mean


class _End:
    """Marks the end of a request's pieces; carries the error that ended it, if any."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class Ticket(Generic[Piece]):
    """One request. ``flag`` is a NUL-terminated text in C's sense: empty until the request is cancelled."""

    def __init__(self, job: Callable[[Ticket[Piece]], Iterator[Piece]]) -> None:
        self.job = job
        self.flag = ctypes.create_string_buffer(2)
        self.pieces: queue.SimpleQueue[Piece | _End] = queue.SimpleQueue()
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the worker to stop; C code that reads ``flag`` stops too."""
        self.flag[0] = b"\x01"
        self._event.set()

    def wait_cancelled(self, seconds: float) -> bool:
        """Wait, at most so long, for the request to be cancelled; tell whether it was."""
        return self._event.wait(seconds)

    @property
    def cancelled(self) -> bool:
        """Whether ``cancel`` was called."""
        return self._event.is_set()


class Admission(Generic[Piece]):
    """The queue and its worker thread, which starts with the first request."""

    def __init__(self, queue_size: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Let ``queue_size`` requests wait behind the one that runs."""
        self._size, self._clock = queue_size, clock
        self._changed = threading.Condition()
        self._waiting: deque[Ticket[Piece]] = deque()
        self._running: Ticket[Piece] | None = None
        self._started = 0.0
        self._usual_s = _FIRST_GUESS_S
        self._measured = False
        self._thread: threading.Thread | None = None
        self._closed = False

    def stream(
        self,
        job: Callable[[Ticket[Piece]], Iterator[Piece]],
        cancel: threading.Event | None = None,
        on_queue: OnQueue | None = None,
    ) -> Iterator[Piece]:
        """Yield what ``job`` yields, once it is its turn.

        ``on_queue`` hears the number of requests ahead and the expected wait in seconds, at first and at
        each change, as long as there are any. Closing the iterator cancels the request.

        Raises:
            Busy: the queue is full.
            Cancelled: ``cancel`` was set, at the latest 50 ms ago.
        """
        ticket = self._enter(job)
        try:
            yield from self._read(ticket, cancel, on_queue)
        finally:
            self._leave(ticket)

    def load(self) -> tuple[int, float]:
        """Return the requests under way, running one included, and the wait that a new one would have."""
        with self._changed:
            ahead = len(self._waiting) + (self._running is not None)
            return ahead, self._wait_s(len(self._waiting))

    def close(self) -> None:
        """Cancel everything and end the worker; waits for it."""
        with self._changed:
            self._closed = True
            for ticket in (*self._waiting, *([self._running] if self._running else [])):
                ticket.cancel()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _enter(self, job: Callable[[Ticket[Piece]], Iterator[Piece]]) -> Ticket[Piece]:
        with self._changed:
            if self._closed:
                raise Cancelled("The model is shutting down.")
            # A request that is about to be taken up still waits: it counts as the running one.
            ahead = len(self._waiting) + (self._running is not None)
            if ahead > self._size:
                raise Busy(ahead, self._wait_s(ahead - 1))
            ticket = Ticket(job)
            self._waiting.append(ticket)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="model", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return ticket

    def _read(
        self, ticket: Ticket[Piece], cancel: threading.Event | None, on_queue: OnQueue | None
    ) -> Iterator[Piece]:
        told = 0
        while True:
            if cancel is not None and cancel.is_set():
                raise Cancelled("The reader went away.")
            if on_queue is not None:
                told = self._tell(ticket, on_queue, told)
            try:
                piece = ticket.pieces.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if not isinstance(piece, _End):
                yield piece
            elif piece.error is not None:
                raise piece.error
            else:
                return

    def _tell(self, ticket: Ticket[Piece], on_queue: OnQueue, told: int) -> int:
        """Report a changed position; 0 is never reported."""
        with self._changed:
            if ticket not in self._waiting:
                return 0
            before = self._waiting.index(ticket)
            position = before + (self._running is not None)
            wait_s = self._wait_s(before)
        if position and position != told:
            on_queue(position, wait_s)
        return position

    def _wait_s(self, before: int) -> float:
        """Return the expected wait behind the running request and ``before`` waiting ones."""
        if self._running is None:
            return before * self._usual_s
        left = max(self._usual_s - (self._clock() - self._started), 0.1 * self._usual_s)
        return left + before * self._usual_s

    def _leave(self, ticket: Ticket[Piece]) -> None:
        ticket.cancel()
        with self._changed:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    self._refuse_waiting()
                    return
                ticket = self._running = self._waiting.popleft()
                self._started = self._clock()
            ticket.pieces.put(self._run(ticket))
            with self._changed:
                self._remember(self._clock() - self._started, cut_short=ticket.cancelled)
                self._running = None

    def _run(self, ticket: Ticket[Piece]) -> _End:
        try:
            for piece in ticket.job(ticket):
                ticket.pieces.put(piece)
                if ticket.cancelled:
                    break
        except BaseException as error:  # noqa: BLE001 - it is raised again on the reader's thread
            return _End(error)
        return _End(Cancelled("The request was cancelled.") if ticket.cancelled else None)

    def _refuse_waiting(self) -> None:
        while self._waiting:
            self._waiting.popleft().pieces.put(_End(Cancelled("The model is shutting down.")))

    def _remember(self, seconds: float, *, cut_short: bool) -> None:
        """Move the usual duration towards the latest; a cancelled request says little."""
        if cut_short:
            return
        weight = _MEMORY if self._measured else 1.0
        self._usual_s += weight * (seconds - self._usual_s)
        self._measured = True
