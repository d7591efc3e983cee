"""A process beside the crawl: while one core fetches, the other reads what came, so that little is left at its end.

A thread would share the crawler's interpreter. It also looks for leads in what it read, and at the end of the crawl
puts texts into the index while the parent judges how the pages stand. Nothing depends on it: `derive_all` takes up
where it left, and says what goes wrong.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from crawler.children import command, own_output
from crawler.reading.budget import ReadingTime
from desk.deriving import after_snapshots
from desk.leading import Foreseen
from desk.reading import DocumentStage
from desk.session import settings_for, utc_now
from desk.stages import snapshots_version
from storage import derive
from storage.archive import Archive
from storage.records import SourceId
from storage.schema import open_current

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from desk.session import Desk
    from storage.database import Connection, Database
    from storage.findings import Document
    from storage.records import CaptureId, Clock

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 0.3
# Fewer are left to the end: starting the readers costs as much as reading some.
_WORTH_IT = 16
# At most so many are being read when the crawl is interrupted.
_BATCH = 48
_NOT_BESIDE = "pages are read after the crawl, not beside it"
# Its words: the crawl is over; the snapshots are made.
_FINISH, _INDEX = b"finish\n", b"index\n"


class Alongside:
    """The process beside one run. Use it in a `with`, in which first `reading` and then `indexing` may be entered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._crawled, self._snapshots_made, self._failed = threading.Event(), threading.Event(), threading.Event()
        self._read, self._indexed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="longarm-alongside", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever it still does is given up: all of it is done again without."""
        self._failed.set()
        self._crawled.set()
        self._snapshots_made.set()
        if self._thread.ident is not None:
            self._thread.join()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read answers as they come; at the end of the block those that are left."""
        self._thread.start()
        yield
        self._crawled.set()
        self._read.wait()

    @contextmanager
    def indexing(self) -> Iterator[None]:
        """Do, beside what the block does, the stages that lead nowhere else; both are done at its end."""
        if self._thread.ident is None:
            yield
            return
        self._snapshots_made.set()
        yield
        self._indexed.wait()

    def _work(self) -> None:
        try:
            self._supervise()
        except Exception as problem:  # noqa: BLE001 - the fence of the thread: said here, and met again after the crawl
            logger.warning("%s: %s: %s", _NOT_BESIDE, type(problem).__name__, problem)
        finally:
            self._read.set()
            self._indexed.set()

    def _supervise(self) -> None:
        """Start the process once there is enough to read, pass on what it says, and see it to its end."""
        desk = self._desk
        stage = DocumentStage(desk.archive, max_body_bytes=desk.config.fetch.max_size, now=desk.clock, batch=_BATCH)
        while _waiting(desk.database, stage) < _WORTH_IT:
            if self._crawled.wait(_LOOK_EVERY_SECONDS):
                return
        ahead = (desk.clock() - utc_now()).total_seconds()
        arguments = command("desk.alongside", desk.data_dir, desk.config_file or "", ahead)
        with subprocess.Popen(  # noqa: S603 - our own program
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            relay = threading.Thread(target=self._relay, args=(process.stdout,), daemon=True)
            relay.start()
            self._lead(process.stdin)
            code = process.wait()
            relay.join()
        if code and not self._failed.is_set():
            logger.warning(
                "pages are read after the crawl, not beside it: the process that read them ended with %s", code
            )

    def _lead(self, words: IO[bytes]) -> None:
        """Give the process its word at each turn; where its input ends before the last it gives up at once, as it does
        when we are killed."""
        try:
            for turn, word, done in (
                (self._crawled, _FINISH, self._read),
                (self._snapshots_made, _INDEX, self._indexed),
            ):
                turn.wait()
                if self._failed.is_set():
                    break
                os.write(words.fileno(), word)
                done.wait()
            words.close()
        except BrokenPipeError:
            logger.debug("the process beside the crawl ended before it")

    def _relay(self, said: IO[bytes]) -> None:
        """Log what the process logs (one process writes the log file), count the time that its pages took, and hear
        what it is done with."""
        for line in said:
            record = json.loads(line)
            if "spent" in record:
                for source, seconds in record["spent"].items():
                    self._desk.reading_time.spend(SourceId(source), seconds)
                self._read.set()
            elif "indexed" in record:
                self._indexed.set()
            else:
                logging.getLogger(record["name"]).log(record["level"], "%s", record["message"])
        # Its end, whatever it had still to do.
        self._read.set()
        self._indexed.set()


def read_left_over(desk: Desk) -> None:
    """Read what a killed run captured and did not come to read: the files of its articles are due in this run then."""
    size, now = desk.config.fetch.max_size, desk.clock
    with DocumentStage(desk.archive, max_body_bytes=size, now=now, time=desk.reading_time) as stage:
        # What another version read is read again at leisure, after the crawl.
        if _waiting(desk.database, stage):
            derive.advance(stage, desk.database, now=desk.clock, until=lambda: False)


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
    """The child's side: read what comes until standard input says that the crawl is over, then what is left; and at a
    second word what is made of snapshots.

    `ahead`: seconds that the parent's clock is ahead of the system's (a demo lives on days of its own).
    """
    # Ctrl-C is the parent's to handle; we end when our input does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    crawled, snapshots_made, done = threading.Event(), threading.Event(), threading.Event()
    threading.Thread(target=_await_words, args=(crawled, snapshots_made, done), daemon=True).start()
    out = own_output()
    logging.basicConfig(level=logging.INFO, handlers=[_Telling(out)])
    shift = timedelta(seconds=float(ahead))

    def now() -> datetime:
        return utc_now() + shift

    config = settings_for(Path(data_dir), Path(config_file) if config_file else None)
    database = open_current(config)
    archive = Archive(config, database, now=now)
    time, foreseen = ReadingTime(), Foreseen()
    stage = _Reading(archive, max_body_bytes=config.fetch.max_size, now=now, time=time)
    with stage:
        while not crawled.is_set():
            if _waiting(database, stage) >= _WORTH_IT:
                derive.advance(stage, database, now=now, until=lambda: False)
                foreseen.add(stage.taken())
            crawled.wait(_LOOK_EVERY_SECONDS)
        # The readers are warm; those of `derive_all` would have to be started.
        derive.advance(stage, database, now=now, until=lambda: False)
    _tell(out, {"spent": time.spent()})
    foreseen.add(stage.taken())
    snapshots_made.wait()
    search, lead = after_snapshots(snapshots_version(stage.version), foreseen)
    derive.advance(search, database, now=now)
    derive.advance(lead, database, now=now)
    database.close()
    done.set()
    _tell(out, {"indexed": True})


class _Reading(DocumentStage):
    """Reads, and remembers what it read until it is asked for."""

    def __init__(self, archive: Archive, *, max_body_bytes: int, now: Clock, time: ReadingTime) -> None:
        super().__init__(archive, max_body_bytes=max_body_bytes, now=now, batch=_BATCH, time=time)
        self._read: list[tuple[CaptureId, Document]] = []

    def put(self, conn: Connection, results: Sequence[tuple[CaptureId, Document]]) -> None:
        super().put(conn, results)
        self._read.extend(results)

    def taken(self) -> list[tuple[CaptureId, Document]]:
        found, self._read = self._read, []
        return found


def _await_words(crawled: threading.Event, snapshots_made: threading.Event, done: threading.Event) -> None:
    """Set each event at the parent's word; where the input ends before all is done, the parent failed or was killed:
    end at once, for the next run may begin to read at any moment."""
    # Unbuffered: a buffer's lock, held by a thread that waits, would break the process at its end.
    words = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115 - standard input, ours to the end
    for turn, word in ((crawled, _FINISH), (snapshots_made, _INDEX)):
        if words.readline() != word:
            os._exit(1)
        turn.set()
    words.read()
    os._exit(0 if done.is_set() else 1)


def _waiting(database: Database, stage: DocumentStage) -> int:
    """How many answers of the stage's next batch are there to read; 0 where another version read before: that is read
    again at leisure, after the crawl."""
    with database.read() as conn:
        version, cursor, _ = derive.cursors(conn, stage.name).get(stage.name, (stage.version, 0, 0))
        return stage.waiting(conn, cursor) if version == stage.version else 0
