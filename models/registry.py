"""From settings to models. Nothing is loaded here; ``load()`` is the caller's."""

from __future__ import annotations

from pathlib import Path

from models.catalogue import catalogue
from models.chat import Chat
from models.errors import UnknownModel
from models.llama import LlamaChat
from models.reranker import CrossReranker
from models.sentence import SentenceEmbedder
from models.settings import ModelsSettings
from models.shelf import place


def build_chat(settings: ModelsSettings, models_dir: Path) -> Chat:
    """Return the chat model that the settings name: a server's, a catalogue model, or a .gguf file.

    Raises:
        UnknownModel: the name is neither in the catalogue nor a path of a .gguf file.
    """
    if settings.chat_url is not None:
        from models.openai_server import ServerChat

        return ServerChat.from_settings(settings)
    model = catalogue().get(settings.chat)
    if model is not None and model.kind != "chat":
        raise UnknownModel(f"{model.name} is an embedder: choose a chat model (`clausewise models list`).")
    if model is None and not settings.chat.endswith(".gguf"):
        raise UnknownModel(
            f"There is no chat model {settings.chat!r}: it is no catalogue name (`clausewise models list`) "
            "and no path of a .gguf file."
        )
    path = Path(settings.chat).expanduser() if model is None else place(model, models_dir).file
    return LlamaChat(
        path=path,
        catalogue_model=model,
        models_dir=models_dir,
        context_tokens=settings.context_tokens,
        threads=settings.threads,
        gpu_layers=settings.gpu_layers,
        batch_tokens=settings.batch_tokens,
        queue_size=settings.queue_size,
        chat_format=model.chat_format if model is not None else None,
    )


def build_embedder(settings: ModelsSettings, models_dir: Path) -> SentenceEmbedder:
    """Return the embedder that the settings name.

    Raises:
        UnknownModel: the name is a chat model's.
    """
    model = catalogue().get(settings.embedder)
    if model is not None and model.kind != "embedder":
        raise UnknownModel(f"{model.name} is a chat model: choose an embedder (`clausewise models list`).")
    return SentenceEmbedder(settings.embedder, models_dir, settings.threads)


def build_reranker(settings: ModelsSettings) -> CrossReranker | None:
    """Return the cross-encoder that the settings name, None where they name none."""
    if settings.reranker is None:
        return None
    return CrossReranker(Path(settings.reranker), settings.threads)
