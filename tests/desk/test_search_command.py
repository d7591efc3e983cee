import json

import pytest
import sqlalchemy as sa

from storage import documents
from storage.errors import ConfigError
from tests.desk.shelf import fill, run


@pytest.fixture
def shelf(sqlite_config, sqlite_database):
    fill(sqlite_database)
    return sqlite_config


def rows(config, capsys, *words):
    assert run("search", config, *words, "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_results_have_the_shape_of_the_interface(shelf, capsys):
    found = rows(shelf, capsys, "勸返 AND 石澜")
    assert [one["url"][-1] for one in found] == ["3", "2", "1"]
    assert set(found[0]) >= {"snapshot", "url", "title", "published", "captured", "quote", "start", "end", "score"}


def test_the_offsets_are_those_of_the_stored_body_and_numbers_are_masked(shelf, sqlite_database, capsys):
    for one in rows(shelf, capsys, "劝返"):
        with sqlite_database.read() as conn:
            document = documents.of_snapshot(conn, documents.find_snapshot(conn, one["snapshot"]))
        assert document.body[one["start"] : one["end"]] == "劝返"
        assert "13812345678" not in one["quote"]
        assert "劝返" in one["quote"]


def test_all_results_cost_as_many_questions_as_one(shelf, capsys):
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    counts = []
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        for limit in ("1", "3"):
            asked.clear()
            assert len(rows(shelf, capsys, "劝返", "--limit", limit)) == int(limit)
            counts.append(len(asked))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert counts[0] == counts[1]


def test_words_given_one_by_one_are_one_query(shelf, capsys):
    assert len(rows(shelf, capsys, "劝返", "NOT", "林某某")) == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--agency", "local_media"), "32"),
        (("--province", "浙江"), "41"),
        (("--since", "2026-11-21"), "432"),
        (("--until", "2026-11-20"), "1"),
        (("--limit", "1"), "4"),
    ],
)
def test_filters(shelf, capsys, words, expected):
    assert "".join(one["url"][-1] for one in rows(shelf, capsys, "劝返", *words)) == expected


@pytest.mark.parametrize("name", ["浙江", "浙江省", "Zhejiang", "zhejiang province", "ZJ", "CN-ZJ", "33", "330000"])
def test_a_province_goes_by_any_of_its_names_and_codes(shelf, capsys, name):
    assert "".join(one["url"][-1] for one in rows(shelf, capsys, "劝返", "--province", name)) == "41"


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_that_nothing_was_found_is_one_line_on_stderr(sqlite_config, sqlite_database, capsys, words):
    folder = sqlite_config.data_dir
    assert run("search", sqlite_config, "劝返", *words) == 0
    assert capsys.readouterr() == (
        "",
        "longarm: nothing found; the archive holds no text yet; "
        f"`longarm --data {folder} crawl` or `longarm --data {folder} import FILE` comes first\n",
    )
    fill(sqlite_database)
    assert run("search", sqlite_config, "劝返", "火星", *words) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("longarm: nothing found; leave a word or a filter out, or ")
    assert said.err.count("\n") == 1
    assert run("search", sqlite_config, "劝返", *words) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("query", "word"), [("劝返 and 石澜", "and"), ("劝返 Not 石澜", "Not"), ("劝返 or 石澜", "or")]
)
def test_an_operator_in_lower_case_is_a_word_and_said_to_be_one(shelf, capsys, query, word):
    assert run("search", shelf, query) == 0
    assert capsys.readouterr().err.splitlines()[0] == (
        f"longarm: operators are upper case; {word!r} is looked for as a word"
    )
    run("search", shelf, query.replace(word, f'"{word}"'))
    assert "operators" not in capsys.readouterr().err
    run("search", shelf, query.replace(word, word.upper()))
    assert "operators" not in capsys.readouterr().err


def test_more_than_the_limit_is_said_on_stderr(shelf, capsys):
    run("search", shelf, "劝返", "--limit", "1")
    assert "more than 1" in capsys.readouterr().err


def test_text_shows_the_hit_marked_and_steers_no_terminal(shelf, capsys):
    run("search", shelf, "劝返")
    out = capsys.readouterr().out
    assert "专班【劝返】滞留境外人员37名" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("(劝返",), "not closed"),
        (("劝返", "--agency", "polise"), "--agency 'polise' is unknown"),
        (("劝返", "--since", "2026-13-01"), "--since"),
        (
            ("劝返", "--since", "2026-11-20", "--until", "2026-11-10"),
            "--since 2026-11-20 lies after --until 2026-11-10",
        ),
        (("劝返", "--province", "Zhejang"), r"did you mean 浙江 .Zhejiang."),
        (("劝返", "--province", "JL"), "no source is of 吉林"),
        (("",), "search:"),
    ],
)
def test_a_mistake_is_one_line(shelf, words, message):
    with pytest.raises(ConfigError, match=message.replace("(", "\\(")) as raised:
        run("search", shelf, *words)
    assert "\n" not in str(raised.value)
