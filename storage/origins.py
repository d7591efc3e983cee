"""Whose words a snapshot's text is: whom its page names as its publisher, and whether anybody saw it there at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.derived_tables import document
from storage.records import CARRIED
from storage.subjects import chunks
from storage.tables import capture

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.records import CaptureId


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`publisher` is whom the page itself names (来源). `carried_by` is the address of the list whose text stands for a
    page that was never shown to us; None of a page that was seen."""

    publisher: str | None = None
    carried_by: str | None = None


UNSAID = Origin()
"""Of a page that names nobody."""


def of_snapshots(conn: sa.Connection, ids: Iterable[CaptureId]) -> dict[CaptureId, Origin]:
    """The origin of each of these snapshots; absent is one of which there is nothing to say."""
    found: dict[CaptureId, Origin] = {}
    for some in chunks(sorted(set(ids))):
        query = (
            sa.select(capture.c.id, capture.c.via, document.c.publisher)
            .outerjoin(document, document.c.capture_id == capture.c.id)
            .where(capture.c.id.in_(some), sa.or_(document.c.publisher.is_not(None), capture.c.via.is_not(None)))
        )
        for row in conn.execute(query):
            via = row.via or {}
            carried = via["file"] if via.get("how") == CARRIED else None
            found[row.id] = Origin(publisher=row.publisher, carried_by=carried)
    return found
