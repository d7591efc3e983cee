"""`longarm run`: crawl, recheck, scan and the digests of closed windows: what cron calls, one at a time."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.phrases import plural
from crawler.running import hasten
from desk import pipeline, telling
from desk.alongside import Alongside
from desk.crawling import NONE_ON, Select, fetch, note_told, said, sync_registry
from desk.digesting import close_windows
from desk.feedfiles import write_feeds
from spiders.registry import load_file
from storage import counts, runs, sources
from storage.errors import Busy, ConfigError

if TYPE_CHECKING:
    import argparse

    from desk.session import Desk

logger = logging.getLogger(__name__)

# A source of one of these stands in the registry that every run reads anyway; any other origin is a file's path.
_REGISTRY = frozenset({"shipped", "user"})


def configure(parser: argparse.ArgumentParser) -> None:
    """No options of its own: what a run does stands in longarm.toml and the sources."""


def run(options: argparse.Namespace, desk: Desk) -> int:  # noqa: ARG001 - as above
    try:
        with runs.lock(desk.config.data_dir):
            return run_all(desk)
    except Busy as held:
        # cron comes round while yesterday's run still works: that is no news.
        if desk.quiet:
            return held.exit_code
        raise


def run_all(desk: Desk) -> int:
    """One whole run under the lock; what a killed one left is taken up. Gives the exit code."""
    sync_registry(desk)
    _sync_remembered(desk)
    with desk.database.read() as conn:
        any_on = bool(sources.load(conn))
    telling.begin(desk)
    # Where pages are only brought in, there is nobody to ask, and no way out to choose.
    is_asking = any_on or _has_way_out(desk)
    with Alongside(desk) as beside:
        crawled = fetch(desk, Select(feeds=True, pages=True), beside) if is_asking else None
        scanned = pipeline.scan(desk, beside=beside)
    if crawled is not None:
        note_told(desk, crawled)
    hasten(desk.database, desk.config, now=desk.clock)
    closed = close_windows(desk)
    sent, unsent, held = telling.send(desk)
    write_feeds(desk)
    code = said(crawled, quiet=desk.quiet) if crawled is not None else 0
    if not any_on:
        code = max(code, _said_none_on(desk))
    if not desk.quiet:
        print(pipeline.told(scanned))
        for day in closed:
            print(f"digest kept: digests/{day.isoformat()}.txt, .md, .html, .json")
        if sent:
            print(f"{plural(sent, 'message')} sent")
        if held:
            print(f"{plural(held, 'message')} held until quiet hours end")
    if unsent:
        print(f"{plural(unsent, 'message')} could not be sent; the next run tries again")
    return 1 if unsent else code


def _has_way_out(desk: Desk) -> bool:
    return any(one.proxy or one.direct for one in desk.config.vantage.values())


def _said_none_on(desk: Desk) -> int:
    """That nothing is watched, where an archive is kept of what people bring in; gives the exit code.

    In a folder that holds nothing it wants a look: a cron that watches nothing looks like one that finds nothing.
    """
    with desk.database.read() as conn:
        is_empty = counts.is_empty(conn)
    if is_empty or not desk.quiet:
        print(desk.typed(NONE_ON))
    return 1 if is_empty else 0


def _sync_remembered(desk: Desk) -> None:
    """Read the files once given to `--sources` again; one that went or broke stays as it was last read."""
    with desk.database.read() as conn:
        known = sources.load(conn, include_disabled=True)
    for origin in sorted({source.origin for source in known} - _REGISTRY):
        path = Path(origin)
        if not path.is_file():
            continue
        try:
            found = load_file(path, desk.config.vantage)
        except ConfigError as problem:
            logger.warning("%s; its sources stay as they were", problem)
            continue
        with desk.database.write() as conn:
            sources.sync(conn, found, at=desk.clock())
