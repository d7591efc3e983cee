"""A process beside the crawl: while one core fetches, the other reads what came, so that little is left at its end.

A thread would share the crawler's interpreter. It also looks for leads in what it read, and at the end of the crawl
puts texts into the index while the parent judges how the pages stand. Nothing depends on it: `derive_all` takes up
where it left, and says what goes wrong.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from crawler.children import command, own_output
from crawler.reading.budget import ReadingTime
from desk.deriving import after_snapshots
from desk.leading import Foreseen
from desk.progress import progress_of
from desk.reading import DocumentStage
from desk.session import settings_for, utc_now
from desk.stages import snapshots_version
from storage import counts, derive, subjects
from storage.archive import Archive
from storage.derive import Failed
from storage.records import CaptureId, SourceId
from storage.schema import open_current

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Self

    from desk.indexing import SearchStage
    from desk.session import Desk
    from storage.database import Connection, Database
    from storage.findings import Document
    from storage.records import Clock
    from storage.subjects import Subject

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 0.3
# Fewer are left to the end: starting the readers costs as much as reading some.
_WORTH_IT = 16
# At most so many are being read when the crawl is interrupted.
_BATCH = 48
# What the run is at, what the process then does, and the word that tells it so.
_CRAWLING, _CRAWLED, _SNAPSHOTS_MADE = range(3)
_WORDS = {_CRAWLED: b"finish\n", _SNAPSHOTS_MADE: b"index\n"}
# What is done without it where it ends before it is done with more than that.
_LEFT = {
    _CRAWLING: "pages are read after the crawl, not beside it",
    _CRAWLED: "the index and the leads are made by the run itself",
    _SNAPSHOTS_MADE: "all that was to be done beside the crawl is done",
}


class Alongside:
    """The process beside one run. Use it in a `with`, in which first `reading` and then `indexing` may be entered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._stage = DocumentStage(
            desk.archive, max_body_bytes=desk.config.fetch.max_size, now=desk.clock, batch=_BATCH
        )
        # Guards what follows; told of whatever changes in it.
        self._change = threading.Condition()
        self._turn = self._done = _CRAWLING
        self._at_once = False
        # How far it is with a stage since it was told last.
        self._step: tuple[str, int] | None = None
        self._is_over = self._is_given_up = self._is_ended = False
        self._thread = threading.Thread(target=self._work, name="longarm-alongside", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever it still does is given up at once: all of it is done again without."""
        self._give_up()
        if self._thread.ident is not None:
            self._thread.join()

    def _give_up(self) -> None:
        with self._change:
            self._is_over, self._is_given_up = True, self._is_given_up or not self._is_ended
            self._change.notify_all()

    @contextmanager
    def reading(self, *, at_once: bool = False) -> Iterator[None]:
        """Read answers as they come; at the end of the block those that are left.

        `at_once`: start the process before there is anything to read, for there will be much.
        """
        self._at_once = at_once
        waiting = _Waiting(self._desk.database, self._stage)
        waiting()
        read = waiting.cursor
        self._thread.start()
        yield
        if waiting() < _WORTH_IT and waiting.cursor == read:
            # Not much came after all: it has begun nothing, and is perhaps not there yet.
            self._give_up()
        self._begin(_CRAWLED)
        self._await(_CRAWLED)

    @contextmanager
    def indexing(self) -> Iterator[None]:
        """Do, beside what the block does, the stages that lead nowhere else; both are done at its end."""
        self._begin(_SNAPSHOTS_MADE)
        yield
        if self._thread.ident is not None:
            self._await(_SNAPSHOTS_MADE)

    def _begin(self, turn: int) -> None:
        with self._change:
            self._turn = turn
            self._change.notify_all()

    def _await(self, turn: int) -> None:
        """Return once the process is done with a turn, or will never be; meanwhile show how far it is."""
        with progress_of(self._desk) as tell:
            while True:
                with self._change:
                    self._change.wait_for(lambda: self._step or self._done >= turn or self._is_ended)
                    step, self._step = self._step, None
                    if self._done >= turn or self._is_ended:
                        return
                if tell and step:
                    tell(*step)

    def _work(self) -> None:
        try:
            self._supervise()
        except Exception as problem:  # noqa: BLE001 - the fence of the thread: said here, and met again after the crawl
            logger.warning("%s: %s: %s", _LEFT[self._turn], type(problem).__name__, problem)
        finally:
            self._end()

    def _end(self) -> None:
        with self._change:
            self._is_ended = True
            self._change.notify_all()

    def _supervise(self) -> None:
        """Start the process once there is enough to read, pass on what it says, and see it to its end."""
        desk = self._desk
        waiting = _Waiting(desk.database, self._stage)
        while not self._at_once and waiting() < _WORTH_IT:
            with self._change:
                if self._change.wait_for(lambda: self._turn or self._is_over, _LOOK_EVERY_SECONDS):
                    return
        ahead = (desk.clock() - utc_now()).total_seconds()
        arguments = command("desk.alongside", desk.data_dir, desk.config_file or "", ahead)
        # In a group of its own: Ctrl-C is ours to handle, and ends it with its input.
        with subprocess.Popen(  # noqa: S603 - our own program
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            relay = threading.Thread(target=self._relay, args=(process.stdout,), daemon=True)
            relay.start()
            self._give_words(process.stdin.fileno())
            # Where its input ends before the last word it gives up, as it does when we are killed; while it still
            # loads its libraries it would not see it.
            process.stdin.close()
            if self._is_given_up:
                process.kill()
            code = process.wait()
            relay.join()
        if not self._is_given_up and (code or self._done < _SNAPSHOTS_MADE):
            logger.warning("%s: the process beside the crawl ended with %s", _LEFT[self._done], code)

    def _give_words(self, pipe: int) -> None:
        for turn, word in _WORDS.items():
            if not self._give_word(pipe, turn, word):
                return

    def _give_word(self, pipe: int, turn: int, word: bytes) -> bool:
        """At its turn give the process its word, and wait until it is done; False where nothing more is to be said."""
        with self._change:
            self._change.wait_for(lambda: self._turn >= turn or self._is_over or self._is_ended)
            if self._is_over or self._is_ended:
                return False
        try:
            os.write(pipe, word)
        except BrokenPipeError:
            return False
        with self._change:
            self._change.wait_for(lambda: self._done >= turn or self._is_over or self._is_ended)
        return True

    def _relay(self, said: IO[bytes]) -> None:
        """Hear what the process says, to its end: how far it is, what it is done with, and what is to be logged."""
        for line in said:
            try:
                self._hear(json.loads(line))
            except (ValueError, KeyError, TypeError):
                # Cut off when it was killed, or another program's.
                logger.warning("the process beside the crawl said %r", line[:200])
        self._end()

    def _hear(self, record: dict[str, Any]) -> None:
        """Log what the process logs (one process writes the log file), count the time that its pages took."""
        if "name" in record:
            logging.getLogger(record["name"]).log(record["level"], "%s", record["message"])
            return
        if "step" in record:
            stage, done = record["step"]
            with self._change:
                self._step = (str(stage), int(done))
                self._change.notify_all()
            return
        for source, seconds in record["spent"].items():
            self._desk.reading_time.spend(SourceId(source), seconds)
        with self._change:
            self._done = record["done"]
            self._change.notify_all()


def read_left_over(desk: Desk) -> None:
    """Read what a killed run captured and did not come to read: the files of its articles are due in this run then."""
    size, now = desk.config.fetch.max_size, desk.clock
    with DocumentStage(desk.archive, max_body_bytes=size, now=now, time=desk.reading_time) as stage:
        # What another version read is read again at leisure, after the crawl.
        if _Waiting(desk.database, stage)():
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
    turns = {turn: threading.Event() for turn in _WORDS}
    done = threading.Event()
    threading.Thread(target=_await_words, args=(turns, done), daemon=True).start()
    out = own_output()
    logging.basicConfig(level=logging.INFO, handlers=[_Telling(out)])
    shift = timedelta(seconds=float(ahead))
    try:
        _serve(Path(data_dir), Path(config_file) if config_file else None, lambda: utc_now() + shift, turns, out)
    except Exception as problem:  # noqa: BLE001 - the fence of the process: the parent goes on without, and says why
        logger.warning("beside the crawl: %s: %s", type(problem).__name__, problem)
        out.close()
        os._exit(1)
    done.set()
    _tell(out, {"done": _SNAPSHOTS_MADE, "spent": {}})


def _serve(
    data_dir: Path, config_file: Path | None, now: Clock, turns: Mapping[int, threading.Event], out: IO[bytes]
) -> None:
    config = settings_for(data_dir, config_file)
    database = open_current(config)
    archive = Archive(config, database, now=now)
    time, foreseen = ReadingTime(), Foreseen()
    stage = _Reading(archive, foreseen, max_body_bytes=config.fetch.max_size, now=now, time=time)

    def is_enough() -> bool:
        """Never: on to the last answer, and what failed before is tried again after the crawl."""
        return False

    def tell(step: str, done: int) -> None:
        _tell(out, {"step": [step, done]})

    waiting = _Waiting(database, stage)
    with stage:
        while not turns[_CRAWLED].is_set():
            if waiting() >= _WORTH_IT:
                derive.advance(stage, database, now=now, until=is_enough)
            turns[_CRAWLED].wait(_LOOK_EVERY_SECONDS)
        # The readers are warm; those of `derive_all` would have to be started.
        derive.advance(stage, database, now=now, tell=tell, until=is_enough)
    version = snapshots_version(stage.version)
    search, lead = after_snapshots(version, foreseen)
    made = _Made(database, search, version)
    _tell(out, {"done": _CRAWLED, "spent": time.spent()})
    while not turns[_SNAPSHOTS_MADE].wait(_LOOK_EVERY_SECONDS):
        # One batch as soon as it was made, for it never says that it is the last.
        while made():
            derive.advance(search, database, now=now, until=lambda: True)
    derive.advance(search, database, now=now, tell=tell)
    derive.advance(lead, database, now=now, tell=tell)
    database.close()


class _Reading(DocumentStage):
    """Reads, and looks through each page for its lead while the readers are at the next ones."""

    def __init__(
        self, archive: Archive, foreseen: Foreseen, *, max_body_bytes: int, now: Clock, time: ReadingTime
    ) -> None:
        super().__init__(archive, max_body_bytes=max_body_bytes, now=now, batch=_BATCH, time=time)
        self._foreseen = foreseen

    def derive(self, conn: Connection, answers: Sequence[Subject]) -> Iterator[tuple[CaptureId, Document] | Failed]:
        for found in super().derive(conn, answers):
            if not isinstance(found, Failed):
                self._foreseen.add(*found)
            yield found


def _await_words(turns: Mapping[int, threading.Event], done: threading.Event) -> None:
    """Set each event at the parent's word; where the input ends before all is done, the parent failed or was killed:
    end at once, for the next run may begin to read at any moment."""
    # Unbuffered: a buffer's lock, held by a thread that waits, would break the process at its end.
    words = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115 - standard input, ours to the end
    for turn, word in _WORDS.items():
        if words.readline() != word:
            os._exit(1)
        turns[turn].set()
    words.read()
    os._exit(0 if done.is_set() else 1)


class _Waiting:
    """How many answers are there to read, asked again and again: each look is counted once. None are where another
    version read before: that is read again at leisure, after the crawl. `cursor`: up to where they were read then."""

    def __init__(self, database: Database, stage: DocumentStage) -> None:
        self._database, self._stage = database, stage
        self.cursor = self._upto = CaptureId(0)
        self._found = 0

    def __call__(self) -> int:
        stage = self._stage
        with self._database.read() as conn:
            version, cursor, _ = derive.cursors(conn, stage.name).get(stage.name, (stage.version, 0, 0))
            if version != stage.version:
                return 0
            if cursor != self.cursor:
                self.cursor = self._upto = CaptureId(cursor)
                self._found = 0
            # Nearly all of a recheck's looks have nothing to read: to look for some among all of them costs as much as
            # there are, three times a second and in two processes.
            found, self._upto = subjects.responses_after(conn, self._upto)
        self._found += found
        return self._found


class _Made:
    """Whether the parent, which judges, made snapshots that the index lacks. Make it before the parent begins.

    Never where the index lacked some before, or is of another version. What the parent makes of a number that was
    passed before it could be seen here (a split article's, of its first part) it asks to be taken again.
    """

    def __init__(self, database: Database, search: SearchStage, version: str) -> None:
        self._database, self._search = database, search
        with database.read() as conn:
            made_as, made, _ = derive.cursors(conn, "snapshot").get("snapshot", (version, 0, 0))
            self._is_level = made_as == version and self._indexed(conn) >= made

    def __call__(self) -> bool:
        if not self._is_level:
            return False
        with self._database.read() as conn:
            return counts.snapshots_after(conn, CaptureId(self._indexed(conn)), limit=1) > 0

    def _indexed(self, conn: Connection) -> int:
        """Up to which capture the index goes; -1 where it is of another version."""
        stage = self._search
        version, cursor, _ = derive.cursors(conn, stage.name).get(stage.name, (stage.version, 0, 0))
        return cursor if version == stage.version else -1
