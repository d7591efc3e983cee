"""Where pages stand, and how they came there: standings, transitions, what a source lost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.arrivals import OURS
from storage.derived_tables import standing, takedown, verdict
from storage.findings import GoneAs, Outcome, PageState, Standing, Transition
from storage.subjects import chunks
from storage.tables import act, capture, page
from storage.upsert import insert_or_update

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.records import CaptureId, PageId, SourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Of a source's pages that were seen alive: how many there are, how many are suspected gone."""

    known: int
    suspected: int


def load(conn: sa.Connection, pages: Sequence[PageId]) -> dict[PageId, Standing]:
    found: dict[PageId, Standing] = {}
    for some in chunks(pages):
        for row in conn.execute(sa.select(standing).where(standing.c.page_id.in_(some))).mappings():
            found[row["page_id"]] = _standing(row)
    return found


def put(conn: sa.Connection, changed: Sequence[Standing]) -> None:
    """Keep standings that changed; the others cost nothing."""
    names = [column.name for column in standing.columns if not column.primary_key]
    for some in chunks(changed):
        rows = [asdict(each) for each in some]
        insert_or_update(conn, standing, rows, lambda new: {name: new[name] for name in names})


def put_transitions(conn: sa.Connection, found: Sequence[Transition], *, version: int) -> None:
    rows = [asdict(each) | {"version": version} for each in found]
    names = [column.name for column in takedown.columns if not column.primary_key]
    insert_or_update(conn, takedown, rows, lambda new: {name: new[name] for name in names})


def forget(conn: sa.Connection) -> None:
    """Drop standings and transitions: their stage makes them again. What was told stays told, in the ledger."""
    conn.execute(sa.delete(standing))
    conn.execute(sa.delete(takedown))


def is_passed(conn: sa.Connection, page_id: PageId, url_key: str, number: CaptureId, events: Sequence[str]) -> bool:
    """Whether one of these events was told already of the page as a later look than this one left it.

    Then what this look did is no news any more, whoever comes to know of it now.
    """
    later = sa.select(capture.c.record_sha256).where(capture.c.page_id == page_id, capture.c.id > number)
    subjects = [f"{url_key} {digest[:32]}" for digest in conn.execute(later).scalars()]
    return any(
        conn.execute(sa.select(act.c.seq).where(act.c.event.in_(events), act.c.subject.in_(some)).limit(1)).first()
        for some in chunks(subjects)
    )


def losses(conn: sa.Connection) -> dict[SourceId, Losses]:
    """What each source lost, for those that lost anything: half of it at once is no takedown, the source moved."""
    suspected = sa.func.sum(sa.case((standing.c.state == PageState.SUSPECTED_GONE, 1), else_=0))
    query = (
        sa.select(page.c.source_id, sa.func.count().label("known"), suspected.label("suspected"))
        .join(standing, standing.c.page_id == page.c.id)
        .where(
            standing.c.alive, standing.c.state != PageState.GONE, page.c.source_id.is_not(None), page.c.role == "page"
        )
        .group_by(page.c.source_id)
        .having(suspected > 0)
    )
    return {row.source_id: Losses(known=row.known, suspected=row.suspected) for row in conn.execute(query)}


def recent_looks(conn: sa.Connection, host_key: str, *, since: datetime, before: CaptureId) -> dict[PageId, Outcome]:
    """What our last look at each page of a host showed, of looks since then and before that capture.

    `host_key` is what stands before the bracket of its pages' URL keys.
    """
    last = (
        sa.select(sa.func.max(capture.c.id).label("id"))
        .join(page, page.c.id == capture.c.page_id)
        .where(page.c.url_key.startswith(f"{host_key})", autoescape=True), page.c.role == "page")
        .where(capture.c.id < before, capture.c.captured_at >= since, OURS)
        .group_by(capture.c.page_id)
        .subquery()
    )
    query = (
        sa.select(capture.c.page_id, verdict.c.outcome)
        .join(last, last.c.id == capture.c.id)
        .outerjoin(verdict, verdict.c.capture_id == capture.c.id)
    )
    return {row.page_id: Outcome(row.outcome or "live") for row in conn.execute(query)}


def _standing(row: sa.RowMapping) -> Standing:
    values = dict(row)
    values["state"] = PageState(values["state"])
    values["gone_as"] = GoneAs(values["gone_as"]) if values["gone_as"] else None
    return Standing(**values)
