from __future__ import annotations

import pytest

from crawler.redirects import MAX_HOPS, Onward, follow, follow_moved
from storage.records import Headers, Hop

START = "http://a.example.cn/x/1.html"


def hop(url: str) -> Hop:
    return Hop(
        url=url,
        status=302,
        reason="Found",
        request_headers=(),
        response_headers=(),
        body=b"",
        location=None,
        remote_ip=None,
        elapsed_ms=1,
    )


def led(location: str, *, status: int = 302, hops: tuple[Hop, ...] = (), cookie: str | None = None, more: Headers = ()):  # type: ignore[no-untyped-def]
    headers = (("Location", location), *more)
    return follow(START, status, headers, hops=hops, cookie=cookie, allowed=frozenset())


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/2.html", "http://a.example.cn/2.html"),
        ("2.html", "http://a.example.cn/x/2.html"),
        ("//b.example.cn/", "http://b.example.cn/"),
        ("https://b.example.cn/#top", "https://b.example.cn/"),
        ("/新.html".encode().decode("latin-1"), "http://a.example.cn/%E6%96%B0.html"),
        (" /2.html ", "http://a.example.cn/2.html"),
    ],
)
def test_a_redirect_is_followed_as_a_browser_would(location: str, expected: str) -> None:
    assert led(location) == Onward(url=expected, keeps_method=False, cookie=None)


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://127.0.0.1/", "no public address"),
        ("http://[::ffff:10.0.0.1]/", "no public address"),
        ("http://localhost/", "local name"),
        ("ftp://b.example.cn/", "not http"),
        ("http://[::1/", "no address"),
        ("1.html", "circle"),
    ],
)
def test_a_redirect_that_is_not_followed_says_why(location: str, why: str) -> None:
    assert why in led(location)


def test_a_chain_ends() -> None:
    hops = tuple(hop(f"http://a.example.cn/{number}") for number in range(MAX_HOPS))
    assert "more than 10" in led("/new", hops=hops)


def test_a_cookie_asked_for_on_the_way_is_given_back_to_the_same_host_only() -> None:
    asks = (("Set-Cookie", "a=1; Path=/"), ("set-cookie", "b=2"))
    assert led("1.html", more=asks).cookie == "a=1; b=2"
    assert led("http://b.example.cn/", more=asks).cookie is None
    assert "circle" in led("1.html", more=asks, cookie="a=1; b=2")


@pytest.mark.parametrize("status", [200, 304, 404])
def test_other_answers_are_no_redirects(status: int) -> None:
    assert led("/2.html", status=status) is None


def moved(target: str, *, hops: tuple[Hop, ...] = ()) -> Onward | None:
    body = f"<p>该公众号已迁移</p><script>var transferTargetLink = '{target}';</script>".encode()
    return follow_moved(START, body, hops=hops, allowed=frozenset())


def test_the_page_of_an_account_that_moved_leads_on() -> None:
    onward = moved("http://b.example.cn/s?a=1&amp;timestamp=2&sn=3#rd")
    assert onward == Onward(url="http://b.example.cn/s?a=1&timestamp=2&sn=3", keeps_method=False, cookie=None)
    assert follow_moved(START, b"<p>an article about transferTargetLink</p>", hops=(), allowed=frozenset()) is None


@pytest.mark.parametrize(
    "target", [START, "http://127.0.0.1/admin", "javascript:alert(1)", "http://[", "ftp://b.example.cn/"]
)
def test_it_leads_neither_in_a_circle_nor_inside(target: str) -> None:
    assert moved(target) is None
    assert moved("http://b.example.cn/", hops=(hop("http://b.example.cn/"),)) is None
    assert moved("http://c.example.cn/", hops=tuple(hop(f"http://b.example.cn/{n}") for n in range(MAX_HOPS))) is None
