"""The date a list row shows: whole, split over lines, without its year, in English, or relative to the look's day."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from crawler.reading.dates import in_numerals, is_lunar, narrow

if TYPE_CHECKING:
    from collections.abc import Sequence

SHANGHAI = timezone(timedelta(hours=8))
_EARLIEST = date(1998, 1, 1)
# A piece of text longer than this is a summary; the dates in it are the story's, not the row's.
MAX_PIECE = 60
# A row of more pieces than this is no row; its date stands among the first.
_PIECES = 60

_TIME = r"(?:[T\s]{0,4}(?P<hour>[01]?\d|2[0-3])[:：](?P<minute>[0-5]\d)(?:[:：](?P<second>[0-5]\d))?(?!\d))?"
_Y, _M, _D = r"(?P<year>(?:19|20)\d\d)", r"(?P<month>1[0-2]|0?[1-9])", r"(?P<day>3[01]|[12]\d|0?[1-9])"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAME = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"

# Found anywhere in short text, in this order.
_WHOLE = tuple(
    re.compile(pattern + _TIME, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_Y}\s*[-./年－]\s*{_M}\s*[-./月－]\s*{_D}\s*日?(?!\d)",
        rf"(?<!\d){_D}\s+{_Y}\s*[-./年]\s*{_M}(?!\s*[-./月]\s*\d)(?!\d)月?",
        rf"(?<!\d){_M}\s*[-./月]\s*{_D}\s*日?\s+{_Y}(?!\d)",
        rf"(?<![\d/]){_Y}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
        rf"\b{_NAME}\s+{_D}(?:st|nd|rd|th)?,?\s+{_Y}",
        rf"(?<!\d){_D}\s+{_NAME},?\s+{_Y}",
    )
)
# Only where nothing else stands in the piece: half a date inside a sentence is the story's.
_YEARLESS = tuple(re.compile(pattern + _TIME) for pattern in (rf"{_M}\s*[-/月]\s*{_D}\s*日?", rf"{_D}\s+{_M}\s*月"))
_RELATIVE = re.compile(
    rf"(?:(?P<count>\d{{1,3}})\s*(?P<unit>天|日|小时|分钟|秒|周)前|(?P<word>今天|今日|昨天|昨日|前天|刚刚)){_TIME}"
)
_LABEL = re.compile(
    r"^[\s\[【(（「|/·-]*(?:发布|发表|更新|成文|公布|录入|添加|编辑)?(?:时间|日期|于)?[:：\s]*|[\s\]】)）」|/·-]+$"
)
_WORD_DAYS = {"今天": 0, "今日": 0, "刚刚": 0, "昨天": 1, "昨日": 1, "前天": 2}


def row_date(pieces: Sequence[str], today: date) -> str | None:
    """The row's date as ISO text: a day, or a minute with its +08:00; None where the row shows none.

    `pieces` are the row's texts without its title, in order. Dates before 1998 or after tomorrow are no dates.
    """
    short = [narrow(" ".join(piece.split())) for piece in pieces[:_PIECES] if len(piece) <= MAX_PIECE]
    joined = " ".join(piece for piece in short if piece)
    for pattern in _WHOLE:
        for match in pattern.finditer(joined):
            found = None if is_lunar(joined, match.start()) else _dated(match, today)
            if found:
                return found
    for moment in in_numerals(joined, today - timedelta(days=1)):
        return moment.iso
    for piece in (*short, joined):
        bare = _LABEL.sub("", piece)
        found = _yearless(bare, today) or _relative(bare, today)
        if found:
            return found
    return None


def is_date(text: str) -> bool:
    """Whether `text` is a date and nothing else but its label and brackets."""
    shown = narrow(" ".join(text.split()))
    if len(shown) > 2 * MAX_PIECE:
        return False
    bare = _LABEL.sub("", shown)
    if not bare or len(bare) > MAX_PIECE:
        return False
    if any(pattern.fullmatch(bare) for pattern in (*_WHOLE, *_YEARLESS)):
        return True
    if any((moment.start, moment.end) == (0, len(bare)) for moment in in_numerals(bare)):
        return True
    return bool(_RELATIVE.fullmatch(bare) or re.fullmatch(r"[\d\s:：./年月日-]{2,20}", bare))


def _dated(match: re.Match[str], today: date) -> str | None:
    parts = match.groupdict()
    month = _MONTHS.index(parts["name"].lower()[:3]) + 1 if parts.get("name") else int(parts["month"])
    return _iso(int(parts["year"]), month, int(parts["day"]), match, today)


def _yearless(bare: str, today: date) -> str | None:
    for pattern in _YEARLESS:
        match = pattern.fullmatch(bare)
        if match:
            month, day = int(match["month"]), int(match["day"])
            # The latest such day that is not still to come: a list shows what is past.
            return _iso(today.year, month, day, match, today) or _iso(today.year - 1, month, day, match, today)
    return None


def _relative(bare: str, today: date) -> str | None:
    match = _RELATIVE.fullmatch(bare)
    if not match:
        return None
    days = _WORD_DAYS.get(match["word"] or "", 0)
    if match["count"]:
        days = int(match["count"]) * {"天": 1, "日": 1, "周": 7}.get(match["unit"], 0)
    day = today - timedelta(days=days)
    return _iso(day.year, day.month, day.day, match, today)


def _iso(year: int, month: int, day: int, match: re.Match[str], today: date) -> str | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    if not _EARLIEST <= found <= today + timedelta(days=1):
        return None
    if match["hour"] is None:
        return found.isoformat()
    clock = datetime(
        year, month, day, int(match["hour"]), int(match["minute"]), int(match["second"] or 0), tzinfo=SHANGHAI
    )
    return clock.isoformat(timespec="seconds")
