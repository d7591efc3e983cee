"""Days and periods in Chinese text, relative to the page's date: 今年以来, 截至9月2日, 三年来, 6月30日前. Pure.

Over folded text. What cannot be dated (no page date, 30 February) has None for its day and keeps its place.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import TYPE_CHECKING, Final

from alerts.numerals import read

if TYPE_CHECKING:
    from collections.abc import Callable

    Kinds = tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date | None], "Days | None"]], ...]
    """Ways of saying a period: a pattern, and what it says of the first and last day (None: no period)."""

Days = tuple[date | None, date | None]

# A day without a year that lies further ahead than this is one of the year before.
AHEAD: Final = timedelta(days=60)
# And a term without a year that lies further back is one of the next.
_LONG_PAST: Final = timedelta(days=60)
# Of pages: the first printed, and as far as a term may reach.
_PAGE_YEARS: Final = range(1900, 2200)
# 全年, said in January or February, is the year that is over.
_LOOKS_BACK: Final = 2
_N: Final = r"(?:\d{1,2}|[一二三四五六七八九十两廿]{1,3})"
YEAR: Final = r"(?:(?:19|20)\d\d|二[〇零]\d?[〇零一二三四五六七八九]{2}|一九[〇零一二三四五六七八九]{2})"
_HEAD: Final = "一二三四五六七八九十两廿今去前本当同次明上下"
DAY: Final = (
    # The look ahead lets a text without dates be passed over quickly. Atomic: 12月31日前 is never read as 12月.
    rf"(?=[\d{_HEAD}])(?>(?:(?P<year>{YEAR}|今|去|前|本|当|同|次|明)年)?"
    # 三个月 is no March.
    rf"(?P<month>{_N}(?=月)|(?:本|上|当|同|下)(?=个?月))个?月(?:份)?"
    rf"(?:(?P<day>{_N})[日号]|(?P<part>[底末初]|上旬|中旬|下旬))?)"
)
_DAY_B: Final = (
    DAY.replace("<year>", "<year2>")
    .replace("<month>", "<month2>")
    .replace("<day>", "<day2>")
    .replace("<part>", "<part2>")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a first to a last day, both included; either may be unknown. `start`, `end`: where the text says so.

    `is_year_before`: 去年同期, the same days a year before those that were said last.
    """

    start: int
    end: int
    first: date | None = None
    last: date | None = None
    is_year_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """What a date in a text covers: a day, a month or a year."""

    first: date
    last: date


