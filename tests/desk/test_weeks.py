import json
from datetime import date, timedelta

import pytest

from desk import digesting, weeks
from storage.errors import ConfigError
from tests.desk.shelf import NOW, fill, run
from tests.desk.test_digest_command import desk_at


@pytest.fixture
def shelf(sqlite_config, sqlite_database):
    fill(sqlite_database)
    return sqlite_config


def test_the_last_closed_monday_is_the_week_that_is_meant(shelf):
    assert weeks.last_closed(desk_at(shelf, NOW)) == date(2026, 11, 23)
    assert weeks.last_closed(desk_at(shelf, NOW - timedelta(hours=5))) == date(2026, 11, 16)
    assert weeks.last_closed(desk_at(shelf, NOW + timedelta(days=6))) == date(2026, 11, 23)


def test_a_week_counts_what_was_told_in_its_seven_days(shelf, capsys):
    assert run("digest", shelf, "--week", "2026-11-24", "--format", "json", at=NOW + timedelta(days=2)) == 0
    shape = json.loads(capsys.readouterr().out)
    assert shape["rules"]["persuade_return"][-1] == 4
    assert shape["provinces"]["浙江"][-1] == 4
    assert run("digest", shelf, "--week", at=NOW) == 0
    assert "Weekly roll-up  2026-11-16 - 2026-11-23" in capsys.readouterr().out


def test_a_kept_week_is_given_byte_for_byte(shelf, capsys):
    digesting.close_windows(desk_at(shelf, NOW))
    path = shelf.data_dir / "digests" / "week-2026-11-23.txt"
    assert "Weekly roll-up" in path.read_text(encoding="utf-8")
    path.write_text("as it was kept\n", encoding="utf-8")
    run("digest", shelf, "--week", "2026-11-23")
    assert capsys.readouterr().out == "as it was kept\n"


@pytest.mark.parametrize("words", [("--date", "2026-11-23"), ("--send",)])
def test_a_week_goes_with_its_own_day_and_is_not_sent(shelf, words):
    with pytest.raises(ConfigError, match="--week"):
        run("digest", shelf, "--week", "2026-11-23", *words)


def test_no_list_and_no_search_names_a_private_person(shelf, capsys):
    said = "家住石澜镇的林某某电话138****5678"
    for words in (("alerts", "list", "--json"), ("alerts", "show", "1" * 32), ("search", "劝返"), ("digest",)):
        run(words[0], shelf, *words[1:])
        text = capsys.readouterr().out
        assert "13812345678" not in text
    run("search", shelf, "劝返", "--json")
    assert said in capsys.readouterr().out
