"""What every task is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from knowledge.moments import in_utc

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]
Audiences = list[Name] | None
# A time without a zone is taken as UTC.
Day = Annotated[datetime, AfterValidator(in_utc)]


class TaskBase(BaseModel):
    """A value that says all of what is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)
