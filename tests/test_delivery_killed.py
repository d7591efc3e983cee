"""kill -9 between sending and noting: a real process, a real SMTP server. The same mail goes again, never a second."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import tables
from tests.loopback.post_office import post_office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.config import Config
    from storage.database import Database
    from tests.loopback.post_office import PostOffice

ROOT = Path(__file__).parent.parent
DAY = "2026-11-22"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


def start(config: Config, *words: str) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("LONGARM_")}
    command = [sys.executable, "-c", "import sys; from desk.cli import main; sys.exit(main())"]
    return subprocess.Popen(
        [*command, "--data", str(config.data_dir), *words],
        cwd=ROOT,
        env={**env, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def send(config: Config) -> tuple[int, str, str]:
    process = start(config, "digest", "--date", DAY, "--send")
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def settle(config: Config, office: PostOffice, more: str = "") -> None:
    address = office.address(more=more)
    (config.data_dir / "longarm.toml").write_text(
        f"[storage]\ndatabase = '{config.storage.database}'\n[disk]\nkeep_free = 0\n[digest]\nsend = ['{address}']\n"
    )


def events(database: Database) -> list[str]:
    with database.read() as conn:
        query = sa.select(tables.delivery.c.event).where(tables.delivery.c.subject == f"digest:{DAY}")
        return sorted(conn.execute(query).scalars())


def test_killed_between_sending_and_noting_the_same_mail_goes_again(
    config: Config, database: Database, office: PostOffice
) -> None:
    settle(config, office)
    running: list[subprocess.Popen[str]] = []
    office.kill_sender(lambda: running[0].pid)
    running.append(start(config, "digest", "--date", DAY, "--send"))
    running[0].communicate(timeout=60)
    assert running[0].returncode == -9
    assert len(office.mails) == 1
    assert events(database) == ["planned"]

    office.before_answer = lambda: None
    time.sleep(0.01)
    assert send(config)[:2] == (0, "1 sent, 0 not sent\n")
    assert len(office.mails) == 2
    first, again = office.mails
    assert first["Message-ID"] == again["Message-ID"]
    assert first["Date"] == again["Date"]
    assert first.get_body(("html",)).get_content() == again.get_body(("html",)).get_content()
    assert events(database) == ["planned", "sent"]

    assert send(config)[:2] == (0, "0 sent, 0 not sent\n")
    assert len(office.mails) == 2


def test_killed_before_anything_was_sent_it_goes_once(config: Config, database: Database, office: PostOffice) -> None:
    office.hangs = True
    settle(config, office, "&cto=20")
    process = start(config, "digest", "--date", DAY, "--send")
    deadline = time.monotonic() + 60
    while "planned" not in events(database) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.kill()
    process.communicate()
    assert office.mails == []
    office.hangs = False
    assert send(config)[:2] == (0, "1 sent, 0 not sent\n")
    assert len(office.mails) == 1
    assert events(database) == ["planned", "sent"]


def test_a_server_that_refuses_is_said_and_asked_again(config: Config, database: Database, office: PostOffice) -> None:
    settle(config, office)
    office.answer = "554 spam"
    code, out, err = send(config)
    assert (code, out) == (1, "0 sent, 1 not sent; tried again at the next run\n")
    assert "refused, 554 spam" in err
    assert "Traceback" not in err
    office.answer = "250 taken"
    assert send(config)[:2] == (0, "1 sent, 0 not sent\n")
    assert len(office.mails) == 1
