"""`longarm verify` and `longarm db upgrade` as a person meets them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from desk.cli import main
from storage import runs
from storage.archive import Archive
from tests.storage.looks import failed, look

if TYPE_CHECKING:
    from pathlib import Path

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock


@pytest.fixture
def filled(sqlite_config: Config, sqlite_database: Database, clock: Clock) -> Config:
    archive = Archive(sqlite_config, sqlite_database, now=clock)
    archive.record([look(1), look(2), failed(3)])
    archive.close()
    return sqlite_config


def _damage(config: Config) -> None:
    (path,) = config.captures_dir.rglob("*.warc.gz")
    data = bytearray(path.read_bytes())
    data[1500] ^= 1
    path.write_bytes(data)


def test_a_whole_archive_is_said_to_be_whole(filled: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(filled.data_dir), "verify"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("3 captures, 3 checked, chain whole, head ")
    assert main(["--data", str(filled.data_dir), "verify", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["captures"], said["checked"], said["bad"], said["chain"]) == (3, 3, [], "whole")
    assert (len(said["head"]), said["anchored_until"]) == (64, None)


def test_a_changed_byte_is_exit_1_and_one_line(filled: Config, capsys: pytest.CaptureFixture[str]) -> None:
    _damage(filled)
    assert main(["--data", str(filled.data_dir), "verify"]) == 1
    bad, summary = capsys.readouterr().out.splitlines()
    assert ".warc.gz, byte" in bad
    assert summary.startswith("3 captures, 3 checked, 1 bad, chain whole, head ")
    assert main(["--data", str(filled.data_dir), "verify", "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["bad"]
    assert bad.startswith(found["capture"])
    short = found["capture"][:8]
    assert main(["--data", str(filled.data_dir), "verify", "--capture", short]) == 1
    assert main(["--data", str(filled.data_dir), "verify", "--since", "2030-01-01"]) == 0


def test_a_day_begins_where_the_digests_days_do(
    filled: Config, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    zone = ZoneInfo("Pacific/Kiritimati")
    (filled.data_dir / "longarm.toml").write_text(f'[digest]\ntimezone = "{zone}"\n', encoding="utf-8")
    # Fourteen hours ahead of UTC: the looks of noon are of the next day there.
    there = clock().astimezone(zone).date()
    assert there > clock().date()
    for day, checked in ((there, 3), (there + timedelta(days=1), 0)):
        assert main(["--data", str(filled.data_dir), "verify", "--since", day.isoformat()]) == 0
        assert f", {checked} checked, " in capsys.readouterr().out


def test_the_captures_of_a_file_that_is_missing_are_counted_as_bad_and_not_as_checked(
    filled: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = filled.captures_dir.rglob("*.warc.gz")
    path.unlink()
    assert main(["--data", str(filled.data_dir), "verify"]) == 1
    fault, summary = capsys.readouterr().out.splitlines()
    assert fault.endswith(".warc.gz: missing, expected a file with 3 captures, found none")
    assert summary.startswith("3 captures, 0 checked, 3 bad, chain whole, head ")
    assert main(["--data", str(filled.data_dir), "verify", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["captures"], said["checked"], said["bad_captures"], len(said["bad"])) == (3, 0, 3, 1)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--since", "some day"], 2), (["--capture", "00000000"], 2), (["--capture", "no"], 2)],
)
def test_what_cannot_be_checked_is_exit_2(
    arguments: list[str], code: int, filled: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(filled.data_dir), "verify", *arguments]) == code
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_another_run_is_exit_3(filled: Config) -> None:
    with runs.lock(filled.data_dir):
        assert main(["--data", str(filled.data_dir), "verify"]) == 3


def test_no_data_folder_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["verify"], ["db", "upgrade"]):
        assert main(["--data", str(tmp_path / "none"), *command]) == 2
        assert "longarm init" in capsys.readouterr().err


def test_upgrading_a_current_database_does_nothing(filled: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(filled.data_dir), "db", "upgrade"]) == 0
    assert capsys.readouterr().out.startswith("database: schema ")
