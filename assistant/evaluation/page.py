"""The report as one self-contained HTML page."""

from __future__ import annotations

from typing import Any

from assistant.evaluation.wording import Tongue


def page(result: dict[str, Any], tongue: Tongue) -> str:
    """Return the page."""
    raise NotImplementedError
