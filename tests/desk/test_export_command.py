import csv
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.files import give
from storage import alerts, ledger
from storage.errors import ConfigError, LongarmError
from tests.alerts.stored import put_snapshot
from tests.desk.shelf import NOW, fill, run
from tests.desk.shelf import _alert as shelf_alert


@pytest.fixture
def shelf(sqlite_config, sqlite_database):
    fill(sqlite_database)
    return sqlite_config


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_csv_begins_with_the_mark_that_lets_excel_read_chinese(shelf, tmp_path):
    out = tmp_path / "out.csv"
    assert run("export", shelf, "csv", "--output", str(out)) == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    found = table(out)
    assert [row["url"][-1] for row in found] == ["1", "2", "3", "4"]
    assert found[0]["title"] == "敦促投案通告（第四批）"
    assert found[0]["matched"] == "劝返"


def test_no_cell_is_a_formula_and_none_steers_a_terminal(shelf, tmp_path):
    for words in ((), ("--snapshots",)):
        out = tmp_path / "out.csv"
        run("export", shelf, "csv", *words, "--output", str(out))
        for row in table(out):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
        raw = out.read_text(encoding="utf-8")
        assert "'=cmd|" in raw
        assert "\x1b" not in raw
        assert "\u202e" not in raw
        assert "13812345678" not in raw


def test_a_dash_is_standard_output_and_what_is_told_of_it_goes_to_stderr(
    shelf, sqlite_database, tmp_path, monkeypatch, capfdbinary
):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out.csv"
    run("export", shelf, "csv", "--output", str(out))
    capfdbinary.readouterr()
    run("export", shelf, "csv", "--output", "-", at=NOW + timedelta(seconds=1))
    said = capfdbinary.readouterr()
    assert said.out == out.read_bytes()
    sha256 = hashlib.sha256(said.out).hexdigest()
    assert said.err.decode() == f"stdout: 4 alerts, SHA-256 {sha256}\n"
    assert not (tmp_path / "-").exists()
    with sqlite_database.read() as conn:
        assert [act.body["file_sha256"] for act in ledger.acts(conn, events=["custody"])] == [sha256] * 2


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_alert_goes_out_with_the_publisher_that_its_page_names(form, shelf, sqlite_database, tmp_path):
    with sqlite_database.write() as conn:
        body = "青田县公安局专班劝返滞留境外人员37名，家属称劝返未果。"
        made = put_snapshot(conn, "http://i.test/9", "九", body, at=NOW, source=None, publisher="青田县公安局")
        alerts.put(conn, [replace(shelf_alert(9, *made), source_id=None, cluster=None)], version="1")
    out = tmp_path / "out"
    run("export", shelf, form, "--output", str(out))
    found = table(out) if form == "csv" else map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert {one["url"]: one["publisher"] for one in found if one["publisher"]} == {"http://i.test/9": "青田县公安局"}


def test_jsonl_of_alerts_and_of_snapshots(shelf, tmp_path):
    out = tmp_path / "out.jsonl"
    run("export", shelf, "jsonl", "--output", str(out))
    assert [json.loads(line)["url"][-1] for line in out.read_text(encoding="utf-8").splitlines()] == [
        "1",
        "2",
        "3",
        "4",
    ]
    run("export", shelf, "jsonl", "--snapshots", "--output", str(out))
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [one["source"] for one in found] == ["one", "two", "two", "one"]
    assert all("劝返" in one["body"] for one in found)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--alert", "22222222"), "2"),
        (("--url", "http://b.test/3"), "3"),
        (("--since", "2026-11-23"), "234"),
    ],
)
def test_a_part_is_taken_out(shelf, tmp_path, words, expected):
    out = tmp_path / "out.csv"
    for more in ((), ("--snapshots",)):
        run("export", shelf, "csv", *words, *more, "--output", str(out))
        assert "".join(row["url"][-1] for row in table(out)) == expected


