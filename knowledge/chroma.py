"""Chroma, in this process or as a server; the only module that knows it.

In this process one folder holds one index, and exactly one process may have it open (Chroma issue 7040). A server keeps
the collections of many homes and indexes side by side, told apart by their names and what they say of themselves.
It gets vectors, passage ids and audiences' names, never a text.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import VectorsUnreachable
from knowledge.identity import EmbedderInfo

_PAGE = 5000
_ANSWER_S = 60.0  # longest wait for a Chroma server's answer

Matrix = NDArray[np.float32]
Guard = Callable[[], Any]  # a context in which a call to Chroma is made


class Collection:
    """The vectors of one audience."""

    def __init__(self, collection: Any, guard: Guard, batch: int) -> None:
        self._collection = collection
        self._guard = guard
        self._batch = batch

    def search(self, vector: Matrix, limit: int) -> list[tuple[str, float]]:
        """Return (id, cosine), nearest first."""
        with self._guard():
            answer = self._collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        pairs = zip(answer["ids"][0], answer["distances"][0], strict=True)
        return [(str(one), 1.0 - float(distance)) for one, distance in pairs]

    def ids(self) -> set[str]:
        """Return all ids."""
        found: set[str] = set()
        with self._guard():
            while page := self._collection.get(include=[], limit=_PAGE, offset=len(found))["ids"]:
                found.update(map(str, page))
        return found

    def present(self, ids: Sequence[str]) -> set[str]:
        """Return those of ``ids`` that are here."""
        found: set[str] = set()
        with self._guard():
            for start in range(0, len(ids), _PAGE):
                page = self._collection.get(ids=list(ids[start : start + _PAGE]), include=[])
                found.update(map(str, page["ids"]))
        return found

    def vectors(self, ids: Sequence[str]) -> dict[str, Matrix]:
        """Return the vectors of those of ``ids`` that are here."""
        with self._guard():
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        pairs = zip(found["ids"], found["embeddings"], strict=True)
        return {str(one): np.asarray(vector, np.float32) for one, vector in pairs}

    def count(self) -> int:
        """Return how many there are."""
        with self._guard():
            return int(self._collection.count())

    def upsert(self, ids: Sequence[str], vectors: Matrix) -> None:
        """Add vectors, or replace those of the same ids."""
        with self._guard():
            for start in range(0, len(ids), self._batch):
                end = start + self._batch
                self._collection.upsert(ids=list(ids[start:end]), embeddings=vectors[start:end])

    def delete(self, ids: Sequence[str]) -> None:
        """Delete vectors; all of ``ids`` must be here."""
        with self._guard():
            for start in range(0, len(ids), self._batch):
                self._collection.delete(ids=list(ids[start : start + self._batch]))


class Opened(Protocol):
    """One index, open."""

    def collections(self, model: EmbedderInfo) -> dict[str, Collection]:
        """Return those that hold vectors of ``model``, by audience."""

    def create(self, model: EmbedderInfo, audience: str) -> Collection:
        """Return the collection of an audience, made where it is missing."""

    def close(self) -> None:
        """Close what was opened for this index alone."""


class Place(Protocol):
    """Where indexes lie, by name."""

    @property
    def shared(self) -> bool:
        """Whether other processes may read and write there."""

    @property
    def label(self) -> str:
        """What this place is called; vectors written at another one are not here."""

    def open(self, name: str) -> Opened:
        """Open an index, made where it is missing."""

    def indexes(self) -> set[str]:
        """Return the names of those that are here."""

    def discard(self, name: str) -> None:
        """Delete an index that is not open."""

    def close(self) -> None:
        """Close what is open for all of them."""


class FolderPlace:
    """Chroma in this process: a folder for each index, so that its space is given back with it."""

    shared = False
    label = "folder"

    def __init__(self, folder: Path, effort: int, batch: int) -> None:
        self._folder = folder
        self._effort = effort
        self._batch = batch

    def open(self, name: str) -> Opened:
        """Open an index, made where it is missing."""
        import chromadb  # 0.6 s, so only where vectors are needed

        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        client = chromadb.PersistentClient(str(folder), settings=_settings())
        return _InFolder(client, name, self._effort, self._batch)

    def indexes(self) -> set[str]:
        """Return the names of the folders."""
        return {path.name for path in self._folder.iterdir()} if self._folder.is_dir() else set()

    def discard(self, name: str) -> None:
        """Delete a folder."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def close(self) -> None:
        """Do nothing: each index was opened by itself."""


class _InFolder:
    """An index in a folder."""

    def __init__(self, client: Any, name: str, effort: int, batch: int) -> None:
        self._client = client
        self._name = name
        self._effort = effort
        self._batch = batch

    def collections(self, model: EmbedderInfo) -> dict[str, Collection]:
        """Return those of ``model``, by audience."""
        return {
            one.metadata["audience"]: Collection(one, _unguarded, self._batch)
            for one in self._client.list_collections()
            if (one.metadata or {}).get("model") == model.model_id
        }

    def create(self, model: EmbedderInfo, audience: str) -> Collection:
        """Return the collection of an audience, made where it is missing."""
        about = {**_about(model, audience), "index": self._name}
        name = f"passages-{_digest(model.model_id, audience)}"
        return Collection(_made(self._client, name, about, self._effort), _unguarded, self._batch)

    def close(self) -> None:
        """Close Chroma."""
        self._client.close()


