"""A sentence leaves only when a source bears it."""

from __future__ import annotations

import pytest

from assistant.answering.grounding import Evidence
from knowledge.meaning import AcrossLanguages
from models.fakes import HashEmbedder
from tests.assistant.answering.ladder import passage

SHIPPING = (
    "門市人員知悉出貨異常後，應於 24 小時內通報物流部。是否補寄，由倉儲經理判定。"
    "已拆封的耳機不得退貨，但瑕疵品除外。"
    "運費由公司負擔，上限為新臺幣 1,500 元。"
)
EMBEDDER = HashEmbedder()
MEANING = AcrossLanguages(EMBEDDER)
POLICY = (
    "Report a shipment anomaly to Logistics within 24 hours. The warehouse manager decides on re-sending. "
    "Opened earphones cannot be returned unless they are defective."
)


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    EMBEDDER.load()


def check(sentence: str, source: str, question: str) -> str:
    """Return the verdict on a sentence."""
    return Evidence([passage(source)], question, MEANING).check(sentence).verdict


class TestChinese:
    """Sources and answers in Chinese."""

    question = "出貨異常怎麼處理？"

    @pytest.mark.parametrize(
        "sentence",
        [
            "應在24小時內通報物流部。",
            "應於二十四小時內通報物流部。",
            "是否補寄由倉儲經理判定。",
            "運費由公司負擔，上限1500元。",
            "已拆封的耳機不得退貨。",
        ],
    )
    def test_true_sentences_pass(self, sentence: str) -> None:
        """Also in other notations and word orders."""
        assert check(sentence, SHIPPING, self.question) == "supported"

    @pytest.mark.parametrize(
        ("sentence", "verdict"),
        [
            ("應在48小時內通報物流部。", "number"),
            ("運費由公司負擔，上限2,500元。", "number"),
            ("已拆封的耳機可以退貨。", "denial"),
            ("是否補寄不由倉儲經理判定。", "denial"),
            ("由 FedEx 負責補寄判定。", "name"),
            ("由總經理召開臨時董事會議決議後公告。", "content"),
        ],
    )
    def test_false_sentences_are_dropped(self, sentence: str, verdict: str) -> None:
        """Altered numbers, turned denials, foreign names, invented content."""
        assert check(sentence, SHIPPING, self.question) == verdict

    def test_the_quote_is_the_sentence_that_bears_it(self) -> None:
        """Offsets are into the canonical text and enclose exactly those words."""
        source = passage(SHIPPING)

        window = Evidence([source], self.question, MEANING).check("是否補寄由倉儲經理判定。").window

        assert window is not None
        assert (
            source.text[window.start - source.start : window.end - source.start]
            == "是否補寄，由倉儲經理判定。"
        )


class TestEnglish:
    """Sources and answers in English."""

    question = "What do we do about a shipment anomaly?"

    @pytest.mark.parametrize(
        "sentence",
        [
            "Report it to Logistics within twenty-four hours.",
            "The warehouse manager decides on re-sending.",
            "Opened earphones cannot be returned.",
        ],
    )
    def test_true_sentences_pass(self, sentence: str) -> None:
        """Also in other notations."""
        assert check(sentence, POLICY, self.question) == "supported"

    @pytest.mark.parametrize(
        ("sentence", "verdict"),
        [
            ("Report it to Logistics within 48 hours.", "number"),
            ("Report it to Acme Express within 24 hours.", "name"),
            ("The warehouse manager never decides on re-sending.", "denial"),
            ("Customers receive a voucher and an apology letter.", "content"),
        ],
    )
    def test_false_sentences_are_dropped(self, sentence: str, verdict: str) -> None:
        """Each for its own reason."""
        assert check(sentence, POLICY, self.question) == verdict


