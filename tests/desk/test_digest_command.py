import fcntl
import json
import threading
from datetime import date, timedelta

import pytest

from desk import digesting
from desk.session import Desk
from storage import runs
from storage.config import Digest as Settings
from storage.errors import ConfigError
from tests.alerts.stored import put_snapshot
from tests.desk.shelf import NOW, all_read, fill, run


@pytest.fixture
def shelf(sqlite_config, sqlite_database):
    fill(sqlite_database)
    return sqlite_config


def desk_at(config, at):
    desk = Desk(data=str(config.data_dir), config=None, quiet=True, verbose=False, clock=lambda: at)
    desk.__dict__["config"] = config
    return desk


def test_without_a_date_it_is_the_open_window(shelf, capsys):
    assert run("digest", shelf, "--format", "json") == 0
    loaded = json.loads(capsys.readouterr().out)
    assert loaded["window"]["open"] is True
    # As every other time of the letter is written: in UTC, with its offset.
    assert loaded["window"]["start"] == "2026-11-23T00:00:00+00:00"
    assert loaded["date"] == "2026-11-24"
    assert {one["url"] for one in loaded["alerts"]} == {"http://b.test/3", "http://a.test/4"}
    # The other copy was told yesterday: it is no news.
    assert [one["url"] for one in loaded["repeats"]] == ["http://b.test/2"]
    assert loaded["repeats"][0]["copy_of"] == "http://a.test/1"


def test_md_is_markdown(shelf, capsys):
    said = []
    for form in ("md", "markdown"):
        assert run("digest", shelf, "--format", form) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert said[0].startswith("# ")


@pytest.mark.parametrize("option", ["--date", "--week"])
def test_a_day_that_lies_ahead_has_no_letter(shelf, capsys, option):
    assert run("digest", shelf, option, "2026-11-24") == 0
    with pytest.raises(ConfigError, match=f"^{option} 2026-11-25: lies ahead; .* closes on 2026-11-24$") as refused:
        run("digest", shelf, option, "2026-11-25")
    assert refused.value.exit_code == 2


def test_a_date_is_the_day_its_window_closes_on(shelf, capsys):
    run("digest", shelf, "--date", "2026-11-23", "--format", "json")
    loaded = json.loads(capsys.readouterr().out)
    assert [one["url"] for one in loaded["alerts"]] == ["http://a.test/1"]
    run("digest", shelf, "--date", "today", "--format", "json")
    assert json.loads(capsys.readouterr().out) == loaded


def test_every_alert_stands_in_one_window_and_no_more(shelf, capsys):
    seen = []
    for day in ("2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"):
        run("digest", shelf, "--date", day, "--format", "json", at=NOW + timedelta(days=9))
        loaded = json.loads(capsys.readouterr().out)
        seen += [one["alert"] for one in (*loaded["alerts"], *loaded["repeats"])]
    assert sorted(seen) == sorted({number * 32 for number in "1234"})


def test_the_same_date_gives_the_same_bytes(shelf, capsys):
    outs = []
    for at in (NOW + timedelta(days=2), NOW + timedelta(days=5)):
        run("digest", shelf, "--date", "2026-11-23", "--format", "html", at=at)
        outs.append(capsys.readouterr().out)
    assert outs[0] == outs[1]


def test_output_writes_a_whole_file_and_prints_nothing(shelf, tmp_path, capsys):
    out = tmp_path / "digest.html"
    assert run("digest", shelf, "--format", "html", "--output", str(out)) == 0
    assert capsys.readouterr().out == ""
    assert out.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [path.name for path in out.parent.glob("*digest*")] == ["digest.html"]


@pytest.mark.parametrize("where", ["", "digest.txt/deeper.txt"])
def test_a_file_that_cannot_be_written_is_said_in_a_line(shelf, tmp_path, where):
    (tmp_path / "digest.txt").write_text("kept")
    with pytest.raises(ConfigError, match="name a"):
        run("digest", shelf, "--output", str(tmp_path / where))
    assert (tmp_path / "digest.txt").read_text() == "kept"


def test_a_day_that_is_none_is_said_in_a_line(shelf):
    with pytest.raises(ConfigError, match="--date '23 Nov': no day; write it as 2026-11-23"):
        run("digest", shelf, "--date", "23 Nov")


def test_a_day_without_a_run_says_so(shelf, capsys):
    run("digest", shelf, "--date", "2026-11-01")
    said = capsys.readouterr().out
    assert "no run was made 本期未运行; nothing was looked at" in said
    assert "nothing new" not in said


def test_send_goes_out_once_for_a_closed_window(shelf, tmp_path, capsys):
    config = shelf.model_copy(update={"digest": Settings(send=((tmp_path / "out").as_uri(),))})
    assert run("digest", config, "--date", "2026-11-23", "--send") == 0
    assert capsys.readouterr().out == "1 sent, 0 not sent\n"
    run("digest", config, "--date", "2026-11-23", "--send")
    assert capsys.readouterr().out == "0 sent, 0 not sent\n"
    assert (tmp_path / "out" / "digest-2026-11-23.txt").exists()


def test_a_send_that_fails_wants_a_look_and_is_tried_again(shelf, tmp_path, capsys):
    (tmp_path / "out").write_text("in the way")
    config = shelf.model_copy(update={"digest": Settings(send=((tmp_path / "out").as_uri(),))})
    assert run("digest", config, "--date", "2026-11-23", "--send") == 1
    (tmp_path / "out").unlink()
    assert run("digest", config, "--date", "2026-11-23", "--send", at=NOW + timedelta(hours=1)) == 0
    assert "1 sent" in capsys.readouterr().out


