"""A look's rows: ledger line, page, capture, page_state, in the caller's one transaction."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage import ledger, tables
from storage.capture_record import event_of, row_of
from storage.look import Memory
from storage.members import deflated
from storage.records import (
    CARRIED,
    Capture,
    CaptureId,
    CaptureKind,
    ErrorClass,
    FeedId,
    PageId,
    Previous,
    Role,
    Sha256,
    SourceId,
)
from storage.upsert import Rows, insert_missing
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from storage.warc import Place

_LAST = tables.capture.alias("last")
_FULL = tables.capture.alias("full")
_MEMORY = (
    sa.select(
        tables.page.c.url_key,
        _LAST.c.record_sha256.label("last"),
        tables.page_known.c.record,
        _FULL.c.id,
        _FULL.c.record_id,
        _FULL.c.record_sha256,
        _FULL.c.captured_at,
        _FULL.c.payload_sha256,
        _FULL.c.etag,
        _FULL.c.last_modified,
    )
    .select_from(tables.page)
    .join(tables.page_state, tables.page_state.c.page_id == tables.page.c.id)
    .join(_LAST, _LAST.c.id == tables.page_state.c.last_capture_id)
    .outerjoin(tables.page_known, tables.page_known.c.page_id == tables.page.c.id)
    .outerjoin(_FULL, _FULL.c.id == tables.page_known.c.capture_id)
    .where(tables.page.c.url_key.in_(sa.bindparam("keys", expanding=True)))
)
_PAGES = sa.select(
    tables.page.c.id, tables.page.c.url_key, tables.page.c.url, tables.page.c.source_id, tables.page.c.role
).where(tables.page.c.url_key.in_(sa.bindparam("keys", expanding=True)))


_STATE = tables.page_state.c
_CAPTURES = Rows(tables.capture)
_STATES = Rows(
    tables.page_state,
    changes=lambda new: {
        "next_due_at": new.next_due_at,
        "last_capture_id": new.last_capture_id,
        "good_capture_id": sa.func.coalesce(new.good_capture_id, _STATE.good_capture_id),
        "run_id": new.run_id,
        "looks": _STATE.looks + new.looks,
    },
)
_KNOWN = Rows(tables.page_known, changes=lambda new: {"capture_id": new.capture_id, "record": new.record})


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexable:
    """A look that stands in a WARC file and has no rows yet. `facts` is its record as it stands there.

    The rest is what its page is, told by the exchange, or after a crash by the record and its predecessor; `url` is
    the `page_address`.
    """

    kind: CaptureKind
    facts: Mapping[str, Any]
    record: bytes
    record_sha256: Sha256
    record_id: str
    place: Place
    refers_to: CaptureId | None
    url: str
    role: Role
    source_id: str | None
    feed_id: str | None
    part_of: str | None
    part_number: int | None
    next_due_at: datetime | None


def memories(conn: sa.Connection, urls: Iterable[str]) -> dict[str, Memory]:
    """What is known of the pages with these URLs, by URL key; pages never looked at have no entry."""
    keys = sorted({url_key(url) for url in urls})
    found = {}
    for row in conn.execute(_MEMORY, {"keys": keys}).all():
        previous = record = None
        if row.record is not None:
            record = json.loads(zlib.decompress(row.record))
            previous = Previous(
                capture_id=CaptureId(row.id),
                record_sha256=row.record_sha256,
                record_id=spell_id(row.record_id),
                captured_at=row.captured_at,
                payload_sha256=row.payload_sha256,
                etag=row.etag,
                last_modified=row.last_modified,
            )
        found[row.url_key] = Memory(previous=previous, record=record, last=row.last[:32])
    return found


def index(conn: sa.Connection, looks: Sequence[Indexable], *, at: datetime) -> list[Capture]:
    """Write the rows of looks, in order; gives their captures. Inside the caller's write transaction."""
    pages = _put_pages(conn, looks, at)
    rows = [row_of(look.facts, look.kind) for look in looks]
    events = [(event_of(look.kind, row["error"]), look.record_sha256) for look, row in zip(looks, rows, strict=True)]
    first = ledger.append_captures(conn, events, at=at)
    for number, (look, row) in enumerate(zip(looks, rows, strict=True), first):
        row |= {
            "id": number,
            "record_id": bytes.fromhex(look.record_id.replace("-", "")),
            "record_sha256": look.record_sha256,
            "page_id": pages[url_key(look.url)].id,
            "refers_to": look.refers_to,
            "warc_file": look.place.file,
            "warc_offset": look.place.offset,
            "warc_length": look.place.length,
        }
    _CAPTURES.put(conn, rows)
    _put_states(conn, *_in_time(conn, looks, rows))
    return [capture_of(row, pages[url_key(look.url)]) for look, row in zip(looks, rows, strict=True)]