def ahead(day: date, page: date | None) -> date:
    """A term said without its year: the next such day, not one long past."""
    if page is None or day >= page - _LONG_PAST:
        return day
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 2, 28)


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def moment(match: re.Match[str], page: date | None, suffix: str = "", *, near: date | None = None) -> _Moment | None:
    """The days that the groups of DAY say; None where no such day is, or the year cannot be known."""
    year, month, day, part = (match[name + suffix] for name in ("year", "month", "day", "part"))
    base = near or page
    known = _year(year, base if year in {"同", "次", "当"} else page or base)
    number = _month(month, base)
    if number is None or (known is None and base is None):
        return None
    if known is None and month in {"上", "下"} and base:
        known = base.year - (month == "上" and base.month == 1) + (month == "下" and base.month == 12)
    if known is None:
        assert base is not None
        known = base.year
        start = _date(known, number, read(day) if day else 1)
        if near is None and start is not None and start - base > AHEAD:
            known -= 1
    if day:
        one = _date(known, number, read(day))
        return _Moment(first=one, last=one) if one else None
    end = monthrange(known, number)[1]
    low, high = {"上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "下旬": (21, end)}.get(part or "", (1, end))
    return _Moment(first=date(known, number, low), last=date(known, number, high))


def _date(year: int, month: int, day: int | None) -> date | None:
    if day is None or not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def _year(word: str | None, base: date | None) -> int | None:
    if word is None:
        return None
    if word in _YEARS:
        return base.year + _YEARS[word] if base else None
    return read(word)


_YEARS: Final = {"今": 0, "本": 0, "当": 0, "同": 0, "去": -1, "前": -2, "明": 1, "次": 1}


def _month(word: str, base: date | None) -> int | None:
    if word in {"本", "当", "同", "上", "下"}:
        if base is None:
            return None
        step = {"上": -1, "下": 1}.get(word, 0)
        return (base.month - 1 + step) % 12 + 1
    number = read(word)
    return number if number is not None and 1 <= number <= 12 else None


# --- periods ----------------------------------------------------------------------------------------


def find(text: str, start: int, end: int, page: date | None) -> list[Period]:
    """The periods said between two offsets, in order; those that lie within a longer one are left out."""
    if not _TIME.search(text, start, end):
        return []
    found = collect(_KINDS, text, start, end, page)
    same = _SAME_TIME.finditer(text, start, end)
    before = [Period(start=match.start(), end=match.end(), is_year_before=True) for match in same]
    plain = [one for one in found if not any(other.start < one.end and one.start < other.end for other in before)]
    return sorted([*plain, *before], key=lambda one: one.start)


def collect(kinds: Kinds, text: str, start: int, end: int, page: date | None) -> list[Period]:
    """What these ways of saying a period find between two offsets; of two that overlap, the earlier kind's."""
    found: list[Period] = []
    for pattern, make in kinds:
        for match in pattern.finditer(text, start, end):
            if any(one.start < match.end() and match.start() < one.end for one in found):
                continue
            period = make(match, page)
            if period is not None:
                found.append(Period(start=match.start(), end=match.end(), first=period[0], last=period[1]))
    return sorted(found, key=lambda one: one.start)


def _from_to(match: re.Match[str], page: date | None) -> Days | None:
    first = moment(match, page)
    last = moment(match, page, "2", near=first.first if first else None)
    if first is None or last is None:
        return None, None
    if last.last < first.first and match["year2"] is None:
        last = _Moment(first=_later(last.first), last=_later(last.last))
    return first.first, last.last


def _later(day: date, years: int = 1) -> date:
    year = min(max(day.year + years, MINYEAR), MAXYEAR)
    return day.replace(year=year) if (day.month, day.day) != (2, 29) else date(year, 2, 28)


def _months(match: re.Match[str], page: date | None) -> Days | None:
    """1至10月: whole months of one year."""
    first, last = read(match["month"]), read(match["month2"])
    year = _year(match["year"] or "今", page)
    if year is None or first is None or last is None or not 1 <= first < last <= 12:
        return None
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _days_of_month(match: re.Match[str], page: date | None) -> Days | None:
    """5月23日至29日: two days of one month."""
    one = moment(match, page)
    last = read(match["last"])
    if one is None:
        return None, None
    end = _date(one.first.year, one.first.month, last)
    return (one.first, end) if end and end > one.first else None


def _as_of(match: re.Match[str], page: date | None) -> Days:
    one = moment(match, page)
    return None, one.last if one else None


def _since(match: re.Match[str], page: date | None) -> Days:
    one = moment(match, page)
    return (one.first, page) if one else (None, None)


def _since_year(match: re.Match[str], page: date | None) -> Days:
    year = _year(match["year"], page)
    return (date(year, 1, 1), page) if year else (None, None)


def _whole_year(match: re.Match[str], page: date | None) -> Days:
    year = _year(match["year"] or "今", page)
    if year is None:
        return None, None
    if match["year"] is None and page and page.month <= _LOOKS_BACK:
        year -= 1
    if match["half"]:
        return (
            (date(year, 1, 1), date(year, 6, 30))
            if match["half"][0] in "上前"
            else (date(year, 7, 1), date(year, 12, 31))
        )
    if match["quarter"]:
        number = {"一": 1, "二": 2, "三": 3, "四": 4, "首": 1}.get(match["quarter"]) or int(match["quarter"])
        return date(year, 3 * number - 2, 1), date(year, 3 * number, monthrange(year, 3 * number)[1])
    return date(year, 1, 1), date(year, 12, 31)


def _since_part(match: re.Match[str], page: date | None) -> Days | None:
    """去年下半年以来: from the first day of a part of a year."""
    return _whole_year(match, page)[0], page


def _plain_year(match: re.Match[str], page: date | None) -> Days | None:
    year = _year(match["year"], page)
    if year is None:
        return None, None
    if match["year"] in {"今", "本"}:
        return date(year, 1, 1), page
    return date(year, 1, 1), date(year, 12, 31)


def _first_months(match: re.Match[str], page: date | None) -> Days | None:
    number = read(match["count"])
    year = _year(match["year"] or "今", page)
    if year is None or number is None or not 1 <= number <= 12:
        return None
    return date(year, 1, 1), date(year, number, monthrange(year, number)[1])


def _first_quarters(match: re.Match[str], page: date | None) -> Days | None:
    """前三季度: from January to the end of the last of them."""
    number = read(match["count"])
    year = _year(match["year"] or "今", page)
    if year is None or number is None:
        return None
    return date(year, 1, 1), date(year, 3 * number, monthrange(year, 3 * number)[1])


def _back(match: re.Match[str], page: date | None) -> Days | None:
    """三年来, 近三个月: so long before the page's day."""
    count = read(match["count"])
    if page is None or count is None or not 0 < count <= 100:  # a century
        return None
    if match["unit"] in {"天", "日", "周", "星期"}:
        return page - timedelta(days=count * (1 if match["unit"] in {"天", "日"} else 7)), page
    months = count * (12 if match["unit"] == "年" else 1)
    number = page.year * 12 + page.month - 1 - months
    if number < 12 * 1900:
        return None
    year, month = divmod(number, 12)
    return date(year, month + 1, min(page.day, monthrange(year, month + 1)[1])), page


def _within(match: re.Match[str], page: date | None) -> Days | None:
    """A month or a day alone."""
    one = moment(match, page)
    return (one.first, one.last) if one else None


def _week(match: re.Match[str], page: date | None) -> Days:
    if page is None:
        return None, None
    monday = page - timedelta(days=page.weekday())
    if match["week"] == "上":
        return monday - timedelta(days=7), monday - timedelta(days=1)
    return monday, page


def _weekday(match: re.Match[str], page: date | None) -> Days:
    first, _ = _week(match, page)
    day = first and first + timedelta(days="一二三四五六日".index(match["weekday"].replace("天", "日")))
    return day, day


def _ago(match: re.Match[str], page: date | None) -> Days:
    """昨日, 今天: a day told from the page's."""
    day = page and page - timedelta(days="今昨前".index(match["ago"]))
    return day, day


def _latest_day(match: re.Match[str], page: date | None) -> Days | None:
    """3日凌晨: the last day of that number up to the page's."""
    number = read(match["only"])
    if page is None or number is None:
        return None
    before = page.replace(day=1) - timedelta(days=1)
    day = _date(page.year, page.month, number) if number <= page.day else _date(before.year, before.month, number)
    return (day, day) if day else None


def _now(_: re.Match[str], page: date | None) -> Days:
    return None, page


# What ends so stands before a length of time: 潜逃近三年, 滞留缅北近三年, 为期近三年.
_SO_LONG: Final = "逃匿留住活了达长时离跑滞历期北甸寨外境国狱刑押捕查"
# One of these stands in every way of saying a period.
_TIME: Final = re.compile(r"[年月日天周星期季前现昨晚]")
_HOUR: Final = "(?:凌晨|清晨|早晨|早上|上午|中午|正午|下午|午后|傍晚|晚|夜|深夜|电|讯)"
_SAME_TIME: Final = re.compile(r"(?:去年|上年|上一年)同期|上年同时段")
_OF_YEAR: Final = rf"(?P<year>{YEAR}|今|去|前|本|当)年"
_PART: Final = r"(?:第?(?P<quarter>[一二三四首1-4])季度|(?P<half>[上下]半年)|全年)"
_KINDS: Final[Kinds] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (rf"[自从]?{DAY}(?:起|以来)?(?:至|到|-|~){_DAY_B}(?:期间|间|止)?", _from_to),
        (rf"[自从]{DAY}[^,。;0-9]{{1,16}}?(?:起|以来|启动|开展|部署)?,?(?:截至|至|到){_DAY_B}", _from_to),
        (rf"[自从]?{DAY}(?:至|到|-|~)(?P<last>{_N})[日号](?:期间|间|止)?", _days_of_month),
        (rf"(?:(?P<year>{YEAR}|今|去|前|本)年)?(?P<month>{_N})(?:至|到|-|~)(?P<month2>{_N})月(?:份|底|间)?", _months),
        (rf"(?:截至|截止到?|截止至){DAY}", _as_of),
        (r"(?:截至|截止到?)(?:目前|日前|发稿时?|当前|现在|今日)|(?:目前|现有)(?=[^,]{0,4})", _now),
        (rf"[自从]?{DAY}[^,。;0-9]{{0,14}}?(?:以来|至今)", _since),
        (rf"[自从]?(?:{_OF_YEAR})?{_PART}[^,。;0-9]{{0,14}}?(?:以来|至今)", _since_part),
        (rf"[自从]?{_OF_YEAR}[^,。;0-9]{{0,14}}?(?:以来|至今)", _since_year),
        (rf"(?:{_OF_YEAR})?前(?P<count>[两二三23])个?季度", _first_quarters),
        (rf"(?:{_OF_YEAR})?{_PART}", _whole_year),
        (rf"(?:(?P<year>{YEAR}|今|去|前|本)年)?[前首](?P<count>{_N})个?月", _first_months),
        (
            # 近三年 alone is a period unless somebody fled or stayed so long.
            rf"(?:(?P<short>短短|最近|(?<![{_SO_LONG}])近|过去)|近)?"
            rf"(?P<count>{_N})个?(?P<unit>年(?!内)|月|天|周|星期|日)[多余]?"
            r"(?:来|以来|内|里|间|(?(short)(?!之?[前后久]|的(?!时间))|(?!)))",
            _back,
        ),
        (r"(?P<week>[本上这])(?:一)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])", _weekday),
        (r"(?P<week>[本上这])(?:一)?(?:周|星期)", _week),
        (r"(?P<ago>[前昨今])(?:[日天晚晨早夜])(?![前后内])", _ago),
        (rf"(?<![月第\d一二三四五六七八九十廿至到-])(?P<only>{_N})日(?={_HOUR}|[在从将由向把对自])", _latest_day),
        (DAY, _within),
        (_OF_YEAR, _plain_year),
    )
)


def combined(periods: list[Period], before: Days = (None, None)) -> Days:
    """What several statements of time before one figure say together: 截至9月2日 gives the end of 今年以来.

    `before`: the days that held before them.
    """
    first, last = before
    as_of: date | None = None
    for one in periods:
        if one.is_year_before:
            first, last = first and _later(first, -1), last and _later(last, -1)
        elif one.first is not None:
            first, last = one.first, one.last
        elif one.last is not None:
            as_of = one.last
    if as_of is not None and (last is None or first is None or first <= as_of < last):
        last = as_of
    return first, last


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def page_day(published: str | None) -> date | None:
    """The day of a page's date as given; None where there is none, it is no date, or none that terms can be reckoned
    from: pages say 0001-01-01 and 9999-12-31 where they have none, and their calendar ends there."""
    try:
        day = date.fromisoformat(published[:10]) if published else None
    except ValueError:
        return None
    return day if day is not None and day.year in _PAGE_YEARS else None
