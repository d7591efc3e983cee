"""Is every capture still what it was, and the record of it unbroken: reads everything, repairs nothing.

Memory is bounded: records are hashed in pieces, rows are read in order. Every problem is one line, and the check
goes on after each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage import ledger, seals, tables
from storage.capture_record import event_of, sha256
from storage.file_check import check_file, check_looks, hash_of
from storage.ledger import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from storage.archive import Archive
    from storage.config import Config
    from storage.database import Database
    from storage.records import Capture

__all__ = ["Problem", "Scope", "scope", "verify"]

_STREAM = {"yield_per": 500}
_BASE = tables.capture.alias("base")
_BASE_PAGE = tables.page.alias("base_page")
_ROWS = (
    sa.select(
        tables.capture,
        tables.page.c.url_key,
        _BASE.c.record_sha256.label("base_sha256"),
        _BASE.c.payload_sha256.label("base_payload"),
        _BASE_PAGE.c.url_key.label("base_url_key"),
    )
    .select_from(tables.capture)
    .outerjoin(tables.page, tables.page.c.id == tables.capture.c.page_id)
    .outerjoin(_BASE, _BASE.c.id == tables.capture.c.refers_to)
    .outerjoin(_BASE_PAGE, _BASE_PAGE.c.id == _BASE.c.page_id)
    .order_by(tables.capture.c.warc_file, tables.capture.c.warc_offset)
)
_LINES = (
    sa.select(
        tables.ledger,
        tables.capture.c.record_sha256.label("capture_sha256"),
        tables.capture.c.kind,
        tables.capture.c.error,
        tables.act.c.event.label("act_event"),
        tables.act.c.subject,
        tables.act.c.at,
        tables.act.c.body,
    )
    .select_from(tables.ledger)
    .outerjoin(tables.capture, tables.capture.c.id == tables.ledger.c.seq)
    .outerjoin(tables.act, tables.act.c.seq == tables.ledger.c.seq)
    .order_by(tables.ledger.c.seq)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What there is to check, and where the chain stands."""

    captures: int
    checked: int
    lines: int
    head: str


def scope(database: Database, *, since: datetime | None = None, capture: Capture | None = None) -> Scope:
    """How many captures there are, how many a check covers, and the ledger's head."""
    count = sa.select(sa.func.count()).select_from(tables.capture)
    with database.read() as conn:
        lines, head = ledger.head(conn)
        every = conn.execute(count).scalar_one()
        covered = (
            every if since is None else conn.execute(count.where(tables.capture.c.captured_at >= since)).scalar_one()
        )
    return Scope(captures=every, checked=covered if capture is None else 1, lines=lines, head=head)


def verify(
    _config: Config,
    database: Database,
    archive: Archive,
    *,
    since: datetime | None = None,
    capture: Capture | None = None,
) -> Iterator[Problem]:
    """Everything that is not as it was recorded: files against the index, the index against the ledger, the chain.

    `since`: only looks from then on, and the whole chain. `capture`: that one, and its line.
    """
    if capture is not None:
        yield from _one(database, archive.folder, capture)
        return
    try:
        yield from _everything(database, archive.folder, since)
    except sa.exc.DBAPIError as problem:
        yield Problem(capture=None, what=f"database: cannot be read further ({str(problem.orig).strip()})")
    except (TypeError, ValueError, OverflowError) as problem:
        # A column that holds what it cannot: SQLite takes anything anywhere.
        yield Problem(capture=None, what=f"database: a row that cannot be read ({problem})")


def _everything(database: Database, folder: Path, since: datetime | None) -> Iterator[Problem]:
    said: set[str] = set()
    files = _some_looks(database, folder, since) if since else _every_file(database, folder)
    for problem in files:
        if problem.capture is not None:
            said.add(problem.capture)
        yield problem
    yield from _ledger(database, said)


def _one(database: Database, folder: Path, capture: Capture) -> Iterator[Problem]:
    with database.read() as conn:
        rows = list(conn.execute(_ROWS.where(tables.capture.c.id == capture.id)))
        line = conn.execute(_LINES.where(tables.ledger.c.seq == capture.id)).first()
    found = list(check_looks(folder, capture.warc_file, rows))
    if not found:
        problem = _content(line) if line else _without_line(capture.id, capture.short)
        found = [problem] if problem else []
    yield from found


def _some_looks(database: Database, folder: Path, since: datetime) -> Iterator[Problem]:
    with database.read() as conn:
        rows = conn.execute(_ROWS.where(tables.capture.c.captured_at >= since), execution_options=_STREAM)
        for file, some in groupby(rows, key=lambda row: row.warc_file):
            yield from check_looks(folder, file, some)


