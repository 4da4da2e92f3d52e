import re
from pathlib import Path

import pytest

from assistant.web import catalogue as module
from assistant.web.catalogue import TONGUES, Tongue, catalogue, negotiate, tongue_of

WEB = Path(module.__file__).parent
# Words of the mainland that Taiwan writes otherwise; 文件 is Taiwan's word for a document.
MAINLAND = (
    "數據 信息 軟件 硬件 客戶端 服務器 網絡 鏈接 默認 用戶 登錄 註銷 屏幕 打印 視頻 質量 項目 查看 "
    "菜單 文檔 搜索 加載 保存 設置 支持 反饋 郵箱 賬 字節 令牌 程序 運行 刷新 在線 離線"
)


class TestCatalogues:
    def test_both_languages_have_the_same_keys(self) -> None:
        """No text exists in one language only."""
        first, second = (catalogue(tongue) for tongue in TONGUES)

        assert first.texts.keys() == second.texts.keys()
        assert len(first.examples) == len(second.examples)

    def test_both_languages_name_the_same_values(self) -> None:
        """A sentence that lost its number would go unnoticed otherwise."""
        first, second = (catalogue(tongue).texts for tongue in TONGUES)

        for key, text in first.items():
            assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", second[key])), key

    def test_chinese_is_taiwan_s(self) -> None:
        """Neither simplified characters nor the mainland's words."""
        import opencc

        texts = catalogue("zh-Hant")
        together = "\n".join([*texts.texts.values(), *texts.examples])

        assert [word for word in MAINLAND.split() if word in together] == []
        # One by one: OpenCC's phrases would also "correct" 查核 into 查覈.
        traditional = opencc.OpenCC("s2t")
        changed = {character for character in together if traditional.convert(character) != character}
        assert changed <= set("台裡只")

    def test_every_text_is_used(self) -> None:
        """And every text that is used exists; templates and scripts name their keys plainly."""
        sources = [*WEB.rglob("*.js"), *WEB.rglob("*.html"), *WEB.parent.joinpath("api").glob("*.py")]
        together = "\n".join(source.read_text("utf-8") for source in sources)
        made = {f"page.reader_{who}{more}" for who in ("public", "operator") for more in ("", "_long")}
        keys = {key for key in catalogue("en").texts if key.startswith(("ui.", "page."))}

        def is_used(key: str) -> bool:
            short = key.removeprefix("ui.")
            return any(f"{mark}{name}{mark}" in together for mark in "'\"" for name in (key, short))

        assert {key for key in keys - made if not is_used(key)} == set()

    def test_a_missing_key_is_an_error(self) -> None:
        """Never an empty place on the page."""
        with pytest.raises(KeyError):
            catalogue("en").text("page.nothing")


class TestNegotiation:
    @pytest.mark.parametrize(
        ("header", "tongue"),
        [
            (None, "zh-Hant"),
            ("*", "zh-Hant"),
            ("en", "en"),
            ("zh-CN", "zh-Hant"),
            ("fr, en;q=0.4", "en"),
            ("en;q=0.4, zh-TW;q=0.9", "zh-Hant"),
            ("zh;q=0, en;q=0.1", "en"),
            ("en;q=abc", "zh-Hant"),
            ("en;level=1", "en"),
        ],
    )
    def test_the_best_of_ours_is_taken(self, header: str | None, tongue: Tongue) -> None:
        """By weight, and Traditional Chinese where none fits."""
        assert negotiate(header) == tongue

    @pytest.mark.parametrize(
        ("tag", "tongue"), [("zh-TW", "zh-Hant"), ("EN-gb", "en"), ("eng", None), (None, None)]
    )
    def test_a_tag_is_one_of_ours_or_none(self, tag: str | None, tongue: Tongue | None) -> None:
        """By its primary part."""
        assert tongue_of(tag) == tongue
