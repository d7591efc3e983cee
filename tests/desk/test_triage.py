import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from desk.triage import reopen
from storage import alerts, ledger, reviews
from storage.derived_tables import alert as alert_table
from storage.errors import ConfigError
from storage.urls import url_key
from tests.desk.shelf import NOW, fill, run

ONE, TWO, THREE, FOUR = ("1" * 32, "2" * 32, "3" * 32, "4" * 32)


@pytest.fixture
def shelf(sqlite_config, sqlite_database):
    fill(sqlite_database)
    return sqlite_config


def mark(config, alert, status, *words, by="Lin"):
    assert run("alerts", config, "mark", alert[:8], status, *words, "--by", by, quiet=True) == 0


def rows(config, capsys, *words):
    capsys.readouterr()
    assert run("alerts", config, "list", *words, "--json") == 0
    return {row["alert"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}


def shown(config, capsys, alert):
    capsys.readouterr()
    run("alerts", config, "show", alert[:8], "--json")
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("copy", "copy"),
        ("Look-alike", "look-alike"),
        ("look_alike: anglers", "look-alike: anglers"),
        ("look-alike (anglers)", "look-alike: anglers"),
        ("off topic", "off-topic"),
        ("2", "copy"),
        ("other: a play", "other: a play"),
        ("not our region", "not-our-region"),
    ],
)
def test_a_reason_is_one_of_a_short_list_however_it_is_spelt(shelf, capsys, written, expected):
    mark(shelf, FOUR, "irrelevant", "--reason", written)
    assert rows(shelf, capsys)[FOUR]["reason"] == expected


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("irrelevant", "--reason", "lookalike"), "did you mean look-alike"),
        (("irrelevant", "--reason", "boring"), "write one of look-alike, copy, old, off-topic"),
        (("irrelevant", "--reason", "other"), "say what, as other: TEXT"),
        (("relevent",), "did you mean relevant"),
        (("follow-up", "--due", "tomorow"), "did you mean tomorrow"),
        (("follow-up", "--due", "2026-11-01"), "lies behind today"),
        (("relevant", "--due", "week"), "belong to STATUS follow-up"),
    ],
)
def test_a_near_miss_is_one_line_with_what_was_meant(shelf, words, message):
    with pytest.raises(ConfigError, match=message) as raised:
        run("alerts", shelf, "mark", ONE, *words, "--by", "Lin")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["", "  ", "longarm", "L\x1b[31m"])
def test_who_acts_must_be_a_person(shelf, name):
    with pytest.raises(ConfigError, match="no person's name"):
        run("alerts", shelf, "mark", ONE, "relevant", "--by", name)


def test_without_an_option_the_environment_says_who_acts(shelf, capsys, monkeypatch):
    monkeypatch.setenv("LONGARM_ANALYST", "Mara")
    run("alerts", shelf, "note", ONE, "seen")
    assert shown(shelf, capsys, ONE)["reviews"][0]["who"] == "Mara"


def test_a_follow_up_is_tomorrow_and_ones_own_unless_said_otherwise(shelf, capsys):
    mark(shelf, FOUR, "follow-up")
    mark(shelf, ONE, "follow-up", "--owner", "Mara", "--due", "week")
    found = rows(shelf, capsys)
    assert (found[FOUR]["who"], found[FOUR]["due"]) == ("Lin", "2026-11-24")
    assert (found[ONE]["who"], found[ONE]["due"]) == ("Mara", "2026-11-30")
    assert set(rows(shelf, capsys, "--due", "tomorrow")) == {FOUR}
    assert set(rows(shelf, capsys, "--who", "mara")) == {ONE, TWO}
    assert set(rows(shelf, capsys, "--status", "new,follow-up")) == {ONE, TWO, THREE, FOUR}


def test_a_second_person_confirms(shelf, capsys):
    with pytest.raises(ConfigError, match="nobody found it relevant yet"):
        mark(shelf, FOUR, "confirmed", by="Mara")
    mark(shelf, FOUR, "relevant")
    with pytest.raises(ConfigError, match="another person must confirm it"):
        mark(shelf, FOUR, "confirmed", by=" LIN ")
    mark(shelf, FOUR, "confirmed", by="Mara")
    assert rows(shelf, capsys)[FOUR]["status"] == "confirmed"


def test_who_found_it_relevant_before_it_was_found_irrelevant_is_no_first_reader(shelf):
    mark(shelf, FOUR, "relevant")
    mark(shelf, FOUR, "irrelevant", by="Mara")
    with pytest.raises(ConfigError, match="nobody found it relevant yet"):
        mark(shelf, FOUR, "confirmed", by="Mara")


def test_any_state_may_go_back(shelf, capsys):
    mark(shelf, FOUR, "relevant")
    mark(shelf, FOUR, "disputed", by="Mara")
    mark(shelf, FOUR, "confirmed", by="Mara")
    for status in ("disputed", "irrelevant", "new"):
        mark(shelf, FOUR, status, by="Mara")
        assert rows(shelf, capsys)[FOUR]["status"] == status


