"""Write requirements.lock (what the program needs) and requirements-dev.lock (what checking it adds).

Both hold exact versions of everything in the running environment that pyproject.toml reaches, and nothing
else. Versions are written without a local part: ``torch==2.13.0`` fits the CPU build of one index and the
plain wheel of another.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by `make lock`; edit pyproject.toml instead.\n"


def closure(requirements: Iterable[str]) -> dict[str, str]:
    """Return name -> version of everything that the requirements pull in, here and now."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        requirement, parent_extra = waiting.pop()
        environment = {**default_environment(), "extra": parent_extra}
        if requirement.marker is not None and not requirement.marker.evaluate(environment):
            continue
        name = canonicalize_name(requirement.name)
        try:
            package = distribution(name)
        except PackageNotFoundError as error:
            raise SystemExit(
                f"{name} is required but not installed: pip install it, then `make lock`"
            ) from error
        found[name] = package.version.split("+")[0]
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting.extend((Requirement(text), extra) for text in package.requires or ())
    return found


def write(path: Path, versions: dict[str, str]) -> None:
    """Write one lock file, sorted by name."""
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"{path.name}: {len(lines)} packages")


def main() -> None:
    """Write both files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = closure(project["project"]["dependencies"])
    everything = closure([*project["project"]["dependencies"], *project["dependency-groups"]["dev"]])
    write(ROOT / "requirements.lock", runtime)
    write(ROOT / "requirements-dev.lock", {k: v for k, v in everything.items() if k not in runtime})


if __name__ == "__main__":
    main()
