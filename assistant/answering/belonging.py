"""What belongs together in a source: amounts of one clause, the beginning of a clause and its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from assistant.answering.amounts import Amount
from assistant.answering.reading import FUNCTION, Reading, grams
from assistant.answering.windows import share_of
from knowledge.text import fold

_AND = (fold("以及"), fold("或"))
_TAIL, _TAIL_OWN = 0.75, 0.5  # of the grams after a frame, in another clause and in its own


def follows(said: Reading, amounts: tuple[Amount, ...]) -> bool:
    """Return whether a source's sentence has the (several) amounts said, in their order."""
    rest = iter(amounts)
    return len(said.amounts) > 1 and all(any(one.equals(other) for other in rest) for one in said.amounts)


def runs_from_another(said: Reading, source: Sequence[Reading]) -> bool:
    """Return whether a time runs from another event of the document: 申請後 14 日 where it is 收到退貨後 14 日."""
    events = {f.attached for f in said.facts if f.kind == "order" and f.attached[:1] >= "\u3400"}
    if not events:
        return False
    own = [
        s for r in source for s in r.segments if any(one.equals(o) for one in said.amounts for o in s.amounts)
    ]
    runs = {f.attached for r in source for f in r.facts if f.kind == "order" and f.attached[:1] >= "\u3400"}
    for segment in own:
        here = grams(segment.units)
        if (
            (runs & here) - said.grams
            and not events & here
            and any(event in r.grams for event in events for r in source if segment not in r.segments)
        ):
            return True
    return False


def joined(said: Reading, amounts: tuple[Amount, ...]) -> bool:
    """Return whether one clause of the source has the several amounts said, in their order with none between them."""
    size = len(said.amounts)
    return len({kind for one in said.amounts for kind in one.kinds}) > 1 < size and any(
        all(one.equals(other) for one, other in zip(said.amounts, amounts[i : i + size], strict=True))
        for i in range(len(amounts) - size + 1)
    )


def parted(said: Reading, amounts: tuple[Amount, ...]) -> bool:
    """Return whether another amount follows in the source's clause: 第一期 3 月 5 日、第二期 9 月 5 日, and 第一期 9 月 5 日."""
    for one, after in pairwise(said.amounts):
        at = next((i for i, other in enumerate(amounts) if one.equals(other)), None)
        if at is None or one.rivals(after) or not any(after.equals(other) for other in amounts[at:]):
            continue
        nearest = next((o for o in amounts[at + 1 :] if after.equals(o) or after.rivals(o)), after)
        if not after.equals(nearest):
            return True
    return False


def alone(amount: Amount, amounts: tuple[Amount, ...]) -> bool:
    """Return whether one alone of ``amounts`` could stand in the place of ``amount``."""
    return sum(amount.rivals(other) for other in amounts) == 1


def crossed(said: Reading, clauses: Sequence[tuple[str, ...]]) -> bool:
    """Return whether a sentence joins the beginning of one clause with the end of another of the same frame.

    "冷氣電費由住戶自付，水費由公司負擔": what stands before and after the common 費由 belongs together.
    """
    for mine in said.clauses:
        begun = [(c, frame) for c in clauses if _find(c, mine[:2]) >= 0 for frame in _frames(mine, c)]
        own = max((_likeness_of_tails(mine, frame, c) for c, frame in begun), default=0.0)
        if not begun or own >= _TAIL_OWN or any(_listed(c, frame) for c, frame in begun):
            continue
        for frame in {frame for _, frame in begun}:
            for other in clauses:
                at = _find(other, frame[1:])
                if at > 0 and other[at - 1] != frame[0] and _likeness_of_tails(mine, frame, other) >= _TAIL:
                    return True
    return False


def _frames(mine: tuple[str, ...], clause: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """Yield what both clauses have in one piece: a unit that may differ elsewhere, and the frame after it."""
    han = bool(mine) and mine[0] >= "\u3400"
    size = 3 if han else 2
    for i in range(len(mine) - size):
        piece = mine[i : i + size]
        if _find(clause, piece) >= 0 and (han or piece[1] not in FUNCTION):
            yield piece


def _listed(clause: tuple[str, ...], frame: tuple[str, ...]) -> bool:
    """Return whether "and" follows the frame: what is listed is ended by another clause."""
    after = clause[_find(clause, frame) + len(frame) :]
    return "".join(after[:2]).startswith(_AND)


def _find(clause: tuple[str, ...], piece: tuple[str, ...]) -> int:
    return next((i for i in range(len(clause) - len(piece) + 1) if clause[i : i + len(piece)] == piece), -1)


def _likeness_of_tails(mine: tuple[str, ...], frame: tuple[str, ...], clause: tuple[str, ...]) -> float:
    """Return how much of what follows the frame in ``mine`` follows it in ``clause``."""
    at, there = _find(mine, frame) + len(frame), _find(clause, frame[1:])
    wanted = grams(mine[at:]) - FUNCTION
    return share_of(wanted, grams(clause[there + len(frame) - 1 :])) if there >= 0 and wanted else 0.0
