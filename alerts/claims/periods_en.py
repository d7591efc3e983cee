"""Days and periods in English text, relative to the page's date. Pure, over folded (small-letter) text."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Final

from alerts.claims.periods import AHEAD, collect

if TYPE_CHECKING:
    from alerts.claims.periods import Days, Kinds, Period

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"),
        1,
    )
    for name in names.split()
}  # fmt: skip
MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
DAY: Final = (
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?(?P<month>{MONTH})\.?"
    rf"(?: (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<year>(?:19|20)\d\d))?\b"
)
_DAY_B: Final = DAY.replace("<day>", "<xday>").replace("<day2>", "<xday2>").replace("<month>", "<xmonth>").replace(
    "<year>", "<xyear>"
)  # fmt: skip


def moment(match: re.Match[str], page: date | None, prefix: str = "", year: int | None = None) -> Days:
    """First and last day of what the groups of DAY say."""
    month = _MONTHS[match[prefix + "month"]]
    day = match[prefix + "day"] or match[prefix + "day2"]
    said = match[prefix + "year"]
    known = int(said) if said else year
    if known is None:
        if page is None:
            return None, None
        known = page.year - (date(page.year, month, 1) - page > AHEAD)
    last = monthrange(known, month)[1]
    if day:
        return (date(known, month, int(day)),) * 2 if 1 <= int(day) <= last else (None, None)
    return date(known, month, 1), date(known, month, last)


def find(text: str, start: int, end: int, page: date | None) -> list[Period]:
    """The periods said between two offsets, in order."""
    return collect(_KINDS, text, start, end, page)


def _between(match: re.Match[str], page: date | None) -> Days:
    later = match["xyear"]
    _, last = moment(match, page, "x")
    first, _ = moment(match, page, year=last.year if last and not match["year"] else None)
    if first and last and first > last and not match["year"] and later:
        first = first.replace(year=first.year - 1, day=1)
    return first, last


def _since(match: re.Match[str], page: date | None) -> Days:
    return moment(match, page)[0], page


def _until(match: re.Match[str], page: date | None) -> Days:
    return None, moment(match, page)[1]


def _year(match: re.Match[str], page: date | None) -> Days:
    year = _known(match["year"], page)
    if year is None:
        return None, None
    half = match["half"]
    if half:
        return (date(year, 1, 1), date(year, 6, 30)) if half == "first" else (date(year, 7, 1), date(year, 12, 31))
    if page is not None and year == page.year and match["year"] in {"this year", "so far this year"}:
        return date(year, 1, 1), page
    return date(year, 1, 1), date(year, 12, 31)


def _first_months(match: re.Match[str], page: date | None) -> Days:
    """The first nine months of 2022, the third quarter of this year."""
    year = _known(match["year"] or "this year", page)
    if year is None:
        return None, None
    if match["quarter"]:
        last = 3 * _ORDINALS[match["quarter"]]
        return date(year, last - 2, 1), date(year, last, monthrange(year, last)[1])
    count = _COUNTS[match["count"]] if match["count"] in _COUNTS else int(match["count"])
    return (date(year, 1, 1), date(year, count, monthrange(year, count)[1])) if 1 <= count <= 12 else (None, None)


_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_COUNTS: Final = {
    word: number
    for number, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"), start=2
    )
}


def _known(said: str, page: date | None) -> int | None:
    if said[-4:].isdigit():
        return int(said[-4:])
    if page is None:
        return None
    return page.year - (said in {"last year", "the previous year", "the year before"})


def _since_start(match: re.Match[str], page: date | None) -> Days:
    year = _known(match["year"], page)
    return (date(year, 1, 1), page) if year else (None, None)


def _since_year(match: re.Match[str], page: date | None) -> Days:
    return date(int(match["year"]), 1, 1), page


_YEAR: Final = r"(?P<year>(?:19|20)\d\d|this year|last year|the year)"
_KINDS: Final[Kinds] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (rf"\b(?:between|from) {DAY} (?:and|to|until|through) {_DAY_B}", _between),
        (rf"\bsince {DAY}", _since),
        (r"\bsince (?P<year>(?:19|20)\d\d)\b", _since_year),
        (rf"\b(?:by the end of|by|until|as of|up to) {DAY}", _until),
        (
            rf"\b(?:in )?(?:the )?(?:first (?P<count>{'|'.join(_COUNTS)}|\d{{1,2}}) months"
            rf"|(?P<quarter>{'|'.join(_ORDINALS)}) quarter)(?: of {_YEAR})?(?!\w)",
            _first_months,
        ),
        (r"\bsince the (?:start|beginning) of (?P<year>(?:19|20)\d\d|this year|the year)\b", _since_start),
        (rf"\b(?:in )?(?:the )?(?P<half>first|second) half of {_YEAR}\b", _year),
        (r"\b(?:(?P<half>no half) )?(?:in |during |so far )?(?P<year>(?:19|20)\d\d|this year|last year)\b", _year),
        (rf"\b(?:in|on|during) {DAY}", moment),
    )
)
