"""One WARC file against what the index and its seal say of it; hashed in pieces, never held."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from storage.capture_record import row_of
from storage.index import spell_id
from storage.ledger import Problem
from storage.members import Damaged, read_members
from storage.records import CaptureKind
from storage.urls import url_key
from storage.warc import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from storage.warc import Group

    Row = Any
    """A capture's row with its page's `url_key` and, where it refers to another, `base_sha256` and `base_payload`."""

_HASH_BYTES = 1 << 20


def check_file(folder: Path, file: str, rows: Iterable[Row], seal: Any | None) -> Iterator[Problem]:
    """Every byte of one file: its looks against their rows (in order of offset), what lies between them, its seal."""
    path = folder / file
    if not path.is_file():
        yield _missing(file, rows)
        return
    clean = True
    size = path.stat().st_size
    with path.open("rb") as handle:
        position = 0
        for row in rows:
            for problem in (*_between(handle, file, position, row.warc_offset), *_check_row(handle, row)):
                clean = False
                yield problem
            position = max(position, row.warc_offset + row.warc_length)
        for problem in _between(handle, file, position, size):
            clean = False
            yield problem
    # A damage that was named is not named again: the seal tells of bytes that no look's checksum covers.
    if seal is not None and clean:
        found = hash_of(path)
        if found != seal.sha256:
            yield Problem(
                capture=None, what=f"{file}: not the bytes that were sealed", expected=seal.sha256, found=found
            )


def check_looks(folder: Path, file: str, rows: Iterable[Row]) -> Iterator[Problem]:
    """Some looks of one file against their rows."""
    path = folder / file
    if not path.is_file():
        yield _missing(file, rows)
        return
    with path.open("rb") as handle:
        for row in rows:
            yield from _check_row(handle, row)


def _missing(file: str, rows: Iterable[Row]) -> Problem:
    lost = sum(1 for _ in rows)
    return Problem(
        capture=None, what=f"{file}: missing", expected=f"a file with {lost} captures", found="none", lost=lost
    )


def hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_HASH_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _between(handle: BinaryIO, file: str, start: int, end: int) -> Iterator[Problem]:
    """What stands where no row points: the warcinfo at the beginning, and nothing else."""
    if start >= end:
        return
    position = start
    if start == 0:
        try:
            info = next(read_members(handle, 0, end, keep=()))
        except Damaged as problem:
            yield Problem(capture=None, what=f"{file}: at its beginning stands {problem}")
            return
        digest = f"sha256:{info.block_sha256}"
        if info.type == "warcinfo":
            position = info.length
            if info.headers.get("WARC-Block-Digest") != digest:
                yield Problem(capture=None, what=f"{file}: its warcinfo is not what its digest says", found=digest)
    try:
        for group in scan(handle, position, end):
            position = group.offset + group.length
            what = f"{file}: the look at byte {group.offset} has no row in the index"
            yield Problem(capture=group.record_sha256[:32], what=what, expected="a row", found="none")
    except Damaged as problem:
        what = f"{file}: bytes {position} to {end} belong to no capture: {problem}"
        yield Problem(capture=None, what=what, expected="nothing", found=f"{end - position} bytes")


def _check_row(handle: BinaryIO, row: Row) -> Iterator[Problem]:
    """At most one problem: what is first found wrong with one look."""
    try:
        groups = list(scan(handle, row.warc_offset, row.warc_offset + row.warc_length))
        if len(groups) != 1 or groups[0].length != row.warc_length:
            raise Damaged(f"{len(groups)} looks where one was recorded")
        fault = _fault(groups[0], row)
    except Damaged as problem:
        fault = (str(problem), None, None)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        # A record that is JSON and yet no capture record: whatever it lacks, it is damage of this one look.
        fault = (f"a capture record that cannot be read ({problem!r})", None, None)
    if fault is not None:
        what, expected, found = fault
        place = f"{row.warc_file}, byte {row.warc_offset}"
        yield Problem(capture=row.record_sha256[:32], what=f"{place}: {what}", expected=expected, found=found)


def _fault(group: Group, row: Row) -> tuple[str, str | None, str | None] | None:
    if group.record_sha256 != row.record_sha256:
        return "its record is not the recorded one", row.record_sha256, group.record_sha256
    facts = group.facts
    compared = [
        ("its kind", row.kind, group.kind.value),
        ("its WARC record's id", spell_id(row.record_id), group.record_id),
        *_blocks(group, facts),
        *_reference(group, facts, row),
        *_columns(group, facts, row),
    ]
    for what, expected, found in compared:
        if expected != found:
            return f"{what} is not what was recorded", str(expected), str(found)
    return None


def _blocks(group: Group, facts: Mapping[str, Any]) -> Iterator[tuple[str, object, object]]:
    """The WARC records of a look against those its capture record lists."""
    listed = facts.get("records", ())
    others = group.members[:-1]
    yield "the number of its WARC records", len(listed), len(others)
    for said, found in zip(listed, others, strict=False):
        name = f"its {said['type']} record {said['id']}"
        yield f"{name}: the type", said["type"], found.type
        yield f"{name}: the id", said["id"], found.record_id
        yield f"{name}: the length", said["length"], found.block_length
        yield f"{name}: the content", said["block_sha256"], found.block_sha256
        if found.type == "response":
            digest = found.headers.get("WARC-Payload-Digest", "")
            yield f"{name}: the payload", digest, f"sha256:{found.payload_sha256}"
    if group.kind is CaptureKind.RESPONSE:
        main = next((found for found in others if found.record_id == group.record_id), None)
        yield "its payload", facts["response"]["body_sha256"], main and main.payload_sha256


def _reference(group: Group, facts: Mapping[str, Any], row: Row) -> Iterator[tuple[str, object, object]]:
    if group.kind is not CaptureKind.REVISIT:
        yield "what it refers to", None, row.refers_to
        return
    yield "what it refers to", facts["previous"], (row.base_sha256 or "")[:32]
    yield "the payload it repeats", group.members[-1].headers.get("WARC-Payload-Digest"), f"sha256:{row.base_payload}"


def _columns(group: Group, facts: Mapping[str, Any], row: Row) -> Iterator[tuple[str, object, object]]:
    for name, value in row_of(facts, group.kind).items():
        yield f"in the index, {name}", value, getattr(row, name)
    url = facts.get("page") or facts.get("url")
    # An unchanged look of the page as it was asked before does not say its address again.
    yield "its page", row.base_url_key if url is None else url_key(url), row.url_key
