"""Pages are read by a process of their own while the crawl goes on; nothing depends on it, and it outlives nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from crawler.reading.budget import ReadingTime
from desk import alongside
from desk.alongside import Alongside
from desk.session import Desk, utc_now
from desk.stages import redo_passed
from storage import derive, subjects
from storage.config import load_config
from storage.records import CaptureId, SourceId
from storage.schema import open_current
from tests.crawler.yard import Yard, feed_of
from tests.desk.invented_web import Web

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

    from desk.reading import DocumentStage
    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock
    from tests.loopback.museum import Museum

HOST = "http://www.ding.example.gov.cn"
PAGES = 40
TOO_MANY_TAGS = "<i>" * 500_000


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    """A source of forty pages, one of which no reader takes, asked one by one: the crawl lasts for seconds."""
    urls = [f"{HOST}/art/{number}.html" for number in range(PAGES)]
    museum.serve(f"{HOST}/rss.xml", feed_of(urls), content_type="text/xml; charset=utf-8")
    for number, url in enumerate(urls):
        text = TOO_MANY_TAGS if number == 0 else f"第{number}号：丙县公安局加强巡逻。" * 12
        museum.serve(url, f"<html><h1>关于第{number}号事项的通知</h1><p>{text}</p></html>")
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy, more='[log]\nfile = "longarm.log"\n')
    yard.source("ding", f"{HOST}/rss.xml")
    settings = yard.folder / "longarm.toml"
    settings.write_text(settings.read_text().replace("delay = 0\n", "delay = 0.15\n"))
    return yard


def readers(yard: Yard) -> list[str]:
    """The numbers of the processes that read beside a crawl of this folder."""
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [row.split()[0] for row in listed.splitlines() if "desk.alongside" in row and str(yard.folder) in row]


def wait_for(is_so: Callable[[], object]) -> None:
    limit = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_pages_are_read_while_others_are_awaited_and_what_their_reader_says_is_in_the_log(yard: Yard) -> None:
    running = yard.start("crawl")
    wait_for(lambda: yard.count("document") >= 16 or not running.is_alive)
    assert yard.count("run", "event = 'end'") == 0
    done = running.wait()
    assert done.returncode == 0, done.stderr
    assert yard.count("document") == PAGES - 1  # not the page of too many tags
    assert "beside" not in done.stderr
    log = (yard.folder / "longarm.log").read_text()
    assert log.count("set aside") == done.stderr.count("set aside") == 1
    assert not readers(yard)


def test_a_reader_that_dies_is_told_and_its_pages_are_read_after_the_crawl(yard: Yard) -> None:
    running = yard.start("crawl")
    wait_for(lambda: readers(yard))
    subprocess.run(["kill", "-9", *readers(yard)], check=True)
    done = running.wait()
    assert done.returncode == 0, done.stderr
    assert "pages are read after the crawl, not beside it: the process beside the crawl ended with -9" in done.stderr
    assert yard.count("document") == PAGES - 1


def test_a_reader_ends_with_the_crawl_that_was_killed(yard: Yard) -> None:
    running = yard.start("crawl")
    wait_for(lambda: readers(yard))
    running.kill()
    wait_for(lambda: not readers(yard))
    assert yard.longarm("crawl").returncode == 0
    assert yard.count("document") == PAGES - 1


BEGIN = """
import os, sys, threading, time
def end():
    while os.read(0, 100):
        pass
    os._exit(1)
