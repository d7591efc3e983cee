from __future__ import annotations

from unittest.mock import Mock

import pytest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer

from crawler.addresses import hosts_of, is_public, refusal, start_hosts
from crawler.resolver import PublicResolver
from storage.records import Feed, FeedId, Source, SourceId


@pytest.mark.parametrize(
    "url",
    [
        "http://www.jia.example.gov.cn/a.html",
        "https://www.jia.example.gov.cn:8443/",
        "http://8.8.8.8/",
        "http://公安.example.cn/",
        "http://60.208.61.172:8081/ZFGK/",
        "http://[2606:4700::1111]/",
        "http://10.example.cn/",
    ],
)
def test_public_addresses_may_be_asked(url: str) -> None:
    assert refusal(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1./",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1%25eth0]/",
        "http://[fd00::1]/",
        "http://[ff02::1]/",
        "http://10.0.0.1/",
        "http://172.16.3.4/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://0/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://192.0.2.1/",
        "http://999999999999/",
        f"http://{'1' * 5000}/",
        f"http://{'0' * 64}٨/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost/",
        "http://printer.local/",
        "http://db.internal/",
        "http://intranet/",
        "http://router.home.arpa/",
        "http://user@8.8.8.8/",
        "http://www.example.cn@127.0.0.1/",
        "http://www.example.cn\\@127.0.0.1/",
        "http://a..example.cn/",
        "http:///etc/passwd",
        "http://[::1/",
        "http://a.example.cn:99999/",
        "http://a.example.cn:6379/",
        "https://a.example.cn:22/",
        "http://8.8.8.8:25/",
        "ftp://a.example.cn/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "gopher://a.example.cn/",
        "http://a.example.cn/\r\nX: y",
        "//a.example.cn/",
        "",
    ],
)
def test_inner_addresses_are_refused_however_they_are_spelt(url: str) -> None:
    assert refusal(url)


def test_what_the_user_wrote_as_a_start_address_may_be_anywhere_but_only_there() -> None:
    feed = Feed(id=FeedId("a/1"), source_id=SourceId("a"), url="http://127.0.0.1:8080/list/")
    source = Source(
        id=SourceId("a"),
        name_zh="甲",
        name_en=None,
        agency="police",
        level="county",
        province=None,
        place=None,
        lang=None,
        feeds=(feed,),
    )
    allowed = start_hosts([source])
    assert refusal("http://127.0.0.1:8080/a.html", allowed=allowed) is None
    assert refusal("http://127.0.0.1/a.html", allowed=allowed)
    assert refusal("http://127.0.0.1:8081/a.html", allowed=allowed)


def test_a_service_that_is_no_site_is_asked_only_where_the_user_names_its_port() -> None:
    allowed = hosts_of(["http://www.jia.example.gov.cn:9200/list/"])
    assert refusal("http://www.jia.example.gov.cn:9200/a.html", allowed=allowed) is None
    assert refusal("http://www.jia.example.gov.cn:6379/", allowed=allowed) == "port 6379 is no site's"
    assert refusal("http://www.jia.example.gov.cn:8083/a.html", allowed=allowed) is None


@pytest.mark.parametrize(
    ("host", "port", "found"),
    [
        ("inner.example.cn", 8080, ["10.0.0.5"]),
        ("INNER.example.cn.", 8080, ["10.0.0.5"]),
        ("inner.example.cn", 6379, []),
        ("inner.example.cn", 9999, []),
        ("other.example.cn", 8080, []),
        ("proxy.example.cn", 3128, ["10.0.0.5"]),
    ],
)
def test_a_name_leads_inside_only_at_the_port_that_a_start_address_names(
    monkeypatch: pytest.MonkeyPatch, host: str, port: int, found: list[str]
) -> None:
    monkeypatch.setattr(CachingThreadedResolver, "getHostByName", lambda *_: defer.succeed("10.0.0.5"))
    resolver = PublicResolver(None, 0, 1.0)
    resolver.allow(hosts_of(["http://inner.example.cn:8080/list/"]), ["proxy.example.cn"])
    receiver = Mock()
    resolver.resolveHostName(receiver, host, port)
    assert [call.args[0].host for call in receiver.addressResolved.call_args_list] == found
    receiver.resolutionComplete.assert_called_once()


@pytest.mark.parametrize(
    ("address", "expected"),
    [("1.1.1.1", True), ("127.0.0.1", False), ("::ffff:10.0.0.1", False), ("2606:4700::1", True)],
)
def test_a_resolved_address_is_judged_like_a_literal_one(address: str, expected: bool) -> None:
    assert is_public(address) is expected
