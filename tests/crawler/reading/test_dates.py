"""Dates as pages write them."""

from __future__ import annotations

import itertools
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reading.dates import find_all, first, from_epoch, in_url


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("发布时间：2024-09-10 09:24", "2024-09-10T09:24:00+08:00"),
        ("2024-09-10", "2024-09-10"),
        ("2024/9/1", "2024-09-01"),
        ("2024.09.10 09:24:31", "2024-09-10T09:24:31+08:00"),
        ("2022年6月2日 14:05", "2022-06-02T14:05:00+08:00"),
        ("2022年06月02日14时05分", "2022-06-02T14:05:00+08:00"),
        ("2022年6月2日 下午 2:05", "2022-06-02T14:05:00+08:00"),
        ("2022年6月2日 星期四 08:00", "2022-06-02T08:00:00+08:00"),
        ("2024 07/22 14:52:26", "2024-07-22T14:52:26+08:00"),
        ("2023-08-19 10∶08", "2023-08-19T10:08:00+08:00"),
        ("2024-05-13T01:08:00Z", "2024-05-13T01:08:00+00:00"),
        ("2019-09-07T13:43:45+08:00", "2019-09-07T13:43:45+08:00"),
        ("2005.08.2605:39", "2005-08-26T05:39:00+08:00"),
        ("20240910", "2024-09-10"),
        ("二〇二二年六月二日", "2022-06-02"),
        ("二○二三年十二月三十一日", "2023-12-31"),
        ("二零一九年十月二十日", "2019-10-20"),
        ("May 13, 2024 09:08", "2024-05-13T09:08:00+08:00"),
        ("13 September 2024", "2024-09-13"),
        ("Updated: Sept. 3, 2024, 9:08 pm", "2024-09-03T21:08:00+08:00"),
        ("09/10/2024", "2024-09-10"),
        ("2024年9月10日（来源：某报）", "2024-09-10"),
    ],
)
def test_a_date_is_read(text: str, iso: str) -> None:
    found = first(text)

    assert found is not None
    assert found.iso == iso
    assert found.precision == ("minute" if "T" in iso else "day")


@pytest.mark.parametrize(
    "text",
    ["", "昨天 09:24", "3天前", "刚刚", "1997-12-31", "2024-02-30", "2024-13-01", "二〇二二年六月",
     "二〇二二年十三月一日", "09-10", "2024年",
     "电话：0519-85127013", "12024091012", "3024-01-01", "1.2.3", "2024-1234567"],
)  # fmt: skip
def test_what_is_no_whole_date_is_none(text: str) -> None:
    assert first(text) is None


def test_a_date_too_far_ahead_of_the_look_is_none() -> None:
    latest = date(2024, 9, 10)

    assert first("2024-09-13", latest) is None
    assert first("2024-09-12", latest) is not None


def test_dates_are_told_in_order_and_never_inside_one_another() -> None:
    found = find_all("2024-09-10 09:24 至 2024年9月12日，二〇二四年九月十三日")

    assert [one.day for one in found] == ["2024-09-10", "2024-09-12", "2024-09-13"]
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("http://a.example/xwdt/202409/t20240910_1234567.html", "2024-09-10"),
        ("http://a.example/art/2020/12/29/art_1229678763_4982889.html", "2020-12-29"),
        ("http://a.example/art/2019/7/1/art_42918_3436693.html", "2019-07-01"),
        ("http://a.example/2022/08-11/2559082.html", "2022-08-11"),
        ("http://a.example/2024-05/13/content_1.htm", "2024-05-13"),
        ("http://a.example/politics/20240509/3dd6e33cc6d749fbaae01fea337ff400/c.html", "2024-05-09"),
        ("http://a.example/n1/2024/0510/c1004-40232587.html", "2024-05-10"),
        ("http://a.example/c/2019-11-25/doc-iihnzahi3275702.shtml", "2019-11-25"),
        ("http://a.example/a/20200911/14526474_0.shtml", "2020-09-11"),
        ("http://a.example/xw/1833316118612205569.html", None),
        ("http://a.example/n741440/n741567/c1234567/content.html", None),
        ("http://a.example/a?date=2024-01-01", None),
        ("", None),
    ],
)
def test_the_day_in_an_address_is_read(url: str, day: str | None) -> None:
    found = in_url(url)

    assert (found.day if found else None) == day


def test_epoch_seconds_are_chinas_time() -> None:
    found = from_epoch("1661952600")

    assert found is not None
    assert found.iso == "2022-08-31T21:30:00+08:00"
    assert from_epoch("16619526000000") is None
    assert from_epoch("0000000001") is None


@given(st.text(alphabet="0123456789-/.:年月日时分 〇二十T+Z", max_size=60))
def test_any_text_is_searched_without_an_error(text: str) -> None:
    for found in find_all(text):
        assert date.fromisoformat(found.day)
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("piece", ["2024-", "2024年 ", "1", " ", "二", "Jan ", "2024-01-01 ", "12:"])
def test_long_runs_take_no_time(piece: str) -> None:
    begun = time.process_time()
    find_all((piece * 20_000)[:60_000])

    assert time.process_time() - begun < 3
