"""`longarm capture URL…`: these pages now, whoever lists them or nobody; kept, read and shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.report import ByHand
from crawler.running import hasten
from desk.crawling import Select, fetch_and_derive, plain, said, sync_registry, ways_lost
from desk.known import must_be, must_be_source
from storage import documents, pages, runs, standings, subjects
from storage.errors import ConfigError
from storage.findings import Outcome
from storage.posts import must_be_asked
from storage.urls import host_of, url_key

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from desk.session import Desk
    from storage.database import Connection
    from storage.findings import Standing, Verdict
    from storage.records import Capture, Source


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("urls", metavar="URL", nargs="+", help="a page to look at now")
    parser.add_argument("--vantage", metavar="NAME", help="the way out (default: the source's, else as before)")
    parser.add_argument("--source", metavar="ID", help="the source these pages belong to")


def run(options: argparse.Namespace, desk: Desk) -> int:
    urls = _urls(options.urls)
    must_be("--vantage", options.vantage, sorted(desk.config.vantage))
    with runs.lock(desk.config.data_dir):
        known = sync_registry(desk)
        named = _source(known, options.source)
        with desk.database.read() as conn:
            before = {url: _last(conn, url) for url in urls}
            ways = {url: named or _whose(conn, url, known) for url in urls}
        by_hand = {url: _how(desk, url, ways[url], options.vantage) for url in urls}
        if named:
            by_hand = {url: replace(how, source_id=named.id) for url, how in by_hand.items()}
        ids = tuple(sorted({source.id for source in ways.values() if source}))
        select = Select(feeds=False, urls=urls, source_ids=ids, vantage=options.vantage, by_hand=by_hand)
        report = fetch_and_derive(desk, select)
        hasten(desk.database, desk.config, now=desk.clock)
    missed = 0
    for url in urls:
        with desk.database.read() as conn:
            capture = _last(conn, url)
        if capture is None or capture == before[url]:
            missed += 1
            why = next(iter(ways_lost(report)), "run it again with -v to see why")
            print(plain(f"{url}: not looked at; {why}"))
            continue
        missed += capture.error is not None or not 200 <= (capture.status or 0) < 400
        if not desk.quiet or capture.error is not None:
            print(_told(desk, url, capture))
    return 1 if missed else said(report, quiet=True)


def _urls(given: Sequence[str]) -> tuple[str, ...]:
    for url in given:
        try:
            url_key(url)
        except ValueError:
            raise ConfigError(f"{url}: no http or https address") from None
        must_be_asked(url)
    return tuple({url_key(url): url for url in given}.values())


def _source(known: Sequence[Source], name: str | None) -> Source | None:
    if name is not None:
        must_be_source(name, {source.id for source in known}, "--source")
    return next((source for source in known if source.id == name), None)


def _whose(conn: Connection, url: str, known: Sequence[Source]) -> Source | None:
    """The source by whose ways a page is asked: its own, else one that watches its host, a careful one first."""
    page = pages.by_url(conn, url)
    own = next((source for source in known if page and source.id == page.source_id), None)
    host = host_of(url)
    there = (source for source in known if any(host_of(feed.url) == host for feed in source.feeds))
    return own or max(there, key=lambda source: source.proxy_only, default=None)


def _how(desk: Desk, url: str, ways: Source | None, vantage: str | None) -> ByHand:
    """How an address is asked: as its source is, or as it was last; from another vantage only to compare."""
    with desk.database.read() as conn:
        page = pages.by_url(conn, url)
        before = pages.usual_vantage(conn, page.id) if page else None
    usual = (ways.vantage if ways else before) or "default"
    is_first = before is None
    return ByHand(
        vantage=(vantage if is_first else None) or usual,
        robots=(ways.robots if ways else None) or desk.config.fetch.robots,
        render=ways.render if ways else False,
        source_id=page.source_id if page else None,
        other=vantage if vantage not in (None, usual) and not is_first else None,
    )


def _last(conn: Connection, url: str) -> Capture | None:
    page = pages.by_url(conn, url)
    return next(reversed(pages.captures(conn, page.id)), None) if page else None


def _away(verdict: Verdict, stands: Standing | None) -> str:
    """What an answer showed that is not the page, and how the page stands after it."""
    if stands is not None and not stands.alive:
        return f"not the page: {verdict.reason or verdict.outcome}; nobody here ever saw it, so nothing is told as gone"
    return f"not the page: {verdict.reason or verdict.outcome}; the page is {stands.state if stands else 'unknown'}"


def _told(desk: Desk, url: str, capture: Capture) -> str:
    """One line: what came, and the snapshot that shows it."""
    with desk.database.read() as conn:
        shown = documents.snapshots(conn, capture.page_id)
        verdict = subjects.verdict_of(conn, capture.id)
        stands = standings.load(conn, [capture.page_id]).get(capture.page_id)
    answer = f"{capture.error}: {capture.message or 'no answer'}" if capture.error else f"HTTP {capture.status}"
    if verdict is not None and verdict.outcome is not Outcome.LIVE and not capture.error:
        return plain(f"{url}: {answer}, {_away(verdict, stands)}; what came is kept as capture {capture.short}")
    own = next((each for each in shown if capture.id in each.parts), None)
    if own is not None:
        what = f"snapshot {own.short}"
    elif shown and not capture.error:
        what = f"nothing new since snapshot {shown[-1].short}"
    else:
        what = f"capture {capture.short}"
    return plain(f"{url}: {answer}, {what}")
