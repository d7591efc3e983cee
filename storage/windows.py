"""What one window holds: the facts of a digest, chosen by when they were told, so that nothing falls between two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from storage import alarms, alerts, attachments, documents, feeds, hits, ledger, moves, pages, reviews, sources
from storage.derived_tables import alert, document, snapshot
from storage.digests import (
    AlertFacts,
    ChangeFacts,
    DigestFacts,
    FollowUpFacts,
    MendedFacts,
    Named,
    PageFacts,
    TroubleFacts,
)
from storage.findings import Alert, AlertKind, DocumentKind, GoneAs, PageState
from storage.records import PageId, Role, Sha256, SourceId
from storage.subjects import chunks
from storage.tables import capture, page
from storage.tables import ledger as lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from storage.findings import Document, FeedHealth, Snapshot
    from storage.ledger import Act
    from storage.records import CaptureId, Page, Source

_TAKEDOWNS = ("suspected-gone", "gone", "returned")
_UNSEEN = ("blocked", "failing", "redesigned", "never-seen", "silent")
# A new rule can find thousands of old pages; so many of them are given with their text.
_RETROACTIVE_TEXTS = 200
# Captures are numbered in the order they were kept, which is nearly, not exactly, the order of their times.
_SLACK = timedelta(hours=2)


class _Alerted(NamedTuple):
    """A snapshot that alerted, and when that was told."""

    snapshot_id: CaptureId
    told_at: datetime


class Told(NamedTuple):
    """One act, the page it is about, and the snapshots of that page that alerted, oldest telling first."""

    act: Act
    page: Page
    alerts: list[_Alerted]


def collect(
    conn: sa.Connection, *, start: datetime, end: datetime, health: Mapping[SourceId, FeedHealth]
) -> DigestFacts:
    """Everything told and counted from `start` until just before `end`. `health` is judged by the caller."""
    watched = {source.id: source for source in sources.load(conn)}
    named = {source.id: _named(source) for source in sources.load(conn, include_disabled=True)}
    told = alerts.listing(conn, since=start, until=end)
    acts, moved = moves.fold(conn, _acts(conn, start, end), end=end)
    alerted = [one for one in acts if _had_alerted(conn, one)]
    taken_down = {one.page.id for one in alerted if one.act.event != "edited"}
    others = {one.page.id for one in acts if one.act.event in _TAKEDOWNS and one.page.role == Role.PAGE} - taken_down
    seq, head = _head(conn, end)
    return DigestFacts(
        alerts=_alert_facts(conn, told, named, end),
        earlier=_earlier(conn, told, named, start, end),
        changes=tuple(_change(conn, one, named, end) for one in alerted),
        moves=moved,
        pages={page_id: _page(conn, page_id, end) for page_id in sorted(taken_down)},
        troubles=tuple(_troubles(watched, named, health, _alive_elsewhere(conn, end))),
        mended=tuple(
            MendedFacts(source=named[one.source_id], alarm=one)
            for one in alarms.mended(conn, start, end)
            if one.source_id in watched
        ),
        follow_ups=_follow_ups(conn, end),
        suppressed=hits.suppressed_counts(conn, start, end),
        sources=len(watched),
        answered=len(_answered(conn, start, end) & set(watched)),
        other_takedowns=len(others),
        ledger_seq=seq,
        ledger_head=head,
        **_counts(conn, start, end),
    )


def _named(source: Source) -> Named:
    return Named(
        id=source.id,
        name_zh=source.name_zh,
        name_en=source.name_en,
        agency=source.agency,
        level=source.level,
        province=source.province,
        place=source.place,
    )


# --- alerts ----------------------------------------------------------------------------------------


def _alert_facts(
    conn: sa.Connection, told: Sequence[Alert], named: Mapping[SourceId, Named], end: datetime
) -> tuple[AlertFacts, ...]:
    retroactive = [one for one in told if one.kind == AlertKind.RETROACTIVE]
    without_text = {one.id for one in retroactive[_RETROACTIVE_TEXTS:]}
    texts = _texts(conn, {one.snapshot_id for one in told if one.id not in without_text})
    states = _states(conn, {one.page_id for one in told}, end)
    listed = feeds.listed(conn, {one.url for one in told})
    owners = attachments.owners(conn, {one.page_id for one in told})
    found = ((one, _facts(one, texts.get(one.snapshot_id), named, states)) for one in told)
    return tuple(
        replace(facts, layout=listed.get(facts.alert.url, feeds.Listed()).layout, owners=owners.get(one.page_id, ()))
        for one, facts in found
    )


def _facts(
    one: Alert,
    text: Document | None,
    named: Mapping[SourceId, Named],
    states: Mapping[PageId, tuple[PageState, datetime]],
    also: tuple[str, ...] = (),
) -> AlertFacts:
    state, since = states.get(one.page_id, (None, None))
    return AlertFacts(
        alert=one,
        title=text.title if text else one.title,
        body=text.body if text else "",
        publisher=text.publisher if text else None,
        source=named.get(SourceId(one.source_id), Named(id=one.source_id)) if one.source_id else None,
        state=state,
        state_since=since,
        also=also,
    )


def _texts(conn: sa.Connection, ids: Iterable[CaptureId]) -> dict[CaptureId, Document]:
    found = documents.snapshots_by_id(conn, sorted(ids))
    parts = documents.parts_of(conn, found)
    return {number: documents.join(read) for number, read in parts.items() if read}


def _earlier(
    conn: sa.Connection, told: Sequence[Alert], named: Mapping[SourceId, Named], start: datetime, end: datetime
) -> dict[str, AlertFacts]:
    """For each cluster of the window, the alert that told its text first, before the window."""
    clusters = sorted({one.cluster for one in told if one.cluster})
    first: dict[str, list[str]] = {}
    for some in chunks(clusters):
        query = (
            sa.select(alert.c.cluster, alert.c.id, alert.c.snapshot_id)
            .where(alert.c.cluster.in_(some), alert.c.told_at < start)
            .order_by(alert.c.told_at, alert.c.snapshot_id, alert.c.id)
        )
        for row in conn.execute(query):
            first.setdefault(row.cluster, []).append(row.id)
    found = {}
    for cluster, ids in first.items():
        of_cluster = [alerts.find(conn, one) for one in ids]
        head = of_cluster[0]
        texts = _texts(conn, [head.snapshot_id])
        also = tuple(sorted({one.concept for one in of_cluster}))
        states = _states(conn, {head.page_id}, end)
        found[cluster] = _facts(head, texts.get(head.snapshot_id), named, states, also)
    return found


def _states(conn: sa.Connection, wanted: set[PageId], end: datetime) -> dict[PageId, tuple[PageState, datetime]]:
    """What was last told, before `end`, of those of these pages that are no longer served."""
    keys: dict[str, PageId] = {}
    for some in chunks(sorted(wanted)):
        rows = conn.execute(sa.select(page.c.url_key, page.c.id).where(page.c.id.in_(some)))
        keys.update({row.url_key: row.id for row in rows})
    last: dict[PageId, tuple[PageState, datetime]] = {}
    for told in ledger.acts(conn, events=(*_TAKEDOWNS, "hidden"), until=end) if keys else ():
        page_id = keys.get(_key(told))
        if page_id is not None:
            # Hidden from one vantage is alive: no more than a page that came back is it gone.
            state = PageState.RETURNED if told.event == "hidden" else PageState(told.event)
            last[page_id] = (state, told.at)
    return {page_id: state for page_id, state in last.items() if state[0] != PageState.RETURNED}


# --- takedowns, returns, edits ---------------------------------------------------------------------


def _key(told: Act) -> str:
    """An act's subject is the page's key and the capture's id."""
    return told.subject.rpartition(" ")[0]


