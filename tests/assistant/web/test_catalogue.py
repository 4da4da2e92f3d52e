import re
from pathlib import Path

import pytest

from assistant.web import catalogue as module
from assistant.web.catalogue import TONGUES, Tongue, catalogue, negotiate, tongue_of

WEB = Path(module.__file__).parent
# Words of the mainland that Taiwan writes otherwise; 文件 is Taiwan's word for a document.
MAINLAND = {
    "數據": "資料", "信息": "訊息", "軟件": "軟體", "硬件": "硬體", "客戶端": "用戶端", "服務器": "伺服器", "網絡": "網路",
    "鏈接": "連結", "默認": "預設", "用戶": "使用者", "登錄": "登入", "註銷": "登出", "屏幕": "螢幕", "打印": "列印",
    "視頻": "影片", "質量": "品質", "項目": "專案", "查看": "檢視", "菜單": "選單", "文檔": "文件", "搜索": "搜尋",
    "加載": "載入", "保存": "儲存", "設置": "設定", "支持": "支援", "反饋": "回饋", "郵箱": "信箱", "賬": "帳", "字節": "位元組",
    "令牌": "權杖", "程序": "程式", "運行": "執行", "刷新": "重新整理", "在線": "線上", "離線": "離線",
}  # fmt: skip


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

        assert [word for word, ours in MAINLAND.items() if word != ours and word in together] == []
        # One by one: OpenCC's phrases would also "correct" 查核 into 查覈.
        traditional = opencc.OpenCC("s2t")
        changed = {character for character in together if traditional.convert(character) != character}
        assert changed <= set("台裡只")

    def test_every_text_is_used(self) -> None:
        """And every text that is used exists; templates and scripts name their keys plainly."""
        sources = [*WEB.rglob("*.js"), *WEB.rglob("*.html"), *WEB.parent.joinpath("api").glob("*.py")]
        together = "\n".join(source.read_text("utf-8") for source in sources)
        made = {f"ui.declined_{reason}" for reason in ("no_relevant_passage", "not_supported", "out_of_scope", "unsafe")}
        made |= {f"page.reader_{who}{more}" for who in ("public", "operator") for more in ("", "_long")}
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

    @pytest.mark.parametrize(("tag", "tongue"), [("zh-TW", "zh-Hant"), ("EN-gb", "en"), ("eng", None), (None, None)])
    def test_a_tag_is_one_of_ours_or_none(self, tag: str | None, tongue: Tongue | None) -> None:
        """By its primary part."""
        assert tongue_of(tag) == tongue
