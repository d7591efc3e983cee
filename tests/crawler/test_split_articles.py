"""Articles over several pages: each part is asked until it is there, joined, and missed when it goes."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.crawler.test_crawl import HOST, RSS, XML, article
from tests.crawler.yard import Yard, feed_of
from tests.loopback.museum import open_museum

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

FIRST = f"{HOST}/202611/t20261101_5.html"
PARTS = [f"{HOST}/202611/t20261101_5_{number}.html" for number in (1, 2)]
AT_ONCE = "[takedown]\nconfirm_after = '0s'\ntrouble_checks = 1\ntrouble_after = '0s'\n"


def pager(count: int) -> str:
    return f'<script>createPageHTML({count}, 0, "t20261101_5", "html");</script>'


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy, more=AT_ONCE)
    yard.source("jia", RSS)
    return yard


def events(yard: Yard, url: str = FIRST) -> list[str]:
    return [row["event"] for row in map(json.loads, yard.longarm("history", url, "--json").stdout.splitlines())]


def shown(yard: Yard) -> str:
    """What the article's last snapshot says."""
    rows = map(json.loads, yard.longarm("history", FIRST, "--json").stdout.splitlines())
    last = [row["snapshot"] for row in rows if row["snapshot"]][-1]
    return str(json.loads(yard.longarm("show", last, "--json").stdout)["body"])


def test_parts_that_a_killed_run_did_not_come_to_are_asked_by_the_next(yard: Yard, museum: Museum) -> None:
    museum.serve(RSS, feed_of([FIRST]), content_type=XML)
    museum.serve(FIRST, article(5) + pager(3), etag='"1"')
    for part in PARTS:
        museum.serve(part, article(6), delay_s=1.5)
    run = yard.start("crawl")
    while run.is_alive and not any(museum.asked(part) for part in PARTS):
        time.sleep(0.01)
    time.sleep(0.3)
    run.kill()
    assert [len(yard.captures(part)) for part in PARTS] == [0, 0]
    for number, part in enumerate(PARTS, 2):
        museum.routes["GET", part].clear()
        museum.serve(part, article(6, f"第{number}部分：警侨驿站。"))
    museum.requests.clear()
    assert yard.longarm("crawl").returncode == 0
    # Once each, though the first page and their own rows both name them.
    assert [len(museum.asked(part)) for part in PARTS] == [1, 1]
    assert "第2部分" in shown(yard)
    assert "第3部分" in shown(yard)
    assert "edited" not in events(yard)


def test_a_part_that_did_not_answer_is_asked_again_beside_an_unchanged_first_page(yard: Yard, museum: Museum) -> None:
    museum.serve(RSS, feed_of([FIRST]), content_type=XML)
    museum.serve(FIRST, article(5) + pager(2), etag='"1"')
    museum.serve(PARTS[0], "down", status=503)
    museum.serve(PARTS[0], article(6, "警侨驿站。"), day=2)
    yard.longarm("crawl")
    museum.day = 2
    yard.longarm("recheck", "--all")
    assert [row.status for row in museum.asked(FIRST)] == [200, 304]
    assert [row.status for row in museum.asked(PARTS[0])] == [503, 200]
    assert "警侨驿站" in shown(yard)


def test_a_part_named_by_a_link_is_read_searched_and_matched(yard: Yard, museum: Museum) -> None:
    first, part = f"{HOST}/2026-11/20/c_1125250000.htm", f"{HOST}/2026-11/20/c_1125250000_2.htm"
    museum.serve(RSS, feed_of([first]), content_type=XML)
    museum.serve(first, article(5) + '<a href="/2026-11/20/c_1125250000_2.htm">下一页 &gt;</a>')
    museum.serve(part, article(6, "本县在境外设立的警侨驿站，劝返滞留境外人员三名。"))
    yard.longarm("crawl")
    yard.longarm("scan")
    assert first in yard.longarm("search", "警侨驿站").stdout
    assert any(first in line for line in yard.longarm("alerts", "list", "--json").stdout.splitlines())


def test_a_part_that_is_gone_and_an_article_that_got_shorter_are_edits(yard: Yard, museum: Museum) -> None:
    museum.serve(RSS, feed_of([FIRST]), content_type=XML)
    museum.serve(FIRST, article(5) + pager(3))
    museum.serve(FIRST, article(5) + pager(2), day=3)
    museum.serve(PARTS[0], article(6, "第二部分。"))
    museum.serve(PARTS[1], article(7, "劝返滞留境外人员三名，设立警侨驿站。"))
    museum.serve(PARTS[1], "gone", status=404, day=2)
    museum.serve(PARTS[1], article(7, "劝返滞留境外人员三名，设立警侨驿站。"), day=4)
    yard.longarm("crawl")
    assert "警侨驿站" in shown(yard)
    museum.day = 2
    for expected in (0, 1, 1):
        yard.longarm("recheck", "--all")
        assert events(yard).count("edited") == expected
    assert "警侨驿站" not in shown(yard)
    assert "第二部分" in shown(yard)
    museum.day = 3
    yard.longarm("recheck", "--all")
    museum.day = 4
    yard.longarm("recheck", "--all")
    # It answers again, and the first page names it no more.
    assert events(yard).count("edited") == 1
    assert "警侨驿站" not in shown(yard)
    assert yard.longarm("verify").returncode == 0


def test_a_part_that_a_list_named_first_is_joined(yard: Yard, museum: Museum) -> None:
    museum.serve(RSS, feed_of([PARTS[0]]), content_type=XML)
    museum.serve(RSS, feed_of([FIRST]), content_type=XML, day=2)
    museum.serve(FIRST, article(5, "第一部分。") + pager(2))
    museum.serve(PARTS[0], article(6, "警侨驿站。"))
    yard.longarm("crawl")
    museum.day = 2
    yard.longarm("crawl")
    assert "第一部分" in shown(yard)
    assert "警侨驿站" in shown(yard)
    assert events(yard, PARTS[0])[0] == "captured"


def test_a_split_article_that_returns_edited_is_told_at_once_whatever_other_vantages_saw(
    tmp_path: Path, museum: Museum
) -> None:
    with open_museum() as abroad:
        yard = Yard(tmp_path / "data")
        yard.configure(proxy=museum.proxy, more=f"[vantage.hk]\nproxy = '{abroad.proxy}'\n{AT_ONCE}")
        yard.source("jia", RSS, vantages="[default, hk]")
        for web in (museum, abroad):
            web.serve(RSS, feed_of([FIRST]), content_type=XML, etag='"f"')
            web.serve(FIRST, article(5) + pager(2))
            web.serve(FIRST, "no", status=404, day=2)
            web.serve(FIRST, article(5, "新增内容：滞留境外人员劝返通告。") + pager(2), day=3)
            web.serve(PARTS[0], article(6))
            web.serve(f"{HOST}/", "<html><title>x</title></html>")
        yard.longarm("crawl")
        for day in (2, 2, 3):
            museum.day = abroad.day = day
            yard.longarm("recheck", "--all")
        assert "edited" in events(yard)
