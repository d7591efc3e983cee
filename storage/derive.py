"""The runner of stages: subjects in ledger order, their rows and the cursor in one transaction, failures set aside.

A stage's version is its code's and its inputs': where it changes, the stage forgets its rows and starts at 0.
This is the only code that moves a cursor.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import sqlalchemy as sa

from storage.tables import capture, pending, progress
from storage.upsert import insert_or_update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from storage.database import Database
    from storage.records import CaptureId, Clock

logger = logging.getLogger(__name__)

# A failure that may pass is tried this often, at this many runs, then a person must look.
MAX_TRIES = 3
_CHUNK = 500

Progress = "Callable[[str, int], None]"


class HasId(Protocol):
    @property
    def id(self) -> CaptureId: ...


S = TypeVar("S", bound=HasId)
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A subject that gave no rows. `quarantined`: it never will; `put_off`: it was not tried, the next run takes it."""

    id: CaptureId
    error: str
    quarantined: bool = False
    put_off: bool = False


class Stage(Protocol[S, R]):
    """One derivation. `derive` is pure but for reading; `put` replaces the subjects' rows."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    def subjects(self, conn: sa.Connection, after: CaptureId) -> Sequence[S]:
        """The next batch after a capture number, in order; empty at the end."""

    def again(self, conn: sa.Connection, ids: Sequence[CaptureId]) -> Sequence[S]:
        """The subjects of these numbers, in order, that still are subjects."""

    def derive(self, conn: sa.Connection, subjects: Sequence[S]) -> Iterable[R | Failed]: ...
    def put(self, conn: sa.Connection, results: Sequence[R]) -> None: ...
    def forget(self, conn: sa.Connection) -> None:
        """Drop every row of this stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What one call of `advance` did."""

    done: int = 0
    failed: int = 0


def advance(
    stage: Stage[S, R],
    database: Database,
    *,
    now: Clock,
    tell: Callable[[str, int], None] | None = None,
    until: Callable[[], bool] | None = None,
) -> Advance:
    """Bring a stage up to the last capture. `tell(stage, subjects done)` hears of each batch.

    With `until` only as far as it is when that says it is enough, and without trying again what failed before.
    """
    with database.read() as conn:
        head = _head(conn)
        cursor = _cursor(conn, stage)
    if cursor is None:
        cursor = _begin(stage, database, now)
    done, failed = (0, 0) if until else _try_again(stage, database, now)
    while True:
        with database.read() as conn:
            subjects = stage.subjects(conn, cursor)
            results = list(stage.derive(conn, subjects)) if subjects else []
        upto = subjects[-1].id if subjects else max(head, cursor)
        if not subjects and upto == cursor:
            break
        bad = [result for result in results if isinstance(result, Failed)]
        with database.write() as conn:
            stage.put(conn, [result for result in results if not isinstance(result, Failed)])
            _set_aside(conn, stage, bad, now)
            _move(conn, stage.name, upto, now)
        cursor = upto
        done, failed = done + len(subjects) - len(bad), failed + _tried(bad)
        if not subjects or (until and until()):
            break
        if tell:
            tell(stage.name, done)
    return Advance(done=done, failed=failed)


def redo(conn: sa.Connection, stage: str, ids: Sequence[CaptureId], *, version: str, now: Clock) -> None:
    """Ask a stage to take subjects again that its cursor has passed: their input came late."""
    rows = [_pending_row(stage, version, number, "input came late", tries=0, now=now) for number in ids]
    insert_or_update(conn, pending, rows, lambda new: {"reason": new.reason, "tries": 0, "at": new.at})


def failures(conn: sa.Connection) -> list[tuple[str, CaptureId, str]]:
    """What waits to be tried again or for a person to look: stage, subject, error."""
    query = sa.select(pending.c.stage, pending.c.subject_id, pending.c.error).order_by(
        pending.c.stage, pending.c.subject_id
    )
    return [(row.stage, row.subject_id, row.error) for row in conn.execute(query)]


def cursors(conn: sa.Connection, prefix: str) -> dict[str, tuple[str, int, int]]:
    """Version, cursor and baseline of every stage whose name begins so."""
    query = sa.select(progress).where(progress.c.stage.startswith(prefix, autoescape=True))
    return {row.stage: (row.version, row.cursor, row.baseline) for row in conn.execute(query)}


def matched(conn: sa.Connection) -> int:
    """The last snapshot that a rule has read; later ones have not been looked at by any."""
    return max((cursor for _, cursor, _ in cursors(conn, "match/").values()), default=0)


def set_cursors(
    conn: sa.Connection,
    stages: Sequence[str],
    *,
    versions: Sequence[str],
    cursor: int,
    baseline: int | None,
    now: Clock,
) -> None:
    """Place several stages at one cursor. `baseline` None leaves those that stand."""
    at = now()
    rows = [
        {"stage": stage, "version": version, "cursor": cursor, "baseline": baseline or 0, "at": at}
        for stage, version in zip(stages, versions, strict=True)
    ]
    kept = {"version", "cursor", "at"} | (set() if baseline is None else {"baseline"})
    insert_or_update(conn, progress, rows, lambda new: {name: new[name] for name in kept})


def take_pending(conn: sa.Connection, stage: str) -> list[CaptureId]:
    """The subjects a stage must take again, oldest first."""
    query = (
        sa.select(pending.c.subject_id)
        .where(pending.c.stage == stage, pending.c.reason == "retry")
        .order_by(pending.c.subject_id)
    )
    return list(conn.execute(query).scalars())


def settle(conn: sa.Connection, stage: str, ids: Sequence[CaptureId]) -> None:
    """These subjects need not be taken again."""
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        conn.execute(sa.delete(pending).where(pending.c.stage == stage, pending.c.subject_id.in_(some)))


def _head(conn: sa.Connection) -> CaptureId:
    found: CaptureId | None = conn.execute(sa.select(sa.func.max(capture.c.id))).scalar()
    return found or 0  # type: ignore[return-value] # no captures yet: 0 is before the first


def _cursor(conn: sa.Connection, stage: Stage[S, R]) -> CaptureId | None:
    row = conn.execute(sa.select(progress.c.version, progress.c.cursor).where(progress.c.stage == stage.name)).first()
    found: CaptureId | None = row.cursor if row and row.version == stage.version else None
    return found


def _begin(stage: Stage[S, R], database: Database, now: Clock) -> CaptureId:
    with database.write() as conn:
        stage.forget(conn)
        conn.execute(sa.delete(pending).where(pending.c.stage == stage.name))
        set_cursors(conn, [stage.name], versions=[stage.version], cursor=0, baseline=None, now=now)
    return 0  # type: ignore[return-value] # before the first capture


def _try_again(stage: Stage[S, R], database: Database, now: Clock) -> tuple[int, int]:
    with database.read() as conn:
        ids = take_pending(conn, stage.name)
        subjects = stage.again(conn, ids) if ids else []
        results = list(stage.derive(conn, subjects)) if subjects else []
    if not ids:
        return 0, 0
    bad = [result for result in results if isinstance(result, Failed)]
    failed = {result.id for result in bad}
    with database.write() as conn:
        stage.put(conn, [result for result in results if not isinstance(result, Failed)])
        settle(conn, stage.name, [number for number in ids if number not in failed])
        _set_aside(conn, stage, bad, now)
    return len(subjects) - len(bad), _tried(bad)


def _tried(bad: Sequence[Failed]) -> int:
    return sum(not each.put_off for each in bad)


def _set_aside(conn: sa.Connection, stage: Stage[S, R], bad: Sequence[Failed], now: Clock) -> None:
    if not bad:
        return
    rows = []
    for failed in bad:
        if not failed.put_off:
            logger.warning("set aside: %s stage=%s capture=%s", failed.error, stage.name, failed.id)
        known = sa.select(pending.c.tries).where(pending.c.stage == stage.name, pending.c.subject_id == failed.id)
        tries = (conn.execute(known).scalar() or 0) + (not failed.put_off)
        row = _pending_row(stage.name, stage.version, failed.id, failed.error, tries=tries, now=now)
        if failed.quarantined or tries >= MAX_TRIES:
            row["reason"] = "quarantined"
        rows.append(row)
    insert_or_update(
        conn, pending, rows, lambda new: {name: new[name] for name in ("version", "reason", "tries", "error", "at")}
    )


def _pending_row(
    stage: str, version: str, number: CaptureId, error: str, *, tries: int, now: Clock
) -> dict[str, object]:
    return {
        "stage": stage,
        "subject_id": number,
        "version": version,
        "reason": "retry",
        "tries": tries,
        "error": error,
        "at": now(),
    }


def _move(conn: sa.Connection, stage: str, cursor: int, now: Clock) -> None:
    conn.execute(sa.update(progress).where(progress.c.stage == stage).values(cursor=cursor, at=now()))
