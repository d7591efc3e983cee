"""Stage `lead`: what the model of leads finds in each snapshot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alerts.lead_model import data_digest, shipped
from alerts.leads import VERSION, find_lead
from storage import documents, leads
from storage.leads import LeadRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.leads import Lead
    from storage.database import Connection
    from storage.findings import Document, Snapshot
    from storage.records import CaptureId

_BATCH = 200
# So far below the threshold a lead is kept: marks may lift it.
_MARGIN = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    snapshot: Snapshot
    lead: Lead | None


class LeadStage:
    """Scores every snapshot with the shipped model, whatever rules make of it."""

    name = "lead"

    def __init__(self, *, snapshots_version: str, foreseen: Foreseen | None = None) -> None:
        self.version = f"{model_version()}+{snapshots_version}"
        self._foreseen = foreseen or Foreseen()

    def subjects(self, conn: Connection, after: CaptureId) -> Sequence[Snapshot]:
        return documents.snapshots_after(conn, after, _BATCH)

    def again(self, conn: Connection, ids: Sequence[CaptureId]) -> Sequence[Snapshot]:
        return documents.snapshots_by_id(conn, ids)

    def derive(self, conn: Connection, found: Sequence[Snapshot]) -> Iterator[_Found]:
        parts = documents.parts_of(conn, [each for each in found if not self._foreseen.knows(each)])
        for each in found:
            if self._foreseen.knows(each):
                lead = self._foreseen.of(each)
            else:
                lead = _lead_of(documents.join(parts[each.id])) if parts[each.id] else None
            yield _Found(snapshot=each, lead=lead)

    def put(self, conn: Connection, results: Sequence[_Found]) -> None:
        rows = [_row(one.snapshot, one.lead) for one in results if one.lead is not None]
        leads.put(conn, [one.snapshot.id for one in results], rows, version=self.version)

    def forget(self, conn: Connection) -> None:
        leads.forget(conn)


class Foreseen:
    """Leads of documents that were just read, each the whole text of the snapshot that it may come to be."""

    def __init__(self) -> None:
        self._leads: dict[CaptureId, Lead | None] = {}

    def add(self, number: CaptureId, read: Document) -> None:
        title, body = documents.storable(read.title) or "", documents.storable(read.body) or ""
        self._leads[number] = _lead_of(replace(read, title=title, body=body))

    def knows(self, snapshot: Snapshot) -> bool:
        return len(snapshot.parts) == 1 and snapshot.parts[0] in self._leads

    def of(self, snapshot: Snapshot) -> Lead | None:
        """The lead of a snapshot that is known. Raises KeyError for another."""
        return self._leads[snapshot.parts[0]]


def _lead_of(read: Document) -> Lead | None:
    return find_lead(shipped(), read.title, read.body, floor=-_MARGIN)


def model_version() -> str:
    """Changes when, and only when, a text could score differently."""
    return f"{VERSION}.{data_digest()[:12]}"


def _row(snapshot: Snapshot, lead: Lead) -> LeadRow:
    return LeadRow(
        snapshot_id=snapshot.id,
        page_id=snapshot.page_id,
        concept=lead.concept,
        score=lead.score,
        field=lead.field,
        start=lead.start,
        end=lead.end,
    )
