import json
import sys
from dataclasses import replace

import pytest

from alerts import fold
from storage import alerts, search, standings
from storage.errors import ConfigError
from storage.findings import GoneAs, PageState, Standing
from tests.alerts.stored import put_snapshot, put_source
from tests.desk.shelf import TODAY, YESTERDAY, fill, run
from tests.desk.shelf import _alert as shelf_alert

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
        (("--since", "2026-11-23T03:00+00:00"), "234"),
        (("--since", "2026-11-23T03:00:01+00:00"), ""),
        (("--rule", "persuade_return"), "1234"),
        (("--rule", "persuade_return.count"), "1234"),
        (("--rule", "exit_control"), ""),
        (("--source", "one"), "14"),
        (("--status", "new"), "1234"),
        (("--status", "relevant"), ""),
        (("--severity", "info"), "1234"),
        (("--severity", "high"), "1234"),
        (("--severity", "critical"), ""),
    ],
)
def test_filters(shelf, capsys, words, expected):
    assert "".join(one["url"][-1] for one in rows(shelf, capsys, *words)) == expected


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rule", "persuade_retrun"), "--rule 'persuade_retrun' is unknown; did you mean persuade_return"),
        (("--source", "tow"), "--source tow: no source of that id; did you mean two"),
        (("--severity", "hihg"), "--severity 'hihg' is unknown; did you mean high"),
    ],
)
def test_a_filter_that_is_mistyped_is_no_empty_list(shelf, words, said):
    with pytest.raises(ConfigError, match=said):
        run("alerts", shelf, "list", *words)


def test_a_page_that_no_source_lists_is_told_with_the_publisher_that_it_names(shelf, sqlite_database, capsys):
    body = "青田县公安局专班劝返滞留境外人员37名，逾期不归的依法从严处理。"
    with sqlite_database.write() as conn:
        made = put_snapshot(conn, "http://i.test/9", "九", body, at=TODAY, source=None, publisher="青田县公安局")
        alerts.put(conn, [replace(shelf_alert(9, *made), source_id=None, cluster=None)], version="1")
    assert {one["publisher"] for one in rows(shelf, capsys) if one["url"][-1] == "9"} == {"青田县公安局"}
    run("alerts", shelf, "list")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "i.test" in line]
    assert "  青田县公安局  九  http://i.test/9" in line
    run("alerts", shelf, "show", "9" * 8)
    assert "publisher:  青田县公安局" in capsys.readouterr().out
    run("digest", shelf)
    assert "来源 青田县公安局 Qingtian Public Security Bureau" in capsys.readouterr().out


def test_a_terminal_gets_a_head_and_a_pipe_lines_of_alerts_only(shelf, capsys, monkeypatch):
    run("alerts", shelf, "list")
    assert len(capsys.readouterr().out.splitlines()) == 4
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    run("alerts", shelf, "list")
    head, *lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    for word in ("severity", "status", "told", "page dated", "found in"):
        assert lines[0][head.index(word) - 1] == " " != lines[0][head.index(word)]
    run("alerts", shelf, "list", "--json")
    assert capsys.readouterr().out.startswith("{")
    run("alerts", shelf, "list", quiet=True)
    assert len(capsys.readouterr().out.splitlines()) == 4
    # Into a pipe nothing but alerts, and on the terminal beside it no head of nothing.
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    run("alerts", shelf, "list")
    assert capsys.readouterr().err == ""


