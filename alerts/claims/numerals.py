"""Numbers as texts print them, Chinese, Arabic and English: what they say, how surely, and where. Pure.

Works on folded text (alerts.fold): full-width digits are plain, traditional numerals simplified, letters small.
Linear: every pattern is anchored at a numeral and bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MORE: Final = "more_than"
NEARLY: Final = "nearly"
ABOUT: Final = "about"
RANGE: Final = "range"

_DIGITS: Final = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | dict(
    zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)
)
_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "廿": 20, "卅": 30}
_BIG: Final = {"万": 10**4, "亿": 10**8}
# No count of this matter is larger; what is, is a misprint or an attack.
_MOST: Final = 10**13

_D: Final = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_ZH: Final = f"{_D}十百千万亿拾佰仟廿卅"
_BEFORE: Final = {
    NEARLY: ("将近", "接近", "近", "不到", "不足"),
    MORE: ("超过", "超出", "突破", "不少于", "不下", "至少", "逾", "超", "上"),
    ABOUT: ("大约", "大概", "约"),
}
_QUALIFIERS: Final = {word: kind for kind, words in _BEFORE.items() for word in words}
_PREFIX: Final = "|".join(sorted(_QUALIFIERS, key=len, reverse=True))
_ARABIC: Final = r"\d{1,3}(?:,\d{3}){1,4}(?!\d)(?:\.\d{1,6})?|\d{1,13}(?:\.\d{1,6})?"
_NUMBER: Final = re.compile(
    rf"(?<![\d.第{_ZH}a-z])(?P<before>{_PREFIX})?(?P<vague>(?:数以|好几|数|几)(?=[十百千万亿])|若干(?=[名个人余起位户]))?"
    rf"(?P<body>(?:(?:{_ARABIC})[十百千万亿]{{1,3}}){{1,4}}(?:\d{{1,4}})?|{_ARABIC}"
    rf"|[{_ZH}](?:又?[{_ZH}]){{0,23}}(?:点[{_D}]{{1,6}}[百千万亿]{{0,2}})?|(?<=若干))"
    r"(?P<after>\"?(?:余|多|几|来(?=[个名人位万亿户])))?(?P<scale>[十百千万亿]{1,2})?(?P<quote>\")?"
)
_JOIN: Final = re.compile(r"(?:人民币|万元|元|余?人|余?名|户)?(?:至|到|-|~|～)|元以上(?:至|到|、)?")
_PAIR: Final = re.compile(
    rf"^(?P<tens>[十百千万]|[{_D}]十)?(?P<low>[一二两三四五六七八九])(?P<high>[二三四五六七八九])(?P<unit>[十百千万亿]{{0,2}})$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeral:
    """A number in a text: `value` None where the text leaves it open (数十), `maximum` the end of a range."""

    start: int
    end: int
    value: int | None
    maximum: int | None = None
    qualifier: str | None = None


def find(text: str) -> list[Numeral]:
    """Every number of a folded text, in order; two joined by 至 or a dash are one range."""
    found: list[Numeral] = []
    for number in _chinese(text):
        last = found[-1] if found else None
        if last is not None and last.end <= number.start and _JOIN.fullmatch(text, last.end, number.start):
            joined = _range(last, number, text)
            if joined is not None:
                found[-1] = joined
                continue
        found.append(number)
    return found


def _chinese(text: str) -> Iterator[Numeral]:
    for match in _NUMBER.finditer(text):
        number = _numeral(match)
        if number is not None:
            yield number


def _numeral(match: re.Match[str]) -> Numeral | None:
    body, before, after = match["body"], match["before"], match["after"]
    start, end = match.span()
    quote = match["quote"]
    if quote and not match["after"]:
        end -= 1
    qualifier = _QUALIFIERS.get(before or "")
    if before == "上" and body not in {"十", "百", "千", "万", "亿"}:
        # 以上3人: the word before the number does not belong to it.
        start, qualifier = start + 1, None
    if match["vague"] is not None:
        return Numeral(start=start, end=end, value=None)
    pair = _PAIR.match(body)
    if pair and int(_DIGITS[pair["high"]]) == _DIGITS[pair["low"]] + 1:
        return _about(pair, match["scale"], start, end)
    value = read(body)
    if value is None:
        return None
    if match["scale"]:
        value *= _scale(match["scale"])
    if value > _MOST:
        return None
    return Numeral(start=start, end=end, value=value, qualifier=MORE if after else qualifier)


def _about(pair: re.Match[str], scale: str | None, start: int, end: int) -> Numeral:
    """两三人, 三四十人, 十七八人: the lower bound with the upper."""
    tens = read(pair["tens"]) or 0 if pair["tens"] else 0
    factor = _scale(pair["unit"]) * _scale(scale or "")
    low, high = ((tens + _DIGITS[pair[name]]) * factor for name in ("low", "high"))
    return Numeral(start=start, end=end, value=low, maximum=high, qualifier=RANGE)


def _scale(units: str) -> int:
    factor = 1
    for unit in units:
        factor *= _BIG.get(unit) or _UNITS[unit]
    return factor


def _range(low: Numeral, high: Numeral, text: str) -> Numeral | None:
    if low.value is None or high.value is None or low.maximum is not None:
        return None
    value = low.value
    last = text[high.end - 1]
    if last in _BIG and text[low.end - 1] not in _BIG and value < high.value // _BIG[last]:
        value *= _BIG[last] if text[low.end : low.end + 1] in {"至", "到", "-", "~", "～"} else 1
    if value >= high.value:
        return None
    return replace(low, end=high.end, value=value, maximum=high.value, qualifier=RANGE)


# --- one numeral ------------------------------------------------------------------------------------


def read(body: str) -> int | None:
    """The whole number that a numeral says, Arabic, Chinese or mixed; None for what is none (一千百, 1.5)."""
    if len(body) > 40:  # longer than any number in words
        return None
    body = body.replace("又", "零")
    if body.replace(",", "").isdigit() and body.isascii():
        value = int(body.replace(",", ""))
        return value if value <= _MOST else None
    parts = [(number, units) for number, units in _PARTS.findall(body) if number or units]
    if "".join(number + units for number, units in parts) != body or not parts:
        return None
    return _mixed(parts) if any(number[:1].isascii() and number for number, _ in parts) else _words(body)


_PARTS: Final = re.compile(rf"((?:\d[\d,]*)(?:\.\d+)?|[{_D}廿卅点]+)?([十百千万亿拾佰仟]*)")


def _mixed(parts: list[tuple[str, str]]) -> int | None:
    """5万4千, 2.3万, 3千余: pieces of a number and a unit, each smaller than the one before."""
    total = 0
    before: int | None = None
    for number, units in parts:
        plain = number.replace(",", "")
        if not plain or not plain.isascii():
            return None
        whole, _, rest = plain.partition(".")
        factor = _scale(units)
        if before is not None and factor >= before:
            return None
        thousandths, odd = divmod(int(whole + rest) * factor, 10 ** len(rest))
        if odd:
            return None
        total, before = total + thousandths, factor
    return total if total <= _MOST else None


def _words(body: str) -> int | None:
    whole, point, rest = body.partition("点")
    if point:
        return _decimal(whole, rest)
    if all(character in _DIGITS for character in body):
        # 二〇二一, or one digit alone.
        value = int("".join(str(_DIGITS[character]) for character in body))
        return value if len(body) in {1, 4} or "〇" in body or "零" in body else None
    total = 0
    for big in ("亿", "万"):
        head, found, body = _split(body, big)
        if found:
            section = _section(head) if head else 1
            if section is None:
                return None
            total = (total + section) * _BIG[big] if big == "亿" else total + section * _BIG[big]
            if len(body) == 1 and body in _DIGITS and _DIGITS[body]:
                # 两万三 says 23000.
                return total + _DIGITS[body] * _BIG[big] // 10
    if any(character in _BIG for character in body):
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
        if character in _DIGITS:
            value = _DIGITS[character]
            if value == 0:
                if digit is not None:
                    return None
                is_open = False
                continue
            if digit is not None:
                return None
            digit = value
        elif character in _UNITS:
            unit = _UNITS[character]
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


def _decimal(whole: str, rest: str) -> int | None:
    """一点二亿: a fraction of a big unit."""
    digits = rest.rstrip("百千万亿")
    factor = _scale(rest[len(digits) :])
    head = _section(whole)
    if head is None or not digits or any(character not in _DIGITS for character in digits):
        return None
    number = int(str(head) + "".join(str(_DIGITS[character]) for character in digits)) * factor
    value, odd = divmod(number, 10 ** len(digits))
    return None if odd or value > _MOST else value
