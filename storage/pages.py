"""Pages and their captures: what is due, what is known of one, what happened to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage import tables
from storage.errors import ConfigError
from storage.index import capture_of, spell_id
from storage.records import Capture, CaptureId, Page, PageId, Previous, Role, SourceId
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_FULL = tables.capture.alias("full")
_GOOD = tables.capture.alias("good")
_PREVIOUS = (
    _FULL.c.id.label("full_id"),
    _FULL.c.record_sha256.label("full_record_sha256"),
    _FULL.c.record_id.label("full_record_id"),
    _FULL.c.captured_at.label("full_captured_at"),
    _FULL.c.payload_sha256.label("full_payload_sha256"),
    # A 200 that brought the same payload may have brought new validators with it.
    sa.func.coalesce(_GOOD.c.etag, _FULL.c.etag).label("full_etag"),
    sa.func.coalesce(_GOOD.c.last_modified, _FULL.c.last_modified).label("full_last_modified"),
    _FULL.c.final_url.label("full_final_url"),
    _FULL.c.vantage.label("full_vantage"),
)
_HEX = re.compile(r"[0-9a-f]{8,64}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """A page to look at. `previous` is what an unchanged answer would repeat; None asks for it whole."""

    page: Page
    source_id: SourceId | None
    feed_id: str | None
    vantage: str
    previous: Previous | None
    never_captured: bool

    @property
    def url(self) -> str:
        return self.page.url


def due(
    conn: sa.Connection,
    now: datetime,
    *,
    limit: int,
    run_id: str,
    after_id: int = 0,
    source_ids: Sequence[str] | None = None,
    everything: bool = False,
) -> list[DuePage]:
    """The next pages to look at: first those never captured, then those that are due, each in order of number.

    `after_id` is the last page of the list before, 0 at first: so a caller walks over any number of pages with a
    few in memory. A page this run has looked at is not due again. `everything`: known pages whether due or not; an
    article's further parts, though, are its own look's to ask, and stand here only where they are due themselves.
    """
    page, state, source = tables.page.c, tables.page_state.c, tables.source.c
    wanted = [
        sa.or_(page.role == Role.PAGE, sa.and_(page.role == Role.PART, state.next_due_at <= now)),
        sa.or_(source.id.is_(None), sa.and_(source.enabled, source.retired_at.is_(None))),
        sa.or_(state.run_id.is_(None), state.run_id != run_id),
    ]
    if not everything:
        wanted.append(state.next_due_at <= now)
    if source_ids is not None:
        wanted.append(page.source_id.in_(source_ids))
    never = _is_never(conn, after_id, run_id)
    found = _due(conn, wanted, never=True, after_id=after_id, limit=limit) if never else []
    if len(found) < limit:
        start = 0 if never else after_id
        found += _due(conn, wanted, never=False, after_id=start, limit=limit - len(found))
    return found


def _is_never(conn: sa.Connection, after_id: int, run_id: str) -> bool:
    """Whether a walk that stands at this page is still among those never captured before this run."""
    if after_id == 0:
        return True
    look = tables.capture.c
    before = sa.select(look.id).where(look.page_id == after_id, look.run_id != run_id).limit(1)
    return conn.execute(before).first() is None


def _due(
    conn: sa.Connection,
    wanted: Sequence[sa.ColumnElement[bool]],
    *,
    never: bool,
    after_id: int,
    limit: int,
) -> list[DuePage]:
    page, state, source = tables.page, tables.page_state.c, tables.source
    query = (
        sa.select(page, source.c.definition["vantage"].as_string().label("vantage"), *_PREVIOUS)
        .select_from(_with_previous(page).outerjoin(source, source.c.id == page.c.source_id))
        .where(page.c.id > after_id, *wanted)
        .where(state.looks == 0 if never else state.looks > 0)
        .order_by(page.c.id)
        .limit(limit)
    )
    return [
        DuePage(
            page=page_of(row),
            source_id=None if row.source_id is None else SourceId(row.source_id),
            feed_id=row.feed_id,
            vantage=row.vantage or "default",
            previous=previous_of(row),
            never_captured=never,
        )
        for row in conn.execute(query)
    ]


def by_url(conn: sa.Connection, url: str) -> Page | None:
    """The page known under a URL, whatever way it is written. ValueError where it is no URL."""
    page = tables.page
    row = conn.execute(sa.select(page).where(page.c.url_key == url_key(url))).first()
    return None if row is None else page_of(row)


def by_id(conn: sa.Connection, page_id: PageId) -> Page:
    """The page of that number. ConfigError where there is none."""
    row = conn.execute(sa.select(tables.page).where(tables.page.c.id == page_id)).first()
    if row is None:
        raise ConfigError(f"no page {page_id}")
    return page_of(row)


def by_ids(conn: sa.Connection, ids: Sequence[PageId]) -> dict[PageId, Page]:
    """The pages of these numbers, as far as there are any; some hundreds at a time."""
    query = sa.select(tables.page).where(tables.page.c.id.in_(ids))
    return {PageId(row.id): page_of(row) for row in conn.execute(query)}


def usual_vantage(conn: sa.Connection, page_id: PageId) -> str | None:
    """The way out of the page's last look that compared nothing; None where there was none."""
    look, state = tables.capture.c, tables.page_state.c
    query = sa.select(look.vantage).join(tables.page_state, state.last_capture_id == look.id)
    found: str | None = conn.execute(query.where(state.page_id == page_id)).scalar()
    return found


