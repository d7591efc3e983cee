"""WARC files and WACZ packages: every answer in them is a look of its own time."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from crawler.imports.found import Found, Repeats, Unreadable, Why
from storage.foreign import http_of, records, request_of
from storage.members import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from crawler.imports.found import LeftOut
    from storage.foreign import Record

# A package's table of contents that is larger, or longer, was made to fill memory.
_MAX_CONTENTS_BYTES = 64_000_000
_MOST_FILES = 100_000
_TAIL_BYTES = 65_557
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def read_warc(path: Path, left_out: LeftOut, *, max_body: int) -> Iterator[Found]:
    """The looks of a WARC file, in its order. Raises Unreadable at damage; what was given before holds."""
    with path.open("rb") as file:
        yield from _looks(file, path.stat().st_size, left_out, how="import:warc", within="", max_body=max_body)


def is_wacz(path: Path, *, is_page: bool) -> bool:
    """Whether a zip file is a web archive: holds `archive/*.warc` or `.warc.gz`. Raises Unreadable where it is torn.

    One that somebody published at an address (`is_page`) is one only where it says so itself, by the `datapackage.json`
    that WACZ 1 asks for (https://specs.webrecorder.net/wacz/1.1.1/): a notice's attachment may hold anything.
    """
    if _contents_bytes(path) > _MAX_CONTENTS_BYTES:
        raise Unreadable("has a table of contents beyond all measure; it is no web archive")
    try:
        with zipfile.ZipFile(path) as package:
            names = [each.filename for each in package.infolist()[:_MOST_FILES]]
            return any(map(_is_warc, names)) and (not is_page or "datapackage.json" in names)
    except _DAMAGE as problem:
        raise _torn(problem) from None


def read_wacz(path: Path, left_out: LeftOut, *, max_body: int) -> Iterator[Found]:
    """The looks of every WARC file in a WACZ package. Raises Unreadable at damage; what was given before holds."""
    try:
        with zipfile.ZipFile(path) as package:
            names = [each for each in package.infolist()[:_MOST_FILES] if _is_warc(each.filename)]
            for each in sorted(names, key=lambda one: one.filename):
                if each.flag_bits & 1:
                    raise Unreadable("is encrypted; unpack it and import its WARC files")
                with package.open(each) as packed:
                    # What the package says of its own size is not believed: the file's own is.
                    size = min(each.compress_size, path.stat().st_size)
                    file = cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", packed)))
                    yield from _looks(file, size, left_out, how="import:wacz", within=each.filename, max_body=max_body)
    except _DAMAGE as problem:
        raise _torn(problem) from None


def _torn(problem: Exception) -> Unreadable:
    return Unreadable(f"is no whole package ({problem}); fetch it again")


def _is_warc(name: str) -> bool:
    return name.startswith("archive/") and name.lower().endswith((".warc", ".warc.gz"))


def _contents_bytes(path: Path) -> int:
    """The length of a zip file's table of contents as its end says it; 0 where it says none that can be read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
        end = tail.rfind(b"PK\x05\x06")
        length = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
        if length != 0xFFFFFFFF:
            return length
        big = tail.rfind(b"PK\x06\x06")
        return int.from_bytes(tail[big + 40 : big + 48], "little") if big >= 0 else _MAX_CONTENTS_BYTES + 1


def _looks(file: BinaryIO, size: int, left_out: LeftOut, *, how: str, within: str, max_body: int) -> Iterator[Found]:
    """Answers with the requests that go with them, whichever of the two stands first."""
    held: Found | None = None
    asked: Record | None = None
    number = 0
    try:
        for record in records(file, size=size, max_block=max_body):
            number += 1
            if record.type == "request":
                if held is not None and _belong(record, held):
                    yield _with_request(held, record)
                    held = None
                else:
                    asked = record
                continue
            found = _found(record, left_out, how=how, within=within)
            if found is None:
                continue
            if held is not None:
                yield held
            held = found
            if asked is not None and _belong(asked, found):
                yield _with_request(found, asked)
                held = None
            asked = None
        if held is not None:
            yield held
    except Damaged as problem:
        if held is not None:
            yield held
        where = f" of {within}" if within else ""
        what = f"behind record {number}{where} stands {problem}"
        raise Unreadable(f"{what}; what stands before it is imported, fetch the file again for the rest") from None


def _belong(request: Record, found: Found) -> bool:
    about = request.headers.get("warc-concurrent-to", "")
    return about == found.record if about else request.url == found.url


def _with_request(found: Found, request: Record) -> Found:
    method, headers, body = request_of(request.block)
    return replace(found, method=method, request_headers=headers, request_body=body)


def _found(record: Record, left_out: LeftOut, *, how: str, within: str) -> Found | None:
    if record.type not in ("response", "resource", "revisit"):
        return None
    if not record.url.startswith(("http://", "https://")):
        if record.type != "resource":
            left_out.add(Why.NO_ADDRESS)
        return None
    if record.at is None:
        left_out.add(Why.NO_TIME)
        return None
    look = Found(
        how=how,
        url=record.url,
        at=record.at,
        body=b"",
        record=record.id or None,
        is_cut=record.is_cut,
        remote_ip=record.headers.get("warc-ip-address"),
        digest=record.headers.get("warc-payload-digest"),
        made=f"in {within}" if within else None,
    )
    if record.type == "revisit":
        return replace(look, repeats=_repeats(record))
    if record.type == "resource":
        kind = record.headers.get("content-type", "application/octet-stream")
        return replace(look, body=record.block, headers=(("Content-Type", kind),), http=False)
    answer = http_of(record.block)
    if answer is None:
        left_out.add(Why.NO_HTTP)
        return None
    return replace(look, body=answer.body, headers=answer.headers, status=answer.status, reason=answer.reason)


def _repeats(record: Record) -> Repeats:
    told = record.headers
    return Repeats(
        record=told.get("warc-refers-to"),
        digest=told.get("warc-payload-digest"),
        url=told.get("warc-refers-to-target-uri", "").strip("<>") or record.url,
        at=told.get("warc-refers-to-date"),
    )
