"""A host that loses many pages at once is told as one thing, however few pages one run looks at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import phrases
from alerts.digest import build
from alerts.letter import Window
from alerts.render import FORMS, render
from alerts.render_json import digest_object
from desk.states import _Answers, _are_alike
from storage import windows
from storage.records import Role, Sha256
from tests.desk.invented_web import HOST, Web

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.letter import Digest
    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

TEXT = "关于限期说明情况的通告\n\n滞留境外的人员应当在三十日内说明情况。\n逾期的将依法采取相应措施。\n联系人某某。"
GONE = {
    "404": {"body": "not found", "status": 404},
    "redirect-home": {"body": "云浦县公安局\n\n首页 新闻 公告", "final": f"{HOST}/"},
    "soft-404": {"body": "提示\n\n您访问的页面不存在或已删除"},
}


@pytest.fixture
def web(config: Config, database: Database, clock: Clock) -> Iterator[Web]:
    opened = Web(config, database, clock)
    yield opened
    opened.archive.close()


def alive(web: Web, *numbers: int) -> None:
    for number in numbers:
        web.look(f"/{number}.html", f"{TEXT}第{number}号")


def gone(web: Web, how: str, *numbers: int) -> None:
    for number in numbers:
        web.look(f"/{number}.html", **GONE[how])


def digest(web: Web) -> Digest:
    now = web.clock()
    start, end = now - timedelta(hours=24), now + timedelta(seconds=1)
    with web.database.read() as conn:
        facts = windows.collect(conn, start=start, end=end, health={})
    window = Window(date=now.date(), start=start, end=end, zone="Asia/Shanghai", is_open=False)
    return build(facts, window, gloss=lambda _: [])


@pytest.mark.parametrize("how", GONE)
def test_half_a_host_gone_at_once_is_one_line_of_the_digest(web: Web, how: str) -> None:
    alive(web, *range(40))
    web.derive()
    web.new_run(hours=25)
    gone(web, how, *range(30))
    alive(web, *range(30, 40))
    web.derive()
    made = digest(web)
    assert [(move.host, move.event.key, move.pages) for move in made.moves] == [
        ("psb.example.gov.cn", "suspected-gone", 30)
    ]
    assert made.counts.other_takedowns == 0
    assert digest_object(made)["moves"][0]["gone_as"] == {how: 30}
    for form in FORMS:
        assert render(made, form).replace("\\", "").count("psb.example.gov.cn") == 1
    assert "30 pages" in render(made, "text")
    assert "1 host moved" in phrases.headline(made)
    assert "1 host moved" in phrases.subject(made, "full")


def test_three_of_four_pages_in_runs_of_one_page_each_are_one_move(web: Web) -> None:
    alive(web, 1, 2, 3, 4)
    web.derive()
    web.new_run(hours=25)
    alive(web, 4)
    for number in (1, 2, 3):
        web.new_run(minutes=30)
        web.look("/list/", "a list", role=Role.FEED)
        gone(web, "404", number)
        web.derive()
    assert [(move.event.key, move.pages) for move in digest(web).moves] == [("suspected-gone", 3)]
    for _ in range(3):
        web.new_run(hours=25)
        web.look("/list/", "a list", role=Role.FEED)
        for number in (1, 2, 3):
            web.new_run(minutes=30)
            gone(web, "404", number)
            web.derive()
    assert {web.state(f"/{number}.html") for number in (1, 2, 3)} == {"suspected-gone"}


def test_what_stays_away_for_a_week_is_gone_and_still_one_line(web: Web) -> None:
    alive(web, 1, 2, 3, 4)
    web.derive()
    for _ in range(9):
        web.new_run(hours=23)
        gone(web, "404", 1, 2, 3)
        alive(web, 4)
        web.derive()
    assert [event for event, _ in web.told()].count("gone") == 3
    assert [(move.event.key, move.pages) for move in digest(web).moves] == [("gone", 3)]
    web.new_run(hours=25)
    alive(web, 1, 2, 3, 4)
    web.derive()
    assert [(move.event.key, move.pages) for move in digest(web).moves] == [("returned", 3)]


def test_three_takedowns_among_many_pages_are_no_move_though_a_later_run_looks_at_those_alone(web: Web) -> None:
    alive(web, *range(20))
    web.derive()
    web.new_run(hours=25)
    gone(web, "404", 1, 2, 3)
    alive(web, *range(4, 20))
    web.derive()
    web.new_run(hours=25)
    gone(web, "404", 1, 2, 3)
    web.look("/list/", "a list", role=Role.FEED)
    web.derive()
    assert {web.state(f"/{number}.html") for number in (1, 2, 3)} == {"gone"}
    made = digest(web)
    assert made.moves == ()
    assert made.counts.other_takedowns == 3


def test_an_outage_is_neither_a_takedown_nor_a_move(web: Web) -> None:
    alive(web, 1, 2, 3, 4)
    web.derive()
    web.new_run(hours=25)
    for number in (1, 2, 3, 4):
        web.look(f"/{number}.html", error="timeout")
    web.derive()
    made = digest(web)
    assert (made.moves, made.counts.other_takedowns) == ((), 0)


def test_pages_that_were_gone_long_before_are_no_part_of_a_move(web: Web) -> None:
    alive(web, *range(10))
    web.derive()
    for _ in range(2):
        web.new_run(hours=25)
        gone(web, "404", 1, 2)
        alive(web, *range(3, 10))
        web.derive()
    assert web.state("/1.html") == "gone"
    web.new_run(hours=24 * 20)
    gone(web, "404", 1, 2, 3)
    alive(web, 4)
    web.derive()
    assert digest(web).moves == ()


@given(
    answers=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 30_000)), max_size=30),
    other=st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 30_000)),
)
def test_an_answer_is_like_one_of_many_where_it_is_like_any(
    answers: list[tuple[str, int]], other: tuple[str, int]
) -> None:
    many = _Answers()
    for payload, length in answers:
        many.add(Sha256(payload), length)
    # Of two answers of one hash the first tells the length: in truth they are of one length.
    distinct = dict(reversed(answers))
    like = any(payload == other[0] or _are_alike(length, other[1]) for payload, length in distinct.items())
    assert many.has_like(Sha256(other[0]), other[1]) is like