def test_the_calendars_last_day_is_a_day(shelf, capsys):
    run("alerts", shelf, "list", "--until", "9999-12-31")
    assert len(capsys.readouterr().out.splitlines()) == 4


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
    assert "and 1 copy of it" in capsys.readouterr().out
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
        (("list", "--since", "23.11."), "--since '23.11.': no day; write it as 2026-11-23"),
        (("list", "--since", "yestrday"), "--since 'yestrday': no day; did you mean yesterday?"),
        (("note", "11111111", " "), "TEXT is empty"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_write(shelf, words, message):
    with pytest.raises(ConfigError, match=message) as raised:
        run("alerts", shelf, *words)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2


def test_an_address_is_printed_as_it_is_whatever_its_digits_look_like(sqlite_config, sqlite_database, capsys):
    url = "http://a.test/P020261118352502199001010123/W13812345678.pdf"
    with sqlite_database.write() as conn:
        put_source(conn, "one")
        text = put_snapshot(conn, url, "通告", "劝返三人，电话13812345678。", at=TODAY)
        copy = put_snapshot(conn, f"{url}?2", "通告", "劝返三人，电话13812345678。", at=TODAY)
        search.index(conn, [search.entry_of(*text, fold=fold.fold)])
        both = [shelf_alert(number, *each) for number, each in enumerate((text, copy), 1)]
        alerts.put(conn, both, version="1")
    for words in (("alerts", "list"), ("alerts", "show", both[0].id), ("search", "劝返")):
        assert run(words[0], sqlite_config, *words[1:]) == 0
        said = capsys.readouterr().out
        assert url in said
        assert "电话13812345678" not in said
    assert f"{url}?2" in (run("alerts", sqlite_config, "show", both[0].id), capsys.readouterr().out)[1]


def test_show_says_what_became_of_the_page_since(sqlite_config, sqlite_database, capsys):
    with sqlite_database.write() as conn:
        put_source(conn, "one")
        text = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。请速投案。", at=YESTERDAY)
        one = shelf_alert(1, *text)
        alerts.put(conn, [one], version="1")

    def shown():
        assert run("alerts", sqlite_config, "show", one.id) == 0
        lines = capsys.readouterr().out.splitlines()
        assert run("alerts", sqlite_config, "show", one.id, "--json") == 0
        return next((line for line in lines if line.startswith("page now:")), None), json.loads(capsys.readouterr().out)

    line, row = shown()
    assert line is None
    assert (row["page_state"], row["later_snapshots"], row["still_says"]) == (None, 0, None)
    with sqlite_database.write() as conn:
        later, _ = put_snapshot(conn, "http://a.test/1", "通告", "请速投案。", at=TODAY)
    line, row = shown()
    said = f"edited once since; snapshot {later.short} of 2026-11-23T11:00:00+08:00 has the matched words no longer"
    assert line == f"page now:   {said}"
    assert (row["later_snapshots"], row["latest_snapshot"], row["still_says"]) == (1, later.short, False)
    with sqlite_database.write() as conn:
        put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。请速投案。", at=TODAY)
        gone = Standing(page_id=later.page_id, state=PageState.GONE, since=TODAY, alive=True, gone_as=GoneAs.NOT_FOUND)
        standings.put(conn, [gone])
    line, row = shown()
    assert line.startswith(
        "page now:   gone (返回 404 answers 404) since 2026-11-23T11:00:00+08:00; edited 2 times since; "
    )
    assert line.endswith("still has the matched words")
    assert (row["page_state"], row["page_gone_as"], row["still_says"]) == ("gone", "404", True)


def test_the_list_ends_with_until_and_says_both_days_under_their_heads(shelf, capsys, monkeypatch):
    assert rows(shelf, capsys, "--until", "2026-11-21") == []
    assert len(rows(shelf, capsys, "--until", "2026-11-23")) == 4
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run("alerts", shelf, "list") == 0
    head, line = capsys.readouterr().out.splitlines()[:2]
    told = rows(shelf, capsys)[0]["told_at"]
    assert line[head.index("told") :][:10] == told[:10]
    assert line[head.index("page dated") :][:10] != told[:10]
    assert line[head.index("found in") :].startswith("new page")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "2026-11-24"), "no alert is left by --since 2026-11-24; leave it out"),
        (("--until", "2020-01-01"), "no alert is left by --until 2020-01-01; leave it out"),
        (("--rule", "liaison_officer"), "no alert is left by --rule liaison_officer; leave it out"),
        (("--until", "2020-01-01", "--rule", "persuade_return"), "leave one of them out"),
        (("--severity", "critical"), "none of the 4 alerts have what is asked for"),
    ],
)
def test_an_empty_list_says_why(shelf, capsys, words, said):
    assert run("alerts", shelf, "list", *words) == 0
    out, err = capsys.readouterr()
    assert (out, said in err) == ("", True)


def test_the_list_of_a_folder_without_alerts_says_what_makes_them(sqlite_config, sqlite_database, capsys):
    assert run("alerts", sqlite_config, "list") == 0
    assert "no alert was told yet" in capsys.readouterr().err


def test_show_says_when_the_page_was_first_seen_and_since_when_it_has_the_words(sqlite_config, sqlite_database, capsys):
    with sqlite_database.write() as conn:
        put_source(conn, "one")
        put_snapshot(conn, "http://a.test/1", "通告", "请速投案。", at=YESTERDAY)
        one = replace(
            shelf_alert(1, *put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。请速投案。", at=TODAY)),
            first_seen=TODAY,
        )
        alerts.put(conn, [one], version="1")
    assert run("alerts", sqlite_config, "show", one.id) == 0
    said = "first seen: 2026-11-22T12:00:00+08:00, these words since 2026-11-23T11:00:00+08:00"
    assert said in capsys.readouterr().out.splitlines()
