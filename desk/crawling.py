"""What `crawl`, `recheck` and `run` share: a run of the crawler inside a data folder, and what is said of it."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING

from alerts.phrases import plural
from crawler.report import Select
from crawler.running import hasten, running
from desk import pipeline
from desk.alongside import Alongside, read_left_over
from desk.progress import progress_of
from spiders.registry import load_registry
from storage import backfills, ledger, runs, sources
from storage.errors import in_one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.report import RunReport
    from desk.session import Desk
    from storage.records import Source

NONE_ON = "no source is switched on: `longarm sources list` names them, `longarm sources enable ID` switches them on"

__all__ = ["NONE_ON", "Select", "fetch", "fetch_and_derive", "said", "sync_registry", "work"]


def work(desk: Desk, select: Select, *, registry: Sequence[Source] | None = None) -> RunReport:
    """Lock the data folder, crawl what is selected, derive what came. Scrapy's reactor: once a process."""
    with runs.lock(desk.config.data_dir):
        sync_registry(desk, registry)
        report = fetch_and_derive(desk, select)
        note_told(desk, report)
        hasten(desk.database, desk.config, now=desk.clock)
    return report


def fetch_and_derive(desk: Desk, select: Select) -> RunReport:
    """One run of the crawler, and all that is derived of what came. Under the lock, the sources synced."""
    with Alongside(desk) as beside:
        report = fetch(desk, select, beside)
        with progress_of(desk) as tell:
            pipeline.derive_all(desk, tell, beside)
    return report


def note_told(desk: Desk, report: RunReport) -> None:
    """Take into the report what was told of pages since its run began: edits, takedowns, returns."""
    assert report.began is not None
    with desk.database.read() as conn:
        told = ledger.acts(conn, events=tuple(_TOLD), since=report.began)
        report.told.update(act.event for act in told)


def sync_registry(desk: Desk, registry: Sequence[Source] | None = None) -> list[Source]:
    """Make the database know the registry as it stands, or exactly these sources; gives them."""
    known = load_registry(desk.config.data_dir, desk.config.vantage) if registry is None else list(registry)
    with desk.database.write() as conn:
        sources.sync(conn, known, at=desk.clock())
    return known


def fetch(desk: Desk, select: Select, beside: Alongside | None = None) -> RunReport:
    """One run of the crawler, and of what reads beside it. The caller holds the lock and has synced the sources.

    Raises KeyboardInterrupt where it was interrupted: what was captured is kept, and read by the next run.
    """
    with running(desk.config, desk.database, clock=desk.clock) as opened, progress_of(desk) as tell:
        read_left_over(desk)
        with beside.reading(at_once=_is_much(desk, select)) if beside else nullcontext():
            # Scrapy takes a second to load, in which the process beside starts; and `import` needs none of it.
            from crawler.run import crawl  # noqa: PLC0415

            report = crawl(
                desk.config,
                desk.database,
                opened.archive,
                select,
                clock=desk.clock,
                run=opened.run,
                progress=_teller(tell, select, desk.clock().date()),
            )
            report.began = opened.run.started_at
            opened.stats |= report.counts()
            if report.interrupted:
                # Scrapy has answered the interrupt for the crawl; what is beside it and would come after stops as well.
                raise KeyboardInterrupt
        if select.since is not None:
            with desk.database.read() as conn:
                report.waiting = backfills.waiting(conn, select.source_ids or ())
    return report


def _is_much(desk: Desk, select: Select) -> bool:
    """Whether much is sure to come: a list that is read for the first time is read to its end."""
    with desk.database.read() as conn:
        return select.feeds and sources.any_never_asked(conn, select.source_ids)


