"""kill -9 while pages are read and while rules are matched: the next command takes it up, nothing lost or twice."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.crawler.yard import Running
    from tests.loopback.museum import Museum

HOST = "http://www.bing.example.gov.cn"
PAGES = 200
RULE = "rules:\n  - {id: own_concept.plain, severity: medium, match: 甲乙行动, alerts: [甲乙行动], silent: [运动会]}\n"


def page(number: int) -> str:
    title = f"关于第{number}号事项的通知"
    text = f"第{number}号：丙县公安局开展甲乙行动，要求各所队加强巡逻。" * 12
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"


def kill_when(running: Running, is_time: Callable[[], bool], *, then_seconds: float = 0) -> None:
    """kill -9 as soon as something shows, or where the command was quicker, when it has ended."""
    while running.is_alive and not is_time():
        time.sleep(0.01)
    time.sleep(then_seconds)
    running.kill()


def test_a_killed_derivation_and_a_killed_scan_are_taken_up_by_the_next(tmp_path: Path, museum: Museum) -> None:
    urls = [f"{HOST}/art/{number}.html" for number in range(PAGES)]
    museum.serve(f"{HOST}/rss.xml", feed_of(urls), content_type="text/xml; charset=utf-8")
    for number, url in enumerate(urls):
        museum.serve(url, page(number), etag=f'"{number}"')
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy)
    yard.source("bing", f"{HOST}/rss.xml")
    (yard.folder / "rules" / "own.yaml").write_text(RULE)

    kill_when(yard.start("crawl"), lambda: yard.count("run", "event = 'end'") > 0, then_seconds=0.05)
    assert yard.count("capture") == PAGES + 2
    for seconds in (0.4, 0.8):
        # Nothing is due: all that this does is to derive.
        kill_when(yard.start("recheck"), lambda: yard.count("document") > 0, then_seconds=seconds)
    assert yard.longarm("recheck").returncode == 0
    assert yard.count("document") == yard.count("snapshot") == PAGES
    assert yard.count("capture") == PAGES + 2

    for _ in range(2):
        kill_when(yard.start("scan"), lambda: yard.count("alert") > 0)
    assert yard.longarm("scan").returncode == 0
    rows = [json.loads(line) for line in yard.longarm("alerts", "list", "--json").stdout.splitlines()]
    own = [row["url"] for row in rows if row["rule"] == "own_concept"]
    assert sorted(own) == sorted(urls)
    assert "no new alerts" in yard.longarm("scan").stdout
    assert len(museum.asked(urls[0])) == 1
    done = yard.longarm("verify", "--json")
    assert (done.returncode, json.loads(done.stdout)["bad"]) == (0, [])
