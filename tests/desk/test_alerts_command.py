import json

import pytest

from storage.errors import ConfigError
from tests.desk.shelf import fill, run

KEYS = {
    "alert",
    "rule",
    "variant",
    "severity",
    "status",
    "url",
    "source",
    "agency",
    "province",
    "snapshot",
    "first_seen",
    "published",
    "title",
    "matched",
    "quote",
    "start",
    "end",
    "cluster",
    "kind",
    "lang",
}


@pytest.fixture
def shelf(sqlite_config, sqlite_database):
    fill(sqlite_database)
    return sqlite_config


def rows(config, capsys, *words):
    capsys.readouterr()
    assert run("alerts", config, "list", *words, "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_list_is_one_object_a_line_oldest_first_in_the_shape_of_the_interface(shelf, capsys):
    found = rows(shelf, capsys)
    assert [one["url"][-1] for one in found] == ["1", "2", "3", "4"]
    assert set(found[0]) >= KEYS
    assert found[0]["rule"] == "persuade_return"
    assert found[0]["first_seen"] == "2026-11-22T04:00:00+00:00"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--since", "2026-11-23"), "234"),
        (("--rule", "persuade_return"), "1234"),
        (("--rule", "persuade_return.count"), "1234"),
        (("--rule", "exit_control"), ""),
        (("--source", "one"), "14"),
        (("--status", "new"), "1234"),
        (("--status", "relevant"), ""),
    ],
)
def test_filters(shelf, capsys, words, expected):
    assert "".join(one["url"][-1] for one in rows(shelf, capsys, *words)) == expected


def test_numbers_of_persons_are_masked_and_offsets_stay_true(shelf, capsys):
    run("alerts", shelf, "list", "--json")
    run("alerts", shelf, "list")
    run("alerts", shelf, "show", "1" * 8)
    out = capsys.readouterr().out
    assert "13812345678" not in out
    assert "138****5678" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_marking_one_marks_its_copies_and_never_its_variants(shelf, capsys):
    assert run("alerts", shelf, "mark", "1" * 8, "irrelevant", "--reason", "look-alike", "--by", "Lin") == 0
    assert "and 1 copies of it" in capsys.readouterr().out
    assert {one["url"][-1]: one["status"] for one in rows(shelf, capsys)} == {
        "1": "irrelevant", "2": "irrelevant", "3": "new", "4": "new",
    }  # fmt: skip


def test_all_that_was_done_is_kept_and_the_last_mark_counts(shelf, capsys):
    run("alerts", shelf, "mark", "44444444", "follow-up", "--by", "Lin")
    run("alerts", shelf, "note", "44444444", "ask", "the", "court", "--by", "Mara")
    run("alerts", shelf, "assign", "44444444", "Mara", "--by", "Lin")
    run("alerts", shelf, "mark", "44444444", "relevant", "--by", "Lin")
    capsys.readouterr()
    run("alerts", shelf, "show", "44444444", "--json")
    shown = json.loads(capsys.readouterr().out)
    assert sorted(one["act"] for one in shown["reviews"]) == ["assign", "mark", "mark", "note"]
    assert shown["who"] == "Mara"


def test_show_gives_the_quote_marked_its_terms_and_its_copies(shelf, capsys):
    run("alerts", shelf, "show", "1" * 32)
    out = capsys.readouterr().out
    assert "专班【劝返】滞留境外人员37名" in out
    assert "劝返 = persuade(d) to return" in out
    assert "copies:     http://b.test/2\n" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "99999999"), "no such alert"),
        (("show", "1111"), "too short"),
        (("mark", "11111111", "done"), "write one of new, relevant, irrelevant, follow-up, confirmed, disputed"),
        (("list", "--status", "open"), "write one of new"),
        (("list", "--since", "gestern"), "--since 'gestern': no day"),
        (("note", "11111111", " "), "TEXT is empty"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_write(shelf, words, message):
    with pytest.raises(ConfigError, match=message) as raised:
        run("alerts", shelf, *words)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2
