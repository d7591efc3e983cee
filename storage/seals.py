"""Seals: the hash of a finished WARC file, as a row and as an act of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import ledger, tables

if TYPE_CHECKING:
    from datetime import datetime

    from storage.warc import Sealed

EVENT = "custody"


def put(conn: sa.Connection, sealed: Sealed, *, at: datetime) -> None:
    """Seal a file, once."""
    body = {
        "what": "sealed",
        "file": sealed.file,
        "sha256": sealed.sha256,
        "bytes": sealed.bytes,
        "records": sealed.records,
    }
    if ledger.append_act(conn, event=EVENT, subject=subject_of(sealed.file), body=body, at=at) is not None:
        conn.execute(
            sa.insert(tables.warc_seal),
            {
                "file": sealed.file,
                "sha256": sealed.sha256,
                "bytes": sealed.bytes,
                "records": sealed.records,
                "sealed_at": at,
            },
        )


def subject_of(file: str) -> str:
    return f"sealed {file}"