def said(report: RunReport, *, quiet: bool = False) -> int:
    """Print a line of counts and one for each thing that wants a look; gives the exit code."""
    if not quiet:
        parts = [
            plural(report.captures, "capture"),
            plural(report.new_pages, "new page"),
            f"{report.rechecked} rechecked",
        ]
        parts += [f"{report.unchanged} unchanged"]
        parts += [f"{report.told[event]} {said}" for event, said in _TOLD.items() if report.told[event]]
        parts += [f"{report.failed} failed"]
        print(", ".join(parts))
    for line in ways_lost(report):
        print(plain(line))
    for source, error in sorted(report.errors.items()):
        print(plain(f"{source}: {error}: {report.messages.get(source, '')}"))
    for line in backfilled(report):
        print(plain(line))
    for host, why in sorted(report.left_alone.items()):
        print(plain(f"{host}: left alone for this run: {why}"))
    for source in sorted(report.too_many):
        print(f"{source}: more new pages than [fetch] max_new_pages: the rest stays due for the next run")
    if report.postponed and not quiet:
        print(f"{plural(report.postponed, 'look')} put off; what they are for stays due")
    if report.cut:
        print(f"{plural(report.cut, 'body', 'bodies')} cut: what came is kept, `longarm history URL` says why")
    if report.stopped:
        print(f"longarm: stopped: {plain(report.stopped)}", file=sys.stderr)
    return 1 if report.needs_a_look else 0


def ways_lost(report: RunReport) -> list[str]:
    """A line for each vantage whose proxy failed: ours, not theirs, no source or page has failed by it."""
    return [
        f"[vantage.{vantage}] {why}: our own way out failed, nothing more was asked through it; mend the proxy"
        for vantage, why in sorted(report.ways_out.items())
    ]


def backfilled(report: RunReport) -> list[str]:
    """How far each walk back has come and why it ended there, and what of its pages could not be had."""
    lines = []
    for (source, url), found in sorted(report.backfills.items(), key=itemgetter(0)):
        parts = [f"{found.pages} list pages read"]
        parts += [f"{found.undated} of them without dates"] if found.undated else []
        parts += [f"{found.missing} announced and not there"] if found.missing else []
        parts += [f"the oldest entry of {found.oldest}"] if found.oldest else []
        ended = found.ended or "not at its end: the next `crawl --since` goes on there"
        lines.append(f"{source} {url}: back to {found.since}: {', '.join(parts)}; {ended}")
    if not report.backfills:
        return lines
    for source, counts in sorted(report.unreached.items()):
        said = ", ".join(f"{count} {_UNREACHED.get(why, why)}" for why, count in sorted(counts.items()))
        lines.append(f"{source}: of the new pages could not be had: {said}")
    for source, count in sorted(report.waiting.items()):
        lines.append(f"{source}: {count} pages listed and still to be looked at; the next crawl goes on with them")
    return lines


_TOLD = {"edited": "edited", "suspected-gone": "suspected gone", "gone": "gone", "returned": "back"}
_BAR = 20
_UNREACHED = {
    "gone-sign": "are gone (404 or 410)",
    "trouble": "did not answer or refused",
    "disallowed": "are closed by robots.txt",
}


def plain(text: str) -> str:
    """Text from outside for a terminal: control characters shown, not obeyed."""
    return in_one_line(text, kept="\u3000")


def _teller(tell: Callable[[str, int], None] | None, select: Select, today: date) -> Callable[[RunReport], None] | None:
    if tell is None:
        return None

    def told(report: RunReport) -> None:
        depth = _depth(report, select.since, today) if select.since else None
        tell(f"{depth}, captures" if depth else "captures", report.captures)

    return told


def _depth(report: RunReport, since: date, today: date) -> str | None:
    """How far the walks back have come, as a bar over the days between today and `since`."""
    walks = list(report.backfills.values())
    if not walks:
        return None
    whole = max(1, (today - since).days)
    shares = [1.0 if each.ended else _share(each.oldest, today, whole) for each in walks]
    share = sum(shares) / len(shares)
    oldest = max((each.oldest for each in walks if each.oldest and not each.ended), default=None)
    bar = "#" * round(share * _BAR) + "." * (_BAR - round(share * _BAR))
    pages = sum(each.pages for each in walks)
    return f"[{bar}] {share:.0%}, {pages} list pages" + (f", back to {oldest}" if oldest else "")


def _share(oldest: str | None, today: date, whole: int) -> float:
    try:
        day = date.fromisoformat(oldest or "")
    except ValueError:
        return 0.0
    return min(1.0, max(0.0, (today - day).days / whole))
