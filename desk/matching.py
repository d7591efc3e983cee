"""Stage family `match/<rule>`: rules over snapshots, their hits, and the alerts that are news.

Rules whose cursor is equal advance together: one fold and one pass for all. A new or changed rule starts at 0 and
joins the others where they stand; what it finds in what they had read is retroactive.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from alerts import compose, match
from alerts.match import MatchText
from alerts.rulebook import Rulebook
from crawler.changes import added_spans
from desk import claiming
from desk.copies import Copies
from storage import alerts, attachments, claims, derive, documents, hits, pages, sources
from storage.errors import ConfigError
from storage.hits import SnapshotHits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from alerts.match import MatchResult
    from storage.database import Connection, Database
    from storage.findings import Alert, Document, Snapshot, Suppressed
    from storage.records import CaptureId, Clock, Source

    _Spans = Mapping[str, Sequence[tuple[int, int]]]

PREFIX = "match/"
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

    def scan(
        self, *, rule: str | None = None, everything: bool = False, tell: Callable[[str, int], None] | None = None
    ) -> ScanReport:
        """Bring the chosen rules (all, or a concept's, or one variant) up to the last snapshot."""
        chosen = self._chosen(rule)
        self._copies.catch_up(self._database)
        with self._database.read() as conn:
            places = self._places(conn, chosen, everything=everything)
            late = derive.take_pending(conn, STAGE)
        report = self._late(late, places) if late else ScanReport()
        while places:
            first = min(place.cursor for place in places)
            group = [place for place in places if place.cursor == first]
            others = [place.cursor for place in places if place.cursor > first]
            found = self._batch(group, upto=min(others, default=None))
            if found is None:
                if not others:
                    break
                for place in group:
                    place.cursor = min(others)
                continue
            report = _added(report, found)
            if tell:
                tell("scan", report.snapshots)
        claiming.advance(self._database, self._sources)
        return report

    def _chosen(self, rule: str | None) -> Sequence[str]:
        ids = [each.id for each in self._rulebook.rules]
        if rule is None:
            return ids
        found = [each.id for each in self._rulebook.rules if rule in (each.id, each.concept)]
        if not found:
            known = sorted({*ids, *(each.concept for each in self._rulebook.rules)})
            near = difflib.get_close_matches(rule, known, 1)
            raise ConfigError(
                f"no rule {rule!r}; " + (f"did you mean {near[0]}?" if near else "`longarm rules check` lists them")
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

    def _batch(self, group: Sequence[_Place], *, upto: int | None) -> ScanReport | None:
        with self._database.read() as conn:
            cursor = group[0].cursor
            batch = documents.snapshots_after(conn, cursor, _BATCH)  # type: ignore[arg-type] # a cursor is a number
            if upto is not None:
                batch = [each for each in batch if each.id <= upto]
            if not batch:
                return None
            work = self._read(conn, batch, group)
        return self._keep(work, group, cursor=batch[-1].id)

    def _late(self, ids: Sequence[CaptureId], places: Sequence[_Place]) -> ScanReport:
        with self._database.read() as conn:
            work = self._read(conn, documents.snapshots_by_id(conn, ids), places)
        report = self._keep(work, places, cursor=None)
        # What waits, waits for every rule: a scan for some leaves it to the one for all.
        if len(places) == len(self._rulebook.rules):
            with self._database.write() as conn:
                derive.settle(conn, STAGE, ids)
        return report

    def _read(self, conn: Connection, batch: Sequence[Snapshot], group: Sequence[_Place]) -> list[_Found]:
        book = self._rulebook
        if len(group) < len(book.rules):
            chosen = {place.variant for place in group}
            book = Rulebook([rule for rule in book.rules if rule.id in chosen], book.all_sets, book.evasions)
        baselines = {place.variant: place.baseline for place in group}
        before = {each.id: documents.compared_with(conn, each) for each in batch if each.ordinal > 1 or each.imported}
        parts = documents.parts_of(conn, [*batch, *(each for each in before.values() if each)])
        of_page = pages.by_ids(conn, sorted({each.page_id for each in batch}))
        files = attachments.owners(conn, of_page.keys()) if book.reads_attachments else {}
        work = []
        for each in batch:
            if not parts[each.id]:
                continue
            page = of_page[each.page_id]
            source = self._sources.get(page.source_id) if page.source_id else None
            read = documents.join(parts[each.id])
            is_file = page.id in files
            result = match.find(book, text_of(read, source, is_attachment=is_file))
            earlier = before.get(each.id)
            old = documents.join(parts[earlier.id]) if earlier and parts[earlier.id] else None
            added = _added_text(old, read) if old and (result.hits or result.suppressed) else {}
            work.append(
                _Found(
                    snapshot=each,
                    url_key=page.url_key,
                    source=source,
                    document=read,
                    result=result,
                    news=_news(book, result, read, text_of(old, source, is_attachment=is_file) if old else None, added),
                    stale=frozenset(held for held in result.suppressed if old and not _touches(held, added)),
                    baselines=baselines,
                    is_late=earlier is not None and earlier.ordinal > each.ordinal,
                )
            )
        return work

    def _keep(self, work: Sequence[_Found], group: Sequence[_Place], *, cursor: int | None) -> ScanReport:
        rows = [each.rows(self._rulebook.digest) for each in work]
        raised = [(each, each.alerts(self._now())) for each in work]
        rescan = (
            [place.variant for place in group] if cursor is None or cursor <= max(p.baseline for p in group) else None
        )
        with self._database.write() as conn:
            hits.put(conn, rows, instead_of=rescan)
            made = [alert for each, some in raised if some for alert in self._in_story(conn, each, some)]
            new = alerts.put(conn, made, version=str(compose.VERSION))
            claims.forget(
                conn, [each.snapshot_id for each in new] if cursor is not None else [w.snapshot.id for w in work]
            )
            if cursor is not None:
                self._move(conn, group, cursor)
        return ScanReport(
            snapshots=len(work),
            hits=sum(len(row.hits) for row in rows),
            suppressed=sum(len(row.suppressed) - len(row.stale) for row in rows),
            alerts=tuple(new),
        )

    def _in_story(self, conn: Connection, found: _Found, raised: Sequence[Alert]) -> list[Alert]:
        cluster = self._copies.join(conn, found.snapshot, found.document)
        return [replace(alert, cluster=cluster) for alert in raised]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What rules found in one snapshot, and what of it is news."""

    snapshot: Snapshot
    url_key: str
    source: Source | None
    document: Document
    result: MatchResult
    news: Sequence[compose.Found]
    stale: frozenset[Suppressed]
    baselines: Mapping[str, int]
    is_late: bool = False

    def rows(self, version: str) -> SnapshotHits:
        return SnapshotHits(
            snapshot=self.snapshot,
            hits=tuple((each.hit, each.is_new) for each in self.news),
            suppressed=self.result.suppressed,
            version=version,
            stale=self.stale,
        )

    def alerts(self, told_at: datetime) -> list[Alert]:
        made: list[Alert] = []
        for retroactive in (False, True):
            some = [each for each in self.news if (self.snapshot.id <= self.baselines[each.hit.variant]) is retroactive]
            made += compose.compose(
                some,
                snapshot=self.snapshot,
                url_key=self.url_key,
                document=self.document,
                source=self.source,
                retroactive=retroactive,
                told_at=told_at,
                is_late=self.is_late,
            )
        return list({alert.id: alert for alert in reversed(made)}.values())


def text_of(read: Document, source: Source | None, *, is_attachment: bool = False) -> MatchText:
    """A document as the rules take it, with what its source says of it."""
    return MatchText(
        title=read.title,
        body=read.body,
        lang=read.lang,
        agency=source.agency if source else None,
        level=source.level if source else None,
        province=source.province if source else None,
        source=source.id if source else None,
        published=read.published,
        publisher=read.publisher,
        recognised=read.recognised,
        attachments=tuple(link.text for link in read.attachments),
        is_attachment=is_attachment,
    )


def _news(
    book: Rulebook, result: MatchResult, read: Document, old: MatchText | None, added: _Spans
) -> list[compose.Found]:
    before = match.find(book, old).hits if old is not None and result.hits else None
    return compose.found_in(result.hits, read, before=before, added=added)


def _added_text(old: Document, read: Document) -> _Spans:
    return {"title": added_spans(old.title, read.title), "body": added_spans(old.body, read.body)}


def _touches(held: Suppressed, added: _Spans) -> bool:
    return any(held.start < high and low < held.end for low, high in added.get(held.field, ()))


def _added(one: ScanReport, other: ScanReport) -> ScanReport:
    return replace(
        one,
        snapshots=one.snapshots + other.snapshots,
        hits=one.hits + other.hits,
        suppressed=one.suppressed + other.suppressed,
        alerts=one.alerts + other.alerts,
    )
