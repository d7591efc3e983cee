"""Stage `search`: every snapshot's words put into the full-text index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts import fold
from storage import documents, search

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.database import Connection
    from storage.findings import Snapshot
    from storage.records import CaptureId

_BATCH = 300


class SearchStage:
    """Puts snapshots into the index; one whose text changed replaces itself."""

    name = "search"

    def __init__(self, *, snapshots_version: str) -> None:
        self.version = f"{search.VERSION}.{fold.VERSION}+{snapshots_version}"

    def subjects(self, conn: Connection, after: CaptureId) -> Sequence[Snapshot]:
        return documents.snapshots_after(conn, after, _BATCH)

    def again(self, conn: Connection, ids: Sequence[CaptureId]) -> Sequence[Snapshot]:
        return documents.snapshots_by_id(conn, ids)

    def derive(self, conn: Connection, found: Sequence[Snapshot]) -> Iterator[search.Entry]:
        parts = documents.parts_of(conn, found)
        for each in found:
            if parts[each.id]:
                yield search.entry_of(each, documents.join(parts[each.id]), fold=fold.fold)

    def put(self, conn: Connection, results: Sequence[search.Entry]) -> None:
        search.index(conn, results)

    def forget(self, conn: Connection) -> None:
        search.forget(conn)
