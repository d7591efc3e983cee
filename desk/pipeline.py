"""The order of things: captures, documents, snapshots, states, hits, alerts, digest; each step goes on where it was.

`derive_all` ends every crawl and recheck; `scan` matches and composes; `run_all` is what cron calls.
"""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from typing import TYPE_CHECKING

from alerts.phrases import plural
from desk.carried import keep_carried
from desk.deriving import DeriveReport, derive_with
from desk.progress import progress_of
from desk.reading import DocumentStage
from desk.triage import reopen
from desk.vigil import AlarmStage
from storage.derive import advance

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk.alongside import Alongside
    from desk.matching import ScanReport
    from desk.session import Desk

__all__ = ["DeriveReport", "derive_all", "scan", "told"]


def derive_all(
    desk: Desk, tell: Callable[[str, int], None] | None = None, beside: Alongside | None = None
) -> DeriveReport:
    """Bring documents, verdicts, snapshots and states up to the last capture. Under the run's lock."""
    config = desk.config
    size, time = config.fetch.max_size, desk.reading_time
    with DocumentStage(desk.archive, max_body_bytes=size, now=desk.clock, time=time) as reading:
        reading.ask_again(desk.database)
        report = derive_with(
            reading,
            desk.database,
            limits=config.takedown,
            now=desk.clock,
            tell=tell,
            indexing=beside.indexing if beside else nullcontext,
        )
        if keep_carried(desk):
            report += derive_with(reading, desk.database, limits=config.takedown, now=desk.clock, tell=tell)
    time.say()
    advance(AlarmStage(desk.archive), desk.database, now=desk.clock, tell=tell)
    reopen(desk.database, now=desk.clock)
    return report


def scan(
    desk: Desk, *, rule_id: str | None = None, everything: bool = False, beside: Alongside | None = None
) -> ScanReport:
    """Derive what is not derived yet, then match the rules over every snapshot they have not read. Under the lock."""
    # A crawl matches nothing: the claims' patterns and what marks teach take it half a second.
    from desk.matching import Matching  # noqa: PLC0415
    from desk.teaching import teach  # noqa: PLC0415

    rulebook = desk.rulebook
    teach(desk.database)
    with progress_of(desk) as tell:
        derive_all(desk, tell, beside)
        return Matching(desk.database, rulebook, now=desk.clock).scan(rule=rule_id, everything=everything, tell=tell)


def told(report: ScanReport) -> str:
    """A line of counts: what a scan did."""
    kinds = Counter(str(alert.kind) for alert in report.alerts)
    found = ", ".join(f"{kinds[kind]} {kind}" for kind in ("new", "edited", "retroactive") if kinds[kind])
    alerts = f"{plural(len(report.alerts), 'alert')} ({found})" if found else "no new alerts"
    read, hits = plural(report.snapshots, "snapshot"), plural(report.hits, "hit")
    return f"{read} scanned, {hits}, {report.suppressed} held back, {alerts}"
