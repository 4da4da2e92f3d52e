"""A double of the editing side: one of everything, and the refusals that endpoints must pass on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from knowledge.errors import AlreadyThere, BadValue, NotFound, NotWaiting, StaleVersion
from knowledge.permissions import Actor

Json = dict[str, object]
_MADE_AT = "2026-11-20T08:00:00+00:00"


class FakeEditing:
    """One collection, one version that waits, one entry, one golden question; "never" is not there."""

    def collections(self, actor: Actor) -> list[Json]:
        """List the public one."""
        return [
            one
            for one in (_collection("public"), _collection("internal"))
            if actor.rights.may("read", str(one["name"]))
        ]

    def add_collection(self, name: str, values: Mapping[str, object], actor: Actor) -> Json:  # noqa: ARG002 - the role's signature
        """Make one; public is there."""
        if name == "public":
            raise AlreadyThere("there", name=name)
        return _collection(name) | dict(values)

    def change_collection(self, name: str, changes: Mapping[str, object], actor: Actor) -> Json:  # noqa: ARG002
        """Change one."""
        _refuse(name, "collection")
        return _collection(name) | dict(changes)

    def pending(self, actor: Actor, collection: str | None) -> list[Json]:  # noqa: ARG002
        """List one."""
        return [_pending()]

    def show_pending(self, document_id: str, version: int | None, actor: Actor) -> Json:  # noqa: ARG002
        """Show it; version 1 is in force."""
        _refuse(document_id, "document")
        _refuse_settled(version)
        return {**_pending(), "passages": [], "difference": None}

    def decide(
        self,
        verb: Literal["submit", "approve", "reject", "publish"],
        document_id: str,
        version: int | None,
        actor: Actor,  # noqa: ARG002
        comment: str,  # noqa: ARG002
        *,
        force: bool,  # noqa: ARG002
    ) -> Json:
        """Decide; version 1 is in force."""
        _refuse(document_id, "document")
        _refuse_settled(version)
        return _moved("rejected" if verb == "reject" else "live")

    def entries(self, actor: Actor, collection: str | None) -> list[Json]:  # noqa: ARG002
        """List one."""
        return [_entry()]

    def entry(self, document_id: str, actor: Actor) -> Json:  # noqa: ARG002
        """Show it."""
        _refuse(document_id, "entry")
        return _entry()

    def add_entry(self, values: Mapping[str, object], actor: Actor) -> Json:  # noqa: ARG002
        """Write one; the question of the one that is there is taken."""
        _refuse(str(values["collection"]), "collection")
        if values["question"] == "可以退貨嗎？":
            raise AlreadyThere("there", name=values["question"])
        if len(str(values["question"])) > 500:
            raise BadValue("question", "too long", length=len(str(values["question"])), limit=500)
        return _moved("live")

    def edit_entry(
        self,
        document_id: str,
        base: int | None,
        values: Mapping[str, object],  # noqa: ARG002
        actor: Actor,  # noqa: ARG002
    ) -> Json:
        """Write a version; the newest is 2."""
        _refuse(document_id, "entry")
        if base != 2:
            raise StaleVersion("stale", base=base, newest=2, by="an")
        return _moved("live")

    def remove_entry(self, document_id: str, actor: Actor) -> Json:  # noqa: ARG002
        """Remove it."""
        _refuse(document_id, "entry")
        return {"document_id": document_id, "state": "removed"}

    def golden(self, actor: Actor, collection: str | None) -> list[Json]:  # noqa: ARG002
        """List one."""
        _refuse(collection, "collection")
        return [_golden()]

    def add_golden(self, collection: str, questions: Sequence[Mapping[str, str]], actor: Actor) -> list[str]:  # noqa: ARG002
        """Add them."""
        _refuse(collection, "collection")
        return [f"g{number}" for number, _ in enumerate(questions)]

    def remove_golden(self, question_id: str, actor: Actor) -> Json:  # noqa: ARG002
        """Forget it."""
        _refuse(question_id, "golden")
        return _golden()

    def start_check(self, collection: str, actor: Actor) -> str:  # noqa: ARG002
        """Start."""
        _refuse(collection, "collection")
        return "golden-1"


def _refuse(name: str | None, what: str) -> None:
    if name == "never":
        raise NotFound("not there", what)


def _refuse_settled(version: int | None) -> None:
    if version == 1:
        raise NotWaiting("in force", version=1, state="live")


def _collection(name: str) -> Json:
    return {
        "name": name,
        "title_zh": name,
        "title_en": name,
        "review": False,
        "gate": False,
        "documents": 1,
        "golden": 1,
    }


def _moved(state: str) -> Json:
    return {"document_id": "d-faq", "version": 2, "state": state, "reason": None}


def _pending() -> Json:
    return {
        "document_id": "d-faq",
        "source": "faq.csv",
        "title": "faq",
        "kind": "file",
        "version": 2,
        "current_version": 1,
        "state": "review",
        "cause": "review",
        "reason": "a second person must approve it for internal",
        "collections": ["internal"],
        "by": "an",
        "comment": "",
        "created_at": _MADE_AT,
        "effective_from": None,
        "reviewed_by": None,
        "report": None,
    }


def _entry() -> Json:
    version = {
        "version": 2,
        "state": "live",
        "question": "可以退貨嗎？",
        "answer": "七天內可以退貨。",
        "collection": "public",
        "tags": [],
        "by": "an",
        "comment": "",
        "created_at": _MADE_AT,
        "reason": None,
    }
    return {"document_id": "d-entry", "base": 2, "live": version, "pending": None}


def _golden() -> Json:
    return {
        "id": "g0",
        "collection": "internal",
        "question": "多久通報？",
        "source": "",
        "clause": "",
        "contains": "24小時",
        "by": "an",
        "at": _MADE_AT,
    }
