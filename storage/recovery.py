"""What a killed run left: looks without rows, torn tails, files without a seal. All mended under the run's lock."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage import ledger, pages, seals, tables
from storage.capture_record import parse_time, resolve
from storage.disk import write_error
from storage.index import Indexable, index
from storage.members import Damaged
from storage.records import CaptureId, CaptureKind, Role, Sha256
from storage.warc import Place, Sealed, read, scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from storage.database import Database
    from storage.records import Clock
    from storage.warc import Group

# A page that a killed run had fetched is not fetched again by the next: it is due like any page a day old.
_RECHECK_AFTER = timedelta(days=1)
_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How much was mended: looks that got their rows, tails moved aside, files sealed."""

    indexed: int = 0
    torn: int = 0
    sealed: int = 0

    def __add__(self, other: Recovery) -> Recovery:
        return Recovery(
            indexed=self.indexed + other.indexed, torn=self.torn + other.torn, sealed=self.sealed + other.sealed
        )


def warc_files(folder: Path) -> Iterator[str]:
    """Every WARC file below the captures' folder, by name, which is by time."""
    yield from sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.warc.gz") if path.is_file())


def recover(folder: Path, database: Database, *, now: Clock, besides: str | None = None) -> Recovery:
    """Mend every file that is not sealed, besides the one being written. Doing it twice does nothing more."""
    with database.read() as conn:
        sealed = set(conn.execute(sa.select(tables.warc_seal.c.file)).scalars())
    done = Recovery()
    for file in warc_files(folder):
        if file not in sealed and file != besides:
            try:
                done += _mend(folder, file, database, now)
            except OSError as problem:
                raise write_error(folder / file, problem) from problem
    return done


def _mend(folder: Path, file: str, database: Database, now: Clock) -> Recovery:
    path = folder / file
    indexed, tail = 0, 0
    size = path.stat().st_size
    with path.open("rb") as handle:
        for start, end in _gaps(file, size, database):
            last = end == size
            batch: list[Group] = []
            good = start
            try:
                for group in scan(handle, start, end):
                    batch.append(group)
                    good = group.offset + group.length
                    if len(batch) == _BATCH:
                        indexed += _index(folder, file, batch, database, now)
                        batch = []
            except Damaged:
                # In the midst of indexed looks it is damage, which `verify` names; at the end it is a torn tail.
                tail = size - good if last else 0
            indexed += _index(folder, file, batch, database, now)
            if last and not tail and good == 0:
                tail = size
    torn = 0
    if tail or size == 0:
        _set_aside(path, file, size - tail, database, now)
        torn = 1
    sealed = _seal(folder, file, database, now) if path.exists() else 0
    return Recovery(indexed=indexed, torn=torn, sealed=sealed)


def _gaps(file: str, size: int, database: Database) -> list[tuple[int, int]]:
    """The stretches of a file that no capture's row covers; the first holds the warcinfo record too."""
    capture = tables.capture.c
    rows = (
        sa.select(capture.warc_offset, capture.warc_length)
        .where(capture.warc_file == file)
        .order_by(capture.warc_offset)
    )
    gaps, position = [], 0
    with database.read() as conn:
        for row in conn.execute(rows):
            if row.warc_offset > position:
                gaps.append((position, row.warc_offset))
            position = row.warc_offset + row.warc_length
    if position < size:
        gaps.append((position, size))
    return gaps


def _index(folder: Path, file: str, groups: list[Group], database: Database, now: Clock) -> int:
    if not groups:
        return 0
    with database.write() as conn:
        known = _known(conn, groups)
        done = 0
        # One by one: a revisit's predecessor may be a look of the same batch.
        for group in groups:
            if group.record_sha256 not in known:
                index(conn, [_indexable(conn, folder, file, group)], at=now())
                done += 1
    return done


def _known(conn: sa.Connection, groups: list[Group]) -> set[str]:
    digest = tables.capture.c.record_sha256
    return set(conn.execute(sa.select(digest).where(digest.in_([group.record_sha256 for group in groups]))).scalars())


def _indexable(conn: sa.Connection, folder: Path, file: str, group: Group) -> Indexable:
    facts, refers_to = group.facts, None
    full = dict(facts)
    if group.kind is CaptureKind.REVISIT:
        refers_to, before = _predecessor(conn, folder, str(facts["previous"]))
        full = resolve(facts, before)
    role = Role(full["role"])
    # What was imported for no source, or is the answer to what was sent, nothing asks for.
    imported = "via" in facts and (full.get("source") is None or "page" in full)
    asked = role in (Role.PAGE, Role.PART) and not imported
    due = parse_time(full["started_at"]) + _RECHECK_AFTER if asked else None
    return Indexable(
        kind=group.kind,
        facts=facts,
        record=group.record,
        record_sha256=group.record_sha256,
        record_id=group.record_id,
        place=Place(file=file, offset=group.offset, length=group.length),
        refers_to=refers_to,
        url=full.get("page", full["url"]),
        role=role,
        source_id=full.get("source"),
        feed_id=full.get("feed"),
        part_of=full.get("part_of"),
        part_number=full.get("part_number"),
        next_due_at=due,
    )


def _predecessor(conn: sa.Connection, folder: Path, short: str) -> tuple[CaptureId, Mapping[str, Any]]:
    found = pages.find_capture(conn, short)
    place = Place(file=found.warc_file, offset=found.warc_offset, length=found.warc_length)
    return found.id, read(folder, place).facts


def _set_aside(path: Path, file: str, good: int, database: Database, now: Clock) -> None:
    """Move what follows the last whole look into a file beside, known to the ledger. Never deletes a byte."""
    at = now()
    with path.open("rb") as handle:
        handle.seek(good)
        tail = handle.read()
    digest = hashlib.sha256(tail).hexdigest()
    aside = path.with_name(f"{path.name}.torn-{at:%Y%m%d%H%M%S}")
    with aside.open("wb") as out:
        out.write(tail)
        out.flush()
        os.fsync(out.fileno())
    body = {
        "file": aside.relative_to(path.parents[len(file.split("/")) - 1]).as_posix(),
        "of": file,
        "offset": good,
        "bytes": len(tail),
        "sha256": digest,
    }
    with database.write() as conn:
        ledger.append_act(conn, event="torn", subject=f"{file} {good} {digest}", body=body, at=at)
    if good == 0:
        path.unlink()
        return
    with path.open("rb+") as handle:
        handle.truncate(good)
        os.fsync(handle.fileno())


def _seal(folder: Path, file: str, database: Database, now: Clock) -> int:
    digest, size = hashlib.sha256(), 0
    with (folder / file).open("rb") as handle:
        while chunk := handle.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    capture = tables.capture.c
    with database.write() as conn:
        records = conn.execute(sa.select(sa.func.count()).where(capture.warc_file == file)).scalar_one()
        seals.put(conn, Sealed(file=file, sha256=Sha256(digest.hexdigest()), bytes=size, records=records), at=now())
    return 1
