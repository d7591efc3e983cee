"""Articles' files: which pages they are, which articles they belong to. The files themselves are pages like any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.derived_tables import alert, attachment, document, snapshot
from storage.records import PageId, Role
from storage.subjects import chunks
from storage.tables import capture, entry, page, page_state
from storage.upsert import insert_missing, insert_or_update
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from storage.findings import Link
    from storage.records import CaptureId


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """An article that a file belongs to: its address, its title as last read, the words it links the file by."""

    page_id: PageId
    url: str
    title: str
    text: str


def put(conn: sa.Connection, found: Mapping[CaptureId, Sequence[Link]], *, at: datetime) -> None:
    """Keep which files these captures' articles have; those that nobody has looked at yet are due from now on.

    A file has no files of its own: what only an article led to leads no further, whatever it turns out to be.
    """
    rows = _rows(conn, found)
    if not rows:
        return
    insert_or_update(
        conn,
        attachment,
        [{name: row[name] for name in ("page_id", "url_key", "text", "place", "capture_id")} for row in rows],
        lambda new: {name: new[name] for name in ("text", "place", "capture_id")},
    )
    first: dict[str, dict[str, object]] = {}
    for row in rows:
        first.setdefault(str(row["url_key"]), row)
    _put_pages(conn, first, at)


def _rows(conn: sa.Connection, found: Mapping[CaptureId, Sequence[Link]]) -> list[dict[str, object]]:
    owners = {}
    for some in chunks([number for number, links in found.items() if links]):
        query = (
            sa.select(capture.c.id, page.c.id.label("page_id"), page.c.part_of, page.c.url_key, page.c.source_id)
            .join(page, page.c.id == capture.c.page_id)
            .where(capture.c.id.in_(some))
        )
        owners.update({row.id: row for row in conn.execute(query)})
    rows: dict[tuple[int, str], dict[str, object]] = {}
    for number, owner in sorted(owners.items()):
        for place, link in enumerate(found[number]):
            key = _key(link.url)
            if key is None or key == owner.url_key:
                continue
            # A split article's files are the article's.
            of = owner.part_of or owner.page_id
            rows[of, key] = {
                "page_id": of,
                "url_key": key,
                "text": link.text,
                "place": place,
                "capture_id": number,
                "url": link.url,
                "source_id": owner.source_id,
                "by": owner.url_key,
            }
    files = of_articles_only(conn, {owner.url_key for owner in owners.values()})
    # An article and its file may be read together.
    files |= _unlisted(conn, {key for _, key in rows})
    return [row for row in rows.values() if row["by"] not in files]


def _put_pages(conn: sa.Connection, rows: Mapping[str, Mapping[str, object]], at: datetime) -> None:
    pages = [
        {
            "url_key": key,
            "url": row["url"],
            "source_id": row["source_id"],
            "feed_id": None,
            "role": Role.PAGE.value,
            "first_seen": at,
        }
        for key, row in rows.items()
    ]
    insert_missing(conn, page, pages)
    for some in chunks(list(rows)):
        unseen = (
            sa.select(page.c.id)
            .where(page.c.url_key.in_(some), page.c.role == Role.PAGE)
            .where(page.c.id.not_in(sa.select(page_state.c.page_id)))
        )
        numbers = conn.execute(unseen).scalars().all()
        insert_missing(conn, page_state, [{"page_id": number, "next_due_at": at, "looks": 0} for number in numbers])


def _key(url: str) -> str | None:
    try:
        return url_key(url)
    except ValueError:
        return None


def of_articles_only(conn: sa.Connection, keys: Iterable[str]) -> set[str]:
    """Those of these URL keys that an article led to and no list."""
    found: set[str] = set()
    for some in chunks(sorted(keys)):
        query = sa.select(attachment.c.url_key).distinct().where(attachment.c.url_key.in_(some))
        found.update(conn.execute(query).scalars())
    return _unlisted(conn, found)


def _unlisted(conn: sa.Connection, keys: Iterable[str]) -> set[str]:
    found = set(keys)
    for some in chunks(sorted(found)):
        found.difference_update(conn.execute(sa.select(entry.c.url_key).where(entry.c.url_key.in_(some))).scalars())
    return found


def known(conn: sa.Connection, keys: Iterable[str]) -> set[str]:
    """Those of these URL keys that are pages already, looked at or due."""
    found: set[str] = set()
    for some in chunks(sorted(keys)):
        found.update(conn.execute(sa.select(page.c.url_key).where(page.c.url_key.in_(some))).scalars())
    return found


def owners(conn: sa.Connection, files: Iterable[PageId]) -> dict[PageId, tuple[Owner, ...]]:
    """The articles that each of these pages is a file of, the one known longest first; other pages have no entry."""
    article = page.alias("article")
    title = (
        sa.select(document.c.title)
        .join(snapshot, snapshot.c.id == document.c.capture_id)
        .where(snapshot.c.page_id == article.c.id)
        .order_by(snapshot.c.ordinal.desc())
        .limit(1)
        .scalar_subquery()
    )
    found: dict[PageId, list[Owner]] = {}
    for some in chunks(sorted(set(files))):
        query = (
            sa.select(page.c.id, article.c.id.label("of"), article.c.url, attachment.c.text, title.label("title"))
            .join(attachment, attachment.c.url_key == page.c.url_key)
            .join(article, article.c.id == attachment.c.page_id)
            .where(page.c.id.in_(some))
            .order_by(page.c.id, article.c.id)
        )
        for row in conn.execute(query):
            owner = Owner(page_id=PageId(row.of), url=row.url, title=row.title or "", text=row.text)
            found.setdefault(PageId(row.id), []).append(owner)
    return {number: tuple(each) for number, each in found.items()}


def forget(conn: sa.Connection) -> None:
    """Drop which file belongs to which article: the reading of the articles tells it again."""
    conn.execute(sa.delete(attachment))


def alerts_of_articles(
    conn: sa.Connection, files: Sequence[PageId], end: datetime
) -> Iterable[sa.Row[tuple[PageId, str, CaptureId, datetime]]]:
    """The alerts of the articles that these pages are files of: what became of the file is told like the article's."""
    query = (
        sa.select(page.c.id.label("page_id"), alert.c.id, alert.c.snapshot_id, alert.c.told_at)
        .join(attachment, attachment.c.url_key == page.c.url_key)
        .join(alert, alert.c.page_id == attachment.c.page_id)
        .where(page.c.id.in_(files), alert.c.told_at < end)
        .order_by(alert.c.told_at, alert.c.snapshot_id)
    )
    return conn.execute(query)
