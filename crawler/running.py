"""What stands around a run of the crawler, and what imports and looks by hand need as well: nothing of Scrapy."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from crawler.schedule import due_by_state
from storage import histories, ledger, runs
from storage.archive import Archive
from storage.records import Sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.config import Config
    from storage.database import Database
    from storage.records import Clock, Run


def hasten(database: Database, config: Config, *, now: Clock) -> int:
    """Make pages due sooner that a look since turned out to be about: suspected gone, or alerted. Gives how many."""
    with database.read() as conn:
        found = histories.changed_since_their_look(conn)
    sooner = {}
    for page, (due, history) in found.items():
        wanted = due_by_state(history, now(), config.takedown)
        if wanted < due:
            sooner[page] = wanted
    if sooner:
        with database.write() as conn:
            histories.hasten(conn, sooner)
    return len(sooner)


@dataclass(slots=True)
class Running:
    """An open run: its archive, and the counts that its end row will hold."""

    run: Run
    archive: Archive
    stats: dict[str, object] = field(default_factory=dict)


@contextmanager
def running(config: Config, database: Database, *, clock: Clock) -> Iterator[Running]:
    """Mend what a killed run left, open a run, and close it with its counts. The caller holds `runs.lock`."""
    with database.write() as conn:
        digest = Sha256(hashlib.sha256(ledger.canonical(config.model_dump(mode="json"))).hexdigest())
        run = runs.begin(conn, at=clock(), code_version=version("longarm"), settings_digest=digest)
    archive = Archive(config, database, now=clock, run=run)
    opened = Running(run, archive)
    try:
        archive.recover()
        yield opened
    finally:
        archive.close()
        with database.write() as conn:
            runs.end(conn, run, opened.stats, clock())
