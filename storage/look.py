"""One exchange as the archive keeps it: its capture record and the WARC records that carry it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from storage.capture_record import delta, full_record, redact, sha256
from storage.ledger import canonical
from storage.members import Member, http_block, member, request_block, warc_date
from storage.records import CaptureKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from storage.capture_record import Agent
    from storage.records import Exchange, Hop, Previous, Rendering, Sha256

    Record = Mapping[str, Any]

NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
# Before a page's address, it names what a browser made of the page.
RENDERED = "urn:rendered:"
# The header field in which an unchanged look's one WARC record carries its capture record.
RECORD_FIELD = "Longarm-Capture"
# Before the page's address in the record about a look: with the plain address a player shows that record as the page.
RECORD_URN = "urn:longarm:capture:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one exchange becomes. `members` are its compressed WARC records, to stand in one file without a gap."""

    kind: CaptureKind
    record: bytes
    record_sha256: Sha256
    record_id: str
    facts: Record
    members: bytes
    refers_to: Previous | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is known of a page before a look: its last full capture and that one's record, its last capture's id."""

    previous: Previous | None = None
    record: Record | None = None
    last: str | None = None


def kind_of(
    exchange: Exchange, previous: Previous | None, body_sha256: Sha256, known: Record | None = None
) -> CaptureKind:
    """`response` where an answer came, `revisit` where it says the page is as before, `error` where none came."""
    status = exchange.status
    if status is None:
        return CaptureKind.ERROR
    # An imported look stands for itself: what it would refer to may have been seen years after it.
    if previous is None or exchange.error is not None or exchange.truncated or exchange.via is not None:
        return CaptureKind.RESPONSE
    if not _same_tree(exchange.rendering, known):
        return CaptureKind.RESPONSE
    same = status == 304 or (200 <= status < 300 and body_sha256 == previous.payload_sha256)
    return CaptureKind.REVISIT if same else CaptureKind.RESPONSE


def _same_tree(rendering: Rendering | None, known: Record | None) -> bool:
    """Whether a browser made the same of the page as before. Of a page that could not be rendered nobody knows."""
    if rendering is None:
        return True
    before = (known or {}).get("agent", {}).get("rendered") or {}
    return rendering.failure is None and before.get("dom_sha256") == sha256(rendering.dom)


def compose(
    exchange: Exchange,
    memory: Memory,
    *,
    agent: Agent,
    new_id: Callable[[], UUID],
    max_decoded: int,
    scripts: set[tuple[str, Sha256]],
) -> Look:
    """The look at a page, ready to be appended: its record and its WARC records.

    `scripts` are those (address, hash) that stand in the run's files already; those of this look are added.
    """
    digest = sha256(exchange.body)
    kind = kind_of(exchange, memory.previous, digest, memory.record)
    if kind is CaptureKind.REVISIT and memory.previous is not None and memory.record is not None:
        return _unchanged(exchange, memory.previous, memory.record, digest, agent=agent, new_id=new_id)
    answered = exchange.status is not None
    members = _exchanged(exchange, exchange.hops, new_id)
    record_id = str(new_id())
    if answered:
        members += _answer(exchange, (new_id(), record_id), digest)
        members += _originals(exchange, record_id, new_id)
        members += _tree(exchange, new_id, record_id)
        members += _exchanged(exchange, _asked(exchange.rendering, scripts), new_id)
    facts = full_record(exchange, agent, body_sha256=digest, max_decoded=max_decoded) | {
        "previous": memory.last,
        "records": _listed(members),
    }
    record = canonical(facts)
    meta = member(
        "metadata",
        record,
        date=exchange.started_at,
        record_id=str(new_id()) if answered else record_id,
        content_type="application/json",
        uri=RECORD_URN + (exchange.final_url or exchange.url),
        extra=[("WARC-Concurrent-To", f"<urn:uuid:{record_id}>")] if answered else [],
    )
    return Look(
        kind=CaptureKind.RESPONSE if answered else CaptureKind.ERROR,
        record=record,
        record_sha256=sha256(record),
        record_id=record_id,
        facts=facts,
        members=b"".join(each.packed for each in (*members, meta)),
        refers_to=None,
    )


def _unchanged(
    exchange: Exchange,
    previous: Previous,
    known: Record,
    body_sha256: Sha256,
    *,
    agent: Agent,
    new_id: Callable[[], UUID],
) -> Look:
    record_id = str(new_id())
    full = full_record(exchange, agent, body_sha256=body_sha256, max_decoded=0) | {
        "record_id": record_id,
        "previous": previous.record_sha256[:32],
    }
    # What came to the same tree as before is not kept again.
    full.pop("asked", None)
    facts, same_way = delta(full, known)
    members = [] if same_way else _exchanged(exchange, exchange.hops, new_id)
    if members:
        facts["records"] = _listed(members)
    record = canonical(facts)
    uri = exchange.final_url or exchange.url
    revisit = member(
        "revisit",
        b"",
        date=exchange.started_at,
        record_id=record_id,
        content_type="application/http;msgtype=response",
        uri=uri,
        ip=exchange.remote_ip,
        extra=[
            ("WARC-Profile", NOT_MODIFIED if exchange.status == 304 else SAME_PAYLOAD),
            ("WARC-Refers-To", f"<urn:uuid:{previous.record_id}>"),
            ("WARC-Refers-To-Target-URI", known["final_url"]),
            ("WARC-Refers-To-Date", warc_date(previous.captured_at)),
            ("WARC-Payload-Digest", f"sha256:{previous.payload_sha256}"),
            (RECORD_FIELD, record.decode()),
        ],
    )
    return Look(
        kind=CaptureKind.REVISIT,
        record=record,
        record_sha256=sha256(record),
        record_id=record_id,
        facts=facts,
        members=b"".join(each.packed for each in (*members, revisit)),
        refers_to=previous,
    )


_CUT = ("WARC-Truncated", "length")


def _asked(rendering: Rendering | None, scripts: set[tuple[str, Sha256]]) -> list[Hop]:
    """What a rendered page asked for, without the scripts that stand in the run's files already."""
    if rendering is None:
        return []
    found = list(rendering.answers)
    for script in rendering.scripts:
        key = (script.url, sha256(script.body))
        if key not in scripts:
            scripts.add(key)
            found.append(script)
    return found


