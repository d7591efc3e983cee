"""Dates as pages write them."""

from __future__ import annotations

import itertools
import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reading.dates import Moment, find_all, first, from_epoch, in_url


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
        ("二〇二二年九月二日", "2022-09-02"),
        ("二O二二年九月廿二日", "2022-09-22"),
        ("二0二二年 九月 卅日", "2022-09-30"),
        ("二零二二年元月十日", "2022-01-10"),
        ("公元二〇二二年十二月三十一号", "2022-12-31"),
        ("２０２２年９月２日", "2022-09-02"),
        ("２０２２-０９-０２ １０：３０", "2022-09-02T10:30:00+08:00"),
        ("２０２２／９／２", "2022-09-02"),
        ("2022年9月10日 农历八月十五", "2022-09-10"),
        ("农历八月十五（2022年9月10日）", "2022-09-10"),
        ("农历新年，2022年2月1日", "2022-02-01"),
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
     "农历2022年8月15日", "农历：2022年8月15日", "（農曆二〇二二年九月二日）", "阴历 2022-08-15", "二〇二二年八月初七",
     "二〇二二年正月十五日", "二〇二二年腊月廿三日", "一九九七年七月一日", "一二〇二二年九月二日", "二二年九月二日",
     "二〇二二年九月三十一日", "二〇二二年九月四十日", "１９９７年７月１日",
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


ONES = "〇一二三四五六七八九"


def numeral(number: int) -> str:
    """A number below a hundred as Chinese write a month or a day."""
    tens, ones = divmod(number, 10)
    return (ONES[tens] if tens > 1 else "") + ("十" if tens else "") + (ONES[ones] if ones else "")


@given(st.dates(date(1998, 1, 1), date(2099, 12, 31)), st.sampled_from(["", "　", "发布时间：", "（"]))
def test_every_day_is_read_the_same_however_its_digits_are_written(day: date, before: str) -> None:
    narrow = f"{day.year}年{day.month}月{day.day}日"
    wide = narrow.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    han = "".join(ONES[int(sign)] for sign in str(day.year)) + f"年{numeral(day.month)}月{numeral(day.day)}日"

    for text in (narrow, wide, han):
        assert [one.iso for one in find_all(before + text)] == [day.isoformat()]
        assert [text_at(before + text, one) for one in find_all(before + text)] == [text]
        assert find_all(f"农历{text}") == []


def text_at(text: str, found: Moment) -> str:
    return text[found.start : found.end]


@given(st.dates(), st.dates(date(1998, 1, 1), date(2090, 1, 1)))
def test_no_day_before_1998_or_after_the_look_is_read(day: date, latest: date) -> None:
    found = first(day.isoformat(), latest)

    assert (found is not None) == (date(1998, 1, 1) <= day <= latest + timedelta(days=2))


@given(st.text(alphabet="²①0123456789٣", min_size=10, max_size=13))
def test_only_ascii_digits_are_seconds(digits: str) -> None:
    found = from_epoch(digits)

    assert found is None or digits.isascii()


@given(st.text(alphabet="0123456789０９／-/.:年月日时分 〇○零二十廿卅元农历T+Z", max_size=60))
def test_any_text_is_searched_without_an_error(text: str) -> None:
    for found in find_all(text):
        assert date.fromisoformat(found.day)
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    "piece",
    [
        "二〇二二年",
        "二〇二二年九月",
        "农历",
        "廿",
        "２０２４-",
        "2024-",
        "2024年 ",
        "1",
        " ",
        "二",
        "Jan ",
        "2024-01-01 ",
        "12:",
    ],
)
def test_long_runs_take_no_time(piece: str) -> None:
    begun = time.process_time()
    find_all((piece * 20_000)[:60_000])

    assert time.process_time() - begun < 3
