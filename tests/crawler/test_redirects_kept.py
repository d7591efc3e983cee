"""What the archive says of requests that were redirected: what was sent, and of each answer what is of use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawler.test_crawl import HOST, RSS, XML, article
from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

API, MOVED = f"{HOST}/api/list", f"{HOST}/api2/list"


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy)
    return yard


def records(yard: Yard, kind: str) -> list[tuple[str, str, bytes, str | None]]:
    """Address, first word of the first line, body and mark of what is cut, of each record of a type."""
    found = []
    for file in sorted((yard.folder / "captures").rglob("*.warc.gz")):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type == kind:
                    line = record.http_headers
                    word = line.protocol if kind == "request" else line.get_statuscode()
                    uri = record.rec_headers.get_header("WARC-Target-URI")
                    cut = record.rec_headers.get_header("WARC-Truncated")
                    found.append((uri, word, record.content_stream().read(), cut))
    return found


@pytest.mark.parametrize(("status", "onward"), [(302, ("GET", b"")), (307, ("POST", b"a=1&page=1"))])
def test_a_redirected_post_is_kept_as_it_was_sent(
    status: int, onward: tuple[str, bytes], yard: Yard, museum: Museum
) -> None:
    rows = [
        {"title": f"甲县公安局通告{n}号", "url": f"{HOST}/art/{n}.html", "time": f"2026-11-0{n}"} for n in (1, 2, 3)
    ]
    museum.serve(API, "moved", method="POST", status=status, location=MOVED)
    for method in ("GET", "POST"):
        museum.serve(MOVED, json.dumps({"data": rows}), method=method, content_type="application/json")
    options = "{method: POST, body: 'a=1&page={page}', items: data, url: url, title: title, date: time}"
    yard.source("jia", API, platform="jsonlist", options=options, follow="{max_list_pages: 1}")
    yard.longarm("crawl")
    sent = [(seen.url, seen.method, seen.body) for seen in museum.requests if "/api" in seen.url]
    kept = [(url, method, body) for url, method, body, _ in records(yard, "request") if "/api" in url]
    assert kept == sent == [(API, "POST", b"a=1&page=1"), (MOVED, *onward)]
    assert yard.longarm("verify").returncode == 0


def test_of_the_body_of_a_redirect_the_beginning_is_kept(yard: Yard, museum: Museum) -> None:
    first, last = f"{HOST}/r/1.html", f"{HOST}/r/2.html"
    museum.serve(RSS, feed_of([first]), content_type=XML)
    museum.serve(first, b"x" * 1000, repeat=2000, status=302, location=last)
    museum.serve(last, article(1))
    yard.source("jia", RSS)
    assert yard.longarm("crawl").returncode == 0
    (kept,) = [(status, len(body), cut) for url, status, body, cut in records(yard, "response") if url == first]
    assert kept == ("302", 65_536, "length")
    (capture,) = yard.captures(first)
    assert (capture.status, capture.truncated, capture.final_url) == (200, False, last)
    assert yard.longarm("verify").returncode == 0
