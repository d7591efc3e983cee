"""A run of the crawler: the only starter of reactors, once a process."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

# First of all, though not used here: for each class that Scrapy calls deprecated it looks through every module loaded
# so far and the whole stack of imports, a tenth of a second where all of ours stand before it.
import scrapy.core.downloader.handlers.http11  # noqa: F401

from crawler.frontier import Frontier
from crawler.report import Select
from crawler.running import running
from storage import runs, schema, sources
from storage.config import from_environment
from storage.disk import require_room
from storage.errors import ConfigError, LongarmError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from crawler.report import RunReport
    from storage.archive import Archive
    from storage.config import Config
    from storage.database import Database
    from storage.records import Clock, Run, Source


def crawl(
    config: Config,
    database: Database,
    archive: Archive,
    select: Select,
    *,
    clock: Clock,
    run: Run,
    progress: Callable[[RunReport], None] | None = None,
) -> RunReport:
    """Ask what is selected and keep every answer. Only once a process: a Twisted reactor cannot start again.

    Raises ConfigError before anything is asked where no way out is chosen, DiskFull where there is no room.
    """
    # Scrapy costs half a second: only a process that crawls pays.
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415
    from scrapy.settings import Settings  # noqa: PLC0415

    frontier = _frontier(config, database, archive, select, clock=clock, run=run, progress=progress)
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    # The log is the command's to set up.
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    _quiet()
    process.crawl("watch", frontier=frontier)
    # Until the crawl has come to its end: a second interrupt ends the reactor under it, and nobody is told.
    frontier.report.interrupted = True
    try:
        process.start()
    finally:
        frontier.close()
    if process.bootstrap_failed:
        raise LongarmError("the crawl did not start; the reason stands above, or run it again with -v")
    return frontier.report


def open_alone(load_registry: Callable[[Path, Collection[str]], list[Source]], source: str | None) -> Frontier:
    """What `scrapy crawl watch` works on: the data folder that LONGARM_DATA names, opened, locked, its registry synced.

    The frontier closes it all at the end of the crawl.
    """
    config = from_environment()
    stack = ExitStack()
    try:
        stack.enter_context(runs.lock(config.data_dir))
        database = schema.open_current(config)
        stack.callback(database.close)
        known = load_registry(config.data_dir, config.vantage)
        with database.write() as conn:
            sources.sync(conn, known, at=_utc_now())
        opened = stack.enter_context(running(config, database, clock=_utc_now))
        ids = tuple(each.id for each in known if source in (None, each.id))
        if not ids:
            raise ConfigError(f"{source}: no source of that id; `longarm sources list` names them")
        frontier = _frontier(
            config,
            database,
            opened.archive,
            Select(everything=True, source_ids=ids),
            clock=_utc_now,
            run=opened.run,
            progress=None,
        )
    except BaseException:
        stack.close()
        raise

    def close(report: RunReport) -> None:
        opened.stats |= report.counts()
        stack.close()

    frontier.on_close = close
    return frontier


def _frontier(
    config: Config,
    database: Database,
    archive: Archive,
    select: Select,
    *,
    clock: Clock,
    run: Run,
    progress: Callable[[RunReport], None] | None,
) -> Frontier:
    require_room(config)
    with database.read() as conn:
        # A page of a source that is switched off is still asked by its ways when a person names it.
        known = sources.load(conn, include_disabled=select.by_hand is not None)
    chosen = [source for source in known if select.source_ids is None or source.id in select.source_ids]
    return Frontier(
        config=config,
        database=database,
        archive=archive,
        sources=chosen,
        select=select,
        run=run,
        clock=clock,
        progress=progress,
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _quiet() -> None:
    """What Scrapy and Twisted would say of each broken certificate stands in the captures."""
    for name in ("scrapy.core.downloader.tls", "twisted", "py.warnings"):
        logging.getLogger(name).setLevel(logging.ERROR)
