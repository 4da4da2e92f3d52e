"""Mails and mailboxes as archives."""

from __future__ import annotations

import io
import mailbox
import zipfile
from email.message import EmailMessage
from pathlib import Path

from ingest.archive import Member, Refused, open_archive
from ingest.limits import Limits
from ingest.pipeline import Ingestor


def mail(subject: str, *attached: tuple[str, bytes], number: int = 1) -> EmailMessage:
    """Return a mail with files attached."""
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = (
        "a@example.com",
        subject,
        f"<{number}@example.com>",
    )
    message["Date"] = "Fri, 27 Nov 2026 10:00:00 +0800"
    message.set_content("請見附件")
    for name, content in attached:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def found(path: Path, limits: Limits | None = None) -> list[str]:
    """Return what is in a file, and why what is not read is not."""
    opened = open_archive(path, path.name, limits)
    return [
        one.source if isinstance(one, Member) else f"{one.source} ({one.error.code})"
        for one in opened
        if isinstance(one, Member | Refused)
    ]


class TestMail:
    def test_attachments_are_documents_of_their_own(self, ingestor: Ingestor, docs: Path) -> None:
        """The mail is one, what is attached lies below it, and goes when the mail goes."""
        (docs / "詢價.eml").write_bytes(
            mail("詢價", ("報價.md", "# 報價\n\n運費120元。\n".encode())).as_bytes()
        )

        report = ingestor.run([docs])
        assert {file.source: file.state for file in report.files} == {
            "詢價.eml": "indexed",
            "詢價.eml!/報價.md": "indexed",
        }

        (docs / "詢價.eml").unlink()
        (docs / "other.md").write_text("x")
        gone = ingestor.run([docs], prune=True)
        assert {file.source for file in gone.files if file.state == "removed"} == {
            "詢價.eml",
            "詢價.eml!/報價.md",
        }

    def test_mails_and_zips_inside(self, tmp_path: Path) -> None:
        """An attached mail is read with what is attached to it, a zip is opened."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a/b.md", "text")
        outer = mail("外", ("檔案.zip", packed.getvalue()))
        outer.add_attachment(mail("內", ("附件.md", b"text")))
        (tmp_path / "m.eml").write_bytes(outer.as_bytes())

        assert found(tmp_path / "m.eml") == [
            "m.eml!/檔案.zip!/a/b.md",
            "m.eml!/內.eml",
            "m.eml!/內.eml!/附件.md",
        ]

    def test_names_cannot_leave(self, tmp_path: Path) -> None:
        """A file name is one name, whatever it says; two of one name are two."""
        (tmp_path / "m.eml").write_bytes(
            mail("x", ("../../evil.md", b"1"), ("a.md", b"2"), ("a.md", b"3"), (".hidden", b"4")).as_bytes()
        )

        assert found(tmp_path / "m.eml") == [
            "m.eml!/evil.md",
            "m.eml!/a.md",
            "m.eml!/2~a.md",
            "m.eml!/hidden",
        ]

    def test_limits_are_those_of_archives(self, tmp_path: Path) -> None:
        """Too many, too large, too deep."""
        (tmp_path / "m.eml").write_bytes(
            mail("x", ("a.md", b"1"), ("b.md", b"22222"), ("c.md", b"3")).as_bytes()
        )

        assert found(tmp_path / "m.eml", Limits(archive_members=2))[-1] == "m.eml!/c.md (too_many_members)"
        assert found(tmp_path / "m.eml", Limits(file_bytes=3))[1] == "m.eml!/b.md (too_large)"


class TestMailbox:
    def test_each_mail_with_a_lasting_name(self, tmp_path: Path) -> None:
        """Date, subject and a digest; deleting one mail does not rename the others."""
        box = mailbox.mbox(str(tmp_path / "客服.mbox"))
        for number, subject in enumerate(("退貨", "換貨/急")):
            box.add(mail(subject, ("a.md", b"x"), number=number))
        box.flush()
        both = found(tmp_path / "客服.mbox")
        box.remove(0)
        box.flush()
        box.close()

        assert [name.rpartition(" ")[0] for name in both[::2]] == [
            "客服.mbox!/2026-11-27 退貨",
            "客服.mbox!/2026-11-27 換貨 急",
        ]
        assert both[1].endswith(".eml!/a.md")
        assert found(tmp_path / "客服.mbox") == both[2:]
