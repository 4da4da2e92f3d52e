"""One owner for a home."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.errors import HomeLocked, HomeUnreachable
from knowledge.lock import HomeLock
from knowledge.store import Store

ROOT = Path(__file__).resolve().parent.parent.parent


class TestHomeLock:
    def test_makes_a_home_for_its_owner_alone(self, tmp_path: Path) -> None:
        """A new home, and one that was open to others, ends up with mode 0700."""
        home = tmp_path / "deep" / "home"

        with HomeLock(home):
            made = stat.S_IMODE(home.stat().st_mode)
        home.chmod(0o755)
        with HomeLock(home):
            mended = stat.S_IMODE(home.stat().st_mode)

        assert (made, mended) == (0o700, 0o700)

    def test_names_the_process_that_has_it(self, home: Path) -> None:
        """A second owner is refused with exit code 4, and told which process to wait for."""
        with HomeLock(home), pytest.raises(HomeLocked, match=str(os.getpid())) as refused:
            HomeLock(home).acquire()

        assert refused.value.exit_code == 4

    def test_is_free_after_release(self, home: Path) -> None:
        """A released home can be taken again."""
        with HomeLock(home):
            pass

        with HomeLock(home) as again:
            assert again.home == home

    def test_ends_with_its_process(self, home: Path) -> None:
        """A process that was killed holds nothing."""
        program = (
            "import os, signal, sys; from pathlib import Path; from knowledge.lock import HomeLock\n"
            "HomeLock(Path(sys.argv[1])).acquire(); os.kill(os.getpid(), signal.SIGKILL)"
        )
        subprocess.run(
            [sys.executable, "-c", program, str(home)],
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

        with HomeLock(home) as taken:
            assert taken.home == home

    def test_tells_a_home_that_cannot_be_made(self, tmp_path: Path) -> None:
        """A home below a file is named, with exit code 4."""
        (tmp_path / "file").write_text("")

        with pytest.raises(HomeUnreachable, match="file") as refused:
            HomeLock(tmp_path / "file" / "home").acquire()

        assert refused.value.exit_code == 4


class TestStore:
    def test_gives_the_home_back_when_it_cannot_open(self, home: Path) -> None:
        """A database that cannot be opened does not keep the home locked."""
        (home / "clausewise.db").mkdir()

        with pytest.raises(HomeUnreachable):
            Store.open(home)

        with HomeLock(home) as taken:
            assert taken.home == home
