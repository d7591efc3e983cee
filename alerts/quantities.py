"""Numbers in folded text with their values: 23万, 二十三万, 一点二亿, 1,000, 2.3 million. For `QUANTITY>=n` in rules.

What counts people, stations or money is a number here; a year, a date, a time, a percentage, an ordinal, an age and
what is long enough to be a telephone or an identity number are none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.numerals import ENGLISH, floor

if TYPE_CHECKING:
    from alerts.vocabulary import Span

_HAN: Final = "零〇一二两三四五六七八九十百千"
# Bounded everywhere: a page of a million digits is read once over, in pieces.
_NUMBER: Final = re.compile(
    rf"(?P<arabic>\d{{1,3}}(?:,\d{{3}}){{1,5}}(?!\d)(?:\.\d{{1,6}}(?!\d))?|\d{{1,20}}(?:\.\d{{1,6}}(?!\d))?)"
    rf"(?:\s?(?P<large>[千万亿]{{1,3}}))?(?P<english> (?:hundred|thousand|million|billion)\b)?"
    rf"|(?P<han>[{_HAN}万亿]{{1,24}}(?:点[零〇一二三四五六七八九]{{1,6}}[万亿]{{0,2}})?)"
)
_NO_COUNT: Final = re.compile(r"年|月|日|号|时|点|分(?!之)|秒|度|岁|周岁|届|%|个百分点|周年|千伏|级")
_ORDINAL: Final = frozenset("第初")
_ABOUT: Final = frozenset("近上逾超破达")
_LONGEST_COUNT: Final = 9  # digits of a bare number; a mobile has eleven, an identity number eighteen


def numbers(text: str) -> list[tuple[int, Span]]:
    """Every number in the folded text, rounded down, with its span, in order."""
    found = []
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if text[start - 1 : start] in _ORDINAL or _NO_COUNT.match(text, end):
            continue
        value = _arabic(match)
        if match["han"]:
            # 近百名, 上千人: a bare unit is one of it where such a word stands before; 百姓 is no number.
            value = _han("一" * (match["han"][0] in "百千万" and text[start - 1 : start] in _ABOUT) + match["han"])
        if value is not None:
            found.append((value, (start, end)))
    return found


def _arabic(match: re.Match[str]) -> int | None:
    if not match["arabic"] or len(match["arabic"].replace(",", "").partition(".")[0]) > _LONGEST_COUNT:
        return None
    factor = ENGLISH[match["english"].strip()] if match["english"] else 1
    return floor(match["arabic"] + (match["large"] or ""), factor)


def _han(text: str) -> int | None:
    """The value of a Chinese numeral; None for a run of characters that is none (万万, 千百 stand in prose)."""
    if text[0] in "百千万亿" or not set(text) & set("一二两三四五六七八九十"):
        return None
    return floor(text)
