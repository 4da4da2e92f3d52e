"""What every embedder must do. Subclass EmbedderContract and give it an ``embedder`` fixture, loaded."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from models.protocols import Embedder

TEXTS = [
    "A parcel that is late has to be reported to logistics within 24 hours.",
    "The cafeteria serves soup on Mondays.",
    "Reports about a late parcel go to logistics within 24 hours.",
    "",
    "Leave of more than three days needs the department head's approval. " * 3,
]


class EmbedderContract:
    """The behaviours of an embedder, real or fake."""

    def test_stands_in_both_worlds(self, embedder: Embedder) -> None:
        """It is our role and LangChain's."""
        assert isinstance(embedder, Embedder)
        assert isinstance(embedder, Embeddings)

    def test_rows_are_unit_vectors(self, embedder: Embedder) -> None:
        """One float32 row a text, in order, each of length 1; an empty text has one too."""
        vectors = embedder.embed_passages(TEXTS)

        assert vectors.shape == (len(TEXTS), embedder.dimension)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)

    def test_nothing_gives_nothing(self, embedder: Embedder) -> None:
        """No texts, no rows, no error."""
        assert embedder.embed_passages([]).shape == (0, embedder.dimension)
        assert embedder.count_tokens([]) == []

    def test_order_and_company_do_not_matter(self, embedder: Embedder) -> None:
        """A text's vector is its own, whatever lies beside it."""
        together = embedder.embed_passages(TEXTS)
        alone = np.stack([embedder.embed_passages([text])[0] for text in reversed(TEXTS)])[::-1]

        assert np.sum(together * alone, axis=1) == pytest.approx(1, abs=1e-4)

    def test_near_texts_are_near(self, embedder: Embedder) -> None:
        """A paraphrase is nearer than another subject, and a question finds its passage."""
        vectors = embedder.embed_passages(TEXTS)
        question = embedder.embed_question("late parcel: report to logistics within how many hours?")

        assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1]
        assert vectors[0] @ question > vectors[1] @ question

    def test_reports_batches(self, embedder: Embedder) -> None:
        """The reported rows add up to the texts."""
        done: list[int] = []

        embedder.embed_passages(TEXTS * 30, done.append)

        assert sum(done) == 5 * 30

    def test_counts_tokens(self, embedder: Embedder) -> None:
        """Longer texts have more tokens, nothing has none, and nothing is cut."""
        counts = embedder.count_tokens(["", "one two", "one two three four five", "word " * 2000])

        assert counts[0] == 0
        assert counts[1] < counts[2] < counts[3]
        assert counts[3] >= 2000

    def test_takes_long_texts(self, embedder: Embedder) -> None:
        """What is beyond the limit is not seen, and does no harm."""
        vector = embedder.embed_question("late parcels " * 3000)

        assert vector.shape == (embedder.dimension,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)

    def test_langchain_names_give_the_same(self, embedder: Embedder) -> None:
        """embed_query and embed_documents are the same vectors as lists."""
        assert isinstance(embedder, Embeddings)
        query = embedder.embed_query(TEXTS[0])
        documents = embedder.embed_documents(TEXTS[:2])

        assert np.asarray(query) @ embedder.embed_question(TEXTS[0]) == pytest.approx(1, abs=1e-4)
        assert np.asarray(documents[1]) @ embedder.embed_passages(TEXTS[1:2])[0] == pytest.approx(1, abs=1e-4)

    def test_names_itself(self, embedder: Embedder) -> None:
        """The id is stable and there is room for a passage."""
        assert embedder.model_id == embedder.model_id != ""
        assert embedder.max_tokens >= 128

    def test_serves_threads(self, embedder: Embedder) -> None:
        """Several threads get what one would."""
        expected = embedder.embed_question(TEXTS[0])
        found: list[float] = []

        def ask() -> None:
            found.append(float(embedder.embed_question(TEXTS[0]) @ expected))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert found == pytest.approx([1] * 4, abs=1e-4)
