"""What was read out of captures, and a page's snapshots: rows in, frozen records out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.arrivals import arrival
from storage.derived_tables import document, snapshot, verdict
from storage.errors import ConfigError
from storage.findings import Document, DocumentKind, Link, Outcome, Snapshot
from storage.subjects import chunks
from storage.tables import capture, page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from storage.records import CaptureId, PageId, Sha256

_PLAIN = (
    "title",
    "body",
    "published",
    "published_precision",
    "publisher",
    "author",
    "lang",
    "script",
    "charset",
    "platform",
)
_TEXT_KINDS = (DocumentKind.ARTICLE, DocumentKind.DOCUMENT)
# A unique beginning of an id this long will do (interface.md, `history`).
SHORTEST_ID = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSnapshot:
    """What the next snapshot of a page is compared with."""

    id: CaptureId
    record_sha256: Sha256
    ordinal: int
    parts: tuple[CaptureId, ...]
    text_sha256: Sha256
    captured_at: datetime


def put(conn: sa.Connection, found: Sequence[tuple[CaptureId, Document]], *, version: str) -> None:
    """Keep what was read; what stood for the same captures goes."""
    if not found:
        return
    for some in chunks([number for number, _ in found]):
        conn.execute(sa.delete(document).where(document.c.capture_id.in_(some)))
    conn.execute(sa.insert(document), [_row(number, read, version) for number, read in found])


def get(conn: sa.Connection, capture_id: CaptureId) -> Document | None:
    """What was read out of one capture, None where nothing was."""
    return get_many(conn, [capture_id]).get(capture_id)


def get_many(conn: sa.Connection, ids: Sequence[CaptureId]) -> dict[CaptureId, Document]:
    found: dict[CaptureId, Document] = {}
    for some in chunks(ids):
        for row in conn.execute(sa.select(document).where(document.c.capture_id.in_(some))).mappings():
            found[row["capture_id"]] = _document(row)
    return found


def forget(conn: sa.Connection) -> None:
    """Drop every document: the stage reads them again."""
    conn.execute(sa.delete(document))


def forget_snapshots(conn: sa.Connection) -> None:
    """Drop every snapshot and verdict: their stage makes them again, under the same ids."""
    conn.execute(sa.delete(snapshot))
    conn.execute(sa.delete(verdict))


def last_alive(
    conn: sa.Connection, pages: Sequence[PageId], before: CaptureId
) -> dict[PageId, tuple[datetime, CaptureId]]:
    """For each page, its last capture before a number that was live and had a text, with when it was made.

    Of our own looks the last is the one with the highest number, whatever the clock said; an imported one is it
    only where it was made later.
    """
    found: dict[PageId, tuple[datetime, CaptureId]] = {}
    for some in chunks(pages):
        own = (
            sa.select(sa.func.max(capture.c.id))
            .join(document, document.c.capture_id == capture.c.id)
            .outerjoin(verdict, verdict.c.capture_id == capture.c.id)
            .where(capture.c.page_id.in_(some), capture.c.id < before, verdict.c.capture_id.is_(None))
            .where(document.c.kind.in_(_TEXT_KINDS), capture.c.via.is_(None), sa.not_(capture.c.compares))
            .group_by(capture.c.page_id)
        )
        query = sa.select(capture.c.page_id, capture.c.captured_at, capture.c.id).where(capture.c.id.in_(own))
        found.update((row.page_id, (row.captured_at, row.id)) for row in conn.execute(query))
        for row in conn.execute(_imported_alive(before).where(capture.c.page_id.in_(some))):
            shown = (row.captured_at, row.id)
            if row.page_id not in found or shown[0] > found[row.page_id][0]:
                found[row.page_id] = shown
    return found


def alive_until(conn: sa.Connection, page_id: PageId, at: datetime, *, before: CaptureId) -> list[CaptureId]:
    """A page's captures before a number that were live, had a text and were made until a time; the newest 50 first."""
    query = (
        sa.select(capture.c.id)
        .join(document, document.c.capture_id == capture.c.id)
        .outerjoin(verdict, verdict.c.capture_id == capture.c.id)
        .where(capture.c.page_id == page_id, capture.c.id < before, verdict.c.capture_id.is_(None))
        .where(document.c.kind.in_(_TEXT_KINDS), capture.c.captured_at <= at)
        .order_by(capture.c.captured_at.desc(), capture.c.id.desc())
        .limit(50)
    )
    return list(conn.execute(query).scalars())


