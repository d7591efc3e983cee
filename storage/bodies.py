"""What headers say of a body, and the body without its content-coding, never more of it than a limit."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

try:  # Scrapy asks for br only where this is installed; so do we.
    import brotli
except ModuleNotFoundError:  # pragma: no cover - depends on the installation
    brotli = None

try:  # In the standard library from 3.14 on; for older ones Scrapy brings the same under another name.
    from compression import zstd
except ModuleNotFoundError:
    try:
        from backports import zstd
    except ModuleNotFoundError:  # pragma: no cover - depends on the installation
        zstd = None

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.records import Headers

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_CHUNK_BYTES = 65536
# A body of more gzip members, or under more codings, is made to keep its reader busy; what stands before is kept.
_MOST_MEMBERS = 256
_MOST_CODINGS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A body without its content-coding. `whole` is False where the limit cut it or the coding was broken."""

    data: bytes
    whole: bool


def header(headers: Headers, name: str) -> str | None:
    """The first header line of that name (given in lower case)."""
    return next((value for key, value in headers if key.lower() == name), None)


def media_type_of(headers: Headers) -> str | None:
    """`text/html` out of Content-Type, in lower case."""
    value = (header(headers, "content-type") or "").partition(";")[0].strip().lower()
    return value or None


def charset_of(headers: Headers) -> str | None:
    """The charset Content-Type declares, as written."""
    found = _CHARSET.search(header(headers, "content-type") or "")
    return found[1] if found else None


def content_encoding_of(headers: Headers) -> str | None:
    """The content-codings in the order they were applied, in lower case; None for identity."""
    values = [value for key, value in headers if key.lower() == "content-encoding"]
    codings = [part.strip().lower() for value in values for part in value.split(",")]
    return ", ".join(part for part in codings if part not in ("", "identity")) or None


def decode(data: bytes, encoding: str | None, *, limit: int) -> Decoded:
    """Undo content-codings. A coding that is unknown or not there leaves the bytes as they are, not whole."""
    found = Decoded(data=data, whole=True)
    codings = [coding for coding in (encoding or "").split(", ") if coding]
    if len(codings) > _MOST_CODINGS:
        return Decoded(data=data, whole=False)
    for coding in reversed(codings):
        reader = _READERS.get(coding)
        if reader is None:
            return Decoded(data=found.data, whole=False)
        step = reader(found.data, limit)
        found = Decoded(data=step.data, whole=step.whole and found.whole)
    return found


def _inflate(data: bytes, limit: int, *, wbits: int) -> Decoded:
    parts: list[bytes] = []
    room = limit
    if not data:
        return Decoded(data=b"", whole=True)
    for _ in range(_MOST_MEMBERS):
        stream = zlib.decompressobj(wbits)
        try:
            # One byte more than there is room for tells a body that just fits from one that is cut.
            part = stream.decompress(data, room + 1)
        except zlib.error:
            return Decoded(data=b"".join(parts) or _until_damage(data, limit, wbits) or data, whole=False)
        parts.append(part[:room])
        room -= len(part)
        if room < 0 or not stream.eof:
            return Decoded(data=b"".join(parts), whole=False)
        # A gzip body may be several members; what follows the last and is none is padding.
        if wbits != _GZIP or stream.unused_data[:2] != b"\x1f\x8b":
            return Decoded(data=b"".join(parts), whole=True)
        data = stream.unused_data
    return Decoded(data=b"".join(parts), whole=False)


def _until_damage(data: bytes, limit: int, wbits: int) -> bytes:
    """What stands before the damage. Asked for all at once, zlib keeps that to itself: so in small steps."""
    stream, out = zlib.decompressobj(wbits), bytearray()
    for start in range(0, len(data), 256):
        try:
            out += stream.decompress(data[start : start + 256], limit + 1)
        except zlib.error:
            break
        if len(out) > limit:
            break
    return bytes(out[:limit])


def _gunzip(data: bytes, limit: int) -> Decoded:
    # A body labelled gzip that is none: some servers only say so.
    return _inflate(data, limit, wbits=_GZIP) if data[:2] == b"\x1f\x8b" else Decoded(data=data, whole=not data)


def _undeflate(data: bytes, limit: int) -> Decoded:
    # The standard means zlib; half the servers send bare deflate.
    found = _inflate(data, limit, wbits=zlib.MAX_WBITS)
    return found if found.data is not data else _inflate(data, limit, wbits=-zlib.MAX_WBITS)


def _unbrotli(data: bytes, limit: int) -> Decoded:
    if brotli is None:
        return Decoded(data=data, whole=False)
    stream, parts, room = brotli.Decompressor(), [], limit
    pending = data
    try:
        while not stream.is_finished() and room >= 0:
            part = stream.process(pending, output_buffer_limit=_CHUNK_BYTES)
            pending = b""
            if not part and stream.can_accept_more_data():
                break
            parts.append(part[: max(room, 0)])
            room -= len(part)
    except brotli.error:
        return Decoded(data=b"".join(parts) or data, whole=False)
    return Decoded(data=b"".join(parts), whole=bool(stream.is_finished()) and room >= 0)


def _unzstd(data: bytes, limit: int) -> Decoded:
    if zstd is None:
        return Decoded(data=data, whole=False)
    stream = zstd.ZstdDecompressor()
    try:
        found = stream.decompress(data, max_length=limit + 1)
    except zstd.ZstdError:
        return Decoded(data=data, whole=False)
    return Decoded(data=found[:limit], whole=bool(stream.eof) and len(found) <= limit)


_GZIP = zlib.MAX_WBITS | 16
KNOWS_ZSTD = zstd is not None
_READERS: dict[str, Callable[[bytes, int], Decoded]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