def _exchanged(exchange: Exchange, hops: Sequence[Hop], new_id: Callable[[], UUID]) -> list[Member]:
    members = []
    for hop in hops:
        asked = request_block(hop.method, hop.url, redact(hop.request_headers), hop.request_body)
        head = http_block("HTTP/1.1", hop.status, hop.reason, hop.response_headers)
        members += _pair(
            (asked, head, hop.body),
            at=exchange.started_at,
            uri=hop.url,
            ip=hop.remote_ip,
            ids=(new_id(), new_id()),
            extra=[_CUT] if hop.truncated else [],
        )
    return members


def _answer(exchange: Exchange, ids: tuple[object, object], digest: Sha256) -> list[Member]:
    uri = exchange.final_url or exchange.url
    asked = request_block(exchange.method, uri, redact(exchange.request_headers), exchange.request_body)
    # HTTP/2 has no status line: the HTTP/1.1 form is the custom, and `protocol` in the record says what it was.
    version = "HTTP/1.0" if exchange.protocol == "HTTP/1.0" else "HTTP/1.1"
    head = http_block(version, exchange.status or 0, exchange.http_reason, exchange.response_headers)
    pair = _pair(
        (asked, head, exchange.body),
        at=exchange.started_at,
        uri=uri,
        ip=exchange.remote_ip,
        ids=ids,
        digest=digest,
        extra=[_CUT] if exchange.truncated else [],
    )
    # No request is made up for a page of which only the answer was saved.
    return pair[1:] if exchange.via is not None and not exchange.request_headers else pair


def _originals(exchange: Exchange, about: str, new_id: Callable[[], UUID]) -> list[Member]:
    """The files an imported look was taken from, as WARC `resource` records."""
    return [
        member(
            "resource",
            each.data,
            date=exchange.via.at if exchange.via else exchange.started_at,
            record_id=str(new_id()),
            content_type=each.media_type,
            uri=f"file:{quote(each.name, safe='/')}",
            extra=[("WARC-Concurrent-To", f"<urn:uuid:{about}>")],
        )
        for each in exchange.originals
    ]


def _tree(exchange: Exchange, new_id: Callable[[], UUID], record_id: str) -> list[Member]:
    """The rendered tree as a record of its own. Its address is no page's: a player shows the answer, not the tree."""
    rendering = exchange.rendering
    if rendering is None or rendering.failure is not None:
        return []
    made = member(
        "resource",
        rendering.dom,
        date=exchange.finished_at,
        record_id=str(new_id()),
        content_type="text/html; charset=utf-8",
        uri=f"{RENDERED}{exchange.final_url or exchange.url}",
        extra=[("WARC-Concurrent-To", f"<urn:uuid:{record_id}>")],
    )
    return [made]


def _pair(
    blocks: tuple[bytes, bytes, bytes],
    *,
    at: datetime,
    uri: str,
    ip: str | None,
    ids: tuple[object, object],
    digest: Sha256 | None = None,
    extra: Sequence[tuple[str, str]] = (),
) -> list[Member]:
    """The request and response records of what was asked, and of the head and body that came. `ids` are theirs."""
    asked, head, body = blocks
    request = member(
        "request",
        asked,
        date=at,
        record_id=str(ids[0]),
        content_type="application/http;msgtype=request",
        uri=uri,
        ip=ip,
        extra=[("WARC-Concurrent-To", f"<urn:uuid:{ids[1]}>")],
    )
    answer = member(
        "response",
        head + body,
        date=at,
        record_id=str(ids[1]),
        content_type="application/http;msgtype=response",
        uri=uri,
        ip=ip,
        extra=[("WARC-Payload-Digest", f"sha256:{digest or sha256(body)}"), *extra],
    )
    return [request, answer]


def _listed(members: list[Member]) -> list[dict[str, object]]:
    return [
        {"id": each.record_id, "type": each.type, "block_sha256": each.block_sha256, "length": each.length}
        for each in members
    ]
