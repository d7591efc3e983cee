"""Which snapshots that alerted are one story: members, their stories, and the keys under which a text is found again.

The keys are rows under a primary key, so a look-up costs a few pages of the index, not memory. A text that stands
already, word for word, is a member without keys: fifty thousand equal pages are found under one page's keys.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.derived_tables import alert, cluster_member, story_key
from storage.subjects import chunks
from storage.upsert import Rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from storage.records import CaptureId

# One key's newest holders: more than these share a footer or a title, and are told from copies by their other keys.
CROWD = 200
_MEMBERS = Rows(cluster_member, changes=lambda new: {"cluster": new.cluster})
_KEYS = Rows(story_key)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A member that shares keys with a text; `titled`: the title's key too."""

    member: Member
    titled: bool


def nearest(conn: sa.Connection, keys: Sequence[int], *, title: int | None, most: int) -> list[Candidate]:
    """The members that share most of these keys, so many; of a key's holders the newest 200 are counted.

    Counting is the database's: a key has up to a million holders, and thousands of rows would come here for 200.
    """
    if not keys:
        return []
    named = {f"key{number}": key for number, key in enumerate(keys)}
    values = named | {"title": title, "last": CROWD - 1, "most": most}
    return [
        Candidate(member=_member(row), titled=bool(row.titled)) for row in conn.execute(_nearest(len(keys)), values)
    ]


@cache
def _nearest(count: int) -> sa.TextClause:
    """The question for so many keys. A CROSS JOIN, so that SQLite goes from the keys to their holders, not back."""
    keys = ", ".join(f"(CAST(:key{number} AS BIGINT))" for number in range(count))
    return sa.text(
        f"WITH wanted(key) AS (VALUES {keys}), ranked AS ("  # noqa: S608 - names of parameters, nothing from outside
        "SELECT held.snapshot_id, count(*) AS shared,"
        " max(CASE WHEN wanted.key = CAST(:title AS BIGINT) THEN 1 ELSE 0 END) AS titled"
        " FROM wanted CROSS JOIN story_key AS held"
        " WHERE held.key = wanted.key AND held.snapshot_id >= coalesce((SELECT other.snapshot_id"
        " FROM story_key AS other WHERE other.key = wanted.key"
        " ORDER BY other.snapshot_id DESC LIMIT 1 OFFSET :last), 0)"
        " GROUP BY held.snapshot_id ORDER BY shared DESC, held.snapshot_id LIMIT :most)"
        " SELECT member.*, ranked.titled FROM ranked"
        " JOIN cluster_member AS member ON member.snapshot_id = ranked.snapshot_id"
    )


def firsts_of(conn: sa.Connection, clusters: Collection[str]) -> dict[str, CaptureId]:
    """The lowest number among each story's members; stories that have none are left out."""
    lowest = sa.func.min(cluster_member.c.snapshot_id).label("lowest")
    query = sa.select(cluster_member.c.cluster, lowest).where(cluster_member.c.cluster.in_(clusters))
    return {row.cluster: row.lowest for row in conn.execute(query.group_by(cluster_member.c.cluster))}


def put(conn: sa.Connection, member: Member, keys: Sequence[int], *, version: int) -> None:
    """Keep a member and its keys, which stand not yet; what stood for the same snapshot has been dropped."""
    _MEMBERS.put(conn, [asdict(member) | {"version": version}])
    _KEYS.put(conn, [{"key": key, "snapshot_id": member.snapshot_id} for key in keys])


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