def _imported_alive(before: CaptureId) -> sa.Select[tuple[object, ...]]:
    return (
        sa.select(capture.c.page_id, capture.c.captured_at, capture.c.id)
        .join(document, document.c.capture_id == capture.c.id)
        .outerjoin(verdict, verdict.c.capture_id == capture.c.id)
        .where(capture.c.via.is_not(None), capture.c.id < before, verdict.c.capture_id.is_(None))
        .where(document.c.kind.in_(_TEXT_KINDS))
        .order_by(capture.c.captured_at, capture.c.id)
    )


def last_snapshots(conn: sa.Connection, pages: Sequence[PageId]) -> dict[PageId, LastSnapshot]:
    """Each page's newest snapshot."""
    return {page: shown[-1] for page, shown in timelines(conn, pages).items()}


def timelines(conn: sa.Connection, pages: Sequence[PageId]) -> dict[PageId, list[LastSnapshot]]:
    """Each page's snapshots, oldest first; pages without any have no entry."""
    found: dict[PageId, list[LastSnapshot]] = {}
    for some in chunks(pages):
        query = (
            sa.select(snapshot, capture.c.record_sha256, capture.c.captured_at)
            .join(capture, capture.c.id == snapshot.c.id)
            .where(snapshot.c.page_id.in_(some))
            .order_by(snapshot.c.page_id, snapshot.c.ordinal)
        )
        for row in conn.execute(query):
            shown = LastSnapshot(
                id=row.id,
                record_sha256=row.record_sha256,
                ordinal=row.ordinal,
                parts=tuple(row.parts),
                text_sha256=row.text_sha256,
                captured_at=row.captured_at,
            )
            found.setdefault(row.page_id, []).append(shown)
    return found


