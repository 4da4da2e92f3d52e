"""The queue in front of a model."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from models.admission import Admission, Ticket
from models.errors import Busy, Cancelled


def numbers(count: int) -> Iterator[int]:
    """A job of some pieces."""
    yield from range(count)


class Held:
    """A job that begins, says so, and goes on when it is let."""

    def __init__(self) -> None:
        self.began, self.go = threading.Event(), threading.Event()

    def __call__(self, ticket: Ticket[int]) -> Iterator[int]:
        """Yield, wait, yield."""
        self.began.set()
        yield 1
        self.go.wait(10)
        yield 2


@pytest.fixture
def admission() -> Iterator[Admission[int]]:
    """Return a queue of one."""
    made: Admission[int] = Admission(1)
    yield made
    made.close()


class TestAdmission:
    def test_hands_over_pieces(self, admission: Admission[int]) -> None:
        """What the job yields arrives, in order."""
        assert list(admission.stream(lambda _: numbers(5))) == [0, 1, 2, 3, 4]

    def test_errors_arrive(self, admission: Admission[int]) -> None:
        """A job's error is raised where it is read, and the worker lives on."""

        def broken(_: Ticket[int]) -> Iterator[int]:
            yield 1
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            list(admission.stream(broken))

        assert list(admission.stream(lambda _: numbers(2))) == [0, 1]

    def test_a_slow_reader_does_not_hold_the_worker(self, admission: Admission[int]) -> None:
        """The next request runs while the first reader still reads."""
        slow = admission.stream(lambda _: numbers(100))
        next(slow)

        assert list(admission.stream(lambda _: numbers(2))) == [0, 1]
        assert list(slow) == list(range(1, 100))

    def test_one_waits_the_next_is_refused(self, admission: Admission[int]) -> None:
        """With room for one, the third hears how many are ahead and for how long."""
        held = Held()
        first = admission.stream(held)
        next(first)
        heard: list[int] = []
        waits = threading.Event()

        def wait() -> None:
            def hear(position: int, _: float) -> None:
                heard.append(position)
                waits.set()

            list(admission.stream(lambda _: numbers(1), on_queue=hear))

        second = threading.Thread(target=wait)
        second.start()
        waits.wait(10)
        with pytest.raises(Busy) as caught:
            next(admission.stream(lambda _: numbers(1)))
        held.go.set()
        second.join()

        assert heard == [1]
        assert caught.value.position == 2
        assert "2 requests are ahead" in str(caught.value)
        assert list(first) == [2]

    def test_cancelled_while_it_waits(self, admission: Admission[int]) -> None:
        """Its place in the queue is free again, and its job never runs."""
        held, ran, cancel = Held(), threading.Event(), threading.Event()
        first = admission.stream(held)
        next(first)

        def job(_: Ticket[int]) -> Iterator[int]:
            ran.set()
            yield 1

        with pytest.raises(Cancelled):
            list(admission.stream(job, cancel, lambda *_: cancel.set()))
        load = admission.load()[0]
        held.go.set()
        list(first)

        assert load == 1
        assert not ran.is_set()

    def test_the_wait_follows_what_was_measured(self) -> None:
        """The expected wait is the usual duration, less what has passed."""
        now = [0.0]
        admission: Admission[int] = Admission(5, clock=lambda: now[0])

        def takes_ten(_: Ticket[int]) -> Iterator[int]:
            now[0] += 10
            yield 1

        list(admission.stream(takes_ten))
        held = Held()
        running = admission.stream(held)
        next(running)
        now[0] += 4
        ahead, wait_s = admission.load()
        held.go.set()
        list(running)
        admission.close()

        assert ahead == 1
        assert wait_s == pytest.approx(6)

    def test_closed(self) -> None:
        """A closed queue cancels what runs and takes nothing more."""
        admission: Admission[int] = Admission(1)
        held = Held()
        running = admission.stream(held)
        next(running)
        held.go.set()

        admission.close()

        with pytest.raises(Cancelled):
            list(running)
        with pytest.raises(Cancelled):
            next(admission.stream(lambda _: numbers(1)))

    def test_the_flag_is_a_c_text(self) -> None:
        """Empty until cancelled: what llama.cpp's abort callback reads."""
        ticket: Ticket[int] = Ticket(lambda _: numbers(1))
        before = ticket.flag.value

        ticket.cancel()

        assert (before, ticket.flag.value, ticket.cancelled) == (b"", b"\x01", True)
