"""Evidence copied onto read-only media can be read and verified there, and nothing of it changes."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from desk.cli import main
from storage.archive import Archive
from tests.desk.shelf import fill
from tests.storage.looks import look

if TYPE_CHECKING:
    from pathlib import Path

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock


@pytest.fixture
def medium(sqlite_config: Config, sqlite_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that may be read only: by its rights, and, for root, who has every right, by what it is told."""
    fill(sqlite_database)
    archive = Archive(sqlite_config, sqlite_database, now=clock)
    archive.record([look(1), look(2)])
    archive.close()
    sqlite_database.close()
    folder = sqlite_config.data_dir
    folder.chmod(0o555)
    really = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.W_OK and really(path, mode, **more))
    return folder


def state(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "words",
    [
        ["alerts", "list"],
        ["alerts", "show", "1" * 32],
        ["digest"],
        ["search", "劝返"],
        ["urls", "list"],
        ["sources", "list"],
        ["verify", "--since", "2026-11-23"],
    ],
)
def test_what_only_reads_works_and_leaves_every_byte(
    medium: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(medium)
    code = main(["--data", str(medium), *words])
    said = capsys.readouterr()
    assert code == 0 or words[0] == "verify"
    assert said.out
    assert said.err == f"longarm: {medium}: read-only: it can be read and verified, not changed\n"
    assert state(medium) == before


@pytest.mark.parametrize("words", [["alerts", "mark", "1" * 32, "relevant"], ["db", "upgrade"]])
def test_what_changes_something_says_in_one_line_that_it_cannot(
    medium: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(medium)
    assert main(["-q", "--data", str(medium), *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "read-only" in line
    assert "copy the data folder" in line
    assert state(medium) == before


def test_changes_that_are_only_in_the_log_beside_the_database_are_not_left_out_in_silence(
    medium: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (medium / "longarm.db-wal").write_bytes(b"changes")
    assert main(["--data", str(medium), "alerts", "list"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "longarm.db-wal" in line
    assert "copy both" in line


def test_evidence_is_taken_out_of_a_read_only_copy(medium: Path, tmp_path: Path, capsys) -> None:
    before = state(medium)
    out = tmp_path / "out" / "all.jsonl"
    out.parent.mkdir()
    assert main(["--data", str(medium), "export", "jsonl", "--output", str(out)]) == 0
    said = capsys.readouterr()
    assert hashlib.sha256(out.read_bytes()).hexdigest() in said.out
    assert "no line of this export in the ledger" in said.err
    assert state(medium) == before
