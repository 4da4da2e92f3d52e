from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from ingest.errors import BrokenFile
from ingest.types import ParsedDocument

ParseBytes = Callable[[str, bytes | str], ParsedDocument]


def made(body: str, **headers: str) -> EmailMessage:
    """Return a mail."""
    message = EmailMessage()
    given = {
        "From": "陳小姐 <chen@example.com>",
        "To": "客服 <help@example.com>",
        "Subject": "退貨詢問",
    } | headers
    for name, value in given.items():
        message[name] = value
    message.set_content(body)
    return message


def texts(document: ParsedDocument) -> list[str]:
    """Return the blocks' texts."""
    return [block.text for block in document.blocks]


class TestMail:
    def test_headers_then_body(self, parse_bytes: ParseBytes) -> None:
        """Who, whom, when and what about stand in front; encoded headers are read."""
        message = made("您好，\n\n七日內可以退貨嗎？\n", Date="Fri, 27 Nov 2026 10:00:00 +0800")

        document = parse_bytes("a.eml", message.as_bytes())

        assert document.title == "退貨詢問"
        assert texts(document) == [
            "退貨詢問",
            "寄件者 From：陳小姐 <chen@example.com>",
            "收件者 To：客服 <help@example.com>",
            "日期 Date：Fri, 27 Nov 2026 10:00:00 +0800",
            "您好，",
            "七日內可以退貨嗎？",
        ]
        assert document.metadata["from"] == "陳小姐 <chen@example.com>"

    def test_plain_text_is_preferred_and_html_read(self, parse_bytes: ParseBytes) -> None:
        """Of two forms the plain one is read; alone, HTML is read as text."""
        both = made("純文字")
        both.add_alternative("<p>網頁</p>", subtype="html")
        only = made("x")
        only.set_content(
            "<html><body><p>只有<b>網頁</b></p><script>x()</script></body></html>", subtype="html"
        )

        assert texts(parse_bytes("a.eml", both.as_bytes()))[-1] == "純文字"
        assert texts(parse_bytes("b.eml", only.as_bytes()))[-1] == "只有網頁"

    def test_history_keeps_its_marks(self, parse_bytes: ParseBytes) -> None:
        """What somebody else wrote earlier can be told from the answer."""
        document = parse_bytes("a.eml", made("可以。\n\n> 七日內可以退貨嗎？\n> 謝謝\n").as_bytes())

        assert texts(document)[-3:] == ["可以。", "> 七日內可以退貨嗎？", "> 謝謝"]

    @pytest.mark.parametrize(
        ("charset", "text"), [("big5", "七日內退貨"), ("gb2312", "七日内退货"), ("utf-8", "七日內")]
    )
    def test_charsets(self, parse_bytes: ParseBytes, charset: str, text: str) -> None:
        """A body is read in the charset it names."""
        head = f"From: a@b.c\nSubject: x\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"

        assert texts(parse_bytes("a.eml", head.encode() + text.encode(charset)))[-1] == text

    def test_a_charset_that_is_not_true(self, parse_bytes: ParseBytes) -> None:
        """Then it is what it reads like."""
        head = b"From: a@b.c\nSubject: x\nContent-Type: text/plain; charset=nonsense\nContent-Transfer-Encoding: 8bit\n\n"

        assert (
            texts(parse_bytes("a.eml", head + "七日內可以退貨，請附上發票。".encode()))[-1]
            == "七日內可以退貨，請附上發票。"
        )

    def test_raw_bytes_in_headers(self, parse_bytes: ParseBytes) -> None:
        """Headers that break the standard are read all the same."""
        raw = b"From: \xe9\x99\xb3 <a@b.c>\nSubject: " + "退貨的問題".encode() + b"\n\nbody\n"

        assert parse_bytes("a.eml", raw).title == "退貨的問題"

    def test_damaged_ones(self, parse_bytes: ParseBytes) -> None:
        """A mail that says multipart and is not is read as far as it goes; what has no header is none."""
        broken = b"From: a@b.c\nSubject: x\nContent-Type: multipart/mixed; boundary=q\n\nno parts here\n"

        assert texts(parse_bytes("a.eml", broken))[0] == "x"
        with pytest.raises(BrokenFile, match="header"):
            parse_bytes("b.eml", "just some words, no mail at all\n")
