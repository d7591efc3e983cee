"""Sources, feeds and pages: what is mirrored, what is due, what a reading brings."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from storage import feeds, pages, sources, tables
from storage.records import (
    CaptureId,
    Entry,
    ErrorClass,
    Feed,
    FeedId,
    FeedReading,
    Follow,
    Role,
    Source,
    SourceId,
)
from storage.urls import url_key
from tests.storage.looks import NOON, failed, look, open_archive, url

if TYPE_CHECKING:
    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

LIST = "http://www.yunxi.example.gov.cn/col/col1229/index.html"
OTHER = "http://www.yunxi.example.gov.cn/col/col1230/index.html"


def source(name: str = "yunxi-police-notices", *lists: str, **changes: Any) -> Source:
    found = [
        Feed(id=FeedId(f"{name}/{url_key(each)}"), source_id=SourceId(name), url=each, follow=Follow(deny=("/en/",)))
        for each in lists or (LIST,)
    ]
    values: dict[str, Any] = {
        "id": SourceId(name),
        "name_zh": "云溪县公安局",
        "name_en": None,
        "agency": "police",
        "level": "county",
        "province": "浙江",
        "place": "云溪",
        "lang": "zh",
        "feeds": tuple(found),
    }
    return Source(**{**values, **changes})


def reading(feed: Feed, *entries: str, capture: int = 1, finished: bool = True, **changes: Any) -> FeedReading:
    values: dict[str, Any] = {
        "feed_id": feed.id,
        "capture_id": CaptureId(capture),
        "page_number": 1,
        "entries": tuple(Entry(url=each, title=f"通告 {each[-10:]}") for each in entries),
        "finished": finished,
        "platform": "jpage",
    }
    return FeedReading(**{**values, **changes})


def put(database: Database, said: FeedReading, *, at: Any = NOON) -> feeds.PutReading:
    with database.write() as conn:
        return feeds.put_reading(conn, said, at=at, next_due_at=at + timedelta(hours=6))


def sync(database: Database, *found: Source, at: Any = NOON) -> sources.SyncReport:
    with database.write() as conn:
        return sources.sync(conn, found, at=at)


def test_sources_come_back_as_they_were(config: Config, database: Database) -> None:
    one, two = source(), source("baihe-court", OTHER, LIST, enabled=False, silent_after_seconds=9, origin="shipped")
    assert sync(database, one, two).added == (one.id, two.id)
    with database.read() as conn:
        assert sources.load(conn) == [one]
        assert sources.load(conn, include_disabled=True) == [two, one]


def test_a_sync_that_changes_nothing_writes_nothing(database: Database) -> None:
    sync(database, source())
    assert sync(database, source()) == sources.SyncReport(added=(), changed=(), retired=())


def test_a_changed_source_is_changed_and_its_old_definition_kept(database: Database) -> None:
    sync(database, source())
    report = sync(database, source(level="prefecture"), at=NOON + timedelta(days=1))
    assert report.changed == (SourceId("yunxi-police-notices"),)
    with database.read() as conn:
        kept = conn.execute(sa.select(tables.definition.c.body).where(tables.definition.c.kind == "source")).scalars()
        assert {body["level"] for body in kept} == {"county", "prefecture"}


def test_what_the_registry_no_longer_names_is_retired_and_a_files_sources_are_left_alone(database: Database) -> None:
    sync(database, source("a-shipped", origin="shipped"), source("b-user"))
    sync(database, source("c-file", origin="/somewhere/sources.yaml"))
    report = sync(database, source("a-shipped", origin="shipped"))
    assert report.retired == (SourceId("b-user"),)
    with database.read() as conn:
        assert [each.id for each in sources.load(conn)] == ["a-shipped", "c-file"]
    assert sync(database, source("a-shipped", origin="shipped"), source("b-user")).changed == (SourceId("b-user"),)
    with database.read() as conn:
        assert [each.id for each in sources.load(conn)] == ["a-shipped", "b-user", "c-file"]


def test_a_list_that_is_no_longer_named_is_not_due(database: Database) -> None:
    sync(database, source("a", LIST, OTHER))
    sync(database, source("a", LIST))
    with database.read() as conn:
        assert [each.feed.url for each in feeds.due(conn, NOON)] == [LIST]


def test_every_is_kept_to_unless_everything_is_asked_for(database: Database) -> None:
    sync(database, source())
    (feed,) = source().feeds
    put(database, reading(feed))
    with database.read() as conn:
        assert feeds.due(conn, NOON + timedelta(hours=5)) == []
        assert len(feeds.due(conn, NOON + timedelta(hours=5), everything=True)) == 1
        assert len(feeds.due(conn, NOON + timedelta(hours=6))) == 1
        assert feeds.due(conn, NOON + timedelta(hours=6), source_ids=["another"]) == []


def test_a_list_is_never_asked_until_it_is_asked_if_in_vain(config: Config, database: Database, clock: Clock) -> None:
    def never_asked(*ids: str) -> bool:
        with database.read() as conn:
            return sources.any_never_asked(conn, [SourceId(name) for name in ids] or None)

    assert not never_asked()
    sync(database, source("new"), source("off", OTHER, enabled=False))
    assert never_asked()
    assert never_asked("new", "off")
    assert not never_asked("off")
    open_archive(config, database, clock).record([failed(1, url=LIST, role=Role.FEED)])
    assert not never_asked()
    # An article that stands on it and was not asked for yet is no list.
    put(database, reading(source("new").feeds[0], url(2)))
    assert not never_asked()


def test_a_list_that_is_asked_by_post_is_asked_though_its_own_address_is_not(
    config: Config, database: Database, clock: Clock
) -> None:
    (feed,) = (known := source()).feeds
    sync(database, known)
    (sent,) = open_archive(config, database, clock).record(
        [look(9, url=LIST, role=Role.FEED, method="POST", request_body=b"page=1", feed_id=feed.id)]
    )
    with database.read() as conn:
        assert sources.any_never_asked(conn)
    put(database, reading(feed, capture=sent.id))
    with database.read() as conn:
        assert not sources.any_never_asked(conn)


def test_only_enabled_sources_feeds_are_due(database: Database) -> None:
    sync(database, source("on"), source("off", OTHER, enabled=False))
    with database.read() as conn:
        assert [each.source.id for each in feeds.due(conn, NOON, everything=True)] == ["on"]


def test_a_layout_and_an_account_stay_until_a_list_says_others(database: Database) -> None:
    sync(database, source())
    (feed,) = source().feeds
    said = [
        (Entry(url=url(1), title="通告", layout="第03版：要闻", account="云溪公安"), ("第03版：要闻", "云溪公安")),
        (Entry(url=url(1), title="通告"), ("第03版：要闻", "云溪公安")),
        (Entry(url=url(1), title="通告", layout="第01版：头版"), ("第01版：头版", "云溪公安")),
    ]
    for capture, (entry, expected) in enumerate(said, 1):
        put(database, reading(feed, capture=capture, entries=(entry,)))
        with database.read() as conn:
            found = feeds.listed(conn, [url(1), url(2)])
        assert {at: (one.layout, one.account) for at, one in found.items()} == {url(1): expected}


def test_a_list_is_asked_conditionally_only_after_a_walk_that_was_finished(
    config: Config, database: Database, clock: Clock
) -> None:
    sync(database, source())
    (feed,) = source().feeds
    archive = open_archive(config, database, clock)
    (capture,) = archive.record([look(0, url=LIST, role=Role.FEED)])

    def due() -> feeds.DueFeed:
        with database.read() as conn:
            (found,) = feeds.due(conn, NOON, everything=True)
        return found

    assert due().previous is None
    put(database, reading(feed, url(1), capture=capture.id, finished=False))
    assert (due().previous, due().unfinished) == (None, True)
    put(database, reading(feed, url(1), capture=capture.id))
    found = due()
    assert found.previous is not None
    assert found.previous.capture_id == capture.id
    assert (found.unfinished, found.platform) == (False, "jpage")
    assert (found.feed, found.source) == (feed, source())


def test_entries_become_pages_once_and_are_settled_by_a_finished_reading(
    config: Config, database: Database, clock: Clock
) -> None:
    sync(database, source())
    (feed,) = source().feeds
    first = put(database, reading(feed, url(1), url(2), url(1) + "#top", finished=False))
    assert ([entry.url for entry in first.new], first.known_settled) == ([url(1), url(2)], frozenset())
    open_archive(config, database, clock).record([look(1)])
    again = put(database, reading(feed, url(1), url(2), capture=2))
    assert ([entry.url for entry in again.new], again.known_settled) == ([url(2)], frozenset())
    third = put(database, reading(feed, url(3), url(1), url(2), capture=3))
    assert [entry.url for entry in third.new] == [url(3), url(2)]
    assert third.known_settled == {url_key(url(1)), url_key(url(2))}
    with database.read() as conn:
        assert feeds.settled_keys(conn, feed.id, [url_key(url(3)), "nothing"]) == {url_key(url(3))}
        page = pages.by_url(conn, url(2))
    assert page is not None
    assert (page.role, page.source_id) == (Role.PAGE, "yunxi-police-notices")


def test_an_entry_that_is_itself_a_list_stays_one(database: Database) -> None:
    sync(database, source("a", LIST, OTHER))
    feed = source("a", LIST, OTHER).feeds[0]
    assert put(database, reading(feed, OTHER, "javascript:;", url(1))).new == (
        Entry(url=url(1), title=f"通告 {url(1)[-10:]}"),
    )
    with database.read() as conn:
        assert pages.by_url(conn, OTHER).role is Role.FEED  # type: ignore[union-attr]
        assert [each.url for each in pages.due(conn, NOON, limit=9, run_id="r")] == [url(1)]


def test_an_entry_elsewhere_is_a_page_all_the_same(database: Database) -> None:
    sync(database, source())
    (feed,) = source().feeds
    put(database, reading(feed, "https://news.example.org/2026/a?id=7"))
    with database.read() as conn:
        (found,) = pages.due(conn, NOON, limit=9, run_id="r")
    assert (found.url, found.vantage, found.never_captured) == ("https://news.example.org/2026/a?id=7", "default", True)


def test_a_failing_list_is_counted_from_its_first_failure(database: Database) -> None:
    sync(database, source())
    (feed,) = source().feeds
    put(database, reading(feed, url(1)))
    for hour in (1, 2):
        put(
            database,
            reading(feed, capture=hour + 1, finished=False, error=ErrorClass.DNS, message="no such name"),
            at=NOON + timedelta(hours=hour),
        )
    with database.read() as conn:
        health = feeds.health(conn, NOON)[SourceId("yunxi-police-notices")]
    assert (health.health, health.error, health.since) == ("failing", ErrorClass.DNS, NOON + timedelta(hours=1))
    assert (health.last_ok, health.looks) == (NOON, 3)
    put(database, reading(feed, capture=9), at=NOON + timedelta(hours=3))
    with database.read() as conn:
        assert feeds.health(conn, NOON)[SourceId("yunxi-police-notices")].health == "ok"


@pytest.mark.parametrize(
    ("error", "word"), [(ErrorClass.BLOCKED, "blocked"), (ErrorClass.PARSE, "redesigned"), (ErrorClass.TLS, "failing")]
)
def test_how_a_source_fares(error: ErrorClass, word: str, database: Database) -> None:
    sync(database, source("a", LIST, OTHER))
    with database.read() as conn:
        assert feeds.health(conn, NOON)[SourceId("a")].health == "never-seen"
    first, second = source("a", LIST, OTHER).feeds
    put(database, reading(first, url(1)))
    put(database, reading(second, capture=2, error=error))
    with database.read() as conn:
        assert feeds.health(conn, NOON)[SourceId("a")].health == word


def test_a_host_that_refuses_three_times_rests_until_its_list_is_due(database: Database) -> None:
    sync(database, source("a", LIST), source("b", OTHER), source("c", "http://other.example.gov.cn/list/"))
    (one,), (two,) = source("a", LIST).feeds, source("b", OTHER).feeds

    def resting(hours: float) -> frozenset[str]:
        with database.read() as conn:
            return feeds.resting_hosts(conn, NOON + timedelta(hours=hours))

    put(database, reading(two, url(1), capture=1))
    for number in range(3):
        assert resting(number) == frozenset()
        put(database, reading(one, capture=2 + number, error=ErrorClass.BLOCKED), at=NOON + timedelta(hours=number + 1))
    assert resting(4) == {"www.yunxi.example.gov.cn"}
    assert resting(9.5) == frozenset()
    put(database, reading(two, url(1), capture=9), at=NOON + timedelta(hours=5))
    assert resting(6) == frozenset(), "another list of the host answers: it is no refusal of the host's"


def test_a_source_that_brings_nothing_new_for_long_is_silent(database: Database) -> None:
    sync(database, source(silent_after_seconds=86400))
    (feed,) = source().feeds
    put(database, reading(feed, url(1)))
    put(database, reading(feed, url(1), capture=2), at=NOON + timedelta(days=1))
    with database.read() as conn:
        health = feeds.health(conn, NOON + timedelta(days=30))
    # The page was never captured: it is still new at each reading.
    assert health[SourceId("yunxi-police-notices")].last_new == NOON + timedelta(days=1)
    assert health[SourceId("yunxi-police-notices")].health == "silent"


def test_pages_come_never_captured_first_and_each_once_a_run(config: Config, database: Database, clock: Clock) -> None:
    sync(database, source())
    (feed,) = source().feeds
    archive = open_archive(config, database, clock)
    archive.record([look(number) for number in range(4)])
    put(database, reading(feed, *(url(number) for number in range(8))))
    later = clock.forward(days=2)
    walked: list[str] = []
    after = 0
    while True:
        with database.read() as conn:
            chunk = pages.due(conn, later, limit=3, run_id="run-2", after_id=after)
        if not chunk:
            break
        walked += [each.url for each in chunk]
        after = chunk[-1].page.id
        # Looked at while the walk goes on, as a crawl does.
        _looked_at(database, [each.page.id for each in chunk], "run-2")
    assert walked == [url(number) for number in (4, 5, 6, 7, 0, 1, 2, 3)]
    with database.read() as conn:
        assert pages.due(conn, later, limit=9, run_id="run-2", everything=True) == []
        assert len(pages.due(conn, later, limit=9, run_id="run-3", everything=True)) == 8


def _looked_at(database: Database, numbers: list[Any], run_id: str) -> None:
    state = tables.page_state
    with database.write() as conn:
        change = sa.update(state).where(state.c.page_id.in_(numbers))
        conn.execute(change.values(run_id=run_id, looks=state.c.looks + 1))


def test_a_page_is_due_when_its_time_has_come_and_of_what_role_it_is(
    config: Config, database: Database, clock: Clock
) -> None:
    archive = open_archive(config, database, clock)
    roles = (Role.FEED, Role.ROBOTS, Role.PROBE, Role.PAGE, Role.PART)
    archive.record([look(number, role=role) for number, role in enumerate(roles)])
    archive.record([failed(9)])
    with database.read() as conn:
        assert pages.due(conn, NOON + timedelta(hours=23), limit=9, run_id="next") == []
        due = pages.due(conn, NOON + timedelta(days=1), limit=9, run_id="next")
    assert [(each.page.role, each.previous is not None) for each in due] == [
        (Role.PAGE, True),
        (Role.PART, True),
        (Role.PAGE, False),
    ]


def test_pages_of_a_source_that_is_off_or_retired_are_not_due(config: Config, database: Database, clock: Clock) -> None:
    sync(database, source())
    open_archive(config, database, clock).record([look(1)])
    later = NOON + timedelta(days=9)

    def due() -> int:
        with database.read() as conn:
            return len(pages.due(conn, later, limit=9, run_id="next"))

    assert due() == 1
    sync(database, source(enabled=False))
    assert due() == 0
    sync(database, source())
    assert due() == 1
    sync(database, source("another", OTHER))
    assert due() == 0


def test_a_part_knows_the_page_it_belongs_to(config: Config, database: Database, clock: Clock) -> None:
    open_archive(config, database, clock).record([look(1)])
    open_archive(config, database, clock).record([look(2, role=Role.PART, part_of=url(1), part_number=2)])
    with database.read() as conn:
        whole, part = pages.by_url(conn, url(1)), pages.by_url(conn, url(2))
    assert whole is not None
    assert part is not None
    assert (part.role, part.part_of, part.part_number) == (Role.PART, whole.id, 2)


def test_a_capture_is_found_by_the_beginning_of_its_id(config: Config, database: Database, clock: Clock) -> None:
    captures = open_archive(config, database, clock).record([look(1), look(2)])
    with database.read() as conn:
        for capture in captures:
            assert pages.find_capture(conn, capture.short[:8].upper()) == capture
            assert pages.find_capture(conn, capture.record_sha256) == capture
            assert pages.capture(conn, capture.id) == capture
        for wrong in ("0" * 8, "12", "xyzxyzxy", ""):
            with pytest.raises(pages.ConfigError):
                pages.find_capture(conn, wrong)
