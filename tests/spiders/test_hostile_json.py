"""JSON, JSONP and the HTML inside them, broken and hostile: no platform raises, and each answers in bounded time."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spiders.platforms import PLATFORMS, ListPage, read_entries, recognise
from spiders.platforms.jsondata import day_of, parse, step, words
from spiders.platforms.search import target_of
from storage.records import Feed, FeedId, SourceId

CASES = Path(__file__).parents[1] / "cases" / "platforms"
OWN = ("jpaas", "gkmlpt", "jsonlist", "xinhua", "cctv", "thepaper", "tingshen", "epoint", "truecms", "search")
LAYOUTS = sorted(path.parent for name in OWN for path in CASES.glob(f"{name}/*/expected.json"))
TODAY = date(2026, 11, 23)


def ask_everything(text: str, url: str, said: dict[str, Any] | None = None) -> None:
    """Everything that a walk may ask of any platform about a page."""
    said = said or {}
    body = text.encode("utf-8", "surrogatepass")
    page = ListPage.of(url=url, status=200, headers=(), body=body, today=TODAY)
    page = replace(page, label=said.get("label", ""))
    options = {name: tuple(one) if isinstance(one, list) else one for name, one in said.get("options", {}).items()}
    feed = Feed(id=FeedId("x/x"), source_id=SourceId("x"), url=said.get("feed", url), options=options)
    recognise(page)
    for platform in PLATFORMS.values():
        assert 0 <= platform.recognise(page) <= 1
        for entry in read_entries(platform, page, feed):
            assert entry.url.startswith(("http://", "https://"))
        platform.next_pages(page, feed, 1)
        platform.may_be_empty(page)


def layout(path: Path) -> tuple[str, dict[str, Any]]:
    said = json.loads((path / "expected.json").read_text(encoding="utf-8"))
    return next(one for one in path.iterdir() if one.name.startswith("page.")).read_text(encoding="utf-8"), said


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_page_is_claimed_by_its_own_platform_alone(path: Path) -> None:
    text, said = layout(path)
    page = ListPage.of(url=said["url"], status=200, headers=(), body=text.encode(), today=TODAY)
    sure = {name: platform.recognise(page) for name, platform in PLATFORMS.items()}
    best = max(sure, key=lambda name: sure[name])
    assert best == said["recognised"]
    assert [name for name, value in sure.items() if value == sure[best]] == [best]


def test_the_first_page_of_each_of_these_platforms_is_recognised_as_its_own() -> None:
    recognised = {path.parent.name for path in LAYOUTS if layout(path)[1]["recognised"] == path.parent.name}
    assert recognised == set(OWN)


def test_no_page_of_another_family_is_claimed_by_these() -> None:
    others = [path.parent for path in CASES.glob("*/*/expected.json") if path.parent.parent.name not in OWN]
    assert len(others) > 30
    for path in others:
        said = json.loads((path / "expected.json").read_text(encoding="utf-8"))
        assert said["recognised"] not in OWN, path


WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, 10**40, "", "x", [], {}, [[]], [None, 1, "a"], {"a": {"a": []}}, "<a href='/x'>y</a>",
    "http://[", "\ud800", ["<a href=//>"], float("nan"),
)  # fmt: skip


def spoilt(value: Any, dice: random.Random) -> Any:
    """A JSON value in which some things are something else."""
    if dice.random() < 0.08:
        return dice.choice(WRONG)
    if isinstance(value, dict):
        return {name: spoilt(one, dice) for name, one in value.items() if dice.random() > 0.03}
    if isinstance(value, list):
        return [spoilt(one, dice) for one in value] * dice.choice((1, 1, 1, 2))
    return value


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_answers_with_wrong_types_in_them_raise_nothing(path: Path) -> None:
    text, said = layout(path)
    value = parse(text)
    dice = random.Random(path.name)
    for _ in range(25):
        if isinstance(value, dict | list):
            broken = json.dumps(spoilt(value, dice))
            ask_everything(
                dice.choice((broken, f"cb({broken});", broken[: dice.randrange(len(broken) + 1)])), said["url"], said
            )
        else:
            at, to = sorted(dice.randrange(len(text) + 1) for _ in range(2))
            ask_everything(text[:at] + str(dice.choice(WRONG[:-3])) + text[to:], said["url"], said)


URLS = [layout(path)[1]["url"] for path in LAYOUTS]
PIECES = [
    "{", "}", "[", "]", '"', ":", ",", "cb(", ");", "null", "1e999", '"url":', '"title":', '"http://a.example/1"',
    '"data":{"list":[', '"html":"<a href=\'/1\'>', '"articles":[', '"datasource":[', '"contId":', "/**/", "var a =",
    "window._CONFIG = {", "TREE:[", "SID:'1'", "DETAIL:{", "queryData=\"{'tagId':'列表',", "unitbuild", "\\ud800", "中",
    "proxyUrl:'", "columnId:'", "siteInfo = {", "siteGuid:'", "<record><![CDATA[", "]]></record>", "visit/link.do?url=",
    "__NEXT_DATA__", "ds_" + "0" * 32 + ".json", "<script>", "\x00", "<div id='app'>",
]  # fmt: skip


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=30).map("".join), st.sampled_from(URLS))
def test_pieces_of_answers_raise_nothing(text: str, url: str) -> None:
    ask_everything(text, url)


@settings(max_examples=200)
@given(st.text(max_size=60), st.text(max_size=60))
def test_values_and_links_of_any_text_raise_nothing(one: str, other: str) -> None:
    words(one)
    day_of(one, TODAY)
    step({one: [other], "a": {other: one}}, one)
    parse(one + other)
    target_of("http://a.example/link?url=" + one)


HOSTILE = {
    "arrays a hundred thousand deep": lambda: "[" * 100_000,
    "objects a hundred thousand deep": lambda: '{"a":' * 100_000 + "1" + "}" * 100_000,
    "whole arrays a thousand deep": lambda: "[" * 900 + "]" * 900,
    "an array of a million": lambda: "[" + "1," * 999_999 + "1]",
    "lists of lists": lambda: "[" + ",".join(["[]"] * 500_000) + "]",
    "twenty-five thousand rows": lambda: json.dumps(
        [{"url": f"/a/{n}.html", "title": f"通告{n}"} for n in range(25_000)]
    ),
    "rows inside rows": lambda: json.dumps({"a": [{"b": [{"url": "/a", "title": "b"}] * 100}] * 300}),
    "a number without end": lambda: '{"total":' + "9" * 1_000_000 + "}",
    "a call without end": lambda: "a(" * 100_000 + "{}",
    "a comment without end": lambda: "/*" * 250_000 + "*/cb({})",
    "brackets behind": lambda: "{}" + ")" * 1_000_000 + "x",
    "a title of tags": lambda: json.dumps({"rows": [{"url": "/a", "title": "<b" * 250_000}]}),
    "html without end in a unit": lambda: json.dumps(
        {"data": {"html": "<div>" * 150_000 + "<a href='/1'>通告全文</a>"}}
    ),
    "links without end in a unit": lambda: json.dumps({"data": {"html": "<li><a href='/a/1.html'>通告</a>" * 30_000}}),
    "fragments without end": lambda: json.dumps({"result": ["<a href='/a/1.html'>通告</a><i>2026-11-20</i>"] * 10_000}),
    "half a link without end": lambda: json.dumps({"result": ["<a " * 150_000]}),
    "a tree without end": lambda: "window._CONFIG={SID:'1',TREE:" + '[{"id":1,"children":' * 50_000,
    "configs without end": lambda: "_CONFIG TREE:[" * 75_000,
    "units without end": lambda: "<script queryData=\"{'tagId':'a','pageId':'b'}\" src=unitbuild.js></script>" * 15_000,
    "parameters without end": lambda: 'unitbuild <p queryData="' + "'a':'b'," * 150_000 + '">',
    "site infos without end": lambda: "siteInfo = {" * 100_000,
    "proxies without end": lambda: "proxyUrl:'" * 100_000 + "messageController/getMessage.do columnId:'a'",
    "files without end": lambda: "".join(f"ds_{n:032x}.json " for n in range(30_000)),
    "next data without end": lambda: "__NEXT_DATA__{" * 75_000,
    "templates without end": lambda: "<li v-for" * 100_000 + "<script>",
}
PLACES = (
    "http://a.example.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit?paramJson=%7B%22pageNo%22%3A1%7D",
    "http://so.example.gov.cn/jsearchfront/interfaces/cateSearch.do",
)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_answers_cost_seconds_not_minutes(make: Any) -> None:
    text = make()
    for place in PLACES:
        # Of the processor's time, over all platforms; one walk asks one or two of them. The slowest takes 5 seconds on
        # a slow machine; what grows with the square takes from 20 seconds (a look per pair of links) to hours.
        started = time.process_time()
        ask_everything(text, place)
        assert time.process_time() - started < 15, place
