"""`longarm urls list`: the pages that sources list, and the pages of the lists themselves, with their states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.mask import clean
from alerts.render_json import stamp
from alerts.wording import words
from desk import json_out
from desk.known import known_sources, must_be, must_be_source
from desk.moments import local
from storage import listings
from storage.findings import PageState

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from desk.session import Desk
    from storage.listings import PageRow


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the known pages, a line each")
    listing.add_argument("--state", metavar="S", help=", ".join(PageState))
    listing.add_argument("--source", metavar="ID", help="only this source's")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")


def run(options: argparse.Namespace, desk: Desk) -> int:
    must_be("--state", options.state, tuple(PageState))
    state = PageState(options.state) if options.state else None
    zone = desk.config.digest.zone
    with desk.database.read() as conn:
        if options.source is not None:
            must_be_source(options.source, known_sources(conn, desk.config.data_dir), "--source")
        for row in listings.listing(conn, state=state, source_id=options.source):
            print(json_out.line(_row(row)) if options.json else _line(row, zone))
    return 0


def _row(row: PageRow) -> Mapping[str, object]:
    shown: dict[str, object] = {
        "url": row.url,
        "source": row.source_id,
        "kind": row.kind,
        "state": row.state,
        "since": stamp(row.since),
        "first_seen": stamp(row.first_seen),
        "last_checked": stamp(row.last_checked),
        "last_ok": stamp(row.last_ok),
        "snapshots": row.snapshots,
        "http_status": row.http_status,
    }
    more = {"gone_as": row.gone_as, "never_seen": row.absent is not None, "unread": row.unread}
    return shown | {name: value for name, value in more.items() if value}


def _line(row: PageRow, zone: ZoneInfo) -> str:
    state = f"never seen ({clean(row.absent)})" if row.absent else str(row.state or "-")
    since = local(row.since, zone) if row.since else "-"
    how = f"  {words('gone_as', row.gone_as).both}" if row.gone_as and not row.absent else ""
    unread = f"  stored, unread: {clean(row.unread)}" if row.unread else ""
    return f"{state:<28} {since:<25} {row.snapshots:>3}  {clean(row.url)}{how}{unread}"
