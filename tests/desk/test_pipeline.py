"""From captures to snapshots, states and what is told of them, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage import derive, documents, pages
from storage.records import Role
from tests.desk.invented_web import HOST, Web

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

TEXT = "关于限期说明情况的通告\n\n滞留境外的人员应当在三十日内说明情况。\n逾期的将依法采取相应措施。\n联系人某某。"


@pytest.fixture
def web(config: Config, database: Database, clock: Clock) -> Iterator[Web]:
    opened = Web(config, database, clock)
    yield opened
    opened.archive.close()


def test_a_page_seen_alive_has_a_snapshot_and_an_unchanged_look_adds_nothing(web: Web) -> None:
    web.look("/1.html", TEXT)
    web.derive()
    assert (web.state("/1.html"), len(web.snapshots("/1.html"))) == ("live", 1)
    web.new_run(hours=24)
    web.look("/1.html", TEXT)
    web.look("/1.html", status=304)
    web.derive()
    assert (web.state("/1.html"), len(web.snapshots("/1.html"))) == ("live", 1)
    assert web.told() == []


def test_a_counter_opens_no_snapshot_and_an_edit_opens_one_told_once(web: Web) -> None:
    web.look("/1.html", TEXT + "\n浏览次数：1")
    web.derive()
    web.new_run(hours=24)
    web.look("/1.html", TEXT + "\n浏览次数：2")
    web.derive()
    assert len(web.snapshots("/1.html")) == 1
    web.new_run(hours=24)
    edited = web.look("/1.html", TEXT.replace("三十日", "十日"))
    web.derive()
    web.derive()
    found = web.snapshots("/1.html")
    assert [each.ordinal for each in found] == [1, 2]
    assert found[1].id == edited.id
    assert web.told() == [("edited", "/1.html")]


def test_signs_a_day_apart_are_gone_and_each_change_is_told_once(web: Web) -> None:
    for path in ("/1.html", "/2.html", "/3.html", "/4.html"):
        web.look(path, TEXT + path)
    web.derive()
    for _ in range(3):
        web.new_run(hours=25)
        web.look("/1.html", "not found", status=404)
        web.look("/2.html", "提示\n\n您访问的页面不存在或已删除")
        web.look("/3.html", TEXT + "/3.html")
        web.look("/4.html", error="timeout")
        web.derive()
    assert [web.state(f"/{n}.html") for n in (1, 2, 3, 4)] == ["gone", "gone", "live", "unreachable"]
    web.new_run(hours=25)
    web.look("/1.html", TEXT + "/1.html")
    web.look("/3.html", TEXT + "/3.html")
    web.derive()
    assert web.state("/1.html") == "returned"
    assert len(web.snapshots("/1.html")) == 1, "the same text again is no new snapshot"
    assert sorted(web.told()) == [
        ("gone", "/1.html"),
        ("gone", "/2.html"),
        ("returned", "/1.html"),
        ("suspected-gone", "/1.html"),
        ("suspected-gone", "/2.html"),
        ("unreachable", "/4.html"),
    ]


def test_nothing_is_gone_where_nothing_else_of_the_host_answered(web: Web) -> None:
    web.look("/1.html", TEXT)
    web.derive()
    for _ in range(3):
        web.new_run(hours=25)
        web.look("/1.html", "not found", status=404)
        web.derive()
    assert web.state("/1.html") == "suspected-gone"
    web.new_run(hours=25)
    web.look("/list/", "a list", role=Role.FEED)
    web.look("/1.html", "not found", status=404)
    web.derive()
    assert web.state("/1.html") == "gone"


def test_a_host_that_loses_half_its_pages_at_once_moved(web: Web) -> None:
    paths = [f"/{number}.html" for number in range(6)]
    for path in paths:
        web.look(path, TEXT + path)
    web.derive()
    for _ in range(3):
        web.new_run(hours=25)
        for path in paths[:3]:
            web.look(path, "not found", status=404)
        for path in paths[3:]:
            web.look(path, TEXT + path)
        web.derive()
    assert {web.state(path) for path in paths[:3]} == {"suspected-gone"}
    with web.database.read() as conn:
        assert not [event for event, _ in web.told() if event == "gone"], list(derive.failures(conn))


def test_refusals_are_blocked_and_never_gone(web: Web) -> None:
    web.look("/1.html", TEXT)
    web.look("/2.html", TEXT + "2")
    web.derive()
    for number in range(6):
        web.new_run(hours=25)
        web.look("/1.html", "challenge\n\nx" if number % 2 else "denied", status=200 if number % 2 else 403)
        web.look("/2.html", TEXT + "2")
        web.derive()
    assert web.state("/1.html") == "blocked"
    assert web.told() == [("blocked", "/1.html")]


def test_a_soft_404_that_stays_the_same_is_seen_again_though_nothing_new_was_sent(web: Web) -> None:
    web.look("/1.html", TEXT)
    web.look("/2.html", TEXT + "2")
    web.derive()
    for _ in range(2):
        web.new_run(hours=25)
        again = web.look("/1.html", "提示\n\n您访问的页面不存在或已删除")
        web.look("/2.html", TEXT + "2")
        web.derive()
    assert str(again.kind) == "revisit"
    assert web.state("/1.html") == "gone"


def test_a_split_article_is_one_snapshot_renewed_when_a_part_changes(web: Web) -> None:
    first = f"!parts {HOST}/1_1.html {HOST}/1_2.html\n" + TEXT
    web.look("/1.html", first)
    web.look("/1_1.html", "通告(2)\n\n第二部分的内容。", role=Role.PART, part_of="/1.html", part_number=2)
    web.look("/1_2.html", "通告(3)\n\n第三部分的内容。", role=Role.PART, part_of="/1.html", part_number=3)
    web.derive()
    (snapshot,) = web.snapshots("/1.html")
    assert len(snapshot.parts) == 3
    with web.database.read() as conn:
        assert documents.of_snapshot(conn, snapshot).body.endswith("第二部分的内容。\n第三部分的内容。")
    web.new_run(hours=25)
    web.look("/1.html", first)
    changed = web.look(
        "/1_1.html", "通告(2)\n\n第二部分的内容有改动。", role=Role.PART, part_of="/1.html", part_number=2
    )
    web.look("/1_2.html", status=304, role=Role.PART, part_of="/1.html", part_number=3)
    web.derive()
    one, two = web.snapshots("/1.html")
    assert (two.ordinal, two.id) == (2, changed.id)
    assert two.parts == (one.parts[0], changed.id, one.parts[2])
    assert web.told() == [("edited", "/1.html")]


def test_a_part_that_comes_a_run_later_completes_the_article_and_is_no_edit(web: Web) -> None:
    web.look("/1.html", f"!parts {HOST}/1_1.html\n" + TEXT)
    web.derive()
    web.new_run(hours=1)
    web.look("/1_1.html", "通告(2)\n\n第二部分的内容。", role=Role.PART, part_of="/1.html", part_number=2)
    web.derive()
    assert [len(each.parts) for each in web.snapshots("/1.html")] == [1, 2]
    assert web.told() == []


def test_a_page_that_cannot_be_read_is_set_aside_and_stops_nothing(web: Web) -> None:
    web.reading.poison.add(HOST + "/1.html")
    web.look("/1.html", TEXT)
    web.look("/2.html", TEXT + "2")
    web.derive()
    assert (web.state("/1.html"), web.snapshots("/1.html")) == ("live", [])
    assert len(web.snapshots("/2.html")) == 1
    with web.database.read() as conn:
        assert [(stage, error) for stage, _, error in derive.failures(conn)] == [("document", "a worker was killed")]
    for _ in range(4):
        web.derive()
    with web.database.read() as conn:
        assert derive.take_pending(conn, "document") == [], "after three tries a person must look"


def test_a_new_version_of_the_reader_makes_the_same_snapshots_again_and_tells_nothing_twice(web: Web) -> None:
    web.look("/1.html", TEXT)
    web.derive()
    web.new_run(hours=25)
    web.look("/1.html", TEXT.replace("三十日", "十日"))
    web.derive()
    before, told = web.snapshots("/1.html"), web.told()
    web.reading.version = "2"
    web.derive()
    assert web.snapshots("/1.html") == before
    assert web.told() == told


def test_a_snapshot_is_found_by_the_beginning_of_its_id(web: Web) -> None:
    web.look("/1.html", TEXT)
    web.derive()
    (snapshot,) = web.snapshots("/1.html")
    with web.database.read() as conn:
        assert documents.find_snapshot(conn, snapshot.short[:8]) == snapshot
        assert pages.find_capture(conn, snapshot.short[:8]).id == snapshot.id


def test_no_body_of_an_unchanged_look_is_read(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.look("/1.html", TEXT)
    web.derive()
    web.new_run(hours=1)
    web.look("/1.html", TEXT)
    web.look("/1.html", status=304)
    monkeypatch.setattr(type(web.archive), "body", None)
    web.derive()
    assert Path(web.archive.folder).is_dir()
