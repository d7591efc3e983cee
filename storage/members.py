"""WARC/1.1 records as gzip members, one each: made, and read back with bounded memory."""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from storage.records import Headers

# Magic, deflate, no flags, no time, no extra flags, "unix": constant, so that `verify` can hold every byte to it.
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
# Level 9 costs twice the time of 6 for 0.6 % of the size (dependencies.md, settings).
_LEVEL = 6
# What is no longer than this window is as small with it as with the largest, and takes a fifth of the time.
_SMALL_BYTES, _SMALL_WINDOW, _SMALL_MEMORY = 4096, 12, 5
_CHUNK_BYTES = 16384
# More than any header of ours: what has no end by then is no WARC record.
_MAX_HEADER_BYTES = 1_000_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


KEEP_ALL = frozenset({"warcinfo", "request", "response", "metadata", "revisit", "resource"})


class Damaged(Exception):  # noqa: N818 - a word, not a class of errors: caught where a file is scanned, never shown
    """These bytes are no whole WARC record. `torn` where they only end too early."""

    def __init__(self, what: str, *, torn: bool = False) -> None:
        super().__init__(what)
        self.torn = torn


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One record, compressed."""

    record_id: str
    type: str
    block_sha256: str
    length: int
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One record read back. `block` is empty where it was only hashed."""

    offset: int
    length: int
    headers: dict[str, str]
    block_sha256: str
    block_length: int
    payload_sha256: str
    block: bytes

    @property
    def type(self) -> str:
        return self.headers.get("WARC-Type", "")

    @property
    def record_id(self) -> str:
        return self.headers.get("WARC-Record-ID", "").removeprefix("<urn:uuid:").removesuffix(">")


def member(
    type_: str,
    block: bytes,
    *,
    date: datetime,
    record_id: str,
    content_type: str,
    uri: str | None = None,
    ip: str | None = None,
    extra: Sequence[tuple[str, str]] = (),
) -> Member:
    """A WARC record as one gzip member. Its block digest is SHA-256, hexadecimal."""
    digest = hashlib.sha256(block).hexdigest()
    lines = [
        "WARC/1.1",
        f"WARC-Type: {type_}",
        f"WARC-Record-ID: <urn:uuid:{record_id}>",
        f"WARC-Date: {warc_date(date)}",
    ]
    if uri:
        lines.append(f"WARC-Target-URI: {target_uri(uri)}")
    if ip:
        lines.append(f"WARC-IP-Address: {ip}")
    if block:
        lines.append(f"WARC-Block-Digest: sha256:{digest}")
    lines += [f"{name}: {target_uri(value) if name.endswith('-URI') else value}" for name, value in extra]
    if block:
        # Of an empty block there is no type to tell (WARC 1.1, section 5.6), and an unchanged look must stay small.
        lines.append(f"Content-Type: {content_type}")
    lines += [f"Content-Length: {len(block)}", "", ""]
    return Member(
        record_id=record_id,
        type=type_,
        block_sha256=digest,
        length=len(block),
        packed=pack("\r\n".join(lines).encode() + block + b"\r\n\r\n"),
    )


def warc_date(at: datetime) -> str:
    """A UTC time as WARC headers write it. strftime takes twenty times as long."""
    return at.isoformat(timespec="seconds")[:19] + "Z"


def deflated(data: bytes, *, raw: bool = False) -> bytes:
    """Data deflated, `raw` without zlib's own header."""
    window, memory = (_SMALL_WINDOW, _SMALL_MEMORY) if len(data) <= _SMALL_BYTES else (zlib.MAX_WBITS, 9)
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -window if raw else window, memory)
    return deflate.compress(data) + deflate.flush()


def pack(data: bytes) -> bytes:
    """One gzip member whose header bytes are always the same."""
    body = deflated(data, raw=True)
    return GZIP_HEADER + body + zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")


def target_uri(url: str) -> str:
    """A URL as a WARC header may hold it: what is no ASCII, or would end the line, percent-escaped."""
    return url if url.isascii() and url.isprintable() and " " not in url else quote(url, safe="%/:?#[]@!$&'()*+,;=-._~")


def http_block(version: str, status: int, reason: str, headers: Headers) -> bytes:
    """Status line and header lines as HTTP/1.1 writes them; values are latin-1, so every byte comes back."""
    return _lines(f"{version} {status} {reason}".rstrip(), headers)


def request_block(method: str, url: str, headers: Headers, body: bytes) -> bytes:
    """The request in HTTP/1.1 form, without what must not be kept (the caller redacts)."""
    parts = urlsplit(target_uri(url))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not any(name.lower() == "host" for name, _ in headers):
        headers = (("Host", parts.netloc.rpartition("@")[2]), *headers)
    return _lines(f"{method} {path} HTTP/1.1", headers) + body


