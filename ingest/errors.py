"""Why a file was not taken in, each reason with a code for programs and a sentence for people.

::

    IngestError                       never raised itself
    ├── PathNotFound                  what the caller named is not there
    ├── Permanent                     the same file fails the same way again
    │   ├── EncryptedFile             needs a password
    │   ├── NoText                    scanned, no text found                     (skipped)
    │   ├── Unsure                    scanned, text recognised too badly         (skipped)
    │   ├── EmptyFile                 nothing in it                              (skipped)
    │   ├── IgnoredFile               hidden, system or temporary by name        (skipped)
    │   ├── LoopedLink                a link to a folder that is read already    (skipped)
    │   ├── BrokenFile                damaged, cut short or not what it claims
    │   │   ├── TruncatedFile
    │   │   ├── RenamedFile
    │   │   ├── UnknownEncoding
    │   │   └── CrashedParser
    │   ├── UnknownType               a format that is not read
    │   ├── TooLarge                  a limit of the settings
    │   │   ├── TooMuchText
    │   │   ├── TooManyPages
    │   │   ├── TooManyMembers
    │   │   ├── TimeLimit
    │   │   └── MemoryLimit
    │   └── UnsafeArchive             a member or archive that could do harm
    │       ├── ExpandingArchive
    │       ├── NestedArchive
    │       └── EscapingMember
    └── Transient                     may go well another time
        ├── RecognitionMissing        Tesseract is needed and not installed      (skipped)
        ├── ConverterMissing          LibreOffice is needed and not installed       (skipped)
    ├── UnreadableFile
        ├── ParserUnavailable
        └── Cancelled
"""

from __future__ import annotations

from typing import ClassVar, Literal

FileState = Literal["failed", "skipped"]
Detail = str | int | float


class IngestError(Exception):
    """A file, folder or archive member that yields no document.

    ``details`` fill the class's sentence, so that another language can say the same from ``code`` and
    ``details`` alone; this is also how an error crosses from the parsing process to ours.
    """

    code: ClassVar[str] = "ingest"
    state: ClassVar[FileState] = "failed"
    sentence: ClassVar[str] = "could not be taken in"

    def __init__(self, **details: Detail) -> None:
        self.details = details
        self.reason = self.sentence.format_map(details)
        super().__init__(self.reason)


class PathNotFound(IngestError):
    """A path the caller named does not exist."""

    code = "path_not_found"
    sentence = "not found: {path}; give an existing file or folder"


class Permanent(IngestError):
    """Trying the same file again changes nothing."""


class Transient(IngestError):
    """The file itself may be fine; the next run tries it again."""


class EncryptedFile(Permanent):
    """Only a password opens it."""

    code = "encrypted"
    sentence = "needs a password; save a copy without one and add that"


class NoText(Permanent):
    """Pages of pictures only."""

    code = "no_text"
    state = "skipped"
    sentence = "scanned, no text found, not even by text recognition; add a clearer scan"


class Unsure(Permanent):
    """Text recognition guessed rather than read."""

    code = "unsure_text"
    state = "skipped"
    sentence = "scanned, and its text was recognised too badly to be relied on ({confidence} of 100); add a clearer scan"


class EmptyFile(Permanent):
    """Nothing to read in it."""

    code = "empty"
    state = "skipped"
    sentence = "empty, nothing to read in it ({size} bytes)"


class IgnoredFile(Permanent):
    """Left out by the rule on names in ``ingest.sources.folder``."""

    code = "ignored"
    state = "skipped"
    sentence = "ignored: {why}"


class LoopedLink(Permanent):
    """A link to a folder that is read already under another name, or to a folder round itself."""

    code = "link_loop"
    state = "skipped"
    sentence = "a link to a folder that is read already ({target}); each folder is read once"


class BrokenFile(Permanent):
    """Damaged beyond what the format's reader can bear."""

    code = "broken"
    sentence = "damaged, cannot be read as {kind} ({why}); open it in its own program and save it again"


class TruncatedFile(BrokenFile):
    """The end is missing."""

    code = "truncated"
    sentence = "cut short: the end of the {kind} is missing; copy or download it again"


