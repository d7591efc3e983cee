"""Whose words a snapshot's text is: whom its page names as its publisher, or whoever brought it does, and whether
anybody saw it there at all.

What an importer says of a page is told, and is part of nothing that is read out of it: no rule's PUBLISHER, no organ of
a claim, no sign of which copy is the original rests on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.derived_tables import document
from storage.records import CARRIED
from storage.subjects import chunks
from storage.tables import capture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from storage.records import CaptureId


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`publisher` is whom the page itself names (来源), `told` whom its importer does. `carried_by` is the address of
    the list whose text stands for a page that was never shown to us; None of a page that was seen. `time_from`: of a
    look that was imported, who says when it was (`Via.time_from`), and `captured_at`, when; None of one of ours."""

    publisher: str | None = None
    told: str | None = None
    carried_by: str | None = None
    time_from: str | None = None
    captured_at: datetime | None = None

    @property
    def named(self) -> str | None:
        """The page's own word, else the importer's."""
        return self.publisher or self.told

    @property
    def is_told(self) -> bool:
        """Whether only the importer names somebody."""
        return not self.publisher and bool(self.told)

    def with_names(self, as_shown: Callable[[str], str]) -> Origin:
        """The same, each name as it may be shown."""
        publisher, told = (as_shown(name) if name else None for name in (self.publisher, self.told))
        return replace(self, publisher=publisher, told=told)


UNSAID = Origin()
"""Of a page that names nobody."""


def of_snapshots(conn: sa.Connection, ids: Iterable[CaptureId]) -> dict[CaptureId, Origin]:
    """The origin of each of these snapshots; absent is one of which there is nothing to say."""
    found: dict[CaptureId, Origin] = {}
    for some in chunks(sorted(set(ids))):
        query = (
            sa.select(capture.c.id, capture.c.captured_at, capture.c.via, document.c.publisher)
            .outerjoin(document, document.c.capture_id == capture.c.id)
            .where(capture.c.id.in_(some), sa.or_(document.c.publisher.is_not(None), capture.c.via.is_not(None)))
        )
        for row in conn.execute(query):
            via = row.via or {}
            is_carried = via.get("how") == CARRIED
            is_imported = bool(via) and not is_carried
            found[row.id] = Origin(
                publisher=row.publisher,
                told=via.get("publisher"),
                carried_by=via["file"] if is_carried else None,
                time_from=via.get("time_from") if is_imported else None,
                captured_at=row.captured_at if is_imported else None,
            )
    return found