"""
READS_FOR_EVER = f"{BEGIN}threading.Thread(target=end).start()\ntime.sleep(600)"
SAYS_READ = f"""{BEGIN}
os.read(0, 100)
print('{{"done": 1, "spent": {{"ding": 2.5}}}}', flush=True)
"""
INDEXES_FOR_EVER = f"{SAYS_READ}threading.Thread(target=end).start()\ntime.sleep(600)"
LOADS_FOR_EVER = "import time\ntime.sleep(600)"
SOON = 20.0


class Waits:
    """So much waits to be read; `reads`: how far the process comes with what there was each time it is asked."""

    def __init__(self, found: int, *, reads: int = 0) -> None:
        self._found, self._reads, self.cursor = found, reads, 0

    def __call__(self) -> int:
        self.cursor += self._reads
        return self._found


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Alongside]:
    """A process beside a crawl that does what the given program does; there is always enough for it to read."""

    def made(program: str) -> Alongside:
        monkeypatch.setattr(alongside, "command", lambda *_: [sys.executable, "-c", program])
        monkeypatch.setattr(alongside, "_Waiting", lambda *_: Waits(99))
        desk = SimpleNamespace(
            config=SimpleNamespace(fetch=SimpleNamespace(max_size=1)),
            archive=None,
            database=None,
            data_dir="",
            config_file=None,
            clock=utc_now,
            reading_time=ReadingTime(),
            quiet=True,
        )
        return Alongside(cast("Desk", desk))

    return made


def interrupt_soon() -> None:
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()


def go_through(
    process: Alongside,
    *,
    at_reading: Callable[[], object] = lambda: None,
    at_indexing: Callable[[], object] = lambda: None,
) -> None:
    """As a run does."""
    with process:
        with process.reading():
            at_reading()
        with process.indexing():
            at_indexing()


def test_an_interrupt_does_not_wait_for_what_is_being_read(beside: Callable[[str], Alongside]) -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), beside(READS_FOR_EVER) as process, process.reading():
        interrupt_soon()
    assert time.monotonic() - began < SOON


def test_an_interrupt_does_not_wait_for_the_index(beside: Callable[[str], Alongside]) -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        go_through(beside(INDEXES_FOR_EVER), at_indexing=interrupt_soon)
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize(("program", "where"), [(READS_FOR_EVER, "at_reading"), (INDEXES_FOR_EVER, "at_indexing")])
def test_an_error_of_the_run_ends_it_at_once(beside: Callable[[str], Alongside], program: str, where: str) -> None:
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        go_through(beside(program), **{where: lambda: 1 // 0})
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize(
    ("program", "warned"),
    [
        pytest.param("print('{\"done\": 1, \"sp', end='')", "pages are read after the crawl", id="killed in a line"),
        pytest.param(
            f"{SAYS_READ}raise SystemExit(3)", "the index and the leads are made by the run", id="then killed"
        ),
        pytest.param(f"print('a library speaks')\n{SAYS_READ}", "said b'a library speaks", id="another's words"),
    ],
)
def test_a_process_that_fails_is_told_and_not_waited_for(
    beside: Callable[[str], Alongside], program: str, warned: str, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()
    go_through(beside(program))
    assert time.monotonic() - began < SOON
    assert warned in caplog.text


def test_the_time_it_took_for_a_source_is_counted(beside: Callable[[str], Alongside]) -> None:
    with beside(SAYS_READ) as process, process.reading():
        pass
    assert process._desk.reading_time.spent() == {SourceId("ding"): 2.5}


def test_how_far_it_is_is_shown_while_it_is_waited_for(
    beside: Callable[[str], Alongside], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int]] = []
    monkeypatch.setattr(alongside, "progress_of", lambda _: nullcontext(lambda *step: told.append(step)))
    steps = 'print(\'{"step": ["document", 48]}\', flush=True)\ntime.sleep(1)\n'
    with beside(SAYS_READ.replace("print(", f"{steps}print(")) as process, process.reading():
        pass
    assert told == [("document", 48)]


def test_it_starts_before_there_is_anything_to_read_where_much_is_sure_to_come(
    beside: Callable[[str], Alongside], monkeypatch: pytest.MonkeyPatch
) -> None:
    process = beside(SAYS_READ)
    monkeypatch.setattr(alongside, "_Waiting", lambda *_: Waits(0, reads=48))
    with process, process.reading(at_once=True):
        pass
    assert process._desk.reading_time.spent() == {SourceId("ding"): 2.5}


@pytest.mark.parametrize("come", [0, 15])
def test_where_little_came_after_all_nobody_waits_for_it(
    beside: Callable[[str], Alongside],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    come: int,
) -> None:
    process = beside(LOADS_FOR_EVER)
    monkeypatch.setattr(alongside, "_Waiting", lambda *_: Waits(come))
    began = time.monotonic()
    with process:
        with process.reading(at_once=True):
            pass
        with process.indexing():
            pass
    assert time.monotonic() - began < SOON
    assert not caplog.text


def test_it_does_not_start_where_nothing_comes(
    beside: Callable[[str], Alongside], monkeypatch: pytest.MonkeyPatch
) -> None:
    process = beside(SAYS_READ)
    monkeypatch.setattr(alongside, "_Waiting", lambda *_: Waits(0))
    with process, process.reading():
        pass
    assert not process._desk.reading_time.spent()


def test_what_still_loads_its_libraries_is_given_up_as_well(beside: Callable[[str], Alongside]) -> None:
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        go_through(beside(LOADS_FOR_EVER), at_reading=lambda: 1 // 0)
    assert time.monotonic() - began < SOON


def test_each_look_is_counted_once_however_often_what_waits_is_asked_for(
    sqlite_config: Config, sqlite_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web(sqlite_config, sqlite_database, clock)
    after: list[int] = []
    count = subjects.responses_after

    def counted(conn: Connection, since: CaptureId) -> tuple[int, CaptureId]:
        after.append(since)
        return count(conn, since)

    monkeypatch.setattr(subjects, "responses_after", counted)
    waiting = alongside._Waiting(sqlite_database, cast("DocumentStage", web.reading))
    assert waiting() == 0
    first = [web.look(f"/{number}.html", f"Title\n\n{number}") for number in range(3)][-1]
    assert [waiting(), waiting()] == [3, 3]
    again = web.look("/1.html", "Title\n\n1")
    last = web.look("/4.html", "Title\n\n4")
    assert waiting() == 4
    assert after == [0, 0, first.id, first.id]
    derive.advance(web.reading, sqlite_database, now=web.clock, until=lambda: True)
    assert [waiting(), waiting()] == [1, 1]
    assert after[4:] == [first.id, last.id]
    assert again.refers_to is not None
    # What another version read is read again after the crawl.
    web.reading.version = "2"
    assert waiting() == 0
    web.archive.close()


def test_what_another_process_may_just_have_passed_is_indexed_again(yard: Yard) -> None:
    """A split article's snapshot has the number of its first part, below what the index is reading meanwhile."""
    database = open_current(load_config(yard.folder, None, {}))
    with database.write() as conn:
        for name, cursor in (("snapshot", 400), ("search", 0)):
            derive.set_cursors(conn, [name], versions=["1+1"], cursor=cursor, baseline=None, now=utc_now)
        redo_passed(conn, "search", "search", [CaptureId(300), CaptureId(500)], version="1", now=utc_now)
        assert derive.take_pending(conn, "search") == [300]
    database.close()
