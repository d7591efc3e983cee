"""`longarm export`: alerts or snapshots as CSV or JSON lines, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.json_lines import dumps
from alerts.mask import clean_in_place
from alerts.people import named_by, people
from alerts.render_json import alert_object, owner_objects, safe, safe_origin, stamp
from desk.days import since_of
from desk.files import give, is_stdout
from desk.json_out import taken_by
from desk.known import must_be, page_named
from storage import alerts, attachments, documents, ledger, origins, pages
from storage.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    import sqlalchemy as sa

    from alerts.people import People
    from desk.session import Desk
    from storage.findings import Snapshot
    from storage.records import PageId

FORMS = ("csv", "jsonl")
LATER = ("wacz", "dossier", "ftm")
_ALERT = (
    "alert", "rule", "variant", "severity", "stance", "status", "url", "source", "agency", "province", "snapshot",
    "first_seen", "told_at", "published", "title", "matched", "quote", "field", "start", "end", "cluster", "kind",
    "lang", "more", "page_number", "attached_to", "publisher", "carried_by",
    "publisher_told", "imported", "captured_at",
)  # fmt: skip
_SNAPSHOT = (
    "snapshot", "url", "source", "ordinal", "captured_at", "kind", "title", "published", "published_precision",
    "publisher", "author", "lang", "script", "body", "attached_to", "carried_by",
    "publisher_told", "imported",
)  # fmt: skip
# What a spreadsheet takes for a formula, also behind a quotation mark, a tab or a line break.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"Not in this version: {', '.join(LATER)}."
    parser.add_argument("form", metavar="FORM", help=" or ".join(FORMS))
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--alert", metavar="ID", help="this alert")
    chosen.add_argument("--url", metavar="U", help="what this page raised")
    chosen.add_argument("--since", metavar="D", help="told (a snapshot: captured) on this day or later")
    parser.add_argument("--snapshots", action="store_true", help="the snapshots with their texts, not the alerts")
    parser.add_argument(
        "--output", metavar="F", required=True, help="the file, written whole or not at all; - for stdout"
    )


def run(options: argparse.Namespace, desk: Desk) -> int:
    if options.form in LATER:
        raise ConfigError(f"export {options.form}: not in this version; write one of {', '.join(FORMS)}")
    must_be("export", options.form, FORMS)
    since = since_of(options.since, now=desk.clock(), zone=desk.config.digest.zone)
    columns = _SNAPSHOT if options.snapshots else _ALERT
    with desk.database.read() as conn:
        rows = _Counted(_snapshots(conn, options, since) if options.snapshots else _alerts(conn, options, since))
        parts = _csv(rows, columns) if options.form == "csv" else _jsonl(rows, options.output)
        sha256 = give(options.output, parts)
    _keep(desk, {"what": "exported", "form": options.form, "rows": rows.count, "file_sha256": sha256})
    if not desk.quiet:
        where, told = ("stdout", sys.stderr) if is_stdout(options.output) else (options.output, sys.stdout)
        print(f"{where}: {rows.count} {'snapshots' if options.snapshots else 'alerts'}, SHA-256 {sha256}", file=told)
    return 0


def _keep(desk: Desk, body: dict[str, object]) -> None:
    """An export leaves the house: it is in the ledger with the hash of its bytes (evidence.md, section 9). A copy on
    read-only media keeps no ledger of its own, and evidence is taken out of it all the same."""
    if desk.database.is_read_only:
        print("longarm: read-only: no line of this export in the ledger; note its SHA-256 yourself", file=sys.stderr)
        return
    at = desk.clock()
    with desk.database.write() as conn:
        subject = f"export {ledger.act_time(at)} {body['file_sha256']}"
        ledger.append_act(conn, event="custody", subject=subject, body=body, at=at)


class _Counted:
    """Rows as they pass by."""

    def __init__(self, rows: Iterable[dict[str, object]]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[dict[str, object]]:
        for row in self._rows:
            self.count += 1
            yield row


def _alerts(conn: sa.Connection, options: argparse.Namespace, since: datetime | None) -> Iterator[dict[str, object]]:
    page_id = page_named(conn, options.url).id if options.url else None
    found = [alerts.find(conn, options.alert)] if options.alert else alerts.listing(conn, since=since)
    came = origins.of_snapshots(conn, [one.snapshot_id for one in found])
    for one in found:
        if page_id is None or one.page_id == page_id:
            known = named_by(one)
            said = safe_origin(came.get(one.snapshot_id), known)
            yield alert_object(one) | said | _attached_to(conn, one.page_id, known)


def _snapshots(conn: sa.Connection, options: argparse.Namespace, since: datetime | None) -> Iterator[dict[str, object]]:
    for batch in _batches(conn, options):
        parts, came = documents.parts_of(conn, batch), origins.of_snapshots(conn, [one.id for one in batch])
        for one in batch:
            if (since is not None and one.captured_at < since) or not parts[one.id]:
                continue
            text = documents.join(parts[one.id])
            known = people(f"{text.title}\n{text.body}")
            origin = replace(came.get(one.id, origins.UNSAID), publisher=text.publisher)
            yield {
                "snapshot": one.short,
                "url": one.url,
                "source": pages.by_id(conn, one.page_id).source_id,
                "ordinal": one.ordinal,
                "captured_at": stamp(one.captured_at),
                "kind": text.kind,
                "title": safe(text.title, known),
                "published": text.published,
                "published_precision": text.published_precision,
                **safe_origin(origin, known),
                "author": safe(text.author or "", known) or None,
                "lang": text.lang,
                "script": text.script,
                "body": safe(text.body, known),
            } | _attached_to(conn, one.page_id, known)


def _attached_to(conn: sa.Connection, page_id: PageId, known: People) -> dict[str, object]:
    """The articles whose file the page is; nothing for other pages."""
    owners = attachments.owners(conn, [page_id]).get(page_id, ())
    return {"attached_to": owner_objects(owners, known)} if owners else {}


def _batches(conn: sa.Connection, options: argparse.Namespace) -> Iterator[list[Snapshot]]:
    if options.alert:
        yield documents.snapshots_by_id(conn, [alerts.find(conn, options.alert).snapshot_id])
    elif options.url:
        yield documents.snapshots(conn, page_named(conn, options.url).id)
    else:
        batch = documents.snapshots_after(conn, 0, 200)  # type: ignore[arg-type] # before the first capture
        while batch:
            yield batch
            batch = documents.snapshots_after(conn, batch[-1].id, 200)


def _jsonl(rows: Iterable[dict[str, object]], output: str) -> Iterator[bytes]:
    taken = taken_by(output)
    for row in rows:
        yield f"{taken(dumps(row))}\n".encode()


def _csv(rows: Iterable[dict[str, object]], columns: tuple[str, ...]) -> Iterator[bytes]:
    """CSV with a byte order mark, without which Excel reads Chinese as Latin."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    text = clean_in_place(json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
