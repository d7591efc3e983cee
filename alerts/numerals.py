"""What one numeral says, Arabic, Chinese or mixed: 1,000, 2.3万, 二十三万, 一点二亿, 三千五. Pure.

The one reader of numbers: which numerals of a text count, and what they count, is for those who ask. Over folded text:
full-width digits are plain, traditional numerals simplified, letters small.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

DIGITS: Final = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | dict(
    zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)
)
UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "廿": 20, "卅": 30}
LARGE: Final = {"万": 10**4, "亿": 10**8}
ENGLISH: Final = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
MOST: Final = 10**13
"""No count of this matter is larger; what is, is a misprint or an attack."""

DIGIT: Final = "".join(DIGITS)
"""The characters of digits, for a class of a regular expression."""

_LONGEST: Final = 40  # longer than any number in words
_PARTS: Final = re.compile(rf"((?:\d[\d,]*)(?:\.\d+)?|[{DIGIT}廿卅点]+)?([十百千万亿拾佰仟]*)")


def read(body: str) -> int | None:
    """The whole number that a numeral says; None for what is none (一千百, 1.5)."""
    exact = _exact(body)
    if exact is None or exact[0] % exact[1]:
        return None
    return exact[0] // exact[1]


def floor(body: str, times: int = 1) -> int | None:
    """What a numeral says, so many times, rounded down to a whole number; None for what is none."""
    exact = _exact(body)
    return exact[0] * times // exact[1] if exact else None


def same(one: str | None, other: str | None) -> bool:
    """Whether two numerals say the same, in whatever digits; False where either says nothing."""
    values = [_exact(body) if body else None for body in (one, other)]
    if values[0] is None or values[1] is None:
        return False
    return values[0][0] * values[1][1] == values[1][0] * values[0][1]


def scale(units: str) -> int:
    """The factor of some units one after another: 百万 = 1,000,000."""
    factor = 1
    for unit in units:
        factor *= LARGE.get(unit) or UNITS[unit]
    return factor


@lru_cache(maxsize=4096)
def _exact(body: str) -> tuple[int, int] | None:
    """A numeral's value as a fraction, its denominator a power of ten."""
    if len(body) > _LONGEST:
        return None
    plain = body.replace(",", "")
    if plain.isascii() and plain.isdigit():
        return (int(plain), 1) if int(plain) <= MOST else None
    body = body.replace("又", "零")
    parts = [(number, units) for number, units in _PARTS.findall(body) if number or units]
    if "".join(number + units for number, units in parts) != body or not parts:
        return None
    if any(number[:1].isascii() and number for number, _ in parts):
        return _mixed(parts)
    whole, point, rest = body.partition("点")
    if point:
        return _decimal(whole, rest)
    value = _words(body)
    return None if value is None else (value, 1)


def _mixed(parts: list[tuple[str, str]]) -> tuple[int, int] | None:
    """5万4千, 2.3万, 3千余: pieces of a number and a unit, each smaller than the one before."""
    total, below = 0, 1
    before: int | None = None
    for number, units in parts:
        plain = number.replace(",", "")
        if not plain or not plain.isascii():
            return None
        whole, _, rest = plain.partition(".")
        factor = scale(units)
        if before is not None and factor >= before:
            return None
        ten = 10 ** len(rest)
        total, below, before = total * ten + int(whole + rest) * factor * below, below * ten, factor
    return (total, below) if total <= MOST * below else None


def _words(body: str) -> int | None:
    if all(character in DIGITS for character in body):
        # 二〇二一, or one digit alone.
        value = int("".join(str(DIGITS[character]) for character in body))
        return value if len(body) in {1, 4} or "〇" in body or "零" in body else None
    total = 0
    for big in ("亿", "万"):
        head, found, body = _split(body, big)
        if found:
            section = _section(head) if head else 1
            if section is None:
                return None
            total = (total + section) * LARGE[big] if big == "亿" else total + section * LARGE[big]
            if len(body) == 1 and body in DIGITS and DIGITS[body]:
                # 两万三 says 23000.
                return total + DIGITS[body] * LARGE[big] // 10
    if any(character in LARGE for character in body):
        return None
    last = _section(body) if body else 0
    return None if last is None else total + last


def _split(body: str, big: str) -> tuple[str, bool, str]:
    head, found, tail = body.partition(big)
    return (head, True, tail) if found else ("", False, body)


def _section(text: str) -> int | None:
    """A number below ten thousand; units must go down."""
    total, digit, last, is_open = 0, None, 10**4, True
    for place, character in enumerate(text):
        if character in DIGITS:
            value = DIGITS[character]
            if value == 0:
                if digit is not None:
                    return None
                is_open = False
                continue
            if digit is not None:
                return None
            digit = value
        elif character in UNITS:
            unit = UNITS[character]
            if character in "廿卅":
                total, last, digit = total + unit, 10, None
                continue
            if unit >= last or (digit is None and place and unit != 10):  # 一百十二 is said
                return None
            total, last, digit, is_open = total + (digit or 1) * unit, unit, None, True
        else:
            return None
    if digit is None:
        return total if total or "零" in text or "〇" in text else None
    # 三千五 says 3500, 三千零五 says 3005.
    is_short = is_open and last in {100, 1000} and len(text) > 1
    return total + (digit * last // 10 if is_short else digit)


def _decimal(whole: str, rest: str) -> tuple[int, int] | None:
    """一点二亿: a fraction of a big unit."""
    digits = rest.rstrip("百千万亿")
    head = _section(whole)
    if head is None or not digits or any(character not in DIGITS for character in digits):
        return None
    value = int(str(head) + "".join(str(DIGITS[character]) for character in digits)) * scale(rest[len(digits) :])
    below = 10 ** len(digits)
    return (value, below) if value <= MOST * below else None