def _lines(first: str, headers: Headers) -> bytes:
    lines = [_CONTROL.sub(" ", first), *(_CONTROL.sub(" ", f"{name}: {value}") for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "backslashreplace")


def read_members(
    file: BinaryIO, offset: int, end: int | None = None, *, keep: Container[str] = KEEP_ALL
) -> Iterator[Read]:
    """The records of a file from `offset` up to `end` (None: its end), in order.

    `keep` names the types whose blocks are held; others are only hashed: memory is bounded whatever their size.
    Raises Damaged at the first bytes that are no whole record; what was given before holds.
    """
    while end is None or offset < end:
        file.seek(offset)
        if end is None and not file.read(1):
            return
        file.seek(offset)
        found = _read_one(file, offset, end, keep=keep)
        yield found
        offset += found.length


def _read_one(file: BinaryIO, offset: int, end: int | None, *, keep: Container[str]) -> Read:
    stream = _Inflated(file, offset, end)
    head = stream.until(b"\r\n\r\n", _MAX_HEADER_BYTES)
    headers = _parse_headers(head)
    try:
        length = int(headers["Content-Length"])
    except (KeyError, ValueError):
        raise Damaged("a WARC header without a Content-Length") from None
    http = headers.get("Content-Type", "").startswith("application/http")
    block, whole, payload = _Block(keep=headers.get("WARC-Type") in keep), length, hashlib.sha256()
    splitter = _Splitter() if http else None
    while whole:
        chunk = stream.some(whole)
        whole -= len(chunk)
        block.add(chunk)
        payload.update(splitter.payload_of(chunk) if splitter else chunk)
    if stream.rest() != b"\r\n\r\n":
        raise Damaged("a WARC record that does not end where it says")
    return Read(
        offset=offset,
        length=stream.consumed,
        headers=headers,
        block_sha256=block.digest.hexdigest(),
        block_length=length,
        payload_sha256=payload.hexdigest(),
        block=b"".join(block.parts),
    )


class _Block:
    def __init__(self, *, keep: bool) -> None:
        self.digest = hashlib.sha256()
        self.parts: list[bytes] = []
        self._keep = keep

    def add(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        if self._keep:
            self.parts.append(chunk)


class _Splitter:
    """Drops an HTTP block's head: gives of each chunk what belongs to the payload."""

    def __init__(self) -> None:
        self._head: bytes | None = b""

    def payload_of(self, chunk: bytes) -> bytes:
        if self._head is None:
            return chunk
        self._head += chunk
        _, found, payload = self._head.partition(b"\r\n\r\n")
        if not found:
            return b""
        self._head = None
        return payload


class _Inflated:
    """One gzip member, inflated in bounded steps; `rest` checks its end."""

    def __init__(self, file: BinaryIO, offset: int, end: int | None) -> None:
        self._file = file
        self._left = None if end is None else end - offset
        self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
        self._crc = 0
        self._size = 0
        self._buffer = b""
        self._taken = 0
        head = self._raw(len(GZIP_HEADER))
        if head != GZIP_HEADER:
            raise Damaged("no gzip member of ours begins here", torn=GZIP_HEADER.startswith(head))

    def until(self, mark: bytes, limit: int) -> bytes:
        while mark not in self._buffer:
            if len(self._buffer) > limit or self._zlib.eof:
                raise Damaged("a WARC header that does not end")
            self._buffer += self._inflate()
        head, _, self._buffer = self._buffer.partition(mark)
        return head

    def some(self, at_most: int) -> bytes:
        while not self._buffer:
            if self._zlib.eof:
                raise Damaged("a WARC record shorter than it says")
            self._buffer = self._inflate()
        chunk, self._buffer = self._buffer[:at_most], self._buffer[at_most:]
        return chunk

    def rest(self) -> bytes:
        """What is left of the inflated record, after its checksum and length were found right."""
        while not self._zlib.eof:
            self._buffer += self._inflate()
            if len(self._buffer) > _CHUNK_BYTES * 2:
                raise Damaged("a WARC record that does not end where it says")
        tail = self._zlib.unused_data
        tail += self._raw(8 - len(tail)) if len(tail) < 8 else b""
        if len(tail) < 8:
            raise Damaged("a record that ends too early", torn=True)
        if tail[:8] != self._crc.to_bytes(4, "little") + (self._size & 0xFFFFFFFF).to_bytes(4, "little"):
            raise Damaged("a record whose checksum does not hold")
        self.consumed = self._taken - max(0, len(self._zlib.unused_data) - 8)
        return self._buffer

    def _inflate(self) -> bytes:
        """The next inflated bytes; nothing only where the member has come to its end."""
        data = b""
        while not data and not self._zlib.eof:
            raw = self._zlib.unconsumed_tail or self._raw(_CHUNK_BYTES)
            if not raw:
                raise Damaged("a record that ends too early", torn=True)
            try:
                data = self._zlib.decompress(raw, _CHUNK_BYTES)
            except zlib.error:
                raise Damaged("a record that does not inflate") from None
        self._crc = zlib.crc32(data, self._crc)
        self._size += len(data)
        return data

    def _raw(self, size: int) -> bytes:
        if self._left is not None:
            size = min(size, self._left)
            self._left -= size
        data = self._file.read(size)
        self._taken += len(data)
        return data


def _parse_headers(head: bytes) -> dict[str, str]:
    lines = head.decode("utf-8", "replace").split("\r\n")
    if not lines[0].startswith("WARC/1."):
        raise Damaged("no WARC record begins here")
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
