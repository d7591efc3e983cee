"""Crawls of small staged webs, by the command: lists, conditional looks, ways out, robots, patience, crashes."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from storage.records import CaptureKind, ErrorClass
from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

HOST = "http://www.jia.example.gov.cn"
RSS = f"{HOST}/rss.xml"
XML = "text/xml; charset=utf-8"


def article(number: int, text: str = "") -> str:
    body = f"甲县公安局关于第{number}号通告的内容。{text}" + "请广大群众积极配合。" * 20
    return (
        f"<html><head><title>第{number}号通告</title></head><body><h1>第{number}号通告</h1><p>{body}</p></body></html>"
    )


def stage(museum: Museum, numbers: range, *, day: int = 1, host: str = HOST) -> list[str]:
    urls = [f"{host}/art/{number}.html" for number in numbers]
    museum.serve(f"{host}/rss.xml", feed_of(urls), content_type=XML, etag=f'"rss{day}"', day=day)
    for number, url in zip(numbers, urls, strict=True):
        if not museum.asked(url):
            museum.serve(url, article(number), etag=f'"{number}"', day=day)
    return urls


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy)
    return yard


def pages_asked(museum: Museum) -> list[str]:
    return [seen.url for seen in museum.requests if "/art/" in seen.url]


def test_a_crawl_captures_what_is_new_and_a_recheck_asks_conditionally(yard: Yard, museum: Museum) -> None:
    urls = stage(museum, range(1, 4))
    yard.source("jia", RSS)
    first = yard.longarm("crawl")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("5 captures, 3 new pages")
    assert yard.longarm("crawl").stdout.startswith("2 captures, 0 new pages")
    again = yard.longarm("recheck", "--all")
    assert "3 rechecked, 3 unchanged" in again.stdout
    assert [capture.kind for capture in yard.captures(urls[0])] == [CaptureKind.RESPONSE, CaptureKind.REVISIT]
    assert [seen.status for seen in museum.asked(urls[0])] == [200, 304]
    headers = museum.asked(urls[0])[0].headers
    assert headers["accept-language"].startswith("zh-CN")
    assert "python" not in headers["user-agent"].lower()
    assert "scrapy" not in headers["user-agent"].lower()


def test_what_is_not_due_is_not_asked_and_one_run_looks_once(yard: Yard, museum: Museum) -> None:
    urls = stage(museum, range(1, 3))
    yard.source("jia", RSS)
    yard.longarm("crawl")
    assert yard.longarm("recheck").stdout.startswith("0 captures")
    assert yard.longarm("recheck", "--url", urls[1]).stdout.startswith("2 captures")
    assert len(museum.asked(urls[0])) == 1
    assert len(museum.asked(urls[1])) == 2


def test_a_site_of_endless_pages_gets_its_share_and_the_rest_stays_due(yard: Yard, museum: Museum) -> None:
    urls = stage(museum, range(1, 6))
    yard.configure(proxy=museum.proxy, fetch="max_new_pages = 2")
    yard.source("jia", RSS)
    first = yard.longarm("crawl")
    assert first.returncode == 1
    assert "2 new pages" in first.stdout
    assert "jia: more new pages than [fetch] max_new_pages" in first.stdout
    yard.longarm("crawl")
    assert yard.longarm("crawl").returncode == 0
    assert sorted(pages_asked(museum)) == sorted(urls), "each was asked once, over three runs"


def test_only_the_lists_entries_are_followed_wherever_they_live(yard: Yard, museum: Museum) -> None:
    museum.serve(RSS, feed_of([f"{HOST}/art/1.html", "http://other.example.cn/2.html"]), content_type=XML)
    museum.serve(f"{HOST}/art/1.html", article(1) + f'<a href="{HOST}/art/9.html">相关阅读</a>')
    museum.serve("http://other.example.cn/2.html", article(2))
    yard.source("jia", RSS)
    assert "2 new pages" in yard.longarm("crawl").stdout
    assert not museum.asked(f"{HOST}/art/9.html")


def test_a_killed_crawl_is_taken_up_where_it_was(yard: Yard, museum: Museum) -> None:
    urls = stage(museum, range(1, 41))
    for url in urls:
        museum.routes["GET", url].clear()
        museum.serve(url, article(1), delay_s=0.05)
    yard.configure(proxy=museum.proxy, fetch="concurrency = 2")
    yard.source("jia", RSS)
    process = yard.start("crawl")
    deadline = time.monotonic() + 60
    while len(pages_asked(museum)) < 15 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    kept = {url for url in urls if yard.captures(url)}
    assert 10 <= len(kept) < 40
    before = len(museum.requests)
    done = yard.longarm("crawl")
    assert done.returncode == 0, done.stderr
    asked_again = {seen.url for seen in museum.requests[before:]}
    # recover() may have indexed looks that were on disk without rows: these are not asked again either.
    assert all(len(yard.captures(url)) == 1 for url in urls)
    assert not asked_again & kept
    assert yard.longarm("verify").returncode == 0


def test_the_list_walk_ends_at_a_known_entry_or_at_the_most_pages(yard: Yard, museum: Museum) -> None:
    def page(number: int, first: int) -> None:
        rows = "".join(
            f'<li><a href="/202611/t202611{n % 28 + 1:02d}_{n}.html">甲县公安局关于第{n}号事项的通告</a>'
            f"<span>2026-11-{n % 28 + 1:02d}</span></li>"
            for n in range(first, first - 10, -1)
        )
        name = "index" if number == 0 else f"index_{number}"
        pager = f'<script>createPageHTML(9, {number}, "index", "html");</script>'
        museum.serve(f"{HOST}/tzgg/{name}.html", f"<html><body><ul>{rows}</ul>{pager}</body></html>", day=museum.day)

    for number in range(9):
        page(number, 90 - number * 10)
    yard.source("jia", f"{HOST}/tzgg/index.html", platform="trs", follow="{max_list_pages: 3}")
    assert "30 new pages" in yard.longarm("crawl").stdout
    lists = [seen.url.rpartition("/")[2] for seen in museum.requests if "/tzgg/" in seen.url]
    assert lists == ["index.html", "index_1.html", "index_2.html"]
    museum.requests.clear()
    museum.day = 2
    for number in range(9):
        page(number, 95 - number * 10)
    assert "5 new pages" in yard.longarm("crawl").stdout
    lists = [seen.url.rpartition("/")[2] for seen in museum.requests if "/tzgg/" in seen.url]
    assert lists == ["index.html"]


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        ({"status": 404}, ErrorClass.HTTP, "HTTP 404"),
        ({"status": 503}, ErrorClass.HTTP, "HTTP 503"),
        ({"drop": "all"}, ErrorClass.RESET, ""),
        ({"delay_s": 3.0}, ErrorClass.TIMEOUT, ""),
        ({"body": "<html><body>没有</body></html>"}, ErrorClass.PARSE, "0 links"),
        (
            {"status": 521, "body": '<script>document.cookie="__jsl_clearance_s=1"</script>'},
            ErrorClass.BLOCKED,
            "",
        ),
        ({"status": 302, "location": "/rss.xml"}, ErrorClass.HTTP, "circle"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_source_that_fails_has_a_class_and_stops_no_other(
    yard: Yard, museum: Museum, answer: dict[str, object], error: ErrorClass, message: str
) -> None:
    museum.serve(RSS, **answer)  # type: ignore[arg-type]
    urls = stage(museum, range(1, 3), host="http://yi.example.gov.cn")
    yard.source("jia", RSS)
    yard.source("yi", "http://yi.example.gov.cn/rss.xml")
    done = yard.longarm("crawl")
    assert done.returncode == 1
    line = next(line for line in done.stdout.splitlines() if line.startswith("jia:"))
    assert line.startswith(f"jia: {error}: ")
    assert message in line
    assert all(yard.captures(url) for url in urls)


def test_without_a_way_out_nothing_is_asked(yard: Yard, museum: Museum) -> None:
    stage(museum, range(1, 3))
    yard.source("jia", RSS)
    yard.configure()
    done = yard.longarm("crawl")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no way out is chosen" in done.stderr
    assert not museum.requests


def test_an_unusable_proxy_is_named_without_its_password(yard: Yard) -> None:
    yard.source("jia", RSS)
    yard.configure(proxy="socks4://anna:secret@127.0.0.1:9")
    done = yard.longarm("crawl")
    assert done.returncode == 2
    assert "socks5h://" in done.stderr
    assert "secret" not in done.stderr


def test_everything_goes_through_a_socks_proxy_names_too(yard: Yard, museum: Museum) -> None:
    urls = stage(museum, range(1, 3))
    yard.source("jia", RSS)
    yard.configure(proxy=museum.socks)
    done = yard.longarm("crawl")
    assert "2 new pages" in done.stdout, done.stderr
    assert yard.captures(urls[0])[0].error is None


@pytest.mark.parametrize("way", ["proxy", "socks"])
def test_broken_tls_is_recorded_and_stops_nothing(yard: Yard, museum: Museum, way: str) -> None:
    if not museum.can_tls:
        pytest.skip("the openssl program is not installed")
    host = "https://www.jia.example.gov.cn"
    urls = stage(museum, range(1, 3), host=host)
    yard.source("jia", f"{host}/rss.xml")
    yard.configure(proxy=getattr(museum, way))
    done = yard.longarm("crawl")
    assert "2 new pages" in done.stdout, done.stderr
    facts = yard.record(urls[0])["tls"]
    assert facts["verified"] is False
    assert "self-signed" in facts["error"]
    assert facts["version"].startswith("TLSv1")
    assert len(facts["chain_sha256"]) == 1


def test_robots_txt_is_asked_kept_and_obeyed(yard: Yard, museum: Museum) -> None:
    urls = stage(museum, range(1, 4))
    museum.serve(f"{HOST}/robots.txt", "User-agent: *\nDisallow: /art/2\n", content_type="text/plain")
    yard.source("jia", RSS)
    yard.longarm("crawl")
    assert [capture.error for url in urls for capture in yard.captures(url)] == [None, ErrorClass.ROBOTS, None]
    assert not museum.asked(urls[1])
    assert len(museum.asked(f"{HOST}/robots.txt")) == 1
    assert yard.record(urls[0])["robots"]["allowed"] is True
    assert len(yard.captures(f"{HOST}/robots.txt")) == 1


def test_a_row_on_another_host_is_looked_at_by_that_hosts_robots_txt(yard: Yard, museum: Museum) -> None:
    urls = [f"{HOST}/art/1.html", "http://mp.example.cn/s/AbCdEfGhIjKlMn", "http://closed.example.cn/s/1"]
    museum.serve(RSS, feed_of(urls), content_type=XML)
    for number, url in enumerate(urls):
        museum.serve(url, article(number))
    museum.serve("http://closed.example.cn/robots.txt", "User-agent: *\nDisallow: /\n", content_type="text/plain")
    yard.source("jia", RSS)
    yard.longarm("crawl")
    assert [capture.error for url in urls for capture in yard.captures(url)] == [None, None, ErrorClass.ROBOTS]


def test_robots_txt_may_be_ignored_for_a_source_and_that_is_recorded(yard: Yard, museum: Museum) -> None:
    urls = stage(museum, range(1, 4))
    museum.serve(f"{HOST}/robots.txt", "User-agent: *\nDisallow: /\n", content_type="text/plain")
    yard.source("jia", RSS, robots="ignore")
    assert "3 new pages" in yard.longarm("crawl").stdout
    robots = yard.record(urls[1])["robots"]
    assert (robots["policy"], robots["allowed"]) == ("ignore", False)
    yard.source("jia", RSS)
    done = yard.longarm("crawl")
    assert done.returncode == 1
    assert "jia: robots: " in done.stdout


def test_a_host_that_refuses_is_left_alone_and_its_pages_stay_due(yard: Yard, museum: Museum) -> None:
    stage(museum, range(1, 11))
    for number in range(1, 11):
        museum.routes["GET", f"{HOST}/art/{number}.html"].clear()
        museum.serve(f"{HOST}/art/{number}.html", "no", status=412)
    yard.configure(proxy=museum.proxy, fetch="concurrency = 1")
    yard.source("jia", RSS)
    done = yard.longarm("crawl")
    assert "left alone for this run: 3 refusals in a row" in done.stdout
    assert "7 looks put off" in done.stdout
    assert len(pages_asked(museum)) == 3


def test_retry_after_is_waited_for(yard: Yard, museum: Museum) -> None:
    stage(museum, range(1, 4))
    museum.routes["GET", f"{HOST}/art/1.html"].clear()
    museum.serve(f"{HOST}/art/1.html", "no", status=429, headers={"Retry-After": "2"})
    yard.configure(proxy=museum.proxy, fetch="concurrency = 1")
    yard.source("jia", RSS)
    yard.longarm("crawl")
    first, second = (museum.asked(f"{HOST}/art/{number}.html")[0].at for number in (1, 2))
    assert second - first >= 2


def test_a_split_article_is_captured_with_its_parts_and_rechecked_with_them(yard: Yard, museum: Museum) -> None:
    first = f"{HOST}/202611/t20261101_5.html"
    museum.serve(RSS, feed_of([first]), content_type=XML)
    pager = '<script>createPageHTML(3, 0, "t20261101_5", "html");</script>'
    museum.serve(first, article(5) + pager, etag='"1"')
    for number in (1, 2):
        museum.serve(f"{HOST}/202611/t20261101_5_{number}.html", article(5 + number), etag=f'"p{number}"')
    yard.source("jia", RSS)
    assert yard.longarm("crawl").stdout.startswith("5 captures, 1 new page,")
    assert "1 rechecked" in yard.longarm("recheck", "--all").stdout
    for number in (1, 2):
        part = f"{HOST}/202611/t20261101_5_{number}.html"
        assert [seen.status for seen in museum.asked(part)] == [200, 304]
        assert [capture.role for capture in yard.captures(part)] == ["part", "part"]


def test_two_runs_do_not_share_a_folder(yard: Yard, museum: Museum) -> None:
    stage(museum, range(1, 2))
    museum.routes["GET", RSS].clear()
    museum.serve(RSS, feed_of([f"{HOST}/art/1.html"]), content_type=XML, delay_s=1.5)
    yard.source("jia", RSS)
    first = yard.start("crawl")
    while not museum.requests and first.is_alive:
        time.sleep(0.02)
    second = yard.longarm("crawl")
    assert second.returncode == 3
    assert "another run" in second.stderr
    assert first.wait().returncode == 0


def test_a_disk_without_room_stops_a_crawl_before_anything_is_asked(yard: Yard, museum: Museum) -> None:
    stage(museum, range(1, 3))
    yard.source("jia", RSS)
    done = yard.longarm("crawl", env={"LONGARM_DISK__KEEP_FREE": "900000GB"})
    assert done.returncode == 1
    assert "keep_free" in done.stderr
    assert not museum.requests


def test_a_disk_that_fills_up_stops_a_crawl_and_nothing_half_written_counts(yard: Yard, museum: Museum) -> None:
    urls = stage(museum, range(1, 31))
    for number, url in enumerate(urls):
        museum.routes["GET", url].clear()
        noise = "".join(f"{number * 7919 + at * 104729:x}" for at in range(40000))
        # Answers a little apart, so that they are written in several batches: one that does not fit is refused whole.
        museum.serve(url, article(number, noise), delay_s=0.05)
    yard.source("jia", RSS)
    done = yard.longarm("crawl", file_limit=3_000_000)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert 0 < sum(bool(yard.captures(url)) for url in urls) < 30
    assert yard.longarm("verify").returncode == 0, "what is kept is whole before anybody makes room, too"
    told = " ".join(yard.longarm("digest").stdout.split())
    assert "运行提前结束 run ended early" in told
    assert "the disk is full; make room, then start again" in told
    after = yard.longarm("crawl")
    assert after.returncode == 0, after.stdout + after.stderr
    assert all(len(yard.captures(url)) == 1 for url in urls)
    assert yard.longarm("verify").returncode == 0


def test_scrapy_crawl_watch_does_the_same_from_the_root(yard: Yard, museum: Museum) -> None:
    urls = stage(museum, range(1, 3))
    yard.source("jia", RSS)
    scrapy = [sys.executable, "-m", "scrapy"]
    listed = subprocess.run(
        [*scrapy, "list"], env=yard.env(), cwd=yard.root, capture_output=True, text=True, check=True
    )
    assert listed.stdout == "watch\n"
    crawl = [*scrapy, "crawl", "watch", "-a", "source=jia"]
    done = subprocess.run(crawl, env=yard.env(), cwd=yard.root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert all(len(yard.captures(url)) == 1 for url in urls)
    assert "0 new pages" in yard.longarm("crawl").stdout


def test_sources_from_a_file_are_exactly_these_and_are_remembered(yard: Yard, museum: Museum, tmp_path: Path) -> None:
    urls = stage(museum, range(1, 3))
    other = stage(museum, range(1, 3), host="http://yi.example.gov.cn")
    yard.source("yi", "http://yi.example.gov.cn/rss.xml")
    file = tmp_path / "mine.yaml"
    file.write_text(f"sources:\n  - {{id: jia, name: {{zh: 甲}}, agency: police, level: county, start: ['{RSS}']}}\n")
    assert "2 new pages" in yard.longarm("crawl", "--sources", str(file)).stdout
    assert not yard.captures(other[0])
    assert "2 rechecked" in yard.longarm("recheck", "--all").stdout
    assert len(yard.captures(urls[0])) == 2


@pytest.mark.parametrize("command", [("recheck", "--url"), ("capture",)])
def test_what_stands_for_something_sent_is_not_asked_as_an_address(
    yard: Yard, museum: Museum, command: tuple[str, ...]
) -> None:
    done = yard.longarm(*command, f"{HOST}/api/list?__wb_method=POST&page=1")
    assert done.returncode == 2
    assert "an answer to what was sent" in done.stderr
    assert not museum.requests
