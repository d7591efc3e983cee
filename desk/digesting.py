"""Digests from the database to the shell, the data folder and the outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from alerts import deliver, silence
from alerts.bilingual import glosses
from alerts.channels import name_of
from alerts.digest import build
from alerts.letter import Covered, Note, Organ, Trouble
from alerts.mask import shown
from alerts.notice import marked
from alerts.people import NOBODY
from alerts.phrases import plural
from alerts.recipients import narrow, recipients
from alerts.render import FORMS, SUFFIXES, render
from alerts.wording import words
from desk import claiming, closing, leads_shown, weeks
from desk.files import write_whole
from desk.heard import heard_by
from desk.translating import with_translation
from storage import alarms, arrivals, counts, deliveries, feeds, past, runs, standings, stories, windows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from alerts.letter import Digest
    from alerts.recipients import Recipient
    from desk.session import Desk
    from storage.database import Connection
    from storage.deliveries import Failing

# After a long stop so many of the missed days are written; older ones can be asked for by date.
_MISSED_DAYS = 31
_FRESH = timedelta(days=1)
# Each Monday so many hits that were held back are shown: is the filter eating meat?
_SAMPLES = 20


def digest_of(desk: Desk, day: date | None, to: Recipient | None = None) -> Digest:
    """The digest of the window that closes on `day`, or of the open one; with `to`, what one reader's filter leaves."""
    now = desk.clock()
    window = closing.window(desk, day)
    with desk.database.read() as conn:
        health = feeds.health(conn, now) if window.is_open else past.health(conn, window.end)
        # What a source lost is known as of now only: said while now is near enough to the window.
        losses = standings.losses(conn) if now - window.end < _FRESH else {}
        health = silence.judge(health, losses, alarms.at(conn, window.end))
        facts = windows.collect(
            conn,
            start=window.start,
            end=window.end,
            health=health,
            samples=_SAMPLES * (window.date.weekday() == 0),
            heard=heard_by(conn, desk, to, to.send) if to else None,
        )
        changes = claiming.with_claims(conn, stories.with_tellers(conn, facts.changes, end=window.end))
        facts = replace(facts, changes=changes)
        if to is not None:
            facts = narrow(facts, to)
        ids = [one.alert.id for one in facts.alerts]
        channels = None if to is None else list(map(name_of, to.send))
        sent = deliveries.told(conn, ids, until=window.end, channels=channels)
        failing = deliveries.failing(conn, until=window.end)
        stopped = list(_unfinished(conn, desk, now)) if window.is_open else []
        leads = leads_shown.of_window(conn, window.start, window.end) if to is None or not to.is_filtered else ()
    digest = with_translation(desk, marked(build(facts, window, gloss=glosses), sent))
    return replace(digest, leads=leads, troubles=(*digest.troubles, *stopped, *_undelivered(desk, failing)))


def _unfinished(conn: Connection, desk: Desk, now: datetime) -> Iterator[Trouble]:
    """What is kept and was not matched yet, and so is not told; and a run that never came to its end."""
    waiting, begun = counts.waiting(conn), runs.unended(conn, now)
    why = runs.stopped(conn, now)
    if not waiting and begun is None and why is None:
        return
    kept = f"{plural(waiting, 'page')} kept and not yet matched" if waiting else "what it kept is matched"
    if runs.is_at_work(desk.config.data_dir):
        kind, said = "at_work", f"{kept}; what it finds is told when it is done"
    elif begun:
        ask = "the next `longarm run` asks what was left" + (", `longarm scan` matches at once" if waiting else "")
        kind, said = "unended", f"it was cut off; {kept}: {ask}"
    elif why:
        # The reader knows which folder it is; what it is called on that machine is nobody else's business.
        reason = shown(why.replace(f"{desk.config.data_dir}/", ""), NOBODY)
        kind, said = "stopped", f"{reason}; {kept}; the next `longarm run` goes on"
    else:
        kind, said = "unmatched", f"{kept}: `longarm scan` reads them, and the next `longarm run` does"
    since = begun or runs.last_made(conn, now, imports=True) or now
    yield _of_ours("run", ("运行", "Run"), Note(kind=words("alarm", kind), since=since, said=desk.typed(said)))