def spell_id(raw: bytes) -> str:
    """A WARC record's id as its header spells it."""
    text = bytes(raw).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def capture_of(row: Mapping[str, Any], page: Any) -> Capture:
    """A Capture from its row and its page's `url`, `role` and `source_id`."""
    return Capture(
        id=CaptureId(row["id"]),
        record_id=spell_id(row["record_id"]),
        record_sha256=row["record_sha256"],
        page_id=PageId(row["page_id"]),
        url=page.url,
        role=Role(page.role),
        source_id=None if page.source_id is None else SourceId(page.source_id),
        feed_id=None if row["feed_id"] is None else FeedId(row["feed_id"]),
        run_id=row["run_id"],
        captured_at=row["captured_at"],
        vantage=row["vantage"],
        kind=CaptureKind(row["kind"]),
        status=row["status"],
        error=None if row["error"] is None else ErrorClass(row["error"]),
        message=row["message"],
        truncated=row["truncated"],
        final_url=row["final_url"],
        media_type=row["media_type"],
        charset=row["charset"],
        content_encoding=row["content_encoding"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        payload_sha256=row["payload_sha256"],
        payload_length=row["payload_length"],
        refers_to=None if row["refers_to"] is None else CaptureId(row["refers_to"]),
        warc_file=row["warc_file"],
        warc_offset=row["warc_offset"],
        warc_length=row["warc_length"],
        via=row["via"],
    )


# Of one look alone: nothing a later one is compared with.
_PASSING = frozenset({"records", "previous", "run", "started_at", "finished_at", "via"})


def _remembered(facts: Mapping[str, Any]) -> bytes:
    return deflated(ledger.canonical({key: value for key, value in facts.items() if key not in _PASSING}))


def _put_pages(conn: sa.Connection, looks: Sequence[Indexable], at: datetime) -> dict[str, Any]:
    parts = {look.part_of for look in looks if look.part_of is not None}
    keys = sorted({url_key(look.url) for look in looks} | {url_key(url) for url in parts})
    pages = {row.url_key: row for row in conn.execute(_PAGES, {"keys": keys})}
    new = [look for look in looks if url_key(look.url) not in pages]
    # A list's page is one even where an entry led to it first.
    now_feeds = [
        pages[key].id
        for look in looks
        if look.role is Role.FEED and (key := url_key(look.url)) in pages and pages[key].role != Role.FEED
    ]
    if now_feeds:
        conn.execute(sa.update(tables.page).where(tables.page.c.id.in_(now_feeds)).values(role=Role.FEED.value))
    insert_missing(
        conn,
        tables.page,
        [
            {
                "url_key": url_key(look.url),
                "url": look.url,
                "source_id": look.source_id,
                "feed_id": look.feed_id,
                "role": look.role.value,
                "part_of": pages[url_key(look.part_of)].id if look.part_of and url_key(look.part_of) in pages else None,
                "part_number": look.part_number,
                "first_seen": at,
            }
            for look in new
        ],
    )
    if new or now_feeds:
        pages = {row.url_key: row for row in conn.execute(_PAGES, {"keys": keys})}
    return pages


def _in_time(
    conn: sa.Connection, looks: Sequence[Indexable], rows: Sequence[Mapping[str, Any]]
) -> tuple[list[Indexable], list[Mapping[str, Any]]]:
    """The looks that say what their page is like now: not those imported of a time before its newest look, nor what
    only its list carries.

    When a page that is known is due, no import changes.
    """
    imported = {row["page_id"] for row in rows if row["via"]}
    newest: dict[int, datetime] = {}
    due: dict[int, datetime | None] = {}
    if imported:
        state = tables.page_state.c
        query = (
            sa.select(state.page_id, state.next_due_at, tables.capture.c.captured_at)
            .outerjoin(tables.capture, tables.capture.c.id == state.last_capture_id)
            .where(state.page_id.in_(imported))
        )
        for found in conn.execute(query):
            due[found.page_id] = found.next_due_at
            if found.captured_at is not None:
                newest[found.page_id] = found.captured_at
    kept: list[tuple[Indexable, Mapping[str, Any]]] = []
    for look, row in zip(looks, rows, strict=True):
        page, at = row["page_id"], row["captured_at"]
        if row["via"] and (row["via"]["how"] == CARRIED or (page in newest and at < newest[page])):
            continue
        newest[page] = at
        kept.append((replace(look, next_due_at=due[page]) if row["via"] and page in due else look, row))
    return [look for look, _ in kept], [row for _, row in kept]


def _put_states(conn: sa.Connection, looks: Sequence[Indexable], rows: Sequence[Mapping[str, Any]]) -> None:
    # By page: two looks of one batch at one page are one row, and the later one holds.
    states: dict[int, dict[str, object]] = {}
    known: dict[int, dict[str, object]] = {}
    for look, row in zip(looks, rows, strict=True):
        if row["compares"]:
            # What another vantage got is no predecessor: neither its validators nor its text are the usual one's.
            continue
        page = row["page_id"]
        good = row["error"] is None and (look.kind is CaptureKind.REVISIT or 200 <= (row["status"] or 0) < 300)
        # A 304 shows what its predecessor showed: the page's good look stays that one.
        fresh = good and row["status"] != 304
        before = states.get(page, {"good_capture_id": None, "looks": 0})
        states[page] = {
            "page_id": page,
            "next_due_at": look.next_due_at,
            "last_capture_id": row["id"],
            "good_capture_id": row["id"] if fresh else before["good_capture_id"],
            "run_id": row["run_id"],
            "looks": int(str(before["looks"])) + 1,
        }
        rendered = (look.facts.get("agent") or {}).get("rendered") or {}
        # A page that could not be rendered is not what the next look is compared with.
        if fresh and look.kind is CaptureKind.RESPONSE and not row["truncated"] and not rendered.get("failure"):
            known[page] = {"page_id": page, "capture_id": row["id"], "record": _remembered(look.facts)}
    _STATES.put(conn, list(states.values()))
    _KNOWN.put(conn, list(known.values()))