def test_undoing_takes_back_the_last_act_with_its_copies_and_is_itself_recorded(shelf, capsys, sqlite_database):
    mark(shelf, ONE, "relevant")
    mark(shelf, ONE, "irrelevant", "--reason", "old")
    capsys.readouterr()
    run("alerts", shelf, "undo", "--by", "Lin")
    assert "took back mark" in capsys.readouterr().out
    found = rows(shelf, capsys)
    assert (found[ONE]["status"], found[TWO]["status"], found[THREE]["status"]) == ("relevant", "relevant", "new")
    run("alerts", shelf, "undo", "--by", "Lin")
    assert {row["status"] for row in rows(shelf, capsys).values()} == {"new"}
    assert [one["act"] for one in shown(shelf, capsys, ONE)["reviews"]] == ["mark", "mark", "undo", "undo"]
    with sqlite_database.read() as conn:
        told = [one.body for one in ledger.acts(conn, events=["custody"])]
    assert len(told) == 8
    assert {one["who"] for one in told} == {"Lin"}
    with pytest.raises(ConfigError, match="Lin did nothing that could be undone"):
        run("alerts", shelf, "undo", "--by", "Lin")


def test_undoing_by_way_of_a_copy_takes_back_the_whole_mark(shelf, capsys):
    mark(shelf, ONE, "irrelevant")
    run("alerts", shelf, "undo", TWO, "--by", "Lin")
    assert {row["status"] for row in rows(shelf, capsys).values()} == {"new"}


def test_nobody_undoes_what_another_did_nor_what_another_built_upon(shelf):
    mark(shelf, FOUR, "relevant")
    with pytest.raises(ConfigError, match="Mara did nothing"):
        run("alerts", shelf, "undo", "--by", "Mara")
    mark(shelf, FOUR, "confirmed", by="Mara")
    with pytest.raises(ConfigError, match="Mara marked it confirmed since"):
        run("alerts", shelf, "undo", "--by", "Lin")


def test_a_note_is_undone_too(shelf, capsys):
    run("alerts", shelf, "assign", FOUR, "Mara", "--by", "Lin", quiet=True)
    run("alerts", shelf, "undo", FOUR, "--by", "Lin", quiet=True)
    assert shown(shelf, capsys, FOUR)["who"] is None


def tell(database, event, url, at, **body):
    with database.write() as conn:
        ledger.append_act(
            conn, event=event, subject=f"{url_key(url)} {event}{at:%H%M}", body={"page": url, **body}, at=at
        )


def test_an_edit_or_takedown_reopens_what_was_marked_and_says_what_changed(shelf, capsys, sqlite_database):
    mark(shelf, FOUR, "irrelevant", "--reason", "old")
    tell(sqlite_database, "edited", "http://a.test/4", NOW - timedelta(hours=1), added=1, removed=2)
    later = NOW + timedelta(hours=1)
    assert reopen(sqlite_database, now=lambda: later) == 0, "what was told before the mark was seen when it was made"
    tell(sqlite_database, "edited", "http://a.test/4", later, added=12, removed=61, snapshot_old="a", snapshot_new="b")
    assert reopen(sqlite_database, now=lambda: later) == 1
    assert reopen(sqlite_database, now=lambda: later) == 0
    found = rows(shelf, capsys)[FOUR]
    assert (found["status"], found["reopened"]) == ("new", "edited, +12/-61 characters, a -> b")
    mark(shelf, FOUR, "relevant")
    last = later + timedelta(hours=1)
    tell(sqlite_database, "gone", "http://a.test/4", last, gone_as="404", reason="answers 404")
    assert reopen(sqlite_database, now=lambda: last) == 1
    assert rows(shelf, capsys, "--status", "new")[FOUR]["reopened"] == "gone, 404, answers 404"
    assert shown(shelf, capsys, FOUR)["reviews"][-1]["who"] == "longarm"


def test_a_page_that_nobody_judged_needs_no_reopening(shelf, sqlite_database):
    run("alerts", shelf, "note", FOUR, "later", "--by", "Lin", quiet=True)
    tell(sqlite_database, "gone", "http://a.test/4", NOW + timedelta(hours=1))
    assert reopen(sqlite_database, now=lambda: NOW + timedelta(hours=1)) == 0


def test_acts_within_one_moment_keep_their_order(shelf, capsys):
    for status in ("relevant", "irrelevant", "follow-up", "disputed", "new", "irrelevant") * 3:
        mark(shelf, FOUR, status)
    assert rows(shelf, capsys)[FOUR]["status"] == "irrelevant"
    ids = [one["act"] for one in shown(shelf, capsys, FOUR)["reviews"]]
    assert ids == ["mark"] * 18


def test_marks_survive_when_what_was_derived_is_made_again(shelf, capsys, sqlite_database):
    mark(shelf, FOUR, "follow-up")
    with sqlite_database.write() as conn:
        kept = alerts.listing(conn)
        conn.execute(sa.delete(alert_table))
    run("digest", shelf, "--format", "json", at=NOW)
    with sqlite_database.write() as conn:
        alerts.put(conn, kept, version="2")
    assert rows(shelf, capsys)[FOUR]["status"] == "follow-up"
    with sqlite_database.read() as conn:
        assert reviews.standing(conn)[FOUR].due == "2026-11-24"