def test_a_run_keeps_each_closed_window_once(shelf):
    folder = shelf.data_dir / "digests"
    assert digesting.close_windows(desk_at(shelf, NOW)) == [date(2026, 11, 23)]
    ends = ("html", "json", "md", "txt")
    kept = [*(f"2026-11-23.{end}" for end in ends), *(f"week-2026-11-23.{end}" for end in ends)]
    assert sorted(path.name for path in folder.iterdir()) == kept, "a Monday closes its week too"
    assert digesting.close_windows(desk_at(shelf, NOW)) == []
    later = desk_at(shelf, NOW + timedelta(days=3))
    assert digesting.close_windows(later) == [date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)]


def test_before_the_first_capture_there_is_no_window(sqlite_config, sqlite_database):
    assert digesting.close_windows(desk_at(sqlite_config, NOW)) == []


def test_a_kept_digest_is_given_byte_for_byte(shelf, capsys):
    digesting.close_windows(desk_at(shelf, NOW))
    path = shelf.data_dir / "digests" / "2026-11-23.md"
    path.write_text("as it was kept\n", encoding="utf-8")
    run("digest", shelf, "--date", "2026-11-23", "--format", "markdown")
    assert capsys.readouterr().out == "as it was kept\n"


def note(shelf, capsys):
    """What the open window's digest says of our own run: the kind and the words, None where it says nothing."""
    run("digest", shelf, "--format", "json")
    notes = [one for one in json.loads(capsys.readouterr().out)["sources"]["notes"] if one["source"] == "run"]
    return (notes[0]["alarms"][0]["kind"], notes[0]["alarms"][0]["message"]) if notes else None


def keep_a_page(database):
    with database.write() as conn:
        put_snapshot(conn, "http://a.test/99", "新页", "今天刚刚看到的一页。", at=NOW - timedelta(minutes=4))


def test_what_is_kept_and_not_matched_is_told_however_it_came_to_be(shelf, sqlite_database, capsys):
    assert note(shelf, capsys) is None
    # A crawl that ended, an import: its page waits for a scan.
    keep_a_page(sqlite_database)
    kind, said = note(shelf, capsys)
    assert (kind, said.partition(":")[0]) == ("unmatched", "1 page kept and not yet matched")
    # A run that began and never ended.
    with sqlite_database.write() as conn:
        begun = runs.begin(conn, at=NOW - timedelta(minutes=5), code_version="1", settings_digest="0" * 64)
    kind, said = note(shelf, capsys)
    assert (kind, said.partition(":")[0]) == ("unended", "it was cut off; 1 page kept and not yet matched")
    # An import that ends after it hides nothing of it.
    with sqlite_database.write() as conn:
        brought = runs.begin(conn, at=NOW - timedelta(minutes=3), code_version="1", settings_digest="0" * 64)
        runs.end(conn, brought, {"imported": 1}, NOW - timedelta(minutes=2))
    assert note(shelf, capsys)[0] == "unended"
    # The same while it is at work.
    with runs.lock(shelf.data_dir):
        kind, said = note(shelf, capsys)
    assert (kind, said.partition(";")[0]) == ("at_work", "1 page kept and not yet matched")
    # A scan reads the page, and what the run did not ask is still to be asked.
    all_read(sqlite_database, NOW)
    kind, said = note(shelf, capsys)
    assert (kind, said.partition(":")[0]) == ("unended", "it was cut off; what it kept is matched")
    with sqlite_database.write() as conn:
        runs.end(conn, begun, {}, NOW)
    assert note(shelf, capsys) is None


def test_whoever_looks_whether_a_run_is_at_work_turns_none_away(shelf):
    with runs.lock(shelf.data_dir):
        assert runs.is_at_work(shelf.data_dir)
    assert not runs.is_at_work(shelf.data_dir)
    assert not runs.is_at_work(shelf.data_dir / "nothing")
    with (shelf.data_dir / runs.LOCK_FILE).open("rb") as glance:
        fcntl.flock(glance, fcntl.LOCK_SH)
        threading.Timer(0.03, fcntl.flock, (glance, fcntl.LOCK_UN)).start()
        with runs.lock(shelf.data_dir):
            pass


def test_a_closed_day_says_nothing_of_a_run_of_today(shelf, sqlite_database, capsys):
    with sqlite_database.write() as conn:
        runs.begin(conn, at=NOW - timedelta(minutes=5), code_version="1", settings_digest="0" * 64)
    keep_a_page(sqlite_database)
    run("digest", shelf, "--date", "2026-11-23")
    assert "run not ended" not in capsys.readouterr().out


def test_a_run_that_ended_early_says_why_and_not_where_the_folder_lies(shelf, sqlite_database, capsys):
    why = "captures/a.warc.gz: the disk is full; make room, then start again"
    with sqlite_database.write() as conn:
        begun = runs.begin(conn, at=NOW - timedelta(minutes=5), code_version="1", settings_digest="0" * 64)
        runs.end(conn, begun, {"stopped": f"{shelf.data_dir}/{why}"}, NOW - timedelta(minutes=1))
    run("digest", shelf)
    said = " ".join(capsys.readouterr().out.split())
    assert "运行提前结束 run ended early since 23 Nov 11:59: " in said
    assert f"{why}; " in said
    assert f"{shelf.data_dir}/captures" not in said
