"""`longarm crawl --since`: back through a list's archive, however it is interrupted, with an honest count."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.crawler.yard import Yard

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crawler.yard import Done
    from tests.loopback.museum import Museum

HOST = "http://www.wu.example.gov.cn"
LIST = f"{HOST}/tzgg/index.html"
NEWEST = date(2026, 11, 20)
PAGES, ROWS = 8, 5


def day(number: int) -> date:
    """Number 0 is the newest; ten days lie between two notices."""
    return NEWEST - timedelta(days=10 * number)


def article(number: int) -> str:
    return f"{HOST}/tzgg/{day(number):%Y%m}/t{day(number):%Y%m%d}_{9000 - number}.html"


def body(number: int) -> str:
    text = f"戊县公安局第{number}号通告的内容，请广大群众积极配合。" * 12
    return (
        f"<html><head><title>第{number}号通告</title></head><body><h1>第{number}号通告</h1><p>{text}</p></body></html>"
    )


def list_page(numbers: range, current: int) -> str:
    rows = "".join(
        f'<li><a href="{article(n)}">戊县公安局关于第{n}号事项的通告</a><span>{day(n)}</span></li>' for n in numbers
    )
    pager = f'<script>createPageHTML({PAGES}, {current}, "index", "html");</script>'
    return f"<html><body><ul>{rows}</ul>{pager}</body></html>"


def address(page: int) -> str:
    return LIST if page == 0 else f"{HOST}/tzgg/index_{page}.html"


def stage(museum: Museum, *, first: int = 0, since: int = 1, without: int | None = None) -> None:
    """The list as it stands from day `since` on; notices from number `first` on stand in it."""
    for page in range(PAGES):
        numbers = range(first + page * ROWS, first + (page + 1) * ROWS)
        if page != without:
            museum.serve(address(page), list_page(numbers, page), day=since)
        for number in numbers:
            museum.serve(article(number), body(number))


def lists(museum: Museum) -> list[int]:
    """The list pages asked for, by number."""
    found = [re.fullmatch(r".*/index(?:_(\d+))?\.html", seen.url) for seen in museum.requests]
    return [int(match[1] or 0) for match in found if match]


def known(yard: Yard) -> int:
    rows = map(json.loads, yard.longarm("urls", "list", "--json", "--source", "wu").stdout.splitlines())
    return sum(row["kind"] != "list" for row in rows)


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy)
    yard.source("wu", LIST, platform="trs")
    return yard


def back_to(yard: Yard, since: date) -> Done:
    return yard.longarm("crawl", "--since", since.isoformat())


def test_it_walks_past_the_most_list_pages_and_past_what_is_known_down_to_the_day(yard: Yard, museum: Museum) -> None:
    stage(museum)
    assert yard.longarm("crawl").returncode == 0
    assert lists(museum) == [0, 1, 2]
    museum.requests.clear()
    done = back_to(yard, day(22))
    assert done.returncode == 0, done.stdout
    assert lists(museum) == [0, 1, 2, 3, 4, 5], "page 5 holds only what is older, and ends the walk"
    assert known(yard) == 23
    assert (
        f"wu {LIST}: back to {day(22)}: 6 list pages read, the oldest entry of {day(29)}; reached {day(22)}"
        in done.stdout
    )


def test_the_end_of_a_list_is_said_and_pages_that_are_not_there_are_counted(yard: Yard, museum: Museum) -> None:
    stage(museum, without=6)
    museum.serve(article(7), "gone", status=404)
    museum.serve(article(9), "gone", status=404)
    done = back_to(yard, date(2018, 1, 1))
    assert lists(museum) == [0, 1, 2, 3, 4, 5, 6]
    assert "7 list pages read, 1 announced and not there" in done.stdout
    assert "page 7 was announced and answers 404" in done.stdout
    assert "wu: of the new pages could not be had: 2 are gone (404 or 410)" in done.stdout


def test_a_walk_that_failed_on_its_way_goes_on_there_and_takes_in_what_is_new(yard: Yard, museum: Museum) -> None:
    stage(museum, first=7)
    museum.serve(address(4), drop="all", body="")
    first = back_to(yard, date(2018, 1, 1))
    assert first.returncode == 1
    assert "not at its end: the next `crawl --since` goes on there" in first.stdout
    assert max(lists(museum)) == 4
    museum.requests.clear()
    # Seven more notices stand on top: all others have moved on by a page and two rows.
    stage(museum, first=0, since=2)
    museum.day = 2
    second = back_to(yard, date(2018, 1, 1))
    assert second.returncode == 0, second.stdout
    assert lists(museum) == [0, 1, 4, 5, 6, 7]
    assert "the list ends" in second.stdout
    assert known(yard) == PAGES * ROWS


def test_a_killed_walk_goes_on_there(yard: Yard, museum: Museum) -> None:
    stage(museum)
    museum.serve(address(5), list_page(range(5 * ROWS, 6 * ROWS), 5), delay_s=1.5)
    running = yard.start("crawl", "--since", "2018-01-01")
    while running.is_alive and 5 not in lists(museum):
        time.sleep(0.01)
    running.kill()
    with sqlite3.connect(yard.folder / "longarm.db", timeout=30) as database:
        ((ended, place),) = database.execute("select ended, place from backfill").fetchall()
    (record,) = json.loads(place)["lists"].values()
    assert (ended, record["next"]["url"]) == (None, address(5))
    museum.requests.clear()
    done = back_to(yard, date(2018, 1, 1))
    assert done.returncode == 0, done.stdout
    assert lists(museum) == [0, 5, 6, 7]
    assert known(yard) == PAGES * ROWS


def test_what_was_reached_is_not_walked_again_and_a_deeper_day_goes_on_from_there(yard: Yard, museum: Museum) -> None:
    stage(museum)
    back_to(yard, day(12))
    assert max(lists(museum)) == 3
    museum.requests.clear()
    assert f"reached {day(12)}" in back_to(yard, day(12)).stdout
    assert lists(museum) == [0]
    museum.requests.clear()
    assert f"reached {day(22)}" in back_to(yard, day(22)).stdout
    assert lists(museum) == [0, 2, 3, 4, 5], "what was too old on page 2 was left out then"
    assert known(yard) == 23


def test_a_day_on_the_first_page_is_no_end_for_a_deeper_one(yard: Yard, museum: Museum) -> None:
    stage(museum)
    back_to(yard, day(2))
    assert lists(museum) == [0, 1]
    museum.requests.clear()
    assert f"reached {day(12)}" in back_to(yard, day(12)).stdout
    assert lists(museum) == [0, 1, 2, 3]
    assert known(yard) == 13


def test_more_pages_than_one_run_may_ask_stay_due_and_are_told(yard: Yard, museum: Museum) -> None:
    stage(museum)
    yard.configure(proxy=museum.proxy, fetch="max_new_pages = 10")
    done = back_to(yard, date(2018, 1, 1))
    assert done.returncode == 1
    assert "wu: 30 pages listed and still to be looked at" in done.stdout
    for _ in range(3):
        yard.longarm("crawl")
    assert known(yard) == PAGES * ROWS
