"""What people ask of pages: the list of those that are known, and everything that happened to one."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage.derived_tables import document, snapshot, standing, verdict
from storage.findings import DocumentKind, Outcome, PageState
from storage.records import CARRIED, CaptureKind, ErrorClass, Role
from storage.subjects import chunks
from storage.tables import act, capture, page, page_known, page_state
from storage.unlisted import unlisted_since

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from storage.records import Page

# The changes of a page that are told, in the order in which they follow its look. `unreachable` is told as the
# failures it consists of: interface.md has no event of that name.
_TOLD = {
    "edited": "edited",
    "suspected-gone": "suspected-gone",
    "gone": "gone",
    "returned": "returned",
    "hidden": "hidden",
    "blocked": "blocked",
    "unreachable": "failed",
}


_ANSWERS = frozenset({"captured", "unchanged", "edited", "returned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """One line of `urls list`. `unread`: the media type of a file that is kept and could not be read.

    `absent`: how the site said that there is no such page (`answers 404`, `deleted_by_publisher`), of a page that was
    never seen alive. By evidence.md such a page stands as unreachable, for what was never seen is never taken down.
    """

    url: str
    source_id: str | None
    kind: str
    state: str | None
    since: datetime | None
    first_seen: datetime
    last_checked: datetime
    last_ok: datetime | None
    snapshots: int
    http_status: int | None
    gone_as: str | None
    unread: str | None = None
    absent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of `history`: a look, or a change told of the page. `capture` is the look, whatever it showed."""

    at: datetime
    event: str
    snapshot: str | None
    sha256: str | None
    http_status: int | None
    final_url: str | None
    note: str | None
    vantage: str | None = None
    capture: str | None = None


# What a look at a further part did that was no edit.
_COMPLETED = "a further part of the article"
_LAST = capture.alias("last")
_SEEN = capture.alias("seen")
_SAID = verdict.alias("said")
_SNAPSHOTS = sa.select(sa.func.count()).where(snapshot.c.page_id == page.c.id).scalar_subquery()
_READ = document.alias("read")
_KIND = (
    sa.select(_READ.c.kind)
    .join(snapshot, snapshot.c.id == _READ.c.capture_id)
    .where(snapshot.c.page_id == page.c.id)
    .order_by(snapshot.c.ordinal.desc())
    .limit(1)
    .scalar_subquery()
)
_FULL = capture.alias("full")
# The look that shows what the page is: the last full one, where there is none (all were cut) the last.
_SHOWN = sa.func.coalesce(page_known.c.capture_id, page_state.c.last_capture_id)
_LAST_OK = (
    sa.select(sa.func.max(_SEEN.c.captured_at))
    .outerjoin(verdict, verdict.c.capture_id == _SEEN.c.id)
    .where(_SEEN.c.page_id == page.c.id, verdict.c.capture_id.is_(None))
    .where(sa.or_(_SEEN.c.kind == CaptureKind.REVISIT, _SEEN.c.status.between(200, 299)))
    # What a list carries of a page shows that list.
    .where(sa.or_(_SEEN.c.via.is_(None), _SEEN.c.via["how"].as_string() != CARRIED))
    .scalar_subquery()
)


def listing(conn: sa.Connection, *, state: PageState | None = None, source_id: str | None = None) -> Iterator[PageRow]:
    """The pages that sources list and the pages of the lists, as far as they were ever looked at, by source and URL."""
    query = (
        sa.select(
            page.c.url,
            page.c.source_id,
            page.c.role,
            page.c.first_seen,
            standing.c.state,
            standing.c.since,
            standing.c.gone_as,
            _LAST.c.captured_at.label("last_checked"),
            _LAST.c.status.label("http_status"),
            _SNAPSHOTS.label("snapshots"),
            _KIND.label("kind"),
            _LAST_OK.label("last_ok"),
            _FULL.c.media_type,
            document.c.kind.label("last_kind"),
            (document.c.body == "").label("is_empty"),
            (_SAID.c.outcome == Outcome.GONE).label("is_gone"),
            _SAID.c.reason,
        )
        .join(page_state, page_state.c.page_id == page.c.id)
        .join(_LAST, _LAST.c.id == page_state.c.last_capture_id)
        .outerjoin(standing, standing.c.page_id == page.c.id)
        .outerjoin(_SAID, _SAID.c.capture_id == _LAST.c.id)
        .outerjoin(page_known, page_known.c.page_id == page.c.id)
        .outerjoin(_FULL, _FULL.c.id == _SHOWN)
        .outerjoin(document, document.c.capture_id == _SHOWN)
        .where(page.c.role.in_((Role.PAGE, Role.FEED)))
        .order_by(page.c.source_id, page.c.url)
    )
    if state is not None:
        query = query.where(standing.c.state == state)
    if source_id is not None:
        query = query.where(page.c.source_id == source_id)
    for row in conn.execute(query).mappings():
        values = {name: value for name, value in row.items() if name not in _OF_KIND}
        values["kind"] = _kind_of(row)
        if row["state"] not in (PageState.SUSPECTED_GONE, PageState.GONE):
            values["gone_as"] = None
        if row["last_kind"] == DocumentKind.DOCUMENT and row["is_empty"]:
            values["unread"] = row["media_type"] or "unknown"
        if row["state"] == PageState.UNREACHABLE and row["last_ok"] is None:
            values["absent"] = _absent(row)
        yield PageRow(**values)


_NO_SUCH_PAGE = (404, 410)
_OF_KIND = frozenset(("role", "media_type", "last_kind", "is_empty", "is_gone", "reason"))


