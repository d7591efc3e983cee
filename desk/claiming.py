"""Claims of the snapshots that alerted: read once with each version of the code that reads them, kept beside alerts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alerts.claims.reader import VERSION, concept_of, read
from storage import claims, derive, documents, pages
from storage.claims import SnapshotClaims
from storage.findings import StoredClaim

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from desk.hands import Hands
    from storage.database import Connection, Database
    from storage.digests import ChangeFacts, Named
    from storage.findings import Claim, Document
    from storage.records import CaptureId, Source

_BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Snapshots in order; by each that has a text, the text and its source."""

    ids: tuple[CaptureId, ...]
    texts: Mapping[CaptureId, tuple[Document, Source | None]]


def advance(database: Database, sources: Mapping[str, Source], hands: Hands[Any]) -> int:
    """Read every snapshot that alerted and was not read by this version; gives how many that were.

    A snapshot's rows and the note that it was read are one transaction: killed between two, it goes on where it was.
    """
    done = 0
    for batch, found in hands.map(_read, _batches(database, sources)):
        with database.write() as conn:
            told = claims.concepts_of(conn, batch.ids)
            claims.replace(conn, [_placed(number, found, told) for number in batch.ids], version=_version(conn))
        done += len(batch.ids)
    return done


def with_claims(conn: Connection, changes: Iterable[ChangeFacts]) -> tuple[ChangeFacts, ...]:
    """The changes of a window, each edit with what its page claimed before it and claims since.

    Read anew, for an edit that leaves the matched words as they are raises no alert beside which its claims are kept.
    """
    return tuple(
        replace(one, said_old=_said(conn, one, one.snapshot_old), said=_said(conn, one, one.snapshot))
        if one.event == "edited"
        else one
        for one in changes
    )


def _said(conn: Connection, change: ChangeFacts, short: str | None) -> tuple[StoredClaim, ...]:
    snapshot = documents.find_snapshot(conn, short) if short else None
    text = documents.of_snapshot(conn, snapshot) if snapshot else None
    if snapshot is None or text is None:
        return ()
    return tuple(
        StoredClaim(
            claim=claim,
            alert_id=change.alert,
            snapshot_id=snapshot.id,
            ordinal=ordinal,
            snapshot=snapshot.short,
            record_sha256=snapshot.record_sha256,
            url=change.url,
            source_id=change.source.id if change.source else None,
            published=text.published,
            told_at=change.at,
            title=text.title,
        )
        for ordinal, claim in enumerate(_claims(text, change.source))
    )


def _batches(database: Database, sources: Mapping[str, Source]) -> Iterator[_Batch]:
    last = 0
    while True:
        with database.read() as conn:
            ids = claims.unread(conn, version=_version(conn), after=last, limit=_BATCH)
            if not ids:
                return
            snapshots = documents.snapshots_by_id(conn, ids)
            parts = documents.parts_of(conn, snapshots)
            of_page = pages.by_ids(conn, sorted({each.page_id for each in snapshots}))
        texts = {
            each.id: (documents.join(parts[each.id]), sources.get(of_page[each.page_id].source_id or ""))
            for each in snapshots
            if parts[each.id]
        }
        yield _Batch(ids=tuple(ids), texts=texts)
        last = ids[-1]


def _read(_: object, batch: _Batch) -> dict[CaptureId, tuple[Claim, ...]]:
    return {number: _claims(document, source) for number, (document, source) in batch.texts.items()}


def _placed(
    number: CaptureId, found: Mapping[CaptureId, tuple[Claim, ...]], told: Mapping[CaptureId, dict[str, str]]
) -> SnapshotClaims:
    """A snapshot's claims, each beside the alert that it is told with."""
    alerts = told[number]
    placed = tuple((alerts[concept_of(one, list(alerts))], one) for one in found.get(number, ()))
    return SnapshotClaims(snapshot_id=number, claims=placed)


def _version(conn: Connection) -> str:
    """The claims' own and that of the text they are read from."""
    return f"{VERSION}+{derive.cursors(conn, 'snapshot').get('snapshot', ('', 0, 0))[0]}"


def _claims(document: Document, source: Source | Named | None) -> tuple[Claim, ...]:
    # A source is named after its organ and its column: 江岙县公安局 通知公告.
    named = (source.name_zh or "").partition(" ")[0] if source else None
    return read(
        document.body, lang=document.lang, published=document.published, publisher=document.publisher or named or None
    )
