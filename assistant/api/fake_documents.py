"""The invented documents behind the doubles: a shop's procedures, some for staff only."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.types import DocumentId, Passage, PassageId


@dataclass(frozen=True, slots=True)
class Piece:
    """One passage: its clause, page, heading, text, and what differs from the document."""

    clause: str | None
    page: int | None
    heading: tuple[str, ...]
    text: str
    question: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class FakeDocument:
    """A document whose older versions lack the last pieces."""

    document_id: str
    source: str
    title: str
    version: int
    audience: str
    language: str
    pieces: tuple[Piece, ...]

    def text(self, version: int | None = None) -> str:
        """Return the canonical text."""
        return "".join(passage.text for passage in self.passages(version))

    def passages(self, version: int | None = None) -> tuple[Passage, ...]:
        """Return the passages, end to end."""
        number = version or self.version
        passages, start = [], 0
        for index, piece in enumerate(self.pieces[: len(self.pieces) - (self.version - number)]):
            text = f"{piece.text}\n"
            passages.append(
                Passage(
                    PassageId(f"{self.document_id}-{index}"),
                    DocumentId(self.document_id),
                    number,
                    f"{self.source}#{index + 1}" if piece.question else self.source,
                    self.title,
                    "faq" if piece.question else "text",
                    piece.clause,
                    piece.heading,
                    piece.page,
                    start,
                    start + len(text),
                    text,
                    self.language,  # type: ignore[arg-type]
                    piece.audience or self.audience,
                    piece.question,
                )
            )
            start += len(text)
        return tuple(passages)


def _faq(question: str, answer: str) -> Piece:
    return Piece(None, None, (), f"{question}\n{answer}", question)


_SHIPPING = FakeDocument(
    "d-shipping",
    "物流/SOP-012 出貨作業程序.docx",
    "SOP-012 出貨作業程序",
    3,
    "internal",
    "zh-Hant",
    (
        Piece(None, 1, (), "SOP-012 出貨作業程序"),
        Piece(
            "第4.1條",
            11,
            ("第四章 出貨",),
            "第4.1條 出貨前檢核\n倉儲人員應核對訂單編號、品項、數量與收件人資料，並於系統登錄檢核結果。"
            "易碎品應加貼警示標籤🔺，鋰電池商品應附安全說明。",
        ),
        Piece(
            "第4.2條",
            11,
            ("第四章 出貨",),
            "第4.2條 交寄\n平日下午三時前成立的訂單當日交寄；逾時者順延至次一工作日。",
        ),
        Piece(
            "第4.3條",
            12,
            ("第四章 出貨",),
            "第4.3條 出貨異常\n發現短少、破損、錯寄或逾期未達時，承辦人員應於24小時內通報物流商，"
            "並在系統建立異常案件。是否補寄由倉儲主管決定；金額超過新臺幣5,000元者，應另經營運經理核准。\n"
            "客服人員應於一個工作天內將處理方式告知顧客。",
        ),
        Piece(
            "第4.4條",
            12,
            ("第四章 出貨",),
            "第4.4條 異常案件結案\n異常案件應於七個工作天內結案，並附上照片、物流商回覆與補寄單號。"
            "每月由物流組彙整出貨異常原因，提報營運會議。",
        ),
        Piece(
            "第5.1條",
            13,
            ("第五章 紀錄",),
            "第5.1條 紀錄保存\n出貨與異常紀錄保存五年。",
        ),
    ),
)

_RETURNS = FakeDocument(
    "d-returns",
    "客服/退換貨與保固政策.pdf",
    "退換貨與保固政策",
    2,
    "public",
    "zh-Hant",
    (
        Piece("第一條", 1, (), "第一條 適用範圍\n本政策適用於本公司網路商店與門市售出的商品。"),
        Piece(
            "第二條",
            1,
            (),
            "第二條 七天鑑賞期\n網路訂購的商品，消費者得於收到商品後七天內退貨，無須說明理由。"
            "商品應保持全新且包裝完整；耳機等個人衛生用品拆封後恕不退貨。",
        ),
        Piece(
            "第三條",
            2,
            (),
            "第三條 運費\n因瑕疵、錯寄或運送破損而退換貨者，來回運費由本公司負擔。",
        ),
        Piece(
            "第四條",
            2,
            (),
            "第四條 保固\n主機保固一年、電池與配件保固六個月，自發票日起算。"
            "人為損壞、進水或自行拆修者不在保固範圍。",
        ),
        Piece(
            "附註",
            3,
            (),
            "附註 例外核准\n門市主管得在新臺幣2,000元以內核准政策外的退貨，並登錄原因。",
            audience="internal",
        ),
    ),
)

_TRAVEL = FakeDocument(
    "d-travel",
    "人事/出差與費用報支辦法.md",
    "出差與費用報支辦法",
    1,
    "internal",
    "zh-Hant",
    (
        Piece(
            "第八條",
            None,
            ("第二章 國內出差",),
            "第八條 住宿費\n國內出差住宿費每晚上限新臺幣2,600元，六都為3,200元，檢據核實報支。",
        ),
        Piece(
            "第九條",
            None,
            ("第二章 國內出差",),
            "第九條 交通費\n以高鐵標準車廂為原則；自行開車者每公里報支新臺幣6元，並附行程紀錄。",
        ),
    ),
)

_HANDBOOK = FakeDocument(
    "d-handbook",
    "hr/employee-handbook-ch5.html",
    "Employee Handbook, Chapter 5: Leave",
    1,
    "public",
    "en",
    (
        Piece(
            "5.1",
            None,
            ("Leave",),
            "5.1 Annual leave\nStaff receive seven days of annual leave after one year of service and ten "
            "days after two years. Unused annual leave may be carried over once, until the end of March.",
        ),
        Piece(
            "5.2",
            None,
            ("Leave",),
            "5.2 Sick leave\nUp to thirty days of sick leave a year are paid at half salary. A doctor's note "
            "is needed from the second day.",
        ),
    ),
)

_FAQ = FakeDocument(
    "d-faq",
    "客服/常見問題.csv",
    "常見問題",
    1,
    "public",
    "zh-Hant",
    (
        _faq(
            "可以開立三聯式發票嗎？",
            "可以。結帳時選擇「公司發票」並填寫統一編號，發票會在出貨當天以電子郵件寄出。",
        ),
        _faq("門市營業時間是幾點？", "全臺門市每日上午十一時至晚上九時三十分營業，除夕提早至下午五時。"),
        _faq("訂單成立後可以改地址嗎？", "商品尚未交寄前都可以。請在「我的訂單」修改，或來電由客服協助。"),
    ),
)

DOCUMENTS = (_SHIPPING, _RETURNS, _TRAVEL, _HANDBOOK, _FAQ)
