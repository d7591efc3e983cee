"""Captures as derivations read them: in ledger order, with what their page is, and what was made of them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from storage.derived_tables import verdict
from storage.findings import GoneAs, Outcome, Verdict
from storage.records import FROM_LIST, CaptureKind, ErrorClass, Role
from storage.tables import capture, page, reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from storage.records import CaptureId, PageId, Sha256, SourceId

T = TypeVar("T")

# SQLite takes 32,766 values in one statement, PostgreSQL 65,535; a few hundred cost no more a piece.
CHUNK = 500

_LOOK = (
    capture.c.id,
    capture.c.page_id,
    capture.c.run_id,
    capture.c.captured_at,
    capture.c.kind,
    capture.c.status,
    capture.c.error,
    capture.c.message,
    capture.c.truncated,
    capture.c.final_url,
    capture.c.payload_sha256,
    capture.c.refers_to,
    capture.c.via,
    capture.c.vantage,
    capture.c.compares,
    page.c.url,
    page.c.role,
)
_COLUMNS = (*_LOOK, capture.c.record_sha256, page.c.url_key, page.c.source_id, page.c.part_of)
_LISTED = (Role.PAGE, Role.PART)
_HAS_BODY = (capture.c.kind == CaptureKind.RESPONSE, page.c.role.in_(_LISTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One capture as far as it says how its page stands: of a run of 20,000 all are in memory at once."""

    id: CaptureId
    page_id: PageId
    url: str
    role: Role
    run_id: str
    captured_at: datetime
    kind: CaptureKind
    status: int | None
    error: ErrorClass | None
    message: str | None
    truncated: bool
    final_url: str | None
    payload_sha256: Sha256 | None
    refers_to: CaptureId | None
    imported: bool = False
    vantage: str = "default"
    compares: bool = False
    verdict: Verdict | None = None

    @property
    def is_carried(self) -> bool:
        """Whether its text is what a list carries of the page, which nobody saw there."""
        return (self.message or "").startswith(FROM_LIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject(Look):
    """One capture and its page. `owner_id` is the page whose article this is a part of, or the page itself."""

    record_sha256: Sha256
    owner_id: PageId
    url_key: str
    source_id: SourceId | None

    @property
    def short(self) -> str:
        return self.record_sha256[:32]


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in portions that one statement takes."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def responses(conn: sa.Connection, after: CaptureId, limit: int) -> list[Subject]:
    """Answers of pages and their parts that bring a body to read: no revisits, no failures, no lists."""
    return _subjects(conn, _select().where(capture.c.id > after, *_HAS_BODY).limit(limit))


def responses_after(conn: sa.Connection, after: CaptureId) -> tuple[int, CaptureId]:
    """How many such answers came after a capture, and the last capture of all up to which they were counted."""
    last = conn.execute(sa.select(sa.func.max(capture.c.id))).scalar() or after
    query = sa.select(sa.func.count()).join_from(capture, page, page.c.id == capture.c.page_id)
    found = conn.execute(query.where(capture.c.id > after, capture.c.id <= last, *_HAS_BODY)).scalar_one()
    return found, last


def looks(conn: sa.Connection, after: CaptureId, limit: int) -> list[Subject]:
    """Every look at a page or a part of one."""
    return _subjects(conn, _select().where(capture.c.id > after, page.c.role.in_(_LISTED)).limit(limit))


def judged(conn: sa.Connection, after: CaptureId, limit: int) -> list[Look]:
    """Every look at anything but robots.txt, with its verdict, up to the end of a run."""
    query = (
        sa.select(*_LOOK, verdict.c.outcome, verdict.c.gone_as, verdict.c.blocked_by, verdict.c.reason)
        .join(page, page.c.id == capture.c.page_id)
        .outerjoin(verdict, verdict.c.capture_id == capture.c.id)
        .where(page.c.role != Role.ROBOTS)
        .order_by(capture.c.id)
    )
    found = [Look(**_of_look(row)) for row in conn.execute(query.where(capture.c.id > after).limit(limit)).mappings()]
    if len(found) == limit:
        rest = query.where(capture.c.id > found[-1].id, capture.c.run_id == found[-1].run_id)
        found += [Look(**_of_look(row)) for row in conn.execute(rest).mappings()]
    return found


def by_ids(conn: sa.Connection, ids: Sequence[CaptureId]) -> list[Subject]:
    """These captures, in ledger order."""
    found: list[Subject] = []
    for some in chunks(sorted(ids)):
        found += _subjects(conn, _select().where(capture.c.id.in_(some)))
    return found


def missing_payloads(conn: sa.Connection) -> dict[str, frozenset[Sha256]]:
    """What each host answers, under 2xx, to addresses that cannot exist: probes of the crawl, by the probe's URL."""
    query = (
        sa.select(page.c.url, capture.c.payload_sha256)
        .join(capture, capture.c.page_id == page.c.id)
        .where(page.c.role == Role.PROBE, capture.c.status >= 200, capture.c.status < 300)
        .where(capture.c.payload_sha256.is_not(None))
    )
    found: dict[str, set[Sha256]] = {}
    for row in conn.execute(query):
        found.setdefault(row.url, set()).add(row.payload_sha256)
    return {url: frozenset(payloads) for url, payloads in found.items()}


def verdict_of(conn: sa.Connection, capture_id: CaptureId) -> Verdict | None:
    """What a capture showed, None where it showed its page alive."""
    row = conn.execute(sa.select(verdict).where(verdict.c.capture_id == capture_id)).first()
    if row is None:
        return None
    gone_as = GoneAs(row.gone_as) if row.gone_as else None
    return Verdict(outcome=Outcome(row.outcome), gone_as=gone_as, blocked_by=row.blocked_by, reason=row.reason)


def payloads(conn: sa.Connection, looks: Sequence[Look]) -> dict[CaptureId, tuple[Sha256, int]]:
    """Hash and bytes of what each of these looks was answered; of an unchanged one, of what it was unchanged since."""
    of = {look.id: look.refers_to or look.id for look in looks}
    found: dict[CaptureId, tuple[Sha256, int]] = {}
    for some in chunks(sorted(set(of.values()))):
        query = sa.select(capture.c.id, capture.c.payload_sha256, capture.c.payload_length).where(
            capture.c.id.in_(some), capture.c.payload_sha256.is_not(None)
        )
        found.update((row.id, (row.payload_sha256, row.payload_length)) for row in conn.execute(query))
    return {mine: found[its] for mine, its in of.items() if its in found}


def unread_lists(conn: sa.Connection, ids: Sequence[CaptureId]) -> frozenset[CaptureId]:
    """Those of these captures that are list pages which could not be read as the lists they are."""
    found: set[CaptureId] = set()
    for some in chunks(ids):
        query = sa.select(reading.c.capture_id).where(reading.c.capture_id.in_(some), reading.c.error.is_not(None))
        found.update(conn.execute(query).scalars())
    return frozenset(found)


def newest_before(conn: sa.Connection, pages: Sequence[PageId], before: CaptureId) -> dict[PageId, datetime]:
    """When each page was last looked at, by whomever, as far as it was known before a capture came."""
    found: dict[PageId, datetime] = {}
    for some in chunks(pages):
        query = (
            sa.select(capture.c.page_id, sa.func.max(capture.c.captured_at).label("at"))
            .where(capture.c.page_id.in_(some), capture.c.id < before)
            .group_by(capture.c.page_id)
        )
        found.update((row.page_id, row.at) for row in conn.execute(query))
    return found


def urls_beside(conn: sa.Connection, key: str) -> list[str]:
    """The URLs known on the host of a URL key, to find near misses among; at most 20,000."""
    host = key.partition(")")[0]
    query = sa.select(page.c.url).where(page.c.url_key.startswith(f"{host})", autoescape=True)).limit(20_000)
    return list(conn.execute(query).scalars())


def _select() -> sa.Select[tuple[object, ...]]:
    return sa.select(*_COLUMNS).join(page, page.c.id == capture.c.page_id).order_by(capture.c.id)


def _subjects(conn: sa.Connection, query: sa.Select[tuple[object, ...]]) -> list[Subject]:
    return [_subject(row) for row in conn.execute(query).mappings()]


def _subject(row: sa.RowMapping) -> Subject:
    values = _of_look(row)
    owner = values.pop("part_of") or values["page_id"]
    return Subject(**values, owner_id=owner)


def _of_look(row: sa.RowMapping) -> dict[str, Any]:
    values = dict(row)
    outcome = values.pop("outcome", None)
    gone_as, blocked_by, reason = (values.pop(name, None) for name in ("gone_as", "blocked_by", "reason"))
    if outcome is not None:
        values["verdict"] = Verdict(
            outcome=Outcome(outcome), gone_as=GoneAs(gone_as) if gone_as else None, blocked_by=blocked_by, reason=reason
        )
    via = values.pop("via")
    values["imported"] = via is not None
    values["role"] = Role(values["role"])
    values["kind"] = CaptureKind(values["kind"])
    values["error"] = ErrorClass(values["error"]) if values["error"] else None
    # One text for a whole run, not one a row.
    values["run_id"], values["vantage"] = sys.intern(values["run_id"]), sys.intern(values["vantage"])
    return values
