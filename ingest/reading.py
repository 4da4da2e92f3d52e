"""From a path to files, and from a file to a version that can be staged; nothing is written here."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.archive import Refused, is_archive, open_archive
from ingest.attachments import is_mail
from ingest.converting import converted, is_converted
from ingest.errors import EmptyFile, IngestError, NoText, RecognitionMissing, UnreadableFile
from ingest.isolation import Isolation
from ingest.limits import Limits
from ingest.parsers.registry import PARSER_VERSION, PICTURES, extension_of
from ingest.sources.folder import SourceFile, discover
from ingest.splitting import SPLITTER_VERSION, split, text_for_embedding
from ingest.types import ParsedDocument, PassageDraft, SplitDocument
from knowledge.embeddings import embed_key
from knowledge.sentences import in_own_script
from knowledge.staging import NewPassage, NewVersion, Note
from knowledge.text import language_of
from models.protocols import Embedder


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or the member of an archive, that was found; ``path`` may be gone once the next is asked for.

    ``location`` is where it is kept on disk, "/a/docs.zip!/inner/b.md" in an archive: the same location
    is the same document. ``size`` is in bytes.
    """

    path: Path
    name: str
    source: str
    location: str
    root: str
    size: int
    refused: IngestError | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A file read: the version it would become, and the texts to be embedded by their keys."""

    version: NewVersion
    texts: Mapping[bytes, str]


def files_below(paths: Iterable[Path], owners: Mapping[str, str]) -> list[SourceFile]:
    """Return every file below ``paths``; raises PathNotFound when one of them is not there."""
    return list(discover(paths, owners))


def opened(file: SourceFile, limits: Limits) -> Iterator[Found]:
    """Yield the file itself, or what is in it when it is an archive."""
    location, root = location_of(file.path), str(file.root)
    if file.refused is not None or not is_archive(file.path.name):
        yield Found(file.path, file.path.name, file.source, location, root, file.size, file.refused)
        if file.refused is not None or not is_mail(file.path.name):
            return
    for member in open_archive(file.path, file.source, limits):
        inside = location + member.source.removeprefix(file.source)
        if isinstance(member, Refused):
            yield Found(file.path, member.source, member.source, inside, root, 0, member.error)
        else:
            yield Found(member.path, member.name, member.source, inside, root, member.size)


def location_of(path: Path) -> str:
    """Return the absolute path as text that tells any two paths apart, whatever their bytes are."""
    plain = os.path.abspath(path)  # noqa: PTH100 (resolve() would follow links)
    return os.fsencode(plain).decode("utf-8", "backslashreplace")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's content.

    Raises:
        UnreadableFile: the operating system refuses.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFile(why=(error.strerror or type(error).__name__).lower()) from error


def recipe_of(embedder: Embedder) -> str:
    """Return what, besides the file, decides its passages: when it changes, files are read again."""
    return f"parser {PARSER_VERSION}, splitter {SPLITTER_VERSION}, {embedder.max_tokens} tokens"


def read(
    found: Found, digest: str, audience: str, isolation: Isolation, embedder: Embedder, note: Note
) -> Reading:
    """Parse and split a file; ``note`` says who makes the version and why.

    Raises:
        IngestError: it yields no document; ``reason`` says why.
    """
    parsed = _parsed(found, isolation)
    document = split(parsed, embedder.count_tokens, embedder.max_tokens)
    if not document.drafts:
        raise EmptyFile(size=found.size)
    texts = [_embedded_text(document, draft) for draft in document.drafts]
    keys = [embed_key(text) for text in texts]
    version = NewVersion(
        location=found.location,
        root=found.root,
        source=found.source,
        title=document.title,
        audience=audience,
        text=document.text,
        file_digest=digest,
        recipe=recipe_of(embedder),
        passages=_passages(document, keys, audience),
        pages=parsed.pages,
        details=_details(parsed),
        note=note,
    )
    return Reading(version, dict(zip(keys, texts, strict=True)))


def _parsed(found: Found, isolation: Isolation) -> ParsedDocument:
    """Parse a file, by way of LibreOffice where its format is of the past."""
    if not is_converted(found.name):
        return _recognised(found, isolation)
    with converted(found.path, found.name, isolation.limits) as (path, name):
        return isolation.parse(path, name)


def _recognised(found: Found, isolation: Isolation) -> ParsedDocument:
    """Parse a file, with text recognition where it is a picture or has pages without text, and Tesseract is installed."""
    if extension_of(found.name) in PICTURES:
        return (isolation.recognising or isolation).parse(found.path, found.name)
    try:
        parsed = isolation.parse(found.path, found.name)
    except NoText:
        if isolation.recognising is None:
            raise RecognitionMissing from None
        return isolation.recognising.parse(found.path, found.name)
    if "pages_without_text" in parsed.metadata and isolation.recognising is not None:
        return isolation.recognising.parse(found.path, found.name)
    return parsed


def _passages(document: SplitDocument, keys: list[bytes], audience: str) -> tuple[NewPassage, ...]:
    fallback = language_of(in_own_script(document.text))
    passages: list[NewPassage] = []
    for draft, key in zip(document.drafts, keys, strict=True):
        text = document.text[draft.start : draft.end]
        passages.append(
            NewPassage(
                kind=draft.kind,
                start=draft.start,
                end=draft.end,
                text=text,
                clause=draft.clause,
                clause_key=draft.clause_key,
                heading=draft.heading,
                page=draft.page,
                anchor=draft.anchor,
                question=draft.question,
                audience=draft.audience or audience,
                language=language_of(in_own_script(text), fallback),
                embed_key=key,
            )
        )
    return tuple(passages)


def _embedded_text(document: SplitDocument, draft: PassageDraft) -> str:
    text = document.text[draft.start : draft.end]
    return text_for_embedding(document.title, draft.heading, draft.clause, text)


def _details(parsed: ParsedDocument) -> dict[str, str]:
    return {key: value for key, value in parsed.metadata.items() if value}
