"""Pictures and scans through the real Tesseract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.errors import BrokenFile, NoText, RecognitionMissing, TooManyPages, Unsure
from ingest.isolation import Isolation
from ingest.limits import Limits
from ingest.parsers.registry import parse
from ingest.tools import tesseract

LINES = (
    "出貨作業程序",
    "第一條 顧客收到商品後七日內可以退貨。",
    "Refunds are paid within 14 days of the return.",
)
FONTS = Path("/usr/share/fonts")


@pytest.fixture
def recognising(installed: Callable[[str], str]) -> Iterator[Isolation]:
    """Return a parsing process that recognises text."""
    installed("tesseract")
    tool = tesseract()
    assert tool is not None
    if "chi_tra" not in tool.languages:
        pytest.fail("Tesseract has no chi_tra: apt install tesseract-ocr-chi-tra")
    with Isolation(Limits()) as isolation:
        assert isolation.recognising is not None
        yield isolation.recognising


def page(*lines: str) -> Image.Image:
    """Return a page with these lines, as a scan at 300 dpi."""
    font = next(iter(sorted(FONTS.rglob("NotoSansCJK-Regular.ttc"))))
    letters = ImageFont.truetype(str(font), 48, index=3)
    picture = Image.new("L", (2000, 300 + 150 * len(lines)), 255)
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((120, 120 + 150 * number), line, font=letters, fill=0)
    return picture


def read(
    isolation: Isolation, picture: Image.Image, path: Path, **options: object
) -> tuple[str, dict[str, str]]:
    """Save a picture and return its text without blanks, and what is known about it."""
    picture.save(path, **options)
    document = isolation.parse(path, path.name)
    return "".join("".join(b.text.split()) for b in document.blocks), document.metadata


class TestPicture:
    def test_chinese_and_english(self, recognising: Isolation, tmp_path: Path) -> None:
        """Both are read, and how sure it was is kept."""
        text, known = read(recognising, page(*LINES), tmp_path / "a.png")

        assert "顧客收到商品後七日內可以退貨" in text
        assert "Refundsarepaidwithin14days" in text
        assert int(known["ocr_confidence"]) > 80
        assert known["ocr_pages"].startswith("1: ")

    @pytest.mark.parametrize("turn", [90, 180, 270])
    def test_a_page_on_its_side(self, recognising: Isolation, tmp_path: Path, turn: int) -> None:
        """The orientation is found and corrected."""
        text, _ = read(recognising, page(*LINES).rotate(turn, expand=True), tmp_path / "a.png")

        assert "七日內可以退貨" in text

    def test_each_page_of_a_tiff(self, recognising: Isolation, tmp_path: Path) -> None:
        """Pages are numbered, and a limit holds."""
        more = {"save_all": True, "append_images": [page("第二頁 保固一年。")]}
        page(*LINES).save(tmp_path / "a.tif", **more)

        document = recognising.parse(tmp_path / "a.tif", "a.tif")

        assert document.pages == 2
        assert "保固一年" in "".join("".join(b.text.split()) for b in document.blocks if b.page == 2)
        with pytest.raises(TooManyPages):
            parse(tmp_path / "a.tif", "a.tif", Limits(tesseract="tesseract", ocr_pages=1))

    def test_nothing_and_noise_are_not_indexed(self, recognising: Isolation, tmp_path: Path) -> None:
        """An empty page has no text; noise is not taken for one."""
        with pytest.raises((NoText, Unsure)):
            read(recognising, Image.new("L", (800, 800), 255), tmp_path / "a.png")
        with pytest.raises((NoText, Unsure)):
            read(recognising, Image.effect_noise((1200, 1200), 120), tmp_path / "b.png")

    def test_scans_in_a_pdf(self, recognising: Isolation, tmp_path: Path) -> None:
        """A page that is a picture is read; its number is that of the file."""
        first, second = page("第一頁 適用範圍。"), page(*LINES)
        first.save(tmp_path / "a.pdf", save_all=True, append_images=[second], resolution=300)

        document = recognising.parse(tmp_path / "a.pdf", "a.pdf")

        assert "七日內可以退貨" in "".join("".join(b.text.split()) for b in document.blocks if b.page == 2)
        assert document.metadata["ocr_pages"].count(":") == 2


class TestWithout:
    def test_it_says_what_to_install(self, tmp_path: Path) -> None:
        """Without Tesseract a picture is not indexed empty."""
        page("甲").save(tmp_path / "a.png")

        with pytest.raises(RecognitionMissing, match="tesseract-ocr-chi-tra"):
            parse(tmp_path / "a.png", "a.png")

    def test_off_by_setting(self) -> None:
        """A home that wants none has none."""
        with Isolation(Limits(ocr_languages="")) as isolation:
            assert isolation.recognising is None

    def test_damaged_and_huge_pictures_have_a_cause(self, tmp_path: Path) -> None:
        """A picture cut short, and a small file that claims to be far larger than a page."""
        limits = Limits(tesseract="tesseract")
        page("甲").save(tmp_path / "a.png")
        data = (tmp_path / "a.png").read_bytes()
        (tmp_path / "a.png").write_bytes(data[: len(data) // 2])
        Image.new("1", (30_000, 30_000)).save(tmp_path / "b.png")

        for name in ("a.png", "b.png"):
            with pytest.raises(BrokenFile):
                parse(tmp_path / name, name, limits)
