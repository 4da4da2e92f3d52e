"""llama.cpp, driven through llama-cpp-python: one context that keeps its prompt prefix and can be stopped."""

from __future__ import annotations

import ctypes
import json
import os
import re
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.admission import Ticket
from models.chat import Finished, Options, Piece, TextPiece
from models.errors import Cancelled, ContextOverflow, GenerationFailed, LoadFailed
from models.formats import Formatter, Message, control_pattern, formatter, render
from models.stops import StopReader


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What a context is made with. ``threads`` None is one for each core; ``gpu_layers`` -1 is all."""

    context_tokens: int
    threads: int | None
    gpu_layers: int
    batch_tokens: int
    chat_format: str | None


_WARNING = 3  # of ggml_log_level; llama-cpp-python's own table of levels is an older one
_LOG: deque[str] = deque(maxlen=8)
_CALLBACKS: list[Any] = []  # C keeps a pointer to it for the life of the process


class LlamaEngine:
    """One model and one context. ``generate`` belongs to one thread; counting tokens is free to all."""

    def __init__(self, path: Path, settings: EngineSettings) -> None:
        """Load the weights.

        Raises:
            LoadFailed: llama.cpp refuses the file, or it has no usable chat template.
        """
        # OpenMP reads it when llama.cpp is loaded: threads sleep at barriers rather than spin. Beside other
        # work on 2 cores (load 7-12), 16 tokens took 6-19 s spinning, 0.8-1.8 s sleeping; alone, the same.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import llama_cpp

        self._api: Any = llama_cpp
        log = _listen(llama_cpp)
        threads = settings.threads or cores()
        try:
            self._llama: Any = llama_cpp.Llama(
                str(path),
                n_ctx=settings.context_tokens,
                n_batch=settings.batch_tokens,
                n_ubatch=settings.batch_tokens,
                n_threads=threads,
                n_threads_batch=threads,
                n_gpu_layers=settings.gpu_layers,
                flash_attn=True,
                verbose=False,
            )
        except (ValueError, RuntimeError, OSError, AssertionError) as error:
            raise LoadFailed(f"llama.cpp cannot load {path}: {'; '.join(log) or error}") from error
        self._model: Any = self._llama._model  # noqa: SLF001 - pieces of tokens are not public
        self._recurrent = bool(self._llama._is_recurrent or self._llama._is_hybrid)  # noqa: SLF001
        self.context_tokens = int(self._llama.n_ctx())
        self.metadata: dict[str, str] = dict(self._llama.metadata)
        self._bos = self._special(self._llama.token_bos())
        self._format: Formatter = formatter(
            self.metadata, settings.chat_format, self._bos, self._special(self._llama.token_eos())
        )
        self.control = self._control()
        self._abort = _abort_callback(llama_cpp)
        self._idle = ctypes.create_string_buffer(2)

    def close(self) -> None:
        """Give the memory back."""
        self._llama.close()

    def count_tokens(self, text: str) -> int:
        """Return the length of a text in this model's tokens, without specials."""
        return len(self._llama.tokenize(text.encode(), add_bos=False, special=False))

    def generate(
        self, messages: list[Message], stop: tuple[str, ...], options: Options, ticket: Ticket[Piece]
    ) -> Iterator[Piece]:
        """Yield the answer's text, then one Finished.

        Raises:
            ContextOverflow: the prompt fills the context.
            Cancelled: the ticket was cancelled; the context stays usable.
            GenerationFailed: llama.cpp failed, or the schema is no grammar.
        """
        prompt = render(self._format, messages)
        tokens = self.tokenize_prompt(prompt.text)
        room = self.context_tokens - len(tokens)
        if room < 1:
            raise ContextOverflow(
                f"The prompt has {len(tokens)} tokens and the context {self.context_tokens}: "
                "shorten it, or raise [models] context_tokens."
            )
        limit = min(room, options.max_tokens or room)
        reused = self._reusable(tokens)
        reader = StopReader((*stop, *prompt.stop))
        written, reason = 0, "length"
        # The tokens of each call end with the generator; a suspended one would keep the sampler alive.
        for token in self._tokens(tokens, options, ticket):
            if self._api.llama_vocab_is_eog(self._model.vocab, token):
                reason = "stop"
                break
            written += 1
            if text := reader.feed(self._piece(token)):
                yield TextPiece(text)
            if reader.stopped:
                reason = "stop"
                break
            if written >= limit:
                break
        if text := reader.end():
            yield TextPiece(text)
        yield Finished(reason, len(tokens), written, reused)

    def tokenize_prompt(self, text: str) -> list[int]:
        """Return a formatted prompt's tokens; the opening token is added where the template left it out."""
        opened = bool(self._bos) and text.startswith(self._bos)
        found: list[int] = self._llama.tokenize(text.encode(), add_bos=not opened, special=True)
        return found

    def _tokens(self, tokens: list[int], options: Options, ticket: Ticket[Any]) -> Iterator[int]:
        """Yield tokens; while llama.cpp computes, it reads the ticket's flag between two graph nodes."""
        context = self._llama.ctx
        self._api.llama_set_abort_callback(context, self._abort, ctypes.addressof(ticket.flag))
        self._llama.set_seed(options.seed)
        # A prompt that the context holds to its last token would be sampled from the logits that are there, and the
        # next time from those of its last token read again, alone: another rounding, now and then another text.
        self._llama._requires_eval = True  # noqa: SLF001
        try:
            yield from self._llama.generate(
                tokens,
                temp=options.temperature,
                top_p=options.top_p,
                repeat_penalty=1.0,
                grammar=_grammar(self._api, options.response_schema),
            )
        except RuntimeError as error:
            self._drop_unfinished()
            if ticket.cancelled:
                raise Cancelled("The reader went away.") from error
            raise GenerationFailed(f"llama.cpp stopped: {error}") from error
        finally:
            self._api.llama_set_abort_callback(context, self._abort, ctypes.addressof(self._idle))

    def _reusable(self, tokens: list[int]) -> int:
        """Return how many of the prompt's tokens the context still holds; recurrent states hold none."""
        if self._recurrent:
            return 0
        same = self._llama.longest_token_prefix(self._llama._input_ids, tokens)  # noqa: SLF001
        return min(int(same), len(tokens) - 1)

    def _drop_unfinished(self) -> None:
        """Remove what an interrupted batch left in the context; recurrent models start anew."""
        llama = self._llama
        if self._recurrent or not llama._ctx.kv_cache_seq_rm(-1, llama.n_tokens, -1):  # noqa: SLF001
            self._api.llama_memory_clear(self._api.llama_get_memory(llama.ctx), True)
            llama.n_tokens = 0
        llama._requires_eval = True  # noqa: SLF001

    def _piece(self, token: int) -> bytes:
        """Return a token's bytes; control tokens have none."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            count = self._api.llama_token_to_piece(self._model.vocab, token, buffer, size, 0, False)
            if count >= 0:
                return buffer.raw[:count]
            size = -count

    def _special(self, token: int) -> str:
        return str(self._model.token_get_text(token)) if token != -1 else ""

    def _control(self) -> re.Pattern[str] | None:
        """Return the pattern of texts that the tokenizer would read as control tokens."""
        api, vocab = self._api, self._model.vocab
        texts = []
        for token in range(self._llama.n_vocab()):
            attributes = api.llama_vocab_get_attr(vocab, token)
            if attributes & (api.LLAMA_TOKEN_ATTR_CONTROL | api.LLAMA_TOKEN_ATTR_USER_DEFINED):
                text = api.llama_vocab_get_text(vocab, token).decode("utf-8", "replace")
                if attributes & api.LLAMA_TOKEN_ATTR_CONTROL or re.fullmatch(r"<\|.*\|>", text):
                    texts.append(text)
        return control_pattern(texts)


def cores() -> int:
    """Return the cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _abort_callback(api: Any) -> Any:
    """Return the C function that llama.cpp asks, between two nodes of its graph, whether to stop: strlen.

    It gets a ticket's flag, which is an empty text until the request is cancelled; 0 goes on, 1 stops. A
    Python function would need the interpreter's lock some 700 times a token, and each time wait for
    whichever thread holds it.
    """
    library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
    return ctypes.cast(library.strlen, api.ggml_abort_callback)


def _listen(api: Any) -> deque[str]:
    """Keep llama.cpp's last warnings and errors instead of printing them; return where they are kept."""
    _LOG.clear()
    if not _CALLBACKS:
        _CALLBACKS.append(api.llama_log_callback(_keep))
        api.llama_log_set(_CALLBACKS[0], ctypes.c_void_p(0))
    return _LOG


def _keep(level: int, text: bytes, _: object) -> None:
    if level >= _WARNING:
        _LOG.append(text.decode("utf-8", "replace").strip())


def _grammar(api: Any, schema: dict[str, Any] | None) -> Any:
    if schema is None:
        return None
    try:
        return api.LlamaGrammar.from_json_schema(json.dumps(schema), verbose=False)
    except Exception as error:
        raise GenerationFailed(f"the response schema cannot be made a grammar: {error}") from error
