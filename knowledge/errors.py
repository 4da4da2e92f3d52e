"""What can go wrong in the store.

KnowledgeError
├── NotFound            no such document, version or job that this reader may know of
├── NotReadable         it exists, but showing it would show more than this reader may see now
├── NotAllowed          someone may see it, but not do this to it
├── Conflict            it stands in another state than this needs (never raised itself)
│   ├── NotWaiting      a version does not wait for what is to be decided
│   ├── OwnWork         who made a version cannot be its second person
│   ├── StaleVersion    somebody has changed it meanwhile
│   └── AlreadyThere    there is one of that name
├── BadValue            a text or a name breaks a rule
├── HomeLocked          another process owns the home directory
├── HomeUnreachable     the home directory cannot be made, entered or written
├── NothingIndexed      a question came before the first document
├── IndexMismatch       the index was built with another embedder
├── IndexBroken         a derived index disagrees with SQL and could not be mended
├── VectorsUnreachable  the Chroma server of the settings does not answer
├── WrongState          a job is not in a state in which this can be done with it
├── Transient           a background job met a cause that may pass
├── BadDays             a version would expire before it comes into force
├── BadBackup           a back-up cannot be written, or what is to be restored is none
├── HomeInUse           something is kept already where a back-up is to be restored
└── Stopped             somebody cancelled it; nothing is left half done

The root is never raised. ``exit_code`` is what the command line returns, ``code`` what HTTP shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal


class KnowledgeError(Exception):
    """Root of this package's errors; catch it, never raise it."""

    code: ClassVar[str] = "knowledge_error"
    exit_code: ClassVar[int] = 1


class NotFound(KnowledgeError):
    """There is no such thing, as far as this reader is concerned; ``what`` names its kind."""

    code = "not_found"

    def __init__(self, message: str = "", what: str = "document") -> None:
        """Say what is not there."""
        self.what = what
        super().__init__(message)


class NotReadable(KnowledgeError):
    """Showing it would show more than this reader may see now."""

    code = "not_readable"


class NotAllowed(KnowledgeError):
    """Someone may know of it, but lacks ``right`` in some of its ``collections``."""

    code = "right_required"
    exit_code = 2

    def __init__(self, right: str, collections: Iterable[str]) -> None:
        """Say which right is lacking, and where."""
        self.right, self.collections = right, tuple(sorted(collections))
        super().__init__(f"this needs the right to {right} in {', '.join(self.collections)}")


class Conflict(KnowledgeError):
    """Root of what is not possible in the present state; ``values`` fill the message that people read."""

    code = "conflict"
    exit_code = 2

    def __init__(self, message: str, **values: object) -> None:
        """Keep what a message in another language needs."""
        self.values = values
        super().__init__(message)


class NotWaiting(Conflict):
    """A ``version`` does not wait for this decision: it is in the given ``state``."""

    code = "not_waiting"


class OwnWork(Conflict):
    """A second person must approve; ``by`` made the version."""

    code = "own_version"


class StaleVersion(Conflict):
    """An edit was made from version ``base``, and ``newest`` is there by now."""

    code = "stale_version"


class AlreadyThere(Conflict):
    """There is one already; ``document_id`` or the name says which."""

    code = "already_there"


Rule = Literal["empty", "too_long", "too_many", "bad_name", "expects_nothing"]


class BadValue(KnowledgeError):
    """``field`` breaks a ``rule``: it is empty, longer than ``limit``, one too many, or not of an allowed form."""

    code = "bad_value"
    exit_code = 2

    def __init__(
        self,
        field: str,
        message: str,
        rule: Rule = "too_long",
        *,
        length: int | None = None,
        limit: int | None = None,
    ) -> None:
        """Say which value, what was received and what is allowed."""
        self.field, self.rule, self.length, self.limit = field, rule, length, limit
        super().__init__(message)


class HomeLocked(KnowledgeError):
    """Another process owns the home directory."""

    code = "home_locked"
    exit_code = 4


class HomeUnreachable(KnowledgeError):
    """The home directory cannot be made, entered or written."""

    code = "home_unreachable"
    exit_code = 4


class NothingIndexed(KnowledgeError):
    """There are no passages yet."""

    code = "nothing_indexed"
    exit_code = 3


class IndexMismatch(KnowledgeError):
    """Vectors of two embedders must never be compared."""

    code = "index_mismatch"
    exit_code = 3


class IndexBroken(KnowledgeError):
    """A derived index disagrees with SQL and could not be mended."""

    code = "index_broken"


class VectorsUnreachable(KnowledgeError):
    """The Chroma server of the settings does not answer."""

    code = "vectors_unreachable"
    exit_code = 3
    transient: ClassVar[bool] = True


class WrongState(KnowledgeError):
    """A job is not in a state in which this can be done with it."""

    code = "wrong_state"
    exit_code = 2


class Transient(KnowledgeError):
    """A background job met a cause that may pass, and is tried again; raised by whoever carries it out."""

    code = "transient"
    transient: ClassVar[bool] = True


class BadDays(KnowledgeError, ValueError):
    """A version would never answer: its end lies before its beginning."""

    code = "bad_days"
    exit_code = 2


class BadBackup(KnowledgeError):
    """A back-up cannot be written, is damaged, or is none."""

    code = "bad_backup"
    exit_code = 2


class HomeInUse(KnowledgeError):
    """A back-up is not restored over what is kept already, unless that is asked for."""

    code = "home_in_use"
    exit_code = 4


class Stopped(KnowledgeError):
    """Somebody cancelled it."""

    code = "stopped"
