"""`longarm history URL`: everything that happened to one page, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.mask import clean, shown
from alerts.original import original, outlived
from alerts.people import NOBODY, people
from alerts.render_json import owner_objects, stamp
from alerts.wording import words
from desk import json_out
from desk.known import page_named
from desk.moments import local
from desk.stories import outlived_line
from storage import attachments, documents, listings, stories
from storage.findings import GoneAs

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from alerts.people import People
    from desk.session import Desk
    from storage.listings import Event
    from storage.records import Page
    from storage.stories import Teller


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="a page, or a list's page")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(options: argparse.Namespace, desk: Desk) -> int:
    with desk.database.read() as conn:
        page = page_named(conn, options.url)
        events = listings.history(conn, page)
        owners = attachments.owners(conn, [page.id]).get(page.id, ())
        cluster = stories.of_page(conn, page.id)
        named = _named(conn, page) if owners else NOBODY
        tellers = stories.load(conn, cluster).pages if cluster else ()
    if options.json:
        survived = outlived(tellers)
        more: dict[str, object] = {"attached_to": owner_objects(owners, named)} if owners else {}
        if survived and survived.page.page_id == page.id:
            more["copies_alive"] = [one.url for one in survived.alive]
        for event in events:
            print(json_out.line({**_row(event), **more}))
        return 0
    print(clean(page.url))
    for one in owners:
        print(f"attached to {shown(one.title, named)} {clean(one.url)}")
    for line in _story(page, tellers, desk.config.digest.zone):
        print(line)
    several = len({event.vantage for event in events if event.vantage}) > 1
    for event in events:
        seen_from = f"from {event.vantage}" if several and event.vantage else ""
        print(_line(event, seen_from, desk.config.digest.zone))
    return 0


def _named(conn: Connection, page: Page) -> People:
    """Whom a file names, as it was read last: the words of the article that leads to it may name them too."""
    kept = documents.snapshots(conn, page.id)
    text = documents.of_snapshot(conn, kept[-1]) if kept else None
    return people(f"{text.title}\n{text.body}") if text else NOBODY


def _story(page: Page, tellers: Sequence[Teller], zone: ZoneInfo) -> Iterator[str]:
    """What a page is in its story, and who outlives whom in it."""
    first = original(tellers, zone)
    if first is None:
        return
    if first.page.page_id == page.id:
        yield clean(f"probably the original of {len(tellers)} pages with this text: {first.reason}")
    else:
        yield clean(
            f"one of {len(tellers)} pages with this text, the original probably {first.page.url}: {first.reason}"
        )
    if outlived(tellers):
        yield outlived_line(tellers).strip()


def _row(event: Event) -> Mapping[str, object]:
    return {
        "at": stamp(event.at),
        "event": event.event,
        "snapshot": event.snapshot,
        "sha256": event.sha256,
        "http_status": event.http_status,
        "final_url": event.final_url,
        "note": event.note,
        "vantage": event.vantage,
        "capture": event.capture,
    }


def _note(note: str) -> str:
    """The note in words: how a page is gone stands first in it, as programs call it."""
    how, apart, rest = note.partition("; ")
    return f"{words('gone_as', how).both}{apart}{rest}" if how in set(GoneAs) else note


def _line(event: Event, seen_from: str, zone: ZoneInfo) -> str:
    status = str(event.http_status) if event.http_status is not None else ""
    # What shows nothing of the page is no snapshot, and can be looked at all the same: `show` takes either id.
    shown = (event.snapshot or event.capture or "")[:12]
    told = [local(event.at, zone), f"{event.event:<14}", f"{status:<3}", shown]
    final = f"-> {event.final_url}" if event.final_url else ""
    parts = (*told, clean(final), clean(seen_from), clean(_note(event.note or "")))
    return "  ".join(part for part in parts if part).rstrip()
