"""What was told of pages in a window: takedowns, returns and edits, with what the digest says of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from storage import (
    arrivals,
    attachments,
    documents,
    ledger,
    pages,
)
from storage.derived_tables import alert, verdict
from storage.digests import (
    ChangeFacts,
    Named,
)
from storage.findings import GoneAs
from storage.records import CaptureKind, PageId, SourceId
from storage.subjects import chunks
from storage.tables import capture, page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.findings import Document, Snapshot
    from storage.ledger import Act
    from storage.records import CaptureId, Page

_TAKEDOWNS = ("suspected-gone", "gone", "returned")


class _Alerted(NamedTuple):
    """An alert's id, the snapshot that it is of, and when it was told."""

    id: str
    snapshot_id: CaptureId
    told_at: datetime


class Told(NamedTuple):
    """One act, the page it is about, and the snapshots of that page that alerted, oldest telling first."""

    act: Act
    page: Page
    alerts: list[_Alerted]


def key_of(told: Act) -> str:
    """An act's subject is the page's key and the capture's id."""
    return told.subject.rpartition(" ")[0]


def acts_of(conn: sa.Connection, start: datetime, end: datetime) -> list[Told]:
    """What was told of pages from `start` until just before `end`, each with the alerts its page had."""
    found = list(ledger.acts(conn, events=(*_TAKEDOWNS, "hidden", "edited"), since=start, until=end))
    by_key: dict[str, Page] = {}
    for some in chunks(sorted({key_of(told) for told in found})):
        rows = conn.execute(sa.select(page).where(page.c.url_key.in_(some)))
        by_key.update({row.url_key: pages.page_of(row) for row in rows})
    told_of: dict[PageId, list[_Alerted]] = {}
    for some_pages in chunks(sorted(one.id for one in by_key.values())):
        query = (
            sa.select(alert.c.page_id, alert.c.id, alert.c.snapshot_id, alert.c.told_at)
            .where(alert.c.page_id.in_(some_pages), alert.c.told_at < end)
            .order_by(alert.c.told_at, alert.c.snapshot_id)
        )
        for row in (*conn.execute(query), *attachments.alerts_of_articles(conn, some_pages, end)):
            told_of.setdefault(row.page_id, []).append(_Alerted(row.id, row.snapshot_id, row.told_at))
    known = ((told, by_key.get(key_of(told))) for told in found)
    return [Told(told, of, told_of.get(of.id, [])) for told, of in known if of is not None]


def last_states(told: Sequence[Told]) -> list[Told]:
    """The acts but for the states that the window itself left behind again: by the ledger's order, for several may
    have been told in one moment."""
    last = {one.page.id: one.act.seq for one in told if one.act.event != "edited"}
    return [one for one in told if one.act.event == "edited" or last[one.page.id] == one.act.seq]


def had_alerted(conn: sa.Connection, told: Told) -> bool:
    """Had the page alerted by then? The alert that an edit itself raised does not make it one of an alerted page."""
    if told.act.event != "edited":
        return bool(told.alerts)
    new = _snapshot(conn, told.act.body.get("snapshot_new"))
    return any(row.snapshot_id < (new.id if new else 0) for row in told.alerts)


def _snapshot(conn: sa.Connection, short: object) -> Snapshot | None:
    return documents.find_snapshot(conn, str(short)) if short else None


def change_of(conn: sa.Connection, told: Told, named: Mapping[SourceId, Named], end: datetime) -> ChangeFacts:
    body = told.act.body
    old, new = (_snapshot(conn, body.get(name)) for name in ("snapshot_old", "snapshot_new"))
    last = new or _last_snapshot(conn, told.page.id, end)
    text = documents.of_snapshot(conn, last) if last else None
    before = documents.of_snapshot(conn, old) if old else None
    owners = attachments.owners(conn, [told.page.id]).get(told.page.id, ())
    signs, since = _signs(conn, told) if told.act.event == "gone" else (0, None)
    return ChangeFacts(
        event=told.act.event,
        at=told.act.at,
        page_id=told.page.id,
        url=told.page.url,
        title=(text.title if text else "") or (owners[0].text if owners else ""),
        source=named.get(told.page.source_id, Named(id=told.page.source_id)) if told.page.source_id else None,
        alert=told.alerts[-1].id,
        alerted_at=told.alerts[0].told_at,
        reason=str(body.get("reason") or ""),
        gone_as=GoneAs(str(body["gone_as"])) if body.get("gone_as") else None,
        from_state=str(body["from"]) if body.get("from") else None,
        captures=_copies(conn, told.page.id, end),
        snapshot=last.short if last else None,
        snapshot_old=old.short if old else None,
        text_old=_whole(before),
        text_new=_whole(text) if old else "",
        signs=signs,
        signs_since=since,
        owners=owners,
        characters=_characters(body),
        words_gone=_words_gone(conn, told.page.id, _whole(before), _whole(text), end) if old else (),
    )


def _characters(body: Mapping[str, object]) -> tuple[int, int] | None:
    found = [body.get(name) for name in ("characters_added", "characters_removed")]
    return (int(str(found[0])), int(str(found[1]))) if None not in found else None


def _words_gone(conn: sa.Connection, page_id: PageId, before: str, now: str, end: datetime) -> tuple[str, ...]:
    """The words that made the page alert, where an edit took them away."""
    query = sa.select(alert.c.body).where(alert.c.page_id == page_id, alert.c.told_at < end).order_by(alert.c.id)
    matched = dict.fromkeys(str(body["matched"]) for body in conn.execute(query).scalars())
    return tuple(words for words in matched if words in before and words not in now)


def _copies(conn: sa.Connection, page_id: PageId, end: datetime) -> int:
    """The looks that keep what the page showed: neither those that found it gone nor those that got no answer."""
    query = (
        sa.select(sa.func.count())
        .select_from(capture.outerjoin(verdict, verdict.c.capture_id == capture.c.id))
        .where(capture.c.page_id == page_id, verdict.c.capture_id.is_(None), arrivals.arrived_before(end))
    )
    return conn.execute(query.where(capture.c.kind == CaptureKind.RESPONSE)).scalar_one()


def _signs(conn: sa.Connection, told: Told) -> tuple[int, datetime | None]:
    """How many looks, since when, led from the first sign that a page is gone to the telling that it is."""
    since = ledger.last_told(conn, "suspected-gone", key_of(told.act), until=told.act.at)
    if since is None:
        return 0, None
    # The look that showed it was made just before it was told.
    query = sa.select(sa.func.count()).where(
        capture.c.page_id == told.page.id, capture.c.captured_at > since, capture.c.captured_at <= told.act.at
    )
    return 1 + conn.execute(query).scalar_one(), since


def _whole(text: Document | None) -> str:
    return f"{text.title}\n{text.body}" if text else ""


def _last_snapshot(conn: sa.Connection, page_id: PageId, end: datetime) -> Snapshot | None:
    return next((one for one in reversed(documents.snapshots(conn, page_id)) if one.arrived_at < end), None)
