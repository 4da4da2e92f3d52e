"""What a home can be asked, whoever carries it out. Light to import, for quick commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import threading

    from clausewise.tasks import Task

Json = dict[str, Any]
Notify = Callable[[str, Mapping[str, Any]], None]


def nobody(_event: str, _data: Mapping[str, Any]) -> None:
    """Be told something and do nothing."""


class Operations(Protocol):
    """A home that carries out tasks: our own, or a server's."""

    def run(self, task: Task, notify: Notify = nobody, cancel: threading.Event | None = None) -> Json:
        """Carry out ``task``; ``notify`` gets events by name while it runs.

        Raises:
            ProgramError, KnowledgeError, ModelError, IngestError: as docs/errors.md lists them.
        """
