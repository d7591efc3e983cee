"""The replay fixture itself: what the crawl's tests rest on."""

from __future__ import annotations

import ssl
import urllib.request
from typing import TYPE_CHECKING
from urllib.error import HTTPError

import pytest

if TYPE_CHECKING:
    from tests.loopback.museum import Museum


def fetch(museum: Museum, url: str, **headers: str) -> tuple[int, bytes]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({"http": museum.proxy, "https": museum.proxy}),
        urllib.request.HTTPSHandler(context=context),
    )
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read()
    except HTTPError as problem:
        with problem:
            return problem.code, problem.read()


def test_it_answers_for_any_host_and_says_304_to_the_same_etag(museum: Museum) -> None:
    museum.serve("http://a.example.gov.cn/", "甲", etag='"1"')
    museum.serve("http://a.example.gov.cn/", "乙", etag='"2"', day=2)
    assert fetch(museum, "http://a.example.gov.cn/") == (200, "甲".encode())
    assert fetch(museum, "http://a.example.gov.cn/", **{"If-None-Match": '"1"'})[0] == 304
    museum.day = 2
    assert fetch(museum, "http://a.example.gov.cn/", **{"If-None-Match": '"1"'}) == (200, "乙".encode())
    assert fetch(museum, "http://b.example.gov.cn/x")[0] == 404
    assert [seen.status for seen in museum.asked("http://a.example.gov.cn/")] == [200, 304, 200]


def test_it_answers_https_through_connect(museum: Museum) -> None:
    if not museum.can_tls:
        pytest.skip("the openssl program is not installed")
    museum.serve("https://a.example.gov.cn/", "甲")
    assert fetch(museum, "https://a.example.gov.cn/") == (200, "甲".encode())
