"""kill -9 at any moment, on both databases: nothing recorded is lost, nothing counts twice, the chain stays whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import ledger, pages, runs, tables
from storage.archive import Archive
from storage.errors import Busy
from storage.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

# On each of the two databases.
ROUNDS = 20

# What a crawl does to the archive, without the crawl: batches of new pages, and looks at those known. The imports are
# paid for once: for each line it reads, this process forks a child that records until it is killed.
FORKER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from storage import pages, runs, schema
from storage.archive import Archive
from storage.config import Config, Disk, Storage
from tests.storage.looks import look, unchanged, url

config = Config(data_dir=Path(sys.argv[1]), storage=Storage(database=sys.argv[2]), disk=Disk(keep_free=0))
now = lambda: datetime.now(UTC)

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def record(number):
    with runs.lock(config.data_dir):
        database = schema.open_current(config)
        archive = Archive(config, database, now=now, max_file_bytes=40_000)
        say("ready", os.getpid())
        done = archive.recover()
        say("mended", done.indexed, done.torn)
        while True:
            batch = [look(number + n, at=now(), body=b"<p>%d</p>" % (number + n) * 400) for n in range(4)]
            with database.read() as conn:
                previous = pages.previous(conn, url(number - 4))
            if previous:
                batch.append(unchanged(number - 4, previous, at=now()))
            say("kept", *(capture.short for capture in archive.record(batch)))
            number += 4

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        record(int(line))
    os.waitpid(child, 0)
    say("dead")
"""


@pytest.fixture
def forker(config: Config) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", FORKER, str(config.data_dir), config.storage.database],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONPATH": "."},
    )
    with process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _start(forker: subprocess.Popen[str], first: int) -> int:
    """Start a recording child; gives its process id."""
    assert forker.stdin is not None
    assert forker.stdout is not None
    forker.stdin.write(f"{first}\n")
    forker.stdin.flush()
    word, number = forker.stdout.readline().split()
    assert word == "ready"
    return int(number)


def _kill(forker: subprocess.Popen[str], child: int) -> list[list[str]]:
    """Kill it; gives what it had said."""
    os.kill(child, signal.SIGKILL)
    assert forker.stdout is not None
    return [line.split() for line in iter(forker.stdout.readline, "dead\n")]


def test_a_killed_run_loses_nothing_and_repeats_nothing(
    forker: subprocess.Popen[str], config: Config, database: Database, clock: Clock
) -> None:
    draw = random.Random(20261123)
    acknowledged: list[str] = []
    mended = [0, 0]
    for number in range(ROUNDS):
        child = _start(forker, number * 10_000)
        time.sleep(draw.uniform(0.02, 0.25))
        for word, *rest in _kill(forker, child):
            if word == "kept":
                acknowledged += rest
            else:
                mended = [mended[0] + int(rest[0]), mended[1] + int(rest[1])]
    archive = Archive(config, database, now=clock)
    with runs.lock(config.data_dir):
        archive.recover()
    assert list(verify(config, database, archive)) == []
    with database.read() as conn:
        rows = conn.execute(sa.select(tables.capture.c.id, tables.capture.c.record_sha256)).all()
        assert list(ledger.check(conn)) == []
        shorts = {row.record_sha256[:32] for row in rows}
        assert len(shorts) == len(rows)
        assert shorts.issuperset(acknowledged)
        for row in draw.sample(rows, min(20, len(rows))):
            assert archive.payload(pages.capture(conn, row.id))
        pages_once = conn.execute(
            sa.select(sa.func.count()).select_from(tables.capture).where(tables.capture.c.kind == "response")
        ).scalar_one()
        assert pages_once == conn.execute(sa.select(sa.func.count()).select_from(tables.page)).scalar_one()
    assert acknowledged
    print(f"{len(acknowledged)} acknowledged, {len(rows)} kept; mended {mended[0]} looks, {mended[1]} tails")


def test_a_killed_run_lets_go_of_the_data_folder(forker: subprocess.Popen[str], config: Config) -> None:
    child = _start(forker, 0)
    with pytest.raises(Busy, match="another run"), runs.lock(config.data_dir):
        pass
    _kill(forker, child)
    with runs.lock(config.data_dir):
        pass
