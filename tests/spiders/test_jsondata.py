"""What is read out of JSON: wrappings, paths, times, titles, and where a hit's link leads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from spiders.platforms.hrefs import join_href
from spiders.platforms.jsondata import day_of, parse, says_none, step, words
from spiders.platforms.search import target_of

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ("\ufeff [1, 2]\n", [1, 2]),
        ('cb({"a": 1});', {"a": 1}),
        ('/**/jQuery17_3 ( [1] )', [1]),
        ('window.list = {"a": 1};', {"a": 1}),
        ('var ds = [{"a": 1}]', [{"a": 1}]),
        ('{"a": "一行\n又一行"}', {"a": "一行\n又一行"}),
        ("<html>{}</html>", None),
        ("{'a': 1}", None),
        ('{"a": 1} and more', None),
        ('cb({"a": 1}) || evil({})', None),
        ("", None),
        ("function f(){ return [1] }", None),
    ],
)  # fmt: skip
def test_json_comes_out_of_its_wrapping_and_nothing_else_does(text: str, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", [1]), ("a.b.0", 1), ("a.b.7", None), ("x.y", None), ("a.c.[].rows", [1, 2, 3]), ("x.[].rows", None),
        ("", {"a": {"b": [1], "c": {"p": {"rows": [1, 2]}, "q": {"rows": [3]}, "r": {}}}}),
    ],
)  # fmt: skip
def test_a_dotted_path_leads_to_what_stands_there(path: str, found: Any) -> None:
    assert step({"a": {"b": [1], "c": {"p": {"rows": [1, 2]}, "q": {"rows": [3]}, "r": {}}}}, path) == found


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("1795017600", "2026-11-19"),
        ("1795052000", "2026-11-19T09:33:20+08:00"),
        ("1795052000123", "2026-11-19T09:33:20+08:00"),
        ("2026-11-20 08:10:00", "2026-11-20T08:10:00+08:00"),
        ("2026-11-20 00:00:00", "2026-11-20"),
        ("2026-11-20T01:00:00Z", "2026-11-20T01:00:00+00:00"),
        ("2026.11.18", "2026-11-18"),
        ("2026年11月2日", "2026-11-02"),
        ("20261120", "2026-11-20"),
        ("3天前", "2026-11-20"),
        ("<i>昨天</i> 08:30", "2026-11-22T08:30:00+08:00"),
        ("9999999999", None),
        ("2031-01-01", None),
        ("1970-01-01", None),
        ("0", None),
        ("soon", None),
    ],
)
def test_a_rows_time_is_told_in_any_of_the_ways_that_apis_have(said: str, day: str | None) -> None:
    assert day_of(said, TODAY) == day


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("关于<em>境外</em>人员的<font color='red'>通告</font>", "关于境外人员的通告"),
        ("&lt;em&gt;境外&lt;/em&gt;人员", "境外人员"),
        ("A &amp; B  \n C", "A & B C"),
        ("3 < 5 的通报", "3 < 5 的通报"),
    ],
)
def test_highlighting_is_taken_off_a_title(said: str, shown: str) -> None:
    assert words(said) == shown


@pytest.mark.parametrize(
    ("answer", "items", "none"),
    [
        ({"data": {"list": [], "total": 0}}, "", True),
        ({"page": {"content": [], "total": "0"}}, "", True),
        ({"rows": []}, "rows", True),
        ({"rows": []}, "", False),
        ({"code": 500, "msg": "busy"}, "rows", False),
        ({"count": False, "rows": None}, "rows", False),
        ([], "", False),
        (None, "rows", False),
    ],
)
def test_only_an_answer_that_says_so_lists_nothing(answer: Any, items: str, none: bool) -> None:
    assert says_none(answer, items) is none


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("http://s.example.cn/visit/link.do?url=http%3A%2F%2Fa.example.cn%2F1.html&q=x", "http://a.example.cn/1.html"),
        ("http://s.example.cn/jump?target=https://a.example.cn/x?id=7", "https://a.example.cn/x?id=7"),
        (
            "http://s.example.cn/link?url=http%3A%2F%2Fs.example.cn%2Fgo%3Fu%3Dhttp%253A%252F%252Fa.example.cn%252F2.html",
            "http://a.example.cn/2.html",
        ),
        ("http://s.example.cn/link?url=javascript:alert(1)", "http://s.example.cn/link?url=javascript:alert(1)"),
        ("http://a.example.cn/news.html?url=7", "http://a.example.cn/news.html?url=7"),
        ("http://a.example.cn/1.html?ref=http://b.example.cn/", "http://a.example.cn/1.html?ref=http://b.example.cn/"),
        ("http://a.example.cn/link?url=http://[", "http://a.example.cn/link?url=http://["),
    ],
)
def test_a_hit_leads_to_the_page_and_not_to_the_engines_counter(link: str, target: str) -> None:
    assert target_of(link) == target


def test_only_whole_references_in_a_link_are_undone() -> None:
    base = "http://a.example.cn/list/"
    assert join_href(base, "x?a=1&amp;id=2") == "http://a.example.cn/list/x?a=1&id=2"
    assert join_href(base, "x?tag=1&paramJson=2&section=3") == "http://a.example.cn/list/x?tag=1&paramJson=2&section=3"
