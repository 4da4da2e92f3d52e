"""The chain that a tutorial would build, as the thing to compare with.

RecursiveCharacterTextSplitter(1000, 200) → Chroma → the four best chunks stuffed into one prompt → chat
model, streamed. It runs the same two model files as Clausewise. What is not part of langchain-core or the
splitters is built here as the community packages build it: the vector store on chromadb with its defaults,
and the chat model on ``llama_cpp.Llama`` with the defaults of ``ChatLlamaCpp`` (temperature 0.8, top_p 0.95,
top_k 40, repeat_penalty 1.1, at most 256 tokens), except the context, which is 4,096 because that class's 512
cannot hold four chunks, and the batch: see ``BATCH``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnablePassthrough
from langchain_text_splitters import RecursiveCharacterTextSplitter

CONTEXT = 4096
# ChatLlamaCpp's default is 8, llama.cpp's 512. The larger one reads a prompt faster, so it favours the chain.
BATCH = 512
TOP = 4
PROMPT = ChatPromptTemplate.from_template(
    "Answer the question with the help of the context below. When the context does not hold the answer, "
    "say that you do not know.\n\n{context}\n\nQuestion: {question}\nAnswer:"
)


class PlainLlama(BaseChatModel):
    """A chat model on llama_cpp.Llama, nothing more."""

    llama: Any

    @property
    def _llm_type(self) -> str:
        return "plain-llama"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        chunks = self._stream(messages, stop, run_manager, **kwargs)
        text = "".join(str(chunk.message.content) for chunk in chunks)
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 LangChain's signature
        **kwargs: Any,  # noqa: ARG002 LangChain's signature
    ) -> Iterator[ChatGenerationChunk]:
        roles = {"human": "user", "ai": "assistant"}
        told = [{"role": roles.get(m.type, m.type), "content": m.content} for m in messages]
        for part in self.llama.create_chat_completion(
            told,
            stream=True,
            stop=stop,
            max_tokens=256,
            temperature=0.8,
            top_p=0.95,
            top_k=40,
            repeat_penalty=1.1,
        ):
            if text := part["choices"][0]["delta"].get("content"):
                yield ChatGenerationChunk(message=AIMessageChunk(content=text))


class ChromaRetriever(BaseRetriever):
    """The best chunks of a Chroma collection."""

    collection: Any
    embeddings: Embeddings

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 LangChain's signature
    ) -> list[Document]:
        found = self.collection.query(query_embeddings=[self.embeddings.embed_query(query)], n_results=TOP)
        pairs = zip(found["documents"][0], found["metadatas"][0], strict=True)
        return [Document(text, metadata=metadata) for text, metadata in pairs]


def build_retriever(texts: dict[str, str], embeddings: Embeddings, folder: Path) -> ChromaRetriever:
    """Split, embed and store ``texts`` (by source) and return the retriever over them."""
    import chromadb

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = [(source, chunk) for source, text in texts.items() for chunk in splitter.split_text(text)]
    settings = chromadb.config.Settings(anonymized_telemetry=False)
    collection = chromadb.PersistentClient(str(folder), settings).create_collection("langchain")
    for at in range(0, len(chunks), 500):
        part = chunks[at : at + 500]
        collection.add(
            ids=[str(at + n) for n in range(len(part))],
            documents=[chunk for _, chunk in part],
            metadatas=[{"source": source} for source, _ in part],
            embeddings=embeddings.embed_documents([chunk for _, chunk in part]),  # type: ignore[arg-type]
        )
    return ChromaRetriever(collection=collection, embeddings=embeddings)


def load_chat(weights: Path) -> PlainLlama:
    """Load the weights as the chain does."""
    import llama_cpp

    llama = llama_cpp.Llama(str(weights), n_ctx=CONTEXT, n_batch=BATCH, seed=0, verbose=False)
    return PlainLlama(llama=llama)


def build_chain(retriever: ChromaRetriever, chat: PlainLlama) -> Runnable[str, str]:
    """Return the chain: question in, pieces of text out."""
    return (
        {"context": retriever | _stuff, "question": RunnablePassthrough()} | PROMPT | chat | StrOutputParser()
    )


def _stuff(documents: list[Document]) -> str:
    return "\n\n".join(document.page_content for document in documents)


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for the chain's Chroma, deleted at the end."""
    return tempfile.TemporaryDirectory(prefix="plain-chain-")
