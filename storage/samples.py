"""Hits that were held back, drawn for a look: the same ones whenever the same window is asked for again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from storage import documents, hits
from storage.digests import SampleFacts

if TYPE_CHECKING:
    from datetime import datetime

    import sqlalchemy as sa


def drawn(conn: sa.Connection, start: datetime, end: datetime, *, count: int, seed: str) -> tuple[SampleFacts, ...]:
    """`count` hits held back on snapshots captured from `start` until `end`: those whose id and `seed` hash lowest."""
    ids = hits.suppressed_ids(conn, start, end)
    chosen = sorted(ids, key=lambda each: hashlib.sha256(f"{seed} {each}".encode()).digest())[:count]
    held = hits.held_back(conn, chosen)
    snapshots = {one.id: one for one in documents.snapshots_by_id(conn, sorted({number for number, _ in held}))}
    texts = {number: documents.of_snapshot(conn, one) for number, one in snapshots.items()}
    found = []
    for number, one in held:
        text = texts.get(number)
        if text is not None:
            where = snapshots[number]
            found.append(SampleFacts(held=one, url=where.url, snapshot=where.short, title=text.title, body=text.body))
    return tuple(found)
