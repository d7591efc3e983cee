"""Sums offered for information or for bringing somebody back. Chinese and English. Pure.

Money that is frozen, recovered or lost is no claim: the words of a reward must stand in the clause of the sum.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims.words import either, pattern, value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.claims.text import ClaimText, Sentence
    from storage.findings import Claim

_UNIT: Final = re.compile(value("zh.reward.units"))
_IN_ALL: Final = re.compile(
    r"(?:(?:共计|合计|总计|累计)[^,]{0,4}|各|每(?:人次|[人名位个条起案件例次])(?:给予|发给|发)?|均为?|分别为?)$"
)
# A sum once more in another currency.
_EN_AGAIN: Final = re.compile(
    rf"{either('en.money')} \((?:about |around |some |roughly |approximately )?(?:us|hk)?\$? ?$"
)
_EN_UNIT: Final = re.compile(rf"[ -](?:[\w-]+ )?{either('en.money')}")
# 5,000 yuan for each person brought home and 50,000 for a ringleader
_EN_NEXT: Final = re.compile(r"(?:,| and| or|, and) (?:up to )?\Z")
_EN_FOR: Final = re.compile(r" for (?:a|an|any|each|every|the|those|information)\b")
_EN_BEFORE: Final = re.compile(r"(?:rmb|cny|us\$|\$|¥|yuan) ?$")


def find(text: ClaimText) -> Iterator[Claim]:
    """Every sum offered."""
    for sentence in text.sentences:
        yield from (_english if text.is_latin else _chinese)(text, sentence)


def _chinese(text: ClaimText, sentence: Sentence) -> Iterator[Claim]:
    for number in sentence.numbers:
        unit = _UNIT.match(text.text, number.end, sentence.end)
        if unit is None:
            continue
        start, end = sentence.clause(number.start)
        words = text.text[start:end]
        offered = pattern("zh.reward.words").search(words)
        if offered is None and _IN_ALL.search(text.text[start : number.start]):
            # 每人奖励5万元，三人共计15万元; 悬红六人，各100万: what the clause before offers.
            words = text.text[sentence.start : start]
            if pattern("zh.reward.words").search(words):
                offered = re.compile("").search("")
        if offered is None or pattern("zh.reward.not_words").search(text.text, sentence.start, end):
            continue
        first = min(start + offered.start(), number.start)
        yield text.claim(
            "reward",
            (_with_giving(text.text, start, first), max(unit.end(), min(start + offered.end(), unit.end() + 12))),
            number=number,
            said=(number.start, unit.end()),
            unit=text.quote(*unit.span())[0],
            where=text.places(sentence.start, number.start)[-1:],
            agency=text.agency(sentence.start, number.start),
        )


def _with_giving(text: str, start: int, first: int) -> int:
    for word in ("给予", "每条举报", "最高"):
        if text[max(start, first - len(word)) : first] == word:
            return first - len(word)
    return first


def _english(text: ClaimText, sentence: Sentence) -> Iterator[Claim]:
    offered = pattern("en.reward").search(text.text, sentence.start, sentence.end)
    if offered is None:
        return
    at: int | None = None  # where the sum before ends
    for number in sentence.numbers:
        unit = _EN_UNIT.match(text.text, number.end, sentence.end)
        before = _EN_BEFORE.search(text.text[max(sentence.start, number.start - 8) : number.start])
        is_next = (
            at is not None and _EN_NEXT.search(text.text, at, number.start) and _EN_FOR.match(text.text, number.end)
        )
        if unit is None and before is None and not is_next:
            continue
        if _EN_AGAIN.search(text.text[max(sentence.start, number.start - 40) : number.start]):
            continue
        start = number.start - (len(before[0]) if before else 0)
        at = stop = unit.end() if unit else number.end
        yield text.claim(
            "reward",
            (offered.start() if offered.end() <= start and start - offered.end() < 60 else start, stop),  # a clause
            number=number,
            said=(start, stop),
            unit=text.quote(unit.start(), unit.end())[0].split()[-1] if unit else before[0].strip() if before else None,
            where=text.places(sentence.start, sentence.end)[:1],
        )
