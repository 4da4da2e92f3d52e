"""Files from a browser, kept in the home under safe names before anything looks into them."""

import shutil
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from assistant.errors import InvalidRequest
from knowledge.moments import in_utc
from knowledge.types import INTERNAL

_MOST_FIELDS = 8
_FIELD_BYTES = 4096
_NAME_BYTES = 200
_AUDIENCE_CHARACTERS = 100
_COMMENT_CHARACTERS = 2000
_INCOMING = ".incoming"
_FORBIDDEN = frozenset('<>:"|?*\0')

UPLOAD_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "audience": {"type": "string", "default": INTERNAL},
                        "comment": {"type": "string", "description": "why; kept with the versions"},
                        "effective_from": {"type": "string", "format": "date-time"},
                        "expires_at": {"type": "string", "format": "date-time"},
                        "draft": {"type": "boolean", "description": "keep the new versions as drafts"},
                    },
                }
            }
        },
    }
}


@dataclass(frozen=True, slots=True)
class Taken:
    """Files on disk and whom they are for."""

    paths: tuple[Path, ...]
    audience: str
    note: Mapping[
        str, str
    ]  # comment, effective_from and expires_at (ISO 8601, with their zones), where given


async def receive(request: Request, folder: Path, most_files: int) -> Taken:
    """Keep the form's files as ``folder/audience/name``; one of that name is replaced whole or not at all.

    The place does not change with the upload, so that the same name becomes a new version of its document.

    Raises:
        InvalidRequest: no form, no file, or a name that cannot be one.
        BodyTooLarge: more bytes than the settings allow, raised while reading.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise InvalidRequest(reason="send multipart/form-data with one or more parts named 'file'")
    form = request.form(max_files=most_files, max_fields=_MOST_FIELDS, max_part_size=_FIELD_BYTES)
    async with form as fields:
        return await run_in_threadpool(_keep, fields, folder)


def _keep(fields: FormData, folder: Path) -> Taken:
    files = [
        value for name, value in fields.multi_items() if name == "file" and isinstance(value, UploadFile)
    ]
    if not files:
        raise InvalidRequest(reason="no part named 'file' with a file name")
    audience = _audience(fields.get("audience"))
    comment = str(fields.get("comment") or "").strip()[:_COMMENT_CHARACTERS]
    days = {name: _day(name, fields.get(name)) for name in ("effective_from", "expires_at")}
    wanted = str(fields.get("draft") or "").strip().lower() in {"true", "1", "yes", "on"}
    told = {"comment": comment, **days, "draft": "true" if wanted else ""}
    note = {name: value for name, value in told.items() if value}
    named = [(safe_name(file.filename or ""), file) for file in files]
    if len({name for name, _ in named}) < len(named):
        raise InvalidRequest(reason="two files have the same name")
    home = folder / audience
    incoming = folder / _INCOMING
    for place in (home, incoming):
        place.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, file in named:
        draft = incoming / uuid4().hex
        try:
            with draft.open("wb") as target:
                shutil.copyfileobj(file.file, target, 1 << 20)
            draft.replace(home / name)
        finally:
            draft.unlink(missing_ok=True)
        paths.append(home / name)
    return Taken(tuple(paths), audience, note)


def safe_name(name: str) -> str:
    """Return the last part of a file name as a browser sent it, NFC, or refuse it.

    Raises:
        InvalidRequest: nothing is left, or a character that some file system refuses.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    bad = any(
        character in _FORBIDDEN or unicodedata.category(character).startswith("C") for character in last
    )
    if not last.strip(".") or last.startswith(".") or bad or len(last.encode()) > _NAME_BYTES:
        raise InvalidRequest(
            reason=f"file name {last[:80]!r}: at most {_NAME_BYTES} bytes, no leading dot, no controls"
        )
    return last


def _day(name: str, value: object) -> str | None:
    """Return a day as ISO 8601 with its zone, UTC where none is given."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        day = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise InvalidRequest(reason=f"{name} {value[:40]!r}: write a day such as 2027-01-31") from error
    return in_utc(day).isoformat()


def _audience(value: object) -> str:
    audience = value.strip() if isinstance(value, str) else ""
    if not audience:
        return INTERNAL
    plain = all(character.isalnum() or character in "-_" for character in audience)
    if not plain or len(audience) > _AUDIENCE_CHARACTERS:
        raise InvalidRequest(
            reason=f"audience {audience[:80]!r}: letters, digits, '-' and '_', "
            f"at most {_AUDIENCE_CHARACTERS} characters"
        )
    return audience
