from __future__ import annotations

import io
import os
import zipfile

import pytest

from ingest.errors import UnknownEncoding
from ingest.parsers.encoding import decode, decode_name

TRADITIONAL = (
    "出貨異常須於24小時內通報物流部",
    "退貨政策：七日內可退款",
    "請問保固期限多久？",
    "員工請假須事先申請",
    "運費由買方負擔",
    "客服電話",
    "第三十八條",
)
SIMPLIFIED = (
    "发货异常须在24小时内通报物流部",
    "退货政策：七日内可退款",
    "请问保修期多长时间？",
    "员工请假须事先申请",
    "运费由买方负担",
    "客服电话",
    "第三十八条",
)


class TestChineseEncodings:
    """Short samples are told apart, Traditional and Simplified."""

    @pytest.mark.parametrize("text", TRADITIONAL)
    @pytest.mark.parametrize("encoding", ["cp950", "gb18030", "utf-8", "utf-8-sig"])
    def test_traditional(self, text: str, encoding: str) -> None:
        """Traditional text is read in each encoding that can hold it."""
        assert decode(text.encode(encoding)) == text

    @pytest.mark.parametrize("text", SIMPLIFIED)
    @pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
    def test_simplified(self, text: str, encoding: str) -> None:
        """Simplified text is read in each encoding that can hold it."""
        assert decode(text.encode(encoding)) == text

    @pytest.mark.parametrize(
        "text", ["出貨異常須於24小時內通報", "Report within 24 hours.", "第一條 總則說明"]
    )
    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_wide(self, text: str, encoding: str) -> None:
        """UTF-16 is read with a byte order mark and without."""
        assert decode(text.encode(encoding)) == text

    def test_cut_in_a_character(self) -> None:
        """A text cut in the middle of its last character is still that text."""
        whole = "退貨政策說明：商品到貨七日內可退款，運費由買方負擔。"

        assert decode(whole.encode("utf-8")[:-1]).startswith(whole[:-1])
        assert decode(whole.encode("cp950")[:-1]) == whole[:-1]


class TestOtherEncodings:
    @pytest.mark.parametrize("text", ["Le café est fermé à Noël.", "“Größe” – 10 cm", "naïve résumé"])
    def test_western(self, text: str) -> None:
        """Western text in Windows's encoding is not taken for Chinese."""
        assert decode(text.encode("cp1252")) == text

    def test_noise(self) -> None:
        """Random bytes are no text."""
        noise = bytes((index * 197 + 83) % 256 for index in range(1, 400))

        with pytest.raises(UnknownEncoding, match="UTF-8"):
            decode(noise)


class TestDamage:
    def test_stray_byte(self) -> None:
        """One byte that is no text does not lose a page that is."""
        page = b"The warehouse manager decides. " * 50 + b"\x81" + b" The end."

        assert decode(page).endswith("\ufffd The end.")


class TestZipNames:
    """Names in archives packed on Windows are in Windows's encoding, without saying so."""

    def member(self, raw: bytes) -> zipfile.ZipInfo:
        """Return the entry of an archive whose one member has this name in bytes."""
        placeholder = "x" * len(raw)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(placeholder, b"")
        data = buffer.getvalue().replace(placeholder.encode(), raw)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.infolist()[0]

    @pytest.mark.parametrize("encoding", ["cp950", "gb18030", "utf-8"])
    def test_chinese(self, encoding: str) -> None:
        """A Chinese name is read in the encoding that it was written in."""
        assert decode_name(self.member("退貨政策說明.md".encode(encoding))) == "退貨政策說明.md"

    def test_flagged(self) -> None:
        """A name marked as UTF-8 is taken as it is."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("出貨.md", os.linesep)
        with zipfile.ZipFile(buffer) as archive:
            assert decode_name(archive.infolist()[0]) == "出貨.md"
