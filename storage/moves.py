"""Hosts that lost many pages at once: a migration or an outage, told as one thing instead of a takedown a page."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.digests import MoveFacts
from storage.records import Role
from storage.tables import act
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.changes import Told

_LOSSES = ("suspected-gone", "gone")
# So many pages of a host that lost many and has them again are one return, too.
_RETURNS_AT_ONCE = 3


def fold(conn: sa.Connection, acts: Sequence[Told], *, end: datetime) -> tuple[list[Told], tuple[MoveFacts, ...]]:
    """The acts that stand for themselves, and the others by host. `acts` are a window's, in the order of telling."""
    by_host: dict[str, list[Told]] = {}
    for one in acts:
        if one.act.event != "edited" and one.page.role is Role.PAGE:
            by_host.setdefault(host_of(one.page.url), []).append(one)
    moves: list[MoveFacts] = []
    folded: set[int] = set()
    for host, told in sorted(by_host.items()):
        lost = [one for one in told if one.act.event in _LOSSES]
        back = [one for one in told if one.act.event not in _LOSSES]
        if not any(one.act.body.get("mass_move") for one in lost):
            lost = []
        if len(back) < _RETURNS_AT_ONCE or not _lost_many(conn, back[0].page.url_key.partition(")")[0], end):
            back = []
        moves += _moves(host, [*lost, *back])
        folded |= {one.act.seq for one in (*lost, *back)}
    return [one for one in acts if one.act.seq not in folded], tuple(moves)


def _lost_many(conn: sa.Connection, host_key: str, end: datetime) -> bool:
    """Whether pages of this host were ever told as lost together."""
    query = sa.select(act.c.body).where(
        act.c.event.in_(_LOSSES), act.c.subject.startswith(f"{host_key})", autoescape=True), act.c.at < end
    )
    return any(json.loads(body).get("mass_move") for body in conn.execute(query).scalars())


def _moves(host: str, told: Sequence[Told]) -> list[MoveFacts]:
    """One fact for each state that pages of the host were last told to be in."""
    last = {one.page.id: one for one in told}
    by_event: dict[str, list[Told]] = {}
    for one in last.values():
        by_event.setdefault(one.act.event, []).append(one)
    return [
        MoveFacts(
            host=host,
            event=event,
            at=max(one.act.at for one in of_event),
            pages=len(of_event),
            urls=tuple(sorted(one.page.url for one in of_event if one.alerts)),
            gone_as=tuple(sorted(Counter(str(one.act.body.get("gone_as") or "") for one in of_event).items())),
            sources=tuple(sorted({one.page.source_id for one in of_event if one.page.source_id})),
        )
        for event, of_event in sorted(by_event.items())
    ]
