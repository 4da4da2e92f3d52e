"""Documentation is part of the product: what exists is documented, and what is documented exists."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
GENERATED = ["docs/settings.md", "docs/cli.md", "docs/http.md", "docs/errors.md", "settings.example.toml"]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """Return the module that writes the generated parts."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["reference"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def read(path: str) -> str:
    """Return the text of a page."""
    return (ROOT / path).read_text(encoding="utf-8")


class TestGenerated:
    def test_pages_are_as_the_code_says(self) -> None:
        """`make docs` was run after the last change of a setting, command, endpoint or error."""
        command = [sys.executable, "-m", "cogapp", "--check", "-I", "scripts", "-I", ".", *GENERATED]

        checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

        assert checked.returncode == 0, checked.stdout + checked.stderr

    def test_every_setting_is_documented(self, reference: ModuleType) -> None:
        """Each key of each table stands in docs/settings.md, with a meaning."""
        page = read("docs/settings.md")
        for table, model in reference.tables():
            assert f"`[{table}]`" in page
            for key, field in model.model_fields.items():
                assert f"| `{key}` |" in page, f"[{table}] {key}"
                assert field.description, f"[{table}] {key} has no description"

    def test_every_command_is_documented(self, reference: ModuleType) -> None:
        """Each command stands in docs/cli.md."""
        page = read("docs/cli.md")

        assert [name for name, _ in reference.commands() if f"### `{name}`" not in page] == []

    def test_every_endpoint_is_documented(self, reference: ModuleType) -> None:
        """Each endpoint stands in docs/http.md, with what it does."""
        page = read("docs/http.md")
        for method, path, operation in reference.endpoints():
            assert f"`{method} {path}`" in page
            assert operation.get("description"), f"{method} {path} says nothing"

    def test_every_error_is_documented(self, reference: ModuleType) -> None:
        """Each code stands in docs/errors.md, with its meaning."""
        page = read("docs/errors.md")
        for code, row in reference.errors().items():
            assert f"| `{code}` |" in page
            assert row.meaning, f"{code} has no meaning"

    def test_the_example_holds_every_default(self, reference: ModuleType) -> None:
        """The example file, its comment signs removed, is a settings file that sets nothing new."""
        lines = read("settings.example.toml").splitlines()
        values = [line.removeprefix("# ") for line in lines if re.match(r"# \w+ = .|\[", line)]

        found = tomllib.loads("\n".join(values))

        for table, model in reference.tables():
            defaults = model().model_dump(mode="json")
            for key, value in found[table].items():
                assert value == (defaults[key] if not isinstance(value, list) else list(defaults[key]))


class TestLinks:
    @pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
    def test_relative_links_lead_somewhere(self, page: Path) -> None:
        """Every file that a page links to exists."""
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)

        broken = [one for one in targets if "://" not in one and not (page.parent / one).exists()]

        assert broken == []

    def test_every_page_of_docs_is_linked_from_another(self) -> None:
        """A page that nothing leads to is not found; decisions are listed by their folder."""
        linked = {
            (page.parent / target).resolve()
            for page in PAGES
            for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        }
        lonely = [page for page in ROOT.glob("docs/*.md") if page.resolve() not in linked]

        assert lonely == []


class TestContributing:
    def test_each_point_names_a_file_that_exists(self) -> None:
        """A point of the house style without an example is an opinion."""
        rows = [line for line in read("CONTRIBUTING.md").splitlines() if line.startswith("| **")]

        assert len(rows) >= 20
        for row in rows:
            files = re.findall(r"\]\(([^)]+)\) \|$", row)
            assert files, row
            assert (ROOT / files[0]).is_file(), row


class TestDependencies:
    def test_each_has_its_line(self) -> None:
        """Every direct dependency stands in the decision, and nothing else stands in its table."""
        project = tomllib.loads(read("pyproject.toml"))
        wanted = {re.split(r"[\[><=]", one)[0] for one in project["project"]["dependencies"]}
        table = re.findall(
            r"^\| ([a-z0-9, -]+) \|", read("docs/decisions/0002-dependencies.md"), re.MULTILINE
        )
        told = {name.strip() for row in table for name in row.split(",")} - {"dependency", "---"}

        assert wanted - told == set()
        assert told - wanted - {"transformers"} == set()  # comes with sentence-transformers

    def test_locks_are_exact(self) -> None:
        """Every line of a lock is name==version: no hashes, addresses, ranges or local parts."""
        for name in ("requirements.lock", "requirements-dev.lock"):
            lines = [line for line in read(name).splitlines() if not line.startswith("#")]
            assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []

    def test_locks_hold_every_direct_dependency(self) -> None:
        """What pyproject.toml asks for is pinned."""
        project = tomllib.loads(read("pyproject.toml"))
        asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
        names = {re.split(r"[\[><=]", one)[0] for one in asked}
        pinned = {
            line.split("==")[0]
            for line in (read("requirements.lock") + read("requirements-dev.lock")).split()
        }

        assert names - pinned == set()


class TestMakefile:
    def test_every_target_says_what_it_does(self) -> None:
        """`make help` lists all that people call."""
        makefile = read("Makefile")
        phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)

        assert phony is not None
        for target in phony[1].split():
            assert re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE), target
