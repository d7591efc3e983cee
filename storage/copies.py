"""Which snapshots that alerted are one story: members, their stories, and the keys under which a text is found again.

The keys are rows under a primary key, so a look-up costs a few pages of the index, not memory. A text that stands
already, word for word, is a member without keys: fifty thousand equal pages are found under one page's keys.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.derived_tables import alert, cluster_member, story_key
from storage.subjects import chunks
from storage.upsert import insert_or_update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.records import CaptureId

# One key's newest holders: more than these share a footer or a title, and are told from copies by their other keys.
CROWD = 200
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A snapshot in a story, which is named after its member of the lowest number.

    `digest` is the same for texts of one wording; `size` and `signature` tell about how alike two texts are.
    """

    snapshot_id: CaptureId
    cluster: str
    digest: str
    size: int
    signature: bytes


def by_ids(conn: sa.Connection, ids: Sequence[CaptureId]) -> dict[CaptureId, Member]:
    """The members among these snapshots."""
    found: dict[CaptureId, Member] = {}
    for some in chunks(ids):
        for row in conn.execute(sa.select(cluster_member).where(cluster_member.c.snapshot_id.in_(some))):
            found[row.snapshot_id] = _member(row)
    return found


def twin(conn: sa.Connection, digest: str) -> Member | None:
    """The member of the lowest number that has this very wording."""
    query = sa.select(cluster_member).where(cluster_member.c.digest == digest)
    row = conn.execute(query.order_by(cluster_member.c.snapshot_id).limit(1)).first()
    return _member(row) if row else None


def holders(conn: sa.Connection, keys: Sequence[int]) -> Counter[CaptureId]:
    """The members that share some of these keys, and how many; of a crowded key only the newest 200."""
    query = sa.select(story_key.c.key, story_key.c.snapshot_id).where(story_key.c.key.in_(keys))
    rows = conn.execute(query.limit(_AT_ONCE)).all()
    if len(rows) < _AT_ONCE:
        return Counter(row.snapshot_id for row in rows)
    found: Counter[CaptureId] = Counter()
    for key in keys:
        of_key = sa.select(story_key.c.snapshot_id).where(story_key.c.key == key)
        found.update(conn.execute(of_key.order_by(story_key.c.snapshot_id.desc()).limit(CROWD)).scalars())
    return found


def first_of(conn: sa.Connection, cluster: str) -> CaptureId | None:
    """The lowest number among a story's members, None where it has none."""
    query = sa.select(cluster_member.c.snapshot_id).where(cluster_member.c.cluster == cluster)
    found: CaptureId | None = conn.execute(query.order_by(cluster_member.c.snapshot_id).limit(1)).scalar()
    return found


def put(conn: sa.Connection, member: Member, keys: Sequence[int], *, version: int) -> None:
    """Keep a member and its keys; what stood for the same snapshot goes."""
    drop(conn, member.snapshot_id)
    insert_or_update(
        conn, cluster_member, [asdict(member) | {"version": version}], lambda new: {"cluster": new["cluster"]}
    )
    if keys:
        conn.execute(sa.insert(story_key), [{"key": key, "snapshot_id": member.snapshot_id} for key in keys])


def drop(conn: sa.Connection, snapshot_id: CaptureId) -> None:
    """Take a snapshot out of its story and the index."""
    done = conn.execute(sa.delete(cluster_member).where(cluster_member.c.snapshot_id == snapshot_id))
    if done.rowcount:
        conn.execute(sa.delete(story_key).where(story_key.c.snapshot_id == snapshot_id))


def rename(conn: sa.Connection, old: str, new: str) -> None:
    """One story is found to be another: its members and its alerts take the other's name."""
    for table in (cluster_member, alert):
        conn.execute(sa.update(table).where(table.c.cluster == old).values(cluster=new))


def name_alerts(conn: sa.Connection, snapshot_id: CaptureId, cluster: str) -> None:
    """Give the alerts of a snapshot their story."""
    conn.execute(sa.update(alert).where(alert.c.snapshot_id == snapshot_id).values(cluster=cluster))


def forget_others(conn: sa.Connection, *, version: int) -> None:
    """Empty the index where another version of the code made it: `outside` then gives every snapshot that alerted."""
    if conn.execute(sa.select(cluster_member.c.version).where(cluster_member.c.version != version).limit(1)).first():
        conn.execute(sa.delete(cluster_member))
        conn.execute(sa.delete(story_key))


def outside(conn: sa.Connection, after: CaptureId | int, limit: int) -> list[CaptureId]:
    """The next snapshots that alerted and are in no story, in the order of their numbers."""
    query = (
        sa.select(alert.c.snapshot_id)
        .outerjoin(cluster_member, cluster_member.c.snapshot_id == alert.c.snapshot_id)
        .where(cluster_member.c.snapshot_id.is_(None), alert.c.snapshot_id > after)
        .distinct()
        .order_by(alert.c.snapshot_id)
        .limit(limit)
    )
    return list(conn.execute(query).scalars())


def _member(row: sa.Row[tuple[object, ...]]) -> Member:
    return Member(
        snapshot_id=row.snapshot_id, cluster=row.cluster, digest=row.digest, size=row.size, signature=row.signature
    )
