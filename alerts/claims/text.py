"""One body as claims are read from it: folded, in sentences and clauses, its numbers, places and dates found once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from alerts.claims import numerals, numerals_en, periods, periods_en, places, speakers
from alerts.claims.periods import Period, combined, iso, page_day
from alerts.fold import Folded, fold
from storage.findings import Claim

if TYPE_CHECKING:
    from datetime import date

    from alerts.claims.numerals import Numeral
    from alerts.claims.places import Place

Span = tuple[int, int]

REACH: Final = 60
"""So many characters on either side of a number say what it counts; a clause without marks is read no further."""

MOST_READ: Final = 200_000
LONGEST: Final = 600
"""A sentence without an end is cut: what is said of a number stands near it."""

_SENTENCE: Final = re.compile(r"[。!?]+|\n|\.(?=\s|$)")
_CLAUSE: Final = re.compile(
    # 其中:国家工作人员11人 is 其中国家工作人员11人.
    r"(?<!\d),|,(?!\d{3}(?!\d))|[;!?|]|(?<!其中):|\.\s"
    # 国(边)境, 黄某(女): a bracket of three characters parts nothing.
    r"|\((?![^()]{1,3}\))|(?<!\(.)(?<!\(..)(?<!\(...)\)"
)
_LATIN: Final = re.compile(r"[a-z]{3}")
# 政务公开　互动交流　办事服务: short words between blanks or bars, and no stop.
_PIECE: Final = r"[^\s|｜·,，。、;；:：!！?？\d]{2,6}"
_MENU: Final = re.compile(rf"(?:{_PIECE}[ \u00a0\u3000|｜·]+){{2,40}}{_PIECE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence's span, those of its clauses, and its numbers, in offsets of the folded text."""

    start: int
    end: int
    clauses: tuple[Span, ...]
    numbers: tuple[Numeral, ...] = field(default=())

    def clause(self, offset: int) -> Span:
        """The clause that an offset stands in."""
        return self.clauses[max(0, bisect_right(self.clauses, offset, key=_start) - 1)]


def _start(span: Span) -> int:
    return span[0]


