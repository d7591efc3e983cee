"""Outages under a status of success: the server's own trouble is no takedown, whatever it answers to every address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.crawler.test_crawl import HOST, RSS, XML, article
from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

SAID = {
    "a gateway's": "<title>502 Bad Gateway</title><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>",
    "an application's": "<title>错误提示</title><h1>服务器错误</h1><p>500 Internal Server Error</p>",
    "maintenance": "<title>系统维护中</title><p>因系统升级，本网站于今日暂停服务，给您带来不便，敬请谅解。</p>",
    "in words that nobody foresaw": "<title>提示</title><p>本页今日不与人见，改日相会。</p>",
}


@pytest.mark.parametrize("words", SAID.values(), ids=SAID.keys())
def test_what_the_whole_host_answers_is_no_takedown(words: str, tmp_path: Path, museum: Museum) -> None:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy, more="[takedown]\nconfirm_after = '0s'\n")
    pages = [f"{HOST}/art/{number}.html" for number in range(2)]
    museum.serve(RSS, feed_of(pages), content_type=XML)
    museum.serve(f"{HOST}/", "<title>甲县公安局</title>")
    for number, page in enumerate(pages):
        museum.serve(page, article(number))
    yard.source("jia", RSS)
    yard.longarm("crawl")
    museum.day = 2
    for page in (*pages, f"{HOST}/"):
        museum.serve(page, f"<html>{words}</html>", day=2)
    for _ in range(3):
        assert yard.longarm("recheck", "--all").returncode == 0
    rows = map(json.loads, yard.longarm("urls", "list", "--json").stdout.splitlines())
    assert "gone" not in {row["state"] for row in rows}


def test_a_page_that_alone_says_it_is_removed_is_one(tmp_path: Path, museum: Museum) -> None:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy, more="[takedown]\nconfirm_after = '0s'\n")
    museum.serve(RSS, feed_of([f"{HOST}/art/1.html"]), content_type=XML)
    museum.serve(f"{HOST}/", "<title>甲县公安局</title>" + "首页 " * 50)
    museum.serve(f"{HOST}/art/1.html", article(1))
    museum.serve(f"{HOST}/art/1.html", "<title>提示</title>您访问的页面不存在或已删除，请稍后再试。", day=2)
    yard.source("jia", RSS)
    yard.longarm("crawl")
    museum.day = 2
    for _ in range(3):
        yard.longarm("recheck", "--all")
    rows = [json.loads(line) for line in yard.longarm("urls", "list", "--json").stdout.splitlines()]
    assert [(row["state"], row["gone_as"]) for row in rows if "/art/" in row["url"]] == [("gone", "soft-404")]
