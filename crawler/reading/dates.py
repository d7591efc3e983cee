"""Dates as pages write them: with or without a time, in Chinese numerals, in English, in addresses. Pure, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
# Older dates are the story's, not the page's (platforms.md, section 6).
EARLIEST = date(1998, 1, 1)

_TIME = (
    r"(?:[\sT日，,\u3000|]{0,6}(?:星期[一二三四五六日天]|周[一二三四五六日])?\s{0,4}(?P<half>上午|下午|晚上|凌晨|"
    r"早上|中午)?\s{0,4}"
    r"(?P<hour>[01]?\d|2[0-4])\s?[:：∶时點点]\s?(?P<minute>[0-5]\d)(?:\s?[:：∶分]\s?(?P<second>[0-5]\d))?(?:\.\d{1,6})?"
    r"(?!\d)\s?(?P<mark>am|pm)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)
_Y, _M, _D = r"(?P<year>(?:19|20)\d\d)", r"(?P<month>1[0-2]|0?[1-9])", r"(?P<day>3[01]|[12]\d|0?[1-9])"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
# Nought is written in many ways, some of them letters: 二〇二二, 二○二二, 二零二二, 二O二二, 二0二二.
_NOUGHTS = "〇○零０0ＯOo◯Ο"
_HAN = f"{_NOUGHTS}一二三四五六七八九"
_PATTERNS = tuple(
    re.compile(pattern + _TIME, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_Y}\s{{0,3}}[-./年－–]\s{{0,3}}{_M}\s{{0,3}}[-./月－–]\s{{0,3}}{_D}(?:(?!\d)|(?=\d\d[:：]\d\d))日?",
        rf"(?<!\d){_Y}\s{{1,4}}{_M}\s?[-/月]\s?{_D}(?!\d)日?",
        rf"(?<![\d/]){_Y}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
        rf"(?<![\d/.]){_M}[/-]{_D}\s?[/-]\s?{_Y}(?!\d)",
        rf"\b{_NAME}\s{{0,2}}{_D}(?:st|nd|rd|th)?,?\s{{0,2}}{_Y}(?!\d)",
        rf"(?<!\d){_D}\s{{1,2}}{_NAME},?\s{{0,2}}{_Y}(?!\d)",
    )
)
_HAN_DATE = re.compile(
    rf"(?<![{_HAN}\d])(?P<year>[一二][{_HAN}]{{3}})\s?年\s?(?P<month>[一二三四五六七八九十元]{{1,2}})\s?月\s?"
    r"(?P<day>[一二三四五六七八九十廿卅]{1,3})\s?[日号]"
)
# A date under these words is of the moon's calendar: some other day of ours.
_LUNAR = re.compile(r"(?:农历|農曆|阴历|陰曆|旧历|舊曆|夏历|夏曆)[\s:：（(年]{0,3}$")
_LUNAR_REACH = 6
# Digits and signs of full width, one for one, so that places stay true.
_NARROW = {ord(wide): narrow for wide, narrow in zip("０１２３４５６７８９／．", "0123456789/.", strict=True)}

# Where an address carries its day (platforms.md, section 2); the month must be two digits wherever nothing parts it.
_IN_URL = tuple(
    re.compile(pattern)
    for pattern in (
        r"/t((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])_\d",
        r"/((?:19|20)\d\d)[-/](\d{1,2})[-/](\d{1,2})/",
        r"/((?:19|20)\d\d)[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])(?:/|\d{0,12}(?:[_.-]|/))",
        r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])/",
        r"[_-]((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[_.-]|\d{6})",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date found in a text: ISO 8601 as interface.md has it, its precision, and where it stands."""

    iso: str
    precision: str
    start: int
    end: int

    @property
    def day(self) -> str:
        return self.iso[:10]


def find_all(text: str, latest: date | None = None) -> list[Moment]:
    """Every date in `text`, in order, none inside another; impossible ones and those of the lunar calendar left out."""
    found: list[Moment] = []
    text = narrow(text)
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            moment = None if is_lunar(text, match.start()) else _moment(match, latest)
            if moment and not any(one.start < moment.end and moment.start < one.end for one in found):
                found.append(moment)
    found += [
        one for one in in_numerals(text, latest) if not any(one.start < it.end and it.start < one.end for it in found)
    ]
    return sorted(found, key=lambda one: one.start)


