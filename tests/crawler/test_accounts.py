"""Crawls of pages of public accounts: challenges that repeat or do not, and an account that has moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crawler.test_crawl import RSS, article, pages_asked, stage
from tests.crawler.yard import Yard

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy)
    return yard


CAPTCHA = (
    "<html><body><h2>环境异常</h2><p>当前环境异常，完成验证后即可继续访问。</p><a href='#'>去验证</a></body></html>"
)


@pytest.mark.parametrize(("challenged", "asked"), [((2, 4), 9), ((2, 3, 4), 4)])
def test_one_challenge_blocks_no_host_and_three_in_a_row_do(
    yard: Yard, museum: Museum, challenged: tuple[int, ...], asked: int
) -> None:
    yard.configure(proxy=museum.proxy, fetch="concurrency = 1")
    urls = stage(museum, range(1, 10))
    for number in challenged:
        museum.serve(urls[number - 1], CAPTCHA)
    yard.source("jia", RSS)
    done = yard.longarm("crawl")
    assert len(pages_asked(museum)) == asked
    assert ("refusals in a row" in done.stderr) is (asked < 9)


def test_an_account_that_moved_is_followed_as_a_redirect_and_both_addresses_are_kept(
    yard: Yard, museum: Museum
) -> None:
    (old,) = stage(museum, range(1, 2))
    new = "http://www.yi.example.gov.cn/s/new.html"
    museum.serve(
        old, f"<html><body><p>该公众号已迁移</p><script>var transferTargetLink = '{new}';</script></body></html>"
    )
    museum.serve(new, article(1))
    yard.source("jia", RSS)
    assert yard.longarm("crawl").returncode == 0
    (capture,) = yard.captures(old)
    assert (capture.url, capture.final_url, capture.status) == (old, new, 200)
    assert [hop["url"] for hop in yard.record(old)["hops"]] == [old, new]
    assert yard.longarm("verify").returncode == 0


def test_the_pictures_of_a_post_are_asked_in_the_same_run(yard: Yard, museum: Museum) -> None:
    (url,) = stage(museum, range(1, 2))
    pictures = [f"http://img.example.com/mmbiz_png/{number}/0?wx_fmt=png" for number in (1, 2)]
    listed = ", ".join(f"{{ cdn_url: '{picture}', width: '1080' * 1 }}" for picture in pictures)
    script = f"var msg_title = '悬赏通告'; window.cgiData = {{ desc: '名单', picture_page_info_list: [ {listed} ] }};"
    museum.serve(url, f"<html><body><div id='js_content'></div><script>{script}</script></body></html>")
    for picture in pictures:
        museum.serve(picture, b"\x89PNG\r\n\x1a\nx", content_type="image/png")
    yard.source("jia", RSS)
    yard.longarm("crawl")
    assert [len(museum.asked(picture)) for picture in pictures] == [1, 1]
    history = yard.longarm("history", pictures[1]).stdout
    assert f"attached to 悬赏通告 {url}" in history
