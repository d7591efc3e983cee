"""Full text over every snapshot: pairs of characters in FTS5 or a tsvector, the same answers on both.

Chosen: the index only proposes (it knows no word boundaries, and PostgreSQL no place beyond 16,383); each proposal is
proved on the folded text, which also gives the exact offsets. SQLite's table keeps no text and cannot delete, so a
snapshot that is read anew gets a new row and `indexed` says which one counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import documents
from storage.config import CHINA
from storage.derived_tables import document as document_table
from storage.derived_tables import indexed
from storage.query import RUNS, All, Fold, Query, Some, Term, Without, spans, tokens
from storage.subjects import chunks
from storage.tables import capture, page, source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from storage.findings import Document, Snapshot
    from storage.records import CaptureId

VERSION = 1

_BATCH = 50
# A tsvector holds a megabyte; what of a longer page comes later is not found in PostgreSQL.
_TSVECTOR_BYTES = 900_000

_SQLITE = "CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='', tokenize=\"unicode61 remove_diacritics 0\")"
_POSTGRES = (
    "CREATE TABLE search_index (rowid bigint PRIMARY KEY, tokens tsvector NOT NULL)",
    "CREATE INDEX ix_search_index_tokens ON search_index USING gin (tokens)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One snapshot that holds what was sought. Offsets are code points into `field` of the stored document."""

    snapshot: str
    snapshot_id: CaptureId
    url: str
    captured: datetime
    document: Document
    field: str
    start: int
    end: int
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """`since` and `until` (both included) are days of the page's own date, or of the capture where it shows none."""

    since: date | None = None
    until: date | None = None
    agency: str | None = None
    province: str | None = None


