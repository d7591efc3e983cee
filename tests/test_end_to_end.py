"""From a source file to a line in the digest, through the commands a person types and a recorded web."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.crawler.yard import start

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

LIST = "http://gaj.jiangao.test/zwgk/tzgg/"
MENU = '<div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a><a href="/jwxx/">警务信息</a></div>'
FOOT = '<div class="footer">主办单位：江岙县公安局 <a href="http://beian.example/">备案</a> 网站标识码3300000001</div>'

NOTICE = (
    "关于敦促滞留境外涉诈人员投案自首的通告",
    "为净化社会风气，县公安局决定对滞留缅甸北部等地的本县籍人员开展集中劝返。",
    "凡于规定日期前主动回国说明情况的，依法从宽处理；逾期未归的，将予以公开曝光。",
)
FIRE = ("县公安局开展冬季消防安全检查", "近日，县公安局组织民警对商场、酒店开展冬季消防安全检查。", "发现隐患十二处。")
CHECKPOINT = ("疫情防控卡口劝返外地车辆", "昨日，疫情防控卡口共劝返未预约外地车辆三十余辆，工作人员逐一扫码测温。")
STATION = (
    "警侨驿站走进西班牙巴塞罗那",
    "江岙县公安局在西班牙巴塞罗那设立警侨驿站，由当地同乡会负责人担任站长。",
    "驿站为侨胞代办证件，同时协助核查在逃人员线索。",
    "全年共接待侨胞三百余人次，受到当地侨胞普遍欢迎。",
)
MEETING = ("召开年度工作会议", "全县公安工作会议昨日召开，会议总结了全年工作。", "会议强调要坚持稳中求进。")
WINDOW = ("户籍窗口调整办公时间", "自下周一起，户籍窗口办公时间调整为上午八时三十分至下午五时，请群众合理安排时间。")
ARTICLES = (NOTICE, FIRE, CHECKPOINT, STATION, MEETING, WINDOW)
ADDED = "会议要求紧盯滞留境外涉诈人员，全力做好劝返工作，已劝返滞留缅北人员43名。"


def address(number: int) -> str:
    return f"{LIST}202611/t202611{20 - number}_{1000 + number}.html"


def article(text: tuple[str, ...], number: int, *, views: int = 101) -> str:
    title, *paragraphs = text
    date = f"2026-11-{20 - number} 09:10"
    body = "".join(f"<p>　　{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<html><head><meta charset="utf-8"><title>{title}_江岙县公安局</title>'
        f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="{date}"></head><body>{MENU}'
        f'<h1>{title}</h1><div class="info">发布时间：{date} 来源：江岙县公安局 浏览次数：<span>{views}</span></div>'
        f'<div class="TRS_Editor">{body}</div><div>打印本页 关闭窗口</div>{FOOT}</body></html>'
    )


def listing(numbers: tuple[int, ...], *, page: int) -> str:
    rows = "".join(
        f'<li><a href="./202611/t202611{20 - n}_{1000 + n}.html" title="{ARTICLES[n][0]}">{ARTICLES[n][0][:10]}…</a>'
        f"<span>2026-11-{20 - n}</span></li>"
        for n in numbers
    )
    return (
        f'<html><head><meta charset="utf-8"><title>通知公告_江岙县公安局</title></head><body>{MENU}'
        f'<div class="list"><ul>{rows}</ul></div><script>createPageHTML(2, {page}, "index", "html");</script>{FOOT}'
        "</body></html>"
    )


SOURCES = f"""
sources:
  - id: jiangao
    name: {{zh: 江岙县公安局 通知公告, en: "Jiang'ao County PSB, notices"}}
    agency: police
    level: county
    province: 浙江
    lang: zh
    start: [{LIST}]
  - id: down
    name: {{en: A source that is down}}
    agency: police
    level: county
    start: [http://down.test/list.html]
"""


class Analyst:
    """A person at the shell: runs `longarm`, reads what it prints."""

    def __init__(self, folder: Path, museum: Museum) -> None:
        self.folder = folder
        self.museum = museum
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("LONGARM")} | {
            "LONGARM_DATA": str(folder / "data"),
            "LONGARM_VANTAGE__DEFAULT__PROXY": museum.proxy,
            "LONGARM_FETCH__DELAY": "0",
            "LONGARM_TAKEDOWN__CONFIRM_AFTER": "0s",
        }

    def run(self, *words: str, code: int | None = 0) -> str:
        done = start(*words, env=self.env, beside=self.folder).wait()
        if code is not None:
            assert done.returncode == code, (
                f"longarm {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
            )
        assert "Traceback" not in done.stderr
        return done.stdout

    def rows(self, *words: str, code: int | None = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*words, code=code).splitlines()]

    def states(self) -> dict[str, str]:
        return {row["url"]: row["state"] for row in self.rows("urls", "list", "--json")}


@pytest.fixture
def analyst(tmp_path: Path, museum: Museum) -> Analyst:
    museum.serve(LIST, listing((0, 1, 2), page=0), etag='"list"')
    museum.serve(LIST + "index_1.html", listing((3, 4, 5), page=1), etag='"list-1"')
    museum.serve(
        "http://gaj.jiangao.test/", f"<html><title>江岙县公安局</title><body>{MENU}<p>欢迎访问</p></body></html>"
    )
    museum.serve("http://down.test/list.html", drop="all")
    for number, text in enumerate(ARTICLES):
        museum.serve(address(number), article(text, number), etag=f'"{number}"')
    # The second day: 404, a counter, a challenge, a sentence taken out, one put in, a soft 404.
    museum.serve(address(0), "<html><title>404</title><body>404 Not Found</body></html>", day=2, status=404)
    museum.serve(address(1), article(FIRE, 1, views=555), day=2, etag='"1b"')
    challenge = '<script>document.cookie="__jsl=1";location.href=location.pathname+location.search</script>'
    museum.serve(address(2), challenge, day=2, status=521, headers={"Set-Cookie": "__jsluid_h=abc"})
    shorter = (STATION[0], STATION[1], "驿站为侨胞代办证件。", STATION[3])
    museum.serve(address(3), article(shorter, 3), day=2, etag='"3b"')
    museum.serve(address(4), article((*MEETING, ADDED), 4), day=2, etag='"4b"')
    gone = "<html><title>提示</title><body>您访问的页面不存在或已删除</body></html>"
    museum.serve(address(5), gone, day=2)
    museum.serve(address(0), article(NOTICE, 0), day=3, etag='"0"')
    (tmp_path / "watch.yaml").write_text(SOURCES, encoding="utf-8")
    person = Analyst(tmp_path, museum)
    person.run("init")
    return person


def test_the_whole_story_of_three_days(analyst: Analyst, museum: Museum) -> None:
    watch = str(analyst.folder / "watch.yaml")

    # A source that fails is said (exit 1) and stops nothing.
    analyst.run("crawl", "--sources", watch, code=1)
    health = {
        row["source"]: row for row in analyst.rows("sources", "list", "--json") if row["source"] in ("jiangao", "down")
    }
    assert health["jiangao"]["health"] == "ok"
    assert health["down"]["error"] in ("reset", "connect")
    assert analyst.states() | {address(number): "live" for number in range(6)} == analyst.states()

    analyst.run("scan")
    told = analyst.rows("alerts", "list", "--json")
    assert {(row["rule"], row["url"]) for row in told} >= {
        ("persuade_return", address(0)),
        ("overseas_station", address(3)),
    }
    assert not {row["url"] for row in told} & {address(1), address(2), address(4), address(5)}
    assert {row["kind"] for row in told} == {"new"}
    for row in told:
        body = json.loads(analyst.run("show", row["snapshot"], "--json"))
        assert row["matched"] in (body["body"][row["start"] : row["end"]], body["title"][row["start"] : row["end"]])

    # Nothing changed: the lists are asked conditionally, no article again, nothing is told twice.
    asked = len(museum.requests)
    analyst.run("crawl", "--sources", watch, code=1)
    again = museum.requests[asked:]
    assert {seen.url for seen in again if "202611" in seen.url} == set()
    assert [seen.status for seen in again if seen.url == LIST] == [304]
    analyst.run("scan")
    assert len(analyst.rows("alerts", "list", "--json")) == len(told)

    museum.day = 2
    analyst.run("recheck", "--all", code=None)
    states = analyst.states()
    assert states[address(0)] == "suspected-gone"
    assert states[address(5)] == "suspected-gone"
    assert states[address(2)] == "live"
    analyst.run("recheck", "--all", code=None)
    gone = {row["url"]: row["gone_as"] for row in analyst.rows("urls", "list", "--state", "gone", "--json")}
    assert gone == {address(0): "404", address(5): "soft-404"}

    analyst.run("scan")
    edited = [row for row in analyst.rows("alerts", "list", "--json") if row["kind"] == "edited"]
    assert [(row["rule"], row["url"]) for row in edited if row["rule"] == "persuade_return"] == [
        ("persuade_return", address(4))
    ]
    assert not [row for row in edited if row["url"] == address(3)], "a hit that stood before the edit is old"
    assert "核查在逃人员线索" in analyst.run("diff", address(3))
    snapshots = {row["url"]: row["snapshots"] for row in analyst.rows("urls", "list", "--json")}
    assert snapshots[address(1)] == 1, "a view counter that counts is no edit"
    assert snapshots[address(3)] == snapshots[address(4)] == 2

    museum.day = 3
    analyst.run("recheck", "--all", code=None)
    assert analyst.states()[address(0)] == "returned"
    events = [row["event"] for row in analyst.rows("history", address(0), "--json")]
    assert events[0] == "captured"
    assert [event for event in events if event in ("suspected-gone", "gone", "returned")] == [
        "suspected-gone",
        "gone",
        "returned",
    ]

    digest = json.loads(analyst.run("digest", "--format", "json", code=None))
    assert {row["url"] for row in digest["takedowns"]} == {address(0)}, "only pages that had alerted are listed"
    assert digest["counts"]["other_takedowns"] == 1
    assert [row["source"] for row in digest["sources"]["failing"]] == ["down"]
    assert address(3) in {row["url"] for row in digest["edits"]}
    for form in ("text", "markdown", "html"):
        page = analyst.run("digest", "--format", form, code=None)
        assert "劝返" in page
        assert "persuade" in page

    # Traditional characters find simplified text; both words, and a single one.
    for query in ("勸返", "劝返 AND 缅北", "返", '"集中劝返"'):
        assert analyst.rows("search", query, "--json"), query
    for row in analyst.rows("search", "劝返", "--json"):
        assert row["quote"]

    report = json.loads(analyst.run("verify", "--json"))
    assert report["chain"] == "whole"
    assert report["bad"] == []
    assert report["checked"] == report["captures"] > 20

    analyst.run("export", "csv", "--output", str(analyst.folder / "out.csv"))
    assert (analyst.folder / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_run_does_it_all_and_a_second_one_tells_nothing_new(analyst: Analyst) -> None:
    (analyst.folder / "data" / "sources" / "mine.yaml").write_text(SOURCES, encoding="utf-8")
    analyst.run("run", code=1)
    first = analyst.rows("alerts", "list", "--json")
    assert first
    analyst.run("run", "-q", code=None)
    assert analyst.rows("alerts", "list", "--json") == first


def test_a_fresh_install_never_shows_this_machines_address(analyst: Analyst, museum: Museum) -> None:
    del analyst.env["LONGARM_VANTAGE__DEFAULT__PROXY"]
    analyst.run("crawl", "--sources", str(analyst.folder / "watch.yaml"), code=2)
    assert museum.requests == []
