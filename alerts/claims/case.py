"""A number of persons in its clause, as the rules of `verdict` look at it. Chinese. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from alerts.claims.acts import Act, first_act, last_act
from alerts.claims.text import REACH
from alerts.claims.words import pattern

if TYPE_CHECKING:
    import re

    from alerts.claims.numerals import Numeral
    from alerts.claims.text import ClaimText, Sentence, Span

    Verdict = tuple[str | None, Span]
    """The type of a figure, None where it is none of ours; and the span that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A number of persons: its unit, and the words of its clause before and behind it."""

    number: Numeral
    unit: Span
    left: Span
    right: Span


@dataclass(frozen=True, kw_only=True)
class Case:
    """A number under judgement; `before` is the type of the figure that it may be a part of."""

    text: ClaimText
    sentence: Sentence
    one: Counted
    before: str | None

    @cached_property
    def left(self) -> str:
        return self.text.text[slice(*self.one.left)]

    @cached_property
    def right(self) -> str:
        return self.text.text[slice(*self.one.right)]

    @cached_property
    def strong(self) -> Act | None:
        """The verb before the number."""
        return last_act(self.left)

    @cached_property
    def stays(self) -> Span | None:
        """What says before the number that these are still abroad."""
        return last_match(pattern("zh.people.stay"), self.left)

    @cached_property
    def ahead(self) -> Act | None:
        """The verb behind the number; of 在册217人已劝返186人 it is the next one's."""
        ahead = first_act(self.right) or self._behind_bracket
        goes_on = self.text.text[self.one.right[1] : self.one.right[1] + 1] not in {"", *",。;、:()\n!?"}
        is_next = ahead is not None and goes_on and ahead.span[1] == len(self.right)
        return None if is_next and pattern("zh.people.abroad").search(self.left) else ahead

    @property
    def _behind_bracket(self) -> Act | None:
        """将37名嫌疑人(含女性4名)移交: the verb of a clause that a bracket parts."""
        text, (start, end) = self.text.text, self.one.right
        if text[end : end + 1] != "(":
            return None
        close = text.find(")", end, end + REACH) + 1
        _, stop = self.sentence.clause(close)
        act = first_act(text[close:stop]) if close else None
        if act is None:
            return None
        return Act(kind=act.kind, span=(act.span[0] + close - start, act.span[1] + close - start))

    def quiet(self, kind: str | None) -> Verdict:
        """A verdict by the words before the number: they and it are quoted."""
        return kind, (self.one.left[0], self.one.unit[1])

    def up_to(self, kind: str | None, end: int) -> Verdict:
        """A verdict by words behind the number, which are quoted too; `end` is counted from its unit."""
        return kind, (self.one.left[0], self.one.unit[1] + end)


def last_match(words: re.Pattern[str], text: str) -> Span | None:
    """Where the last match of some words stands; None where there is none."""
    last = None
    for match in words.finditer(text):
        last = match.span()
    return last
