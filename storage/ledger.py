"""The ledger: a hash chain over captures and acts, byte for byte as evidence.md, sections 3 and 4, say."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage import tables
from storage.records import Sha256
from storage.upsert import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

START = Sha256("0" * 64)
"""`prev` of the first line."""

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

CAPTURE_EVENTS = frozenset({"captured", "unchanged", "failed", "blocked"})
"""Events whose line stands for a capture; every other line stands for an act."""

_LINES = Rows(tables.ledger)
_HEAD = sa.select(tables.ledger.c.seq, tables.ledger.c.chain).order_by(tables.ledger.c.seq.desc()).limit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is not as it was recorded. `capture` is its short id, None where no single capture is meant.

    `line` is the number of the ledger's line where the chain itself does not hold; `lost` how many captures could not
    be looked at for it.
    """

    capture: str | None
    what: str
    expected: str | None = None
    found: str | None = None
    line: int | None = None
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One line of the ledger that is not a capture: a change as it was told, a torn file, a seal."""

    seq: int
    event: str
    subject: str
    at: datetime
    body: Mapping[str, object]


def canonical(record: Mapping[str, object]) -> bytes:
    """The bytes a record is hashed over: sorted keys, no spaces, UTF-8 (evidence.md, section 3)."""
    text = _CANONICAL.encode(record)
    # A lone surrogate, which UTF-8 cannot hold, stands as its JSON escape.
    return text.encode("utf-8", "backslashreplace")


def line_of(seq: int, time: str, event: str, record_sha256: str, prev: str) -> bytes:
    """A line's bytes from the first up to, not including, the TAB before `chain`."""
    return f"{seq}\t{time}\t{event}\t{record_sha256}\t{prev}".encode()


def stamp(at: datetime) -> str:
    """A ledger time: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def head(conn: sa.Connection) -> tuple[int, Sha256]:
    """Number and chain of the last line; 0 and 64 zeros where there is none."""
    row = conn.execute(_HEAD).first()
    return (row.seq, Sha256(row.chain)) if row else (0, START)


def root(conn: sa.Connection) -> Sha256 | None:
    """The chain of the first line, which names this archive among all; None before it."""
    found = conn.execute(sa.select(tables.ledger.c.chain).where(tables.ledger.c.seq == 1)).scalar()
    return Sha256(found) if found else None


def append_captures(conn: sa.Connection, events: Sequence[tuple[str, Sha256]], *, at: datetime) -> int:
    """Append lines `(event, record_sha256)` in order, inside the caller's write transaction; gives the first one's
    number, the others follow on it."""
    seq, chain = head(conn)
    first, time, rows = seq + 1, stamp(at), []
    for event, record_sha256 in events:
        seq, prev = seq + 1, chain
        chain = Sha256(hashlib.sha256(line_of(seq, time, event, record_sha256, prev)).hexdigest())
        rows.append(
            {"seq": seq, "time": time, "event": event, "record_sha256": record_sha256, "prev": prev, "chain": chain}
        )
    _LINES.put(conn, rows)
    return first


def append_act(
    conn: sa.Connection, *, event: str, subject: str, body: Mapping[str, object], at: datetime
) -> int | None:
    """Append an act's line, once for each (event, subject); gives its number, None where it already stands.

    What is kept and hashed is `body` with event, subject and time beside it, under the key `act`.
    """
    act = tables.act
    known = sa.select(act.c.seq).where(act.c.event == event, act.c.subject == subject)
    if conn.execute(known).first():
        return None
    record = canonical({**body, "act": {"event": event, "subject": subject, "at": act_time(at)}})
    digest = Sha256(hashlib.sha256(record).hexdigest())
    seq = append_captures(conn, [(event, digest)], at=at)
    conn.execute(sa.insert(act), {"seq": seq, "event": event, "subject": subject, "at": at, "body": record.decode()})
    return seq


def act_time(at: datetime) -> str:
    """The time of an act as its record spells it: UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def acts(
    conn: sa.Connection,
    *,
    events: Sequence[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int | None = None,
) -> Iterator[Act]:
    """Acts in ledger order, told at or after `since` and before `until`, on lines behind the one numbered `after`."""
    act = tables.act
    query = sa.select(act).order_by(act.c.seq)
    if after is not None:
        query = query.where(act.c.seq > after)
    if events is not None:
        query = query.where(act.c.event.in_(events))
    if since is not None:
        query = query.where(act.c.at >= since)
    if until is not None:
        query = query.where(act.c.at < until)
    for row in conn.execute(query):
        body = {key: value for key, value in json.loads(row.body).items() if key != "act"}
        yield Act(seq=row.seq, event=row.event, subject=row.subject, at=row.at, body=body)


def last_told(conn: sa.Connection, event: str, key: str, *, until: datetime) -> datetime | None:
    """When this event was last told of the page with this key, at or before `until`; None where it never was."""
    act = tables.act
    # An act's subject is the page's key, a space, and the capture's id.
    query = sa.select(sa.func.max(act.c.at)).where(
        act.c.event == event, sa.func.substr(act.c.subject, 1, len(key) + 1) == f"{key} ", act.c.at <= until
    )
    found: datetime | None = conn.execute(query).scalar()
    return found


class Chain:
    """Follows the chain line by line; what is missing or broken is said once."""

    def __init__(self) -> None:
        self._expected = 1
        self._before = START

    def problem(self, row: Any) -> Problem | None:
        """What is wrong with this line of the ledger, or with those that should stand before it."""
        expected, before = self._expected, self._before
        self._expected, self._before = row.seq + 1, row.chain
        if row.seq != expected:
            missing = f"line {expected}" if row.seq == expected + 1 else f"lines {expected} to {row.seq - 1}"
            return Problem(
                capture=None, what=f"ledger {missing}: missing", expected="present", found="missing", line=expected
            )
        if row.prev != before:
            return _broken(row.seq, "does not follow the line before it", before, row.prev)
        chain = hashlib.sha256(line_of(row.seq, row.time, row.event, row.record_sha256, row.prev)).hexdigest()
        if chain != row.chain:
            return _broken(row.seq, "is not what its hash says", row.chain, chain)
        return None


def check(conn: sa.Connection) -> Iterator[Problem]:
    """Every line that is missing or is not what its neighbours and its own hash say; bounded memory."""
    chain = Chain()
    query = sa.select(tables.ledger).order_by(tables.ledger.c.seq)
    for row in conn.execute(query, execution_options={"yield_per": 1000}):
        problem = chain.problem(row)
        if problem is not None:
            yield problem


def _broken(seq: int, what: str, expected: str, found: str) -> Problem:
    return Problem(capture=None, what=f"ledger line {seq}: {what}", expected=expected, found=found, line=seq)
