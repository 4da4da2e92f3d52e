import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from fastapi import FastAPI

from assistant.answering.types import Event, Question, Queued, Retrieved
from assistant.api.pump import PumpRoom
from assistant.errors import Overloaded
from knowledge.types import Reader


async def all_of(room: PumpRoom, produce: Callable[[threading.Event], Iterator[Event]]) -> list[Event]:
    """Return every event of a stream."""
    return [event async for event in room.start(produce)]


class TestPump:
    def test_events_arrive_in_order(self) -> None:
        """More of them than the hand-over holds."""

        def produce(cancel: threading.Event) -> Iterator[Event]:
            yield from (Queued(n, 0) for n in range(100))

        events = asyncio.run(all_of(PumpRoom(1), produce))

        assert [event.position for event in events if isinstance(event, Queued)] == list(range(100))

    def test_what_the_writer_raises_is_raised_at_the_reader(self) -> None:
        """After the events that came before it."""

        def produce(cancel: threading.Event) -> Iterator[Event]:
            yield Retrieved(())
            raise LookupError("gone")

        with pytest.raises(LookupError, match="gone"):
            asyncio.run(all_of(PumpRoom(1), produce))

    def test_a_slow_reader_holds_the_writer(self) -> None:
        """Memory is bounded: the writer is at most a queue's length ahead."""
        made = 0

        def produce(cancel: threading.Event) -> Iterator[Event]:
            nonlocal made
            for n in range(1000):
                made += 1
                yield Queued(n, 0)

        async def read_one() -> int:
            room = PumpRoom(1)
            pump = room.start(produce)
            await anext(pump)
            await asyncio.sleep(0.2)  # long enough for a writer that is not held to finish
            ahead = made
            pump.close()
            room.close()
            return ahead

        assert asyncio.run(read_one()) <= 20

    def test_closing_wakes_a_reader_that_waits(self) -> None:
        """Nothing follows."""

        def produce(cancel: threading.Event) -> Iterator[Event]:
            cancel.wait(10)
            yield from ()

        async def close_while_waiting() -> list[Event]:
            room = PumpRoom(1)
            pump = room.start(produce)
            asyncio.get_running_loop().call_later(0.05, pump.close)
            return [event async for event in pump]

        assert asyncio.run(close_while_waiting()) == []

    def test_a_room_has_so_many_places(self) -> None:
        """And gives one back when a stream has ended."""

        def produce(cancel: threading.Event) -> Iterator[Event]:
            cancel.wait(10)
            yield from ()

        async def fill() -> None:
            room = PumpRoom(2)
            first = room.start(produce)
            room.start(produce)
            with pytest.raises(Overloaded):
                room.start(produce)
            first.close()
            async with asyncio.timeout(5):
                while room.in_work > 1:  # noqa: ASYNC110 - a thread ends, not a task
                    await asyncio.sleep(0.01)
            room.start(produce)
            room.close()

        asyncio.run(fill())


class TestDeparture:
    @pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
    @pytest.mark.parametrize("silent", [True, False], ids=["before the first event", "after it"])
    def test_a_client_that_leaves_stops_the_answer_within_half_a_second(
        self, make_app: Callable[..., FastAPI], accept: str, silent: bool
    ) -> None:
        """Also while nothing is sent, as when a prompt is processed."""
        waiting, stopped_at = threading.Event(), []

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            if not silent:
                yield Retrieved(())
            waiting.set()
            cancel.wait(20)
            stopped_at.append(time.monotonic())

        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(make_app(script), log_level="error"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        body = json.dumps({"question": "?"})
        request = (
            f"POST /api/v1/ask HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
        try:
            with socket.create_connection(listener.getsockname(), timeout=10) as connection:
                connection.sendall(request.encode())
                assert waiting.wait(10)
            left_at = time.monotonic()

            deadline = left_at + 10
            while not stopped_at and time.monotonic() < deadline:
                threading.Event().wait(0.01)

            assert stopped_at[0] - left_at < 0.5
        finally:
            server.should_exit = True
            thread.join(10)
            listener.close()
