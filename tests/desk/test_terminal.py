"""What surrounds a command may be odd (no room for its output, another encoding, a key pressed early): no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.crawler.yard import Yard, feed_of
from tests.desk.shelf import fill

if TYPE_CHECKING:
    from storage.config import Config
    from storage.database import Database
    from tests.loopback.museum import Museum

ROOT = Path(__file__).parents[2]
LAUNCH = str(ROOT / "desk/launch.py")


@pytest.fixture
def folder(sqlite_config: Config, sqlite_database: Database) -> Path:
    fill(sqlite_database)
    sqlite_database.close()
    return sqlite_config.data_dir


def start(folder: Path, *words: str, env: dict[str, str] | None = None, stdout: Any = subprocess.PIPE) -> Any:
    return subprocess.Popen(
        [sys.executable, LAUNCH, "--data", str(folder), *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **(env or {})},
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("words", [["alerts", "list"], ["--help"], ["crawl", "--help"], ["--version"]], ids=" ".join)
def test_output_that_finds_no_room_is_one_line_and_exit_1(folder: Path, words: list[str], unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        running = start(folder, *words, stdout=full, env={"PYTHONUNBUFFERED": unbuffered})
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (1, b"longarm: the output cannot be written (No space left on device)\n")


@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"},
        {"LC_ALL": "C.UTF-8"},
    ],
)
def test_whatever_the_locale_words_are_understood_and_printed_in_utf_8(folder: Path, env: dict[str, str]) -> None:
    running = start(folder, "search", "劝返", "--agency", "police", env=env)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (0, b"")
    assert "敦促投案通告" in out.decode("utf-8")


# Python runs it before anything of ours: the key is pressed where the command begins to import MODULE, not at a time.
PRESSES = """
import os, signal, sys

class Presses:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Presses())
"""


@pytest.mark.parametrize(
    "module",
    ["desk.cli", "argparse", "desk.session", "sqlalchemy", "sqlalchemy.engine", "desk.commands.recheck"],
)
def test_a_command_stopped_while_it_begins_says_so_in_a_line(folder: Path, tmp_path: Path, module: str) -> None:
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(PRESSES.format(module=module), encoding="utf-8")
    running = start(folder, "recheck", env={"PYTHONPATH": f"{hook}{os.pathsep}{ROOT}"})
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (130, b"longarm: stopped before anything was done\n")


@pytest.mark.parametrize("words", [("crawl",), ("run",), ("sources", "check", "one")])
@pytest.mark.parametrize("presses", [1, 2])
def test_what_is_stopped_while_it_asks_says_so_in_a_line_and_the_next_run_goes_on(
    tmp_path: Path, museum: Museum, words: tuple[str, ...], presses: int
) -> None:
    start = "http://one.example.gov.cn/rss.xml"
    museum.serve(start, feed_of([]), content_type="text/xml; charset=utf-8")
    yard = Yard(tmp_path / "data")
    yard.source("one", start)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        yard.configure(proxy=f"http://127.0.0.1:{silent.getsockname()[1]}")
        running = yard.start(*words)
        asked, _ = silent.accept()
        for _ in range(presses):
            running.interrupt()
            time.sleep(0.3)
        done = running.wait()
        asked.close()
    last = "longarm: stopped; what was captured is kept, the next run goes on from there"
    # On a slow machine it has said how far it is.
    said = [line for line in done.stderr.splitlines() if line != "captures: 0"]
    assert (done.returncode, done.stdout, said) == (130, "", [last])
    yard.configure(proxy=museum.proxy)
    assert yard.longarm(*words).returncode == 0
