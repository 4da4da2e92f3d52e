"""The ``[web]`` table: where the server listens, who may reach it, and how much of it."""

import ipaddress
from typing import Annotated, Self

from limits import parse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator


def _rate(value: str) -> str:
    """Return ``value`` when it is a rate such as "120/minute".

    Raises:
        ValueError: it is not; pydantic adds the setting's path.
    """
    try:
        parse(value)
    except ValueError as error:
        msg = f"got {value!r}; write a rate such as '120/minute' or '5/second'"
        raise ValueError(msg) from error
    return value


Rate = Annotated[str, AfterValidator(_rate)]

MIN_TOKEN_CHARACTERS = 16


class WebSettings(BaseModel):
    """Everything an operator may turn about the HTTP side. Sizes in bytes or characters as named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="TCP port; 0 takes a free one")
    allowed_hosts: tuple[str, ...] = Field(
        (), description="names by which browsers reach this server; addresses and localhost always work"
    )
    metrics_token: SecretStr | None = Field(
        None, description="bearer token for /metrics; needed when not listening on loopback"
    )
    question_characters: int = Field(2000, ge=50, le=20_000, description="longest question")
    history_turns: int = Field(8, ge=0, le=50, description="earlier turns that are looked at, newest kept")
    history_characters: int = Field(6000, ge=0, le=100_000, description="earlier turns together, newest kept")
    search_hits: int = Field(100, ge=1, le=1000, description="largest k of a search")
    body_bytes: int = Field(1_048_576, ge=16_384, le=33_554_432, description="largest JSON body")
    upload_bytes: int = Field(
        209_715_200, ge=1_048_576, le=10_737_418_240, description="largest upload, all files together"
    )
    upload_files: int = Field(20, ge=1, le=1000, description="most files in one upload")
    asks_at_once: int = Field(
        9,  # one that is written and the model's queue_size of 8: beyond it a reader hears 429 at once
        ge=1,
        le=256,
        description="questions in work or waiting; beyond it the answer is 'busy'",
    )
    rate_ask: Rate = Field("120/minute", description="questions for each client address")
    rate_read: Rate = Field("600/minute", description="searches and reads for each client address")
    rate_write: Rate = Field("120/minute", description="changes for each client address")
    operator_link_hours: int = Field(24, ge=1, le=720, description="how long an unopened operator link lives")
    operator_session_days: int = Field(
        30, ge=1, le=365, description="how long an operator's browser stays in"
    )
    examples_zh: tuple[str, ...] = Field(
        (), max_length=8, description="example questions on the Chinese page"
    )
    examples_en: tuple[str, ...] = Field(
        (), max_length=8, description="example questions on the English page"
    )

    @model_validator(mode="after")
    def _token_is_long_enough(self) -> Self:
        if self.metrics_token and len(self.metrics_token.get_secret_value()) < MIN_TOKEN_CHARACTERS:
            msg = f"metrics_token is shorter than {MIN_TOKEN_CHARACTERS} characters; make a random one"
            raise ValueError(msg)
        return self

    @property
    def on_loopback(self) -> bool:
        """Whether only programs on this machine can connect."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
