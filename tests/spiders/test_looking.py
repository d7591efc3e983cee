"""Lists made to be slow: small ones are soon read, large ones are read by a process that can be ended."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest

from spiders import looking
from spiders.looking import FENCED_BYTES, Question, UnreadableListError, is_large, look_at, look_safely
from spiders.platforms import ListPage
from storage.records import Feed, FeedId, SourceId

URL = "http://www.a.example.gov.cn/list/index.html"
FEED = Feed(id=FeedId("a/1"), source_id=SourceId("a"), url=URL)
ROW = '<li><a href="/art/{n}.html">第{n}号关于冬季巡逻的通告全文</a><span>2026-11-{d:02d}</span></li>'
# What is repeated, of which some hundred thousand stand in ten megabytes.
TRAPS = {
    "nested blocks": "<div>",
    "nested links": "<a href=/x.html>关于通告的全文内容",
    "nested lists": "<ul><li><a href=/x.html>关于通告的全文内容</a>2026-11-11",
    "nested tables": "<table><tr><td><a href=/x.html>关于通告的全文内容</a>2026-11-11",
    "columns": "<td><a href=/{n}.html>关于通告的全文第{n}号</a></td>",
    "rows": ROW,
    "one link": '<li><a href="/art/1.html">第一号关于冬季巡逻的通告全文</a>2026-11-11</li>',
    "script": "<script>createPageHTML(",
    "brackets": "<",
    "blanks": " \t",
    "dates": "2026-11-11 ",
    "digits": "1",
    "quotes": "<a href='/x",
    "items": "<item><title>通告</title><link>/x/{n}.html</link>",
    "objects": '{"url":"/x/{n}.html","title":"关于通告的全文","list":[',
    "references": "&#x4e00;&lt;![CDATA[",
}


def question(body: bytes) -> Question:
    page = ListPage.of(
        url=URL,
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=body,
        today=date(2026, 11, 30),
    )
    return Question(page=page, feed=FEED, name=None, number=1, may_differ=False, allowed=frozenset())


def trap(piece: str, size: int) -> bytes:
    pieces, length, number = [b"<html><body>"], 12, 0
    while length < size:
        pieces.append(piece.replace("{n}", str(number)).replace("{d:02d}", f"{number % 28 + 1:02d}").encode())
        length, number = length + len(pieces[-1]), number + 1
    return b"".join(pieces)[:size]


@pytest.mark.parametrize("name", TRAPS)
def test_a_list_that_is_read_in_our_own_process_is_soon_read_whatever_it_holds(name: str) -> None:
    body = trap(TRAPS[name], FENCED_BYTES)
    assert not is_large(body)
    began = time.process_time()
    look_at(question(body))
    assert time.process_time() - began < 5, "seconds of the processor"


def test_a_large_list_says_behind_the_fence_what_it_says_before_it() -> None:
    asked = question(trap(ROW, FENCED_BYTES + 10_000))
    seen = look_safely(asked)
    assert len(seen.entries) > 1000
    assert seen == look_at(asked)


@pytest.mark.parametrize(
    ("limit", "value", "why"), [("CPU_SECONDS", 1, "signal 9"), ("MEMORY_BYTES", 120_000_000, "given up")]
)
def test_a_list_that_takes_too_much_is_given_up(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, why: str
) -> None:
    monkeypatch.setattr(looking, limit, value)
    with pytest.raises(UnreadableListError, match=why):
        look_safely(question(trap(ROW, 30_000_000)))


def test_a_list_that_takes_too_long_is_given_up_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(UnreadableListError, match=r"took longer than 0\.2 s"):
        look_safely(question(trap(ROW, 30_000_000)), seconds=0.2)
    assert time.monotonic() - began < looking.CLOCK_SECONDS / 2


def test_a_question_carries_what_its_page_needs() -> None:
    body = trap(ROW, FENCED_BYTES + 10_000)
    labelled = replace(question(body), page=replace(question(body).page, label="投案"), name="generic", number=2)
    assert look_safely(labelled) == look_at(labelled)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<div id='app'></div><script src='/app.js'></script>", True),
        ("<html><body><noscript>请开启脚本</noscript><section class=x id=root></section></body></html>", True),
        (f"<div id='app'></div><script src='/app.js'></script><p>{'请广大群众积极配合。' * 50}</p>", False),
        ("<p>暂无数据</p><script src='/app.js'></script>", False),
        ("<div id='apple'></div><script src='/app.js'></script>", False),
    ],
)
def test_the_empty_page_of_an_application_is_known(body: str, *, expected: bool) -> None:
    assert look_at(question(body.encode())).is_drawn is expected
