"""`longarm alerts`: triage from the shell: list, show, mark, note, assign, undo."""

from __future__ import annotations

import difflib
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING

from alerts.bilingual import glosses
from alerts.letter import AS_TOLD
from alerts.mask import clean, shown
from alerts.people import NOBODY, named_by, people
from alerts.phrases import plural
from alerts.quotes import quote
from alerts.reasons import REASONS, read_reason
from alerts.render_json import alert_object, owner_objects, safe, safe_origin, stamp
from alerts.whence import CARRIED, imported
from alerts.wording import words
from desk import json_out
from desk.days import beginning, day_of, due_day, in_order, since_of
from desk.known import known_sources, must_be, must_be_source
from desk.learning import proposal_for
from desk.moments import local, page_date
from desk.page_now import page_now
from desk.stories import story_lines, story_object
from desk.triage import copies_of, review, text_of, undo
from storage import alerts, arrivals, attachments, origins, reviews, stories
from storage.errors import ConfigError
from storage.findings import AlertKind, Severity
from storage.reviews import Stand

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from alerts.people import People
    from desk.page_now import PageNow
    from desk.session import Desk
    from storage.attachments import Owner
    from storage.database import Connection
    from storage.findings import Alert
    from storage.origins import Origin
    from storage.reviews import Review

# What is no page's words: a number in it is no person's.
_ADDRESSES = frozenset({"url", "copies", "snapshot", "alert"})
_HEADS = (
    "alert", "severity", "status", "told", "page dated", "found in", "rule", "source or publisher", "title", "address"
)  # fmt: skip
_WIDTHS = (12, 8, 10, 10, 10, 11)
_HEAD_WORDS = ", ".join(_HEADS)
_ID = "its id, or a unique beginning of 8 characters or more"


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the alerts, oldest first, a line each")
    listing.epilog = f"Columns, headed on a terminal: {_HEAD_WORDS}. Told: the day on which we told of it."
    listing.add_argument("--since", metavar="D", help="told on this day or later")
    listing.add_argument("--until", metavar="D", help="told on this day or earlier")
    listing.add_argument("--status", metavar="S", help=f"one or more, with commas: {', '.join(reviews.STATUSES)}")
    listing.add_argument("--severity", metavar="S", help=f"as grave as this or graver: {', '.join(Severity)}")
    listing.add_argument("--rule", metavar="ID", help="a concept or a rule")
    listing.add_argument("--source", metavar="ID", help="only this source's")
    listing.add_argument("--who", metavar="NAME", help="only what this person is to see to")
    listing.add_argument("--due", metavar="D", help="only follow-ups due on this day or before: today, week, a date")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    show = actions.add_parser("show", help="one alert: its quote, and what was done with it")
    show.add_argument("alert", metavar="ID", help=_ID)
    show.add_argument("--json", action="store_true", help="as one JSON object")
    mark = actions.add_parser("mark", help="say what it is; its copies are marked too, its variants never")
    mark.add_argument("alert", metavar="ID", help=_ID)
    mark.add_argument("status", metavar="STATUS", help=", ".join(reviews.STATUSES))
    mark.add_argument("--reason", metavar="WHY", help=f"of irrelevant: {', '.join(REASONS)}, or other: TEXT")
    mark.add_argument("--owner", metavar="WHO", help="who follows up (default: you)")
    mark.add_argument("--due", metavar="D", help="until when: tomorrow (the default), week, or a date")
    note = actions.add_parser("note", help="write a note on it")
    note.add_argument("alert", metavar="ID", help=_ID)
    note.add_argument("text", metavar="TEXT", nargs="+")
    assign = actions.add_parser("assign", help="say who sees to it")
    assign.add_argument("alert", metavar="ID", help=_ID)
    assign.add_argument("who", metavar="WHO")
    back = actions.add_parser("undo", help="take back the last thing you did (to this alert, or to any)")
    back.add_argument("alert", metavar="ID", nargs="?", help=_ID)
    for action in (mark, note, assign, back):
        action.add_argument("--by", metavar="NAME", help="who does it (default: LONGARM_ANALYST, or your login's name)")


def run(options: argparse.Namespace, desk: Desk) -> int:
    if options.action == "list":
        return _list(options, desk)
    if options.action == "show":
        return _show(options, desk)
    by = desk.person(options.by)
    if options.action == "undo":
        return _undo(options, desk, by)
    act, body = _act(options, desk, by)
    concerned = review(desk, options.alert, act, body, by=by)
    if not desk.quiet:
        print(f"{_these(concerned)}: {act} {shown(' '.join(body.values()), named_by(concerned[0]))}")
        if body.get("status") == "irrelevant":
            print(shown(proposal_for(desk, concerned[0]), named_by(concerned[0])))
    return 0


