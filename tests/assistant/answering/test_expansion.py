"""What an answer may rest on beside what was found: the rest of a cut clause, and what it refers to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from assistant.answering.evidence import select
from assistant.answering.expansion import expanded
from assistant.answering.types import Question
from knowledge.relevance import QueryTerms, query_terms
from knowledge.types import OPERATOR, Hit, Passage, PassageId
from models.fakes import HashEmbedder
from tests.assistant.answering.ladder import Desk, ListedSearch, passage

MakeDesk = Callable[..., Desk]
TRIAL = passage("第十條 試用期滿之員工，其特別休假日數依第五條規定計給。", "rule.md", "第十條")
DAYS = passage("第五條 員工每年有七日之假期，第二年起十日。", "rule.md", "第五條")
ASKED = "試用期滿的員工特別休假有幾日？"


def search(**about: Any) -> ListedSearch:
    """Return a search that knows what is listed."""
    made = ListedSearch(**about)
    made.embedder.load()
    return made


def terms(question: str) -> QueryTerms:
    """Return a question's terms, all of one weight."""
    return query_terms(question, lambda names: dict.fromkeys(names, 1), 10)


class TestReferences:
    def test_the_clause_referred_to_bears_the_answer(self, desk: MakeDesk) -> None:
        """Its best sentence is read beside the clause found, and it is what is cited."""
        made = desk((TRIAL, 0.9), says=["員工每年有七日之假期。"])
        made.search.references = {TRIAL.passage_id: [[DAYS]]}

        answer = made.answerer.answer(Question(ASKED), OPERATOR)

        assert [citation.clause for citation in answer.citations] == ["第五條"]
        assert answer.citations[0].quote in DAYS.text

    def test_without_the_reference_nothing_bears_it(self, desk: MakeDesk) -> None:
        """The same words of the model are refused."""
        made = desk((TRIAL, 0.8), says=["員工每年有七日之假期。"])

        assert made.answerer.answer(Question(ASKED), OPERATOR).status == "declined"

    def test_only_the_best_sentence_is_followed(self) -> None:
        """A reference elsewhere in the clause is not the question's."""
        text = "第十條 試用期滿之員工，特別休假為七日。\n離職手續依第五條規定辦理。"
        found = passage(text, "rule.md", "第十條")
        around = search(references={found.passage_id: [[DAYS]]})

        wider = expanded(terms(ASKED), [Hit(1, 0.9, found)], around, OPERATOR, around.embed_passages)

        assert [hit.passage for hit in wider.hits] == [found]
        assert wider.followed == frozenset()


class TestParts:
    def test_the_rest_of_a_cut_clause_bears_the_answer(self, desk: MakeDesk) -> None:
        """Found by its first part, answered from its second."""
        first = passage("第七條 特別休假之申請，應填具請假單。\n", "rule.md", "第七條")
        second = replace(
            passage("請假單應於五日前送交單位主管核定。", "rule.md", "第七條"),
            passage_id=PassageId("second"),
            start=first.end,
            end=first.end + 17,
        )
        made = desk((first, 0.9), says=["請假單應於五日前送交單位主管核定。"])
        made.search.sections = {first.passage_id: [first, second]}

        answer = made.answerer.answer(Question("特別休假之請假單應於幾日前送交？"), OPERATOR)

        assert answer.citations[0].quote == second.text
        assert answer.citations[0].start == second.start

    def test_a_whole_clause_without_references_stays_alone(self) -> None:
        """Ordinary questions are answered from what was found, in its order."""
        around = search()
        hits = [Hit(1, 0.9, DAYS), Hit(2, 0.5, TRIAL)]

        wider = expanded(terms("員工每年假期有幾日？"), hits, around, OPERATOR, around.embed_passages)

        assert wider.hits == tuple(hits)


class TestSelection:
    def test_a_followed_clause_is_read_beyond_the_budget(self) -> None:
        """One sentence of it, whatever the others take."""
        embedder = HashEmbedder()
        embedder.load()
        hits = [Hit(1, 0.9, TRIAL), Hit(2, 0.5, DAYS)]

        def read(followed: frozenset[PassageId]) -> list[Passage]:
            chosen = select(terms(ASKED), hits, embedder.embed_passages, 30, followed)
            return [excerpt.passage for excerpt in chosen]

        assert read(frozenset()) == [TRIAL]
        assert read(frozenset({DAYS.passage_id})) == [TRIAL, DAYS]
