"""Days and periods, relative to the page's date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.claims import periods, periods_en
from alerts.claims.periods import combined, page_day
from alerts.claims.reader import read
from alerts.fold import fold

PAGE = date(2022, 9, 5)


def said(text, page=PAGE, kinds=periods):
    first, last = combined(kinds.find(text, 0, len(text), page))
    return (str(first) if first else None, str(last) if last else None)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("自2021年4月至2022年7月", "2021-04-01", "2022-07-31"),
        ("今年1月至9月", "2022-01-01", "2022-09-30"),
        ("2022年1至8月", "2022-01-01", "2022-08-31"),
        ("今年以来", "2022-01-01", "2022-09-05"),
        ("截至9月2日,全省今年以来", "2022-01-01", "2022-09-02"),
        ("截至3月14日", None, "2022-03-14"),
        ("截至目前", None, "2022-09-05"),
        ("四月以来", "2022-04-01", "2022-09-05"),
        ("自4月专项行动启动以来", "2022-04-01", "2022-09-05"),
        ("2020年12月以来", "2020-12-01", "2022-09-05"),
        ("12月以来", "2021-12-01", "2022-09-05"),
        ("2014年开展以来", "2014-01-01", "2022-09-05"),
        ("上半年", "2022-01-01", "2022-06-30"),
        ("去年下半年", "2021-07-01", "2021-12-31"),
        ("一季度", "2022-01-01", "2022-03-31"),
        ("去年全年", "2021-01-01", "2021-12-31"),
        ("去年", "2021-01-01", "2021-12-31"),
        ("全年", "2022-01-01", "2022-12-31"),
        ("三年来", "2019-09-05", "2022-09-05"),
        ("短短三个月", "2022-06-05", "2022-09-05"),
        ("前三季度", "2022-01-01", "2022-09-30"),
        ("2021年前三个季度", "2021-01-01", "2021-09-30"),
        ("第三季度", "2022-07-01", "2022-09-30"),
        ("近三年", "2019-09-05", "2022-09-05"),
        ("全县近两年共", "2020-09-05", "2022-09-05"),
        ("最近三个月", "2022-06-05", "2022-09-05"),
        ("过去五年", "2017-09-05", "2022-09-05"),
        ("潜逃近三年", None, None),
        ("滞留缅北近三年", None, None),
        ("近三年的逃亡", None, None),
        ("近三年前", None, None),
        ("三个月", None, None),
        ("上周", "2022-08-29", "2022-09-04"),
        ("五月", "2022-05-01", "2022-05-31"),
        ("上月", "2022-08-01", "2022-08-31"),
        ("2月上旬", "2022-02-01", "2022-02-10"),
        ("去年11月至今年3月", "2021-11-01", "2022-03-31"),
        ("2021年首九个月", "2021-01-01", "2021-09-30"),
        ("二〇二一年", "2021-01-01", "2021-12-31"),
        ("自7月15日至7月31日", "2022-07-15", "2022-07-31"),
        ("2月30日", None, None),
        ("13月", None, None),
        ("五年内", None, None),
    ],
)
def test_a_period_is(text, first, last):
    assert said(text) == (first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("between april 2021 and july 2022", "2021-04-01", "2022-07-31"),
        ("between january and september", "2022-01-01", "2022-09-30"),
        ("between october 2021 and march", "2021-10-01", "2022-03-31"),
        ("since april", "2022-04-01", "2022-09-05"),
        ("since 2014", "2014-01-01", "2022-09-05"),
        ("by the end of june 2022", None, "2022-06-30"),
        ("in the first half of the year", "2022-01-01", "2022-06-30"),
        ("in 2021 alone", "2021-01-01", "2021-12-31"),
        ("this year", "2022-01-01", "2022-09-05"),
        ("in 31 february", None, None),
    ],
)
def test_an_english_period_is(text, first, last):
    assert said(text, kinds=periods_en) == (first, last)


@pytest.mark.parametrize("text", ["今年以来", "4月以来", "截至目前", "三年来", "上周", "去年", "全年"])
def test_without_a_page_date_nothing_relative_is_dated(text):
    assert said(text, page=None) == (None, None)


def test_with_its_year_a_month_needs_no_page_date():
    assert said("2021年4月至2022年7月", page=None) == ("2021-04-01", "2022-07-31")


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_a_full_date_is_read_back_whatever_the_page_says(day, page):
    text = f"截至{day.year}年{day.month}月{day.day}日"
    assert said(text, page=page) == (None, day.isoformat())


@pytest.fixture(autouse=True, scope="module")
def loaded():
    """The words are loaded once for a process, which takes longer than one example may."""
    read("截至6月30日劝返3人", published="2022-07-01")


PIECES = "自从截至今去前本上下同次年月日号底初半季度周天来以内起到止近短短一二三十百0123456789,-~ "


@given(st.text(alphabet=PIECES, max_size=40), st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.none())
def test_whatever_stands_there_no_date_fails_and_offsets_hold(text, page):
    for one in periods.find(text, 0, len(text), page):
        assert 0 <= one.start < one.end <= len(text)


@given(st.text(max_size=60), st.dates() | st.none())
def test_any_text_at_all_is_read(text, page):
    folded = fold(text).text
    periods.find(folded, 0, len(folded), page)
    periods_en.find(folded, 0, len(folded), page)
    body = f"劝返{text}3人"
    for claim in read(body, published=page.isoformat() if page else None):
        assert body[claim.start : claim.end] == claim.quote


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("请于6月30日前投案。", "2022-06-30"),
        ("自即日起至5月31日止，凡主动投案的从宽。", "2022-05-31"),
        ("须于4月底前返回。", "2022-04-30"),
        ("自本公告之日起十五日内投案。", "2022-04-16"),
        ("限一个月内投案。", "2022-05-01"),
        ("请于收到本告知书七日内督促其回国。", None),
        ("请于2月30日前投案。", None),
        ("请于年底前回国投案。", "2022-12-31"),
        ("9月30日是最后期限，请尽快回国。", "2022-09-30"),
        ("限滞留人员最迟12月31日前投案。", "2022-12-31"),
        ("最迟2023年1月15日前投案。", "2023-01-15"),
        ("最迟4月15日24时前投案。", "2022-04-15"),
        ("截止时间为12月31日止，请尽快投案。", "2022-12-31"),
        ("最迟不得晚于4月10日入境。", "2022-04-10"),
        ("请于今年底前回国投案。", "2022-12-31"),
        ("请于明年年底前回国投案。", "2023-12-31"),
        ("请于二〇二三年底前回国投案。", "2023-12-31"),
    ],
)
def test_a_deadline_is_a_day_and_has_no_quantity(text, deadline):
    (claim,) = read(text, published="2022-04-01")
    assert (claim.type, claim.deadline, claim.quantity) == ("deadline", deadline, None)
    assert claim.quantity_text


@pytest.mark.parametrize(
    ("text", "published", "deadline"),
    [
        ("Suspects must return by 15 January.", "2022-12-20", "2023-01-15"),
        ("Suspects must return by 30 June.", "2022-04-01", "2022-06-30"),
        ("Suspects must return by 30 June 2021.", "2022-04-01", "2021-06-30"),
    ],
)
def test_an_english_deadline_without_its_year_is_the_next_such_day(text, published, deadline):
    (claim,) = read(text, published=published, lang="en")
    assert (claim.type, claim.deadline) == ("deadline", deadline)


def test_the_end_of_a_month_is_the_day_before_the_next():
    (claim,) = read("请于月底前回国投案。", published="2024-02-05")
    assert claim.deadline == "2024-02-29"


@pytest.mark.parametrize("given_date", [None, "", "soon", "2022-13-01", "0001-01-01", "9999-12-31"])
def test_a_page_date_that_is_none_is_none(given_date):
    assert page_day(given_date) is None
