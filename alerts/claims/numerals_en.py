"""Numbers in English text: digits and words, with what is said of how sure they are. Pure, over folded text."""

from __future__ import annotations

import re
from typing import Final

from alerts.claims.numerals import ABOUT, MORE, NEARLY, RANGE, Numeral
from alerts.numerals import ENGLISH, MOST

_ONES: Final = {
    word: value
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
    )
} | {"a dozen": 12, "a hundred": 100, "a thousand": 1000}  # fmt: skip
_TENS: Final = {
    word: 10 * value
    for value, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2
    )
}
_SCALES: Final = ENGLISH | {"dozen": 12}
_BEFORE: Final = {
    "more than": MORE, "over": MORE, "at least": MORE, "upwards of": MORE, "in excess of": MORE, "no fewer than": MORE,
    "nearly": NEARLY, "almost": NEARLY, "close to": NEARLY, "just under": NEARLY, "fewer than": NEARLY,
    "less than": NEARLY, "up to": NEARLY,
    "about": ABOUT, "around": ABOUT, "roughly": ABOUT, "approximately": ABOUT, "some": ABOUT, "an estimated": ABOUT,
}  # fmt: skip


def _one_of(words: object) -> str:
    return "|".join(sorted(map(str, words), key=len, reverse=True))  # type: ignore[call-overload] # a dict's keys


_WORD: Final = rf"(?:(?:{_one_of(_TENS)})(?:-(?:{_one_of(_ONES)}))?|{_one_of(_ONES)})"
_NUMBER: Final = re.compile(
    rf"(?<![\w.,])(?:(?<!hand )(?<!handed )(?<!handing )(?P<before>{_one_of(_BEFORE)}) )?"
    rf"(?:(?P<digits>\d{{1,3}}(?:,\d{{3}}){{1,4}}|\d{{1,13}}(?:\.\d{{1,6}})?)|(?P<words>{_WORD}(?: (?:and )?{_WORD})?))"
    rf"(?P<scales>(?: (?:{_one_of(_SCALES)})){{0,2}})(?: (?:and )?(?P<rest>{_WORD}))?"
    r"(?P<after> or more|-odd)?(?![\w%]|,\d|\.\d)"
)
_VAGUE: Final = re.compile(r"(?<!\w)(?:dozens|scores|hundreds|thousands)(?: of (?:dozens|hundreds|thousands))?(?= of )")
_JOIN: Final = re.compile(r" (?:to|or) |-")


def find(text: str) -> list[Numeral]:
    """Every number of a folded English text, in order."""
    found = [number for match in _NUMBER.finditer(text) if (number := _numeral(match)) is not None]
    found += [Numeral(start=match.start(), end=match.end(), value=None) for match in _VAGUE.finditer(text)]
    joined: list[Numeral] = []
    for number in sorted(found, key=lambda each: each.start):
        last = joined[-1] if joined else None
        is_range = last is not None and (
            _JOIN.fullmatch(text, last.end, number.start)
            or (text.endswith("between ", 0, last.start) and text[last.end : number.start] == " and ")
        )
        if last is not None and is_range and _goes_on(last, number):
            joined[-1] = Numeral(
                start=last.start, end=number.end, value=last.value, maximum=number.value, qualifier=RANGE
            )
        else:
            joined.append(number)
    return joined


def _goes_on(low: Numeral, high: Numeral) -> bool:
    return low.value is not None and high.value is not None and low.maximum is None and low.value < high.value


def _numeral(match: re.Match[str]) -> Numeral | None:
    factor = 1
    for scale in match["scales"].split():
        factor *= _SCALES[scale]
    value = _digits(match["digits"], factor) if match["digits"] else _words(match["words"], factor)
    rest = _words(match["rest"], 1) if match["rest"] else 0
    if value is None or rest is None or (rest and (factor == 1 or rest >= factor)) or value + rest > MOST:
        return None
    qualifier = MORE if match["after"] else _BEFORE.get(match["before"] or "")
    return Numeral(start=match.start(), end=match.end(), value=value + rest, qualifier=qualifier)


def _digits(digits: str, factor: int) -> int | None:
    whole, _, part = digits.replace(",", "").partition(".")
    value, odd = divmod(int(whole + part) * factor, 10 ** len(part))
    return None if odd else value


def _words(words: str, factor: int) -> int | None:
    parts = words.replace("-", " ").replace(" and ", " ").split(" ")
    if words in _ONES:
        return _ONES[words] * factor
    if len(parts) > 2 or any(part not in _ONES and part not in _TENS for part in parts):  # sixty-four
        return None
    if len(parts) == 2 and (parts[0] not in _TENS or not 0 < _ONES.get(parts[1], 0) < 10):
        return None
    return sum(_TENS.get(part) or _ONES[part] for part in parts) * factor
