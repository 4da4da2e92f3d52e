"""One tree of settings: a TOML file, then environment variables, read once at the start and passed on.

Each package declares its own table; this module only joins them. ``CLAUSEWISE__WEB__PORT=9000`` in the
environment goes before ``port`` in the file's ``[web]`` table. Unknown keys are refused.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from assistant.answering.settings import AnsweringSettings
from assistant.settings import WebSettings
from clausewise.errors import WrongUsage
from clausewise.home import Home
from ingest.settings import IngestSettings
from knowledge.errors import HomeUnreachable
from knowledge.settings import JobsSettings, KnowledgeSettings
from models.settings import ModelsSettings

PREFIX = "CLAUSEWISE__"


class Settings(BaseSettings):
    """Everything that can be set. docs/settings.md lists it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, case_sensitive=False
    )

    models: ModelsSettings = Field(default_factory=ModelsSettings)
    knowledge: KnowledgeSettings = Field(default_factory=KnowledgeSettings)
    jobs: JobsSettings = Field(default_factory=JobsSettings)
    ingest: IngestSettings = Field(default_factory=IngestSettings)
    answering: AnsweringSettings = Field(default_factory=AnsweringSettings)
    web: WebSettings = Field(default_factory=WebSettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings' signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment before the file, whose tables come in as arguments; nothing else is read."""
        return env_settings, init_settings


def load(home: Home, config: Path | None = None) -> Settings:
    """Read the settings of a home: ``config``, else the home's settings.toml where there is one.

    Raises:
        WrongUsage: the file is not there or not TOML, a key is unknown, a value is out of bounds.
        HomeUnreachable: the home is no directory, or not readable.
    """
    file = config or home.settings_file
    origin = str(file)
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if config is not None:
            raise WrongUsage(f"There is no settings file {file}.") from None
        tables, origin = {}, "the environment"
    except (NotADirectoryError, PermissionError) as error:
        if config is None:
            raise HomeUnreachable(f"The home {home.path} cannot be read ({error.strerror}).") from error
        raise WrongUsage(f"The settings file {file} cannot be read ({error.strerror}).") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongUsage(f"The settings file {file} cannot be read: {error}.") from error
    _refuse_unknown_variables()
    try:
        settings = Settings(**tables)
    except ValidationError as error:
        raise WrongUsage(_explain(error, origin)) from error
    if settings.jobs.workers == 0 and not settings.knowledge.shared:
        raise WrongUsage(
            f"Settings refused ({origin}): [jobs] workers = 0 leaves jobs to `clausewise worker`, which needs"
            " [knowledge] chroma_url; set that too, or workers to 1 or more."
        )
    return settings


def models_directory(settings: Settings, home: Home) -> Path:
    """Return where weights lie: ``CLAUSEWISE_MODELS``, else ``[models] dir``, else ``HOME/models``."""
    given = os.environ.get("CLAUSEWISE_MODELS")
    if given:
        return Path(given).expanduser().absolute()
    if settings.models.dir is not None:
        return settings.models.dir.expanduser().absolute()
    return home.path / "models"


def _refuse_unknown_variables() -> None:
    """Refuse CLAUSEWISE__ variables that name no table; pydantic-settings passes over those in silence."""
    for name in os.environ:
        table = name.upper().removeprefix(PREFIX).split("__")[0].lower()
        if name.upper().startswith(PREFIX) and table not in Settings.model_fields:
            known = ", ".join(sorted(Settings.model_fields))
            raise WrongUsage(f"The environment variable {name} names no settings table; tables are {known}.")


def _explain(error: ValidationError, origin: str) -> str:
    """Return one line for each wrong setting: its path, the rule, the value given (never a secret's)."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        path = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            lines.append(f"{path}: there is no such setting")
        else:
            lines.append(f"{path}: {problem['msg']} (given: {_shown(path, problem['input'])})")
    return f"Settings refused ({origin}): " + "; ".join(lines) + ". docs/settings.md lists every setting."


def _shown(path: str, value: Any) -> str:
    """Return a value for an error message, unless its name says that it is a secret."""
    if path.endswith(("_key", "_secret", "_token", "_password", "redis_url")):
        return "not shown"
    return repr(value)
