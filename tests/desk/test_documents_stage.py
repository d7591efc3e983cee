"""Documents on their way through the stages: kept unread, read again once a program is there, matched like articles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from alerts.rulebook import load_rules
from crawler.reading import ocr, rar
from crawler.reading.budget import ReadingTime
from desk.deriving import derive_with
from desk.matching import Matching
from desk.reading import DocumentStage
from storage import derived_tables, documents, hits, pages, runs, sources, tables
from storage.archive import Archive
from storage.findings import page_of
from storage.records import Exchange, Feed, FeedId, Reason, Role, Sha256, Source, SourceId
from tests.crawler.reading import files

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.config import Config
    from storage.database import Database
    from storage.findings import Document
    from tests.conftest import Clock

HOST = "http://psb.example.gov.cn"
NOTICE = ["关于敦促滞留境外涉诈人员投案自首的通告", "滞留境外涉诈人员应当主动回国，接受劝返，投案自首。"]


def capture(
    config: Config, database: Database, clock: Clock, path: str, body: bytes, source: SourceId | None = None
) -> None:
    with database.write() as conn:
        run = runs.begin(conn, at=clock.forward(seconds=1), code_version="1", settings_digest=Sha256("0" * 64))
    exchange = Exchange(
        url=HOST + path,
        role=Role.PAGE,
        reason=Reason.DISCOVERED,
        source_id=source,
        feed_id=None,
        vantage="default",
        started_at=clock(),
        finished_at=clock() + timedelta(milliseconds=5),
        final_url=HOST + path,
        status=200,
        body=body,
        response_headers=(("Content-Type", "text/html"),),
    )
    archive = Archive(config, database, now=clock, run=run)
    archive.record([exchange])
    archive.close()


def derive(config: Config, database: Database, clock: Clock, time: ReadingTime | None = None) -> int:
    """Derive everything; how many files are asked for again."""
    archive = Archive(config, database, now=clock)
    with DocumentStage(archive, max_body_bytes=33_000_000, now=clock, time=time) as stage:
        again = stage.ask_again(database)
        derive_with(stage, database, limits=config.takedown, now=clock)
    archive.close()
    return again


def shown(database: Database, path: str) -> tuple[Document, int]:
    """What was read of a page, and how many snapshots it has."""
    with database.read() as conn:
        page = pages.by_url(conn, HOST + path)
        assert page is not None
        found = documents.snapshots(conn, page.id)
        whole = documents.of_snapshot(conn, found[-1])
        assert whole is not None
        return whole, len(found)


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """No engine in the readers, which are processes of their own, until the function is called."""
    monkeypatch.setattr(ocr, "engine", lambda: None)
    monkeypatch.setattr(rar, "rar_program", lambda: None)
    return lambda: monkeypatch.setattr(ocr, "engine", object)


def test_a_pdf_is_matched_like_an_article_and_its_quote_names_the_page(
    config: Config, database: Database, clock: Clock
) -> None:
    capture(config, database, clock, "/a.pdf", files.pdf([["封面"], NOTICE]))
    derive(config, database, clock)

    report = Matching(database, load_rules(config.data_dir), now=clock).scan()

    assert "persuade_return" in {alert.concept for alert in report.alerts}
    whole, _ = shown(database, "/a.pdf")
    (in_body,) = [alert for alert in report.alerts if alert.concept == "persuade_return"]
    with database.read() as conn:
        found, _ = hits.of_snapshot(conn, in_body.snapshot_id)
    assert 2 in {page_of(whole, hit.start) for hit in found if hit.field == "body"}


def test_what_lacked_only_an_engine_is_asked_for_again_and_nothing_else_is(
    config: Config, database: Database, clock: Clock, nothing_installed: Callable[[], None]
) -> None:
    capture(config, database, clock, "/a.pdf", files.pdf([NOTICE, NOTICE]))
    capture(config, database, clock, "/b.pdf", files.pdf([NOTICE], trailer=files.ENCRYPTED_PDF))
    derive(config, database, clock)
    assert derive(config, database, clock) == 0
    unread, count = shown(database, "/b.pdf")
    assert (unread.warnings, count) == (("unread: encrypted",), 1), "kept, though nobody could read it"

    with database.write() as conn:
        page = pages.by_url(conn, HOST + "/a.pdf")
        assert page is not None
        number = documents.snapshots(conn, page.id)[0].id
        lacking = documents.get(conn, number)
        assert lacking is not None
        stale = type(lacking)(kind=lacking.kind, title="", warnings=("unread: scanned pages 1-2",))
        documents.put(conn, [(number, stale)], version="2")
    assert derive(config, database, clock) == 0, "no engine yet"
    nothing_installed()

    assert derive(config, database, clock) == 1
    whole, _ = shown(database, "/a.pdf")
    assert (whole.title, whole.warnings) == (NOTICE[0], ())
    assert derive(config, database, clock) == 0


def test_a_rar_waits_for_a_program_only_where_that_is_all_it_lacks() -> None:
    assert rar.is_waiting("unread: RAR, and no program here that unpacks it (a.doc)")
    assert not rar.is_waiting("unread: encrypted (a.doc)")


def test_a_source_that_takes_its_time_waits_for_the_next_run_and_others_are_read(
    config: Config, database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    feed = Feed(id=FeedId("slow/1"), source_id=SourceId("slow"), url=HOST)
    told = {"name_en": None, "agency": "police", "level": "county", "province": None, "place": None, "lang": None}
    slow = Source(id=SourceId("slow"), name_zh="甲", feeds=(feed,), **told)
    other = Source(id=SourceId("other"), name_zh="乙", feeds=(), **told)
    with database.write() as conn:
        sources.sync(conn, [slow, other], at=clock())
    text = f"<html><title>通告</title><body><h1>通告</h1><p>{NOTICE[1] * 5}</p></body></html>".encode()
    for number in range(40):
        capture(config, database, clock, f"/slow/{number}.html", text, SourceId("slow"))
    for number in range(3):
        capture(config, database, clock, f"/other/{number}.html", text, SourceId("other"))

    def unread() -> list[str]:
        with database.read() as conn:
            capture, page, read = tables.capture, tables.page, derived_tables.document.c.capture_id
            query = sa.select(page.c.url).join(capture, capture.c.page_id == page.c.id).order_by(capture.c.id)
            return list(conn.execute(query.where(capture.c.id.not_in(sa.select(read)))).scalars())

    time = ReadingTime(seconds=3600)
    time.spend(SourceId("slow"), 3600.1)
    derive(config, database, clock, time)
    left = unread()
    assert len(left) == 40
    assert all("/slow/" in url for url in left)
    derive(config, database, clock, time)
    assert unread() == left, "a run's time is over for all of it"
    time.say()
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said.startswith(f"slow: {len(left)} pages or files not read yet")
    for _ in range(4):
        derive(config, database, clock, ReadingTime(seconds=0.000_001))
    assert not unread(), "however often it was put off"
