"""What someone may do, collection by collection: the permission matrix as values.

A collection is an audience of passages. ``read`` decides what answers, citations, lists and errors may hold;
``edit`` who may add, change and remove; ``approve`` who may put in force what waits for a second person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.types import PUBLIC, Reader

Right = Literal["read", "edit", "approve"]
Role = Literal["admin", "editor", "supervisor", "agent", "viewer"]

EVERY = "*"  # in the matrix: all collections, those to come included


@dataclass(frozen=True, slots=True)
class Rights:
    """The collections in which someone may read, edit and approve; None stands for all of them."""

    read: frozenset[str] | None
    edit: frozenset[str] | None = frozenset()
    approve: frozenset[str] | None = frozenset()

    def may(self, right: Right, collection: str) -> bool:
        """Tell whether ``right`` is given in this collection."""
        allowed: frozenset[str] | None = getattr(self, right)
        return allowed is None or collection in allowed

    @property
    def reader(self) -> Reader:
        """The same as the search asks for it."""
        return Reader(self.read)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a user, the operator at the command line, or a visitor nobody knows.

    ``name`` goes into versions, runs, jobs and events. ``role`` is None for visitors.
    """

    name: str
    rights: Rights
    role: Role | None = None

    @property
    def is_admin(self) -> bool:
        """Whether users, settings and everything else that belongs to no collection are this actor's too."""
        return self.role == "admin"


EVERYTHING = Rights(None, None, None)
OPERATING = Actor("operator", EVERYTHING, "admin")
VISITOR = Actor("visitor", Rights(frozenset({PUBLIC})))