class TestRivals:
    """A fact is compared with what could stand in its place."""

    @pytest.mark.parametrize(
        ("source", "true", "false"),
        [
            ("主機保固二十四個月，電池保固六個月。", "電池的保固是半年。", "電池的保固是二十四個月。"),
            (
                "祖父母喪亡者，給予喪假六日。配偶之祖父母喪亡者，給予喪假三日。",
                "祖父母喪亡者，喪假六天。",
                "祖父母喪亡者，喪假三天。",
            ),
            (
                "身分：正職；禮金：900 元；生日假：1 天\n身分：兼職；禮金：300 元；生日假：無",
                "兼職的禮金是300元。",
                "兼職的禮金是900元。",
            ),
            ("申請應於出發前 5 日提出。", "申請要在出發前五天提出。", "申請要在出發後五天提出。"),
            ("員工得申請宿舍，但應繳押金。", "員工可以申請宿舍。", "員工必須申請宿舍。"),
            ("費用由承租人負擔，稅金由出租人負擔。", "費用由承租人負擔。", "費用由出租人負擔。"),
            ("逾期未登記者，視為不參加。", "逾期沒有登記的人視為不參加。", "逾期未登記者，視為參加。"),
            ("重量未滿 5 公斤者免運費。", "重量未滿5公斤的免運費。", "重量超過5公斤的免運費。"),
            ("課程全部由講師錄影。", "課程全部由講師錄影。", "課程部分由講師錄影。"),
            (
                "Pumps are covered for 24 months; batteries are covered for six months.",
                "Batteries are covered for 6 months.",
                "Batteries are covered for 24 months.",
            ),
            (
                "Claims may be filed within 20 days after the trip.",
                "Claims may be filed within twenty days after the trip.",
                "Claims may be filed within 20 days before the trip.",
            ),
            (
                "Guests must sign at the desk.",
                "Guests have to sign at the desk.",
                "Guests may sign at the desk.",
            ),
            (
                "訪客非經主管同意，不得進入機房。",
                "訪客經主管同意，可以進入機房。",
                "訪客經主管同意，不得進入機房。",
            ),
            (
                "遲到者，公司得扣發全勤獎金；但有正當理由者，不在此限。",
                "有正當理由的人，公司不得扣發全勤獎金。",
                "有正當理由的人，公司得扣發全勤獎金。",
            ),
            ("冷氣電費由住戶繳納，水費由公司繳納。", "水費由公司繳納。", "冷氣電費由公司繳納。"),
            (
                "地點：北倉；主管：王大中；電話：6120\n地點：南倉；主管：李小文；電話：6235",
                "北倉的主管是王大中。",
                "北倉的主管是李小文。",
            ),
            (
                "Part: A; Warranty: 2 years; Delivery: 5 days\nPart: B; Warranty: 3 years; Delivery: 9 days",
                "The warranty of part B is three years.",
                "The warranty of part B is 2 years.",
            ),
            ("諮詢時間自上午 8 時 30 分起至晚間 11 時止。", "諮詢時間到晚上11點。", "諮詢時間到晚上10點。"),
            (
                "發生外洩時，應：\n1) 關閉閥門。\n2) 於 2 小時內通報安全課。\n3) 由廠務課於 24 小時內清理。",
                "發生外洩時，應關閉閥門，於2小時內通報安全課，並由廠務課於24小時內清理。",
                "發生外洩時，應關閉閥門，於24小時內通報安全課，並由廠務課於24小時內清理。",
            ),
            ("停車場每日收費 300 元。", "停車場一天收費 300 元。", "停車場一小時收費 300 元。"),
            ("清運費每次新臺幣 500 元。", "清運費一次 500 元。", "清運費一次 500 美元。"),
            (
                "The deposit for the tent is €80.",
                "The deposit for the tent is €80.",
                "The deposit for the tent is US$80.",
            ),
            ("到府安裝免費，拆除舊機須自費。", "到府安裝不用付錢。", "拆除舊機不用付錢。"),
            (
                "逾期未取者，本店得不退還訂金。",
                "逾期沒取的，本店可以不退還訂金。",
                "逾期沒取的，本店應退還訂金。",
            ),
            ("未斷電前不得打開機殼。", "斷電之前不能打開機殼。", "斷電之前可以打開機殼。"),
            ("身高未滿 90 公分者免購票。", "身高不到 90 公分的免購票。", "身高 90 公分以上的免購票。"),
            ("試用期滿之員工得申請宿舍。", "試用期滿的員工可以申請宿舍。", "尚在試用期的員工可以申請宿舍。"),
            (
                "保固以一年或一千小時先到者為準。",
                "保固以一年或一千小時先到者為準。",
                "保固以一年或一千小時後到者為準。",
            ),
            (
                "第一期應於 3 月 5 日前、第二期應於 9 月 5 日前繳清。",
                "第二期要在 9 月 5 日前繳清。",
                "第一期要在 9 月 5 日前繳清。",
            ),
            (
                "訂金於簽約後 5 日內支付，尾款於驗收後 10 日內支付。",
                "尾款於驗收後 10 天內支付。",
                "尾款於簽約後 10 天內支付。",
            ),
            (
                "機型：K1；濾網清洗週期：2 週；水箱清洗：每 3 天一次",
                "K1 的濾網每 2 週清洗。",
                "K1 的濾網每 3 天清洗一次。",
            ),
        ],
    )
    def test_exchanged_facts_are_seen(self, source: str, true: str, false: str) -> None:
        """The true sentence passes, the one with the rival's fact does not."""
        question = "What is the rule?" if source.isascii() or "€" in source else "規定是什麼？"
        assert check(true, source, question) == "supported"
        assert check(false, source, question) != "supported"


class TestAcrossLanguages:
    """Where no words can be compared."""

    def test_a_name_of_the_source_is_no_answer_by_itself(self) -> None:
        """It stands there whatever was asked."""
        assert check("Google Calendar", "Google Calendar shows who is free.", "誰發現了鐳？") == "content"

    def test_the_question_again_is_no_answer(self) -> None:
        """Said as a statement, or asked back."""
        source = "A hearing person is someone with a typical hearing ability."

        assert check("耳指的是耳朵。", source, "耳指的是哪種器官？") == "content"
        assert check("耳指的是哪種器官？", source, "耳指的是哪種器官？") == "empty"

    def test_a_heading_bears_no_sentence(self) -> None:
        """One word says less than a sentence in another language."""
        assert check("視網膜能將眼睛接收到的光轉化為視覺。", "Vision", "視網膜做什麼？") == "content"

    @pytest.mark.parametrize(("sentence", "verdict"), [("NT$1,500", "supported"), ("NT$2,500", "number")])
    def test_an_amount_alone_is_of_the_questions_language(self, sentence: str, verdict: str) -> None:
        """The letters of a currency are no English: its row is in Chinese and holds the amount."""
        assert check(sentence, SHIPPING, "運費的上限是多少錢？") == verdict


class TestNothing:
    """Edges."""

    def test_no_source_bears_nothing(self) -> None:
        """Without evidence every sentence is dropped."""
        assert Evidence([], "問題", MEANING).check("任何話。").window is None

    def test_marks_alone_say_nothing(self) -> None:
        """A sentence without words is empty."""
        assert check("……", SHIPPING, "問題") == "empty"
