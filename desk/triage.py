"""Triage: what is done to one alert is done to its copies, never to its variants; who may confirm; what is undone."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from alerts.syndication import differences
from storage import alerts, derive, documents, reopenings, reviews
from storage.errors import ConfigError
from storage.reviews import Review

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desk.session import Desk
    from storage.database import Connection, Database
    from storage.findings import Alert
    from storage.records import Clock
    from storage.reviews import Stand

_REOPENING, _VERSION = "reopen", "1"


def review(desk: Desk, alert_id: str, act: str, body: Mapping[str, str], *, by: str) -> list[Alert]:
    """Record what a person did with an alert; a mark goes to its copies too. Gives the alerts concerned.

    Raises ConfigError where the act is a confirmation and nobody else found the alert relevant.
    """
    now = desk.clock()
    with desk.database.write() as conn:
        chosen = alerts.find(conn, alert_id)
        if act == reviews.MARK and body["status"] == "confirmed":
            _check_second(chosen, reviews.stand_of(reviews.of_alert(conn, chosen.id)), by)
        concerned = [chosen, *(copies_of(conn, chosen) if act == reviews.MARK else ())]
        first = ""
        for one in concerned:
            made = reviews.next_id(conn, now)
            first = first or made
            said = dict(body) if made == first else {**body, "with": first}
            reviews.add(conn, [Review(id=made, at=now, analyst=by, alert_id=one.id, act=act, body=said)])
    return concerned


def _check_second(chosen: Alert, stand: Stand, by: str) -> None:
    if not stand.readers:
        raise ConfigError(
            f"{chosen.id[:12]}: nobody found it relevant yet (it is {stand.status}); `alerts mark "
            f"{chosen.id[:12]} relevant` is the first reader's, a second person confirms"
        )
    if {_same(reader) for reader in stand.readers} == {_same(by)}:
        raise ConfigError(
            f"{chosen.id[:12]}: {by} found it relevant; another person must confirm it (--by NAME, or LONGARM_ANALYST)"
        )


def _same(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def undo(desk: Desk, alert_id: str | None, *, by: str) -> list[Review]:
    """Take back this person's last act, on one alert or on any, and record that; gives what was taken back.

    Raises ConfigError where there is none, or where another person marked the alert since.
    """
    now = desk.clock()
    with desk.database.write() as conn:
        chosen = alerts.find(conn, alert_id).id if alert_id else None
        last = reviews.last_of(conn, by, alert_id=chosen)
        if last is None:
            where = f" to {chosen[:12]}" if chosen else ""
            raise ConfigError(f"alerts undo: {by} did nothing{where} that could be undone (--by NAME for another)")
        done = reviews.together(conn, last)
        _check_still_last(conn, done[0])
        for one in done:
            taken = Review(
                id=reviews.next_id(conn, now),
                at=now,
                analyst=by,
                alert_id=one.alert_id,
                act=reviews.UNDO,
                body={"undoes": one.id, "what": one.act},
            )
            reviews.add(conn, [taken])
    return done


def _check_still_last(conn: Connection, one: Review) -> None:
    if one.act != reviews.MARK:
        return
    stand = reviews.stand_of(reviews.of_alert(conn, one.alert_id))
    if stand.marked_by not in (one.analyst, reviews.NOBODY):
        raise ConfigError(
            f"{one.alert_id[:12]}: {stand.marked_by} marked it {stand.status} since; "
            f"`alerts mark {one.alert_id[:12]} STATUS` says anew what it is"
        )


def copies_of(conn: Connection, chosen: Alert) -> list[Alert]:
    """The alerts of the same concept on other pages with the same text; where a number, place or name differs, none."""
    if chosen.cluster is None:
        return []
    body = text_of(conn, chosen, "body")
    return [
        one
        for one in alerts.listing(conn, rule=chosen.concept, cluster=chosen.cluster)
        if one.page_id != chosen.page_id and not differences(body, text_of(conn, one, "body"))
    ]


def text_of(conn: Connection, of: Alert, field: str) -> str:
    """The title or the body that an alert was found in; empty where it has not been read (again) yet."""
    found = documents.snapshots_by_id(conn, [of.snapshot_id])
    text = documents.of_snapshot(conn, found[0]) if found else None
    if text is None:
        return ""
    return text.title if field == "title" else text.body


def reopen(database: Database, *, now: Clock) -> int:
    """Make new again every marked alert whose page was edited or taken down since; gives how many.

    Goes on from the ledger's line that it read last, so each change reopens once.
    """
    with database.read() as conn:
        stands = derive.cursors(conn, _REOPENING).get(_REOPENING)
        after = stands[1] if stands and stands[0] == _VERSION else 0
        changes = reopenings.changes(conn, after)
    if not changes:
        return 0
    count = 0
    with database.write() as conn:
        for change in changes:
            count += _reopen(conn, change, now)
        last = max(change.seq for change in changes)
        derive.set_cursors(conn, [_REOPENING], versions=[_VERSION], cursor=last, baseline=0, now=now)
    return count


def _reopen(conn: Connection, change: reopenings.Change, now: Clock) -> int:
    stands = reviews.standing(conn, ids=change.alerts)
    marked = [name for name in change.alerts if name in stands and _asks(stands[name], change)]
    for alert_id in marked:
        body = {"status": "new", "was": stands[alert_id].status, "event": change.event, "what": change.what}
        at = now()
        one = Review(
            id=reviews.next_id(conn, at),
            at=at,
            analyst=reviews.NOBODY,
            alert_id=alert_id,
            act=reviews.REOPEN,
            body={**body, "line": str(change.seq)},
        )
        reviews.add(conn, [one])
    return len(marked)


def _asks(stand: Stand, change: reopenings.Change) -> bool:
    return stand.marked_at is not None and stand.marked_at < change.at
