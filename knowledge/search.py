"""Search: question -> clause look-up, words and vectors -> the gate -> calibrated relevance -> hits.

Whatever the derived indexes still hold, only what the repository hands out for this reader becomes a hit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from knowledge.embedders import Embedders, Meaning, Meanings, OneEmbedder
from knowledge.following import referred
from knowledge.meaning import AcrossLanguages
from knowledge.references import resolve
from knowledge.relevance import Candidate, QueryTerms, Relevance, Signals, query_terms, signals
from knowledge.rows import prefer_named_rows
from knowledge.searchable import HeldIndex, Searchable
from knowledge.sentences import sentences
from knowledge.text import fold, keys, shares_script
from knowledge.twins import grouped
from knowledge.types import DocumentId, Hit, Language, Passage, PassageId, Reader
from models.protocols import Embedder

_LEXICAL, _DENSE = 30, 30  # candidates of each leg; 40 + 40 found no more on DRCD and cost a third more time
_TERMS = 32  # terms asked of the index; the rarest, since long questions repeat common ones
_COMMON = 0.25  # a term in more passages than this share says little and costs most
_SENTENCES = 12  # of a passage
_EXACT_SCORE = 0.99
_BESIDE_EXACT = 0.5
_UNNAMED = 3  # documents that a number without a document's name may mean; with more of them it means none


@dataclass(frozen=True, slots=True)
class MadeWith:
    """What a search compared: the embedder that embedded the question, and the index that it was compared with."""

    embedder: str  # by its own word
    index: str  # as the index records it
    generation: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: hits best first, and how the question was understood."""

    query: QueryTerms
    hits: tuple[Hit, ...]
    exact_only: bool = False  # the question is a reference to a clause and nothing more
    unnamed: tuple[Passage, ...] = ()  # it is one, but of no document: the clauses of that number, best first
    unknown: str | None = None  # it is one, of this document by name, which the reader does not have
    variants: tuple[str, ...] = ()  # the question in the glossary's other words
    made_with: MadeWith | None = None  # None where nothing was compared by meaning


@dataclass(slots=True)
class _Nowhere:
    """References that lead to no clause: to one of too many documents, or to a document that is not there."""

    unnamed: list[Passage] = field(default_factory=list)
    unknown: str | None = None


