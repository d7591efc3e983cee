"""Which snapshots that alerted are copies of one text: members, their clusters, the keys under which they are found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.derived_tables import cluster_member
from storage.upsert import insert_or_update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.records import CaptureId


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A snapshot in a cluster, which is named after its first member. Two members that share a band are candidates."""

    snapshot_id: CaptureId
    cluster: str
    bands: tuple[str, ...]


def load(conn: sa.Connection, *, version: int) -> list[Member]:
    """Every member found by this version of the code, oldest first."""
    query = sa.select(cluster_member).where(cluster_member.c.version == version).order_by(cluster_member.c.snapshot_id)
    return [
        Member(snapshot_id=row.snapshot_id, cluster=row.cluster, bands=tuple(row.bands)) for row in conn.execute(query)
    ]


def put(conn: sa.Connection, members: Sequence[Member], *, version: int) -> None:
    """Keep members; what stood for the same snapshots goes."""
    rows = [asdict(member) | {"bands": list(member.bands), "version": version} for member in members]
    insert_or_update(
        conn, cluster_member, rows, lambda new: {name: new[name] for name in ("cluster", "bands", "version")}
    )