def _acts(conn: sa.Connection, start: datetime, end: datetime) -> list[Told]:
    found = list(ledger.acts(conn, events=(*_TAKEDOWNS, "hidden", "edited"), since=start, until=end))
    by_key: dict[str, Page] = {}
    for some in chunks(sorted({_key(told) for told in found})):
        rows = conn.execute(sa.select(page).where(page.c.url_key.in_(some)))
        by_key.update({row.url_key: pages.page_of(row) for row in rows})
    told_of: dict[PageId, list[_Alerted]] = {}
    for some_pages in chunks(sorted(one.id for one in by_key.values())):
        query = (
            sa.select(alert.c.page_id, alert.c.snapshot_id, alert.c.told_at)
            .where(alert.c.page_id.in_(some_pages), alert.c.told_at < end)
            .order_by(alert.c.told_at, alert.c.snapshot_id)
        )
        for row in (*conn.execute(query), *attachments.alerts_of_articles(conn, some_pages, end)):
            told_of.setdefault(row.page_id, []).append(_Alerted(row.snapshot_id, row.told_at))
    known = ((told, by_key.get(_key(told))) for told in found)
    return [Told(told, of, told_of.get(of.id, [])) for told, of in known if of is not None]


def _had_alerted(conn: sa.Connection, told: Told) -> bool:
    """Had the page alerted by then? The alert that an edit itself raised does not make it one of an alerted page."""
    if told.act.event != "edited":
        return bool(told.alerts)
    new = _snapshot(conn, told.act.body.get("snapshot_new"))
    return any(row.snapshot_id < (new.id if new else 0) for row in told.alerts)


