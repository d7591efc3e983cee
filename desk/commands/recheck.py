"""`longarm recheck`: revisit known pages: edits, takedowns, returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.crawling import Select, said, work
from storage import pages, sources
from storage.errors import ConfigError

if TYPE_CHECKING:
    import argparse

    from desk.session import Desk


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every known page, whether due or not")
    parser.add_argument("--source", metavar="ID", action="append", help="only this source's pages (may be given again)")
    parser.add_argument("--url", metavar="U", action="append", help="only this page (may be given again)")


def run(options: argparse.Namespace, desk: Desk) -> int:
    _check(options, desk)
    select = Select(
        feeds=False,
        pages=True,
        everything=options.all,
        source_ids=tuple(options.source) if options.source else None,
        urls=tuple(options.url) if options.url else None,
    )
    return said(work(desk, select), quiet=desk.quiet)


def _check(options: argparse.Namespace, desk: Desk) -> None:
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
            if page is None:
                raise ConfigError(f"--url {url}: not known; `longarm urls list` names the known pages")
