"""Claims of the snapshots that alerted: read once with each version of the code that reads them, kept beside alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.claims.reader import VERSION, concept_of, read
from storage import claims, derive, documents, pages
from storage.claims import SnapshotClaims

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.database import Connection, Database
    from storage.findings import Claim, Document
    from storage.records import CaptureId, Source

_BATCH = 200


def advance(database: Database, sources: Mapping[str, Source]) -> int:
    """Read every snapshot that alerted and was not read by this version; gives how many that were.

    A snapshot's rows and the note that it was read are one transaction: killed between two, it goes on where it was.
    """
    last, done = 0, 0
    while True:
        with database.read() as conn:
            version = _version(conn)
            ids = claims.unread(conn, version=version, after=last, limit=_BATCH)
            if not ids:
                return done
            found = _read(conn, ids, sources)
        with database.write() as conn:
            claims.replace(conn, found, version=version)
        last, done = ids[-1], done + len(ids)


def _version(conn: Connection) -> str:
    """The claims' own and that of the text they are read from."""
    return f"{VERSION}+{derive.cursors(conn, 'snapshot').get('snapshot', ('', 0, 0))[0]}"


def _read(conn: Connection, ids: list[CaptureId], sources: Mapping[str, Source]) -> list[SnapshotClaims]:
    snapshots = documents.snapshots_by_id(conn, ids)
    parts = documents.parts_of(conn, snapshots)
    of_page = pages.by_ids(conn, sorted({each.page_id for each in snapshots}))
    alerts = claims.concepts_of(conn, ids)
    found = {number: SnapshotClaims(snapshot_id=number, claims=()) for number in ids}
    for each in snapshots:
        source = sources.get(of_page[each.page_id].source_id or "")
        if parts[each.id]:
            told = alerts[each.id]
            read_out = _claims(documents.join(parts[each.id]), source)
            placed = tuple((told[concept_of(one, list(told))], one) for one in read_out)
            found[each.id] = SnapshotClaims(snapshot_id=each.id, claims=placed)
    return list(found.values())


def _claims(document: Document, source: Source | None) -> tuple[Claim, ...]:
    # A source is named after its organ and its column: 江岙县公安局 通知公告.
    named = (source.name_zh or "").partition(" ")[0] if source else None
    return read(
        document.body, lang=document.lang, published=document.published, publisher=document.publisher or named or None
    )
