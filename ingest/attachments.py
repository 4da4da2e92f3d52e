"""Mails and mailboxes as archives: a mailbox holds mails, a mail holds what is attached to it.

A mail is a document itself; its attachments lie below it as members of a zip do: "offer.eml!/price list.xlsx".
Limits are those of archives.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import mailbox
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from ingest.errors import TooLarge
from ingest.limits import MEGABYTE
from ingest.parsers.lines import one_line, readable
from ingest.parsers.mail import header, read_mail

MAILS = (".eml", ".msg")
MAILBOXES = (".mbox",)
MOST_BYTES = 50 * MEGABYTE  # of one mail: its attachments are held in memory while it is taken apart
_FORBIDDEN = re.compile(r"[\x00-\x1f/\\:*?\"<>|]+")
_NAME = 80  # characters of a subject in a name


def is_mail(name: str) -> bool:
    """Tell whether a file of this name is a mail."""
    return name.lower().endswith(MAILS)


def is_mailbox(name: str) -> bool:
    """Tell whether a file of this name holds many mails."""
    return name.lower().endswith(MAILBOXES)


def attached(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of what is attached to a mail; pictures inside its text are not.

    Raises:
        TooLarge: the mail is larger than what is taken apart.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise TooLarge(size_mb=-(-size // MEGABYTE), limit_mb=MOST_BYTES // MEGABYTE)
    yield from _distinct(_of_outlook(path) if name.lower().endswith(".msg") else _of_mail(read_mail(path)))


def mails(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of the mails in a mailbox.

    A name is made of date, subject and a digest of the Message-ID, so it stays when other mails are deleted.
    """
    box = mailbox.mbox(str(path), create=False)
    try:
        yield from _distinct((_name_of(data), data) for key in box.keys() if (data := box.get_bytes(key)))  # noqa: SIM118 - a mailbox is no mapping
    finally:
        box.close()


def _of_mail(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    try:
        parts = list(message.iter_attachments())
    except (AttributeError, TypeError, KeyError, ValueError):  # damaged: it says multipart and is not
        return
    for number, part in enumerate(parts, 1):
        if part.get_content_disposition() == "inline" and part.get_content_maintype() == "image":
            continue
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload(0) if part.is_multipart() else None
            if isinstance(inner, EmailMessage):
                name = _safe(header(inner, "Subject")) or f"mail {number}"
                content: bytes = inner.as_bytes()
                yield f"{name}.eml", content
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload:
            yield _safe(part.get_filename() or "") or f"attachment {number}", payload


def _of_outlook(path: Path) -> Iterator[tuple[str, bytes]]:
    from oxmsg import Message  # noqa: PLC0415 - few files are of Outlook

    with path.open("rb") as file:
        message: Any = Message.load(file)
        for number, one in enumerate(message.attachments, 1):
            if content := one.file_bytes:
                yield _safe(one.file_name or "") or f"attachment {number}", content


def _name_of(data: bytes) -> str:
    message = email.message_from_bytes(data.partition(b"\n\n")[0] + b"\n\n", policy=email.policy.default)
    digest = hashlib.sha256((header(message, "Message-ID") or data.hex()[:20_000]).encode()).hexdigest()[:8]
    try:
        date = message["date"].datetime.date().isoformat()
    except (AttributeError, TypeError, ValueError):
        date = "undated"
    return f"{date} {_safe(header(message, 'Subject')) or 'no subject'} {digest}.eml"


def _safe(name: str) -> str:
    """Return a name that can be part of a path, empty where nothing is left; leading dots go."""
    plain = _FORBIDDEN.sub(" ", one_line(readable(name))).strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[:_NAME].strip()}{dot}{suffix[:10]}" if dot else plain[:_NAME].strip()


def _distinct(found: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    seen: dict[str, int] = {}
    for name, content in found:
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{seen[name]}~{name}"), content