def in_numerals(text: str, latest: date | None = None) -> list[Moment]:
    """Every date written in Chinese numerals (二〇二二年九月二日), in order; a month without its day is none."""
    matches = (match for match in _HAN_DATE.finditer(text) if not is_lunar(text, match.start()))
    return [moment for match in matches if (moment := _han(match, latest))]


def narrow(text: str) -> str:
    """The text with digits, slashes and stops of full width made narrow; every place stays what it was."""
    return text.translate(_NARROW)


def is_lunar(text: str, start: int) -> bool:
    """Whether the date that begins at `start` stands under the moon's calendar (农历2022年8月15日)."""
    return bool(_LUNAR.search(text[max(0, start - _LUNAR_REACH) : start]))


def first(text: str, latest: date | None = None) -> Moment | None:
    """The first date in `text`, or None."""
    found = find_all(text, latest)
    return found[0] if found else None


def in_url(url: str, latest: date | None = None) -> Moment | None:
    """The day an address carries, or None."""
    path = url.split("?", 1)[0].partition("://")[2]
    for pattern in _IN_URL:
        match = pattern.search(path)
        if match:
            moment = _day(int(match[1]), int(match[2]), int(match[3]), match.span(), latest)
            if moment:
                return moment
    return None


def from_epoch(digits: str, latest: date | None = None) -> Moment | None:
    """The moment of seconds (10 digits) or milliseconds (13 digits) since 1970, in China's time."""
    if len(digits) not in (10, 13) or not (digits.isascii() and digits.isdecimal()):
        return None
    at = datetime.fromtimestamp(int(digits[:10]), tz=SHANGHAI)
    if not is_possible(at.date(), latest):
        return None
    return Moment(iso=at.isoformat(timespec="seconds"), precision="minute", start=0, end=len(digits))


def _moment(match: re.Match[str], latest: date | None) -> Moment | None:
    parts = match.groupdict()
    month = _MONTHS.index(parts["name"].lower()[:3]) + 1 if parts.get("name") else int(parts["month"])
    year, day = int(parts["year"]), int(parts["day"])
    if parts["hour"] is None:
        return _day(year, month, day, match.span(), latest)
    hour = _hour(int(parts["hour"]), parts["half"], (parts["mark"] or "").lower())
    try:
        at = datetime(
            year, month, day, hour % 24, int(parts["minute"]), int(parts["second"] or 0), tzinfo=_zone(parts["zone"])
        )
    except ValueError:
        return None
    if not is_possible(at.date(), latest):
        return None
    return Moment(iso=at.isoformat(timespec="seconds"), precision="minute", start=match.start(), end=match.end())


def _hour(hour: int, half: str | None, mark: str) -> int:
    if (half in ("下午", "晚上") or mark == "pm") and hour < 12:
        return hour + 12
    return 0 if mark == "am" and hour == 12 else hour


def _zone(text: str | None) -> timezone:
    """The offset shown, +08:00 where none is. A `Z` or +00:00 is meant: editors' tools write it with intent."""
    if not text:
        return SHANGHAI
    if text in ("Z", "z"):
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 14 * 60:
        return SHANGHAI
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _han(match: re.Match[str], latest: date | None) -> Moment | None:
    year = int("".join("0" if sign in _NOUGHTS else str("零一二三四五六七八九".index(sign)) for sign in match["year"]))
    month = 1 if match["month"] == "元" else _han_number(match["month"])
    return _day(year, month, _han_number(match["day"]), match.span(), latest)


def _han_number(text: str) -> int:
    """One to thirty-nine in Chinese numerals, 廿 and 卅 included; 0 for what is no such number."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.partition("十")
    digits = "一二三四五六七八九"
    if not ten:
        return digits.find(tens) + 1 if len(tens) == 1 else 0
    if len(tens) > 1 or len(ones) > 1 or (ones and ones not in digits):
        return 0
    return (digits.find(tens) + 1 if tens else 1) * 10 + (digits.find(ones) + 1 if ones else 0)


def _day(year: int, month: int, day: int, span: tuple[int, int], latest: date | None) -> Moment | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    if not is_possible(found, latest):
        return None
    return Moment(iso=found.isoformat(), precision="day", start=span[0], end=span[1])


def is_possible(found: date, latest: date | None) -> bool:
    """Whether a day can be a page's: not before 1998, nor more than two days after the look."""
    return found >= EARLIEST and (latest is None or found <= latest + timedelta(days=2))
