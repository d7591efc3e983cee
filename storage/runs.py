"""Runs: one at a time per data folder, each with a begin row and an end row."""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import tables
from storage.disk import is_read_only
from storage.errors import Busy, ConfigError
from storage.records import Run, Sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from storage.records import Stats

LOCK_FILE = ".lock"
_GLANCE = 0.1  # seconds
OUTBOX_LOCK = ".outbox.lock"
"""Who sends holds this one: `digest --send` may work beside a crawl, but no message is sent by two."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


_HELD: set[BinaryIO] = set()


def _let_go() -> None:
    """A fork has the lock as well, and would hold it when we are killed."""
    for handle in _HELD:
        handle.close()
    _HELD.clear()


os.register_at_fork(after_in_child=_let_go)


@contextmanager
def _ours_alone(handle: BinaryIO) -> Iterator[None]:
    _HELD.add(handle)
    try:
        yield
    finally:
        _HELD.discard(handle)


@contextmanager
def lock(data_dir: Path, file: str = LOCK_FILE, *, reads: bool = False) -> Iterator[None]:
    """Hold the data folder for one run (or what another `file` stands for); the kernel lets go of it even at kill -9.

    Who only `reads` needs no lock where nothing can be written: no run can be at work there.

    Raises Busy where another run holds it, ConfigError where the folder cannot be written to.
    """
    path = data_dir / file
    if is_read_only(data_dir):
        if not reads:
            raise ConfigError(f"{data_dir}: cannot write there: read-only; copy the data folder to change it")
        yield
        return
    try:
        handle = path.open("ab")
    except OSError as problem:
        raise ConfigError(
            f"{data_dir}: cannot write there ({problem.strerror}); make it writable, or name another with --data"
        ) from problem
    with handle, _ours_alone(handle):
        try:
            _take(handle)
        except BlockingIOError as held:
            raise Busy(f"{data_dir}: another run is at work here; this one leaves it alone") from held
        except OSError as problem:
            raise ConfigError(
                f"{path}: this file system has no locks ({problem.strerror}); use a local disk"
            ) from problem
        yield


def _take(handle: BinaryIO) -> None:
    """Twice, for somebody may only have looked whether a run is at work."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(_GLANCE)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_at_work(data_dir: Path) -> bool:
    """Whether a run, or another command that changes the folder, is at work there now."""
    try:
        with (data_dir / LOCK_FILE).open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # no run ever was, or the file system knows no locks and no run could begin
    return False


def new_id(now: datetime) -> str:
    """A ULID: 26 characters that sort by time."""
    return _spelled(int(now.timestamp() * 1000) << 80 | secrets.randbits(80))


def id_after(last: str | None, now: datetime) -> str:
    """A ULID that sorts behind `last`, whatever the clock says."""
    made = new_id(now)
    if last is None or made > last:
        return made
    value = 0
    for character in last:
        value = value << 5 | _CROCKFORD.index(character)
    return _spelled(value + 1)


def _spelled(value: int) -> str:
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def begin(conn: sa.Connection, *, at: datetime, code_version: str, settings_digest: Sha256) -> Run:
    """Open a run: its begin row, inside the caller's write transaction."""
    run = Run(id=new_id(at), started_at=at, code_version=code_version, settings_digest=settings_digest)
    conn.execute(sa.insert(tables.run), _row(run, "begin", at, None))
    return run


def end(conn: sa.Connection, run: Run, stats: Stats | None, at: datetime) -> None:
    """Close a run: its end row with the counts."""
    conn.execute(sa.insert(tables.run), _row(run, "end", at, stats))


def was_made(conn: sa.Connection, start: datetime, end: datetime) -> bool:
    """Whether a run began or ended in this time; an import looks at nothing, and is none."""
    run = tables.run.c
    query = sa.select(run.id).where(run.at >= start, run.at < end, run.id.not_in(_imports()))
    return conn.execute(query.limit(1)).first() is not None


def last_made(conn: sa.Connection, until: datetime, *, imports: bool = False) -> datetime | None:
    """When something was last heard of a run before `until`, of an import only with `imports`; None where of none."""
    run = tables.run.c
    query = sa.select(sa.func.max(run.at)).where(run.at < until)
    at: datetime | None = conn.execute(query if imports else query.where(run.id.not_in(_imports()))).scalar()
    return at


def stopped(conn: sa.Connection, until: datetime) -> str | None:
    """Why the crawl of the last run that ended before `until` stopped before its time; None where it did not."""
    run = tables.run.c
    query = sa.select(run.stats).where(run.event == "end", run.at < until, run.id.not_in(_imports()))
    stats = conn.execute(query.order_by(run.at.desc(), run.id.desc()).limit(1)).scalar()
    return (stats or {}).get("stopped") or None


def unended(conn: sa.Connection, until: datetime) -> datetime | None:
    """When the last run before `until` began, where it never ended: it is at work still, or was cut off.

    An import that ended since ended nothing of a run's.
    """
    run = tables.run.c
    begun_before = (run.event == "begin", run.at < until, run.id.not_in(_imports()))
    last = sa.select(run.id, run.at).where(*begun_before).order_by(run.at.desc(), run.id.desc())
    begun = conn.execute(last.limit(1)).first()
    if begun is None or conn.execute(sa.select(run.id).where(run.id == begun.id, run.event == "end")).first():
        return None
    at: datetime = begun.at
    return at


def _imports() -> sa.Select[tuple[str]]:
    """The runs that only brought in what others saw: they count `imported` at their end, which no other run does."""
    run = tables.run.c
    return sa.select(run.id).where(run.event == "end", run.stats["imported"].as_integer().is_not(None))


def ways_out(conn: sa.Connection, start: datetime, end: datetime) -> dict[str, str]:
    """The vantages whose own proxy failed in runs that ended in this time, with what was last said of each."""
    run = tables.run.c
    query = sa.select(run.stats).where(run.event == "end", run.at >= start, run.at < end).order_by(run.at, run.id)
    found: dict[str, str] = {}
    for stats in conn.execute(query).scalars():
        found |= (stats or {}).get("ways_out") or {}
    return found


def _row(run: Run, event: str, at: datetime, stats: Stats | None) -> dict[str, object]:
    return {
        "id": run.id,
        "event": event,
        "at": at,
        "code_version": run.code_version,
        "settings_digest": run.settings_digest,
        "stats": None if stats is None else dict(stats),
    }
