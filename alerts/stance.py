"""How a text says what it says: asserted, denied, quoted, hypothetical or retracted. A label, never a filter.

The cue words are sets of the rule files (`stance_…`), so that an analyst can change them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from storage.findings import Stance

if TYPE_CHECKING:
    from alerts.reading import Reading
    from alerts.vocabulary import Span

SETS: Final = (
    "stance_denied",
    "stance_reported",
    "stance_so_called",
    "stance_speaker",
    "stance_hypothetical",
    "stance_retracted",
)

DENIAL_REACH: Final = 25
DENIAL_WORDS: Final = 14  # the same reach in words, for Latin text
SO_CALLED_REACH: Final = 6
REPORTED_REACH: Final = 60

_COMMA: Final = re.compile(r"[,;](?!\d)")
# 缅北并非人人犯罪 denies nothing of 缅北.
_NOT_ALL: Final = re.compile(r"人人|所有|全部|全都|都|每|问题")

# Organs that speak of their own acts: what they say is said by them, not quoted.
ACTING: Final = frozenset({"police", "procuratorate", "court", "discipline", "government", "immigration"})


def stance_of(reading: Reading, span: Span, agency: str | None) -> Stance:
    """The stance of one hit; `agency` is the kind of the organ that publishes."""
    if _is_retracted(reading, span):
        return Stance.RETRACTED
    if _is_denied(reading, span):
        return Stance.DENIED
    so_called = _stands_before(reading, span, "stance_so_called", SO_CALLED_REACH)
    if so_called and agency == "foreign_affairs":
        return Stance.DENIED
    if agency not in ACTING and (so_called or _is_quoted(reading, span)):
        return Stance.QUOTED
    if _stands_before(reading, span, "stance_hypothetical", DENIAL_REACH):
        return Stance.HYPOTHETICAL
    return Stance.ASSERTED


def _is_denied(reading: Reading, span: Span) -> bool:
    """A denying word close by in the hit's sentence, and what it denies is the hit.

    That is so within one clause; and of what is reported, in a clause behind: 媒体称警方在海外劝返，有关报道不实.
    """
    reach = DENIAL_WORDS if reading.is_latin else DENIAL_REACH
    places = reading.set_places("stance_denied")
    at = bisect_right(places, span)
    for place in places[max(0, at - 3) : at + 3]:
        if not reading.is_near(span, [place], reach) or not reading.is_in_sentence(span, [place]):
            continue
        if _NOT_ALL.match(reading.text, place[1]):
            continue
        first, second = min(span, place), max(span, place)
        if not _COMMA.search(reading.text, first[1], second[0]):
            return True
        if place > span and _stands_before(reading, span, "stance_reported", REPORTED_REACH):
            return True
    return False


def _is_retracted(reading: Reading, span: Span) -> bool:
    """A correction says so in the hit's paragraph, or in its title and then on the page once more."""
    places = reading.set_places("stance_retracted")
    return bool(places) and reading.is_in_paragraph(span, places)


def _is_quoted(reading: Reading, span: Span) -> bool:
    """A third party speaks in the same sentence before the hit."""
    return _stands_before(reading, span, "stance_speaker", 400)


def _stands_before(reading: Reading, span: Span, name: str, reach: int) -> bool:
    """Whether a word of the set stands in the hit's sentence, at most `reach` characters before it or on it."""
    places = reading.set_places(name)
    at = bisect_right(places, (span[0], span[1]))
    before = [place for place in places[max(0, at - 3) : at] if span[0] - place[1] <= reach]
    return bool(before) and reading.is_in_sentence(span, before)
