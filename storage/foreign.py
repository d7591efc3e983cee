"""WARC files of other programs: plain or gzipped, any version, read as a stream with bounded memory."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage.members import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from storage.records import Headers

_CHUNK_BYTES = 65536
_MAX_LINE_BYTES = 65536
_MAX_HEADER_BYTES = 262_144
_MAX_HEADER_LINES = 1_000
# HTML packs to a tenth; a file that grows by more than this was made to fill memory or time.
_MAX_RATIO, _ALWAYS_BYTES = 200, 2_000_000_000
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?$")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? {1,3}(\d{3})(?: ([^\r\n]{0,500}))?\r?$")
_KEPT = frozenset({"response", "resource", "revisit", "request"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record. `block` is empty where its type is of no interest, and no longer than asked (`is_cut`)."""

    headers: dict[str, str]
    block: bytes
    is_cut: bool

    @property
    def type(self) -> str:
        return self.headers.get("warc-type", "").lower()

    @property
    def id(self) -> str:
        return self.headers.get("warc-record-id", "")

    @property
    def url(self) -> str:
        """What it is about; old writers put it into angle brackets."""
        return self.headers.get("warc-target-uri", "").strip("<>")

    @property
    def at(self) -> datetime | None:
        """Its WARC-Date, None where there is none that can be read."""
        return warc_time(self.headers.get("warc-date", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """An HTTP answer as a record holds it; `body` without its transfer-coding, and `headers` without that line."""

    status: int
    reason: str
    headers: Headers
    body: bytes


def warc_time(text: str) -> datetime | None:
    """A WARC-Date as a UTC time; None where it is none."""
    found = _TIME.match(text.strip())
    if not found:
        return None
    try:
        at = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return at.replace(microsecond=int((found[2] or "0")[:6].ljust(6, "0")))


def records(file: BinaryIO, *, size: int, max_block: int) -> Iterator[Record]:
    """The records of a WARC file of `size` bytes, in order.

    Raises Damaged at the first bytes that are no whole record, or where the file inflates beyond all measure; what
    was given before holds.
    """
    stream = _Stream(file, most=max(_ALWAYS_BYTES, size * _MAX_RATIO))
    while True:
        line = stream.line()
        if not line:
            return
        if line.strip():
            yield _record(stream, line, max_block)


def http_of(block: bytes) -> Http | None:
    """The HTTP answer in a record's block; None where it holds none."""
    head, body = _split(block)
    first, *rest = head.split(b"\n")
    status = _STATUS.match(first)
    if status is None:
        return None
    headers = _http_headers(rest)
    chunked = any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers)
    if chunked:
        body = _unchunked(body)
        headers = tuple(line for line in headers if line[0].lower() != "transfer-encoding")
    return Http(status=int(status[1]), reason=(status[2] or b"").decode("latin-1"), headers=headers, body=body)


def request_of(block: bytes) -> tuple[str, Headers, bytes]:
    """Method, header lines and body of an HTTP request; `GET` and nothing where it cannot be read."""
    head, body = _split(block)
    first, *rest = head.split(b"\n")
    method = first.split(b" ", 1)[0].decode("latin-1")
    return (method if method.isascii() and method.isalpha() and len(method) < 20 else "GET"), _http_headers(rest), body


class _Stream:
    """Lines and bytes of a file, inflated where it is gzipped, never more of them than `most`."""

    def __init__(self, file: BinaryIO, *, most: int) -> None:
        self._left = most
        head = file.peek(2)[:2] if hasattr(file, "peek") else b""
        self._file: BinaryIO = gzip.GzipFile(fileobj=file) if head == b"\x1f\x8b" else file  # type: ignore[assignment] # reads like one

    def line(self) -> bytes:
        found = self._read(lambda: self._file.readline(_MAX_LINE_BYTES))
        if len(found) >= _MAX_LINE_BYTES:
            raise Damaged("a WARC header without an end")
        return found

    def some(self, size: int) -> bytes:
        return self._read(lambda: self._file.read(min(size, _CHUNK_BYTES)))

    def _read(self, read: object) -> bytes:
        try:
            found: bytes = read()  # type: ignore[operator] # one of the two above
        except EOFError:
            raise Damaged("a record that ends too early", torn=True) from None
        except (OSError, zlib.error) as problem:
            raise Damaged(f"a record that does not inflate ({problem})") from None
        self._left -= len(found)
        if self._left < 0:
            raise Damaged("a file that inflates to more than any web archive does")
        return found


def _record(stream: _Stream, first: bytes, max_block: int) -> Record:
    if not first.startswith(b"WARC/"):
        raise Damaged("no WARC record begins here")
    headers = _warc_headers(stream)
    length_text = headers.get("content-length", "")
    if not length_text.isascii() or not length_text.isdigit() or len(length_text) > 15:
        raise Damaged("a WARC header without a Content-Length")
    length = int(length_text)
    keep = max_block if headers.get("warc-type", "").lower() in _KEPT else 0
    parts, kept, left = [], 0, length
    while left:
        chunk = stream.some(left)
        if not chunk:
            raise Damaged("a record that ends too early", torn=True)
        left -= len(chunk)
        if kept < keep:
            parts.append(chunk[: keep - kept])
            kept += len(parts[-1])
    return Record(headers=headers, block=b"".join(parts), is_cut=kept < length)


def _warc_headers(stream: _Stream) -> dict[str, str]:
    found: dict[str, str] = {}
    size, last = 0, ""
    while True:
        line = stream.line()
        size += len(line)
        if not line:
            raise Damaged("a record that ends too early", torn=True)
        if not line.strip():
            return found
        if size > _MAX_HEADER_BYTES:
            raise Damaged("a WARC header without an end")
        text = line.decode("utf-8", "replace")
        if text[0] in " \t" and last:
            found[last] = f"{found[last]} {text.strip()}"
            continue
        name, _, value = text.partition(":")
        last = name.strip().lower()
        found.setdefault(last, value.strip())


def _split(block: bytes) -> tuple[bytes, bytes]:
    """Head and body of an HTTP message; old writers ended lines with LF alone."""
    window = block[:_MAX_HEADER_BYTES]
    ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := window.find(mark)) >= 0]
    if not ends:
        return window, b""
    at, length = min(ends)
    return block[:at], block[at + length :]


def _http_headers(lines: list[bytes]) -> Headers:
    found: list[tuple[str, str]] = []
    for line in lines[:_MAX_HEADER_LINES]:
        text = line.decode("latin-1").rstrip("\r")
        if text[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {text.strip()}")
        elif ":" in text:
            name, _, value = text.partition(":")
            found.append((name.strip(), value.strip()))
    return tuple(found)


def _unchunked(body: bytes) -> bytes:
    """A body without its chunks; as it is where it has none, which is what most crawlers leave of them."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\r\n", at, at + 100)
        size = body[at:end].partition(b";")[0].strip() if end >= 0 else b""
        if not size or len(size) > 8 or not all(byte in b"0123456789abcdefABCDEF" for byte in size):
            # Cut off within its chunks it is still worth what came; without a first chunk it was none.
            return b"".join(parts) if parts else body
        length, at = int(size, 16), end + 2
        if not length:
            return b"".join(parts)
        parts.append(body[at : at + length])
        at += length + 2
