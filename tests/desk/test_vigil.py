"""Alarms end to end: what invented webs show over staged days, and what the digest and `sources list` say of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from desk.vigil import AlarmStage
from storage import alarms, derive, feeds, sources, tables
from storage.derived_tables import alarm, feed_look
from storage.records import (
    Entry,
    ErrorClass,
    Exchange,
    Feed,
    FeedId,
    FeedReading,
    Reason,
    Role,
    Source,
    SourceId,
    TlsFacts,
)
from storage.urls import url_key
from tests.desk.invented_web import HOST, Web
from tests.desk.shelf import run as command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

LIST = f"{HOST}/tzgg/index.html"
FEED = Feed(id=FeedId(f"yunpu/{url_key(LIST)}"), source_id=SourceId("yunpu"), url=LIST)
SOURCE = Source(
    id=SourceId("yunpu"),
    name_zh="云浦县公安局",
    name_en="Yunpu County PSB",
    agency="police",
    level="county",
    province="浙江",
    place="云浦",
    lang="zh",
    feeds=(FEED,),
)


class County(Web):
    """A web of one source with one list; each `crawl` is a run over it."""

    def open(self) -> County:
        with self.database.write() as conn:
            sources.sync(conn, [SOURCE], at=self.clock())
        self.published = 0
        return self

    def crawl(
        self,
        *,
        new: int = 0,
        rows: int = 20,
        hours: float = 24,
        error: str | None = None,
        dated: bool = True,
        platform: str = "trs",
        final: str | None = None,
        tls: TlsFacts | None = None,
        remote_ip: str | None = None,
        body: str = "正文" * 40,
        without: frozenset[int] = frozenset(),
    ) -> None:
        self.new_run(hours=hours)
        self.published += new
        refused = error in ("blocked", "parse")
        exchange = Exchange(
            url=LIST,
            role=Role.FEED,
            reason=Reason.DISCOVERED,
            source_id=SOURCE.id,
            feed_id=FEED.id,
            vantage="default",
            started_at=self.clock(),
            finished_at=self.clock(),
            final_url=final,
            status=None if error and not refused else 521 if error == "blocked" else 200,
            error=ErrorClass(error) if error and not refused else None,
            body=f"{self.clock()}".encode(),
            tls=tls,
            remote_ip=remote_ip,
        )
        (capture,) = self.archive.record([exchange])
        numbers = range(self.published, max(0, self.published - rows), -1)
        today = self.clock().date()
        entries = tuple(
            Entry(
                url=f"{HOST}/tzgg/{number}.html",
                title=str(number),
                listed_on=(today - timedelta(days=self.published - number)).isoformat() if dated else None,
            )
            for number in numbers
            if number not in without
        )
        reading = FeedReading(
            feed_id=FEED.id,
            capture_id=capture.id,
            page_number=1,
            entries=() if error else entries,
            finished=not error,
            platform=platform,
            error=ErrorClass(error) if error else None,
            message=f"{error} it was" if error else None,
            listed=None if error else len(entries),
            dated=None if error else len(entries) * dated,
        )
        with self.database.write() as conn:
            feeds.put_reading(conn, reading, at=self.clock(), next_due_at=self.clock() + timedelta(hours=6))
        for number in numbers[:new]:
            self.look(f"/tzgg/{number}.html", f"第{number}号\n\n{body}{number}")
        self.derive()

    def derive(self) -> None:
        super().derive()
        derive.advance(AlarmStage(self.archive), self.database, now=self.clock)

    def held(self) -> set[str]:
        with self.database.read() as conn:
            return {one.kind for one in alarms.held(conn, [SOURCE.id]).get(SOURCE.id, ())}

    def rows(self) -> list[tuple[str, bool]]:
        with self.database.read() as conn:
            found = conn.execute(alarm.select().order_by(alarm.c.raised_at, alarm.c.kind)).all()
        return [(row.kind, row.cleared_at is not None) for row in found]


@pytest.fixture
def county(config: Config, database: Database, clock: Clock) -> Iterator[County]:
    opened = County(config, database, clock).open()
    yield opened
    opened.archive.close()


def listed(county: County, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert command("sources", county.config, "list", "--json", at=county.clock()) == 0
    rows = map(json.loads, capsys.readouterr().out.splitlines())
    return next(row for row in rows if row["source"] == "yunpu")


def digest(county: County, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert command("digest", county.config, *words, at=county.clock()) == 0
    return capsys.readouterr().out


def told(county: County, capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(digest(county, capsys, "--format", "json"))["sources"]


def test_a_block_is_one_alarm_with_advice_and_is_told_mended_once(
    county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    county.crawl(new=20)
    for _ in range(4):
        county.crawl(error="blocked", hours=24)
    assert county.rows() == [("blocked", False)]
    row = listed(county, capsys)
    assert (row["health"], row["error"]) == ("blocked", "blocked")
    assert [one["kind"] for one in row["alarms"]] == ["blocked"]
    (said,) = told(county, capsys)["blocked"]
    assert said["source"] == "yunpu"
    assert said["since"]
    assert "another vantage" in said["advice"]
    text = digest(county, capsys)
    assert "换一个出口" in text
    assert text.count("云浦县公安局") == 1
    county.crawl(new=1)
    assert county.rows() == [("blocked", True)]
    assert [one["kind"] for one in told(county, capsys)["mended"]] == ["blocked"]
    assert "已恢复 mended" in digest(county, capsys)
    assert listed(county, capsys)["alarms"] == []
    county.crawl(new=1)
    assert told(county, capsys)["mended"] == []


def test_silence_is_learned_from_the_dates_of_the_list(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    county.crawl(new=20)
    for _ in range(2):
        county.crawl()
    assert county.held() == set()
    county.crawl()
    assert county.held() == {"silence"}
    row = listed(county, capsys)
    assert row["health"] == "silent"
    assert "no new page for 3 d" in told(county, capsys)["silent"][0]["message"]
    county.crawl(new=1)
    assert county.held() == set()
    assert listed(county, capsys)["health"] == "ok"


CHANGES: dict[str, dict[str, Any]] = {
    "fewer-entries": {"rows": 5},
    "undated-entries": {"dated": False},
    "platform": {"platform": "generic"},
    "redirected": {"final": "http://new.example.gov.cn/tzgg/index.html"},
    "empty-pages": {"new": 3, "body": ""},
    "certificate": {
        "tls": TlsFacts(version="TLSv1.3", verified=False, error="certificate has expired", chain_sha256=("a1" * 32,))
    },
    "address": {"remote_ip": "198.51.100.7"},
}
USUAL: dict[str, Any] = {
    "new": 2,
    "tls": TlsFacts(version="TLSv1.3", verified=True, chain_sha256=("a1" * 32,)),
    "remote_ip": "192.0.2.7",
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_raises_its_alarm_alone_and_what_was_clears_it(
    county: County, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    county.crawl(**USUAL | {"new": 20})
    for _ in range(8):
        county.crawl(**USUAL)
    assert county.rows() == []
    county.crawl(**USUAL | CHANGES[kind])
    assert county.rows() == [(kind, False)]
    row = listed(county, capsys)
    assert [one["kind"] for one in row["alarms"]] == [kind]
    assert row["health"] == ("ok" if kind in ("certificate", "address") else "redesigned")
    sources_told = told(county, capsys)
    place = "notes" if row["health"] == "ok" else "redesigned"
    # No rule reads the pages of this crawl, which is noted of the run.
    assert [one["source"] for one in sources_told[place]] == ["yunpu", *(["run"] if place == "notes" else [])]
    assert "云浦县公安局" in digest(county, capsys)
    county.crawl(**USUAL)
    assert county.rows() == [(kind, True)]
    assert listed(county, capsys)["health"] == "ok"


def test_deriving_again_and_from_the_beginning_gives_the_same_alarms(county: County) -> None:
    county.crawl(**USUAL | {"new": 20})
    for _ in range(7):
        county.crawl(**USUAL)
    for number in range(3):
        county.crawl(error="timeout", hours=6 + number)
    county.crawl(**USUAL, platform="generic")
    county.crawl(**USUAL, rows=6)

    def everything() -> tuple[list[Any], list[Any]]:
        with county.database.read() as conn:
            found = [sorted(map(tuple, conn.execute(each.select()).all()), key=repr) for each in (alarm, feed_look)]
        return found[0], found[1]

    before = everything()
    assert len(before[0]) == 3
    county.derive()
    assert everything() == before
    with county.database.write() as conn:
        conn.execute(tables.progress.delete().where(tables.progress.c.stage == "alarm"))
    county.derive()
    assert everything() == before


def test_a_closed_windows_digest_stays_the_same_bytes(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    county.crawl(**USUAL | {"new": 20})
    for _ in range(8):
        county.crawl(**USUAL)
    county.crawl(**USUAL, platform="generic")
    day = (county.clock() + timedelta(hours=8)).date() + timedelta(days=1)
    county.new_run(hours=30)
    closed = digest(county, capsys, "--date", day.isoformat(), "--format", "html")
    assert "read as generic, before as trs" in closed
    for _ in range(3):
        county.crawl(**USUAL, hours=30)
    assert digest(county, capsys, "--date", day.isoformat(), "--format", "html") == closed


def test_an_article_taken_off_its_list_alone_has_a_note_in_its_history(
    county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    def note(number: int) -> str:
        capsys.readouterr()
        assert command("history", county.config, f"{HOST}/tzgg/{number}.html", "--json", at=county.clock()) == 0
        return json.loads(capsys.readouterr().out.splitlines()[-1])["note"] or ""

    county.crawl(new=20)
    assert not any("unlisted" in note(number) for number in (20, 15, 1))
    county.crawl(new=2, without=frozenset({15}))
    assert "unlisted" in note(15)
    # What a list of twenty has no room for any more is not unlisted.
    assert not any("unlisted" in note(number) for number in (22, 20, 14, 3, 2, 1))
    county.crawl(error="timeout")
    assert "unlisted" in note(15)
    county.crawl(new=1)
    assert "unlisted" not in note(15)


def test_a_source_that_never_answered_is_failing_or_never_seen_and_never_silent(
    county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listed(county, capsys)["health"] == "never-seen"
    for _ in range(5):
        county.crawl(error="timeout", hours=24 * 10)
    row = listed(county, capsys)
    assert (row["health"], row["error"]) == ("failing", "timeout")
    assert county.held() == {"failing"}
