"""Direct requests of a small staged web: which addresses inside they reach, and which ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage.records import ErrorClass
from tests.crawler.test_crawl import XML, stage
from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(direct=True)
    return yard


def test_direct_requests_go_to_the_users_own_start_host_even_on_loopback(yard: Yard, museum: Museum) -> None:
    urls = stage(museum, range(1, 3), host=museum.origin)
    yard.source("jia", f"{museum.origin}/rss.xml")
    assert "2 new pages" in yard.longarm("crawl").stdout
    capture = yard.captures(urls[0])[0]
    assert capture.error is None


def test_a_start_host_that_has_a_name_inside_is_asked_at_its_own_port(yard: Yard, museum: Museum) -> None:
    host = museum.origin.replace("127.0.0.1", "localhost")
    urls = stage(museum, range(1, 3), host=host)
    other, moved = f"http://localhost:{int(host.rpartition(':')[2]) + 1}/x.html", f"{host}/moved.html"
    museum.serve(moved, status=302, location="http://www.jia.example.gov.cn:6379/")
    museum.serve(f"{host}/rss.xml", feed_of([*urls, other, moved]), content_type=XML)
    yard.source("jia", f"{host}/rss.xml")
    yard.longarm("crawl")
    assert [capture.error for url in urls for capture in yard.captures(url)] == [None, None]
    assert not yard.captures(other)
    assert [capture.message for capture in yard.captures(moved)] == [
        "redirected to an address that is not asked: port 6379 is no site's"
    ]


def test_a_public_name_that_leads_inside_is_not_asked_directly(yard: Yard, museum: Museum) -> None:
    port = museum.origin.rpartition(":")[2]
    inner = f"http://localhost.localdomain.example:{port}/1.html"
    museum.serve(
        f"{museum.origin}/rss.xml", feed_of([inner, f"http://127.0.0.1:{int(port) + 1}/x.html"]), content_type=XML
    )
    yard.source("jia", f"{museum.origin}/rss.xml")
    yard.longarm("crawl")
    assert [capture.error for capture in yard.captures(inner)] == [ErrorClass.DNS]
    assert not yard.captures(f"http://127.0.0.1:{int(port) + 1}/x.html")
