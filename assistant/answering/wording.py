"""Taiwan's words for what the model writes in the mainland's.

Only words that mean one thing and are not Taiwan's for another: 登錄, 保存, 設置, 搜索, 程序, 文本 and 菜單 are
left alone, since Taiwan's laws and menus use them. A word that stands in the question or in the sources is the
firm's own and stays. Quotes never pass through here.
"""

from __future__ import annotations

import re
from functools import partial

from knowledge.types import Language

# Each: what is replaced (with what must not stand beside it), and Taiwan's word. Longer words first.
_WORDS: tuple[tuple[str, str], ...] = (
    ("視頻會議", "視訊會議"), ("(?<!電)視頻(?![道率])", "影片"), ("音頻(?!率)", "音訊"), ("殺毒軟件", "防毒軟體"),
    ("軟件", "軟體"), ("硬件", "硬體"), ("固件", "韌體"), ("短信息?(?![件函封])", "簡訊"), ("信息(?!息)", "資訊"),
    ("互聯網絡?", "網際網路"), ("局域網絡?", "區域網路"), ("網絡", "網路"), ("默認", "預設"), ("缺省", "預設"),
    ("數據庫", "資料庫"), ("(?<!大)數據(?![機專通])", "資料"), ("(?<![電租])用戶(?![端號數籍])", "使用者"),
    ("鼠標", "滑鼠"), ("打印機", "印表機"), ("打印(?![章台泥號鋼])", "列印"), ("複印件", "影本"), ("複印機", "影印機"),
    ("複印", "影印"), ("屏幕", "螢幕"), ("截屏", "螢幕截圖"), ("硬盤", "硬碟"), ("U盤", "隨身碟"),
    ("(?<!觀)光盤(?!點)", "光碟"), ("服務器", "伺服器"), ("超?鏈接", "連結"), ("文件夾", "資料夾"), ("文檔", "文件"),
    ("電子郵箱", "電子信箱"), ("郵箱", "信箱"), ("字節", "位元組"), ("加載", "載入"), ("分辨率", "解析度"),
    ("(?<!膠)帶寬(?!度)", "頻寬"), ("寬帶(?!子)", "寬頻"), ("筆記本電腦", "筆記型電腦"),
    ("台式(?:電腦|機)", "桌上型電腦"), ("二維碼", "QR 碼"), ("移動電話", "行動電話"), ("移動支付", "行動支付"),
    ("移動設備", "行動裝置"), ("充電寶", "行動電源"), ("攝像頭", "攝影機"), ("攝像機", "攝影機"),
    ("人工智能", "人工智慧"), ("智能手機", "智慧型手機"), ("激光", "雷射"), ("博客", "部落格"), ("黑客", "駭客"),
    ("數字簽名", "數位簽章"), ("數字化", "數位化"), ("數碼相機", "數位相機"), ("源代碼", "原始碼"),
    ("編程", "程式設計"), ("模塊", "模組"), ("快捷鍵", "快速鍵"), ("剪貼板", "剪貼簿"), ("兼容性", "相容性"),
    ("不兼容", "不相容"), ("出租車", "計程車"), ("公交車", "公車"), ("(?<!開)發貨(?!幣)", "出貨"), ("包郵", "免運費"),
    ("到賬", "入帳"), ("外賣", "外送"), ("保修(?=[期卡服單書])", "保固"),
    ("(產品|商品|服務|施工|工作|維修)質量", r"\1品質"), ("質量(?=問題|保證|管理|檢查|檢驗|標準|控制)", "品質"),
    ("(銷售|申訴|投訴|溝通|聯繫|諮詢|支付)渠道", r"\1管道"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), word) for pattern, word in _WORDS)


def in_taiwan_words(text: str, language: Language, own: str) -> str:
    """Return ``text`` in Taiwan's words where it answers in Traditional characters.

    ``own`` is the text whose words stay as they are: the question, and the sources in Traditional characters.
    """
    if language != "zh-Hant":
        return text
    for pattern, word in _PATTERNS:
        text = pattern.sub(partial(_replaced, word, own), text)
    return text


def _replaced(word: str, own: str, found: re.Match[str]) -> str:
    return found[0] if found[0] in own else found.expand(word)
