"""The capture record (evidence.md, section 2): made from an exchange, resolved against a predecessor, read as a row.

Pure. The same functions serve a fresh exchange, a record found after a crash, and `verify`.
"""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from storage.bodies import charset_of, content_encoding_of, decode, header, media_type_of
from storage.posts import page_address
from storage.records import CaptureKind, ErrorClass, Reason, Sha256

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.records import Exchange, Headers, Hop, Rendering, TlsFacts, Via

    Record = Mapping[str, Any]

_PYTHON = sys.version.partition(" ")[0]
CAPTURE = "longarm-capture-v1"
ATTEMPT = "longarm-attempt-v1"
REDACTED = "<redacted>"
SECRET_HEADERS = frozenset({"cookie", "authorization", "proxy-authorization"})
_CREDENTIALS = re.compile(r"//[^/@\s]+@")
# What no text column of PostgreSQL, and no UTF-8, can hold.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
# Request headers whose value is the predecessor's own validator: the name alone says it.
_CONDITIONAL = {"if-none-match": "etag", "if-modified-since": "last-modified"}
# What an unchanged look says even where its predecessor said the same (house.md, storage/warc.py).
_ALWAYS = frozenset({"vantage", "run", "started_at", "finished_at", "record_id", "previous", "via"})
# Of one capture alone: never taken over from a predecessor.
_OWN = frozenset({"records", "previous", "via", "asked"})
# Of the payload, which a revisit has none of: its predecessor's holds.
_PAYLOAD = frozenset(
    {"body_sha256", "body_sha256_decoded", "length", "charset", "declared_length", "truncated", "headers_raw"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who looks: what every record of one archive session says of its maker."""

    run_id: str
    version: str
    operator: str | None = None


def full_record(exchange: Exchange, agent: Agent, *, body_sha256: Sha256, max_decoded: int) -> dict[str, Any]:
    """Everything one look says, but for its WARC records and its predecessor.

    A coded body is decoded up to `max_decoded` bytes for its second hash; 0: not at all.
    """
    failed = exchange.error is not None
    request_headers = redact(exchange.request_headers)
    record: dict[str, Any] = {
        "schema": ATTEMPT if failed else CAPTURE,
        "url": clean(exchange.url),
        "final_url": clean(exchange.final_url or exchange.url),
        "source": exchange.source_id,
        "feed": exchange.feed_id,
        "role": exchange.role.value,
        "reason": exchange.reason.value,
        "run": agent.run_id,
        "started_at": spell_time(exchange.started_at),
        "finished_at": spell_time(exchange.finished_at),
        "clock": None,
        "dns": None,
        "via_proxy": exchange.via_proxy,
        "tls": _tls(exchange.tls),
        "hops": [*(_hop(hop) for hop in exchange.hops), _last_hop(exchange)],
        "request": {"method": exchange.method, "headers": [list(line) for line in request_headers]},
        "response": None if exchange.status is None else _response(exchange, body_sha256, max_decoded),
        "vantage": {"name": exchange.vantage},
        "agent": {
            "program": "longarm",
            "version": agent.version,
            "python": _PYTHON,
            "user_agent": header(request_headers, "user-agent"),
            "rendered": _rendered(exchange.rendering),
        },
        "robots": {
            "policy": exchange.robots_policy,
            "allowed": exchange.robots_allowed,
            "robots_sha256": exchange.robots_sha256,
        },
        "operator": agent.operator,
    }
    page = page_address(exchange)
    if page != exchange.url:
        record["page"] = clean(page)
    if exchange.request_body:
        record["request"]["body_sha256"] = sha256(exchange.request_body)
    if exchange.part_of is not None:
        record |= {"part_of": clean(exchange.part_of), "part_number": exchange.part_number}
    # An answer may have something to say too: why its body was cut.
    message = _CREDENTIALS.sub(f"//{REDACTED}@", clean(exchange.message or "")) or None
    if failed:
        record |= {"error": str(exchange.error), "message": message}
    elif message:
        record["message"] = message
    if exchange.via is not None:
        record["via"] = _via(exchange.via)
    made = exchange.rendering
    if made is not None and (made.answers or made.scripts):
        record["asked"] = [_asked(each) for each in (*made.answers, *made.scripts)]
    return record


def delta(full: Record, known: Record) -> tuple[dict[str, Any], bool]:
    """What an unchanged look says that its predecessor did not, and whether it came by the same redirects.

    Header lines the predecessor had are given by their place in it; a conditional header that quotes the
    predecessor's validator by its name alone; hops of the same way by what differs in each.
    """
    facts = {key: value for key, value in full.items() if key in _ALWAYS or known.get(key) != value}
    same_way = _way(full["hops"]) == _way(known["hops"])
    if same_way:
        facts["hops"] = [_without(now, before) for now, before in zip(full["hops"], known["hops"], strict=True)]
        if not any(facts["hops"]):
            del facts["hops"]
    response = _lines(known, "response")
    validators = {name: header(response, name) for name in _CONDITIONAL.values()}
    facts["request"] = _differing(full["request"], known["request"], validators)
    if not facts["request"]:
        del facts["request"]
    # Its status is always said: 304, or 200 once more.
    facts["response"] = _differing(full["response"], known["response"], {}) | {"status": full["response"]["status"]}
    return facts, same_way


def resolve(facts: Record, known: Record) -> dict[str, Any]:
    """An unchanged look's record in full: what it says itself, and its predecessor for the rest."""
    full = {key: value for key, value in known.items() if key not in _OWN} | dict(facts)
    response = _lines(known, "response")
    for part in ("request", "response"):
        before = known.get(part) or {}
        merged = {**before, **(facts.get(part) or {})}
        merged["headers"] = [_line(line, before.get("headers", ()), response) for line in merged.get("headers", ())]
        full[part] = merged
    if "hops" in facts and not any("url" in hop for hop in facts["hops"]):
        full["hops"] = [{**before, **now} for now, before in zip(facts["hops"], known["hops"], strict=True)]
    return full


def row_of(facts: Record, kind: CaptureKind) -> dict[str, Any]:
    """The columns of a capture's row that follow from its record as it stands in the archive."""
    response: Record = facts.get("response") or {}
    # A revisit gives a line of its predecessor by its place: what stands there is in the predecessor's row.
    headers = tuple((line[0], clean(line[1])) for line in response.get("headers", ()) if not isinstance(line, int))
    final_url = facts.get("final_url")
    full = kind is CaptureKind.RESPONSE
    return {
        "feed_id": facts.get("feed"),
        "run_id": facts["run"],
        "captured_at": parse_time(facts["started_at"]),
        "vantage": facts["vantage"]["name"],
        "kind": kind.value,
        "status": response.get("status"),
        "error": facts.get("error"),
        "message": facts.get("message"),
        "truncated": bool(response.get("truncated")),
        # An unchanged look names its reason where it differs from its predecessor's, which compared nothing.
        "compares": facts.get("reason") == Reason.COMPARE,
        "final_url": None if final_url == facts.get("url") else final_url,
        "media_type": media_type_of(headers) if full else None,
        "charset": charset_of(headers) if full else None,
        "content_encoding": content_encoding_of(headers) if full else None,
        "etag": header(headers, "etag"),
        "last_modified": header(headers, "last-modified"),
        "payload_sha256": response.get("body_sha256") if full else None,
        "payload_length": response.get("length") if full else None,
        "via": facts.get("via"),
    }


def event_of(kind: str, error: str | None) -> str:
    """The ledger's word for a look."""
    if kind == CaptureKind.REVISIT:
        return "unchanged"
    if error is None and kind == CaptureKind.RESPONSE:
        return "captured"
    return "blocked" if error == ErrorClass.BLOCKED.value else "failed"


def redact(headers: Headers) -> Headers:
    """Request headers as they are kept: a cookie or a credential only by its name."""
    return tuple((name, REDACTED if name.lower() in SECRET_HEADERS else value) for name, value in headers)


def clean(text: str) -> str:
    """Text that every database and UTF-8 can hold."""
    return text if text.isascii() and "\0" not in text else _UNKEEPABLE.sub("�", text)


def sha256(data: bytes) -> Sha256:
    return Sha256(hashlib.sha256(data).hexdigest())


def spell_time(at: datetime) -> str:
    """A record's time: UTC, milliseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _via(via: Via) -> dict[str, Any]:
    """How an imported look came to us, without what there is nothing to say of."""
    facts = {
        "how": via.how,
        "file": clean(via.file),
        "sha256": via.sha256,
        "at": spell_time(via.at),
        "operator": via.operator and clean(via.operator),
        "time_from": via.time_from,
        "http": via.http,
        "record": via.record and clean(via.record),
        "note": via.note and clean(via.note),
        "made": via.made and clean(via.made),
        "publisher": via.publisher and clean(via.publisher),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _response(exchange: Exchange, body_sha256: Sha256, max_decoded: int) -> dict[str, Any]:
    encoding = content_encoding_of(exchange.response_headers)
    decoded: Sha256 | None = body_sha256
    if encoding and exchange.body:
        plain = decode(exchange.body, encoding, limit=max_decoded) if max_decoded else None
        decoded = sha256(plain.data) if plain and plain.whole else None
    return {
        "status": exchange.status,
        "reason": exchange.http_reason,
        "headers": [list(line) for line in exchange.response_headers],
        "headers_raw": False,
        "body_sha256": body_sha256,
        "body_sha256_decoded": decoded,
        "length": len(exchange.body),
        "declared_length": exchange.declared_length,
        "truncated": exchange.truncated,
        "charset": charset_of(exchange.response_headers),
    }


def _rendered(rendering: Rendering | None) -> dict[str, Any] | None:
    if rendering is None:
        return None
    return {
        "browser": rendering.browser,
        "dom_sha256": sha256(rendering.dom) if rendering.failure is None else None,
        "failure": rendering.failure,
        "fetched": rendering.fetched,
        "refused": rendering.refused,
        "failed": rendering.failed,
    }


def _asked(answer: Hop) -> dict[str, Any]:
    """What a rendered page asked for, and the hash of what came: whose records stand in this run's files."""
    return {
        "method": answer.method,
        "url": clean(answer.url),
        "status": answer.status,
        "body_sha256": sha256(answer.body),
    }


def _tls(facts: TlsFacts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {
        "version": facts.version,
        "cipher": facts.cipher,
        "verified": facts.verified,
        "error": facts.error,
        "chain_sha256": list(facts.chain_sha256),
    }


def _hop(hop: Hop) -> dict[str, Any]:
    found = {
        "url": clean(hop.url),
        "status": hop.status,
        "location": hop.location,
        "remote_ip": hop.remote_ip,
        "elapsed_ms": hop.elapsed_ms,
    }
    return found if hop.tls is None else found | {"tls": _tls(hop.tls)}


def _last_hop(exchange: Exchange) -> dict[str, Any]:
    elapsed = exchange.finished_at - exchange.started_at
    return {
        "url": clean(exchange.final_url or exchange.url),
        "status": exchange.status,
        "location": None,
        "remote_ip": exchange.remote_ip,
        "remote_port": exchange.remote_port,
        "protocol": exchange.protocol,
        "elapsed_ms": int(elapsed.total_seconds() * 1000),
    }


def _way(hops: Sequence[Record]) -> list[tuple[Any, ...]]:
    return [(hop["url"], hop["status"], hop["location"]) for hop in hops[:-1]] + [(hops[-1]["url"],)]


def _without(now: Record, before: Record) -> dict[str, Any]:
    # The time a hop took differs at every look and follows from the look's own times; its status stands in `response`.
    return {
        key: value for key, value in now.items() if before.get(key) != value and key not in ("elapsed_ms", "status")
    }


def _differing(now: Record, before: Record, validators: Mapping[str, str | None]) -> dict[str, Any]:
    facts = {key: value for key, value in now.items() if before.get(key) != value and key not in _PAYLOAD}
    if "headers" not in facts:
        return facts
    places = {tuple(line): place for place, line in enumerate(before.get("headers", ()))}
    lines: list[Any] = []
    for name, value in now["headers"]:
        quoted = validators.get(_CONDITIONAL.get(name.lower(), ""))
        if (name, value) in places:
            lines.append(places[name, value])
        else:
            lines.append([name] if quoted == value else [name, value])
    facts["headers"] = lines
    return facts


def _line(line: Any, before: Sequence[Any], response: Headers) -> list[str]:
    if isinstance(line, int):
        return list(before[line])
    if len(line) == 1:
        return [line[0], header(response, _CONDITIONAL[line[0].lower()]) or ""]
    return list(line)


def _lines(record: Record, part: str) -> Headers:
    return tuple((name, value) for name, value in (record.get(part) or {}).get("headers", ()))
