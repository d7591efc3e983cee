"""Lists through the whole crawl: read by other words, refused from here, read in part, or larger than is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.crawler.test_crawl import HOST, article
from tests.crawler.yard import Yard
from tests.loopback.museum import open_museum

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

JSON = "application/json"


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    made = Yard(tmp_path / "data")
    made.configure(proxy=museum.proxy)
    return made


def rows(name: str, number: int) -> str:
    """An engine's answer: so many articles, a day apart."""
    found = [
        {"title": f"甲县公安局{name}通告{n}号", "url": f"{HOST}/art/{name}{n}.html", "time": f"2026-11-{n + 1:02d}"}
        for n in range(number)
    ]
    return json.dumps({"data": found}, ensure_ascii=False)


def serve_articles(museum: Museum, name: str, number: int) -> None:
    for n in range(number):
        museum.serve(f"{HOST}/art/{name}{n}.html", article(n, name), etag=f'"{name}{n}"')


def test_a_rule_of_what_to_follow_that_changes_is_applied_to_an_unchanged_list(yard: Yard, museum: Museum) -> None:
    folders = ("tzgg", "video")
    items = "".join(
        f"<li><a href='/{folder}/2026/11/{n}.html'>甲县公安局关于第{n}号案件的通报</a>"
        f"<span>2026-11-{1 + n % 20:02d}</span></li>"
        for folder in folders
        for n in range(30)
    )
    page = f"<html><title>通知公告</title><body><ul>{items}</ul></body><!--{'x' * 20_000}--></html>"
    museum.serve(f"{HOST}/tzgg/index.html", page, etag='"list"')
    for folder in folders:
        for n in range(30):
            museum.serve(f"{HOST}/{folder}/2026/11/{n}.html", article(n))
    yard.source("jia", f"{HOST}/tzgg/index.html", follow="{deny: ['/video/'], max_list_pages: 1}")
    yard.longarm("crawl")
    assert not [sent for sent in museum.requests if "/video/" in sent.url]
    yard.source("jia", f"{HOST}/tzgg/index.html", follow="{deny: [], max_list_pages: 1}")
    yard.longarm("crawl")
    assert len([sent for sent in museum.requests if "/video/" in sent.url]) == 30


def test_articles_of_a_keyword_whose_list_failed_are_not_called_unlisted(yard: Yard, museum: Museum) -> None:
    for word in "ab":
        museum.serve(f"{HOST}/so?q={word}&p=1", rows(word, 8), content_type=JSON)
        serve_articles(museum, word, 8)
    yard.source(
        "jia",
        f"'{HOST}/so?q={{keyword}}&p={{page}}'",
        platform="search",
        options="{engine: generic, keywords: [a, b], items: data, url: url, title: title, date: time}",
        follow="{max_list_pages: 1}",
    )
    yard.longarm("crawl")
    museum.serve(f"{HOST}/so?q=b&p=1", "no", status=500, day=2)
    museum.day = 2
    yard.longarm("crawl")
    yard.longarm("recheck", "--all")
    assert "unlisted" not in yard.longarm("history", f"{HOST}/art/b4.html").stdout


def test_a_list_asked_by_post_is_asked_so_from_another_vantage(tmp_path: Path, museum: Museum) -> None:
    api = f"{HOST}/api/list"
    with open_museum() as abroad:
        yard = Yard(tmp_path / "data")
        yard.configure(proxy=museum.proxy, more=f"[vantage.hk]\nproxy = '{abroad.proxy}'\n")
        for web in (museum, abroad):
            web.serve(api, rows("c", 3), method="POST", content_type=JSON)
            web.serve(api, "POST only", method="GET")
            serve_articles(web, "c", 3)
        yard.source(
            "jia",
            api,
            platform="jsonlist",
            vantages="[default, hk]",
            options="{method: POST, body: 'a=1&page={page}', items: data, url: url, title: title, date: time}",
            follow="{max_list_pages: 1}",
        )
        yard.longarm("crawl")
        for web in (museum, abroad):
            web.serve(api, "no", method="POST", status=403, day=2)
            web.day = 2
        yard.longarm("crawl")
        assert [(sent.method, sent.body) for sent in abroad.requests if sent.url == api] == [("POST", b"a=1&page=1")]
        told = yard.longarm("history", f"{api}?__wb_method=POST&a=1&page=1").stdout
        assert "captured" in told
        assert "hidden" not in told


def test_list_pages_asked_by_post_are_pages_apart(yard: Yard, museum: Museum) -> None:
    api = f"{HOST}/api/list"
    for number, name in enumerate("ab", 1):
        museum.serve(api, rows(name, 3), method="POST", content_type=JSON, sent=b'{"q":"x","page":%d}' % number)
        serve_articles(museum, name, 3)
    museum.serve(api, "POST only", status=405)
    options = '{method: POST, body: \'{"q":"x","page":{page}}\', items: data, url: url, title: title, date: time}'
    yard.source("jia", api, platform="jsonlist", options=options, follow="{max_list_pages: 2}")
    pages = [f"{api}?__wb_method=POST&page={number}&q=x" for number in (1, 2)]
    yard.longarm("crawl")
    serve_articles(museum, "c", 3)
    museum.serve(api, rows("c", 3), method="POST", content_type=JSON, sent=b'{"q":"x","page":1}', day=2)
    museum.day = 2
    yard.longarm("crawl")
    # The second page is as it was, whatever the first one shows now.
    kinds = [[look.kind.value for look in yard.captures(page)] for page in pages]
    assert kinds == [["response", "response"], ["response", "revisit"]]
    assert yard.captures(api) == []
    assert yard.longarm("verify").returncode == 0


def test_a_list_of_more_entries_than_are_read_says_so(yard: Yard, museum: Museum) -> None:
    found = "".join(f"<url><loc>{HOST}/a/{n}.html</loc></url>" for n in range(5100))
    museum.serve(f"{HOST}/sitemap.xml", f"<?xml version='1.0'?><urlset>{found}</urlset>", content_type="text/xml")
    yard.source("jia", f"{HOST}/sitemap.xml", platform="sitemap")
    yard.longarm("crawl", "--max-pages", "0")
    (row,) = [
        said
        for said in map(json.loads, yard.longarm("sources", "list", "--json").stdout.splitlines())
        if said["source"] == "jia"
    ]
    assert (row["health"], row["message"]) == ("ok", "more than 5000 entries; the rest is not read")
