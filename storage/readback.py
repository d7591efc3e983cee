"""A look read back from its WARC records: the payload, and the exchange it was."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from storage.capture_record import parse_time, resolve
from storage.errors import ArchiveError
from storage.records import (
    CaptureKind,
    ErrorClass,
    Exchange,
    FeedId,
    Hop,
    Original,
    Reason,
    Role,
    Sha256,
    SourceId,
    TlsFacts,
    Via,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.members import Read
    from storage.records import Headers
    from storage.warc import Group

    Record = Mapping[str, Any]

# Added to the window's bits, it has zlib read a gzip member and hold its checksum to it.
_GZIP = 16


def payload_of(group: Group, record_id: str) -> bytes:
    """The body, as sent, of one response of a look."""
    for found in group.members:
        if found.type == "response" and found.record_id == record_id:
            return found.block.partition(b"\r\n\r\n")[2]
    raise ArchiveError(f"WARC record {record_id}: not where it was recorded; run `longarm verify`")


def answer_of(look: bytes, record_id: str) -> tuple[Headers, bytes, bytes]:
    """Header lines and body, as sent, of one response among a look's bytes, and what a browser made of it (mostly
    nothing: empty). Nothing else of the look is made out."""
    found: tuple[Headers, bytes] | None = None
    wanted = f"\r\nWARC-Record-ID: <urn:uuid:{record_id}>".encode()
    while look:
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | _GZIP)
        try:
            record = member.decompress(look)
        except zlib.error:
            break
        if not member.eof:
            break
        look = member.unused_data
        head, _, block = record.partition(b"\r\n\r\n")
        if found is not None:
            # What the browser made stands right behind what it was made of.
            tree = block.removesuffix(b"\r\n\r\n") if b"\r\nWARC-Type: resource\r\n" in head else b""
            return *found, tree
        if wanted in head and b"\r\nWARC-Type: response\r\n" in head:
            _, headers, body = _split(block.removesuffix(b"\r\n\r\n"))
            found = headers, body
    if found is not None:
        return *found, b""
    raise ArchiveError(f"WARC record {record_id}: not where it was recorded, or damaged; run `longarm verify`")


def exchange_of(group: Group, before: Record | None) -> Exchange:
    """The look as it was asked and answered. `before` is the record a revisit refers to."""
    record = group.facts if before is None else resolve(group.facts, before)
    response: Record = record.get("response") or {}
    request: Record = record["request"]
    robots: Record = record.get("robots") or {}
    last: Record = record["hops"][-1]
    revisit = group.kind is CaptureKind.REVISIT
    answered = group.kind is CaptureKind.RESPONSE
    return Exchange(
        url=record["url"],
        role=Role(record["role"]),
        reason=Reason(record["reason"]),
        source_id=_maybe(SourceId, record.get("source")),
        feed_id=_maybe(FeedId, record.get("feed")),
        vantage=record["vantage"]["name"],
        started_at=parse_time(record["started_at"]),
        finished_at=parse_time(record["finished_at"]),
        method=request["method"],
        request_headers=_headers(request),
        request_body=_request_body(group, record) if answered else b"",
        final_url=record.get("final_url"),
        status=response.get("status"),
        http_reason=response.get("reason", ""),
        response_headers=_headers(response),
        body=payload_of(group, group.record_id) if answered else b"",
        truncated=bool(response.get("truncated")) and not revisit,
        declared_length=None if revisit else response.get("declared_length"),
        remote_ip=last.get("remote_ip"),
        remote_port=last.get("remote_port"),
        protocol=last.get("protocol"),
        via_proxy=bool(record.get("via_proxy")),
        tls=_tls(record.get("tls")),
        robots_policy=robots.get("policy"),
        robots_allowed=robots.get("allowed"),
        robots_sha256=_maybe(Sha256, robots.get("robots_sha256")),
        hops=_hops(group, record),
        error=_maybe(ErrorClass, record.get("error")),
        message=record.get("message"),
        part_of=record.get("part_of"),
        part_number=record.get("part_number"),
        via=_via(group.facts.get("via")),
        originals=tuple(
            Original(
                name=unquote(found.headers.get("WARC-Target-URI", "").removeprefix("file:")),
                media_type=found.headers.get("Content-Type", ""),
                data=found.block,
            )
            for found in group.members
            if found.type == "resource" and found.headers.get("WARC-Target-URI", "").startswith("file:")
        ),
    )


def _via(facts: Record | None) -> Via | None:
    return None if facts is None else Via(**{**facts, "at": parse_time(facts["at"])})


def _request_body(group: Group, record: Record) -> bytes:
    if "body_sha256" not in record["request"]:
        return b""
    for found in group.members:
        if found.type == "request" and group.record_id in found.headers.get("WARC-Concurrent-To", ""):
            return found.block.partition(b"\r\n\r\n")[2]
    return b""


def _hops(group: Group, record: Record) -> tuple[Hop, ...]:
    facts = record["hops"][:-1]
    exchanged = [found for found in group.members if found.type in ("request", "response")]
    # A revisit that came by its predecessor's redirects has no records of them: what they were is in the predecessor.
    pairs = list(zip(exchanged[::2], exchanged[1::2], strict=False))[: len(facts)]
    return tuple(_hop(fact, *pair) for fact, pair in zip(facts, pairs, strict=False))


def _hop(fact: Record, asked: Read, answered: Read) -> Hop:
    asked_for, request_headers, request_body = _split(asked.block)
    first, response_headers, body = _split(answered.block)
    return Hop(
        url=fact["url"],
        status=fact["status"],
        reason=first.split(" ", 2)[2] if first.count(" ") >= 2 else "",
        request_headers=request_headers,
        response_headers=response_headers,
        body=body,
        location=fact["location"],
        remote_ip=fact["remote_ip"],
        elapsed_ms=fact["elapsed_ms"],
        tls=_tls(fact.get("tls")),
        method=asked_for.partition(" ")[0],
        request_body=request_body,
        truncated="WARC-Truncated" in answered.headers,
    )


def _split(block: bytes) -> tuple[str, Headers, bytes]:
    head, _, body = block.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    return (
        lines[0],
        tuple((name, value.lstrip(" ")) for name, _, value in (line.partition(":") for line in lines[1:])),
        body,
    )


def _headers(part: Record) -> Headers:
    return tuple((name, value) for name, value in part.get("headers", ()))


def _tls(facts: Record | None) -> TlsFacts | None:
    if facts is None:
        return None
    return TlsFacts(**{**facts, "chain_sha256": tuple(facts["chain_sha256"])})


def _maybe(kind: Any, value: Any) -> Any:
    return None if value is None else kind(value)
