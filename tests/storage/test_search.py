import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from alerts.fold import fold
from storage import documents, search
from storage.errors import ConfigError
from storage.query import parse, spans, tokens
from storage.search import Filters
from tests.alerts.stored import put_capture, put_snapshot, put_source

PAGES = [
    ("http://a.test/1", "十月战果通报", "专班劝返滞留缅北人员43名。群众拍手称快。", "2026-10-31", "one"),
    ("http://a.test/2", "防疫卡口日记", "卡口劝返外地车辆三十余辆，疫情防控不放松。", "2026-11-02", "one"),
    ("http://b.test/3", "海外警僑驛站", "臺北的朋友說，勸返並不存在。", None, "two"),
    (
        "http://b.test/4",
        "Service post",
        "The police-station in Barcelona reports 137 visitors. Café 110.",
        "2026-11-01",
        "two",
    ),
    (
        "http://b.test/5",
        "关于《劝返》的 说明",
        "𠮷林办公室答复：回\u200b国 自\n首可从宽。",
        "2026-11-03T09:00:00+08:00",
        "two",
    ),
]


def put_in(conn, *texts):
    search.index(conn, [search.entry_of(snapshot, document, fold=fold) for snapshot, document in texts])


@pytest.fixture
def filled(database):
    with database.write() as conn:
        put_source(conn, "one", agency="police", province="浙江")
        put_source(conn, "two", agency="government", province="福建")
        texts = [
            put_snapshot(conn, url, title, body, published=on, source=source) for url, title, body, on, source in PAGES
        ]
        put_in(conn, *texts)
    return database


def found(database, query, **filters):
    with database.read() as conn:
        return list(search.search(conn, parse(query, fold), Filters(**filters), fold=fold))


def pages(database, query, **filters):
    return [one.url[-1] for one in found(database, query, **filters)]


QUERIES = [
    ("劝返", "5321"),
    ("勸返", "5321"),
    ("返", "5321"),
    ("国", "5"),
    ("快", "1"),
    ("劝返 缅北", "1"),
    ("劝返 AND 缅北", "1"),
    ("疫情 OR 缅北", "21"),
    ("劝返 NOT 疫情", "531"),
    ("NOT 疫情 劝返", "531"),
    ("(疫情 OR 缅北) AND 车辆", "2"),
    ("（疫情 OR 缅北） 车辆", "2"),
    ('"劝返滞留缅北"', "1"),
    ("“劝返滞留缅北”", "1"),
    ('"返劝"', ""),
    ("海外警侨驿站", "3"),
    ("台北", "3"),
    ("station", "4"),
    ("STATION", "4"),
    ("stat*", "4"),
    ("stat", ""),
    ("port", ""),
    ('"police-station"', "4"),
    ("police station", "4"),
    ("37", ""),
    ("137", "4"),
    ("café", "4"),
    ("43", "1"),
    ("回国自首", "5"),
    ("𠮷林", "5"),
    ("𠮷", "5"),
    ("战果 车辆", ""),
    ("战果 群众", "1"),
    ("NOT (劝返 NOT 疫情) 劝返", "2"),
    ("《劝返》", "5321"),
    ("「海外警侨驿站」", "3"),
    ("关于《劝返》", "5"),
    ("《劝返》的说明", "5"),
    ("『stat』*", "4"),
]


def test_queries_find_what_they_say_on_both_databases(filled):
    # One database for all: making one for each query would take longer than asking.
    for query, expected in QUERIES:
        assert "".join(sorted(pages(filled, query), reverse=True)) == expected, query


def test_offsets_are_code_points_of_the_stored_text(filled):
    held = {one.url[-1]: one for one in found(filled, "劝返")}
    for one in held.values():
        text = one.document.title if one.field == "title" else one.document.body
        quoted = text[one.start : one.end]
        assert fold(quoted).text == "劝返"
    assert held["3"].document.body[held["3"].start : held["3"].end] == "勸返"
    assert held["5"].field == "title"
    (one,) = found(filled, "回国自首")
    assert unicodedata.normalize("NFC", one.document.body[one.start : one.end]) == "回\u200b国 自\n首"


FILTERS = [
    ({"since": date(2026, 11, 2)}, "532"),
    ({"until": date(2026, 11, 2)}, "21"),
    ({"since": date(2026, 11, 2), "until": date(2026, 11, 2)}, "2"),
    ({"agency": "police"}, "21"),
    ({"province": "福建"}, "53"),
    ({"agency": "police", "province": "福建"}, ""),
]


