"""Reading beside the crawl: while one core fetches, the other reads what has come, so that little is left at its end.

Nothing depends on it: `derive_all` takes up where this left, and says what goes wrong.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desk.reading import DocumentStage
from storage import derive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desk.session import Desk

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 0.5
# Fewer are left to the end: starting the readers costs as much as reading some.
_WORTH_IT = 16
# At most so many are being read when the crawl is interrupted.
_BATCH = 48


@contextmanager
def reading_alongside(desk: Desk) -> Iterator[None]:
    """Read answers as they come, in a thread and its reading processes; at the end of the block those that are left."""
    stage = DocumentStage(
        desk.archive,
        max_body_bytes=desk.config.fetch.max_size,
        now=desk.clock,
        batch=_BATCH,
        time=desk.reading_time,
    )
    over, failed = threading.Event(), threading.Event()
    thread = threading.Thread(target=_read, args=(desk, stage, over, failed), name="longarm-alongside", daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        failed.set()
        raise
    finally:
        over.set()
        thread.join()


def read_left_over(desk: Desk) -> None:
    """Read what a killed run captured and did not come to read: the files of its articles are due in this run then."""
    size, now = desk.config.fetch.max_size, desk.clock
    with DocumentStage(desk.archive, max_body_bytes=size, now=now, time=desk.reading_time) as stage:
        with desk.database.read() as conn:
            version, cursor, _ = derive.cursors(conn, stage.name).get(stage.name, (stage.version, 0, 0))
            # What another version read is read again at leisure, after the crawl.
            is_left = version == stage.version and stage.waiting(conn, cursor) > 0
        if is_left:
            derive.advance(stage, desk.database, now=desk.clock, until=lambda: False)


def _read(desk: Desk, stage: DocumentStage, over: threading.Event, failed: threading.Event) -> None:
    begun = False
    try:
        with stage:
            while not over.wait(_LOOK_EVERY_SECONDS):
                if _is_worth_it(desk, stage):
                    begun = True
                    derive.advance(stage, desk.database, now=desk.clock, until=failed.is_set)
            if begun and not failed.is_set():
                # The readers are warm; those of `derive_all` would have to be started.
                derive.advance(stage, desk.database, now=desk.clock, until=failed.is_set)
    except Exception as problem:  # noqa: BLE001 - the fence of the thread: said here, and met again after the crawl
        logger.warning("pages are read after the crawl, not beside it: %s: %s", type(problem).__name__, problem)


def _is_worth_it(desk: Desk, stage: DocumentStage) -> bool:
    with desk.database.read() as conn:
        version, cursor, _ = derive.cursors(conn, stage.name).get(stage.name, (stage.version, 0, 0))
        # What another version read is read again at leisure, after the crawl.
        return version == stage.version and stage.waiting(conn, cursor) >= _WORTH_IT
