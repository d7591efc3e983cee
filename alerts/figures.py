"""Numbers and dates of a text, said again as the other language writes them: 2.3万 = 23,000; 230,000 = 23万. Pure."""

from __future__ import annotations

import re
from typing import Final

from alerts.fold import fold_word
from alerts.numerals import ENGLISH, read

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_HAN_DIGITS: Final = "零〇一二两兩三四五六七八九"
# One pass: dates first, then what a unit makes large, then numerals written out. A lone 一 or 十 says nothing here.
_CHINESE: Final = re.compile(
    r"(?P<year>(?:19|20)\d\d)年(?:(?P<month>1[0-2]|0?[1-9])月(?:(?P<day>3[01]|[12]\d|0?[1-9])[日号號])?)?"
    r"|(?P<large>\d{1,9}(?:,\d{3}){0,3}(?:\.\d{1,6})?[千百]?[万亿萬億])"
    rf"|(?P<numeral>[{_HAN_DIGITS}十百千万亿萬億]{{2,16}})(?=余|多|名|人|个|個|家|处|處|所|国|國|起|户|戶|元|座|批|次|省|市|天|岁|歲)"
)
_WESTERN: Final = re.compile(
    rf"\b(?:(?P<day>3[01]|[12]?\d) )?(?P<month>{'|'.join(_MONTHS)})"
    r"(?: (?P<day2>3[01]|[12]?\d))?,? (?P<year>(?:19|20)\d\d)\b"
    r"|(?<![\d.,])(?P<scaled>\d{1,6}(?:\.\d{1,4})?) (?P<scale>thousand|million|billion)\b"
    r"|(?<![\d.,])(?P<grouped>\d{1,3}(?:,\d{3}){1,4})(?![\d,])"
)


def readings(text: str) -> tuple[tuple[str, str], ...]:
    """Each number and date of a text that the other language writes otherwise, as printed and as it writes it."""
    found: dict[str, str] = {}
    for match in _CHINESE.finditer(text):
        said = _date(match) if match["year"] else _number(match["large"] or match["numeral"])
        if said:
            found.setdefault(match[0], said)
    for match in _WESTERN.finditer(text):
        said = _chinese_date(match) if match["year"] else in_chinese(_value(match))
        if said:
            found.setdefault(match[0], said)
    return tuple(found.items())


def _number(text: str) -> str | None:
    value = value_of(text)
    return f"{value:,}" if value is not None else None


def _date(match: re.Match[str]) -> str | None:
    if not match["month"]:
        return None  # 2026年 is read by everyone
    month = _MONTHS[int(match["month"]) - 1]
    return f"{int(match['day'])} {month} {match['year']}" if match["day"] else f"{month} {match['year']}"


def _chinese_date(match: re.Match[str]) -> str:
    day = match["day"] or match["day2"]
    said = f"{match['year']}年{_MONTHS.index(match['month']) + 1}月"
    return f"{said}{int(day)}日" if day else said


def _value(match: re.Match[str]) -> int:
    if match["grouped"]:
        return int(match["grouped"].replace(",", ""))
    return round(float(match["scaled"]) * ENGLISH[match["scale"]])


def in_chinese(value: int) -> str | None:
    """`23万` for 230,000; None below ten thousand, where both write the same digits."""
    for unit, size in (("亿", 100_000_000), ("万", 10_000)):
        if value >= size:
            whole = f"{value / size:.4f}".rstrip("0").rstrip(".")
            return f"{whole}{unit}" if round(float(whole) * size) == value else f"{value:,}"
    return None


def value_of(text: str) -> int | None:
    """The value of `2.3万`, `二十三萬`, `一千零一`; None for a run of characters that is no number."""
    if text[0] in "百千万亿萬億" or set(text) <= set(_HAN_DIGITS):  # 二〇二二, 一二三: digits read one by one
        return None
    return read(fold_word(text))
