"""Reading beside the crawl: while one core fetches, the other reads what has come, so that little is left at its end.

It is done in a process of its own, for a thread would share the crawler's interpreter with it. Nothing depends on it:
`derive_all` takes up where this left, and says what goes wrong.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from crawler.children import command, own_output
from crawler.reading.budget import ReadingTime
from desk.reading import DocumentStage
from desk.session import settings_for, utc_now
from storage import derive
from storage.archive import Archive
from storage.records import SourceId
from storage.schema import open_current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desk.session import Desk
    from storage.database import Database

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 0.3
# Fewer are left to the end: starting the readers costs as much as reading some.
_WORTH_IT = 16
# At most so many are being read when the crawl is interrupted.
_BATCH = 48
_FINISH = b"finish"


@contextmanager
def reading_alongside(desk: Desk) -> Iterator[None]:
    """Read answers as they come, in a process and its readers; at the end of the block those that are left."""
    over, failed = threading.Event(), threading.Event()
    thread = threading.Thread(target=_work, args=(desk, over, failed), name="longarm-alongside", daemon=True)
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
        # What another version read is read again at leisure, after the crawl.
        if _waiting(desk.database, stage):
            derive.advance(stage, desk.database, now=desk.clock, until=lambda: False)


def _work(desk: Desk, over: threading.Event, failed: threading.Event) -> None:
    try:
        _supervise(desk, over, failed)
    except Exception as problem:  # noqa: BLE001 - the fence of the thread: said here, and met again after the crawl
        logger.warning("pages are read after the crawl, not beside it: %s: %s", type(problem).__name__, problem)


def _supervise(desk: Desk, over: threading.Event, failed: threading.Event) -> None:
    """Start the reading process once there is enough to read, pass on what it says, and see it to its end."""
    stage = DocumentStage(desk.archive, max_body_bytes=desk.config.fetch.max_size, now=desk.clock, batch=_BATCH)
    while _waiting(desk.database, stage) < _WORTH_IT:
        if over.wait(_LOOK_EVERY_SECONDS):
            return
    ahead = (desk.clock() - utc_now()).total_seconds()
    arguments = command("desk.alongside", desk.data_dir, desk.config_file or "", ahead)
    with subprocess.Popen(  # noqa: S603 - our own program
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        relay = threading.Thread(target=_relay, args=(process.stdout, desk.reading_time), daemon=True)
        relay.start()
        over.wait()
        try:
            # Without the word it gives up at once, as it does when we are killed.
            process.stdin.write(b"" if failed.is_set() else _FINISH)
            process.stdin.close()
        except BrokenPipeError:
            logger.debug("the reading process ended before the crawl")
        code = process.wait()
        relay.join()
    if code and not failed.is_set():
        logger.warning("pages are read after the crawl, not beside it: the process that read them ended with %s", code)


def _relay(said: IO[bytes], time: ReadingTime) -> None:
    """Log what the reading process logs (one process writes the log file), and count the time that its pages took."""
    for line in said:
        record = json.loads(line)
        if "spent" in record:
            for source, seconds in record["spent"].items():
                time.spend(SourceId(source), seconds)
        else:
            logging.getLogger(record["name"]).log(record["level"], "%s", record["message"])


class _Telling(logging.Handler):
    """Log records as lines of JSON on standard output."""

    def __init__(self, out: IO[bytes]) -> None:
        super().__init__(logging.INFO)
        self._out = out

    def emit(self, record: logging.LogRecord) -> None:
        _tell(self._out, {"name": record.name, "level": record.levelno, "message": record.getMessage()})


def _tell(out: IO[bytes], said: dict[str, object]) -> None:
    out.write(json.dumps(said).encode() + b"\n")
    out.flush()


def serve(data_dir: str, config_file: str, ahead: str) -> None:
    """The child's side: read what comes until standard input says that the crawl is over, then what is left.

    `ahead`: seconds that the parent's clock is ahead of the system's (a demo lives on days of its own).
    """
    # Ctrl-C is the parent's to handle; we end when our input does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    over = threading.Event()
    threading.Thread(target=_await_word, args=(over,), daemon=True).start()
    out = own_output()
    logging.basicConfig(level=logging.INFO, handlers=[_Telling(out)])
    shift = timedelta(seconds=float(ahead))

    def now() -> datetime:
        return utc_now() + shift

    config = settings_for(Path(data_dir), Path(config_file) if config_file else None)
    database = open_current(config)
    archive = Archive(config, database, now=now)
    time = ReadingTime()
    with DocumentStage(archive, max_body_bytes=config.fetch.max_size, now=now, batch=_BATCH, time=time) as stage:
        while not over.is_set():
            if _waiting(database, stage) >= _WORTH_IT:
                derive.advance(stage, database, now=now, until=lambda: False)
            over.wait(_LOOK_EVERY_SECONDS)
        # The readers are warm; those of `derive_all` would have to be started.
        derive.advance(stage, database, now=now, until=lambda: False)
    database.close()
    _tell(out, {"spent": time.spent()})


def _await_word(over: threading.Event) -> None:
    """Set `over` at the parent's word; where its end comes without it, the parent failed or was killed: end at once,
    for the next run may begin to read at any moment."""
    if sys.stdin.buffer.read() != _FINISH:
        os._exit(1)
    over.set()


def _waiting(database: Database, stage: DocumentStage) -> int:
    """How many answers of the stage's next batch are there to read; 0 where another version read before: that is read
    again at leisure, after the crawl."""
    with database.read() as conn:
        version, cursor, _ = derive.cursors(conn, stage.name).get(stage.name, (stage.version, 0, 0))
        return stage.waiting(conn, cursor) if version == stage.version else 0
