"""What translation engines said, by snapshot: asked once, shown as often as the digest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.derived_tables import translation
from storage.upsert import insert_missing

if TYPE_CHECKING:
    from datetime import datetime


def get(conn: sa.Connection, *, snapshot: str, text_sha256: str, target: str, engine: str) -> str | None:
    """What an engine made of a text of a snapshot; None where it was not asked."""
    found: str | None = conn.execute(
        sa.select(translation.c.text).where(
            translation.c.snapshot == snapshot,
            translation.c.text_sha256 == text_sha256,
            translation.c.target == target,
            translation.c.engine == engine,
        )
    ).scalar()
    return found


def put(
    conn: sa.Connection, *, snapshot: str, text_sha256: str, target: str, engine: str, text: str, at: datetime
) -> None:
    """Keep what an engine said; the first answer stands."""
    row = {"snapshot": snapshot, "text_sha256": text_sha256, "target": target, "engine": engine}
    insert_missing(conn, translation, [{**row, "text": text, "made_at": at}])
