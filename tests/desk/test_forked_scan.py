"""`longarm scan` with a process that is forked beside it, open database, lock and all, as it is on Linux."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import alerts, tables
from storage.runs import lock
from tests.storage.looks import look, open_archive, problems

if TYPE_CHECKING:
    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

ROOT = Path(__file__).parent.parent.parent
PAGES = 12
# The command as it is, but that a dozen texts are many to it, that it waits for the other process, and that it tells
# what kind of process that was and how many batches were done there.
PROGRAM = """
import sys
from desk import cli, matching
from tests.desk.test_hands import PatientHands

class Told(PatientHands):
    def __exit__(self, *error):
        super().__exit__(*error)
        kinds = [type(hand._process).__name__ for hand in self._hands]
        print(*kinds, self.elsewhere, file=sys.stderr)

matching.MANY, matching._BATCH, matching.cores, matching.Hands = 4, 2, lambda: 2, Told
sys.exit(cli.main())
"""


def page(number: int) -> bytes:
    called_back = "敦促滞留缅甸北部的涉诈人员于年底前回国投案自首，逾期不归的注销户籍。" if number % 3 == 0 else ""
    text = "".join(f"<p>本县第{number}号通知第{line}条：道路施工，请绕行。</p>" for line in range(4))
    return f"<html><title>云溪县公安局通告（{number}号）</title><body>{called_back}{text}</body></html>".encode()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's processes are forked")
def test_a_scan_forks_with_its_database_and_lock_and_leaves_both_in_order(
    config: Config, database: Database, clock: Clock
) -> None:
    archive = open_archive(config, database, clock)
    archive.record([look(number, body=page(number)) for number in range(PAGES)])
    archive.close()
    env = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "LONGARM_DATA": str(config.data_dir),
        "LONGARM_STORAGE__DATABASE": config.storage.database,
        "LONGARM_DISK__KEEP_FREE": "0MB",
    }
    command = [sys.executable, "-c", PROGRAM, "scan"]
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    kind, elsewhere = done.stderr.splitlines()[-1].split()
    assert kind == "ForkProcess"
    assert int(elsewhere) > 0
    assert f"{PAGES} snapshots" in done.stdout, done.stdout + done.stderr
    with database.read() as conn:
        found = {alert.url for alert in alerts.listing(conn)}
        cursors = conn.execute(sa.select(tables.progress.c.cursor).where(tables.progress.c.stage.like("match/%")))
        assert len(set(cursors.scalars())) == 1
    assert found == {look(number).url for number in range(0, PAGES, 3)}
    with lock(config.data_dir):
        assert problems(config, database, clock) == []
