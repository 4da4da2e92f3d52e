from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from opencc import OpenCC

from knowledge.glossary import Glossary, load_glossary
from knowledge.names import DocumentName, NameIndex
from knowledge.references import resolve
from knowledge.types import DocumentId

# Titles that contain one another, contain clause numbers, end in a note, or hold "of" and "the".
ZH = [
    "工會法",
    "工會法施行細則",
    "勞動基準法",
    "勞動基準法施行細則",
    "勞動基準法第四十五條無礙身心健康認定基準及審查辦法",
    "最低工資法（112.12.27制定）",
    "勞工保險條例",
    "勞工保險條例施行細則",
    "就業服務法",
    "外國人從事就業服務法第四十六條第一項第八款至第十一款工作資格及審查標準",
    "技能競賽實施及獎勵辦法",
    "行政院勞工委員會技能競賽實施及獎勵辦法",
    "進用身心障礙者工作績優機關（構）獎勵辦法",
    "在職中高齡者及高齡者穩定就業辦法",
    "人力仲介業個人資料檔案安全維護計畫及處理辦法",
]
EN = [
    "Labor Standards Act",
    "Enforcement Rules of the Labor Standards Act",
    "Labor Union Act",
    "Enforcement Rules of Labor Union Act",
    "The Organic Act of Institute of Occupational Safety and Health, Executive Yuan",
    "The Bureau of Labor Insurance, Ministry of Labor Organization Act",
    "Regulations Governing Enrollment in Accordance with Article 10 of the Labor Insurance Act",
    "Regulations for Attendance by Proxies of Labor Union Members’ Meetings",
    "Management and Approval Regulations for Residents with Overseas Chinese I.D.",
]
HOUSE = [
    ("sop12", "出貨作業標準書", "SOP-012 出貨作業標準書 v2.docx"),
    ("cw12", "CW-SOP-012 退貨流程", "退貨.pdf"),
    ("hr3", "員工請假管理辦法", "hr/HR-003.docx"),
    ("book", "星曜電子員工手冊（2024年版）", "手冊.md"),
    ("handbook", "Employee Handbook", "handbook.md"),
    ("policy", "退換貨與保固政策", "policy.md"),
    ("leave", "Leave", "leave.md"),
]


@pytest.fixture(scope="module")
def index() -> NameIndex:
    """Return the names of laws and house documents, with the shipped glossary."""
    laws = [DocumentName(DocumentId(title), title, f"laws/{title}.md") for title in ZH + EN]
    house = [DocumentName(DocumentId(i), title, source) for i, title, source in HOUSE]
    return NameIndex(laws + house, load_glossary())


