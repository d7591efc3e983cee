"""The set-up by make: at once where nothing changed, and one line where it cannot work."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FILES = ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environment is a stand-in that says what it was asked."""
    for file in FILES:
        shutil.copy(ROOT / file, tmp_path)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for program in ("longarm", "python"):
        (programs / program).write_text(f'#!/bin/sh\necho "{program} $@"\n')
        (programs / program).chmod(0o755)
    return tmp_path


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_second_call_starts_at_once(checkout: Path) -> None:
    first = make(checkout, "demo")
    assert "installing from requirements.lock" in first.stdout
    assert "--require-hashes --no-deps" in first.stdout
    second = make(checkout, "demo")
    assert second.stdout.splitlines() == ["longarm demo"]


def test_a_changed_lock_is_installed_again(checkout: Path) -> None:
    make(checkout, "demo")
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# renewed\n")
    assert "installing from requirements.lock" in make(checkout, "demo").stdout


def test_what_the_tests_need_is_enough_for_the_demo(checkout: Path) -> None:
    assert "installing from requirements-dev.lock" in make(checkout, "test").stdout
    assert make(checkout, "demo").stdout.splitlines() == ["longarm demo"]


def test_without_a_python_that_fits_one_line_says_so(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    done = make(checkout, "demo", "PYTHON=")
    assert done.returncode == 2
    assert "needs" in done.stderr or "no Python 3.11" in done.stderr


def test_make_alone_tells_what_there_is(checkout: Path) -> None:
    said = make(checkout).stdout
    assert all(f"make {target}" in said for target in ("demo", "test", "lint", "bench", "lock"))


def test_what_ci_runs_is_a_script_that_bash_can_read() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert "make test" in script.read_text()
