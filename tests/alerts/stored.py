"""Invented pages put straight into a database, as a crawl and its derivations would leave them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import sqlalchemy as sa

from storage import documents, ledger, sources, tables
from storage.capture_record import spell_time
from storage.findings import Document, DocumentKind, Snapshot
from storage.records import Feed, FeedId, Sha256, Source, SourceId
from storage.urls import url_key

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def put_source(conn, name, *, agency="police", province="浙江", enabled=True, **more):
    feed = Feed(id=FeedId(f"{name}/list"), source_id=SourceId(name), url=f"http://{name}.example.gov.cn/")
    source = Source(
        id=SourceId(name),
        name_zh=more.pop("name_zh", f"{name}公安局"),
        name_en=f"{name} PSB",
        agency=agency,
        level="county",
        province=province,
        place=None,
        lang="zh",
        feeds=(feed,),
        enabled=enabled,
        **more,
    )
    sources.sync(conn, [*sources.load(conn, include_disabled=True), source], at=NOON)
    return source


def put_capture(
    conn,
    url,
    *,
    at=NOON,
    source="one",
    role="page",
    status=200,
    event="captured",
    error=None,
    feed=None,
    imported_at=None,
    via=None,
):
    """One look, in the run of its time; its number and its record's hash.

    `imported_at`: it is somebody else's, and came then; `via`: so.
    """
    if imported_at:
        via = {"how": "import:warc", "file": "x.warc", "at": spell_time(imported_at)}
    number = ledger.head(conn)[0] + 1
    record = Sha256(hashlib.sha256(f"{url} {number}".encode()).hexdigest())
    number = ledger.append_captures(conn, [(event, record)], at=at)
    key = url_key(url)
    page = conn.execute(sa.select(tables.page.c.id).where(tables.page.c.url_key == key)).scalar()
    if page is None:
        row = {"url_key": key, "url": url, "source_id": source, "feed_id": feed, "role": role, "first_seen": at}
        page = conn.execute(sa.insert(tables.page).returning(tables.page.c.id), row).scalar_one()
    conn.execute(
        sa.insert(tables.capture),
        {
            "id": number,
            "record_id": record.encode()[:16],
            "record_sha256": record,
            "page_id": page,
            "feed_id": feed,
            "run_id": f"{at:%Y%m%d%H%M%S}".ljust(26, "0"),
            "captured_at": at,
            "vantage": "default",
            "kind": "error" if error else "response",
            "status": None if error else status,
            "error": error,
            "truncated": False,
            "via": via,
            "warc_file": "a.warc.gz",
            "warc_offset": 0,
            "warc_length": 1,
        },
    )
    return number, record, page


def put_snapshot(conn, url, title, body, *, at=NOON, published=None, source="one", publisher=None, lang="zh", **more):
    """One look at a page that shows this text for the first time: its snapshot and document."""
    number, record, page = put_capture(conn, url, at=at, source=source, **more)
    document = Document(
        kind=DocumentKind.ARTICLE,
        title=title,
        body=body,
        published=published,
        publisher=publisher,
        lang=lang,
        published_precision="day" if published else "none",
    )
    documents.put(conn, [(number, document)], version="1")
    ordinal = len(documents.snapshots(conn, page)) + 1
    documents.put_snapshots(
        conn,
        [
            {"id": number, "page_id": page, "ordinal": ordinal, "parts": [number], "text_sha256": record, "version": 1},
        ],
    )
    snapshot = Snapshot(
        id=number, record_sha256=record, page_id=page, url=url, ordinal=ordinal, captured_at=at, parts=(number,)
    )
    return snapshot, document