def _these(concerned: Sequence[Alert]) -> str:
    return concerned[0].id + (
        f" and {plural(len(concerned) - 1, 'copy', 'copies')} of it" if len(concerned) > 1 else ""
    )


def _undo(options: argparse.Namespace, desk: Desk, by: str) -> int:
    taken = undo(desk, options.alert, by=by)
    if not desk.quiet:
        with desk.database.read() as conn:
            status = reviews.stand_of(reviews.of_alert(conn, taken[0].alert_id)).status
        also = f" and {plural(len(taken) - 1, 'copy', 'copies')} of it" if len(taken) > 1 else ""
        print(f"{taken[0].alert_id}{also}: took back {taken[0].act} {shown(_words(taken[0]), NOBODY)}; it is {status}")
    return 0


def _act(options: argparse.Namespace, desk: Desk, by: str) -> tuple[str, dict[str, str]]:
    if options.action == "note":
        return reviews.NOTE, {"text": _said(" ".join(options.text), "TEXT")}
    if options.action == "assign":
        return reviews.ASSIGN, {"who": _said(options.who, "WHO")}
    _check_status(options.status, "STATUS")
    body = {"status": str(options.status)}
    if options.reason:
        reason, detail = read_reason(options.reason) if options.status == "irrelevant" else (options.reason, "")
        body |= {"reason": reason} | ({"detail": detail} if detail else {})
    if options.status == "follow-up":
        today = desk.clock().astimezone(desk.config.digest.zone).date()
        due = due_day(options.due or "tomorrow", "--due", today=today)
        if due < today:
            raise ConfigError(f"--due {options.due}: lies behind today, {today.isoformat()}")
        return reviews.MARK, body | {"who": _said(options.owner or by, "--owner"), "due": due.isoformat()}
    if options.due or options.owner:
        raise ConfigError("alerts: --due and --owner belong to STATUS follow-up")
    return reviews.MARK, body


def _said(written: str, name: str) -> str:
    if not written.strip():
        raise ConfigError(f"alerts: {name} is empty; write something")
    return written.strip()


