"""What two texts of one story say otherwise, as shown: persons masked, no pair that then shows the same twice."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from alerts.fold import HAN
from alerts.mask import shown
from alerts.name_deeds import titled
from alerts.name_words import could_be, is_word, surname
from alerts.people import People
from alerts.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Pairs = tuple[tuple[str, str], ...]

HIDDEN = "another name or number, masked"
"""What is said where nothing but what is masked differs."""


def shown_pairs(
    pairs: Iterable[tuple[str, str]],
    texts: Sequence[str],
    known: People,
    show: Callable[[str, People], str] = shown,
) -> Pairs:
    """The differences of `texts`, masked; a pair that is then the same on both sides says nothing and is left out.

    Cut out of its sentence, a bare name has nothing around it that tells it for a private person's: what looks like a
    name is masked, unless a text gives it a title.
    """
    given = tuple(pairs)
    sides = {plain(side).text for pair in given for side in pair}
    named = {side for side in sides if _name().fullmatch(side) and could_be(side, is_whole=True) and not is_word(side)}
    if named:
        public = frozenset[str]().union(*(titled(plain(text).text) for text in texts))
        known |= People(names=frozenset(named - public), public=public)
    masked = ((show(mine, known), show(theirs, known)) for mine, theirs in given)
    return tuple((mine, theirs) for mine, theirs in masked if mine != theirs)


@cache
def _name() -> re.Pattern[str]:
    return re.compile(rf"{surname()}[{HAN}]{{1,2}}")
