"""The search as a LangChain retriever, for use in any LangChain program."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from knowledge.search import Searcher
from knowledge.types import Hit, Reader


class ClauseRetriever(BaseRetriever):
    """Passages as LangChain documents, best first, for one reader whose audiences are fixed here."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Searcher
    reader: Reader
    k: int = 4

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
    ) -> list[Document]:
        return [_document(hit) for hit in self.searcher.search(query, self.reader, self.k)]


def _document(hit: Hit) -> Document:
    passage = hit.passage
    metadata = {
        "score": hit.score,
        "passage_id": passage.passage_id,
        "document_id": passage.document_id,
        "source": passage.source,
        "title": passage.title,
        "version": passage.version,
        "clause": passage.clause,
        "heading": list(passage.heading),
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "audience": passage.audience,
    }
    return Document(page_content=passage.text, metadata=metadata, id=passage.passage_id)
