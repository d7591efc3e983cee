"""Pages are read by a process of their own while the crawl goes on; nothing depends on it, and it outlives nobody."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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
    assert "pages are read after the crawl, not beside it: the process that read them ended with -9" in done.stderr
    assert yard.count("document") == PAGES - 1


def test_a_reader_ends_with_the_crawl_that_was_killed(yard: Yard) -> None:
    running = yard.start("crawl")
    wait_for(lambda: readers(yard))
    running.kill()
    wait_for(lambda: not readers(yard))
    assert yard.longarm("crawl").returncode == 0
    assert yard.count("document") == PAGES - 1
