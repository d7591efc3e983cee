"""Stage family `match/<rule>`: rules over snapshots, their hits, and the alerts that are news.

Rules whose cursor is equal advance together: one fold and one pass for all. A new or changed rule starts at 0 and
joins the others where they stand; what it finds in what they had read is retroactive.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from alerts import compose
from desk import claiming
from desk.copies import Copies
from desk.finding import Batch, Books, Finding, Job, find_all
from desk.hands import Hands, cores
from desk.syndicated import Syndicated
from storage import alerts, attachments, carriers, claims, copies, counts, derive, documents, hits, pages, sources
from storage.errors import ConfigError
from storage.hits import SnapshotHits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alerts.rulebook import Rulebook
    from storage.database import Connection, Database
    from storage.findings import Alert, Document, Snapshot
    from storage.records import CaptureId, Clock, Source

PREFIX = "match/"
# Of so many snapshots further processes cost less than they save.
MANY = 1000
# Snapshots whose text came late wait under this name for all rules.
STAGE = "match"
_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What a scan did: snapshots read by any rule, hits kept, and the alerts that were not there before."""

    snapshots: int = 0
    hits: int = 0
    suppressed: int = 0
    alerts: tuple[Alert, ...] = ()


@dataclass(slots=True)
class _Place:
    """Where one rule stands."""

    variant: str
    version: str
    cursor: int
    baseline: int
    moved: bool = field(default=False)


