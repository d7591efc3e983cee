"""Which numbers of English text are ages and count nobody. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.name_words import data, english_surnames

if TYPE_CHECKING:
    from alerts.claims.numerals import Numeral
    from alerts.claims.text import ClaimText, Sentence

# So many characters before a number may name the person.
_REACH: Final = 60
_AGED: Final = re.compile(r"\bage[sd]?(?: between)?(?: (?:from )?\d{1,3}(?:,|,? and|,? to|,? or))* \Z")
# A name as it is written, and an age set off behind it: of a person, whose first or last word is a surname.
_NAMED_ASIDE: Final = re.compile(r"\b([A-Z][\w'-]+)(?: [A-Z][\w'-]+)*? ([A-Z][\w'-]+),\s*\Z")
_OF_A_PLACE: Final = frozenset(["District", "Prefecture", "Township", "Town", "Village", "Region", "State"])
_AGES: Final = range(14, 100)
_ASIDE_ENDS: Final = re.compile(r"[,.;)]|\Z")


def is_age(text: ClaimText, sentence: Sentence, number: Numeral) -> bool:
    """Li Xiaoming, 34, returned; three suspects, aged 25, 31 and 40."""
    if _AGED.search(text.text, sentence.start, number.start):
        return True
    if number.value not in _AGES or _ASIDE_ENDS.match(text.text, number.end) is None:
        return False
    named = _NAMED_ASIDE.search(text.quote(max(sentence.start, number.start - _REACH), number.start)[0])
    if named is None or named[2] in _OF_A_PLACE or named[2] in data()["english"]["not_names"]:
        return False
    return any(word.lower() in english_surnames() for word in named.groups())