def _undelivered(desk: Desk, failing: list[Failing]) -> Iterator[Trouble]:
    """What could not be sent is told where everything else stands that is not as it should be."""
    names = {name_of(address): one.name for one in recipients(desk.config) for address in one.send}
    for one in failing:
        if one.channel not in names:
            continue  # taken out of the settings
        to = names[one.channel]
        where = one.channel.partition(":")[0] + (f" ({to})" if to else "")
        said = shown(f"{where}: {one.messages} not delivered: {one.said}", NOBODY)
        yield _of_ours(
            "delivery", ("发送", "Delivery"), Note(kind=words("alarm", "delivery"), since=one.since, said=said)
        )


def _of_ours(key: str, name: tuple[str, str], note: Note) -> Trouble:
    """Trouble of no source: of the program's own work."""
    organ = Organ(id=key, name=name[0], name_en=name[1], agency=None, level=None, province=None)
    return Trouble(organ=organ, health=words("health", "ok"), error=None, since=None, detail="", alarms=(note,))


def close_windows(desk: Desk) -> list[date]:
    """Keep the digest of each window that closed since the last run, and plan its sending; gives their days.

    The first window is the one in which the first capture was made.
    """
    folder = desk.config.data_dir / "digests"
    closed = _closed(desk, folder)
    # All letters before the first file: killed between, the next run comes to the same letters, each planned once.
    for day in closed:
        closing.close(desk, day)
    for one in recipients(desk.config):
        if one.gets_digest:
            _plan_backlog(desk, closed, one)
    mondays = [day for day in closed if day.weekday() == weeks.MONDAY]
    weeks.plan_backlog(desk, mondays)
    for day in closed:
        if day in mondays:
            weeks.keep_week(weeks.week_of(desk, day), folder)
        keep(digest_of(desk, day), folder)
    return closed


def _plan_backlog(desk: Desk, days: list[date], to: Recipient) -> None:
    """A letter for each of these days; one with nothing to tell is told with the next letter, and the last has one."""
    covers: list[Covered] = []
    for day in days:
        digest = digest_of(desk, day, to)
        if digest.is_empty and day != days[-1]:
            covers.append(Covered(day, digest.is_idle))
            continue
        deliver.plan(desk.database, replace(digest, covers=tuple(covers)), to, now=desk.clock)
        covers = []


def plan(desk: Desk, day: date | None) -> int:
    """Put the digest of a window into the outbox for everyone who gets one; gives how many messages that are."""
    if day is not None:
        closing.close(desk, day)
    to = [one for one in recipients(desk.config) if one.gets_digest]
    return sum(deliver.plan(desk.database, digest_of(desk, day, one), one, now=desk.clock) for one in to)


def kept(desk: Desk, day: date, form: str) -> bytes | None:
    """The digest of a closed window as it was kept, byte for byte; None where none was."""
    path = desk.config.data_dir / "digests" / f"{day.isoformat()}.{SUFFIXES[form]}"
    return path.read_bytes() if path.is_file() else None


def _closed(desk: Desk, folder: Path) -> list[date]:
    """The days whose window is closed and whose digest is not kept yet, oldest first."""
    last = closing.window(desk, None).date - timedelta(days=1)
    with desk.database.read() as conn:
        begun = arrivals.begun(conn)
    if begun is None:
        return []
    days = [last - timedelta(days=back) for back in reversed(range(_MISSED_DAYS))]
    waiting = [day for day in days if not (folder / f"{day.isoformat()}.json").exists()]
    found = [closing.window(desk, day) for day in waiting]
    return [one.date for one in found if max(begun, one.start) < one.end]


def keep(digest: Digest, folder: Path) -> None:
    """Write a digest's four forms; the JSON last, for where it stands the day is done."""
    day = digest.window.date.isoformat()
    for form in sorted(FORMS, key=lambda form: form == "json"):
        write_whole(folder / f"{day}.{SUFFIXES[form]}", [render(digest, form).encode()])
