"""`longarm search`: full text over every snapshot, in either script, with the quote."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from alerts.entities import AGENCIES
from alerts.fold import fold
from alerts.mask import clean, clean_in_place, mask_part, shown
from alerts.people import People, people
from alerts.quotes import context, quote
from alerts.render_json import safe, safe_origin, stamp
from alerts.whence import unseen
from desk import json_out
from desk.days import day_of, in_order
from desk.known import province
from desk.moments import local, page_date
from storage import documents, origins, search, sources
from storage.errors import ConfigError
from storage.query import parse, small_operators
from storage.records import CaptureId

if TYPE_CHECKING:
    import argparse
    from zoneinfo import ZoneInfo

    from desk.session import Desk
    from storage.origins import Origin
    from storage.search import Found


_AT_ONCE = 200
"""So many results are read before the first is printed: what else is known of them is asked once for all."""
_NO_TEXT = "the archive holds no text yet; `longarm crawl` or `longarm import FILE` comes first"
_WIDER = "leave a word or a filter out, or write the beginning of a word with *, as 劝返*"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        'Words stand for AND; also OR, NOT, brackets, "a phrase" and stem*. Simplified finds traditional and the '
        "other way round; one character is enough. Days are those of the page's own date, or of the capture where "
        "it shows none."
    )
    parser.add_argument(
        "query", metavar="QUERY", nargs="+", help='e.g. 劝返 AND (缅北 OR 柬埔寨) NOT 疫情, or "集中劝返"'
    )
    parser.add_argument("--since", metavar="D", help="pages dated on this day or later")
    parser.add_argument("--until", metavar="D", help="pages dated on this day or earlier")
    parser.add_argument("--agency", metavar="A", help=", ".join(AGENCIES))
    parser.add_argument("--province", metavar="P", help="by any of its names: 浙江, Zhejiang, ZJ, 33")
    parser.add_argument("--limit", metavar="N", type=int, default=200, help="so many at most (default 200; 0: all)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(options: argparse.Namespace, desk: Desk) -> int:
    written = " ".join(options.query)
    query = parse(written, fold)
    filters = _filters(options, desk)
    small = small_operators(written)
    if small and not desk.quiet:
        print(f"longarm: operators are upper case; {small[0]!r} is looked for as a word", file=sys.stderr)
    limit = options.limit if options.limit > 0 else None
    printed = 0
    with desk.database.read() as conn:
        found = search.search(conn, query, filters, fold=fold)
        shown_at_most = islice(found, limit)
        while some := list(islice(shown_at_most, _AT_ONCE)):
            said = origins.of_snapshots(conn, [one.snapshot_id for one in some])
            for one in some:
                origin = said.get(one.snapshot_id, origins.UNSAID)
                print(
                    json_out.line(_row(one, origin)) if options.json else _lines(one, origin, desk.config.digest.zone)
                )
            printed += len(some)
        more = limit is not None and printed == limit and next(found, None) is not None
        is_empty = not printed and not documents.snapshots_after(conn, CaptureId(0), 1)
    if more and not desk.quiet:
        print(f"longarm: there are more than {limit}; narrow the search, or say --limit 0", file=sys.stderr)
    if not printed and not desk.quiet:
        print(f"longarm: nothing found; {desk.typed(_NO_TEXT if is_empty else _WIDER)}", file=sys.stderr)
    return 0


def _filters(options: argparse.Namespace, desk: Desk) -> search.Filters:
    if options.agency and options.agency not in AGENCIES:
        raise ConfigError(f"--agency {options.agency!r} is unknown; write one of {', '.join(AGENCIES)}")
    today = desk.clock().astimezone(desk.config.digest.zone).date()
    since = day_of(options.since, "--since", today=today) if options.since else None
    until = day_of(options.until, "--until", today=today) if options.until else None
    in_order(since, until)
    with desk.database.read() as conn:
        provinces = {one.province for one in sources.load(conn, include_disabled=True)}
    named = province("--province", options.province, provinces)
    return search.Filters(since=since, until=until, agency=options.agency, province=named)


def _text(found: Found) -> str:
    return found.document.title if found.field == "title" else found.document.body


def _people(found: Found) -> People:
    return people(f"{found.document.title}\n{found.document.body}")


def _row(found: Found, origin: Origin) -> dict[str, object]:
    text = _text(found)
    known = _people(found)
    begin, end = context(text, (found.start, found.end))
    return {
        "snapshot": found.snapshot,
        "url": found.url,
        "title": safe(found.document.title, known),
        "published": found.document.published,
        "captured": stamp(found.captured),
        "quote": clean_in_place(mask_part(text, begin, end, known)),
        "field": found.field,
        "start": found.start,
        "end": found.end,
        "score": found.score,
        **safe_origin(replace(origin, publisher=found.document.publisher), known),
    }


def _lines(found: Found, origin: Origin, zone: ZoneInfo) -> str:
    dated = page_date(found.document.published, found.captured, zone, imported=bool(origin.time_from)) or "undated"
    known = _people(found)
    marked = quote(_text(found), [(found.start, found.end)], known).marked
    return (
        f"{shown(found.document.title, known) or '(no title)'}\n"
        f"  page {dated} | captured {local(found.captured, zone)} | snapshot {found.snapshot}{unseen(origin, zone)}\n"
        f"  {marked}\n  {clean(found.url)}\n"
    )
