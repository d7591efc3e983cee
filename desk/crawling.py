"""What `crawl`, `recheck` and `run` share: a run of the crawler inside a data folder, and what is said of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from crawler.run import Select, crawl, hasten, running
from desk import pipeline
from desk.alongside import read_left_over, reading_alongside
from desk.progress import progress_of
from spiders.registry import load_registry
from storage import runs, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.run import RunReport
    from desk.session import Desk
    from storage.records import Source

__all__ = ["Select", "fetch", "said", "sync_registry", "work"]


def work(desk: Desk, select: Select, *, registry: Sequence[Source] | None = None) -> RunReport:
    """Lock the data folder, crawl what is selected, derive what came. Scrapy's reactor: once a process."""
    with runs.lock(desk.config.data_dir):
        sync_registry(desk, registry)
        report = fetch(desk, select)
        with progress_of(desk) as tell:
            pipeline.derive_all(desk, tell)
        hasten(desk.database, desk.config, now=desk.clock)
    return report


def sync_registry(desk: Desk, registry: Sequence[Source] | None = None) -> list[Source]:
    """Make the database know the registry as it stands, or exactly these sources; gives them."""
    known = load_registry(desk.config.data_dir) if registry is None else list(registry)
    with desk.database.write() as conn:
        sources.sync(conn, known, at=desk.clock())
    return known


def fetch(desk: Desk, select: Select) -> RunReport:
    """One run of the crawler. The caller holds the lock and has synced the sources."""
    with running(desk.config, desk.database, clock=desk.clock) as opened, progress_of(desk) as tell:
        read_left_over(desk)
        with reading_alongside(desk):
            report = crawl(
                desk.config,
                desk.database,
                opened.archive,
                select,
                clock=desk.clock,
                run=opened.run,
                progress=_teller(tell),
            )
        opened.stats |= report.counts()
    return report


def said(report: RunReport, *, quiet: bool = False) -> int:
    """Print a line of counts and one for each thing that wants a look; gives the exit code."""
    if not quiet:
        parts = [f"{report.captures} captures", f"{report.new_pages} new pages", f"{report.rechecked} rechecked"]
        parts += [f"{report.unchanged} unchanged", f"{report.failed} failed"]
        print(", ".join(parts))
    for source, error in sorted(report.errors.items()):
        print(plain(f"{source}: {error}: {report.messages.get(source, '')}"))
    for host, why in sorted(report.left_alone.items()):
        print(plain(f"{host}: left alone for this run: {why}"))
    for source in sorted(report.too_many):
        print(f"{source}: more new pages than [fetch] max_new_pages: the rest stays due for the next run")
    if report.postponed and not quiet:
        print(f"{report.postponed} looks put off; what they are for stays due")
    if report.cut:
        print(f"{report.cut} bodies cut: what came is kept, `longarm history URL` says why")
    if report.stopped:
        print(f"longarm: stopped: {plain(report.stopped)}", file=sys.stderr)
    return 1 if report.needs_a_look else 0


def plain(text: str) -> str:
    """Text from outside for a terminal: control characters shown, not obeyed."""
    return "".join(char if char.isprintable() or char == "\u3000" else repr(char)[1:-1] for char in text)


def _teller(tell: Callable[[str, int], None] | None) -> Callable[[RunReport], None] | None:
    if tell is None:
        return None
    return lambda report: tell("captures", report.captures)
