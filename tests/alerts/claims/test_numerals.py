"""Numbers as texts print them, read and refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.claims import numerals, numerals_en
from alerts.claims.numerals import find
from alerts.fold import fold
from alerts.numerals import read

DIGITS = "零一二三四五六七八九"


def spelt(number: int) -> str:
    """A number below a trillion in Chinese words, as a schoolchild writes it."""
    if number == 0:
        return "零"
    words, is_gap = "", False
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        part, number = divmod(number, size)
        if part:
            words += ("零" if words and (is_gap or part < 1000) else "") + below_ten_thousand(part) + unit
            is_gap = False
        elif words:
            is_gap = True
    return words


def below_ten_thousand(number: int) -> str:
    words, is_gap = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, size)
        if digit:
            words += ("零" if words and is_gap else "") + DIGITS[digit] + unit
            is_gap = False
        elif words:
            is_gap = True
    return words


@given(st.integers(0, 10**12 - 1))
def test_a_number_spelt_in_chinese_is_read_back(number):
    assert read(spelt(number)) == number


@given(st.integers(0, 10**12))
def test_a_number_in_digits_is_read_back_with_and_without_commas(number):
    assert read(str(number)) == number
    assert read(f"{number:,}") == number


@given(st.integers(1, 9999), st.sampled_from([("万", 10**4), ("亿", 10**8)]))
def test_digits_before_a_big_unit_are_that_many(number, unit):
    assert read(f"{number}{unit[0]}") == number * unit[1]


@given(st.text(alphabet="零〇一二两三四五六七八九十百千万亿点0123456789.,余多几数近约至又 人名元第", max_size=30))
def test_whatever_stands_there_reading_never_fails_and_offsets_hold(text):
    for number in (*find(text), *numerals_en.find(text)):
        assert 0 <= number.start < number.end <= len(text)
        assert number.maximum is None or (number.value is not None and number.value < number.maximum)


@given(st.text(max_size=60))
def test_any_text_at_all_is_read(text):
    folded = fold(text).text
    assert all(folded[n.start : n.end] for n in (*numerals.find(folded), *numerals_en.find(folded)))


@pytest.mark.parametrize(
    ("text", "value", "maximum", "qualifier"),
    [
        ("二十三万人", 230000, None, None),
        ("2.3万人", 23000, None, None),
        ("一点二亿元", 120000000, None, None),
        ("1,000余人", 1000, None, "more_than"),
        ("近百名", 100, None, "nearly"),
        ("上千人", 1000, None, "more_than"),
        ("逾七十人", 70, None, "more_than"),
        ("十余人", 10, None, "more_than"),
        ("十几人", 10, None, "more_than"),
        ("约160名", 160, None, "about"),
        ("两三人", 2, 3, "range"),
        ("三四十人", 30, 40, "range"),
        ("35至40人", 35, 40, "range"),
        ("3-5万元", 30000, 50000, "range"),
        ("10万元至50万元", 100000, 500000, "range"),
        ("2000元至1万元", 2000, 10000, "range"),
        ("数十名", None, None, None),
        ("若干名", None, None, None),
        ("一千零一万零三十", 10010030, None, None),
        ("两千多人", 2000, None, "more_than"),
        ('"230,000余"人', 230000, None, "more_than"),
        ("5万4千人", 54000, None, None),
        ("二百又五人", 205, None, None),
        ("10余万人", 100000, None, "more_than"),
        ("万余人", 10000, None, "more_than"),
        ("贰万元", 20000, None, None),
        ("三千五百人", 3500, None, None),
        ("两万三", 23000, None, None),
        ("以上3人", 3, None, None),
    ],
)
def test_a_numeral_says(text, value, maximum, qualifier):
    (number,) = find(text)
    assert (number.value, number.maximum, number.qualifier) == (value, maximum, qualifier)


def test_full_width_digits_are_plain_once_folded():
    (number,) = find(fold("２３万").text)
    assert number.value == 230000


@pytest.mark.parametrize("text", ["一千百", "十千", "百万亿十", "1.5", "一二三", "点五", "万万亿亿万"])
def test_what_is_no_number_is_refused(text):
    assert read(text) is None


def test_an_ordinal_is_no_number():
    assert find("第三批、第12次") == []


@pytest.mark.parametrize(
    ("text", "value", "maximum", "qualifier"),
    [
        ("some 230,000 nationals", 230000, None, "about"),
        ("more than 400 suspects", 400, None, "more_than"),
        ("nearly 2,300 fugitives", 2300, None, "nearly"),
        ("fifty-four stations", 54, None, None),
        ("two hundred and six people", 206, None, None),
        ("1.2 million people", 1200000, None, None),
        ("20 to 30 men", 20, 30, "range"),
        ("two or three men", 2, 3, "range"),
        ("dozens of men", None, None, None),
        ("a dozen men", 12, None, None),
        ("handed over 164 suspects", 164, None, None),
    ],
)
def test_an_english_number_says(text, value, maximum, qualifier):
    (number,) = numerals_en.find(text)
    assert (number.value, number.maximum, number.qualifier) == (value, maximum, qualifier)


def test_a_percentage_is_no_number_of_people():
    assert numerals_en.find("12.5% of them") == []