class Searcher:
    """Finds passages for a reader. Cheap to make; the embedder is loaded by its owner."""

    def __init__(self, store: Searchable, embedder: Embedder | Embedders, relevance: Relevance) -> None:
        """Join store, embedder and the fitted relevance.

        Of several embedders, each search uses that of the index as it finds it; a single one must be the index's.
        """
        self._store = store
        self._meanings: Meanings = embedder if isinstance(embedder, Embedders) else OneEmbedder(embedder)
        self._relevance = relevance
        self._kept: Meaning | None = None

    def steady(self) -> Self:
        """Return a search that embeds texts with one and the same embedder, whatever index is in force by then.

        For what compares texts with each other over some time, as an answer in the making does. What is compared with an
        index is always embedded for that index.
        """
        steady = copy(self)
        steady._kept = self._meaning  # noqa: SLF001 (a copy of this one)
        return steady

    @property
    def _meaning(self) -> Meaning:
        return self._kept or self._meanings.of(self._store.vectors.model.model_id)

    def over(self, store: Searchable) -> Self:
        """Return the same search over another state of what is kept."""
        other = copy(self)
        other._store = store  # noqa: SLF001 - its own kind
        return other

    def search(self, query: str, reader: Reader, k: int = 10) -> list[Hit]:
        """Return at most ``k`` hits, best first, ranks from 1."""
        return list(self.find(query, reader, k).hits)

    def find(self, question: str, reader: Reader, k: int = 10) -> Found:
        """Return hits with the understanding of the question that produced them."""
        terms = self._weighed(question)
        if reader.audiences is not None and not reader.audiences:
            return Found(terms, ())
        exact, rest, nowhere = self._exact(question, reader)
        hits = [Hit(0, _EXACT_SCORE, passage, exact=True) for passage in exact]
        known = {passage.passage_id for passage in exact}
        made_with: MadeWith | None = None
        if len(hits) < k:
            # Beside a clause asked for by its number the others share only the reference's own words.
            worth = _BESIDE_EXACT if exact and not rest else 1.0
            with self._store.vectors.hold() as held:  # one index from here on, and the embedder of that index
                meaning = self._meanings.of(held.model.model_id)
                made_with = MadeWith(meaning.index.model_id, held.model.model_id, self._store.generation)
                ranked = self._ranked(question, terms, reader, k, (held, meaning))
            hits.extend(
                replace(h, score=h.score * worth)
                for h in prefer_named_rows(question, ranked)
                if h.passage.passage_id not in known
            )
        variants = tuple(self._store.glossary.variants(question))
        groups = grouped(hits, "\n".join((question, *variants)))
        merged = [replace(h, rank=i) for i, h in enumerate(groups[:k], 1)]
        if rest or exact:
            alone = bool(exact) and not rest
            return Found(terms, tuple(merged), alone, variants=variants, made_with=made_with)
        ranks = {hit.passage.document_id: hit.rank for hit in reversed(merged)}
        unnamed = sorted(nowhere.unnamed, key=lambda p: ranks.get(p.document_id, len(merged) + 1))
        return Found(
            terms,
            tuple(merged),
            unnamed=tuple(unnamed),
            unknown=nowhere.unknown,
            variants=variants,
            made_with=made_with,
        )

    def dates(self, passages: Sequence[Passage]) -> dict[tuple[DocumentId, int], date]:
        """Return for (document, version) of each passage the day on which that version came in (UTC)."""
        return self._store.repository.version_dates(passages)

    def section(self, passage: Passage, reader: Reader) -> list[Passage]:
        """Return the passages round ``passage`` that share its clause or headings, itself included, in order."""
        return self._store.repository.section(passage, reader)

    def referred(self, passage: Passage, text: str, reader: Reader) -> list[list[Passage]]:
        """Return the clauses, each as its passages, that ``text`` of ``passage`` refers to; at most two."""
        return referred(self._store, passage, text, reader)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, dimension) unit vectors of texts as passages."""
        return self._meaning.embedder.embed_passages(texts)

    @property
    def across_languages(self) -> AcrossLanguages:
        """How texts are compared across languages."""
        return AcrossLanguages(self._meaning.embedder)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a question."""
        return self._meaning.embedder.embed_question(text)

    def _exact(self, question: str, reader: Reader) -> tuple[list[Passage], bool, _Nowhere]:
        """Return the clauses that the question names, whether it asks for more, and what it names in vain."""
        found: list[Passage] = []
        nowhere = _Nowhere()
        covered: list[tuple[int, int]] = []
        for reference in resolve(question, self._store.names(reader)):
            passages = self._store.repository.find_clause(
                reference.document_ids, reference.clause_key, reader
            )
            if reference.document_ids is None and len({p.document_id for p in passages}) > _UNNAMED:
                nowhere.unnamed += [p for p in passages if p not in nowhere.unnamed]
            elif passages:
                found.extend(p for p in passages if p not in found)
            elif reference.document_ids == ():
                nowhere.unknown = reference.document_hint
            else:
                continue
            covered.append(reference.span)
        rest = question
        for start, end in sorted(covered, reverse=True):
            rest = rest[:start] + " " + rest[end:]
        return found, not _is_filler(rest), nowhere

    def _ranked(
        self, question: str, terms: QueryTerms, reader: Reader, k: int, pair: tuple[HeldIndex, Meaning]
    ) -> list[Hit]:
        """Rank by the question as asked and by the glossary's other ways to say it; the best counts."""
        store = self._store
        held, meaning = pair
        variants = store.glossary.variants(question)
        ways = [terms, *(self._weighed(variant) for variant in variants)]
        vector = _vector(meaning, question, variants)
        apart = meaning.centres.question(vector, terms.language)  # as passages of another language are met
        dense = dict(held.search(vector, reader.audiences, max(_DENSE, k)))
        across: list[PassageId] = []
        rarity = _rarity(store.repository.languages(reader), terms.language)
        if rarity is not None:
            across = [i for i, _ in held.search(apart, reader.audiences, max(_DENSE, k))]
        lexical = [i for way in ways for i in self._lexical(way, reader, max(_LEXICAL, k))]
        passages = store.repository.passages(list(dict.fromkeys([*lexical, *dense, *across])), reader)
        cosines = self._cosines(passages, dense, (vector, apart), terms.language, meaning)
        candidates = [Candidate(p, cosines.get(i, 0.0)) for i, p in passages.items()]
        average = store.average_length()
        found = zip(*(signals(way, candidates, average) for way in ways), strict=True)
        rated = [(c, max(s, key=self._relevance.probability)) for c, s in zip(candidates, found, strict=True)]
        scores = self._relevance.probabilities(
            [s for _, s in rated],
            lambda across: _nearest_sentences(meaning, [rated[i][0].passage for i in across], apart),
            rarity or 1.0,
        )
        hits = [self._hit(c, s, score) for (c, s), score in zip(rated, scores, strict=True)]
        return sorted(hits, key=lambda h: (-h.score, h.passage.source, h.passage.start))

    def _cosines(
        self,
        passages: Mapping[PassageId, Passage],
        known: Mapping[PassageId, float],
        vectors: tuple[NDArray[np.float32], NDArray[np.float32]],
        language: Language,
        meaning: Meaning,
    ) -> dict[PassageId, float]:
        """Return each passage's cosine with the question, across languages with the languages' centres taken off.

        ``vectors`` are the question's, as asked and as passages of another language are met.
        """
        vector, apart = vectors
        repository, model_id = self._store.repository, meaning.index.model_id
        same = {i for i, p in passages.items() if shares_script(language, p.language)}
        cosines = {i: known[i] for i in same if i in known}
        cosines |= repository.cosines([i for i in same if i not in known], vector, model_id)
        others = repository.vectors([i for i in passages if i not in same], model_id)
        return cosines | {
            i: float(meaning.centres.passage(v, passages[i].language) @ apart) for i, v in others.items()
        }

    def _hit(self, candidate: Candidate, found: Signals, score: float) -> Hit:
        return Hit(0, score, candidate.passage, False, found["bm25"], candidate.cosine, found["coverage"])

    def _weighed(self, text: str) -> QueryTerms:
        return query_terms(text, self._store.fulltext.document_frequency, self._store.fulltext.size())

    def _lexical(self, terms: QueryTerms, reader: Reader, limit: int) -> list[PassageId]:
        size = self._store.fulltext.size()
        frequency = self._store.fulltext.document_frequency(list(terms.weights))
        rare = [t for t in terms.weights if 0 < frequency.get(t, 0) <= max(_COMMON * size, 3)]
        asked = sorted(rare or terms.weights, key=lambda t: -terms.weights[t])[:_TERMS]
        ids = self._store.fulltext.search(asked, reader.audiences, limit) if asked else []
        alone = [
            t
            for t in terms.weights
            if len(t) == 1 and t >= "\u3400" and frequency.get(t, 0) <= _COMMON * size
        ]
        # "水費" splits no further; a lone 的 in a question is noise.
        if alone and len(terms.weights) <= 3:
            ids = [*ids, *self._store.fulltext.search(alone, reader.audiences, limit, column="unigrams")]
        if idents := keys(terms.text).idents:
            ids = [*ids, *self._store.fulltext.search(idents, reader.audiences, limit, column="idents")]
        return list(dict.fromkeys(passage_id for passage_id, _ in ids))


