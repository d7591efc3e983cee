"""What a copy is told as: one step lower than its own rule says where an earlier page of another site told its story.

Decided once, when the alert is made, from the snapshots seen before it or in its run that are in its story by then:
those of lower numbers, those of its run that are read with it (which host answers first is chance), and what lists
carried, which is kept after the pages of its run and read before them. Where texts are read in one order, it is the
same in however many processes. Made again it may be another: an original that was read late lowers no copy that was
told before it, and a page that joined two stories since lets a rule that is added later find originals in both.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.original import original
from alerts.severity import as_copy
from alerts.syndication import differences
from storage import alerts, documents, pages, stories
from storage.origins import Origin
from storage.stories import Teller
from storage.urls import host_of
from storage.windows import named_as

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from desk.finding import Finding
    from storage.database import Connection
    from storage.findings import Alert, Document, Severity, Snapshot
    from storage.records import CaptureId, Source

_PAGES = 20  # of a story's pages the first so many: who copies the fiftieth copies the first
_KEPT = 256


class Syndicated:
    """Lowers copies during one scan; a few texts are kept ready between them."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._pages: OrderedDict[CaptureId, Teller] = OrderedDict()

    def in_order(
        self, conn: Connection, found: Sequence[Finding], stories: Mapping[CaptureId, str]
    ) -> Iterator[Finding]:
        """These findings as they come, but of each story (by snapshot) its probable original before the others."""
        of_story: dict[str, list[Finding]] = {}
        for each in found:
            of_story.setdefault(stories[each.snapshot.id], []).append(each)
        firsts = {story: self._first(conn, some) for story, some in of_story.items()}
        told: set[CaptureId] = set()
        for each in found:
            for one in (firsts[stories[each.snapshot.id]], each):
                if one.snapshot.id not in told:
                    told.add(one.snapshot.id)
                    yield one

    def _first(self, conn: Connection, found: Sequence[Finding]) -> Finding:
        if len(found) == 1:
            return found[0]
        probable = original([self._teller(conn, each.snapshot, each.document) for each in found])
        return next((each for each in found if probable and each.snapshot.id == probable.page.snapshot_id), found[0])

    def lowered(
        self, conn: Connection, snapshot: Snapshot, document: Document, found: Sequence[Alert], cluster: str
    ) -> list[Alert]:
        """These alerts of a snapshot as they are told: lower where the probable original, seen earlier on another
        site, says the same and alerted to the same concept."""
        first = self._original(conn, snapshot, document, cluster)
        if first is None:
            return list(found)
        told = alerts.severities(conn, first.snapshot_id)
        return [_as_copy(one, told.get(one.concept), first.url) for one in found]

    def _original(self, conn: Connection, snapshot: Snapshot, document: Document, cluster: str) -> Teller | None:
        ids = stories.first_members(conn, cluster, before=snapshot, most=_PAGES)
        others = [page for page in self._read(conn, ids) if page.page_id != snapshot.page_id]
        site = host_of(snapshot.url)
        if all(host_of(page.url) == site for page in others):
            return None
        mine = self._teller(conn, snapshot, document)
        probable = original([*others, mine])
        if probable is None or host_of(probable.page.url) == site:
            return None
        first = probable.page
        same = not differences(first.body, mine.body) and not differences(first.title, mine.title)
        return first if same else None

    def _read(self, conn: Connection, ids: Sequence[CaptureId]) -> list[Teller]:
        for each in documents.snapshots_by_id(conn, [number for number in ids if number not in self._pages]):
            text = documents.of_snapshot(conn, each)
            if text is not None:
                self._pages[each.id] = self._teller(conn, each, text)
        found = [self._pages[number] for number in ids if number in self._pages]
        for page in found:
            # The pages of a story that goes on are read again with each of its copies.
            self._pages.move_to_end(page.snapshot_id)
        while len(self._pages) > _KEPT:
            self._pages.popitem(last=False)
        return found

    def _teller(self, conn: Connection, snapshot: Snapshot, text: Document) -> Teller:
        source = self._sources.get(pages.by_id(conn, snapshot.page_id).source_id or "")
        return Teller(
            page_id=snapshot.page_id,
            url=snapshot.url,
            source=named_as(source) if source else None,
            snapshot_id=snapshot.id,
            snapshot=snapshot.short,
            first_seen=snapshot.captured_at,
            published=text.published,
            title=text.title,
            body=text.body,
            origin=Origin(publisher=text.publisher),
        )


def _as_copy(one: Alert, of: Severity | None, url: str) -> Alert:
    if of is None:
        return one
    severity, why = as_copy(one.severity, one.why, stance=one.stance, of=of, url=url)
    return replace(one, severity=severity, why=why)