def test_filters_narrow_by_the_pages_date_and_by_who_publishes(filled):
    # Page 3 shows no date: the day of its capture (22 November) stands for it.
    for filters, expected in FILTERS:
        assert "".join(sorted(pages(filled, "劝返", **filters), reverse=True)) == expected, filters


def test_newest_stands_first(filled):
    assert pages(filled, "劝返") == ["3", "5", "2", "1"]


def test_within_a_day_newest_is_by_the_pages_own_time_then_by_capture(database):
    day = "2026-11-20"
    shown = [f"{day}T09:30:00+08:00", f"{day}T11:20:00+08:00", None, None, f"{day}T10:05:00+08:00", day]
    at = datetime(2026, 11, 20, 3, tzinfo=UTC)
    hours = [at, at, at.replace(hour=2), at.replace(hour=1), at, at]
    with database.write() as conn:
        for number, (published, hour) in enumerate(zip(shown, hours, strict=True), 1):
            put_in(conn, put_snapshot(conn, f"http://a.test/{number}", "劝返", "劝返。", published=published, at=hour))
    assert pages(database, "劝返") == ["2", "5", "1", "6", "3", "4"]


def test_a_snapshot_that_is_read_anew_is_found_by_its_new_words_only(filled):
    with filled.write() as conn:
        (snapshot,) = documents.snapshots_by_id(conn, [found(filled, "战果")[0].snapshot_id])
        document = documents.of_snapshot(conn, snapshot)
        put_in(conn, (snapshot, replace(document, title="改名", body="旧词没有了。")))
        documents.put(conn, [(snapshot.id, replace(document, title="改名", body="旧词没有了。"))], version="2")
    assert pages(filled, "战果") == []
    assert pages(filled, "改名") == ["1"]


def test_an_emptied_index_finds_nothing_and_can_be_filled_again(filled):
    with filled.write() as conn:
        search.forget(conn)
    assert pages(filled, "劝返") == []
    with filled.write() as conn:
        put_in(conn, put_snapshot(conn, "http://a.test/9", "新", "再次劝返。"))
    assert pages(filled, "劝返") == ["9"]


def test_a_phrase_far_into_a_long_text_is_found(database):
    with database.write() as conn:
        body = "".join(chr(0x4E00 + n % 5000) for n in range(60_000)) + "最后劝返两人"
        put_in(conn, put_snapshot(conn, "http://a.test/7", "长文", body))
    assert pages(database, '"最后劝返"') == ["7"]


def test_a_text_of_millions_of_characters_does_not_break_the_index(database):
    with database.write() as conn:
        body = "劝返" + " ".join(f"w{n}" for n in range(200_000))
        put_in(conn, put_snapshot(conn, "http://a.test/8", "表", body))
    assert pages(database, "劝返") == ["8"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "at the end"),
        ("   ", "at the end"),
        ("劝返 AND", "at the end"),
        ("AND 劝返", "character 1"),
        ("(劝返", "not closed"),
        ("劝返)", "character 3"),
        ('"劝返', "never closed"),
        ("NOT 劝返", "NOT alone"),
        ("劝返 OR NOT 疫情", "NOT alone"),
        ("！！！", "no letter or digit"),
        ('""', "no letter or digit"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused_with_its_place(query, message):
    with pytest.raises(ConfigError, match="search: .*" + message.replace("(", "\\(")):
        parse(query, fold)


def test_every_character_begins_a_token():
    assert list(tokens("劝返abc回国110x")) == ["劝返", "返", "abc", "回国", "国", "110x"]


HOSTILE = ["'; DROP TABLE page; --", "\\", "a\\'b", "返'--*", "\"a' OR 'b\"", "NEAR(a b)", "x^2", "a:b"]


def test_what_means_something_to_a_database_is_only_text(filled):
    for query in HOSTILE:
        try:
            assert pages(filled, query) == [], query
        except ConfigError:
            continue


def test_an_alternative_gives_the_spans_of_all_that_hold():
    assert spans(parse("甲 OR 乙", fold), "乙甲") == [(0, 1), (1, 2)]


def test_a_look_without_text_is_never_found(filled):
    with filled.write() as conn:
        put_capture(conn, "http://a.test/1", status=404)
    assert pages(filled, "战果") == ["1"]


def test_dates_are_those_of_beijing(database):
    with database.write() as conn:
        at = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
        put_in(conn, put_snapshot(conn, "http://a.test/6", "夜", "夜间劝返。", at=at))
    assert pages(database, "劝返", since=date(2026, 11, 23)) == ["6"]