def _vector(meaning: Meaning, question: str, variants: Sequence[str]) -> NDArray[np.float32]:
    """Return the question's vector; where the glossary knows its words, halfway to the documents' way to ask.

    Lay questions on labour law, the article among ten: .61 -> .66 of 83 questions, .68 -> .74 of the 87 tuned on.
    """
    vector = meaning.index.embed_question(question)
    if variants:
        vector = vector + meaning.index.embed_question(variants[0])
        vector /= np.linalg.norm(vector)
    return vector


def _nearest_sentences(
    meaning: Meaning, passages: Sequence[Passage], question: NDArray[np.float32]
) -> list[float]:
    """Return for each passage the cosine of its sentence that is nearest to the question."""
    texts = [[span.text for span in sentences(p.text)][:_SENTENCES] or [p.text] for p in passages]
    vectors = meaning.of_sentences([text for each in texts for text in each])
    return [
        max(float(meaning.centres.passage(vectors[t], p.language) @ question) for t in each)
        for p, each in zip(passages, texts, strict=True)
    ]


def _rarity(counts: Mapping[str, int], language: Language) -> float | None:
    """Return by what the odds of passages in other languages are multiplied; None where there are none.

    The fit knows indexes in one language. In a mixed one a question is mostly answered in its own, as far as
    the documents are in it.
    """
    own = counts.get(language[:2], 0)
    others = sum(counts.values()) - own
    return min(1.0, others / own) if own and others else 1.0 if others else None


_FILLER = frozenset(
    fold(
        "請問 請 查 查詢 一下 的 是 在 有 規定 規範 內容 條文 全文 原文 寫 寫什麼 寫了 了 說 說明 "
        "什麼 甚麼 怎麼 為何 如何 哪些 呢 嗎 我 想 知道 "
        "給 看 列出 顯示 關於 中 裡 裡面 "
        "what does do is say says state the of in about tell me show please text content "
        "provide read clause article section"
    ).split()
)


def _is_filler(text: str) -> bool:
    """Return whether a question, its references removed, asks nothing of its own."""
    rest = fold(text)
    for word in sorted(_FILLER, key=len, reverse=True):
        rest = rest.replace(word, " ") if word >= "\u3400" else rest
    return all(word in _FILLER or not any(c.isalnum() for c in word) for word in rest.split())
