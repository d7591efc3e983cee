"""`longarm alerts`: triage from the shell: list, show, mark, note, assign."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from alerts.bilingual import glosses
from alerts.mask import clean, shown
from alerts.people import named_by, people
from alerts.quotes import quote
from alerts.render_json import alert_object, dumps, owner_objects, safe, stamp
from alerts.wording import words
from desk.days import beginning, day_of
from desk.page_now import page_now
from desk.triage import copies_of, review
from storage import alerts, attachments, documents, reviews
from storage.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    import sqlalchemy as sa

    from desk.page_now import PageNow
    from desk.session import Desk
    from storage.attachments import Owner
    from storage.findings import Alert
    from storage.reviews import Review

# What is no page's words: a number in it is no person's.
_ADDRESSES = frozenset({"url", "copies", "snapshot", "alert"})
_ID = "its id, or a unique beginning of 8 characters or more"


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the alerts, oldest first, a line each")
    listing.add_argument("--since", metavar="D", help="told on this day or later")
    listing.add_argument("--status", metavar="S", help=", ".join(reviews.STATUSES))
    listing.add_argument("--rule", metavar="ID", help="a concept or a rule")
    listing.add_argument("--source", metavar="ID", help="only this source's")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    show = actions.add_parser("show", help="one alert: its quote, and what was done with it")
    show.add_argument("alert", metavar="ID", help=_ID)
    show.add_argument("--json", action="store_true", help="as one JSON object")
    mark = actions.add_parser("mark", help="say what it is; its copies are marked too, its variants never")
    mark.add_argument("alert", metavar="ID", help=_ID)
    mark.add_argument("status", metavar="STATUS", help=", ".join(reviews.STATUSES))
    mark.add_argument("--reason", metavar="TEXT", help="why, e.g. look-alike, copy, old, off-topic")
    note = actions.add_parser("note", help="write a note on it")
    note.add_argument("alert", metavar="ID", help=_ID)
    note.add_argument("text", metavar="TEXT", nargs="+")
    assign = actions.add_parser("assign", help="say who sees to it")
    assign.add_argument("alert", metavar="ID", help=_ID)
    assign.add_argument("who", metavar="WHO")
    for action in (mark, note, assign):
        action.add_argument("--by", metavar="NAME", help="who does it (default: the name you are logged in under)")


def run(options: argparse.Namespace, desk: Desk) -> int:
    if options.action == "list":
        return _list(options, desk)
    if options.action == "show":
        return _show(options, desk)
    act, body = _act(options)
    concerned = review(desk, options.alert, act, body, by=options.by or getpass.getuser())
    if not desk.quiet:
        also = f" and {len(concerned) - 1} copies of it" if len(concerned) > 1 else ""
        print(f"{concerned[0].id}{also}: {act} {shown(' '.join(body.values()))}")
    return 0


def _act(options: argparse.Namespace) -> tuple[str, dict[str, str]]:
    if options.action == "note":
        return reviews.NOTE, {"text": _said(" ".join(options.text), "TEXT")}
    if options.action == "assign":
        return reviews.ASSIGN, {"who": _said(options.who, "WHO")}
    _check_status(options.status, "STATUS")
    reason = {"reason": options.reason} if options.reason else {}
    return reviews.MARK, {"status": options.status, **reason}


def _said(written: str, name: str) -> str:
    if not written.strip():
        raise ConfigError(f"alerts: {name} is empty; write something")
    return written.strip()


def _check_status(status: str, name: str) -> None:
    if status not in reviews.STATUSES:
        raise ConfigError(f"alerts: {name} {status!r} is unknown; write one of {', '.join(reviews.STATUSES)}")


def _list(options: argparse.Namespace, desk: Desk) -> int:
    if options.status:
        _check_status(options.status, "--status")
    zone = desk.config.digest.zone
    today = desk.clock().astimezone(zone).date()
    since = beginning(day_of(options.since, "--since", today=today), zone) if options.since else None
    with desk.database.read() as conn:
        found = alerts.listing(conn, since=since, status=options.status, rule=options.rule, source_id=options.source)
        owners = attachments.owners(conn, {alert.page_id for alert in found}) if options.json else {}
    for alert in found:
        print(dumps(_object(alert, owners.get(alert.page_id, ()))) if options.json else _line(alert))
    return 0


def _object(alert: Alert, owners: Sequence[Owner]) -> dict[str, object]:
    found = {"labels": list(alert.labels), "why": alert.why, "version": alert.rule_version}
    return alert_object(alert) | found | ({"attached_to": owner_objects(owners)} if owners else {})


def _line(alert: Alert) -> str:
    published = (alert.published or "undated")[:10]
    head = f"{alert.id[:12]}  {alert.severity:<8}  {alert.status:<10}  {published:<10}  {alert.kind:<11}"
    return f"{head}  {alert.concept}  {shown(alert.title, named_by(alert))}  {clean(alert.url)}"


def _show(options: argparse.Namespace, desk: Desk) -> int:
    with desk.database.read() as conn:
        alert = alerts.find(conn, options.alert)
        done = reviews.of_alert(conn, alert.id)
        copies = copies_of(conn, alert)
        text = _text(conn, alert)
        now = page_now(conn, alert)
        owners = attachments.owners(conn, [alert.page_id]).get(alert.page_id, ())
    if options.json:
        told = {"who": reviews.stand_of(done).who, "copies": [copy.url for copy in copies]}
        print(dumps(_object(alert, owners) | told | now.row() | {"reviews": [_review(one) for one in done]}))
    else:
        print("\n".join(_lines(alert, done, copies, text, owners, now=now)))
    return 0


def _text(conn: sa.Connection, alert: Alert) -> str:
    """The title or body that the alert's offsets point into."""
    found = documents.snapshots_by_id(conn, [alert.snapshot_id])
    document = documents.of_snapshot(conn, found[0]) if found else None
    if document is None:
        return ""
    return document.title if alert.field == "title" else document.body


