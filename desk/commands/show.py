"""`longarm show SNAPSHOT`: one snapshot's text, its bytes as the site sent them, or all that was read out of it.

Any other capture, of which `history` gives the id, is shown as what it is: an error page, a look that brought nothing.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.letter import AS_TOLD
from alerts.mask import clean, clean_in_place
from alerts.people import people
from alerts.render_json import origin_object, owner_objects, stamp
from alerts.whence import imported
from desk import captures_shown, json_out
from desk.moments import local, page_date
from storage import attachments, documents, feeds, hits, origins, pages
from storage.errors import ConfigError
from storage.findings import page_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from desk.session import Desk
    from storage.attachments import Owner
    from storage.findings import Document, Hit, Snapshot
    from storage.origins import Origin


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", metavar="SNAPSHOT", help="its id, or a capture's; 8 digits or more of it")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--text", action="store_true", help="title, date and body (the default)")
    form.add_argument("--html", action="store_true", help="the bytes the site sent, content-coding undone")
    form.add_argument("--json", action="store_true", help="everything that was read out of it, as JSON")


def run(options: argparse.Namespace, desk: Desk) -> int:
    with desk.database.read() as conn:
        look = captures_shown.look_of(conn, options.snapshot)
    if look is not None:
        return captures_shown.show(look, desk, html=options.html, as_json=options.json, write=_write)
    with desk.database.read() as conn:
        found = documents.find_snapshot(conn, options.snapshot)
        whole = documents.of_snapshot(conn, found)
        captures = [pages.capture(conn, number) for number in found.parts]
        matched, _ = hits.of_snapshot(conn, found.id)
        listed = feeds.listed(conn, [found.url]).get(found.url, feeds.Listed())
        owners = attachments.owners(conn, [found.page_id]).get(found.page_id, ())
        origin = origins.of_snapshots(conn, [found.id]).get(found.id, origins.UNSAID)
    if options.html:
        for capture in captures:
            _write(desk.archive.body(capture))
        return 0
    if whole is None:
        raise ConfigError(f"{found.short}: its text has not been read yet; run `longarm scan`")
    origin = replace(origin, publisher=whole.publisher)
    if options.json:
        shown = _row(found, whole, listed, origin) | {
            "captures": [capture.short for capture in captures],
            "hits": [_hit(hit, whole) for hit in matched],
            "attachments": [{"url": link.url, "text": clean_in_place(link.text)} for link in whole.attachments],
            "attached_to": owner_objects(owners, people(f"{whole.title}\n{whole.body}")),
        }
        print(json_out.line(shown))
        return 0
    print(_text(found, whole, listed, owners, origin, zone=desk.config.digest.zone))
    return 0


def _hit(hit: Hit, whole: Document) -> dict[str, object]:
    shown: dict[str, object] = {
        "rule": hit.concept,
        "variant": hit.variant,
        "field": hit.field,
        "start": hit.start,
        "end": hit.end,
    }
    page = page_of(whole, hit.start) if hit.field == "body" else None
    return shown | {"page_number": page} if page else shown


def _row(found: Snapshot, whole: Document, listed: feeds.Listed, origin: Origin) -> dict[str, object]:
    return {
        "snapshot": found.short,
        "url": found.url,
        "captured_at": stamp(found.captured_at),
        "ordinal": found.ordinal,
        "kind": str(whole.kind),
        "title": clean_in_place(whole.title),
        "published": whole.published,
        "published_precision": whole.published_precision,
        **origin_object(origin.with_names(clean_in_place)),
        "author": clean_in_place(whole.author or "") or None,
        "body": clean_in_place(whole.body),
        "lang": whole.lang,
        "script": whole.script,
        "charset": whole.charset,
        "platform": whole.platform,
        "layout": clean_in_place(listed.layout or "") or None,
        "account": clean_in_place(listed.account or "") or None,
        "warnings": list(whole.warnings),
    }


def _text(
    found: Snapshot,
    whole: Document,
    listed: feeds.Listed,
    owners: Sequence[Owner],
    origin: Origin,
    *,
    zone: ZoneInfo,
) -> str:
    facts = [
        ("url", found.url),
        ("snapshot", f"{found.short} (number {found.ordinal} of its page)"),
        ("captured", local(found.captured_at, zone) + imported(origin)),
        ("published", page_date(whole.published, found.captured_at, zone, imported=bool(origin.time_from))),
        ("layout", listed.layout),
        ("publisher", f"{origin.named} {AS_TOLD}" if origin.is_told else origin.named),
        ("author", whole.author),
        *(("attached", f"to {one.title} {one.url}") for one in owners),
        *(("file", f"{link.text} {link.url}") for link in whole.attachments),
    ]
    head = [f"{name + ':':<11}{clean(value)}" for name, value in facts if value]
    warnings = [f"{'warning:':<11}{clean(warning)}" for warning in whole.warnings]
    return "\n".join([clean(whole.title), *head, *warnings, "", clean_in_place(whole.body)])


def _write(body: bytes) -> None:
    """Bytes as they are into a file or a pipe; on a terminal only what cannot steer it."""
    if sys.stdout.isatty():
        print(clean_in_place(body.decode("utf-8", "replace")))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