def _snapshot(conn: sa.Connection, short: object) -> Snapshot | None:
    return documents.find_snapshot(conn, str(short)) if short else None


def _change(conn: sa.Connection, told: Told, named: Mapping[SourceId, Named], end: datetime) -> ChangeFacts:
    body = told.act.body
    old, new = (_snapshot(conn, body.get(name)) for name in ("snapshot_old", "snapshot_new"))
    last = new or _last_snapshot(conn, told.page.id, end)
    text = documents.of_snapshot(conn, last) if last else None
    before = documents.of_snapshot(conn, old) if old else None
    owners = attachments.owners(conn, [told.page.id]).get(told.page.id, ())
    kept = sa.select(sa.func.count()).where(capture.c.page_id == told.page.id, capture.c.captured_at < end)
    return ChangeFacts(
        event=told.act.event,
        at=told.act.at,
        page_id=told.page.id,
        url=told.page.url,
        title=(text.title if text else "") or (owners[0].text if owners else ""),
        source=named.get(told.page.source_id, Named(id=told.page.source_id)) if told.page.source_id else None,
        alerted_at=told.alerts[0].told_at,
        reason=str(body.get("reason") or ""),
        gone_as=GoneAs(str(body["gone_as"])) if body.get("gone_as") else None,
        from_state=str(body["from"]) if body.get("from") else None,
        captures=conn.execute(kept).scalar_one(),
        snapshot=last.short if last else None,
        snapshot_old=old.short if old else None,
        text_old=_whole(before),
        text_new=_whole(text) if old else "",
        owners=owners,
    )


def _whole(text: Document | None) -> str:
    return f"{text.title}\n{text.body}" if text else ""


def _last_snapshot(conn: sa.Connection, page_id: PageId, end: datetime) -> Snapshot | None:
    return next((one for one in reversed(documents.snapshots(conn, page_id)) if one.captured_at < end), None)


def _page(conn: sa.Connection, page_id: PageId, end: datetime) -> PageFacts:
    """A page as it stood at the end of the window."""
    known = pages.by_id(conn, page_id)
    looks = [one for one in pages.captures(conn, page_id) if one.captured_at < end]
    bad = dict(documents.not_live(conn, [one.id for one in looks]))
    good = [one for one in looks if one.status and one.status < 400 and one.id not in bad]
    kept = [one for one in documents.snapshots(conn, page_id) if one.captured_at < end]
    text = documents.of_snapshot(conn, kept[-1]) if kept else None
    return PageFacts(
        url=known.url,
        source=known.source_id,
        kind=text.kind if text else "document" if attachments.owners(conn, [page_id]) else "article",
        first_seen=looks[0].captured_at if looks else end,
        last_checked=looks[-1].captured_at if looks else None,
        last_ok=good[-1].captured_at if good else None,
        snapshots=len(kept),
        http_status=looks[-1].status if looks else None,
    )


# --- sources, follow-ups, counts -------------------------------------------------------------------


def _troubles(
    watched: Mapping[SourceId, Source],
    named: Mapping[SourceId, Named],
    health: Mapping[SourceId, FeedHealth],
    elsewhere: Mapping[SourceId, str],
) -> Iterable[TroubleFacts]:
    for source_id, source in watched.items():
        found = health.get(source_id)
        if found is None or (found.health not in _UNSEEN and not found.alarms):
            continue
        yield TroubleFacts(
            source=named[source_id],
            health=found.health,
            error=found.error,
            since=found.since or (found.last_new if found.health == "silent" else None),
            message=found.message,
            last_ok=found.last_ok,
            last_new=found.last_new,
            looks=found.looks,
            vantage=source.vantage,
            alarms=found.alarms,
            alive_from=elsewhere.get(source_id),
        )


