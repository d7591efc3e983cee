"""Of which days a figure is: those said before it in its sentence. A total does not take those of its last part. Pure.

2020年劝返54人，2021年劝返78人，共计132人: the total is of both years, for it is their sum. Where it is not, the text
does not say of which days it is: nor does this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alerts.claims.acts import SUSPECTS
from alerts.claims.periods import combined
from alerts.claims.words import pattern

if TYPE_CHECKING:
    from alerts.claims.case import Counted
    from alerts.claims.periods import Days
    from alerts.claims.text import ClaimText, Sentence

_SUM: Final = re.compile(
    r"累计|合计|总计|总共|总数|共(?![同犯产谋和])|(?:^|[,;、])(?:这|前后)?[两二三四五六七八九十2-9]年(?![前后来以])"
)
_PART: Final = re.compile(r"其中|包括|含")
_STILL: Final = re.compile(r"[仍尚还]|剩|未[返归回]")
_NEXT: Final = re.compile(r"[,;。]")
_NOT_SAID: Final = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A figure that was told before: its number, type, days; `is_part`: of the figure before it (其中女性6名)."""

    value: int | None
    kind: str
    days: Days
    is_part: bool


class Told:
    """The figures of one sentence in their order, and of which days each is."""

    def __init__(self, text: ClaimText, sentence: Sentence) -> None:
        self._text = text
        self._told: list[_Told] = []
        self._begin = self._upto = self._since = sentence.start
        self._days: Days = _NOT_SAID  # said before _since, where a total began anew

    def days_of(self, one: Counted, kind: str, end: int) -> Days:
        """First and last day of the next figure, which is of this type; its words end at `end`."""
        between = self._text.text[self._upto : one.number.start]
        alike = [told for told in self._told if told.kind == kind]
        if alike and _SUM.search(between):
            self._days = self._of_sum(one, alike)
            self._since = one.number.start
            days = self._days
        else:
            days = self._of_its_verb(one, end) or self._inherited(one)
            days = (None, days[1]) if self._is_a_state(one, kind) else days
        is_next = _NEXT.search(between) or not self._told
        is_part = _PART.search(between) is not None or bool(not is_next and self._told[-1].is_part)
        self._told.append(_Told(value=one.number.value, kind=kind, days=days, is_part=is_part))
        self._upto = one.unit[1]
        return days

    def _is_a_state(self, one: Counted, kind: str) -> bool:
        """上半年劝返52人,其中34人仍滞留: how things stand behind what was done in a time has but the end of it."""
        if kind != SUSPECTS or not self._told or self._told[-1].kind == SUSPECTS:
            return False
        text = self._text
        around = text.text[one.left[0] : one.right[1]]
        return _STILL.search(around) is not None and not text.periods(self._upto, one.number.start)

    def _of_its_verb(self, one: Counted, end: int) -> Days | None:
        """两人已于4月28日回国: the day between a figure and its verb, where none stands before it in its clause."""
        text = self._text
        said = text.periods(self._begin, max(end, one.unit[1]))
        behind = [day for day in said if day.start >= one.unit[1] and text.text[day.start - 1] in "于在"]
        if len(behind) != 1 or any(one.left[0] <= day.start < one.number.start for day in said):
            return None
        return (behind[0].first, behind[0].last) if behind[0].first else None

    def _inherited(self, one: Counted) -> Days:
        """What is said of time up to the figure; else the page's day where it tells how things stand, or goes on."""
        text = self._text
        days = combined(text.periods(self._since, one.number.start), self._days)
        if days != _NOT_SAID:
            return days
        before = self._told[-1].days if self._told else _NOT_SAID
        if before == days and pattern("zh.people.now").search(text.text, one.left[0], one.right[1]):
            return None, text.page
        return before

    def _of_sum(self, one: Counted, alike: list[_Told]) -> Days:
        own = combined(self._text.periods(self._upto, one.number.start))
        if own[0] is not None:
            return own
        first, last = _span(_added_up(one.number.value, alike))
        return first, own[1] or last


def _added_up(value: int | None, told: list[_Told]) -> list[_Told]:
    """Those figures whose sum the value is; none where it is no such sum."""
    wholes = [one for one in told if not one.is_part]
    return wholes if value is not None and sum(one.value or 0 for one in wholes) == value else []


def _span(parts: list[_Told]) -> Days:
    first = [one.days[0] for one in parts]
    last = [one.days[1] for one in parts]
    return (
        min((day for day in first if day), default=None) if all(first) else None,
        max((day for day in last if day), default=None) if all(last) else None,
    )