def put_snapshots(conn: sa.Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep snapshots: rows of id, page_id, ordinal, parts, text_sha256, version."""
    if rows:
        conn.execute(sa.insert(snapshot), list(rows))


def make_room(conn: sa.Connection, page_id: PageId, ordinal: int) -> None:
    """Move a page's snapshots from this place on by one: a late arrival belongs there."""
    place = snapshot.c.ordinal
    later = sa.and_(snapshot.c.page_id == page_id, place >= ordinal)
    # In two steps by way of negative numbers: no two may ever be equal.
    conn.execute(sa.update(snapshot).where(later).values(ordinal=-place - 1))
    moved = sa.and_(snapshot.c.page_id == page_id, place < 0)
    conn.execute(sa.update(snapshot).where(moved).values(ordinal=-place))


def snapshots(conn: sa.Connection, page_id: PageId) -> list[Snapshot]:
    """A page's snapshots, oldest first."""
    return [_snapshot(row) for row in conn.execute(_select().where(snapshot.c.page_id == page_id)).mappings()]


def snapshots_after(conn: sa.Connection, after: CaptureId, limit: int) -> list[Snapshot]:
    """The next snapshots of all pages, in the order of their captures."""
    query = _select().where(snapshot.c.id > after).order_by(None).order_by(snapshot.c.id).limit(limit)
    return [_snapshot(row) for row in conn.execute(query).mappings()]


def snapshots_by_id(conn: sa.Connection, ids: Sequence[CaptureId]) -> list[Snapshot]:
    found: list[Snapshot] = []
    for some in chunks(sorted(ids)):
        query = _select().where(snapshot.c.id.in_(some)).order_by(None).order_by(snapshot.c.id)
        found += [_snapshot(row) for row in conn.execute(query).mappings()]
    return found


def before(conn: sa.Connection, found: Snapshot) -> Snapshot | None:
    """The page's snapshot before this one."""
    query = _select().where(snapshot.c.page_id == found.page_id, snapshot.c.ordinal == found.ordinal - 1)
    row = conn.execute(query).mappings().first()
    return _snapshot(row) if row else None


def compared_with(conn: sa.Connection, found: Snapshot) -> Snapshot | None:
    """The snapshot against which it shows what is new in this one: the one before.

    For a late arrival the one behind it: that was read, and told of, before it came.
    """
    if found.imported:
        query = _select().where(snapshot.c.page_id == found.page_id, snapshot.c.ordinal == found.ordinal + 1)
        row = conn.execute(query).mappings().first()
        if row is not None and row["id"] < found.id:
            return _snapshot(row)
    return before(conn, found) if found.ordinal > 1 else None


def find_snapshot(conn: sa.Connection, hex_prefix: str) -> Snapshot:
    """The snapshot whose id begins so. Raises ConfigError where none does, or more than one."""
    prefix = hex_prefix.strip().lower()
    if len(prefix) < SHORTEST_ID or len(prefix) > 64 or set(prefix) - set("0123456789abcdef"):
        raise ConfigError(
            f"{hex_prefix!r} is no snapshot id; write at least its first {SHORTEST_ID} hexadecimal digits"
        )
    low, high = prefix.ljust(64, "0"), prefix.ljust(64, "f")
    query = _select().where(capture.c.record_sha256.between(low, high)).limit(2)
    rows = list(conn.execute(query).mappings())
    if not rows:
        raise ConfigError(f"{hex_prefix}: no snapshot begins so; `longarm history URL` lists a page's")
    if len(rows) > 1:
        raise ConfigError(f"{hex_prefix}: more than one snapshot begins so; write more digits")
    return _snapshot(rows[0])


def parts_of(conn: sa.Connection, found: Sequence[Snapshot]) -> dict[CaptureId, list[Document]]:
    """The documents of each snapshot's parts, in order; by snapshot."""
    read = get_many(conn, [number for each in found for number in each.parts])
    return {each.id: [read[number] for number in each.parts if number in read] for each in found}


def of_snapshot(conn: sa.Connection, found: Snapshot) -> Document | None:
    """A snapshot's text, its parts joined; None where it has not been read (again) yet."""
    parts = parts_of(conn, [found])[found.id]
    return join(parts) if parts else None


def join(parts: Sequence[Document]) -> Document:
    """One document of an article split over pages: the first part's, with the bodies of all, in order.

    Date, publisher and author are the first part's that shows one. Raises ValueError for no parts.
    """
    if not parts:
        raise ValueError("an article has at least one part")
    first = parts[0]
    if len(parts) == 1:
        return first
    dated = next((part for part in parts if part.published), first)
    return replace(
        first,
        body="\n".join(part.body for part in parts if part.body),
        published=dated.published,
        published_precision=dated.published_precision,
        publisher=next((part.publisher for part in parts if part.publisher), None),
        author=next((part.author for part in parts if part.author), None),
        attachments=tuple({each.url: each for part in parts for each in part.attachments}.values()),
        warnings=tuple(warning for part in parts for warning in part.warnings),
    )


def part_pages(conn: sa.Connection, owners: Sequence[PageId]) -> dict[PageId, dict[PageId, str]]:
    """The further pages of split articles with their URL keys, in order, by the first part's page."""
    found: dict[PageId, dict[PageId, str]] = {}
    for some in chunks(owners):
        query = (
            sa.select(page.c.id, page.c.part_of, page.c.url_key)
            .where(page.c.part_of.in_(some))
            .order_by(page.c.part_number, page.c.id)
        )
        for row in conn.execute(query):
            found.setdefault(row.part_of, {})[row.id] = row.url_key
    return found


def last_looks(
    conn: sa.Connection, page_id: PageId, upto: CaptureId, *, limit: int = 50
) -> list[tuple[CaptureId, datetime, Outcome]]:
    """A page's own looks until one of them, the newest first: when they were made, and what they showed."""
    query = (
        sa.select(capture.c.id, capture.c.captured_at, verdict.c.outcome)
        .outerjoin(verdict, verdict.c.capture_id == capture.c.id)
        .where(capture.c.page_id == page_id, capture.c.id <= upto)
        .where(capture.c.via.is_(None), sa.not_(capture.c.compares))
        .order_by(capture.c.id.desc())
        .limit(limit)
    )
    return [
        (row.id, row.captured_at, Outcome(row.outcome) if row.outcome else Outcome.LIVE) for row in conn.execute(query)
    ]


def last_of_run(conn: sa.Connection, pages: Sequence[PageId], run_id: str) -> CaptureId | None:
    """The last capture that a run made of these pages; what another vantage was shown is beside it."""
    query = sa.select(sa.func.max(capture.c.id)).where(capture.c.page_id.in_(pages), capture.c.run_id == run_id)
    found: CaptureId | None = conn.execute(query.where(sa.not_(capture.c.compares))).scalar()
    return found


def put_verdicts(conn: sa.Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep verdicts. A look that shows the page as known alive has no row: 3,000 unchanged looks cost nothing."""
    if not rows:
        return
    for some in chunks([row["capture_id"] for row in rows]):
        conn.execute(sa.delete(verdict).where(verdict.c.capture_id.in_(some)))
    conn.execute(sa.insert(verdict), list(rows))


def not_live(conn: sa.Connection, ids: Sequence[CaptureId]) -> dict[CaptureId, Outcome]:
    """Those of these captures that did not show the page alive."""
    found: dict[CaptureId, Outcome] = {}
    for some in chunks(ids):
        for row in conn.execute(sa.select(verdict).where(verdict.c.capture_id.in_(some))):
            found[row.capture_id] = Outcome(row.outcome)
    return found


def _select() -> sa.Select[tuple[object, ...]]:
    columns = (capture.c.record_sha256, capture.c.captured_at, page.c.url, capture.c.via)
    return (
        sa.select(snapshot.c.id, snapshot.c.page_id, snapshot.c.ordinal, snapshot.c.parts, *columns)
        .join(capture, capture.c.id == snapshot.c.id)
        .join(page, page.c.id == snapshot.c.page_id)
        .order_by(snapshot.c.page_id, snapshot.c.ordinal)
    )


def _snapshot(row: sa.RowMapping) -> Snapshot:
    values = {**row, "parts": tuple(row["parts"])}
    via = values.pop("via")
    came_at = arrival(values["captured_at"], via) if via else None
    return Snapshot(**values, imported=via is not None, came_at=came_at)


def _row(number: CaptureId, read: Document, version: str) -> dict[str, object]:
    extra = {
        "links": [asdict(link) for link in read.links],
        "parts": list(read.parts),
        "attachments": [asdict(link) for link in read.attachments],
        "page_starts": list(read.page_starts),
        "redirect": read.redirect,
        "blocked_by": read.blocked_by,
        "notice": read.notice,
        "warnings": list(read.warnings),
    }
    row: dict[str, object] = {name: storable(getattr(read, name)) for name in _PLAIN}
    kept = {name: value for name, value in extra.items() if value}
    return row | {"capture_id": number, "kind": str(read.kind), "extra": kept, "version": version}


def storable(text: str | None) -> str | None:
    """A text as it is kept: PostgreSQL takes no NUL and neither database half a surrogate pair; no page's words do."""
    if text is None:
        return None
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _document(row: sa.RowMapping) -> Document:
    extra = row["extra"]
    return Document(
        **{name: row[name] for name in _PLAIN},
        kind=DocumentKind(row["kind"]),
        links=tuple(Link(**link) for link in extra.get("links", ())),
        parts=tuple(extra.get("parts", ())),
        attachments=tuple(Link(**link) for link in extra.get("attachments", ())),
        page_starts=tuple(extra.get("page_starts", ())),
        redirect=extra.get("redirect"),
        blocked_by=extra.get("blocked_by"),
        notice=extra.get("notice"),
        warnings=tuple(extra.get("warnings", ())),
    )


def file_warnings(conn: sa.Connection) -> Iterator[tuple[CaptureId, tuple[str, ...]]]:
    """The warnings of every file that was read with some, web pages left out; in the order of their captures."""
    query = sa.select(document.c.capture_id, document.c.extra).where(document.c.kind == DocumentKind.DOCUMENT)
    for row in conn.execute(query.order_by(document.c.capture_id)):
        if row.extra.get("warnings"):
            yield row.capture_id, tuple(row.extra["warnings"])


def kinds(conn: sa.Connection, ids: Sequence[CaptureId]) -> Iterator[tuple[CaptureId, str]]:
    """The document kind of these captures."""
    for some in chunks(ids):
        query = sa.select(document.c.capture_id, document.c.kind).where(document.c.capture_id.in_(some))
        for row in conn.execute(query):
            yield row.capture_id, row.kind