def _alive_elsewhere(conn: sa.Connection, end: datetime) -> dict[SourceId, str]:
    """For each source of which a list was last told, before `end`, as hidden from its usual vantage: who sees it."""
    last: dict[str, str | None] = {}
    for told in ledger.acts(conn, events=("hidden", "returned"), until=end):
        last[_key(told)] = str(told.body["alive_from"]) if told.event == "hidden" else None
    keys = [key for key, alive_from in last.items() if alive_from]
    found: dict[SourceId, str] = {}
    for some in chunks(keys):
        query = sa.select(page.c.url_key, page.c.source_id).where(page.c.url_key.in_(some), page.c.role == Role.FEED)
        found.update((row.source_id, last[row.url_key] or "") for row in conn.execute(query) if row.source_id)
    return found


def _follow_ups(conn: sa.Connection, end: datetime) -> tuple[FollowUpFacts, ...]:
    found = []
    stands = {key: one for key, one in reviews.standing(conn, until=end).items() if one.status == "follow-up"}
    for one in alerts.by_ids(conn, stands):
        stand = stands[one.id]
        assert stand.marked_at is not None
        found.append(FollowUpFacts(alert=one, who=stand.who, at=stand.marked_at, reason=stand.reason, due=stand.due))
    return tuple(sorted(found, key=lambda one: (one.at, one.alert.id)))


def _first_capture(conn: sa.Connection, moment: datetime) -> int:
    """A capture's number before which nothing is as new as `moment`: found by halving, for times have no index."""
    low, high = 0, conn.execute(sa.select(sa.func.max(capture.c.id))).scalar() or 0
    while low < high:
        middle = (low + high) // 2
        query = sa.select(capture.c.captured_at).where(capture.c.id > middle).order_by(capture.c.id).limit(1)
        at = conn.execute(query).scalar()
        if at is None or at >= moment - _SLACK:
            high = middle
        else:
            low = middle + 1
    return low


def _answered(conn: sa.Connection, start: datetime, end: datetime) -> set[SourceId]:
    """The sources one of whose lists answered in the window."""
    query = (
        sa.select(page.c.source_id)
        .distinct()
        .join(capture, capture.c.page_id == page.c.id)
        .where(capture.c.id >= _first_capture(conn, start), capture.c.captured_at >= start, capture.c.captured_at < end)
        .where(page.c.role == Role.FEED.value, capture.c.error.is_(None), capture.c.status.between(200, 399))
    )
    return set(conn.execute(query).scalars())


def _counts(conn: sa.Connection, start: datetime, end: datetime) -> dict[str, int]:
    bound = _first_capture(conn, start)
    in_window = (capture.c.id >= bound, capture.c.captured_at >= start, capture.c.captured_at < end)
    looks = sa.select(sa.func.count()).select_from(capture).join(page, page.c.id == capture.c.page_id).where(*in_window)
    unread = sa.select(sa.func.count(sa.distinct(capture.c.page_id))).join(
        document, document.c.capture_id == capture.c.id
    )
    roles = (Role.FEED.value, Role.PAGE.value, Role.PART.value)
    new = sa.select(sa.func.count()).select_from(snapshot).join(capture, capture.c.id == snapshot.c.id)
    before = capture.alias("before")
    again = sa.select(sa.func.count(sa.distinct(capture.c.page_id))).join(page, page.c.id == capture.c.page_id)
    seen_before = sa.exists().where(before.c.page_id == capture.c.page_id, before.c.id < capture.c.id)
    return {
        "unread": conn.execute(
            unread.where(document.c.kind == DocumentKind.DOCUMENT, document.c.body == "", *in_window)
        ).scalar_one(),
        "crawled": conn.execute(looks.where(page.c.role.in_(roles))).scalar_one(),
        "new": conn.execute(new.where(snapshot.c.ordinal == 1, *in_window)).scalar_one(),
        "rechecked": conn.execute(again.where(page.c.role == Role.PAGE.value, seen_before, *in_window)).scalar_one(),
    }


def _head(conn: sa.Connection, end: datetime) -> tuple[int, Sha256 | None]:
    query = sa.select(lines.c.seq, lines.c.chain).where(lines.c.time < ledger.stamp(end + timedelta(seconds=1)))
    row = conn.execute(query.order_by(lines.c.seq.desc()).limit(1)).first()
    return (row.seq, Sha256(row.chain)) if row else (0, None)


def begun(conn: sa.Connection) -> datetime | None:
    """When the first capture was made; None before it."""
    found: datetime | None = conn.execute(sa.select(capture.c.captured_at).order_by(capture.c.id).limit(1)).scalar()
    return found
