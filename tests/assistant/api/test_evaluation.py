from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.api.services import Services


def asked(services: Services) -> list[Any]:
    """Return what the double was asked to start."""
    return services.evaluation.started  # type: ignore[attr-defined,no-any-return]


class TestEvaluate:
    def test_it_is_a_job(self, operator: TestClient, services: Services) -> None:
        """Questions are checked, handed over as the command would, and the job is named."""
        question = {
            "question": "多久？",
            "source": ["a.md", "b.md"],
            "clause": "4.3",
            "answer_contains": "24|二十四",
        }

        response = operator.post("/api/v1/eval", json={"questions": [question], "audience": ["public"]})

        assert (response.status_code, response.json()) == (202, {"job_id": "eval-1"})
        assert response.headers["location"] == "/api/v1/jobs/eval-1"
        [(cases, audience)] = asked(services)
        assert audience == ["public"]
        assert cases[0]["source"] == ["a.md", "b.md"]
        assert cases[0]["answer_contains"] == [["24", "二十四"]]

    @pytest.mark.parametrize(
        ("questions", "why"),
        [
            ([], "questions"),
            ([{"question": "?"}] * 201, "questions"),
            ([{"question": "好？", "clause": "4"}], "line 1: clause '4' needs the source"),
            (
                [{"question": "好？"}, {"question": "好？", "answerable": "perhaps"}],
                "line 2: answerable is 'perhaps'",
            ),
            ([{"question": "好？", "unknown": 1}], "unknown"),
        ],
    )
    def test_questions_that_break_a_rule_start_nothing(
        self, operator: TestClient, services: Services, questions: list[Any], why: str
    ) -> None:
        """422 says which and why."""
        response = operator.post("/api/v1/eval", json={"questions": questions})

        assert response.status_code == 422
        assert why in response.text
        assert asked(services) == []

    def test_it_is_for_the_operator(self, client: TestClient, services: Services) -> None:
        """Nobody else makes the model work for minutes."""
        assert client.post("/api/v1/eval", json={"questions": [{"question": "好？"}]}).status_code == 403
        assert asked(services) == []
