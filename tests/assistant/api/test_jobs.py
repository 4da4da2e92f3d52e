"""Background jobs over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.api.fakes import FakeJobs
from assistant.api.services import Job, JobState
from assistant.api.wire import JobBody, JobList
from knowledge.permissions import OPERATING, Actor


class Moving(FakeJobs):
    """A job that has gone further each time that it is looked at; its second look shows nothing new."""

    def __init__(self, last: JobState) -> None:
        self._states: list[tuple[JobState, dict[str, object]]] = [
            ("queued", {}),
            ("running", {"share": 0.5}),
            ("running", {"share": 0.5}),
            (last, {"share": 0.5}),
        ]
        self._looks = 0

    def job(self, job_id: str, actor: Actor) -> Job | None:
        """Look."""
        state, progress = self._states[min(self._looks, len(self._states) - 1)]
        self._looks += 1
        return replace(self.jobs(1)[0], state=state, progress=progress)


class Vanishing(Moving):
    """A job that is discarded, or hidden from its reader, while it is followed."""

    def job(self, job_id: str, actor: Actor) -> Job | None:
        """Look."""
        return super().job(job_id, actor) if self._looks < 2 else None


def events_of(text: str) -> list[tuple[str, dict[str, object]]]:
    """Return the events of a stream by name."""
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def follow(
    make_app: Callable[..., FastAPI], enter: Callable[[TestClient], TestClient], jobs: FakeJobs
) -> Sequence[tuple[str, object]]:
    """Return the names and states of the events of a job."""
    client = enter(TestClient(make_app(parts={"jobs": jobs}), base_url="http://localhost"))
    response = client.get("/api/v1/jobs/ingest-1/events")
    assert response.headers["content-type"].startswith("text/event-stream")
    return [(name, data["state"]) for name, data in events_of(response.text)]


class TestShowing:
    def test_lists_all_or_those_of_a_state(self, operator: TestClient) -> None:
        """Newest first; the dead letters are those that failed, with their reasons."""
        all_of_them = operator.get("/api/v1/jobs").json()
        dead = operator.get("/api/v1/jobs", params={"state": "failed"}).json()

        JobList.model_validate(all_of_them)
        assert [job["job_id"] for job in all_of_them["jobs"]] == ["ingest-1", "ingest-2"]
        assert [(job["job_id"], job["failures"]) for job in dead["jobs"]] == [("ingest-2", ["away"])]
        assert operator.get("/api/v1/jobs", params={"state": "lost"}).status_code == 422

    def test_shows_one(self, operator: TestClient) -> None:
        """By its id; 404 for none."""
        JobBody.model_validate(operator.get("/api/v1/jobs/ingest-1").json())
        assert operator.get("/api/v1/jobs/none").status_code == 404

    def test_counts_them_for_prometheus(self, operator: TestClient) -> None:
        """Those that wait and the dead letters are series."""
        figures = operator.get("/metrics").text

        assert 'clausewise_jobs{state="queued"} 0.0' in figures
        assert 'clausewise_jobs{state="failed"} 1.0' in figures


class TestFollowing:
    def test_tells_each_change_and_ends_with_the_last_state(
        self, make_app: Callable[..., FastAPI], enter: Callable[[TestClient], TestClient]
    ) -> None:
        """What has not changed is not told twice; cancelled and failed end a stream as done does."""
        for last in ("done", "failed", "cancelled"):
            told = follow(make_app, enter, Moving(last))

            assert told == [("progress", "queued"), ("progress", "running"), ("final", last)]

    def test_of_a_job_that_is_over_is_its_last_state(self, operator: TestClient) -> None:
        """One event."""
        response = operator.get("/api/v1/jobs/ingest-1/events")

        assert [(name, data["result"]) for name, data in events_of(response.text)] == [
            ("final", {"totals": {"indexed": 1}})
        ]

    def test_ends_when_the_job_is_no_longer_there_for_its_reader(
        self, make_app: Callable[..., FastAPI], enter: Callable[[TestClient], TestClient]
    ) -> None:
        """Rights are looked at each time."""
        told = follow(make_app, enter, Vanishing("done"))

        assert told == [("progress", "queued"), ("progress", "running")]


class TestChanging:
    def test_retry_cancel_discard(self, operator: TestClient) -> None:
        """What is possible now; the rest is 409, in the reader's language."""
        assert operator.post("/api/v1/jobs/ingest-2/retry").json()["state"] == "queued"
        assert operator.post("/api/v1/jobs/ingest-1/cancel").json()["state"] == "done"
        assert operator.delete("/api/v1/jobs/ingest-2").status_code == 204

        refused = operator.post("/api/v1/jobs/ingest-1/retry", headers={"Accept-Language": "zh-TW"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "wrong_state")
        assert "狀態" in refused.json()["error"]["message"]

    def test_lists_nothing_to_who_may_not(self) -> None:
        """The doubles keep the rule that the queue keeps."""
        assert FakeJobs().jobs(9, (), replace(OPERATING, role="viewer")) == []
