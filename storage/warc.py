"""WARC files: appended to, rotated by size and day, and read back look by look."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from storage.capture_record import sha256
from storage.disk import write_error
from storage.errors import ArchiveError
from storage.look import RECORD_FIELD
from storage.members import KEEP_ALL, Damaged, Read, member, read_members
from storage.records import CaptureKind, Sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from typing import BinaryIO

    from storage.records import Clock

MAX_FILE_BYTES = 1_000_000_000
_RECORDS_ONLY = frozenset({"metadata"})

_WARCINFO = """software: longarm/{version}\r
format: WARC File Format 1.1\r
conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r
isPartOf: {run}\r
longarm-ledger-head: {seq} {chain}\r
longarm-headers: as Twisted gives them: names capitalised, Transfer-Encoding undone and left out\r
longarm-digests: sha256, hexadecimal\r
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a look stands: a file (relative to the captures' folder), its first byte, its length."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A file that is finished: no byte of it will change."""

    file: str
    sha256: Sha256
    bytes: int
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All the WARC records of one look, as read back. `record` are the bytes its id is the hash of."""

    offset: int
    length: int
    kind: CaptureKind
    record: bytes
    record_id: str
    members: tuple[Read, ...]

    @property
    def record_sha256(self) -> Sha256:
        return sha256(self.record)

    @property
    def facts(self) -> Mapping[str, Any]:
        """The capture record. Raises Damaged where it is no JSON object."""
        try:
            found = json.loads(self.record)
        except ValueError:
            raise Damaged("a capture record that is no JSON") from None
        if not isinstance(found, dict):
            raise Damaged("a capture record that is no JSON object")
        return found


class WarcWriter:
    """Appends looks to one file at a time. Not for several threads: the archive holds a lock."""

    def __init__(
        self,
        folder: Path,
        *,
        run_id: str,
        version: str,
        now: Clock,
        head: Callable[[], tuple[int, str]],
        new_id: Callable[[], UUID] = uuid4,
        max_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        self._folder = folder
        self._run_id = run_id
        self._version = version
        self._now = now
        self._head = head
        self._new_id = new_id
        self._max_bytes = max_bytes
        self._file: BinaryIO | None = None
        self._path = folder
        self._day: date | None = None
        self._number = 0
        self._size = 0
        self._records = 0
        self._hash = hashlib.sha256()

    @property
    def is_full(self) -> bool:
        """Whether the next look belongs into a new file: this one is large enough, or its day is over."""
        return self._file is not None and (self._size >= self._max_bytes or self._day != self._now().date())

    @property
    def open_file(self) -> str | None:
        """The file being written, relative to the folder."""
        return None if self._file is None else self._name

    def append(self, looks: Sequence[bytes]) -> list[Place]:
        """Write looks and flush them to the disk; they are there when this returns.

        Raises DiskFull or ArchiveError; the file is then as it was before.
        """
        opened = self._file is None
        file = self._file or self._open()
        first = self._warcinfo() if opened else b""
        good, digest = self._size, self._hash.copy()
        places, offset, name = [], good + len(first), self._name
        for look in looks:
            places.append(Place(file=name, offset=offset, length=len(look)))
            offset += len(look)
        data = b"".join((first, *looks))
        try:
            _write_all(file, data)
            os.fsync(file.fileno())
        except OSError as problem:
            self._undo(file, good)
            raise write_error(self._path, problem) from problem
        digest.update(data)
        self._hash, self._size, self._records = digest, offset, self._records + len(looks)
        return places

    def finish(self) -> Sealed | None:
        """Close the file and say what it holds; None where none is open. The next look opens another."""
        if self._file is None:
            return None
        self._file.close()
        self._file = None
        return Sealed(file=self._name, sha256=Sha256(self._hash.hexdigest()), bytes=self._size, records=self._records)

    def abandon(self) -> None:
        """Close the file without a word on it: what it holds is for `recover` to find."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _name(self) -> str:
        return self._path.relative_to(self._folder).as_posix()

    def _open(self) -> BinaryIO:
        now = self._now()
        folder = self._folder / f"{now:%Y/%m/%d}"
        try:
            made = not folder.exists()
            folder.mkdir(parents=True, exist_ok=True)
            while self._file is None:
                self._number += 1
                self._path = folder / f"longarm-{now:%Y%m%d%H%M%S}-{self._run_id}-{self._number:05}.warc.gz"
                try:
                    self._file = self._path.open("xb", buffering=0)
                except FileExistsError:
                    continue
            for parent in (folder, *list(folder.parents)[: 4 if made else 0]):
                _sync_folder(parent)
        except OSError as problem:
            raise write_error(folder, problem) from problem
        self._day, self._size, self._records, self._hash = now.date(), 0, 0, hashlib.sha256()
        return self._file

    def _warcinfo(self) -> bytes:
        seq, chain = self._head()
        text = _WARCINFO.format(version=self._version, run=self._run_id, seq=seq, chain=chain)
        return member(
            "warcinfo",
            text.encode(),
            date=self._now(),
            record_id=str(self._new_id()),
            content_type="application/warc-fields",
            extra=[("WARC-Filename", self._path.name)],
        ).packed

    def _undo(self, file: BinaryIO, size: int) -> None:
        """Take back a half-written batch. Where even that fails, `recover` moves the tail aside."""
        try:
            os.ftruncate(file.fileno(), size)
            file.seek(size)
            os.fsync(file.fileno())
        except OSError:
            self.abandon()
            return
        if size == 0:
            self.abandon()
            self._path.unlink(missing_ok=True)


class WarcReader:
    """Gives the bytes of looks. The file read last stays open: looks are mostly read in their order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._name = ""
        self._file: BinaryIO | None = None

    def bytes_at(self, place: Place) -> bytes:
        """What stands there, unread. Raises ArchiveError where the file cannot be read."""
        path = self._folder / place.file
        try:
            with self._lock:
                if self._file is None or self._name != place.file:
                    self._close()
                    self._file, self._name = path.open("rb"), place.file
                return os.pread(self._file.fileno(), place.length, place.offset)
        except OSError as problem:
            raise ArchiveError(f"{path}: cannot be read ({problem.strerror}); run `longarm verify`") from problem

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None


def scan(
    file: BinaryIO, offset: int = 0, end: int | None = None, *, keep: Container[str] = _RECORDS_ONLY
) -> Iterator[Group]:
    """The looks of a file from `offset` on, in order; `keep` names the record types whose blocks are wanted.

    Raises Damaged at the first bytes that are no whole look; what was given before holds.
    """
    held: list[Read] = []
    for found in read_members(file, offset, end, keep=keep):
        if found.type == "warcinfo" and found.offset == 0:
            continue
        held.append(found)
        if found.type in ("metadata", "revisit"):
            yield _group(held)
            held = []
    if held:
        raise Damaged("a look without its record", torn=True)


def read(folder: Path, place: Place) -> Group:
    """One look, whole. Raises ArchiveError where it is missing or damaged."""
    path = folder / place.file
    try:
        with path.open("rb") as file:
            groups = list(scan(file, place.offset, place.offset + place.length, keep=KEEP_ALL))
    except OSError as problem:
        raise ArchiveError(f"{path}: cannot be read ({problem.strerror}); run `longarm verify`") from problem
    except Damaged as problem:
        raise ArchiveError(f"{path}: at byte {place.offset} stands {problem}; run `longarm verify`") from problem
    if len(groups) != 1:
        raise ArchiveError(f"{path}: no look at byte {place.offset}; run `longarm verify`")
    return groups[0]


def _group(held: list[Read]) -> Group:
    last = held[-1]
    if last.type == "revisit":
        kind, record, main = CaptureKind.REVISIT, last.headers.get(RECORD_FIELD, "").encode(), last.record_id
    else:
        about = last.headers.get("WARC-Concurrent-To", "").removeprefix("<urn:uuid:").removesuffix(">")
        kind, record, main = CaptureKind.RESPONSE if about else CaptureKind.ERROR, last.block, about or last.record_id
    return Group(
        offset=held[0].offset,
        length=last.offset + last.length - held[0].offset,
        kind=kind,
        record=record,
        record_id=main,
        members=tuple(held),
    )


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _sync_folder(folder: Path) -> None:
    """A file's name, too, must be on the disk before a capture counts."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