def zh_numeral(number: int) -> str:
    """Write 1..99 in Chinese."""
    digits = "〇一二三四五六七八九"
    tens = "" if number < 10 else ("" if number < 20 else digits[number // 10]) + "十"
    return tens + (digits[number % 10] if number % 10 else "")


def zh_forms(title: str, number: int, inserted: int | None) -> Iterator[str]:
    """Yield the ways of asking for an article in Chinese."""
    plain = f"{number}-{inserted}" if inserted else str(number)
    of = f"之{inserted}" if inserted else ""
    spelled = f"之{zh_numeral(inserted)}" if inserted else ""
    yield f"{title}第{plain}條"
    yield f"{title}第{number}條{of}"
    yield f"{title} {plain}"
    yield f"{title}{plain}"
    yield f"{title} {plain} 條"
    yield f"請問{title}第{plain}條規定什麼？"
    yield f"依{title} 第 {plain} 條，雇主應該怎麼做？"
    yield f"《{title}》第{zh_numeral(number)}條{spelled}的內容"
    yield f"{title}第{number}條{of}第2項第1款"
    yield f"{title} {plain} 規定什麼？"
    yield f"{title}第{plain.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})}條"
    yield OpenCC("t2s").convert(f"请问{title}第{plain}條規定什麼？")


def en_forms(title: str, number: int, inserted: int | None) -> Iterator[str]:
    """Yield the ways of asking for an article in English."""
    plain = f"{number}-{inserted}" if inserted else str(number)
    yield f"Article {plain} of the {title}"
    yield f"Article {plain} of {title}"
    yield f"What does Article {plain} of the {title} say?"
    yield f"what does article {plain} of the {title.casefold()} say"
    yield f"{title} Article {plain}"
    yield f"{title}, Article {plain}"
    yield f"{title} § {plain}"
    yield f"{title} {plain}"


def brief(question: str, index: NameIndex) -> list[tuple[str | None, str]]:
    """Return (documents joined by comma, None for none named; clause) of each reference."""
    found = resolve(question, index)
    return [(None if r.document_ids is None else ",".join(r.document_ids), r.clause_key) for r in found]


class TestEveryForm:
    @pytest.mark.parametrize("title", ZH)
    def test_chinese(self, title: str, index: NameIndex) -> None:
        """Every way of writing an article finds that article of that law and nothing else."""
        numbers = random.Random(title)
        for _ in range(6):
            number, inserted = numbers.randint(1, 99), numbers.choice([None, 1, 2])
            key = f"{number}-{inserted}" if inserted else str(number)

            for question in zh_forms(title, number, inserted):
                assert brief(question, index) == [(title, key)], question

    @pytest.mark.parametrize("title", EN)
    def test_english(self, title: str, index: NameIndex) -> None:
        """The same for English titles, the ones with "of", "the" and an article's number in them included."""
        numbers = random.Random(title)
        for _ in range(6):
            number, inserted = numbers.randint(1, 99), numbers.choice([None, 1])
            key = f"{number}-{inserted}" if inserted else str(number)

            for question in en_forms(title, number, inserted):
                assert brief(question, index) == [(title, key)], question

    @pytest.mark.parametrize(
        ("term", "title"),
        [("勞基法", "勞動基準法"), ("就服法", "就業服務法"), ("勞保條例施行細則", "勞工保險條例施行細則")],
    )
    def test_abbreviations(self, term: str, title: str, index: NameIndex) -> None:
        """The glossary's abbreviations work in every form."""
        for question in zh_forms(term, 38, 1):
            assert brief(question, index) == [(title, "38-1")], question

    @pytest.mark.parametrize("term", ["LSA", "Labour Standards Act"])
    def test_english_abbreviations(self, term: str, index: NameIndex) -> None:
        """So do English ones, and British spelling."""
        for question in en_forms(term, 38, None):
            assert brief(question, index) == [("Labor Standards Act", "38")], question


class TestHouseDocuments:
    @pytest.mark.parametrize(
        ("question", "document", "key"),
        [
            ("SOP-012 4.3", "sop12", "4.3"),
            ("sop012 4.3 寫什麼", "sop12", "4.3"),
            ("SOP-012 v2 的 4.3", "sop12", "4.3"),
            ("SOP-012第4.3條", "sop12", "4.3"),
            ("SOP-012 出貨異常照 4.3.1 還是第4.3條", "sop12", "4.3"),
            ("CW-SOP-012 v2 第 4.3 條", "cw12", "4.3"),
            ("依 CW-SOP-012 4.3.2 出貨異常怎麼處理", "cw12", "4.3.2"),
            ("HR-003 5", "hr3", "5"),
            ("what does 4.3 of the SOP-012 say", "sop12", "4.3"),
            ("Section 4.3 of the Employee Handbook", "handbook", "4.3"),
            ("Employee Handbook section 4", "handbook", "4"),
            ("Chapter 3 of the Employee Handbook", "handbook", "chapter3"),
            ("員工手冊第 4.3 條", "book", "4.3"),
            ("公司的員工手冊 4.3 說什麼", "book", "4.3"),
            ("員工手冊第三章", "book", "chapter3"),
            ("員工手冊第三點第二款", "book", "3(2)"),
            ("退換貨與保固政策第7條", "policy", "7"),
        ],
    )
    def test_found(self, question: str, document: str, key: str, index: NameIndex) -> None:
        """Codes, editions, parts of a title and decimals reach the clause of the house document."""
        assert (document, key) in brief(question, index)


class TestSeveral:
    def test_list_and_range(self, index: NameIndex) -> None:
        """Lists and ranges give each clause, all of the document named once."""
        law = "勞動基準法"

        assert brief("勞動基準法第38條及第39條", index) == [(law, "38"), (law, "39")]
        assert brief("勞動基準法第36、37條", index) == [(law, "36"), (law, "37")]
        assert brief("勞動基準法第4條至第6條", index) == [(law, "4"), (law, "5"), (law, "6")]
        assert brief("Articles 4 to 6 of the Labor Union Act", index) == [
            ("Labor Union Act", "4"),
            ("Labor Union Act", "5"),
            ("Labor Union Act", "6"),
        ]

    def test_two_documents(self, index: NameIndex) -> None:
        """Each clause goes with the name beside it."""
        assert brief("勞動基準法第38條和勞工保險條例第5條有何不同", index) == [
            ("勞動基準法", "38"),
            ("勞工保險條例", "5"),
        ]
        assert brief(
            "How do Article 38 of the Labor Standards Act and Article 5 of the Labor Union Act differ?", index
        ) == [
            ("Labor Standards Act", "38"),
            ("Labor Union Act", "5"),
        ]

    def test_name_further_off(self, index: NameIndex) -> None:
        """A clause alone goes with the name elsewhere in the question, also one that comes later."""
        assert brief("勞動基準法的特別休假規定在第38條嗎", index) == [("勞動基準法", "38")]
        assert brief("第38條（勞動基準法）", index) == [("勞動基準法", "38")]
        assert brief("勞動基準法第四十五條規定什麼", index) == [("勞動基準法", "45")]

    def test_span(self, index: NameIndex) -> None:
        """The span covers the name and the clause."""
        question = "請問勞基法第 38 條規定什麼？"

        found = resolve(question, index)[0]

        assert question[slice(*found.span)] == "勞基法第 38 條"
        assert found.document_hint == "勞基法"


class TestUnnamed:
    @pytest.mark.parametrize(
        ("question", "key"),
        [
            ("第4.3條是什麼", "4.3"),
            ("Article 38", "38"),
            ("本法第38條", "38"),
            ("這個做法第38條有規定嗎", "38"),
            ("附件一的內容", "appendix1"),
            ("三、（二）是什麼", "3(2)"),
            ("4.3.2", "4.3.2"),
            ("38-1", "38-1"),
        ],
    )
    def test_no_document(self, question: str, key: str, index: NameIndex) -> None:
        """A clause without a document's name is looked for everywhere."""
        assert brief(question, index) == [(None, key)]

    @pytest.mark.parametrize(
        ("question", "hint"),
        [
            ("依公司法第8條規定，負責人是誰", "公司法"),
            ("就業服務法施行細則第3條", "就業服務法施行細則"),
            ("Article 38 of the Companies Act", "Companies Act"),
            ("Article 5 of the GDPR", "GDPR"),
            ("SOP-999 第4.3條", "SOP-999"),
            ("請問 ABC-12 的第 3 條在說什麼", "ABC-12"),
            ("Article 3 of NOTICE-2031-01", "NOTICE-2031-01"),
        ],
    )
    def test_law_that_is_not_indexed(self, question: str, hint: str, index: NameIndex) -> None:
        """A law or document number that is named but not indexed must not give the article of another one."""
        found = resolve(question, index)

        assert [(r.document_ids, r.document_hint) for r in found] == [((), hint)]


class TestNotReferences:
    @pytest.mark.parametrize(
        "question",
        [
            "特別休假 38 天",
            "勞動基準法 38 天",
            "勞動基準法規定特休 7 天",
            "HR-003 5 天",
            "退換貨與保固政策 7 天",
            "2024年勞動基準法",
            "勞動基準法 2024 年修正",
            "勞動基準法 2024",
            "勞動基準法有 86 條",
            "勞動基準法共有幾條",
            "請打 02-2345-6789",
            "訂單 20240105-38 什麼時候到",
            "10.5 公斤",
            "共 38 條紀錄",
            "一條龍服務",
            "昆明第一條鐵路通往哪裡",
            "我在公司工作第3年 有幾天特休",
            "第一次請假要怎麼做",
            "Can I leave 5 minutes early?",
            "Leave 5",
            "I have 5 days",
            "iPhone 15 怎麼設定",
            "an article about leave",
            "38",
            "",
        ],
    )
    def test_numbers_that_are_no_clauses(self, question: str, index: NameIndex) -> None:
        """Amounts, years, telephone and order numbers, counts and figures of speech are no references."""
        assert brief(question, index) == []


class TestScale:
    def test_other_titles_do_not_matter(self) -> None:
        """The same clause is found among a thousand other titles."""
        small = NameIndex([DocumentName(DocumentId("x"), "勞動基準法")], Glossary())
        names = [DocumentName(DocumentId(str(i)), f"第{i}號作業規範") for i in range(1000)]
        large = NameIndex([*names, DocumentName(DocumentId("x"), "勞動基準法")], Glossary())

        question = "請問勞動基準法第38條規定什麼？"

        assert resolve(question, small) == resolve(question, large)

    @pytest.mark.timeout(30)
    @pytest.mark.parametrize(
        "text",
        [
            "1-",
            "1.",
            "第",
            "一",
            "一、",
            "第一條之",
            "Article ",
            "A of ",
            "Aa ",
            "及",
            "(a)",
            " ",
            "規定",
            "法",
            "((",
            "勞動基準法",
        ],
    )
    def test_hostile_repetition(self, text: str, index: NameIndex) -> None:
        """A question made to keep the patterns busy ends: their repetitions are bounded."""
        question = f"Article 1 of the {text * 1500}第3條"

        assert isinstance(resolve(question, index), list)