class Matching:
    """One scan's work over one database with one rulebook."""

    def __init__(self, database: Database, rulebook: Rulebook, *, now: Clock) -> None:
        self._database = database
        self._rulebook = rulebook
        self._now = now
        self._copies = Copies()
        with database.read() as conn:
            self._sources: Mapping[str, Source] = {
                source.id: source for source in sources.load(conn, include_disabled=True)
            }
        self._syndicated = Syndicated(self._sources)

    def scan(
        self, *, rule: str | None = None, everything: bool = False, tell: Callable[[str, int], None] | None = None
    ) -> ScanReport:
        """Bring the chosen rules (all, or a concept's, or one variant) up to the last snapshot."""
        chosen = self._chosen(rule)
        self._copies.catch_up(self._database)
        with self._database.read() as conn:
            places = self._places(conn, chosen, everything=everything)
            late = derive.take_pending(conn, STAGE)
        processes = cores() if self._waits(places) else 1
        with Hands(Books(self._rulebook), processes=processes) as hands:
            report = self._late(late, places, hands) if late else ScanReport()
            while places:
                first = min(place.cursor for place in places)
                group = [place for place in places if place.cursor == first]
                others = [place.cursor for place in places if place.cursor > first]
                for found in self._stretch(group, min(others, default=None), hands):
                    report = _added(report, found)
                    if tell:
                        tell("scan", report.snapshots)
                if not others:
                    break
                for place in group:
                    place.cursor = min(others)
            claiming.advance(self._database, self._sources, hands)
        return report

    def _waits(self, places: Sequence[_Place]) -> bool:
        """Whether so much is to be read that further processes are worth their start."""
        if not places:
            return False
        with self._database.read() as conn:
            first = min(place.cursor for place in places)
            return counts.snapshots_after(conn, first, limit=MANY) == MANY  # type: ignore[arg-type] # a cursor is a number

    def _chosen(self, rule: str | None) -> Sequence[str]:
        ids = [each.id for each in self._rulebook.rules]
        if rule is None:
            return ids
        found = [each.id for each in self._rulebook.rules if rule in (each.id, each.concept)]
        if not found:
            known = sorted({*ids, *(each.concept for each in self._rulebook.rules)})
            near = difflib.get_close_matches(rule, known, 1)
            raise ConfigError(
                f"no rule {rule!r}; " + (f"did you mean {near[0]}?" if near else "`longarm rules list` shows them")
            )
        return found

    def _places(self, conn: Connection, chosen: Sequence[str], *, everything: bool) -> list[_Place]:
        known = derive.cursors(conn, PREFIX)
        read = max((cursor for _, cursor, _ in known.values()), default=0)
        text = derive.cursors(conn, "snapshot").get("snapshot", ("", 0, 0))[0]
        wanted = set(chosen)
        places = []
        for rule in self._rulebook.rules:
            if rule.id not in wanted:
                continue
            version = f"{rule.digest}+{text}"
            stands = known.get(PREFIX + rule.id)
            if stands is None or stands[0] != version or everything:
                places.append(_Place(variant=rule.id, version=version, cursor=0, baseline=read))
            else:
                places.append(_Place(variant=rule.id, version=version, cursor=stands[1], baseline=stands[2]))
        return places

    def _stretch(self, group: Sequence[_Place], upto: int | None, hands: Hands[Books]) -> Iterator[ScanReport]:
        """Rules that stand at one cursor read on, to the last snapshot or to where others stand; batch by batch."""
        for batch, found in hands.map(find_all, self._batches(group, upto)):
            yield self._keep(batch, found, group)

    def _batches(self, group: Sequence[_Place], upto: int | None) -> Iterator[Batch]:
        """What lists carried comes first: it was seen when its list was, before pages that were kept before it."""
        cursor = group[0].cursor
        with self._database.read() as conn:
            carried = carriers.texts_after(conn, cursor, upto)
        for at in range(0, len(carried), _BATCH):
            ids = carried[at : at + _BATCH]
            with self._database.read() as conn:
                batch = self._read(conn, documents.snapshots_by_id(conn, ids), group, cursor=None)
            yield batch
        read = frozenset(carried)
        while True:
            with self._database.read() as conn:
                some = documents.snapshots_after(conn, cursor, _BATCH)  # type: ignore[arg-type] # a cursor is a number
                if upto is not None:
                    some = [each for each in some if each.id <= upto]
                if not some:
                    return
                cursor = some[-1].id
                batch = self._read(conn, [each for each in some if each.id not in read], group, cursor=cursor)
            yield batch

    def _late(self, ids: Sequence[CaptureId], places: Sequence[_Place], hands: Hands[Books]) -> ScanReport:
        with self._database.read() as conn:
            work = self._read(conn, documents.snapshots_by_id(conn, ids), places, cursor=None)
        report = ScanReport()
        for batch, found in hands.map(find_all, [work]):
            report = self._keep(batch, found, places)
        # What waits, waits for every rule: a scan for some leaves it to the one for all.
        if len(places) == len(self._rulebook.rules):
            with self._database.write() as conn:
                derive.settle(conn, STAGE, ids)
        return report

    def _read(
        self, conn: Connection, some: Sequence[Snapshot], group: Sequence[_Place], *, cursor: int | None
    ) -> Batch:
        before = {each.id: documents.compared_with(conn, each) for each in some if each.ordinal > 1 or each.imported}
        parts = documents.parts_of(conn, [*some, *(each for each in before.values() if each)])
        of_page = pages.by_ids(conn, sorted({each.page_id for each in some}))
        files = attachments.owners(conn, of_page.keys()) if self._rulebook.reads_attachments else {}
        jobs = []
        for each in some:
            if not parts[each.id]:
                continue
            page = of_page[each.page_id]
            earlier = before.get(each.id)
            jobs.append(
                Job(
                    snapshot=each,
                    url_key=page.url_key,
                    source=self._sources.get(page.source_id) if page.source_id else None,
                    document=_plain(documents.join(parts[each.id])),
                    earlier=_plain(documents.join(parts[earlier.id])) if earlier and parts[earlier.id] else None,
                    is_attachment=page.id in files,
                    is_late=earlier is not None and earlier.ordinal > each.ordinal,
                )
            )
        baselines = {place.variant: place.baseline for place in group}
        return Batch(jobs=tuple(jobs), baselines=baselines, told_at=self._now(), cursor=cursor)

    def _keep(self, batch: Batch, found: Sequence[Finding], group: Sequence[_Place]) -> ScanReport:
        cursor = batch.cursor
        rows = {each.snapshot.id: self._rows(each) for each in found}
        rescan = (
            [place.variant for place in group] if cursor is None or cursor <= max(p.baseline for p in group) else None
        )
        with self._database.write() as conn:
            if rescan is not None:
                hits.drop(conn, [job.snapshot.id for job in batch.jobs], rescan)
            hits.put(conn, list(rows.values()))
            new = []
            for told in self._in_stories(conn, [each for each in found if each.alerts]):
                new += alerts.put(conn, told, version=str(compose.VERSION))
            again = [alert.snapshot_id for alert in new] if cursor is not None else [j.snapshot.id for j in batch.jobs]
            claims.forget(conn, again)
            if cursor is not None:
                self._move(conn, group, cursor)
        return ScanReport(
            snapshots=len(batch.jobs),
            hits=sum(len(row.hits) for row in rows.values()),
            suppressed=sum(len(row.suppressed) - len(row.stale) for row in rows.values()),
            alerts=tuple(new),
        )

    def _rows(self, found: Finding) -> SnapshotHits:
        return SnapshotHits(
            snapshot=found.snapshot,
            hits=tuple((each.hit, each.is_new) for each in found.news),
            suppressed=found.suppressed,
            version=self._rulebook.digest,
            stale=found.stale,
        )

    def _in_stories(self, conn: Connection, found: Sequence[Finding]) -> Iterator[list[Alert]]:
        """The alerts of each snapshot as they are told: what a copy is told as hangs on what its original was."""
        for each in found:
            self._copies.join(conn, each.snapshot, each.document, each.sketch)
        # One that came later may have joined two stories.
        stories = {number: one.cluster for number, one in copies.by_ids(conn, [e.snapshot.id for e in found]).items()}
        for each in self._syndicated.in_order(conn, found, stories):
            cluster = stories[each.snapshot.id]
            told = self._syndicated.lowered(conn, each.snapshot, each.document, each.alerts, cluster)
            yield [replace(alert, cluster=cluster) for alert in told]

    def _move(self, conn: Connection, group: Sequence[_Place], cursor: int) -> None:
        for place in group:
            place.cursor = cursor
        for baseline in {place.baseline for place in group}:
            some = [place for place in group if place.baseline == baseline]
            derive.set_cursors(
                conn,
                [PREFIX + place.variant for place in some],
                versions=[place.version for place in some],
                cursor=cursor,
                baseline=baseline,
                now=self._now,
            )


def _plain(read: Document) -> Document:
    """What of a document rules read: the links of a page are many, and go to no other process."""
    return replace(read, links=()) if read.links else read


def _added(one: ScanReport, other: ScanReport) -> ScanReport:
    return replace(
        one,
        snapshots=one.snapshots + other.snapshots,
        hits=one.hits + other.hits,
        suppressed=one.suppressed + other.suppressed,
        alerts=one.alerts + other.alerts,
    )
