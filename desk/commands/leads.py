"""`longarm leads`: the texts that no rule holds and a model finds alike: list them, say which are worth reading."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.mask import clean
from alerts.render_json import lead_object
from alerts.whence import CARRIED
from desk import json_out, leads_shown, teaching
from desk.days import since_of
from desk.known import must_be
from storage import reviews

if TYPE_CHECKING:
    import argparse

    from alerts.letter import Possible
    from desk.session import Desk

STATUSES = ("new", "relevant", "irrelevant")
_MOST, _BACK = 200, timedelta(days=7)


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    line = f"the leads, the likeliest first, {_MOST} at most; those marked irrelevant are left out"
    listing = actions.add_parser("list", help=line, description=line)
    listing.add_argument("--since", metavar="D", help="captured on this day or later (default: in the last seven days)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    line = "say what a lead is; the next scan learns of it, and an irrelevant one leaves the digest"
    mark = actions.add_parser("mark", help=line, description=line)
    mark.add_argument("snapshot", metavar="SNAPSHOT", help="as the digest and the list name it; 8 digits or more of it")
    mark.add_argument("status", metavar="STATUS", help=f"{', '.join(STATUSES)}; new takes a mark back")
    mark.add_argument("--by", metavar="NAME", help="who does it (default: LONGARM_ANALYST, or your login's name)")


def run(options: argparse.Namespace, desk: Desk) -> int:
    if options.action == "mark":
        must_be("leads: STATUS", options.status, STATUSES)
        found = teaching.mark(desk, options.snapshot, options.status, by=desk.person(options.by))
        if not desk.quiet:
            print(f"{found.short}: mark {options.status}  {clean(found.url)}")
        return 0
    now = desk.clock()
    since = since_of(options.since, now=now, zone=desk.config.digest.zone) or now - _BACK
    with desk.database.read() as conn:
        found_leads = leads_shown.of_window(conn, since, now + timedelta(seconds=1), limit=_MOST)
        stands = reviews.standing(conn, kind=reviews.LEAD, ids=[one.snapshot for one in found_leads])
    for one in found_leads:
        status = stands[one.snapshot].status if one.snapshot in stands else "new"
        print(json_out.line(lead_object(one) | {"status": status}) if options.json else _lines(one, status))
    if not found_leads and not desk.quiet:
        first, last = (moment.astimezone(desk.config.digest.zone).date().isoformat() for moment in (since, now))
        print(f"longarm: no lead captured {first} to {last}; --since D looks further back", file=sys.stderr)
    return 0


def _lines(one: Possible, status: str) -> str:
    head = f"{one.snapshot[:12]}  {one.score:5.2f}  {status:<8}  {one.concept.both}?  {one.title}"
    return f"{head}\n  {one.quote.marked}\n  {clean(one.url)}\n" + (f"  {CARRIED}\n" if one.origin.carried_by else "")
