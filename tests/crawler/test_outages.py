"""A proxy of ours that fails is told as that, once, and held against no site; a site that fails is told as that."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest

from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

HOST = "http://www.ji.example.gov.cn"
RSS = f"{HOST}/rss.xml"
PAGES = [f"{HOST}/art/{number}.html" for number in (1, 2, 3)]
BODY = "<html><title>第{0}号通告</title><h1>第{0}号通告</h1><p>{1}</p></html>"
TEXT = "己县公安局关于敦促滞留境外人员回国投案自首的通告，请有关人员在年底前与我局联系。" * 10


@pytest.fixture
def nowhere() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy)
    museum.serve(RSS, feed_of(PAGES), content_type="text/xml")
    for number, page in enumerate(PAGES):
        museum.serve(page, BODY.format(number, TEXT))
    yard.source("ji", RSS)
    return yard


def health(yard: Yard) -> tuple[str, str | None]:
    lines = yard.longarm("sources", "list", "--json").stdout.splitlines()
    one = next(line for line in map(json.loads, lines) if line["source"] == "ji")
    return one["health"], one["error"]


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_a_proxy_that_is_not_there_is_told_once_and_held_against_nobody(yard: Yard, nowhere: int, scheme: str) -> None:
    assert yard.longarm("crawl").returncode == 0
    before = {url: len(yard.captures(url)) for url in (RSS, *PAGES)}
    yard.configure(proxy=f"{scheme}://127.0.0.1:{nowhere}")
    for words in (("crawl",), ("recheck", "--all")):
        done = yard.longarm(*words)
        assert done.returncode == 1
        (line,) = [line for line in done.stdout.splitlines() if "proxy" in line]
        assert line.startswith(f"[vantage.default] proxy 127.0.0.1:{nowhere} takes no connection (Connection refused)")
        assert "ji:" not in done.stdout
        assert "0 failed" in done.stdout
        assert "proxy" not in done.stderr
    assert {url: len(yard.captures(url)) for url in (RSS, *PAGES)} == before
    assert health(yard) == ("ok", None)


def test_who_tries_a_source_or_an_address_by_hand_hears_of_the_dead_proxy_too(yard: Yard, nowhere: int) -> None:
    yard.configure(proxy=f"http://127.0.0.1:{nowhere}")
    for words in (("sources", "check", "ji"), ("sources", "add", f"{RSS}?another"), ("capture", PAGES[0])):
        done = yard.longarm(*words)
        assert done.returncode == 1
        assert f"[vantage.default] proxy 127.0.0.1:{nowhere} takes no connection" in done.stdout + done.stderr


def test_what_a_dead_proxy_kept_from_us_is_looked_at_once_it_is_mended(
    yard: Yard, museum: Museum, nowhere: int
) -> None:
    yard.configure(proxy=f"http://127.0.0.1:{nowhere}")
    assert yard.longarm("run").returncode == 1
    assert health(yard) == ("never-seen", None)
    yard.configure(proxy=museum.proxy)
    assert yard.longarm("run").stdout.startswith("5 captures, 3 new pages")


def test_a_dead_way_out_leaves_the_sources_of_the_others_alone(yard: Yard, museum: Museum, nowhere: int) -> None:
    yard.configure(proxy=museum.proxy, more=f"[vantage.hk]\nproxy = 'http://127.0.0.1:{nowhere}'\n")
    yard.source("geng", f"{HOST}/other.xml", vantage="hk")
    done = yard.longarm("crawl")
    assert (done.returncode, done.stdout.partition(",")[0]) == (1, "5 captures")
    assert "[vantage.hk] proxy" in done.stdout
    assert "geng:" not in done.stdout


def test_a_site_that_is_down_behind_a_proxy_that_is_not_is_the_sites_failure(yard: Yard, museum: Museum) -> None:
    assert yard.longarm("crawl").returncode == 0
    for url in (RSS, *PAGES):
        museum.serve(url, "down", status=503)
    done = yard.longarm("recheck", "--all")
    assert done.returncode == 1
    assert "3 rechecked, 0 unchanged, 3 failed" in done.stdout
    assert "ji: http: none of its 3 pages could be looked at; the last: status 503" in done.stdout
    assert "vantage" not in done.stdout


def test_one_page_that_fails_among_others_that_answer_is_no_failure_of_its_source(yard: Yard, museum: Museum) -> None:
    assert yard.longarm("crawl").returncode == 0
    museum.serve(PAGES[0], "down", status=503)
    done = yard.longarm("recheck", "--all")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 rechecked, 2 unchanged, 1 failed" in done.stdout


def test_a_site_without_any_answer_counts_as_failed_and_not_as_captured(tmp_path: Path, nowhere: int) -> None:
    yard = Yard(tmp_path / "data")
    yard.configure(direct=True)
    yard.source("ji", f"http://127.0.0.1:{nowhere}/list/")
    done = yard.longarm("crawl")
    assert done.returncode == 1
    assert done.stdout.startswith("0 captures, 0 new pages, 0 rechecked, 0 unchanged, 1 failed\nji: connect: ")


def test_a_recheck_says_what_became_of_the_pages(yard: Yard, museum: Museum) -> None:
    assert yard.longarm("crawl").returncode == 0
    museum.serve(PAGES[0], BODY.format(0, TEXT + "另外，本通告的期限延长到次年年底。"))
    museum.serve(PAGES[1], "not found", status=404)
    assert "3 rechecked, 1 unchanged, 1 edited, 1 suspected gone, 0 failed" in yard.longarm("recheck", "--all").stdout
    museum.serve(PAGES[1], BODY.format(1, TEXT))
    assert "1 back, 0 failed" in yard.longarm("recheck", "--all").stdout
