"""Digests from the database to the shell, the data folder and the outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from alerts import deliver, silence
from alerts.digest import build, window_of
from alerts.glossary import glosses
from alerts.render import FORMS, SUFFIXES, render
from desk.files import write_whole
from storage import alarms, feeds, past, standings, stories, windows

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.letter import Digest
    from desk.session import Desk

# After a long stop so many of the missed days are written; older ones can be asked for by date.
_MISSED_DAYS = 31
_FRESH = timedelta(days=1)


def digest_of(desk: Desk, day: date | None) -> Digest:
    """The digest of the window that closes on `day`, or of the open one."""
    now = desk.clock()
    window = window_of(day, desk.config.digest, now)
    with desk.database.read() as conn:
        health = feeds.health(conn, now) if window.is_open else past.health(conn, window.end)
        # What a source lost is known as of now only: said while now is near enough to the window.
        losses = standings.losses(conn) if now - window.end < _FRESH else {}
        health = silence.judge(health, losses, alarms.at(conn, window.end))
        facts = windows.collect(conn, start=window.start, end=window.end, health=health)
        facts = replace(facts, changes=stories.with_tellers(conn, facts.changes, end=window.end))
    return build(facts, window, gloss=glosses)


def close_windows(desk: Desk) -> list[date]:
    """Keep the digest of each window that closed since the last run, and plan its sending; gives their days.

    The first window is the one in which the first capture was made.
    """
    settings, folder = desk.config.digest, desk.config.data_dir / "digests"
    closed = _closed(desk, folder)
    for day in closed:
        digest = digest_of(desk, day)
        if settings.send:
            deliver.plan(desk.database, digest, settings, now=desk.clock)
        keep(digest, folder)
    return closed


def kept(desk: Desk, day: date, form: str) -> bytes | None:
    """The digest of a closed window as it was kept, byte for byte; None where none was."""
    path = desk.config.data_dir / "digests" / f"{day.isoformat()}.{SUFFIXES[form]}"
    return path.read_bytes() if path.is_file() else None


def _closed(desk: Desk, folder: Path) -> list[date]:
    """The days whose window is closed and whose digest is not kept yet, oldest first."""
    settings, now = desk.config.digest, desk.clock()
    last = window_of(None, settings, now).date - timedelta(days=1)
    with desk.database.read() as conn:
        begun = windows.begun(conn)
    days = [last - timedelta(days=back) for back in reversed(range(_MISSED_DAYS))]
    return [
        day
        for day in days
        if begun and begun < window_of(day, settings, now).end and not (folder / f"{day.isoformat()}.json").exists()
    ]


def send(desk: Desk) -> tuple[int, int]:
    """Send what waits in the outbox; gives how many messages went and how many failed."""
    return deliver.send(desk.database, desk.config.digest.send, now=desk.clock)


def keep(digest: Digest, folder: Path) -> None:
    """Write a digest's four forms; the JSON last, for where it stands the day is done."""
    day = digest.window.date.isoformat()
    for form in sorted(FORMS, key=lambda form: form == "json"):
        write_whole(folder / f"{day}.{SUFFIXES[form]}", [render(digest, form).encode()])
