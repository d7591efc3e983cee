"""Which articles wait for what their list carries: behind a challenge, deleted, or on a host that is left alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from storage import carriers, documents
from storage.records import CARRIED, Via
from tests.storage.looks import NOON, look, open_archive, url
from tests.storage.test_feeds import LIST, OTHER, put, reading, source, sync

if TYPE_CHECKING:
    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock


def test_articles_that_no_look_has_shown_wait_for_their_lists_text(
    config: Config, database: Database, clock: Clock
) -> None:
    (feed,) = (known := source()).feeds
    sync(database, known)
    archive = open_archive(config, database, clock)
    elsewhere = "http://www.baihe.example.gov.cn/1.html"
    listed, *looks = archive.record([look(9, url=feed.url), look(1), look(2), look(3)])
    put(database, reading(feed, *map(url, range(1, 5)), elsewhere, capture=listed.id, platform="feed"))
    with database.write() as conn:
        for at, outcome in enumerate(("blocked", "gone", "blocked")):
            row = {"capture_id": looks[at].id, "outcome": outcome, "gone_as": None, "blocked_by": None, "reason": "x"}
            documents.put_verdicts(conn, [row | {"version": 1}])
    via = Via(how=CARRIED, file=feed.url, sha256=listed.payload_sha256, at=NOON, http=False)  # type: ignore[arg-type]
    (carried,) = archive.record([look(3, at=NOON, via=via)])
    with database.read() as conn:
        # The second was deleted before we came; the third has its text already, the last one's host has blocked nobody.
        found = carriers.hidden(conn, ["feed"])
        assert {one.url for one in found} == {url(1), url(2), url(4)}
        assert {(one.feed_id, one.list_id, one.platform) for one in found} == {(feed.id, listed.id, "feed")}
        assert carriers.hidden(conn, ["wechat"]) == []
        assert [carriers.is_carried(conn, one.id) for one in (carried, looks[2])] == [True, False]


def test_what_another_source_s_list_says_of_a_page_is_not_that_page_s_word(
    config: Config, database: Database, clock: Clock
) -> None:
    known, stranger = source(), source("some-bridge", "http://bridge.example/feed.xml", agency="local_media")
    (feed,) = stranger.feeds
    sync(database, known, stranger)
    archive = open_archive(config, database, clock)
    listed, blocked = archive.record([look(9, url=feed.url, source_id=stranger.id, feed_id=feed.id), look(1)])
    put(database, reading(feed, url(1), capture=listed.id, platform="feed"))
    with database.write() as conn:
        row = {"capture_id": blocked.id, "outcome": "blocked", "gone_as": None, "blocked_by": None, "reason": "x"}
        documents.put_verdicts(conn, [row | {"version": 1}])
        assert carriers.hidden(conn, ["feed"]) == []


def test_a_list_without_an_article_s_text_is_not_looked_through_for_it_again(
    config: Config, database: Database, clock: Clock
) -> None:
    first, second = (known := source("yunxi-police-notices", LIST, OTHER)).feeds
    sync(database, known)
    archive = open_archive(config, database, clock)
    older, newer, blocked = archive.record([look(8, url=second.url), look(9, url=first.url), look(1)])
    put(database, reading(second, url(1), capture=older.id, platform="feed"))
    put(database, reading(first, url(1), capture=newer.id, platform="feed"))
    row = {"capture_id": blocked.id, "outcome": "blocked", "gone_as": None, "blocked_by": None, "reason": "x"}
    asked = []
    with database.write() as conn:
        documents.put_verdicts(conn, [row | {"version": 1}])
        for _ in range(3):
            found = carriers.hidden(conn, ["feed"])
            asked += [one.list_id for one in found]
            carriers.put_textless(conn, found)
    assert asked == [newer.id, older.id]
    # Another list's answer may have it.
    (later,) = archive.record([look(9, url=first.url, at=NOON + timedelta(days=1), body=b"<rss/>")])
    put(database, reading(first, url(1), capture=later.id, platform="feed"))
    with database.read() as conn:
        assert [one.list_id for one in carriers.hidden(conn, ["feed"])] == [later.id]