def test_an_export_is_in_the_ledger_with_the_hash_of_its_bytes(shelf, sqlite_database, tmp_path):
    out = tmp_path / "out.csv"
    run("export", shelf, "csv", "--output", str(out))
    with sqlite_database.read() as conn:
        (act,) = ledger.acts(conn, events=["custody"])
    assert act.body["file_sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert act.body["rows"] == 4


def test_a_form_that_there_is_not_is_told_with_the_one_that_was_meant(shelf):
    with pytest.raises(ConfigError, match=r"^export 'cvs' is unknown; did you mean csv\?$"):
        run("export", shelf, "cvs", "--output", "-")


@pytest.mark.parametrize("form", ["wacz", "dossier", "ftm"])
def test_what_comes_later_is_said_plainly(shelf, tmp_path, form):
    with pytest.raises(ConfigError, match=f"export {form}: not in this version"):
        run("export", shelf, form, "--output", str(tmp_path / "x"))
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("xlsx",), "unknown"),
        (("csv", "--alert", "99999999"), "no such alert"),
        (("csv", "--url", "http://x.test/"), "known"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_no_file(shelf, tmp_path, words, message):
    with pytest.raises(ConfigError, match=message):
        run("export", shelf, *words, "--output", str(tmp_path / "x"))
    assert list(tmp_path.glob("x*")) == []


# --- the file that --output names ---------------------------------------------------------------------


@pytest.mark.parametrize("words", [("export", "csv"), ("digest",), ("digest", "--week", "2026-11-23")])
def test_a_missing_folder_is_said_and_never_made(shelf, tmp_path, words):
    out = tmp_path / "reprots" / "x"
    with pytest.raises(ConfigError, match=f"no such folder: {out.parent}; make it"):
        run(words[0], shelf, *words[1:], "--output", str(out))
    assert not out.parent.exists()


@pytest.mark.parametrize("words", [("export", "csv"), ("digest",), ("digest", "--week", "2026-11-23")])
def test_what_is_taken_out_holds_names_and_is_for_its_owner_alone(shelf, tmp_path, words):
    out = tmp_path / "x"
    out.write_text("what stood there before, for all to read")
    out.chmod(0o644)
    run(words[0], shelf, *words[1:], "--output", str(out))
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_link_is_followed_and_stays_one(shelf, tmp_path):
    out, link = tmp_path / "real.csv", tmp_path / "link.csv"
    link.symlink_to(out)
    run("export", shelf, "csv", "--output", str(link))
    assert link.is_symlink()
    assert len(table(out)) == 4


def test_a_device_or_a_pipe_is_written_to_and_stays_what_it_is(shelf, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        run("export", shelf, "csv", "--output", str(pipe))
        assert os.read(reader, 3) == b"\xef\xbb\xbf"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_a_shell_puts_for_a_command_is_written_to(shelf):
    """`--output >(cmd)` names a link of /dev/fd, which leads to a pipe without a name."""
    end, begin = os.pipe()
    try:
        run("export", shelf, "csv", "--output", f"/dev/fd/{begin}")
        assert os.read(end, 3) == b"\xef\xbb\xbf"
    finally:
        os.close(end)
        os.close(begin)


def test_beside_standard_output_by_its_name_nothing_is_said(shelf, capfdbinary):
    run("export", shelf, "jsonl", "--output", "/dev/stdout")
    said = capfdbinary.readouterr()
    assert all(json.loads(line) for line in said.out.splitlines())
    assert b"SHA-256" in said.err


def test_standard_output_by_its_name_is_added_to(shelf, tmp_path):
    """`--output /dev/stdout >> all.csv` would replace the file, were it opened anew."""
    all_of_it = tmp_path / "all.csv"
    all_of_it.write_text("before\n")
    code = "from desk.files import give; give('/dev/stdout', [b'after'])"
    with all_of_it.open("ab") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
    assert all_of_it.read_text() == "before\nafter"


def test_a_write_that_a_signal_cuts_short_is_gone_on_with(tmp_path):
    pipe, part, read = tmp_path / "pipe", b"x" * 1_000_000, []
    os.mkfifo(pipe)

    def take():
        with pipe.open("rb") as out:
            time.sleep(0.3)
            read.append(out.read())

    reader = threading.Thread(target=take)
    reader.start()
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        sha256 = give(str(pipe), [part])
    finally:
        signal.signal(signal.SIGALRM, before)
        reader.join()
    assert read == [part]
    assert sha256 == hashlib.sha256(part).hexdigest()


def test_a_full_disk_is_one_line(shelf, tmp_path):
    # A device of our own, so that a mistake in the code under test cannot replace the machine's /dev/full.
    full = tmp_path / "full"
    try:
        os.mknod(full, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
    except PermissionError:
        pytest.skip("only root may make a device")
    with pytest.raises(LongarmError, match="could not be written \\(No space left on device\\)"):
        run("export", shelf, "csv", "--output", str(full))
    assert stat.S_ISCHR(full.stat().st_mode)