def previous(conn: sa.Connection, url: str) -> Previous | None:
    """What the page's last good look left, to ask conditionally and to write a revisit against."""
    page = tables.page
    query = sa.select(*_PREVIOUS).select_from(_with_previous(page)).where(page.c.url_key == url_key(url))
    row = conn.execute(query).first()
    return None if row is None else previous_of(row)


def capture(conn: sa.Connection, capture_id: CaptureId) -> Capture:
    """The capture of that number. ConfigError where there is none."""
    row = conn.execute(_captures().where(tables.capture.c.id == capture_id)).mappings().first()
    if row is None:
        raise ConfigError(f"no capture {capture_id}; `longarm history URL` lists a page's")
    return _capture(row)


def captures(conn: sa.Connection, page_id: PageId) -> list[Capture]:
    """A page's captures, oldest first."""
    query = _captures().where(tables.capture.c.page_id == page_id).order_by(tables.capture.c.id)
    return [_capture(row) for row in conn.execute(query).mappings()]


def captures_by_id(conn: sa.Connection, ids: Sequence[CaptureId]) -> dict[CaptureId, Capture]:
    """The captures of these numbers, as far as there are any; some hundreds at a time."""
    query = _captures().where(tables.capture.c.id.in_(ids))
    return {row["id"]: _capture(row) for row in conn.execute(query).mappings()}


def find_capture(conn: sa.Connection, prefix: str) -> Capture:
    """The capture whose id begins so. ConfigError where none does, or more than one."""
    query = _captures().where(digest_begins(tables.capture.c.record_sha256, prefix)).limit(2)
    rows = conn.execute(query).mappings().all()
    if len(rows) != 1:
        how = "more than one capture begins so; give more digits" if rows else "no such capture"
        raise ConfigError(f"{prefix}: {how}; `longarm history URL` lists a page's")
    return _capture(rows[0])


def digest_begins(column: sa.ColumnElement[Any], prefix: str) -> sa.ColumnElement[bool]:
    """Where a Digest column begins with hexadecimal digits. ConfigError where they are none, or fewer than 8."""
    prefix = prefix.strip().lower()
    if not _HEX.match(prefix):
        raise ConfigError(f"{prefix!r} is no id; write its first 8 hexadecimal digits or more")
    return sa.and_(column >= prefix.ljust(64, "0"), column <= prefix.ljust(64, "f"))


def page_of(row: Any) -> Page:
    return Page(
        id=PageId(row.id),
        url_key=row.url_key,
        url=row.url,
        source_id=None if row.source_id is None else SourceId(row.source_id),
        role=Role(row.role),
        part_of=None if row.part_of is None else PageId(row.part_of),
        part_number=row.part_number,
    )


def previous_of(row: Any) -> Previous | None:
    """A Previous from the columns `_PREVIOUS`; None where the page was never answered whole."""
    if row.full_id is None or row.full_payload_sha256 is None:
        return None
    return Previous(
        capture_id=CaptureId(row.full_id),
        record_sha256=row.full_record_sha256,
        record_id=spell_id(row.full_record_id),
        captured_at=row.full_captured_at,
        payload_sha256=row.full_payload_sha256,
        etag=row.full_etag,
        last_modified=row.full_last_modified,
        final_url=row.full_final_url,
        vantage=row.full_vantage,
    )


def _with_previous(left: sa.FromClause) -> sa.FromClause:
    known, state = tables.page_known, tables.page_state
    return (
        left.outerjoin(state, state.c.page_id == tables.page.c.id)
        .outerjoin(known, known.c.page_id == tables.page.c.id)
        .outerjoin(_FULL, _FULL.c.id == known.c.capture_id)
        .outerjoin(
            _GOOD,
            sa.and_(
                _GOOD.c.id == state.c.good_capture_id,
                _GOOD.c.refers_to == _FULL.c.id,
                _GOOD.c.vantage == _FULL.c.vantage,
            ),
        )
    )


def _captures() -> sa.Select[Any]:
    page = tables.page.c
    return sa.select(
        tables.capture, page.url.label("page_url"), page.role.label("page_role"), page.source_id
    ).join_from(tables.capture, tables.page, page.id == tables.capture.c.page_id)


@dataclass(frozen=True, slots=True)
class _Of:
    url: str
    role: str
    source_id: str | None


def _capture(row: Any) -> Capture:
    return capture_of(row, _Of(row["page_url"], row["page_role"], row["source_id"]))
