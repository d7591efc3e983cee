"""Trying a source without storing: a crawl of its first list pages and newest pages in a folder that is thrown away."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.phrases import plural
from crawler.reading.reader import read
from desk.crawling import Select, fetch, plain, sync_registry, ways_lost
from desk.session import Desk
from spiders.platforms import PLATFORMS, ListPage, read_entries, recognise
from storage import pages, schema, subjects
from storage.config import CHINA, Storage
from storage.errors import Quarantine
from storage.findings import DocumentKind
from storage.records import CaptureId, Role
from storage.urls import host_of, url_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from crawler.report import RunReport
    from storage.config import Config
    from storage.findings import Document
    from storage.records import Capture, Entry, Feed, Source

NEWEST = 3
# What a browser made of a page is always this.
RENDERED = (("Content-Type", "text/html; charset=utf-8"),)
# Fewer characters than this is what a page says whose text is a picture, or whose body was not found.
_SHORT_BODY = 40


class _Trial(Desk):
    """A session like the user's, whose data folder is thrown away."""

    def __init__(self, desk: Desk, config: Config) -> None:
        super().__init__(data=str(config.data_dir), config=None, quiet=True, verbose=desk.verbose, clock=desk.clock)
        self.__dict__["config"] = config


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What a trial brought: the list pages in the order they were asked, and the pages behind them."""

    report: RunReport
    lists: list[tuple[Capture, ListPage | None]]
    articles: list[tuple[Capture, Document | None]]


def check(desk: Desk, sources: Sequence[Source]) -> int:
    """Try each source and print what it would bring; 1 where something looks wrong."""
    if len(sources) > 1:
        return max(_in_a_process_of_its_own(desk, source) for source in sources)
    source = sources[0]
    if not source.feeds:
        print(plain(f"{source.id}  {source.name}\n  wrong: its start page is not known: {source.needs}"))
        return 1
    look = try_out(desk, source)
    wrong = list(_wrong(source, look))
    print(plain(f"{source.id}  {source.name}"))
    for capture, page in look.lists:
        print(plain(f"  list {capture.url}: {said_of(capture)}{_listed(page, source)}"))
    for capture, document in look.articles:
        print(plain(f"  page {capture.url}: {said_of(capture)}"))
        if document is not None:
            print(plain(f"    {document.published or 'no date'}  {document.title or 'no title'}"))
            print(plain(f"    {len(document.body)} characters, {document.publisher or 'no publisher'}"))
    for line in wrong:
        print(plain(f"  wrong: {line}"))
    if not wrong:
        print("  nothing looks wrong")
    return 1 if wrong else 0


def _in_a_process_of_its_own(desk: Desk, source: Source) -> int:
    # Scrapy's reactor starts once a process; one after the other, so that a shared host is not asked in parallel.
    command = [sys.executable, "-m", "desk.cli", "--data", str(desk.data_dir)]
    if desk.config_file:
        command += ["--config", str(desk.config_file)]
    sys.stdout.flush()
    return subprocess.run([*command, "sources", "check", source.id], check=False).returncode  # noqa: S603 - our own command


def try_out(desk: Desk, source: Source, *, pages_wanted: int = NEWEST) -> Looks:
    """Crawl the first page of each list and the newest pages behind them, by the very way of `longarm crawl`."""
    short = tuple(replace(feed, follow=replace(feed.follow, max_list_pages=1)) for feed in source.feeds)
    with _thrown_away(desk) as session:
        sync_registry(session, [replace(source, feeds=short, enabled=True)])
        # Alone: a process beside it would read the settings of the true folder.
        report = fetch(session, Select(everything=True, max_pages=pages_wanted))
        with session.database.read() as conn:
            looks = subjects.judged(conn, CaptureId(0), 1_000)
            captures = pages.captures_by_id(conn, [look.id for look in looks])
        ordered = [captures[look.id] for look in looks]
        today = desk.clock().astimezone(CHINA).date()
        lists = [(one, _list_page(session, one, today)) for one in ordered if one.role is Role.FEED]
        articles = [(one, _document(session, one)) for one in ordered if one.role is Role.PAGE]
    return Looks(report=report, lists=lists, articles=articles)


@contextmanager
def _thrown_away(desk: Desk) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory(prefix="longarm-check-") as folder:
        config = desk.config.model_copy(update={"data_dir": Path(folder), "storage": Storage()})
        schema.upgrade(config)
        session = _Trial(desk, config)
        try:
            yield session
        finally:
            session.close()


def _list_page(session: Desk, capture: Capture, today: date) -> ListPage | None:
    if capture.status is None or capture.error is not None:
        return None
    exchange = session.archive.exchange(capture)
    tree = session.archive.rendered(capture)
    return ListPage.of(
        url=exchange.final_url or exchange.url,
        status=capture.status,
        headers=RENDERED if tree else exchange.response_headers,
        body=tree or session.archive.body(capture),
        today=today,
    )


def _document(session: Desk, capture: Capture) -> Document | None:
    if capture.status is None:
        return None
    try:
        return read(
            session.archive.body(capture),
            media_type=capture.media_type,
            charset=capture.charset,
            url=capture.final_url or capture.url,
            status=capture.status,
            rendered=session.archive.rendered(capture),
        )
    except Quarantine:
        return None


def said_of(capture: Capture) -> str:
    if capture.error is not None:
        return f"{capture.error}: {capture.message or ''}".rstrip(": ")
    return f"HTTP {capture.status}"


def _listed(page: ListPage | None, source: Source) -> str:
    if page is None:
        return ""
    platform = _platform_of(page, source)
    entries = read_entries(PLATFORMS[platform], page, _feed_of(page, source))
    dated = sum(1 for one in entries if one.listed_on)
    return f", {platform}, {plural(len(entries), 'entry', 'entries')}, {dated} dated{newest_of(entries)}"


def newest_of(entries: Sequence[Entry]) -> str:
    dates = sorted(one.listed_on[:10] for one in entries if one.listed_on)
    return f", newest of {dates[-1]}" if dates else ""


def _platform_of(page: ListPage, source: Source) -> str:
    named = _feed_of(page, source).platform
    return recognise(page).name if named == "auto" else named


def _feed_of(page: ListPage, source: Source) -> Feed:
    same = (feed for feed in source.feeds if url_key(feed.url) == url_key(page.url))
    return next(same, source.feeds[0])


def _wrong(source: Source, look: Looks) -> Iterator[str]:
    """What a person should look at before switching the source on."""
    yield from ways_lost(look.report)
    error = look.report.errors.get(source.id)
    if error is not None:
        yield f"{error}: {look.report.messages.get(source.id, '')}"
    entries = [
        entry
        for _, page in look.lists
        if page is not None
        for entry in read_entries(PLATFORMS[_platform_of(page, source)], page, _feed_of(page, source))
    ]
    for capture, _ in look.lists:
        if capture.final_url and host_of(capture.final_url) != host_of(capture.url):
            yield f"{capture.url} leads to another host, {capture.final_url}: write that address as start"
    if entries and not any(entry.listed_on for entry in entries):
        yield "no list row shows a date: check that these are the list's entries"
    if entries and sum(len(entry.title) < 6 for entry in entries) > len(entries) / 2:
        yield "most titles are shorter than 6 characters: these may be menus"
    for capture, document in look.articles:
        yield from (f"{capture.url}: {what}" for what in _wrong_page(capture, document))


def _wrong_page(capture: Capture, document: Document | None) -> Iterator[str]:
    if document is None or capture.error is not None or (capture.status or 0) >= HTTPStatus.BAD_REQUEST:
        yield said_of(capture)
        return
    if document.kind not in (DocumentKind.ARTICLE, DocumentKind.DOCUMENT):
        yield f"reads as {document.kind}, not as an article"
        return
    if not document.title:
        yield "no title found"
    if not document.published:
        yield "no date found"
    if len(document.body) < _SHORT_BODY:
        yield f"only {len(document.body)} characters of text: perhaps a picture, or the body was not found"
    yield from document.warnings