def _lines(
    alert: Alert, done: Sequence[Review], copies: Sequence[Alert], text: str, owners: Sequence[Owner], *, now: PageNow
) -> Iterator[str]:
    stand = reviews.stand_of(done)
    spans = [(alert.start, alert.end), *((a, b) for field, a, b in alert.more if field == alert.field)]
    known = named_by(alert) | people(text)
    marked = quote(text, spans, known).marked or shown(alert.quote, known)
    facts = {
        "alert": alert.id,
        "status": alert.status + (f" ({shown(stand.reason)})" if stand.reason else ""),
        "assigned": shown(stand.who or ""),
        "concept": f"{words('concept', alert.concept).both} ({alert.variant})",
        "severity": f"{words('severity', alert.severity).both}, {words('stance', alert.stance).both}",
        "why": alert.why,
        "labels": ", ".join(words("label", label).both for label in alert.labels),
        "rule": f"version {alert.rule_version}" if alert.rule_version else None,
        "seen by": words("layer", alert.layer).both if alert.layer != "plain" else None,
        "kind": alert.kind,
        "title": shown(alert.title or next((one.text for one in owners), "")),
        "quote": marked,
        "page": alert.page_number,
        "article": "; ".join(f"{shown(one.title)} {clean(one.url)}".strip() for one in owners),
        "terms": "; ".join(shown(f"{term} = {gloss}") for term, gloss in glosses(alert.quote)),
        "source": alert.source_id,
        "agency": words("agency", alert.agency).both if alert.agency else None,
        "province": words("province", alert.province).both if alert.province else None,
        "published": shown(alert.published or ""),
        "first seen": stamp(alert.first_seen),
        "url": clean(alert.url),
        "snapshot": alert.snapshot,
        "page now": "; ".join(map(clean, now.said())),
        "copies": ", ".join(clean(copy.url) for copy in copies),
    }
    for name, value in facts.items():
        if value:
            yield f"{name + ':':<12}{clean(str(value)) if name in _ADDRESSES else shown(str(value), known)}"
    for one in done:
        yield f"{stamp(one.at)}  {shown(one.analyst)}: {one.act} {shown(' '.join(one.body.values()))}"


def _review(one: Review) -> dict[str, object]:
    said = {name: safe(value) for name, value in one.body.items()}
    return {"at": stamp(one.at), "who": one.analyst, "act": one.act, **({"said": said} if said else {})}
