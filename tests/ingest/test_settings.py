from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ingest.limits import Limits
from ingest.settings import IngestSettings


class TestIngestSettings:
    def test_defaults_are_the_limits(self) -> None:
        """The defaults of the settings are those of the parsers."""
        assert IngestSettings().limits() == Limits()

    def test_units(self) -> None:
        """Megabytes become bytes."""
        assert IngestSettings(max_file_mb=3).limits().file_bytes == 3_000_000

    @pytest.mark.parametrize(
        "table", [{"max_file_mb": 0}, {"parse_timeout_s": 0}, {"parse_memory_mb": 10}, {"no_such_key": 1}]
    )
    def test_bounds(self, table: dict[str, Any]) -> None:
        """Numbers out of bounds and unknown keys are refused."""
        with pytest.raises(ValidationError):
            IngestSettings.model_validate(table)

    def test_every_key_is_described(self) -> None:
        """Each setting says what it is, for the documentation."""
        assert all(field.description for field in IngestSettings.model_fields.values())
