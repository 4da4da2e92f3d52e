"""A house: a home, a folder of documents, and the program over both, as a customer has them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.answering.settings import AnsweringSettings
from assistant.answering.types import Answer, Event, Question, Trace, Turn
from clausewise.bootstrap import Program
from clausewise.home import Home
from clausewise.settings import Settings
from ingest.report import Report
from knowledge.types import INTERNAL, OPERATOR, Hit, Reader
from models.fakes import FakeChat
from models.settings import ModelsSettings

FAKES = Settings(
    models=ModelsSettings(chat="fake", embedder="fake"),
    # The relevance is fitted for the real embedder: with the double its probabilities say nothing, so no answer is
    # held back for them, and what the tests see is the work of the checks behind.
    answering=AnsweringSettings(
        clause_threshold=0, answer_threshold=0, translated_threshold=0, evidence_floor=0
    ),
)


class House:
    """The program with what a test needs of it close at hand."""

    def __init__(self, home: Path, docs: Path, settings: Settings) -> None:
        self.home, self.docs, self.settings = home, docs, settings
        self.program = Program(Home.resolve(home), settings)

    def write(self, name: str, *paragraphs: str) -> Path:
        """Write a document, its paragraphs apart."""
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")
        return path

    def take_in(self, *paths: Path, audience: str = INTERNAL, prune: bool = False, **how: Any) -> Report:
        """Ingest the folder, or ``paths``."""
        return self.program.ingestor.run(list(paths) or [self.docs], audience, prune=prune, **how)

    def search(self, query: str, *audiences: str, k: int = 10) -> list[Hit]:
        """Search as the operator, or as a reader of ``audiences``."""
        return self.program.searcher.search(query, reader(*audiences), k)

    def ask(
        self, question: str, *audiences: str, history: Sequence[Turn] = (), trace: Trace | None = None
    ) -> Answer:
        """Return an answer."""
        asked = Question(question, tuple(history))
        return self.program.answerer.answer(asked, reader(*audiences), trace=trace)

    def events(self, question: str) -> Iterator[Event]:
        """Give the events of an answer as they come."""
        return self.program.answerer.stream(Question(question), OPERATOR, threading.Event())

    def says(self, *answers: str) -> FakeChat:
        """Let the model say these, in turn."""
        chat = self.program.chat
        assert isinstance(chat, FakeChat)
        chat.script = list(answers)
        return chat

    def document_id(self, source: str) -> str:
        """Return the id of the document shown as ``source``."""
        return next(one.document_id for one in self.program.store.documents.browse() if one.source == source)

    def canonical(self, document_id: str, version: int | None = None) -> str:
        """Return a version's text, which citations count in."""
        return self.program.store.repository.canonical(document_id, version, OPERATOR)  # type: ignore[arg-type]

    def restart(self) -> None:
        """Close the program and start it anew over the same home."""
        self.program.close()
        self.program = Program(Home.resolve(self.home), self.settings)


def reader(*audiences: str) -> Reader:
    """Return a reader of ``audiences``; of all for none."""
    return Reader(frozenset(audiences)) if audiences else OPERATOR


@pytest.fixture
def open_house(home: Path, tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Return a maker of houses, closed after the test."""
    made: list[House] = []
    docs = tmp_path / "docs"
    docs.mkdir()

    def make(settings: Settings | None = None) -> House:
        made.append(House(home, docs, settings or FAKES))
        return made[-1]

    yield make
    for one in made:
        one.program.close()


@pytest.fixture
def house(open_house: Callable[..., House]) -> House:
    """Return a house whose models are the shipped doubles."""
    return open_house()


SHIPPING = (
    "# 出貨作業",
    "第4.2條 揀貨",
    "揀貨人員依揀貨單作業，揀貨完成後由另一人複核。",
    "第4.3條 出貨異常",
    "門市知悉出貨異常後，應於24小時內通報物流部。是否補寄由倉儲經理判定。",
    "第4.4條 退貨",
    "顧客於收到商品七日內可以退貨，退貨運費由本公司負擔。",
)
RULE = "門市知悉出貨異常後，應於24小時內通報物流部。"
ASKED = "門市知悉出貨異常後多久內要通報物流部？"


@pytest.fixture
def shipping(house: House) -> House:
    """Return a house that has read a procedure."""
    house.write("shipping.md", *SHIPPING)
    house.take_in()
    return house


def with_embedder(folder: Path, models_dir: Path, chat: str = "fake") -> House:
    """Return a house with the default embedder, and with the chat model named."""
    (folder / "docs").mkdir()
    models = (
        ModelsSettings(dir=models_dir) if chat == "default" else ModelsSettings(dir=models_dir, chat=chat)
    )
    house = House(folder / "home", folder / "docs", Settings(models=models))
    house.program.home.create()
    house.program.models_dir = models_dir
    return house


@pytest.fixture(scope="session")
def real_house(tmp_path_factory: pytest.TempPathFactory, real_models: Path) -> Iterator[House]:
    """Return a house with the default models that has read three small documents."""
    house = with_embedder(tmp_path_factory.mktemp("real-house"), real_models, "default")
    house.write("shipping.md", *SHIPPING)
    house.write(
        "warranty.md",
        "# Warranty",
        "4.1 Coffee grinder",
        "The warranty of the coffee grinder is two years from the date of purchase.",
        "4.2 Kettle",
        "The warranty of the kettle is one year.",
    )
    house.write(
        "leave.md",
        "# Leave",
        "Leave must be requested three days in advance from the head of the department.",
    )
    house.take_in()
    yield house
    house.program.close()
