"""A synchronous stream of events, run in a thread and read from the event loop.

The hand-over is bounded: a reader who is slow slows the writer down, and one who leaves stops it.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from assistant.errors import Overloaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.answering.types import Event

_HELD_EVENTS = 16
# How soon a writer that waits for room notices that nobody reads any more, seconds.
_NOTICE_S = 0.1
_RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class _Ended:
    """Sentinel: the writer is done."""


class EventPump:
    """One answer in the making; iterate it, and ``close`` it whatever happens."""

    def __init__(self, produce: Callable[[threading.Event], Iterator[Event]]) -> None:
        """Remember what to run; must be made on the running event loop."""
        self.cancel = threading.Event()
        self._produce = produce
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Event | _Failed | _Ended] = asyncio.Queue(_HELD_EVENTS)

    def run(self) -> None:
        """Write events until they end or ``cancel`` is set. Runs in a worker thread."""
        try:
            for event in self._produce(self.cancel):
                if not self._hand_over(event):
                    return
        except Exception as error:  # noqa: BLE001 - it is raised again where the events are read
            self._hand_over(_Failed(error))
        else:
            self._hand_over(_Ended())

    def close(self) -> None:
        """Tell the writer to stop and the reader that nothing follows; on the event loop."""
        self.cancel.set()
        if self._queue.empty():  # a reader may be waiting
            self._queue.put_nowait(_Ended())

    def __aiter__(self) -> Self:
        """Iterate over the events."""
        return self

    async def __anext__(self) -> Event:
        """Return the next event; what the writer raised is raised here."""
        if self.cancel.is_set():
            raise StopAsyncIteration
        item = await self._queue.get()
        if isinstance(item, _Ended):
            raise StopAsyncIteration
        if isinstance(item, _Failed):
            raise item.error
        return item

    def _hand_over(self, item: Event | _Failed | _Ended) -> bool:
        """Put ``item`` into the queue; False when nobody will read it."""
        if self.cancel.is_set():
            return False
        putting = self._queue.put(item)
        try:
            future = asyncio.run_coroutine_threadsafe(putting, self._loop)
        except RuntimeError:  # the event loop is gone: the server has stopped
            putting.close()
            return False
        while True:
            try:
                future.result(_NOTICE_S)
            except TimeoutError:
                if self.cancel.is_set():
                    future.cancel()
                    return False
            else:
                return True


class PumpRoom:
    """The threads that answers are made in: a fixed number, and 'busy' beyond it."""

    def __init__(self, places: int) -> None:
        """Allow ``places`` answers at once; threads start when they are needed."""
        self._threads = ThreadPoolExecutor(places, thread_name_prefix="answer")
        self._places = threading.BoundedSemaphore(places)
        self._running: set[EventPump] = set()

    @property
    def in_work(self) -> int:
        """How many answers are being made."""
        return len(self._running)

    def start(self, produce: Callable[[threading.Event], Iterator[Event]]) -> EventPump:
        """Start a stream.

        Raises:
            Overloaded: every place is taken.
        """
        if not self._places.acquire(blocking=False):
            raise Overloaded(retry_after_s=_RETRY_S)
        pump = EventPump(produce)
        self._running.add(pump)
        self._threads.submit(self._run, pump)
        return pump

    def close(self) -> None:
        """Stop every stream; their threads end on their own."""
        for pump in tuple(self._running):
            pump.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, pump: EventPump) -> None:
        try:
            pump.run()
        finally:
            self._running.discard(pump)
            self._places.release()