def _absent(row: Any) -> str | None:
    if row["http_status"] in _NO_SUCH_PAGE:
        return f"answers {row['http_status']}"
    return str(row["reason"]) if row["is_gone"] else None


def _kind_of(row: Any) -> str:
    if row["role"] == Role.FEED:
        return DocumentKind.LIST
    is_file = DocumentKind.DOCUMENT in (row["kind"], row["last_kind"])
    return row["kind"] or (DocumentKind.DOCUMENT if is_file else DocumentKind.ARTICLE)


def history(conn: sa.Connection, known: Page) -> list[Event]:
    """What happened to a page, oldest first: each look, and behind it what was told of it.

    A split article's later pages have looks of their own; what one of them did to the article is told here.
    """
    of_part = (sa.null().label("repeated"), sa.null().label("outcome"), sa.literal(_COMPLETED).label("reason"))
    by_snapshot = sa.select(_LAST, *of_part).join(snapshot, snapshot.c.id == _LAST.c.id)
    shown = list(conn.execute(by_snapshot.where(snapshot.c.page_id == known.id).order_by(snapshot.c.ordinal)))
    payload = capture.alias("payload")
    looks = (
        sa.select(capture, verdict.c.outcome, verdict.c.reason, payload.c.payload_sha256.label("repeated"))
        .outerjoin(verdict, verdict.c.capture_id == capture.c.id)
        .outerjoin(payload, payload.c.id == capture.c.refers_to)
        .where(capture.c.page_id == known.id)
        .order_by(capture.c.captured_at, capture.c.id)
    )
    rows = {row.id: row for row in conn.execute(looks)}
    of_parts = {row.id: row for row in shown if row.id not in rows}
    told = _told(conn, [f"{known.url_key} {row.record_sha256[:32]}" for row in (*rows.values(), *of_parts.values())])
    made = sorted((each.captured_at, each.id, each.record_sha256[:32]) for each in shown)
    events: list[Event] = []
    for number, row in sorted((rows | of_parts).items(), key=lambda one: (one[1].captured_at, one[0])):
        place = bisect_right(made, (row.captured_at, number, "~")) - 1
        shows = number in of_parts or (row.outcome is None and row.status)
        # An imported look of before the first snapshot showed the same as that one.
        current = made[max(place, 0)][2] if shows and made and (place >= 0 or row.via) else None
        own = told.get(f"{known.url_key} {row.record_sha256[:32]}", {})
        if number in rows or not own:
            events.append(_look(row, current))
        events += [_change(row, name, own[name], current) for name in _TOLD if name in own]
    return _with_unlisting(conn, known, events)


def _with_unlisting(conn: sa.Connection, known: Page, events: list[Event]) -> list[Event]:
    """The events, the last with a note where the page still answers and its list names it no more."""
    since = unlisted_since(conn, known.url_key) if events and events[-1].event in _ANSWERS else None
    if since is not None:
        said = f"unlisted: still served, and not on its list since {since.isoformat(timespec='seconds')}"
        events[-1] = replace(events[-1], note="; ".join(part for part in (events[-1].note, said) if part))
    return events


def _look(row: Any, current: str | None) -> Event:
    return Event(
        at=row.captured_at,
        event=_event_of(row),
        snapshot=current,
        sha256=row.payload_sha256 or row.repeated,
        http_status=row.status,
        final_url=row.final_url,
        note=_note(row),
        vantage=row.vantage,
        capture=row.record_sha256[:32],
    )


def _event_of(row: Any) -> str:
    if row.error == ErrorClass.BLOCKED or row.outcome == "blocked":
        return "blocked"
    if row.kind == CaptureKind.ERROR or row.outcome == "unreachable":
        return "failed"
    return "unchanged" if row.kind == CaptureKind.REVISIT else "captured"


def _note(row: Any) -> str | None:
    parts = [row.reason or ": ".join(part for part in (row.error, row.message) if part)]
    # The message of what its list carried says so itself.
    if row.via and row.via.get("how") != CARRIED:
        parts.append(_imported_from(row.via))
    if row.truncated:
        parts.append("body cut")
    return "; ".join(part for part in parts if part) or None


def _imported_from(via: Mapping[str, Any]) -> str:
    told = {"mtime": ", its time is the file's", "option": ", its time was given"}.get(str(via.get("time_from")), "")
    told += f", published by {via['publisher']}, as was told" if via.get("publisher") else ""
    note = f" ({via['note']})" if via.get("note") else ""
    return f"imported from {via.get('file')} on {str(via.get('at'))[:10]}{told}{note}"


def _change(row: Any, name: str, body: Mapping[str, Any], current: str | None) -> Event:
    if name == "edited":
        note = f"{body.get('added')} sentences added, {body.get('removed')} removed"
    else:
        note = "; ".join(
            str(part)
            for part in (name if name == "unreachable" else None, body.get("gone_as"), body.get("reason"))
            if part
        )
    return Event(
        at=row.captured_at,
        event=_TOLD[name],
        snapshot=current,
        sha256=row.payload_sha256 or row.repeated,
        http_status=row.status,
        final_url=row.final_url,
        note=note or None,
        capture=row.record_sha256[:32],
    )


def _told(conn: sa.Connection, subjects: Sequence[str]) -> dict[str, dict[str, Mapping[str, Any]]]:
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for some in chunks(subjects):
        query = sa.select(act.c.event, act.c.subject, act.c.body).where(act.c.event.in_(_TOLD), act.c.subject.in_(some))
        for row in conn.execute(query):
            found.setdefault(row.subject, {})[row.event] = json.loads(row.body)
    return found
