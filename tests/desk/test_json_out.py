"""JSON goes as it is into files and pipes; a terminal alone gets what would steer it as escapes. Both read the same."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from desk import digesting
from desk.commands import export
from desk.session import Desk
from storage import alerts
from tests.alerts.stored import put_snapshot
from tests.desk.shelf import NOW, TODAY, YESTERDAY, fill, run
from tests.desk.shelf import _alert as shelf_alert

MARK = "\u200f"
URL = f"http://i.test/{MARK}9"
PAGE = f"<html><head><title>通告</title></head><body><p>{'专班劝返滞留境外人员。' * 9}{MARK}完。</p></body></html>"


@pytest.fixture
def shelf(sqlite_config, sqlite_database):
    """A page whose address has a mark of direction in it."""
    fill(sqlite_database)
    with sqlite_database.write() as conn:
        for at, number in ((YESTERDAY, 8), (TODAY, 9)):
            made = put_snapshot(conn, URL, "九", f"专班劝返{number}人。", at=at)
            alerts.put(conn, [replace(shelf_alert(number, *made), cluster=None)], version="1")
    return sqlite_config


@pytest.fixture
def terminal():
    """A terminal's name, and what was written on it."""
    ours, theirs = os.openpty()
    os.set_blocking(ours, False)

    def read():
        said = b""
        while True:
            try:
                said += os.read(ours, 65536)
            except BlockingIOError:
                return said.decode()

    yield os.ttyname(theirs), read
    os.close(ours)
    os.close(theirs)


def has_mark(text):
    """Whether the mark stands there as it is, and whether as an escape."""
    return MARK in text, "\\u200f" in text


def read_back(text):
    # Not splitlines: that also parts what JSON does not.
    return [json.loads(line) for line in text.split("\n") if line]


@pytest.mark.parametrize(
    "words",
    [("alerts", "list", "--json"), ("digest", "--format", "json"), ("export", "jsonl", "--output", "-")],
    ids=lambda words: words[0],
)
def test_a_pipe_gets_it_as_it_is_and_a_terminal_does_not(words, shelf, capfdbinary, monkeypatch):
    command, *rest = words
    run(command, shelf, *rest)
    piped = capfdbinary.readouterr().out.decode()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    run(command, shelf, *rest)
    shown = capfdbinary.readouterr().out.decode()
    assert has_mark(piped) == (True, False)
    assert has_mark(shown) == (False, True)
    assert [json.loads(line) for line in shown.split("\n")[:-1]] == [
        json.loads(line) for line in piped.split("\n")[:-1]
    ]


@pytest.mark.parametrize("words", [("export", "jsonl"), ("digest", "--format", "json")], ids=lambda words: words[0])
def test_so_does_what_is_written_into_a_file_or_onto_a_terminal_by_name(words, shelf, tmp_path, terminal, monkeypatch):
    # Where the command itself speaks on a terminal, a file stays a file.
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    name, read = terminal
    command, *rest = words
    run(command, shelf, *rest, "--output", str(tmp_path / "out"), quiet=True)
    run(command, shelf, *rest, "--output", name, quiet=True)
    assert has_mark((tmp_path / "out").read_text("utf-8")) == (True, False)
    assert has_mark(read()) == (False, True)


def test_kept_digests_are_files(shelf, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    desk = Desk(data=str(shelf.data_dir), config=None, quiet=True, verbose=False, clock=lambda: NOW)
    desk.__dict__["config"] = shelf
    digesting.close_windows(desk)
    desk.close()
    kept = [path.read_text("utf-8") for path in (shelf.data_dir / "digests").glob("*.json")]
    assert kept
    assert any(has_mark(text) == (True, False) for text in kept)
    assert not any(has_mark(text)[1] for text in kept)


def test_a_list_in_a_cell_of_csv_is_not_escaped_either(shelf, tmp_path, monkeypatch):
    out = tmp_path / "out.csv"
    owner = {"url": "http://a.test/1", "title": "通告", "text": "附件"}
    monkeypatch.setattr(export, "_attached_to", lambda *_: {"attached_to": [owner]})
    run("export", shelf, "csv", "--output", str(out))
    cells = [row["attached_to"] for row in csv.DictReader(out.read_text("utf-8-sig").splitlines())]
    assert [json.loads(cell) for cell in cells] == [[owner]] * 6
    assert all("通告" in cell for cell in cells)


def test_the_command_itself_knows_a_terminal_from_a_pipe(tmp_path, terminal):
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    command = [sys.executable, "-m", "desk.cli", "extract", str(page), "--url", "http://a.example/1.html", "--json"]
    piped = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    name, read = terminal
    with Path(name).open("wb") as out:
        subprocess.run(command, check=True, stdout=out)
    shown = read()
    assert has_mark(piped) == (True, False)
    assert has_mark(shown) == (False, True)
    assert json.loads(shown) == json.loads(piped)
