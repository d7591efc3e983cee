"""Content-decoding with a limit: a gzip bomb gives its first bytes and no more."""

from __future__ import annotations

import zlib

import brotli

# A server may stack codings; more than this many is no page but an attack.
MAX_CODINGS = 3
_PIECE = 65536


def decode(body: bytes, content_encoding: str | None, limit: int) -> tuple[bytes, bool]:
    """The body without its content codings, and whether all of it came out: at most `limit` bytes do.

    A body that is not what its header says (plain text labelled gzip, an unknown coding) comes back as sent, and a
    damaged one as far as it goes; the flag is False for what was cut at the limit or is damaged.
    """
    codings = [name.strip().lower() for name in (content_encoding or "").split(",") if name.strip()]
    if len(codings) > MAX_CODINGS:
        return body[:limit], False
    whole = True
    for coding in reversed(codings):
        body, complete = _undo(body, coding, limit)
        whole = whole and complete
    return body[:limit], whole and len(body) <= limit


def _undo(body: bytes, coding: str, limit: int) -> tuple[bytes, bool]:
    if not body or coding == "identity":
        return body, True
    if coding in ("gzip", "x-gzip"):
        return _inflate(body, 31, limit) if body.startswith(b"\x1f\x8b") else (body, True)
    if coding == "deflate":
        # Some servers send raw deflate where zlib's frame is meant (RFC 9110, section 8.4.1.2).
        out = _inflate(body, 15, limit)
        return out if out[0] else _inflate(body, -15, limit)
    if coding == "br":
        return _unbrotli(body, limit)
    return body, False


def _inflate(body: bytes, wbits: int, limit: int) -> tuple[bytes, bool]:
    out = bytearray()
    while body:
        stream = zlib.decompressobj(wbits)
        try:
            out += stream.decompress(body, max(1, limit + 1 - len(out)))
        except zlib.error:
            # zlib keeps what it had until the damage to itself: asked again in small steps, it gives it.
            return _salvage(body, wbits, limit) if not out else (bytes(out), False)
        if len(out) > limit:
            return bytes(out[:limit]), False
        if not stream.eof:
            return bytes(out), False
        # Further gzip members follow in some servers' answers; anything else behind the end is padding.
        body = stream.unused_data if wbits == 31 and stream.unused_data.startswith(b"\x1f\x8b") else b""
    return bytes(out), True


def _salvage(body: bytes, wbits: int, limit: int) -> tuple[bytes, bool]:
    stream, out = zlib.decompressobj(wbits), bytearray()
    for start in range(0, len(body), 256):
        try:
            out += stream.decompress(body[start : start + 256], _PIECE)
        except zlib.error:
            break
        if len(out) > limit:
            break
    return bytes(out[:limit]), False


def _unbrotli(body: bytes, limit: int) -> tuple[bytes, bool]:
    stream, out = brotli.Decompressor(), bytearray()
    try:
        out += stream.process(body, output_buffer_limit=_PIECE)
        while len(out) <= limit and not stream.is_finished():
            piece = stream.process(b"", output_buffer_limit=_PIECE)
            if not piece:
                break
            out += piece
    except brotli.error:
        return bytes(out[:limit]) or body[:limit], False
    return bytes(out[:limit]), stream.is_finished() and len(out) <= limit
