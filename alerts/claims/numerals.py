"""Numbers as Chinese texts print them: what they say, how surely, and where. Pure.

Works on folded text (alerts.fold): full-width digits are plain, traditional numerals simplified, letters small.
Linear: every pattern is anchored at a numeral and bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from alerts.numerals import DIGIT, DIGITS, LARGE, MOST, read, scale

if TYPE_CHECKING:
    from collections.abc import Iterator

MORE: Final = "more_than"
NEARLY: Final = "nearly"
ABOUT: Final = "about"
RANGE: Final = "range"

_ZH: Final = f"{DIGIT}十百千万亿拾佰仟廿卅"
_BEFORE: Final = {
    NEARLY: ("将近", "接近", "近", "不到", "不足"),
    MORE: ("超过", "超出", "突破", "不少于", "不下", "至少", "逾", "超", "上"),
    ABOUT: ("大约", "大概", "约"),
}
_QUALIFIERS: Final = {word: kind for kind, words in _BEFORE.items() for word in words}
_PREFIX: Final = "|".join(sorted(_QUALIFIERS, key=len, reverse=True))
_ARABIC: Final = r"\d{1,3}(?:,\d{3}){1,4}(?!\d)(?:\.\d{1,6})?|\d{1,13}(?:\.\d{1,6})?"
# The look ahead lets a text without numbers be passed over quickly.
_HEADS: Final = "".join({word[0] for word in _QUALIFIERS})
_NUMBER: Final = re.compile(
    rf"(?=[\d{_ZH}{_HEADS}数好几若])(?<![\d.第{_ZH}a-z])(?!(?<=大)陆)(?P<before>{_PREFIX})?(?P<vague>(?:数以|好几|数|几)(?=[十百千万亿])|若干(?=[名个人余起位户]))?"
    rf"(?P<body>(?:(?:{_ARABIC})[十百千万亿]{{1,3}}){{1,4}}(?:\d{{1,4}})?|{_ARABIC}"
    rf"|[{_ZH}](?:又?[{_ZH}]){{0,23}}(?:点[{DIGIT}]{{1,6}}[百千万亿]{{0,2}})?|(?<=若干))"
    r"(?P<after>\"?(?:余|多|几|来(?=[个名人位万亿户])))?(?P<scale>[十百千万亿]{1,2})?(?P<quote>\")?"
)
_JOIN: Final = re.compile(r"(?:人民币|万元|元|余?人|余?名|户)?(?:至|到|-|~|～)|元以上(?:至|到|、)?")
_PAIR: Final = re.compile(
    rf"^(?P<tens>[十百千万]|[{DIGIT}]十)?(?P<low>[一二两三四五六七八九])(?P<high>[二三四五六七八九])(?P<unit>[十百千万亿]{{0,2}})$"
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
    if pair and int(DIGITS[pair["high"]]) == DIGITS[pair["low"]] + 1:
        return _about(pair, match["scale"], start, end)
    value = read(body)
    if value is None:
        return None
    if match["scale"]:
        value *= scale(match["scale"])
    if value > MOST:
        return None
    return Numeral(start=start, end=end, value=value, qualifier=MORE if after else qualifier)


def _about(pair: re.Match[str], after: str | None, start: int, end: int) -> Numeral:
    """两三人, 三四十人, 十七八人: the lower bound with the upper."""
    tens = read(pair["tens"]) or 0 if pair["tens"] else 0
    factor = scale(pair["unit"]) * scale(after or "")
    low, high = ((tens + DIGITS[pair[name]]) * factor for name in ("low", "high"))
    return Numeral(start=start, end=end, value=low, maximum=high, qualifier=RANGE)


def _range(low: Numeral, high: Numeral, text: str) -> Numeral | None:
    if low.value is None or high.value is None or low.maximum is not None:
        return None
    value = low.value
    last = text[high.end - 1]
    if last in LARGE and text[low.end - 1] not in LARGE and value < high.value // LARGE[last]:
        value *= LARGE[last] if text[low.end : low.end + 1] in {"至", "到", "-", "~", "～"} else 1
    if value >= high.value:
        return None
    return replace(low, end=high.end, value=value, maximum=high.value, qualifier=RANGE)
