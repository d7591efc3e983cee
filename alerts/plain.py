"""The copy of a text in which private persons are looked for: what a reader sees of it, written in one way.

A page may hide a number from programs, not from people, by characters without a width, full-width digits or dashes of
another kind. Here the former are gone and the latter are the plain ones, with the way back to the given text. Unlike
`fold.py`, which is for words, this keeps case, spaces and line breaks: names and numbers are told by them.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from alerts.fold import is_invisible
from storage.script import TRADITIONAL_TO_SIMPLIFIED

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALIKE: Final = {
    **dict.fromkeys("“”„‟″＂「」『』", '"'),
    **dict.fromkeys("‘’‚‛′＇", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d", "-"),
    **dict.fromkeys("\u2022\u2027\u2219\u22c5\u30fb", "·"),
    **dict.fromkeys("\r\x0b\x0c\x85\u2028\u2029", "\n"),
}


class _Plain(dict[int, str | None]):
    """What `str.translate` puts for each character, worked out when it is first met; None: it is not seen."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        self[code] = put = None if is_invisible(character) else _plain_character(character)
        return put


def _plain_character(character: str) -> str:
    if character in _ALIKE:
        return _ALIKE[character]
    if unicodedata.category(character) == "Cc" and character != "\n":
        return " "
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    made = unicodedata.normalize("NFKC", character)
    return TRADITIONAL_TO_SIMPLIFIED.get(ord(made), made) if len(made) == 1 else character


_PLAIN: Final = _Plain()
# What a terminal takes for a command, with its parameters: without ESC they would stay behind as litter.
ANSI: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_STARS: Final = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class Plain:
    """`text` is `given` as a reader sees it; `places`, where anything was left out, the offset of each in `given`."""

    given: str
    text: str
    places: Sequence[int] | None

    def starred(self, made: str) -> str:
        """`given` with a star wherever `made`, a copy of `text` as long as it, has a new one."""
        pieces: list[str] = []
        at = 0
        for run in _STARS.finditer(made):
            for index in range(run.start(), run.end()):
                if self.text[index] != "*":
                    place = index if self.places is None else self.places[index]
                    pieces += [self.given[at:place], "*"]
                    at = place + 1
        return "".join([*pieces, self.given[at:]]) if pieces else self.given


@lru_cache(maxsize=16)
def plain(given: str) -> Plain:
    """The plain copy of a text, one character for each that is seen."""
    seen = ANSI.sub(lambda command: "\u200b" * len(command[0]), given)
    text = seen.translate(_PLAIN)
    if len(text) == len(given):
        return Plain(given, text, None)
    return Plain(given, text, array("I", (index for index, char in enumerate(seen) if _PLAIN[ord(char)] is not None)))
