"""`longarm recheck`: revisit known pages: edits, takedowns, returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.mask import clean
from desk.crawling import Select, said, work
from desk.known import must_be
from desk.moments import local
from storage import listings, pages, sources
from storage.errors import ConfigError
from storage.posts import must_be_asked

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from desk.session import Desk
    from storage.database import Connection


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every known page, whether due or not")
    parser.add_argument("--source", metavar="ID", action="append", help="only this source's pages (may be given again)")
    parser.add_argument("--url", metavar="U", action="append", help="only this page (may be given again)")
    parser.add_argument(
        "--vantage", metavar="NAME", help="look at the pages of --url from this way out, and compare what each one sees"
    )


def run(options: argparse.Namespace, desk: Desk) -> int:
    _check(options, desk)
    select = Select(
        feeds=False,
        pages=True,
        everything=options.all,
        source_ids=tuple(options.source) if options.source else None,
        urls=tuple(options.url) if options.url else None,
        vantage=options.vantage,
    )
    code = said(work(desk, select), quiet=desk.quiet)
    for url in options.url if options.vantage else ():
        with desk.database.read() as conn:
            for line in _compared(conn, url, desk.config.digest.zone):
                print(line)
    return code


def _compared(conn: Connection, url: str, zone: ZoneInfo) -> Iterator[str]:
    """What each vantage saw of a page when it looked last."""
    page = pages.by_url(conn, url)
    assert page is not None
    last = {event.vantage: event for event in listings.history(conn, page) if event.vantage}
    yield clean(page.url)
    for name, event in sorted(last.items()):
        status = f" {event.http_status}" if event.http_status else ""
        yield clean(
            f"  {name}: {event.event}{status}, {local(event.at, zone)}" + (f", {event.note}" if event.note else "")
        )


def _check(options: argparse.Namespace, desk: Desk) -> None:
    if options.vantage and not options.url:
        raise ConfigError("--vantage needs --url: it compares single pages")
    must_be("--vantage", options.vantage, sorted(desk.config.vantage))
    with desk.database.read() as conn:
        known = {source.id for source in sources.load(conn, include_disabled=True)}
        for name in options.source or ():
            if name not in known:
                raise ConfigError(f"--source {name}: never crawled; `longarm crawl` comes first")
        for url in options.url or ():
            try:
                page = pages.by_url(conn, url)
            except ValueError as problem:
                raise ConfigError(f"--url {url}: no http or https address") from problem
            must_be_asked(url)
            if page is None:
                raise ConfigError(f"--url {url}: not known; `longarm urls list` names the known pages")