def create(conn: sa.Connection) -> None:
    """Make the index. Called by its migration only."""
    for statement in (_SQLITE,) if conn.dialect.name == "sqlite" else _POSTGRES:
        conn.exec_driver_sql(statement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A snapshot as the index takes it: its words, in order and parted by spaces, and the day it is of."""

    id: CaptureId
    day: str
    words: str


def entry_of(snapshot: Snapshot, document: Document, *, fold: Fold) -> Entry:
    """What is to be worked out for the index, before there is a transaction that others wait for."""
    words = " ".join(tokens(f"{fold(document.title).text}\n{fold(document.body).text}"))
    return Entry(id=snapshot.id, day=_day(snapshot, document), words=words)


def index(conn: sa.Connection, entries: Sequence[Entry]) -> None:
    """Put snapshots into the index; those that stand in it already are replaced."""
    numbers = {entry.id for entry in entries}
    for some in chunks(sorted(numbers)):
        if conn.dialect.name != "sqlite":
            old = sa.select(indexed.c.id).where(indexed.c.snapshot_id.in_(some))
            conn.execute(sa.delete(_INDEX).where(_INDEX.c.rowid.in_(old)))
        conn.execute(sa.delete(indexed).where(indexed.c.snapshot_id.in_(some)))
    rows = [{"snapshot_id": entry.id, "day": entry.day} for entry in entries]
    if not rows:
        return
    conn.execute(sa.insert(indexed), rows)
    places = _places(conn, sorted(numbers))
    held = [(places[entry.id], entry.words) for entry in entries]
    if conn.dialect.name == "sqlite":
        insert = "INSERT INTO search_index (rowid, tokens) VALUES (?, ?)"
        conn.exec_driver_sql(insert, held)
    else:
        insert = "INSERT INTO search_index VALUES (%s, CAST(%s AS tsvector))"
        conn.exec_driver_sql(insert, [(place, _tsvector(found.split())) for place, found in held])


def _places(conn: sa.Connection, numbers: Sequence[CaptureId]) -> dict[CaptureId, int]:
    """The row of the index that stands for each snapshot."""
    found: dict[CaptureId, int] = {}
    for some in chunks(numbers):
        query = sa.select(indexed.c.snapshot_id, indexed.c.id).where(indexed.c.snapshot_id.in_(some))
        found.update((row.snapshot_id, row.id) for row in conn.execute(query))
    return found


def forget(conn: sa.Connection) -> None:
    """Empty the index."""
    conn.execute(sa.delete(indexed))
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('delete-all')")
    else:
        conn.execute(sa.delete(_INDEX))


# For statements only: it is made by `create`, not with the other tables, because FTS5 tables are no tables.
_INDEX = sa.table("search_index", sa.column("rowid"), sa.column("tokens"))


def search(conn: sa.Connection, query: Query, filters: Filters, *, fold: Fold) -> Iterator[Found]:
    """The snapshots that satisfy a query, newest first."""
    wanted = _candidates(conn, query, filters)
    while batch := list(islice(wanted, _BATCH)):
        for snapshot, document in _read(conn, batch):
            found = _prove(snapshot, document, query, fold)
            if found:
                yield found


def _read(conn: sa.Connection, numbers: Sequence[CaptureId]) -> list[tuple[Snapshot, Document]]:
    found = {snapshot.id: snapshot for snapshot in documents.snapshots_by_id(conn, numbers)}
    parts = documents.parts_of(conn, list(found.values()))
    return [(found[number], documents.join(parts[number])) for number in numbers if parts.get(number)]


def _prove(snapshot: Snapshot, document: Document, query: Query, fold: Fold) -> Found | None:
    title, body = fold(document.title), fold(document.body)
    # One text, so that 劝返 in the title and 缅北 in the body are both held; a line break keeps them apart.
    held = spans(query, f"{title.text}\n\n{body.text}")
    if not held:
        return None
    offset = len(title.text) + 2
    in_body = [(start - offset, end - offset) for start, end in held if start >= offset]
    field, folded, first = ("body", body, in_body[0]) if in_body else ("title", title, held[0])
    start, end = folded.span(*first)
    return Found(
        snapshot=snapshot.short,
        snapshot_id=snapshot.id,
        url=snapshot.url,
        captured=snapshot.captured_at,
        document=document,
        field=field,
        start=start,
        end=end,
        score=len(in_body) + 3 * (len(held) - len(in_body)),
    )


def _candidates(conn: sa.Connection, query: Query, filters: Filters) -> Iterator[CaptureId]:
    proposed = _match(conn, query)
    statement = (
        sa.select(indexed.c.snapshot_id, indexed.c.day, capture.c.captured_at)
        .join(capture, capture.c.id == indexed.c.snapshot_id)
        .join(page, page.c.id == capture.c.page_id)
        .where(indexed.c.id.in_(proposed))
        .order_by(indexed.c.day.desc())
    )
    if filters.since:
        statement = statement.where(indexed.c.day >= filters.since.isoformat())
    if filters.until:
        statement = statement.where(indexed.c.day <= filters.until.isoformat())
    if filters.agency or filters.province:
        statement = statement.where(page.c.source_id.in_(_sources(conn, filters)))
    for _, of_day in groupby(conn.execute(statement), key=lambda row: row.day):
        yield from _newest_first(conn, {row.snapshot_id: row.captured_at for row in of_day})


def _newest_first(conn: sa.Connection, of_day: Mapping[CaptureId, datetime]) -> list[CaptureId]:
    """The snapshots of one day by the page's own time, those that show none behind; then by when they were captured."""
    shown: dict[CaptureId, str] = {}
    # Day by day, as they are asked for: a document's date stands behind its body, and of all pages that is slow.
    for some in chunks(list(of_day) if len(of_day) > 1 else []):
        query = sa.select(document_table.c.capture_id, document_table.c.published)
        rows = conn.execute(query.where(document_table.c.capture_id.in_(some)))
        shown.update((row.capture_id, row.published or "") for row in rows)
    return sorted(of_day, key=lambda one: (shown.get(one, ""), of_day[one], one), reverse=True)


def _sources(conn: sa.Connection, filters: Filters) -> list[str]:
    asked = {name: value for name, value in (("agency", filters.agency), ("province", filters.province)) if value}
    rows = conn.execute(sa.select(source.c.id, source.c.definition))
    return [row.id for row in rows if all(row.definition.get(name) == value for name, value in asked.items())]


def _match(conn: sa.Connection, query: Query) -> sa.Select[tuple[int]]:
    chosen: sa.Select[tuple[int]] = sa.select(_INDEX.c.rowid)
    if conn.dialect.name == "sqlite":
        return chosen.where(sa.text("search_index MATCH :sought").bindparams(sought=_fts(query)))
    return chosen.where(sa.text("tokens @@ CAST(:sought AS tsquery)").bindparams(sought=_tsquery(query)))


def _fts(query: Query) -> str:
    """The query for FTS5. What cannot be asked of the index (NOT) is left to the proof."""
    match query:
        case Term(text, is_stem):
            return " AND ".join(_fts_run(run, is_stem=is_stem) for run in RUNS.findall(text))
        case Without():
            return ""
        case All(parts):
            return " AND ".join(f"({asked})" for asked in map(_fts, parts) if asked)
        case Some(parts):
            return " OR ".join(f"({asked})" for asked in map(_fts, parts))


def _fts_run(run: str, *, is_stem: bool) -> str:
    held = list(tokens(run))
    if len(held) == 1:
        return f'"{held[0]}"*' if is_stem or len(held[0]) == 1 else f'"{held[0]}"'
    # The last token is the last character alone: in a longer text it has a neighbour.
    return '"' + " ".join(held[:-1]) + '"'


def _tsquery(query: Query) -> str:
    match query:
        case Term(text, is_stem):
            return " & ".join(_ts_run(run, is_stem=is_stem) for run in RUNS.findall(text))
        case Without():
            return ""
        case All(parts):
            return " & ".join(f"({asked})" for asked in map(_tsquery, parts) if asked)
        case Some(parts):
            return " | ".join(f"({asked})" for asked in map(_tsquery, parts))


def _ts_run(run: str, *, is_stem: bool) -> str:
    held = list(tokens(run))
    if len(held) == 1:
        return f"'{held[0]}':*" if is_stem or len(held[0]) == 1 else f"'{held[0]}'"
    return " & ".join(f"'{token}'" for token in held[:-1])


def _tsvector(held: Sequence[str]) -> str:
    used, kept = 0, []
    for token in dict.fromkeys(held):
        used += len(token.encode()) + 1
        if used > _TSVECTOR_BYTES:
            break
        kept.append(f"'{token}'")
    return " ".join(kept)


def _day(snapshot: Snapshot, document: Document) -> str:
    shown = (document.published or "")[:10]
    try:
        return date.fromisoformat(shown).isoformat()
    except ValueError:
        return snapshot.captured_at.astimezone(CHINA).date().isoformat()