class ClaimText:
    """A body and what its page says of itself; of a body longer than `MOST_READ` the beginning is read."""

    def __init__(self, body: str, *, lang: str | None, published: str | None, publisher: str | None) -> None:
        self.folded: Folded = fold(body[:MOST_READ])
        self.text: str = self.folded.text
        self.page: date | None = page_day(published)
        self.publisher = publisher
        self._periods: dict[int, list[Period]] = {}
        self._speakers: dict[int, list[tuple[str, int]]] = {}
        sample = self.text[:4000]
        self.is_latin = lang == "en" if lang in {"zh", "en"} else len(_LATIN.findall(sample)) * 9 > len(sample)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """In order; those without a number too, but no blank ones."""
        cuts = {match.end() for match in _SENTENCE.finditer(self.text)} | set(self.folded.breaks)
        ends = sorted(cuts | {len(self.text)})
        found = []
        begin = 0
        for end in ends:
            while end > begin:
                stop = min(end, begin + LONGEST)
                if not self.text[begin:stop].isspace():
                    found.append(self._sentence(begin, stop))
                begin = stop
        return tuple(found)

    def is_menu(self, sentence: Sentence) -> bool:
        """Whether a sentence is a bar of the page's own buttons; Chinese is folded without the blanks between them."""
        return not self.is_latin and bool(_MENU.fullmatch(self.quote(sentence.start, sentence.end)[0]))

    def _sentence(self, begin: int, end: int) -> Sentence:
        clauses = []
        at = begin
        for match in _CLAUSE.finditer(self.text, begin, end):
            clauses.append((at, match.start()))
            at = match.end()
        clauses.append((at, end))
        starts = self._number_starts
        low, high = bisect_left(starts, begin), bisect_left(starts, end)
        return Sentence(start=begin, end=end, clauses=tuple(clauses), numbers=tuple(self.numbers[low:high]))

    @cached_property
    def numbers(self) -> list[Numeral]:
        return numerals_en.find(self.text) if self.is_latin else numerals.find(self.text)

    @cached_property
    def _number_starts(self) -> list[int]:
        return [number.start for number in self.numbers]

    @cached_property
    def _places(self) -> list[Place]:
        return places.find(self.text)

    @cached_property
    def _place_starts(self) -> list[int]:
        return [one.start for one in self._places]

    def places(self, start: int, end: int) -> list[Place]:
        """The foreign places named between two offsets."""
        low, high = bisect_left(self._place_starts, start), bisect_left(self._place_starts, end)
        return [one for one in self._places[low:high] if one.end <= end]

    def periods(self, start: int, end: int) -> list[Period]:
        """The periods said between two offsets of one sentence."""
        place = bisect_right(self._sentence_ends, start)
        if place not in self._periods:
            # Once for a sentence: every figure of it asks.
            self._periods[place] = self._periods_of(
                start, self._sentence_ends[place] if place < len(self._sentence_ends) else end
            )
        return [one for one in self._periods[place] if start <= one.start and one.end <= end]

    def _periods_of(self, start: int, end: int) -> list[Period]:
        kinds = periods_en if self.is_latin else periods
        found = kinds.find(self.text, start, end, self.page)
        return [one for one in found if self.text[one.start - 1 : one.start] not in {"较", "比", "同"} or not one.start]

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return [sentence.end for sentence in self.sentences]

    def period(self, start: int, end: int) -> tuple[date | None, date | None]:
        """First and last day of what is said of time between two offsets."""
        return combined(self.periods(start, end))

    def agency(self, start: int, end: int) -> str | None:
        """The organ whose figure it is: the last one named between two offsets, else a publisher that acts itself."""
        named = None if self.is_latin else places.organ_before(self.text, start, end)
        own = self.publisher if places.acts_itself(self.publisher) else None
        if named is None:
            return own
        said = self.quote(*named)[0]
        # 公安, 警方 name nobody; 霞阳公安 is 霞阳县公安局.
        plain = re.sub(r"(?:公安|警方|警察)$", "", said)
        return own if own and (said in own or len(said) <= 2 or (plain != said and plain in own)) else said

    def _speaker(self, offset: int) -> str | None:
        """Whom the English sentence at an offset names as saying so: the last before it, else the first."""
        place = min(bisect_right(self._sentence_ends, offset), len(self.sentences) - 1)
        if place not in self._speakers:
            sentence = self.sentences[place]
            said, begin, _ = self.quote(sentence.start, sentence.end)
            self._speakers[place] = [(organ, begin + start) for organ, start in speakers.find(said)]
        named = self._speakers[place]
        at = self.quote(offset, offset + 1)[1]
        before = [organ for organ, start in named if start <= at]
        return before[-1] if before else named[0][0] if named else None

    def quote(self, start: int, end: int) -> tuple[str, int, int]:
        """The original of a folded span without space at its ends, and its offsets."""
        first, last = self.folded.span(start, end)
        given = self.folded.original
        while first < last and given[first].isspace():
            first += 1
        while last > first and given[last - 1].isspace():
            last -= 1
        return given[first:last], first, last

    def blank(self, offset: int) -> str:
        """What the original has between the signs before and behind a folded offset: blanks, or dropped quotes."""
        before = self.folded.span(offset - 1, offset)[1] if offset else 0
        behind = self.folded.span(offset, offset + 1)[0] if offset < len(self.text) else len(self.folded.original)
        return self.folded.original[before:behind]

    def _named(self, where: list[Place]) -> str:
        if len(where) == 1 and where[0].name:
            return where[0].name
        return self.quote(where[0].start, where[-1].end)[0]

    def claim(
        self,
        kind: str,
        span: Span,
        *,
        number: Numeral | None = None,
        said: Span | None = None,
        unit: str | None = None,
        where: list[Place] | None = None,
        days: tuple[date | None, date | None] = (None, None),
        deadline: date | None = None,
        agency: str | None = None,
        listed: tuple[str, ...] = (),
    ) -> Claim:
        """A claim that quotes a folded span; `said` are the words of its quantity, `where` the places it is of."""
        text, start, end = self.quote(*span)
        known = places.codes(where) if where else ()
        return Claim(
            type=kind,
            quote=text,
            start=start,
            end=end,
            quantity=number.value if number else None,
            quantity_max=number.maximum if number else None,
            qualifier=number.qualifier if number else None,
            quantity_text=self.quote(*said)[0] if said else None,
            unit=unit,
            place=self._named(where) if where else None,
            country=known[0] if len(known) == 1 else None,
            countries=listed or (known if len(known) > 1 else None),
            agency=(self._speaker(number.start if number else span[0]) if self.is_latin else None) or agency,
            period_start=iso(days[0]),
            period_end=iso(days[1]),
            deadline=iso(deadline),
        )
