from __future__ import annotations

from pathlib import Path

import pytest

from clausewise.errors import WrongUsage
from clausewise.home import Home
from clausewise.settings import Settings, load, models_directory


def written(home: Path, text: str) -> Home:
    """Return the home with this settings file."""
    (home / "settings.toml").write_text(text, encoding="utf-8")
    return Home(home)


class TestLoad:
    def test_without_a_file_everything_is_its_default(self, home: Path) -> None:
        """A home needs no settings file."""
        assert load(Home(home)) == Settings()

    def test_the_file_of_the_home_is_read(self, home: Path) -> None:
        """HOME/settings.toml counts where --config is not given."""
        settings = load(written(home, "[web]\nport = 9000\n"))

        assert settings.web.port == 9000

    def test_a_given_file_is_read_instead(self, home: Path, tmp_path: Path) -> None:
        """--config goes before the home's file."""
        other = tmp_path / "other.toml"
        other.write_text("[web]\nport = 9001\n", encoding="utf-8")

        settings = load(written(home, "[web]\nport = 9000\n"), other)

        assert settings.web.port == 9001

    def test_the_environment_goes_before_the_file(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """CLAUSEWISE__TABLE__KEY wins, and leaves the rest of the table as the file has it."""
        monkeypatch.setenv("CLAUSEWISE__WEB__PORT", "9002")

        settings = load(written(home, '[web]\nport = 9000\nhost = "127.0.0.2"\n'))

        assert (settings.web.port, settings.web.host) == (9002, "127.0.0.2")

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("[web]\nprot = 1\n", "web.prot: there is no such setting"),
            ("[nonsense]\na = 1\n", "nonsense: there is no such setting"),
            ("[web]\nport = 70000\n", "web.port"),
            ("[models]\ncontext_tokens = 1\n", "models.context_tokens"),
            ("port = \n", "cannot be read"),
        ],
    )
    def test_what_is_wrong_is_named(self, home: Path, text: str, told: str) -> None:
        """Unknown tables and keys, values out of bounds and bad TOML are refused, with the key's path."""
        with pytest.raises(WrongUsage, match=told):
            load(written(home, text))

    def test_a_missing_given_file_is_refused(self, home: Path) -> None:
        """--config must name a file."""
        with pytest.raises(WrongUsage, match="no settings file"):
            load(Home(home), home / "absent.toml")

    @pytest.mark.parametrize("name", ["CLAUSEWISE__WEB__PROT", "CLAUSEWISE__WEBB__PORT", "CLAUSEWISE__PORT"])
    def test_unknown_variables_are_refused(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        """A variable with our prefix that names no setting is a mistake, not noise."""
        monkeypatch.setenv(name, "1")

        with pytest.raises(WrongUsage, match=r"(?i)prot|names no settings table"):
            load(Home(home))

    def test_secrets_are_not_shown(self, home: Path) -> None:
        """The value of a key or token stays out of messages, and out of the settings' own text."""
        with pytest.raises(WrongUsage) as refused:
            load(written(home, "[models]\nchat_api_key = 12345678\n"))
        settings = load(written(home, '[models]\nchat_api_key = "sk-secret"\n'))

        assert "12345678" not in str(refused.value)
        assert "sk-secret" not in repr(settings)


class TestModelsDirectory:
    def test_the_variable_goes_first(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """CLAUSEWISE_MODELS, then [models] dir, then HOME/models."""
        settings = load(written(home, '[models]\ndir = "/weights"\n'))

        monkeypatch.setenv("CLAUSEWISE_MODELS", "/shared")
        shared = models_directory(settings, Home(home))
        monkeypatch.delenv("CLAUSEWISE_MODELS")
        own = models_directory(settings, Home(home))
        default = models_directory(Settings(), Home(home))

        assert (shared, own, default) == (Path("/shared"), Path("/weights"), home / "models")
