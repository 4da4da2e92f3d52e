"""The same chat interface over any OpenAI-compatible server: vLLM, llama-server, Ollama, llama_cpp.server."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessageChunk, BaseMessage
from pydantic import PrivateAttr, SecretStr

from models.admission import POLL_S
from models.chat import Chat, Finished, Options, Piece, TextPiece
from models.errors import Busy, Cancelled, ContextOverflow, GenerationFailed, LoadFailed
from models.formats import plain
from models.settings import ModelsSettings

if TYPE_CHECKING:
    from concurrent.futures import Future

    import openai
    from langchain_openai import ChatOpenAI

Roles = list[tuple[str, str]]

_RETRY_S = 10.0  # wait that a refusing server is given when it names none
_BEYOND_ASCII = 0x2E80  # from here on mostly one token a character


class ServerChat(Chat):
    """A model on a server. The server queues; its 429 becomes Busy. Cancelling closes the connection."""

    url: str
    model: str
    api_key: SecretStr = SecretStr("none")
    timeout_s: float = 120

    _client: ChatOpenAI | None = PrivateAttr(default=None)
    _loop: asyncio.AbstractEventLoop | None = PrivateAttr(default=None)
    _thread: threading.Thread | None = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _under_way: int = PrivateAttr(default=0)
    _schema_style: str = PrivateAttr(default="")

    @classmethod
    def from_settings(cls, settings: ModelsSettings) -> ServerChat:
        """Return the model of [models] chat_url, chat_model and chat_api_key."""
        return cls(
            url=settings.chat_url or "",
            model=settings.chat_model or settings.chat,
            api_key=settings.chat_api_key or SecretStr("none"),
            timeout_s=settings.chat_timeout_s,
        )

    @property
    def _llm_type(self) -> str:
        return "clausewise-server"

    @property
    def model_id(self) -> str:
        """The model's name on the server."""
        return self.model

    def load(self) -> None:
        """Make the client and the thread that its connections live on; nothing is asked yet.

        Raises:
            LoadFailed: the URL or the key cannot be used.
        """
        with self._lock:
            if self._client is not None:
                return
            import httpx
            from langchain_openai import ChatOpenAI

            try:
                self._client = ChatOpenAI(
                    model=self.model,
                    base_url=self.url,
                    api_key=self.api_key,
                    timeout=self.timeout_s,
                    stream_chunk_timeout=self.timeout_s,
                    max_retries=1,
                    stream_usage=True,
                    # By default clients of one URL share connections, and one's close would end the other's.
                    http_async_client=httpx.AsyncClient(timeout=self.timeout_s),
                )
            except Exception as error:
                raise LoadFailed(f"no client could be made for {self.url}: {error}") from error
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=_run, args=(self._loop,), name="model-server", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Close the connections and end the thread."""
        with self._lock:
            client, loop, thread = self._client, self._loop, self._thread
            self._client = self._loop = self._thread = None
        if client is None or loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_shut(client), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()

    def count_tokens(self, text: str) -> int:
        """Return an estimate that is rather high: the server's tokenizer is not known here.

        One token for each ideograph or kana, one for three bytes of anything else.
        """
        wide = sum(ord(char) >= _BEYOND_ASCII for char in text)
        narrow = sum(len(char.encode()) for char in text if ord(char) < _BEYOND_ASCII)
        return wide + -(-narrow // 3)

    def queue_load(self) -> tuple[int, float]:
        """Return the requests under way from here; what else the server does is not known."""
        return self._under_way, 0.0

    def pieces(self, messages: list[BaseMessage], stop: tuple[str, ...], options: Options) -> Iterator[Piece]:
        """Yield the answer as the server sends it.

        Raises:
            Busy: the server answered 429.
            GenerationFailed: it cannot be reached, refuses, or stops in the middle.
        """
        self.load()
        client, loop = self._client, self._loop
        if client is None or loop is None:
            raise Cancelled("The model is shutting down.")
        inbox: queue.SimpleQueue[Piece | BaseException | None] = queue.SimpleQueue()
        future = asyncio.run_coroutine_threadsafe(self._pump(client, messages, stop, options, inbox), loop)
        self._under_way += 1
        try:
            yield from _read(inbox, options.cancel)
        finally:
            self._under_way -= 1
            _abandon(future)

    async def _pump(
        self,
        client: ChatOpenAI,
        messages: list[BaseMessage],
        stop: tuple[str, ...],
        options: Options,
        inbox: queue.SimpleQueue[Piece | BaseException | None],
    ) -> None:
        """Move the server's pieces into the inbox; every end of it, an error too, arrives there."""
        try:
            async for piece in self._ask(client, messages, stop, options):
                inbox.put(piece)
            inbox.put(None)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again on the reader's thread
            inbox.put(_translated(error, self.url))

    async def _ask(
        self, client: ChatOpenAI, messages: list[BaseMessage], stop: tuple[str, ...], options: Options
    ) -> AsyncIterator[Piece]:
        arguments: dict[str, Any] = {
            "temperature": options.temperature,
            "top_p": options.top_p,
            "seed": options.seed,
        }
        # Into the body as they are: the client library renames the first, which some servers then ignore,
        # and routes the second to an endpoint of its own.
        body: dict[str, Any] = {"max_tokens": options.max_tokens} if options.max_tokens is not None else {}
        import openai

        roles = [(message["role"], message["content"]) for message in plain(messages, None)]
        if stop:
            arguments["stop"] = list(stop)
        guess = sum(self.count_tokens(content) for _, content in roles)
        formats = self._response_formats(options.response_schema)
        for style, response_format in formats.items():
            chunks = client.astream(roles, extra_body=body | response_format, **arguments)
            try:
                async for piece in _pieces(chunks, guess):
                    yield piece
            except openai.APIStatusError as error:
                if style == list(formats)[-1] or not _refuses_format(error):
                    raise
            else:
                self._schema_style = style or self._schema_style
                return

    def _response_formats(self, schema: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
        """Return the ways to ask for a schema: OpenAI's, then llama_cpp.server's; or the one that worked."""
        if schema is None:
            return {"": {}}
        named = {"name": "answer", "schema": schema, "strict": True}
        ways: dict[str, dict[str, Any]] = {
            "json_schema": {"response_format": {"type": "json_schema", "json_schema": named}},
            "json_object": {"response_format": {"type": "json_object", "schema": schema}},
        }
        return {self._schema_style: ways[self._schema_style]} if self._schema_style else ways


def _refuses_format(error: openai.APIStatusError) -> bool:
    """Tell whether a server dislikes the form of the request; llama_cpp.server says so with a 500."""
    return error.status_code in {400, 422} or "response_format" in str(error)


async def _pieces(chunks: AsyncIterator[AIMessageChunk], guess: int) -> AsyncIterator[Piece]:
    """Turn LangChain's chunks into pieces.

    Servers that count nothing get our ``guess`` of the prompt's tokens, and one token a piece.
    """
    reason, prompt, answer, texts, begun = "stop", 0, 0, 0, False
    async for chunk in chunks:
        text = str(chunk.text)
        if not begun:
            text = text.lstrip()
        if text:
            begun = True
            texts += 1
            yield TextPiece(text)
        reason = chunk.response_metadata.get("finish_reason") or reason
        if chunk.usage_metadata is not None:
            prompt, answer = chunk.usage_metadata["input_tokens"], chunk.usage_metadata["output_tokens"]
    yield Finished("length" if reason == "length" else "stop", prompt or guess, answer or texts)


def _read(
    inbox: queue.SimpleQueue[Piece | BaseException | None], cancel: threading.Event | None
) -> Iterator[Piece]:
    while True:
        if cancel is not None and cancel.is_set():
            raise Cancelled("The reader went away.")
        try:
            piece = inbox.get(timeout=POLL_S)
        except queue.Empty:
            continue
        if piece is None:
            return
        if isinstance(piece, BaseException):
            raise piece
        yield piece


def _abandon(future: Future[None]) -> None:
    """Stop the coroutine if it still runs; that closes its connection, and the server stops writing."""
    future.cancel()


def _translated(error: Exception, url: str) -> Exception:
    """Return our error for what the client library raised."""
    import openai

    if isinstance(error, openai.RateLimitError):
        given = error.response.headers.get("Retry-After", "")
        return Busy(1, float(given) if given.isdigit() else _RETRY_S)
    if isinstance(error, openai.BadRequestError) and "context" in str(error).lower():
        return ContextOverflow(f"The server at {url} says that the prompt is too long: {error}")
    if isinstance(error, openai.APIConnectionError):
        return GenerationFailed(f"The model server at {url} cannot be reached: {error}")
    # A server that ends a stream without a word has often met a prompt longer than its context.
    return GenerationFailed(f"The model server at {url} failed: {error}")


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """Run a loop until it is stopped, then close it."""
    loop.run_forever()
    loop.close()


async def _shut(client: ChatOpenAI) -> None:
    await client.root_async_client.close()
