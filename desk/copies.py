"""Copies of one text among the snapshots that alert: found by bands, proved on the texts, named after the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts import syndication
from alerts.fold import fold
from alerts.syndication import Text, bands, is_copy
from storage import copies, documents
from storage.copies import Member

if TYPE_CHECKING:
    from storage.database import Connection
    from storage.findings import Document, Snapshot
    from storage.records import CaptureId

VERSION = syndication.VERSION
# So many texts are compared at most: the same boilerplate on a thousand pages must not stop a scan.
_CANDIDATES = 50


class Copies:
    """The clusters as they stand, and the members a scan adds."""

    def __init__(self) -> None:
        self._cluster_of: dict[CaptureId, str] = {}
        self._by_band: dict[str, list[CaptureId]] = {}
        self._texts: dict[CaptureId, Text] = {}
        self._loaded = False

    def cluster(self, conn: Connection, snapshot: Snapshot, document: Document) -> tuple[str, Member | None]:
        """The cluster of a snapshot, and the member to keep where it is new."""
        if not self._loaded:
            for member in copies.load(conn, version=VERSION):
                self._remember(member)
            self._loaded = True
        known = self._cluster_of.get(snapshot.id)
        if known is not None:
            return known, None
        text = _text(document)
        keys = bands(text)
        name = self._copy_of(conn, text, keys) or snapshot.short
        member = Member(snapshot_id=snapshot.id, cluster=name, bands=keys)
        self._remember(member)
        self._texts[snapshot.id] = text
        return name, member

    def _copy_of(self, conn: Connection, text: Text, keys: tuple[str, ...]) -> str | None:
        shared: dict[CaptureId, int] = {}
        for key in keys:
            for number in self._by_band.get(key, ()):
                shared[number] = shared.get(number, 0) + 1
        for number in sorted(shared, key=lambda each: (-shared[each], each))[:_CANDIDATES]:
            other = self._text_of(conn, number)
            if other is not None and is_copy(text, other):
                return self._cluster_of[number]
        return None

    def _text_of(self, conn: Connection, number: CaptureId) -> Text | None:
        if number not in self._texts:
            found = documents.snapshots_by_id(conn, [number])
            document = documents.of_snapshot(conn, found[0]) if found else None
            if document is None:
                return None
            self._texts[number] = _text(document)
        return self._texts[number]

    def _remember(self, member: Member) -> None:
        self._cluster_of[member.snapshot_id] = member.cluster
        for key in member.bands:
            self._by_band.setdefault(key, []).append(member.snapshot_id)


def _text(document: Document) -> Text:
    return Text(title=fold(document.title).text, body=fold(document.body).text)