def _check_status(status: str, name: str) -> None:
    if status not in reviews.STATUSES:
        near = difflib.get_close_matches(status, reviews.STATUSES, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ConfigError(f"alerts: {name} {status!r} is unknown; {hint}write one of {', '.join(reviews.STATUSES)}")


def _list(options: argparse.Namespace, desk: Desk) -> int:
    wanted = [part.strip() for part in (options.status or "").split(",") if part.strip()]
    for status in wanted:
        _check_status(status, "--status")
    must_be("--severity", options.severity, tuple(Severity))
    grave = tuple(Severity)[: tuple(Severity).index(Severity(options.severity or Severity.INFO)) + 1]
    zone = desk.config.digest.zone
    today = desk.clock().astimezone(zone).date()
    since = since_of(options.since, now=desk.clock(), zone=zone)
    last = day_of(options.until, "--until", today=today) if options.until else None
    in_order(since.astimezone(zone).date() if since else None, last)
    # After the calendar's last day nothing comes.
    until = beginning(last + timedelta(days=1), zone) if last and last < date.max else None
    due = due_day(options.due, "--due", today=today).isoformat() if options.due else None
    with desk.database.read() as conn:
        found = alerts.listing(conn, since=since, until=until, rule=options.rule, source_id=options.source)
        if not found:
            _check_known(conn, desk, options)
        in_window = len(found)
        stands = reviews.standing(conn, ids=[one.id for one in found])
        found = [
            one
            for one in found
            if (not wanted or one.status in wanted)
            and one.severity in grave
            and _is_asked(stands.get(one.id, Stand()), options.who, due)
        ]
        owners = attachments.owners(conn, {alert.page_id for alert in found}) if options.json else {}
        came = origins.of_snapshots(conn, [one.snapshot_id for one in found])
        is_empty = not found and not alerts.rules_told(conn)
    # Whoever reads it sees what the columns are; whatever counts lines of stdout counts alerts.
    if found and sys.stdout.isatty() and not (options.json or desk.quiet):
        print(_HEAD)
    if not found and not desk.quiet:
        asked = [f"--{name} {given}" for name in _CHOSEN_BY if (given := getattr(options, name))]
        print(f"longarm: {desk.typed(_none(in_window, asked, is_empty=is_empty))}", file=sys.stderr)
    for alert in found:
        stand, origin = stands.get(alert.id, Stand()), came.get(alert.snapshot_id, origins.UNSAID)
        if options.json:
            said = safe_origin(origin, named_by(alert))
            print(json_out.line(_object(alert, owners.get(alert.page_id, ()), stand) | said))
        else:
            print(_line(alert, origin, zone))
    return 0


# What the archive itself is asked by; the other filters choose among what it gives.
_CHOSEN_BY = ("since", "until", "rule", "source")


def _none(in_window: int, asked: list[str], *, is_empty: bool) -> str:
    """Why the list is empty, and what to do about it. `asked`: what of `_CHOSEN_BY` was given, as it was."""
    if is_empty:
        return "no alert was told yet; `longarm run`, or `longarm scan` after `longarm import FILE`, makes them"
    if in_window:
        which = "has" if in_window == 1 else "have"
        return f"none of the {plural(in_window, 'alert')} {which} what is asked for; leave out a filter"
    return f"no alert is left by {' '.join(asked)}; " + ("leave one of them out" if asked[1:] else "leave it out")


def _check_known(conn: Connection, desk: Desk, options: argparse.Namespace) -> None:
    """Nothing found: because there is none, or because the rule or the source is mistyped. Raises ConfigError."""
    if options.rule is not None and options.rule not in alerts.rules_told(conn):
        known = {name for rule in desk.rulebook.rules for name in (rule.id, rule.concept)}
        if options.rule not in known:
            near = difflib.get_close_matches(options.rule, sorted(known), 1)
            hint = f"did you mean {near[0]}?" if near else "`longarm rules list` shows the rules"
            raise ConfigError(f"--rule {options.rule!r} is unknown; {hint}")
    if options.source is not None:
        must_be_source(options.source, known_sources(conn, desk.config.data_dir), "--source")


def _is_asked(stand: Stand, who: str | None, due: str | None) -> bool:
    mine = who is None or (stand.who or "").casefold() == who.casefold()
    return mine and (due is None or (stand.status == "follow-up" and (stand.due or "") <= due))


def _object(alert: Alert, owners: Sequence[Owner], stand: Stand) -> dict[str, object]:
    known = named_by(alert)
    told = {"reason": stand.reason, "who": stand.who, "due": stand.due, "reopened": stand.reopened}
    said = {name: safe(value, known) for name, value in told.items() if value}
    found = {"labels": list(alert.labels), "why": alert.why, "version": alert.rule_version}
    return alert_object(alert) | found | ({"attached_to": owner_objects(owners, known)} if owners else {}) | said


def _columns(*cells: str) -> str:
    """One line; the last cells are as wide as their words."""
    padded = (f"{cell:<{wide}}" for cell, wide in zip(cells, _WIDTHS, strict=False))
    return "  ".join((*padded, *cells[len(_WIDTHS) :]))


_HEAD = _columns(*_HEADS)
_FOUND_IN = {AlertKind.NEW: "new page", AlertKind.EDITED: "edit", AlertKind.RETROACTIVE: "older page"}


def _line(alert: Alert, origin: Origin, zone: ZoneInfo) -> str:
    known = named_by(alert)
    # A page that was brought in is no source's: whoever publishes it stands on it, or was told with it, if anywhere.
    who = alert.source_id or _publisher(origin, known) or "-"
    return _columns(
        alert.id[:12],
        alert.severity,
        alert.status,
        alert.told_at.astimezone(zone).date().isoformat(),
        (alert.published or "undated")[:10],
        _FOUND_IN[alert.kind],
        alert.concept,
        who + (" (from its list)" if origin.carried_by else ""),
        shown(alert.title, known),
        clean(alert.url),
    )


def _show(options: argparse.Namespace, desk: Desk) -> int:
    with desk.database.read() as conn:
        alert = alerts.find(conn, options.alert)
        done = reviews.of_alert(conn, alert.id)
        copies = copies_of(conn, alert)
        text = text_of(conn, alert, alert.field)
        now = page_now(conn, alert)
        page_seen = arrivals.first_shown(conn, [alert.page_id]).get(alert.page_id, alert.first_seen)
        owners = attachments.owners(conn, [alert.page_id]).get(alert.page_id, ())
        cluster = stories.cluster_of(conn, alert.snapshot_id)
        story = stories.load(conn, cluster) if cluster else None
        origin = origins.of_snapshots(conn, [alert.snapshot_id]).get(alert.snapshot_id, origins.UNSAID)
    zone = desk.config.digest.zone
    if options.json:
        stand = reviews.stand_of(done)
        told: dict[str, object] = {"who": stand.who, "copies": [copy.url for copy in copies]} | now.row()
        told["page_first_seen"] = stamp(min(page_seen, alert.first_seen))
        told |= safe_origin(origin, named_by(alert))
        told |= {"story": story_object(story)} if story and story.count > 1 else {}
        told |= {"reviews": [_review(one, named_by(alert)) for one in done]}
        print(json_out.line(_object(alert, owners, stand) | told))
    else:
        lines = _lines(alert, done, copies, text, owners, now=now, origin=origin, page_seen=page_seen, zone=zone)
        print("\n".join([*lines, *(story_lines(story, zone) if story else ())]))
    return 0


def _lines(
    alert: Alert,
    done: Sequence[Review],
    copies: Sequence[Alert],
    text: str,
    owners: Sequence[Owner],
    *,
    now: PageNow,
    origin: Origin,
    page_seen: datetime,
    zone: ZoneInfo,
) -> Iterator[str]:
    stand = reviews.stand_of(done)
    spans = [(alert.start, alert.end), *((a, b) for field, a, b in alert.more if field == alert.field)]
    known = named_by(alert) | people(text)
    facts = {
        "alert": alert.id,
        "status": alert.status + (f" ({shown(stand.reason, known)})" if stand.reason else ""),
        "reopened": stand.reopened,
        "assigned": shown(stand.who or "", known),
        "due": stand.due,
        **_ruled(alert),
        "title": shown(alert.title or next((one.text for one in owners), ""), known),
        "quote": quote(text, spans, known).marked or shown(alert.quote, known),
        "page": alert.page_number,
        "article": "; ".join(f"{shown(one.title, known)} {clean(one.url)}".strip() for one in owners),
        "terms": "; ".join(shown(f"{term} = {gloss}", known) for term, gloss in glosses(alert.quote)),
        **_published(alert, origin, known, page_seen=page_seen, zone=zone),
        "page now": "; ".join(map(clean, now.said(zone))),
        "copies": ", ".join(clean(copy.url) for copy in copies),
    }
    for name, value in facts.items():
        if value:
            yield f"{name + ':':<12}{clean(str(value)) if name in _ADDRESSES else shown(str(value), known)}"
    for one in done:
        yield f"{local(one.at, zone)}  {shown(one.analyst, NOBODY)}: {one.act} {shown(_words(one), known)}"


def _ruled(alert: Alert) -> dict[str, object]:
    """Which rule found it, and as what."""
    return {
        "concept": f"{words('concept', alert.concept).both} ({alert.variant})",
        "severity": f"{words('severity', alert.severity).both}, {words('stance', alert.stance).both}",
        "why": alert.why,
        "labels": ", ".join(words("label", label).both for label in alert.labels),
        "rule": f"version {alert.rule_version}" if alert.rule_version else None,
        "seen by": words("layer", alert.layer).both if alert.layer != "plain" else None,
        "kind": alert.kind,
    }


def _published(
    alert: Alert, origin: Origin, known: People, *, page_seen: datetime, zone: ZoneInfo
) -> dict[str, object]:
    """Whose page it is, of when, and where it stands."""
    first, words_since = local(page_seen, zone), local(alert.first_seen, zone)
    is_later, looked = page_seen < alert.first_seen, origin.captured_at or alert.first_seen
    since = f"{first}, these words since {words_since}" if is_later else words_since
    return {
        "source": alert.source_id,
        "agency": words("agency", alert.agency).both if alert.agency else None,
        "province": words("province", alert.province).both if alert.province else None,
        "published": shown(page_date(alert.published, looked, zone, imported=bool(origin.time_from)) or "", known),
        "publisher": _publisher(origin, known),
        "text": f"{CARRIED}: {clean(origin.carried_by)}" if origin.carried_by else None,
        "came" if origin.time_from else "first seen": since,
        "captured": local(origin.captured_at, zone) + imported(origin) if origin.captured_at else None,
        "url": clean(alert.url),
        "snapshot": alert.snapshot,
    }


def _publisher(origin: Origin, known: People) -> str:
    return shown(origin.named or "", known) + (f" {AS_TOLD}" if origin.is_told else "")


def _words(one: Review) -> str:
    """What an act says, for people: without the ids that tie it to others."""
    return " ".join(value for name, value in one.body.items() if name not in ("with", "undoes", "line"))


def _review(one: Review, known: People) -> dict[str, object]:
    said = {name: safe(value, known) for name, value in one.body.items()}
    return {"at": stamp(one.at), "who": one.analyst, "act": one.act, **({"said": said} if said else {})}
