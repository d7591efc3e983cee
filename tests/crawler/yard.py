"""A data folder to crawl in, and the `longarm` command in a process of its own (a reactor starts once a process)."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import sqlite3
import sys
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from desk import cli
from storage import pages
from storage.archive import Archive
from storage.config import load_config
from storage.schema import open_current

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from multiprocessing.process import BaseProcess

    from storage.records import Capture

ROOT = Path(__file__).parents[2]
FAST = "[fetch]\ndelay = 0\ntimeout = 2\nconcurrency_per_host = 8\n{fetch}\n[disk]\nkeep_free = '1MB'\n{more}"
# Commands are forked from a process that has imported everything and started nothing: a tenth of a second each.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "tests.crawler.yard",
        "tests.crawler.warm",
        "scrapy.crawler",
        *sorted({f"desk.commands.{module}" for module, _ in cli.COMMANDS.values()}),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


class Running:
    """A command at work."""

    def __init__(self, process: BaseProcess, folder: Path) -> None:
        self._process, self._folder = process, folder

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.join()

    def interrupt(self) -> None:
        """Ctrl-C."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGINT)

    def wait(self, seconds: float = 120) -> Done:
        self._process.join(seconds)
        if self._process.exitcode is None:
            self.kill()
        code = self._process.exitcode
        assert code is not None
        out, err = ((self._folder / name).read_text("utf-8", "replace") for name in ("out", "err"))
        return Done(returncode=code, stdout=out, stderr=err)

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()


class Yard:
    """A folder as `longarm init` makes it, with one vantage."""

    root = ROOT

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(_initialised(), folder, dirs_exist_ok=True)

    def configure(self, *, proxy: str = "", direct: bool = False, fetch: str = "", more: str = "") -> None:
        vantage = f"[vantage.default]\nproxy = '{proxy}'\ndirect = {str(direct).lower()}\n"
        (self.folder / "longarm.toml").write_text(vantage + FAST.format(fetch=fetch, more=more))

    def source(self, name: str, start: str, **keys: object) -> None:
        """Add a source; keys are written as they are (YAML flow style)."""
        lines = {"name": "{zh: 甲县公安局}", "agency": "police", "level": "county", "start": f"[{start}]", **keys}
        text = f"sources:\n  - id: {name}\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items())
        (self.folder / "sources" / f"{name}.yaml").write_text(text)

    def longarm(self, *words: str, env: Mapping[str, str] | None = None, file_limit: int | None = None) -> Done:
        return self.start(*words, env=env, file_limit=file_limit).wait()

    def start(self, *words: str, env: Mapping[str, str] | None = None, file_limit: int | None = None) -> Running:
        """Begin a command. `file_limit`: no file may grow beyond so many bytes, which is a disk that fills up."""
        return start(*words, env=self.env(env), beside=self.folder.parent, file_limit=file_limit)

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a command: nothing of the caller's."""
        return _environment(self.folder) | dict(more or {})

    def count(self, table: str, where: str = "1") -> int:
        """How many rows of a table there are in the folder's database, while a command may be at work on it."""
        database = sqlite3.connect(self.folder / "longarm.db", timeout=30)
        try:
            found: int = database.execute(f"select count(*) from {table} where {where}").fetchone()[0]
            return found
        finally:
            database.close()

    def captures(self, url: str) -> list[Capture]:
        """What is kept of a page, oldest first."""
        database = open_current(load_config(self.folder, None, {}))
        try:
            with database.read() as conn:
                page = pages.by_url(conn, url)
                return pages.captures(conn, page.id) if page else []
        finally:
            database.close()

    def record(self, url: str) -> Mapping[str, Any]:
        """The capture record of a page's newest capture, as it stands in the archive."""
        config = load_config(self.folder, None, {})
        database = open_current(config)
        try:
            archive = Archive(config, database, now=lambda: datetime.now(UTC))
            with database.read() as conn:
                page = pages.by_url(conn, url)
                assert page is not None
                newest = pages.captures(conn, page.id)[-1]
            return archive.record_of(newest)
        finally:
            database.close()


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LONGARM_DATA": str(folder)}


@cache
def _initialised() -> Path:
    """What `longarm init` makes, made once: its schema's migrations take longer than many a test."""
    beside = Path(mkdtemp(prefix="longarm-yard-"))
    atexit.register(shutil.rmtree, beside, ignore_errors=True)
    folder = beside / "data"
    done = start("init", str(folder), env=_environment(folder), beside=beside).wait()
    assert done.returncode == 0, done.stderr
    return folder


def start(*words: str, env: Mapping[str, str], beside: Path, file_limit: int | None = None) -> Running:
    """Begin a command in this environment; what it prints is kept in a folder in `beside`."""
    folder = Path(mkdtemp(dir=beside))
    process = FORKS.Process(target=_command, args=(list(words), dict(env), str(folder), file_limit))
    process.start()
    return Running(process, folder)


def _command(words: Sequence[str], env: Mapping[str, str], folder: str, file_limit: int | None) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.setsid()
    for number, name in ((1, "out"), (2, "err")):
        with Path(folder, name).open("wb") as file:
            os.dup2(file.fileno(), number)
    warnings.simplefilter("error")
    if "LONGARM_TEST_NAMES" in env:
        _watch_names(Path(env["LONGARM_TEST_NAMES"]))
    if file_limit is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    code = cli.main(words)
    sys.stdout.flush()
    sys.exit(code)


def _watch_names(file: Path) -> None:
    """Note each name that this process asks the system about, and answer none but its own."""

    def told(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        with file.open("a") as out:
            out.write(name + "\n")
        if name not in ("127.0.0.1", "localhost"):
            raise socket.gaierror(socket.EAI_NONAME, "not in a test")
        return asked(host, *rest, **more)

    asked = socket.getaddrinfo
    socket.getaddrinfo = told
    socket.gethostbyname = lambda name: told(name, None)[0][4][0]


def feed_of(urls: Sequence[str]) -> str:
    """An RSS feed that lists these pages."""
    when = "Mon, 02 Nov 2026 08:00:00 +0800"
    items = "".join(f"<item><title>{url}</title><link>{url}</link><pubDate>{when}</pubDate></item>" for url in urls)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>通告</title>{items}</channel></rss>'
