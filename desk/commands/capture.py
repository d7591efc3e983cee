"""`longarm capture URL…`: these pages now, whoever lists them or nobody; kept, read and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.run import ByHand, hasten
from desk import pipeline
from desk.crawling import Select, fetch, plain, said, sync_registry, ways_lost
from desk.known import must_be
from desk.progress import progress_of
from storage import documents, pages, runs
from storage.errors import ConfigError
from storage.urls import url_key

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from desk.session import Desk
    from storage.database import Connection
    from storage.records import Capture, Source


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("urls", metavar="URL", nargs="+", help="a page to look at now")
    parser.add_argument("--vantage", metavar="NAME", help="the way out (default: the source's, else default)")
    parser.add_argument("--source", metavar="ID", help="the source these pages belong to")


def run(options: argparse.Namespace, desk: Desk) -> int:
    urls = _urls(options.urls)
    must_be("--vantage", options.vantage, sorted(desk.config.vantage))
    with runs.lock(desk.config.data_dir):
        source = _source(sync_registry(desk), options.source)
        vantage = options.vantage or (source.vantage if source else "default")
        by_hand = ByHand(
            vantage=vantage,
            robots=(source.robots if source else None) or desk.config.fetch.robots,
            source_id=source.id if source else None,
        )
        with desk.database.read() as conn:
            before = {url: _last(conn, url) for url in urls}
        report = fetch(desk, Select(feeds=False, urls=urls, source_ids=(), by_hand=by_hand))
        with progress_of(desk) as tell:
            pipeline.derive_all(desk, tell)
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
    return tuple({url_key(url): url for url in given}.values())


def _source(known: Sequence[Source], name: str | None) -> Source | None:
    found = next((source for source in known if source.id == name), None)
    if name is not None and found is None:
        raise ConfigError(f"--source {name}: no source of that id; `longarm sources list` names them")
    return found


def _last(conn: Connection, url: str) -> Capture | None:
    page = pages.by_url(conn, url)
    return next(reversed(pages.captures(conn, page.id)), None) if page else None


def _told(desk: Desk, url: str, capture: Capture) -> str:
    """One line: what came, and the snapshot that shows it."""
    with desk.database.read() as conn:
        shown = documents.snapshots(conn, capture.page_id)
    answer = f"{capture.error}: {capture.message or 'no answer'}" if capture.error else f"HTTP {capture.status}"
    own = next((each for each in shown if capture.id in each.parts), None)
    if own is not None:
        what = f"snapshot {own.short}"
    elif shown and not capture.error:
        what = f"nothing new since snapshot {shown[-1].short}"
    else:
        what = f"capture {capture.short}"
    return plain(f"{url}: {answer}, {what}")