def _every_file(database: Database, folder: Path) -> Iterator[Problem]:
    with database.read() as conn:
        sealed = {row.file: row for row in conn.execute(sa.select(tables.warc_seal))}
        torn = {body["file"]: body for body in _acts(conn, "torn")}
        told = {body["file"]: body for body in _acts(conn, seals.EVENT) if body.get("what") == "sealed"}
    yield from _seals(sealed, told)
    seen = set()
    with database.read() as conn:
        for file, rows in groupby(conn.execute(_ROWS, execution_options=_STREAM), key=lambda row: row.warc_file):
            seen.add(file)
            yield from check_file(folder, file, rows, sealed.get(file))
    for file in sorted(set(sealed) - seen):
        seen.add(file)
        yield from check_file(folder, file, (), sealed[file])
    for file in sorted(torn):
        seen.add(file)
        yield from _torn(folder, file, torn[file])
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        file = path.relative_to(folder).as_posix()
        if file not in seen and not path.is_dir():
            hint = " (if a run was killed, the next one takes it up)" if file.endswith(".warc.gz") else ""
            yield Problem(
                capture=None, what=f"{file}: a file that nobody recorded{hint}", expected="none", found="a file"
            )


def _acts(conn: sa.Connection, event: str) -> Iterator[dict[str, Any]]:
    """What was told of files. An act that was changed past reading is left to the check of its line."""
    for text in conn.execute(sa.select(tables.act.c.body).where(tables.act.c.event == event)).scalars():
        try:
            body = json.loads(text)
        except ValueError:
            continue
        if isinstance(body, dict) and "file" in body and "sha256" in body:
            yield body


def _seals(sealed: dict[str, Any], told: dict[str, Any]) -> Iterator[Problem]:
    """Seals against the ledger's acts of sealing."""
    for file in sorted(told.keys() | sealed.keys()):
        row, body = sealed.get(file), told.get(file)
        said = body and (body["sha256"], body.get("bytes"), body.get("records"))
        found = row and (row.sha256, row.bytes, row.records)
        if said != found:
            yield Problem(
                capture=None, what=f"{file}: its seal is not what the ledger says", expected=str(said), found=str(found)
            )


def _torn(folder: Path, file: str, body: Any) -> Iterator[Problem]:
    path = folder / file
    if not path.is_file():
        yield Problem(
            capture=None, what=f"{file}: a torn tail set aside is missing", expected=body["sha256"], found="none"
        )
        return
    found = hash_of(path)
    if found != body["sha256"]:
        yield Problem(capture=None, what=f"{file}: a torn tail was changed", expected=body["sha256"], found=found)


def _ledger(database: Database, said: set[str]) -> Iterator[Problem]:
    """The chain, and each of its lines against the capture or the act it stands for. One problem a line."""
    chain, last = ledger.Chain(), 0
    with database.read() as conn:
        for line in conn.execute(_LINES, execution_options=_STREAM):
            last = line.seq
            broken = chain.problem(line)
            if broken is not None:
                yield broken
            # A line that is not what its hash says tells nothing more about what it stands for.
            problem = _content(line) if broken is None or broken.line != line.seq else None
            if problem is not None and problem.capture not in said:
                yield problem
        # Lines missing in between are told by the chain; those cut off at its end only by what they stood for.
        capture, act = tables.capture.c, tables.act.c
        for row in conn.execute(
            sa.select(capture.id, capture.record_sha256).where(capture.id > last).order_by(capture.id)
        ):
            yield _without_line(row.id, row.record_sha256[:32])
        for number in conn.execute(sa.select(act.seq).where(act.seq > last).order_by(act.seq)).scalars():
            yield _without_line(number, None)


def _without_line(number: int, capture: str | None) -> Problem:
    return Problem(
        capture=capture, what=f"ledger line {number}: missing", expected="present", found="missing", line=number
    )


def _content(line: Any) -> Problem | None:
    """A line against what it stands for."""
    name = f"ledger line {line.seq} ({line.event})"
    # `blocked` names a look and, once a page's state, an act as well: where an act stands, it is the act's line.
    if line.event in ledger.CAPTURE_EVENTS and line.act_event is None:
        short = line.record_sha256[:32]
        if line.capture_sha256 is None:
            return Problem(
                capture=short, what=f"{name}: its capture has no row in the index", expected="a row", found="none"
            )
        if line.capture_sha256 != line.record_sha256:
            what = f"{name}: its capture's row names another record"
            return Problem(capture=short, what=what, expected=line.record_sha256, found=line.capture_sha256)
        event = event_of(line.kind, line.error)
        if event != line.event:
            return Problem(
                capture=short, what=f"{name}: its capture is another event", expected=line.event, found=event
            )
        return None
    if line.body is None:
        return Problem(capture=None, what=f"{name}: what it stands for is missing", expected="an act", found="none")
    found = sha256(line.body.encode())
    if found != line.record_sha256:
        return Problem(capture=None, what=f"{name}: its act was changed", expected=line.record_sha256, found=found)
    act = json.loads(line.body)["act"]
    said = (act["event"], act["subject"], act["at"])
    shown = (line.act_event, line.subject, ledger.act_time(line.at))
    if said != shown or line.event != line.act_event:
        return Problem(capture=None, what=f"{name}: its act's row was changed", expected=str(said), found=str(shown))
    return None