class ServerPlace:
    """A Chroma server. ``home`` keeps the collections of several homes on one server apart."""

    shared = True

    def __init__(self, url: str, home: str, effort: int, batch: int) -> None:
        self._url = url
        self._home = home
        self._effort = effort
        self._batch = batch
        self._client: Any = None

    @property
    def label(self) -> str:
        """The server's address."""
        return self._url

    def open(self, name: str) -> Opened:
        """Take an index of the server, which must answer."""
        return _OnServer(self, name)

    def indexes(self) -> set[str]:
        """Return the names of this home's indexes."""
        return {str(one.metadata["index"]) for one in self.ours()}

    def discard(self, name: str) -> None:
        """Delete the collections of an index."""
        from chromadb.errors import NotFoundError

        for one in self.ours():
            if one.metadata["index"] == name:
                with self._reaching():
                    try:
                        self._client.delete_collection(one.name)
                    except NotFoundError:
                        continue  # another process was quicker

    def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            _sessions_of(client, lambda old: old)  # its own close() leaves the sockets open
            client.close()

    def ours(self) -> list[Any]:
        """Return the collections of this home."""
        with self._reaching():
            self._client = self._client or _connected(self._url)
            found = self._client.list_collections()
        return [one for one in found if (one.metadata or {}).get("home") == self._home]

    def wrapped(self, collection: Any) -> Collection:
        """Return a collection of which every call tells a server that does not answer."""
        return Collection(collection, self._reaching, self._batch)

    def create(self, index: str, model: EmbedderInfo, audience: str) -> Collection:
        """Return the collection of an audience, made where it is missing."""
        about = {**_about(model, audience), "index": index, "home": self._home}
        name = f"clausewise-{self._home}-{index}-{_digest(model.model_id, audience)}"
        with self._reaching():
            self._client = self._client or _connected(self._url)
            made = _made(self._client, name, about, self._effort)
        return self.wrapped(made)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Tell a server that does not answer from everything else that can go wrong.

        Raises:
            VectorsUnreachable: no connection, no answer, or another process has replaced the index twice meanwhile.
        """
        import httpx
        from chromadb.errors import NotFoundError

        try:
            yield
        except NotFoundError as error:
            raise VectorsUnreachable(
                f"the vector index was replaced meanwhile; try again ({error})"
            ) from error
        except (httpx.HTTPError, ConnectionError) as error:
            raise VectorsUnreachable(
                f"the Chroma server at {self._url} does not answer ({error}); start it (`chroma run`), or correct"
                " [knowledge] chroma_url"
            ) from error


class _OnServer:
    """An index on a server."""

    def __init__(self, place: ServerPlace, name: str) -> None:
        self._place = place
        self._name = name

    def collections(self, model: EmbedderInfo) -> dict[str, Collection]:
        """Return those of ``model``, by audience."""
        return {
            one.metadata["audience"]: self._place.wrapped(one)
            for one in self._place.ours()
            if (one.metadata["index"], one.metadata["model"]) == (self._name, model.model_id)
        }

    def create(self, model: EmbedderInfo, audience: str) -> Collection:
        """Return the collection of an audience, made where it is missing."""
        return self._place.create(self._name, model, audience)

    def close(self) -> None:
        """Do nothing: the connection is the place's."""


def _connected(url: str) -> Any:
    import chromadb
    import httpx
    from pydantic import HttpUrl

    parts = HttpUrl(url)
    try:
        client = chromadb.HttpClient(
            host=parts.host or "127.0.0.1",
            port=parts.port or 8000,
            ssl=parts.scheme == "https",
            settings=_settings(),
        )
    except ValueError as error:  # what Chroma makes of a server that is not there
        raise ConnectionError(str(error)) from error
    # Its own sessions wait for ever, go through proxies of the environment, and are never closed.
    _sessions_of(client, lambda old: httpx.Client(headers=old.headers, timeout=_ANSWER_S, trust_env=False))
    return client


def _sessions_of(client: Any, another: Callable[[Any], Any]) -> None:
    """Close the connections of a client, and give it others; Chroma 1.5 offers no other way to them."""
    for one in (client, client._admin_client):  # noqa: SLF001
        old = one._server._session  # noqa: SLF001
        old.close()
        one._server._session = another(old)  # noqa: SLF001


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False, allow_reset=False)


def _made(client: Any, name: str, about: dict[str, Any], effort: int) -> Any:
    return client.get_or_create_collection(
        name,
        metadata=about,
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine", "ef_search": effort}},
    )


def _about(model: EmbedderInfo, audience: str) -> dict[str, Any]:
    """Return what a collection says of itself."""
    return {"model": model.model_id, "dimension": model.dimension, "audience": audience}


def _digest(model_id: str, audience: str) -> str:
    """Return a part of a name that Chroma takes (ASCII, short), whatever the audience's name is."""
    return hashlib.blake2b(f"{model_id}\n{audience}".encode(), digest_size=16).hexdigest()


@contextmanager
def _unguarded() -> Iterator[None]:
    """Call Chroma in this process: what it raises is told as it is."""
    yield
