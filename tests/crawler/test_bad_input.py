"""Answers that no browser should have to see: each costs its own page, is kept as far as it came, and says why."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, NamedTuple

import pytest

from storage.records import CaptureKind, ErrorClass
from tests.crawler.yard import Yard, feed_of
from tests.loopback.museum import open_museum

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.records import Capture
    from tests.loopback.museum import Museum

LIST = "http://list.example.cn/rss.xml"
TEXT = "<html><body><h1>通告</h1><p>" + "甲县公安局通告。" * 200 + "</p></body></html>"
LIMIT = 1_000_000


class Case(NamedTuple):
    """What is kept of a look: `error` and `message` as recorded, `truncated`, and the status of the answer."""

    url: str
    status: int | None = 200
    error: ErrorClass | None = None
    truncated: bool = False
    message: str | None = None


CASES = [
    Case("http://ok.example.cn/1.html"),
    Case("http://empty.example.cn/1.html"),
    Case("http://binary.example.cn/1.html"),
    Case("http://large.example.cn/1.html", truncated=True, message="max_size"),
    Case("http://endless.example.cn/1.html", truncated=True, message="max_size"),
    Case("http://drip.example.cn/1.html", truncated=True, message="took too long"),
    Case("http://stall.example.cn/1.html", truncated=True, message="nothing more came"),
    Case("http://half.example.cn/1.html", truncated=True, message="broke off after"),
    Case("http://liar.example.cn/more.html", truncated=True, message="broke off after"),
    Case("http://liar.example.cn/less.html"),
    Case("http://bomb.example.cn/1.html"),
    Case("http://mislabelled.example.cn/1.html"),
    Case("http://drop.example.cn/1.html", status=None, error=ErrorClass.RESET),
    Case("http://slow.example.cn/1.html", status=None, error=ErrorClass.TIMEOUT),
    Case("http://circle.example.cn/1.html", status=302, error=ErrorClass.HTTP, message="in a circle"),
    Case("http://chain.example.cn/0.html", status=302, error=ErrorClass.HTTP, message="more than 10"),
    Case("http://inside.example.cn/1.html", status=302, error=ErrorClass.HTTP, message="no public address"),
    Case("http://local.example.cn/1.html", status=302, error=ErrorClass.HTTP, message="local name"),
    Case("http://file.example.cn/1.html", status=302, error=ErrorClass.HTTP, message="not http"),
    Case("http://cookies.example.cn/1.html", status=302, error=ErrorClass.HTTP, message="in a circle"),
    Case("http://refresh.example.cn/1.html"),
    Case("http://moved.example.cn/1.html"),
    Case("http://headers.example.cn/1.html"),
    Case("http://head.example.cn/1.html", status=None, error=ErrorClass.RESET, message="a head of more bytes"),
]


def stage(museum: Museum) -> None:
    museum.serve(LIST, feed_of([case.url for case in CASES]), content_type="text/xml; charset=utf-8")
    museum.serve("http://ok.example.cn/1.html", TEXT)
    museum.serve("http://empty.example.cn/1.html", "")
    museum.serve("http://binary.example.cn/1.html", bytes(range(256)) * 50)
    museum.serve("http://large.example.cn/1.html", TEXT * 10, repeat=200)
    museum.serve("http://endless.example.cn/1.html", TEXT * 10, repeat=0)
    museum.serve("http://drip.example.cn/1.html", TEXT, drip_s=0.2)
    museum.serve("http://stall.example.cn/1.html", "<html>" + "x" * 10, drip_s=3)
    museum.serve("http://half.example.cn/1.html", TEXT, drop="half")
    museum.serve("http://liar.example.cn/more.html", TEXT, claims=10**6)
    museum.serve("http://liar.example.cn/less.html", TEXT, claims=100)
    bomb = gzip.compress(bytes(100_000_000))
    museum.serve("http://bomb.example.cn/1.html", bomb, headers={"Content-Encoding": "gzip"})
    museum.serve("http://mislabelled.example.cn/1.html", TEXT, headers={"Content-Encoding": "gzip"})
    museum.serve("http://drop.example.cn/1.html", TEXT, drop="all")
    museum.serve("http://slow.example.cn/1.html", TEXT, delay_s=4)
    museum.serve("http://circle.example.cn/1.html", status=302, location="/2.html")
    museum.serve("http://circle.example.cn/2.html", status=302, location="/1.html")
    for number in range(20):
        museum.serve(f"http://chain.example.cn/{number}.html", status=302, location=f"/{number + 1}.html")
    museum.serve("http://inside.example.cn/1.html", status=302, location="http://0x7f.1/admin")
    museum.serve("http://local.example.cn/1.html", status=302, location="http://localhost/admin")
    museum.serve("http://file.example.cn/1.html", status=302, location="file:///etc/passwd")
    museum.serve("http://cookies.example.cn/1.html", status=302, location="/1.html", headers={"Set-Cookie": "a=1"})
    museum.serve("http://refresh.example.cn/1.html", '<meta http-equiv="refresh" content="0;url=/1.html">')
    museum.serve(
        "http://moved.example.cn/1.html",
        status=301,
        location="http://moved.example.cn/新.html".encode().decode("latin-1"),
    )
    museum.serve("http://moved.example.cn/%E6%96%B0.html", TEXT)
    museum.serve("http://headers.example.cn/1.html", TEXT, headers={"X-Long": "x" * 8000, "X-Odd": "\xe4\xbd"})
    museum.serve("http://head.example.cn/1.html", TEXT, headers={f"X-{n}": "x" * 8000 for n in range(40)})


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Yard, Museum, str]]:
    folder: Path = tmp_path_factory.mktemp("bad") / "data"
    with open_museum() as museum:
        stage(museum)
        yard = Yard(folder)
        yard.configure(proxy=museum.proxy, fetch=f"max_size = {LIMIT}")
        yard.source("bad", LIST, platform="feed")
        done = yard.longarm("crawl")
        assert done.returncode == 0, done.stdout + done.stderr
        yield yard, museum, done.stdout


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.url.removeprefix("http://"))
def test_a_bad_answer_is_kept_as_far_as_it_came(crawled: tuple[Yard, Museum, str], case: Case) -> None:
    capture = only(crawled[0].captures(case.url))
    assert (capture.status, capture.error, capture.truncated) == (case.status, case.error, case.truncated)
    assert (case.message or "") in (capture.message or "")
    assert (capture.payload_length or 0) <= LIMIT


def test_a_bad_answer_costs_only_its_own_page(crawled: tuple[Yard, Museum, str]) -> None:
    yard, _, out = crawled
    assert f"{len(CASES)} new pages" in out
    assert "6 bodies cut" in out
    assert only(yard.captures("http://ok.example.cn/1.html")).kind is CaptureKind.RESPONSE


def test_an_inner_address_is_never_asked(crawled: tuple[Yard, Museum, str]) -> None:
    assert not [seen.url for seen in crawled[1].requests if "example.cn" not in seen.url]


def test_a_cookie_is_given_back_within_one_look_and_no_further(crawled: tuple[Yard, Museum, str]) -> None:
    asked = crawled[1].asked("http://cookies.example.cn/1.html")
    assert [seen.headers.get("cookie") for seen in asked] == [None, "a=1"]


def test_the_archive_holds_nothing_that_verify_minds(crawled: tuple[Yard, Museum, str]) -> None:
    done = crawled[0].longarm("verify")
    assert done.returncode == 0, done.stdout + done.stderr


def only(captures: list[Capture]) -> Capture:
    assert len(captures) == 1
    return captures[0]
