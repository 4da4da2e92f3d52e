"""EML and MSG: who wrote to whom, when and about what, then the body. Attachments are documents of their own."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from ingest.errors import BrokenFile
from ingest.limits import Limits
from ingest.parsers.encoding import decode
from ingest.parsers.lines import name_title, one_line, readable, unwrapped
from ingest.types import Block, ParsedDocument

_HEADERS = (("From", "寄件者 From"), ("To", "收件者 To"), ("Cc", "副本 Cc"), ("Date", "日期 Date"))
_QUOTED = ">"


def parse_mail(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a mail's headers and body; its plain text, or else its HTML as text."""
    del limits
    message = read_mail(path)
    headers = {field: header(message, field) for field, _ in _HEADERS}
    subject = header(message, "Subject")
    if not any(headers.values()) and not subject:
        raise BrokenFile(kind="a mail", why="it has no header that a mail has")
    blocks = [
        Block("heading", subject or name_title(name), level=1),
        *(Block("paragraph", f"{label}：{headers[field]}") for field, label in _HEADERS if headers[field]),
        *_body(message),
    ]
    return ParsedDocument(subject or name_title(name), tuple(blocks), _metadata(headers, message))


def parse_outlook(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a mail that Outlook saved as .msg."""
    del limits
    from oxmsg import Message

    with path.open("rb") as file:
        message = Message.load(file)
        told = {
            "From": _decoded(message.sender or ""),
            "To": ", ".join(
                f"{_decoded(r.name or '')} <{r.email_address}>" for r in message.recipients if r.email_address
            ),
            "Date": str(message.sent_date or ""),
        }
        headers = {key: one_line(readable(value)) for key, value in told.items()}
        subject = one_line(readable(message.subject or ""))
        plain, markup = message.body, message.html_body
    body = list(_plain(plain)) if plain and plain.strip() else list(_html(markup or ""))
    labels = dict(_HEADERS)
    blocks = [
        Block("heading", subject or name_title(name), level=1),
        *(Block("paragraph", f"{labels[key]}：{value}") for key, value in headers.items() if value),
        *body,
    ]
    return ParsedDocument(
        subject or name_title(name), tuple(blocks), {k.lower(): v for k, v in headers.items() if v}
    )


def read_mail(path: Path) -> EmailMessage:
    """Return the message in a file; a mail that is wrong in places is read as far as it goes."""
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the policy makes
    return message


def header(message: EmailMessage, field: str) -> str:
    """Return a header as people read it, empty where there is none; broken encodings are read as bytes."""
    try:
        value = str(message.get(field, ""))
    except (
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        LookupError,
    ):  # headers that the parser trips over
        raw = dict(message.raw_items()).get(field, "")
        value = _decoded(str(raw))
    if any("\udc80" <= character <= "\udcff" for character in value):  # raw bytes, not said in which encoding
        value = decode(value.encode("utf-8", "surrogateescape"))
    return one_line(readable(value))


def _decoded(value: str) -> str:
    """Return a value in which words may still be encoded as RFC 2047 has them."""
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError):
        return value


def _metadata(headers: dict[str, str], message: EmailMessage) -> dict[str, str]:
    found = {field.lower(): value[:1_000] for field, value in headers.items() if value}
    names = [one_line(readable(part.get_filename() or "")) for part in _parts(message) if part.get_filename()]
    return found | ({"attachments": "; ".join(names)[:1_000]} if names else {})


def _parts(message: EmailMessage) -> Iterator[Any]:
    """Yield all parts; damaged mails say multipart and are not."""
    try:
        yield from message.iter_attachments()
    except (AttributeError, TypeError, KeyError, ValueError):
        return


def _body(message: EmailMessage) -> Iterator[Block]:
    for kind in ("plain", "html"):
        try:
            part = message.get_body(preferencelist=(kind,))
        except (AttributeError, KeyError, ValueError):
            part = None
        if part is not None and (text := _content(part)).strip():
            yield from _plain(text) if kind == "plain" else _html(text)
            return


def _content(part: Any) -> str:
    """Return a part's text in its charset, or what it reads like where that is not told or not true."""
    payload = part.get_payload(decode=True) or b""
    charset = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(
        name := str(part.get_content_charset() or "").lower(), name
    )
    if charset not in {"", "us-ascii", "ascii"}:
        try:
            return str(payload.decode(charset))
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(payload)


def _plain(text: str) -> Iterator[Block]:
    """Yield paragraphs; quoted history keeps its marks, line by line."""
    lines: list[str] = []
    for line in [*readable(text).split("\n"), ""]:
        if line.strip() and not line.lstrip().startswith(_QUOTED):
            lines.append(line)
            continue
        if lines:
            yield Block("paragraph", unwrapped(lines))
            lines = []
        if line.strip():
            yield Block("paragraph", one_line(line))


def _html(text: str) -> Iterator[Block]:
    from ingest.parsers.web import fragment_blocks

    yield from fragment_blocks(text)
