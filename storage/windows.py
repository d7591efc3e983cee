"""What one window holds: the facts of a digest, chosen by when they were told, so that nothing falls between two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import (
    alarms,
    alerts,
    arrivals,
    attachments,
    claims,
    counts,
    documents,
    feeds,
    hits,
    ledger,
    moves,
    origins,
    pages,
    reviews,
    runs,
    sources,
)
from storage.changes import acts_of, change_of, had_alerted, key_of, last_states
from storage.derived_tables import alert
from storage.digests import (
    AlertFacts,
    DigestFacts,
    FollowUpFacts,
    MendedFacts,
    Named,
    PageFacts,
    TroubleFacts,
)
from storage.findings import Alert, AlertKind, PageState, Severity
from storage.records import PageId, Role, SourceId
from storage.samples import drawn
from storage.subjects import chunks
from storage.tables import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from storage.changes import Told
    from storage.feed_health import FeedHealth
    from storage.findings import Document
    from storage.origins import Origin
    from storage.records import CaptureId, Source

_TAKEDOWNS = ("suspected-gone", "gone", "returned")
_UNSEEN = ("blocked", "failing", "redesigned", "never-seen", "silent")
# A new rule can find thousands of old pages; so many of them are given with their text.
_RETROACTIVE_TEXTS = 200
_WEEK = timedelta(days=7)


def collect(
    conn: sa.Connection,
    *,
    start: datetime,
    end: datetime,
    health: Mapping[SourceId, FeedHealth],
    samples: int = 0,
    heard: Callable[[Alert], bool] | None = None,
) -> DigestFacts:
    """Everything told and counted from `start` until just before `end`. `health` is judged by the caller.

    `heard`: which alerts a reader was told of (None: of all); what nobody told them before is no earlier text to them.
    `samples`: so many of the week's hits that were held back are drawn for a look.
    """
    watched = {source.id: source for source in sources.load(conn)}
    named = {source.id: named_as(source) for source in sources.load(conn, include_disabled=True)}
    told = alerts.listing(conn, since=start, until=end)
    acts, moved = moves.fold(conn, last_states(acts_of(conn, start, end)), end=end)
    alerted = [one for one in acts if had_alerted(conn, one)]
    taken_down = {one.page.id for one in alerted if one.act.event != "edited"}
    seq, head = counts.ledger_head(conn, end)
    looked_at = counts.counts(conn, start, end)
    return DigestFacts(
        alerts=_alert_facts(conn, told, named, end),
        claims=claims.of_alerts(conn, [one.id for one in told]),
        claims_before=claims.said_before(conn, {one.source_id for one in told if one.source_id}, start),
        earlier=_earlier(conn, told, named, (start, end), heard or (lambda _: True)),
        changes=tuple(change_of(conn, one, named, end) for one in alerted),
        moves=moved,
        pages={page_id: _page(conn, page_id, end) for page_id in sorted(taken_down)},
        troubles=tuple(_troubles(watched, named, health, _alive_elsewhere(conn, end))),
        mended=tuple(_mended(conn, start, end, watched, named)),
        follow_ups=_follow_ups(conn, end),
        suppressed=hits.suppressed_counts(conn, start, end),
        sources=len(watched),
        answered=len(counts.answered(conn, start, end) & set(watched)),
        other_takedowns=len(_pages_away(acts) - taken_down),
        ways_out=runs.ways_out(conn, start, end),
        ledger_seq=seq,
        ledger_head=head,
        samples=drawn(conn, end - _WEEK, end, count=samples, seed=end.date().isoformat()) if samples else (),
        is_idle=not looked_at["crawled"] and not runs.was_made(conn, start, end),
        last_run=runs.last_made(conn, end),
        **looked_at,
    )


def named_as(source: Source) -> Named:
    """A source as people know it."""
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
    came = origins.of_snapshots(conn, [one.snapshot_id for one in told])
    listed = feeds.listed(conn, {one.url for one in told})
    owners = attachments.owners(conn, {one.page_id for one in told})
    shown = arrivals.first_shown(conn, (one.page_id for one in told))
    found = ((one, _facts(one, texts.get(one.snapshot_id), named, states, came)) for one in told)
    return tuple(
        replace(
            facts,
            layout=listed.get(facts.alert.url, feeds.Listed()).layout,
            owners=owners.get(one.page_id, ()),
            page_seen=shown.get(one.page_id),
        )
        for one, facts in found
    )


def _facts(
    one: Alert,
    text: Document | None,
    named: Mapping[SourceId, Named],
    states: Mapping[PageId, tuple[PageState, datetime]],
    came: Mapping[CaptureId, Origin],
    *,
    also: tuple[str, ...] = (),
) -> AlertFacts:
    state, since = states.get(one.page_id, (None, None))
    origin = came.get(one.snapshot_id, origins.UNSAID)
    return AlertFacts(
        alert=one,
        title=text.title if text else one.title,
        body=text.body if text else "",
        source=named.get(SourceId(one.source_id), Named(id=one.source_id)) if one.source_id else None,
        # Of an article in parts the first that names somebody says it.
        origin=replace(origin, publisher=text.publisher) if text else origin,
        state=state,
        state_since=since,
        also=also,
    )


def _texts(conn: sa.Connection, ids: Iterable[CaptureId]) -> dict[CaptureId, Document]:
    found = documents.snapshots_by_id(conn, sorted(ids))
    parts = documents.parts_of(conn, found)
    return {number: documents.join(read) for number, read in parts.items() if read}


def _earlier(
    conn: sa.Connection,
    told: Sequence[Alert],
    named: Mapping[SourceId, Named],
    window: tuple[datetime, datetime],
    heard: Callable[[Alert], bool],
) -> dict[str, AlertFacts]:
    """For each cluster of the window, the alert that told its text first, before the window."""
    start, end = window
    clusters = sorted({one.cluster for one in told if one.cluster})
    first: dict[str, list[str]] = {}
    for some in chunks(clusters):
        query = (
            sa.select(alert.c.cluster, alert.c.id, alert.c.snapshot_id)
            .where(alert.c.cluster.in_(some), alert.c.told_at < start, alert.c.severity != Severity.INFO)
            .order_by(alert.c.told_at, alert.c.snapshot_id, alert.c.id)
        )
        for row in conn.execute(query):
            first.setdefault(row.cluster, []).append(row.id)
    found = {}
    for cluster, ids in first.items():
        of_cluster = [one for one in (alerts.find(conn, each) for each in ids) if heard(one)]
        if of_cluster:
            found[cluster] = _first_told(conn, of_cluster, named, end)
    return found


def _first_told(
    conn: sa.Connection, of_cluster: Sequence[Alert], named: Mapping[SourceId, Named], end: datetime
) -> AlertFacts:
    head = of_cluster[0]
    texts = _texts(conn, [head.snapshot_id])
    also = tuple(sorted({one.concept for one in of_cluster}))
    states, came = _states(conn, {head.page_id}, end), origins.of_snapshots(conn, [head.snapshot_id])
    facts = _facts(head, texts.get(head.snapshot_id), named, states, came, also=also)
    return replace(facts, gravest=min((one.severity for one in of_cluster), key=list(Severity).index))


def _states(conn: sa.Connection, wanted: set[PageId], end: datetime) -> dict[PageId, tuple[PageState, datetime]]:
    """What was last told, before `end`, of those of these pages that are no longer served."""
    keys: dict[str, PageId] = {}
    for some in chunks(sorted(wanted)):
        rows = conn.execute(sa.select(page.c.url_key, page.c.id).where(page.c.id.in_(some)))
        keys.update({row.url_key: row.id for row in rows})
    last: dict[PageId, tuple[PageState, datetime]] = {}
    for told in ledger.acts(conn, events=(*_TAKEDOWNS, "hidden"), until=end) if keys else ():
        page_id = keys.get(key_of(told))
        if page_id is not None:
            # Hidden from one vantage is alive: no more than a page that came back is it gone.
            state = PageState.RETURNED if told.event == "hidden" else PageState(told.event)
            last[page_id] = (state, told.at)
    return {page_id: state for page_id, state in last.items() if state[0] != PageState.RETURNED}


# --- takedowns, returns, edits ---------------------------------------------------------------------


def _pages_away(acts: Iterable[Told]) -> set[PageId]:
    """The pages, no lists, of which the window tells that they went or came back."""
    return {one.page.id for one in acts if one.act.event in _TAKEDOWNS and one.page.role == Role.PAGE}


def _page(conn: sa.Connection, page_id: PageId, end: datetime) -> PageFacts:
    """A page as it stood at the end of the window."""
    known = pages.by_id(conn, page_id)
    kept_looks = [one for one in pages.captures(conn, page_id) if arrivals.arrival(one.captured_at, one.via) < end]
    # What others saw is none of our looks, but the page is known since it came.
    looks = [one for one in kept_looks if one.via is None]
    bad = dict(documents.not_live(conn, [one.id for one in looks]))
    good = [one for one in looks if one.status and one.status < 400 and one.id not in bad]
    kept = [one for one in documents.snapshots(conn, page_id) if one.arrived_at < end]
    text = documents.of_snapshot(conn, kept[-1]) if kept else None
    return PageFacts(
        url=known.url,
        source=known.source_id,
        kind=text.kind if text else "document" if attachments.owners(conn, [page_id]) else "article",
        first_seen=arrivals.arrival(kept_looks[0].captured_at, kept_looks[0].via) if kept_looks else end,
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


def _mended(
    conn: sa.Connection,
    start: datetime,
    end: datetime,
    watched: Mapping[SourceId, Source],
    named: Mapping[SourceId, Named],
) -> Iterable[MendedFacts]:
    for one in alarms.mended(conn, start, end):
        if one.source_id in watched:
            yield MendedFacts(source=named[one.source_id], alarm=one)


def _alive_elsewhere(conn: sa.Connection, end: datetime) -> dict[SourceId, str]:
    """For each source of which a list was last told, before `end`, as hidden from its usual vantage: who sees it."""
    last: dict[str, str | None] = {}
    for told in ledger.acts(conn, events=("hidden", "returned"), until=end):
        last[key_of(told)] = str(told.body["alive_from"]) if told.event == "hidden" else None
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
