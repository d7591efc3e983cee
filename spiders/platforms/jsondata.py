"""JSON as sites answer it: plain, wrapped in a call or an assignment, carrying HTML. Pure, bounded, never raises."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from spiders.platforms.feed import moment
from spiders.platforms.rowdates import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from spiders.platforms.base import ListPage

# Lists of a thousand rows are under 1 MB; the parsed value takes many times the room of its text.
MAX_CHARACTERS = 5_000_000
# So many values are looked at in one answer, and so many rows taken from one array.
MAX_VALUES = 100_000
MAX_ROWS = 2_000
_MAX_STEPS = 12
_TITLE_LENGTH = 300
_TEXT = 5_000

_CALL = re.compile(
    r"\s*+(?:/\*.{0,200}?\*/\s*+)?(?:(?:var|let|const)\s{1,4})?(?:[\w.$\[\]'\"]{1,80}\s{0,4}[=(]\s{0,4}){1,2}(?=[\[{])"
)
_REST = re.compile(r"[\s)\];]*+")
_TAG = re.compile(r"</?\w[^<>]{0,300}>")
_DIGITS = re.compile(r"\d{10}|\d{13}")
_COUNTS = ("total", "totalCount", "totalRecord", "totalRecords", "totalElements", "totalNum", "count", "post_count")


def json_of(page: ListPage) -> Any:
    """The page's JSON value, its JSONP wrapping taken off; None where the page is none."""
    if "json" not in page.notes:
        page.notes["json"] = parse(page.text)
    return page.notes["json"]


def parse(text: str) -> Any:
    """The value of a JSON, JSONP or `name = …` text; None where it is none, too large or too deep."""
    if len(text) > MAX_CHARACTERS:
        return None
    text = text.lstrip("\ufeff \t\r\n")
    start = 0
    if not text.startswith(("{", "[")):
        wrapped = _CALL.match(text[:600])
        if not wrapped:
            return None
        start = wrapped.end()
    value, end = value_at(text, start)
    whole = _REST.match(text, end)
    return value if whole and whole.end() == len(text) else None


def value_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins at `start`, and where it ends; None and `start` where there is none."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start


def step(value: Any, path: str) -> Any:
    """What stands at a dotted path (`data.list`, `content.0.rows`); None where nothing does. `""` is the value itself.

    A name followed by `[]` puts the lists under it in one: `catMap.[].listVO` is every category's rows.
    """
    found = [value]
    many = False
    for name in islice(filter(None, path.split(".")), _MAX_STEPS):
        if name == "[]":
            many = True
            found = [inner for one in found for inner in islice(_inner(one), MAX_ROWS)]
        else:
            found = [inner for one in found if (inner := _child(one, name)) is not None]
    if many and found:
        return list(islice((row for one in found for row in (one if isinstance(one, list) else [one])), MAX_ROWS))
    return found[0] if found else None


def _child(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list) and name.isdecimal() and len(name) < 7 and int(name) < len(value):
        return value[int(name)]
    return None


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def values_in(value: Any) -> Iterator[Any]:
    """Every object, list and text in `value`, outer ones first, up to a bound, without recursion."""
    level: list[Any] = [value]
    seen = 0
    while level:
        following: list[Any] = []
        for one in level:
            seen += 1
            if seen > MAX_VALUES:
                return
            yield one
            if isinstance(one, dict | list):
                following.extend(islice(_inner(one), MAX_VALUES - seen))
                if len(following) > MAX_VALUES:
                    break
        level = following


def text_of(row: Any, names: Iterable[str]) -> str:
    """The first of `names` (dotted paths) under which `row` has a text or a number, as text."""
    for name in names:
        value = step(row, name) if "." in name else (row.get(name) if isinstance(row, dict) else None)
        if isinstance(value, str) and value.strip():
            return value[:_TEXT]
        if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 64:
            return str(value)
    return ""


def words(text: str) -> str:
    """A title without the tags and entities of highlighting, blanks collapsed."""
    cleaned = " ".join(html.unescape(_TAG.sub("", html.unescape(text[:_TEXT]))).split())
    return cleaned[:_TITLE_LENGTH]


def day_of(text: str, today: date) -> str | None:
    """A row's time as ISO text: of epoch seconds or milliseconds, ISO, Chinese or relative dates; None where none.

    What lies before 1998 or after tomorrow is no date.
    """
    text = words(text)[:60]
    if _DIGITS.fullmatch(text):
        at = datetime.fromtimestamp(int(text[:10]), tz=UTC).astimezone(SHANGHAI)
        found: str | None = at.isoformat()
    else:
        found = moment(text, today)
    # Midnight to the second is a day's way to be a time.
    found = found[:10] if found and found[10:] == "T00:00:00+08:00" else found
    possible = found is not None and found[:4] >= "1998" and found[:10] <= (today + timedelta(days=1)).isoformat()
    return found if possible else None


def says_none(value: Any, items: str = "") -> bool:
    """Whether an answer says that its list is empty: an empty list at `items`, or a count of 0 near the top."""
    if items and step(value, items) == []:
        return True
    for one in islice(values_in(value), 60):
        if isinstance(one, dict) and any(
            name in one and not isinstance(one[name], bool) and one[name] in (0, "0") for name in _COUNTS
        ):
            return True
    return False


def count_in(value: Any) -> int | None:
    """How many rows the whole list has, as the answer says near its top; None where it does not."""
    for one in islice(values_in(value), 60):
        for name in _COUNTS if isinstance(one, dict) else ():
            said = text_of(one, (name,))
            if said.isdecimal() and len(said) < 10:
                return int(said)
    return None
