"""What is counted for Prometheus. One registry for each application, so that two in a process do not mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from prometheus_client import Metric

    from assistant.answering.types import Answer
    from assistant.api.services import JobState

_REQUEST_BUCKETS_S = (0.005, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_ANSWER_BUCKETS_S = (0.1, 0.3, 0.6, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)


class _JobFigures:
    """How many background jobs there are, counted when Prometheus asks."""

    def __init__(self, counts: Callable[[], Mapping[JobState, int]]) -> None:
        self._counts = counts

    def describe(self) -> Iterable[Metric]:
        """Return what is collected, without counting."""
        return (_job_gauge(),)

    def collect(self) -> Iterable[Metric]:
        """Count."""
        gauge = _job_gauge()
        for state, count in self._counts().items():
            gauge.add_metric([state], count)
        yield gauge


def _job_gauge() -> GaugeMetricFamily:
    text = "Background jobs by state; queued ones wait, failed ones are dead letters"
    return GaugeMetricFamily("clausewise_jobs", text, labels=["state"])


class Figures:
    """Counters and histograms of the HTTP side."""

    def __init__(
        self, in_work: Callable[[], int], jobs: Callable[[], Mapping[JobState, int]] | None = None
    ) -> None:
        """Start at zero; ``in_work`` tells how many answers are being made, ``jobs`` how many jobs of each state."""
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "clausewise_requests", "Requests answered", ("method", "route", "status"), registry=self._registry
        )
        self.request_seconds = Histogram(
            "clausewise_request_seconds",
            "Time until a response was complete, by route",
            ("route",),
            buckets=_REQUEST_BUCKETS_S,
            registry=self._registry,
        )
        self.answers = Counter(
            "clausewise_answers", "Answers given", ("status", "kind"), registry=self._registry
        )
        self.abandoned = Counter(
            "clausewise_answers_abandoned", "Answers whose reader left", registry=self._registry
        )
        self.stages = Histogram(
            "clausewise_answer_stage_seconds",
            "Time from the question to a stage of its answer",
            ("stage",),
            buckets=_ANSWER_BUCKETS_S,
            registry=self._registry,
        )
        gauge = Gauge("clausewise_answers_in_work", "Answers being made now", registry=self._registry)
        gauge.set_function(in_work)
        if jobs is not None:
            self._registry.register(_JobFigures(jobs))

    def answered(self, answer: Answer) -> None:
        """Count an answer and its stages."""
        self.answers.labels(answer.status, answer.kind).inc()
        for stage, ms in answer.timings_ms.items():
            if ms is not None:
                self.stages.labels(stage).observe(ms / 1000)

    def exposition(self) -> bytes:
        """Return the text that Prometheus reads."""
        return generate_latest(self._registry)