class RenamedFile(BrokenFile):
    """The name says one format and the content is another."""

    code = "renamed"
    sentence = "named {extension} but its content is {kind}; give it its right extension"


class UnknownEncoding(BrokenFile):
    """Bytes that are text in none of the encodings that are read."""

    code = "unknown_encoding"
    sentence = "not text in UTF-8, UTF-16, Big5 or GB18030; save it as UTF-8"


class CrashedParser(BrokenFile):
    """The parsing process died on it."""

    code = "crashed"
    sentence = (
        "the parser crashed on it ({signal}): it is damaged, or needs more than {memory_mb} MB of memory"
    )


class UnknownType(Permanent):
    """A format that is not read, by its extension."""

    code = "unknown_type"
    sentence = "files of type {extension} are not read{advice}; read are {supported}"


class TooLarge(Permanent):
    """More bytes than the settings allow."""

    code = "too_large"
    sentence = "too large: {size_mb} MB, at most {limit_mb} MB are read; split it or raise max_file_mb"


class TooMuchText(TooLarge):
    """More text than the settings allow."""

    code = "too_much_text"
    sentence = "too much text: over {limit} characters; split it or raise max_text_chars"


class TooManyPages(TooLarge):
    """More pages than the settings allow."""

    code = "too_many_pages"
    sentence = "too many pages: {pages}, at most {limit} are read; split it or raise max_pages"


class TooManyMembers(TooLarge):
    """More files in an archive than the settings allow."""

    code = "too_many_members"
    sentence = "too many files in the archive: over {limit}; split it or raise max_archive_members"


class TimeLimit(TooLarge):
    """Parsing took too long and was stopped."""

    code = "time_limit"
    sentence = (
        "took longer than {limit_s} seconds to parse and was stopped; split it or raise parse_timeout_s"
    )


class MemoryLimit(TooLarge):
    """Parsing asked for more memory than the settings allow."""

    code = "memory_limit"
    sentence = "needs more than {limit_mb} MB of memory to parse; split it or raise parse_memory_mb"


class UnsafeArchive(Permanent):
    """An archive or one of its members could do harm and was not opened."""

    code = "unsafe_archive"
    sentence = "not opened: {why}"


class ExpandingArchive(UnsafeArchive):
    """Unpacks to far more than it holds."""

    code = "archive_bomb"
    sentence = "not unpacked further: its content grows beyond {limit_mb} MB or {ratio} times its size"


class NestedArchive(UnsafeArchive):
    """Archives in archives, too deep."""

    code = "archive_depth"
    sentence = "an archive more than {limit} archives deep is not opened; unpack it first"


class EscapingMember(UnsafeArchive):
    """A member's path leads out of the archive."""

    code = "archive_path"
    sentence = "refused: its path {path} leads out of the archive"


class RecognitionMissing(Transient):
    """A scan or picture, and no Tesseract to read it with."""

    code = "recognition_missing"
    state = "skipped"
    sentence = (
        "scanned, no text found in it; Tesseract would read it and is not installed or switched off: "
        'install it (apt install tesseract-ocr tesseract-ocr-osd tesseract-ocr-chi-tra) with [ingest] ocr = "auto", '
        "or add a file with text"
    )


class ConverterMissing(Transient):
    """An old Office file, and no LibreOffice to read it with."""

    code = "converter_missing"
    state = "skipped"
    sentence = (
        "files of type {extension} are read by LibreOffice, which is not installed; "
        "install it (apt install libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui), "
        "or save the file in today's format"
    )


class UnreadableFile(Transient):
    """The operating system refuses to read it."""

    code = "unreadable"
    sentence = "cannot be opened for reading ({why})"


class ParserUnavailable(Transient):
    """No parsing process could be started."""

    code = "parser_unavailable"
    sentence = "no parsing process could be started ({why})"


class Cancelled(Transient):
    """The caller gave up."""

    code = "cancelled"
    sentence = "cancelled before it was parsed"


def _tree(root: type[IngestError]) -> dict[str, type[IngestError]]:
    """Return the error classes under ``root`` by code."""
    found = {root.code: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


ERRORS = _tree(IngestError)
