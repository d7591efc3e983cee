"""The folded copy of a text that rules are matched against, with the way back to the given text's code points.

What counts as the same word is rules.md's section on folding: NFKC and lower case, simplified, traditional and variant
characters alike, invisible characters gone, spaces and one line break between Han characters gone, quotation marks and
a name's dots between parts gone, a run of spaces in Latin text one space. Words of rules go through the same function
as texts. What more may count as the same word is `layers.py` and `regional.py`.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from storage.script import TRADITIONAL_TO_SIMPLIFIED

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION: Final = "2"

HAN: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af〇々"
_QUOTES: Final = "\"'《》「」『』【】〈〉"
# Inside a name (警侨·驿站, 阿卜杜拉·卡里姆, 警侨—驿站) they part nothing; between other things they do.
_NAME_DOTS: Final = "·"
_NAME_DASH: Final = "-"

# Curly and low quotes, primes and the kinds of hyphen are one each; these never change a text's length.
_ALIKE: Final = {
    **dict.fromkeys("“”„‟″＂", '"'),
    **dict.fromkeys("‘’‚‛′＇", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d", "-"),
    **dict.fromkeys("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n"),
    **dict.fromkeys("\t\x1f", " "),
    **dict.fromkeys("\u2022\u2027\u2219\u22c5\u30fb", _NAME_DOTS),
    # NFKC makes three dots of it: an expansion in every other Chinese sentence, and no word has one.
    "…": "…",
}


Edit = tuple[int, int, str]
"""Start and end in a pass's input, and what stands there in its output. A pass's edits are in order and apart."""


class _Layer:
    """The way back over one pass: piece k begins at `starts[k]` in its output and at `origins[k]` in its input.

    `ends[k]` is -1 where the piece was copied; otherwise the whole piece stands for the input up to there.
    """

    __slots__ = ("ends", "origins", "starts")

    def __init__(self, edits: list[Edit]) -> None:
        starts, origins, ends = array("I", [0]), array("I", [0]), array("i", [-1])
        length = at = 0
        for start, end, new in edits:
            length += start - at
            if new:
                starts.append(length)
                origins.append(start)
                ends.append(end)
                length += len(new)
            starts.append(length)
            origins.append(end)
            ends.append(-1)
            at = end
        self.starts, self.origins, self.ends = starts, origins, ends

    def place(self, index: int) -> tuple[int, int]:
        """First and last-plus-one input offset that the output character at `index` stands for."""
        piece = bisect_right(self.starts, index) - 1
        origin, end = self.origins[piece], self.ends[piece]
        if end >= 0:
            return origin, end
        origin += index - self.starts[piece]
        return origin, origin + 1

    def forward(self, index: int) -> int:
        """Where the output goes on with what stood at input offset `index`."""
        piece = bisect_right(self.origins, index) - 1
        copied = self.ends[piece] < 0
        return self.starts[piece] + (index - self.origins[piece] if copied else 0)


class Folded:
    """A folded `text` and its `original`. The way back is worked out when first asked for: few texts are hit."""

    def __init__(
        self, original: str, text: str, passes: tuple[list[Edit], ...], breaks: list[int], broken_in: int
    ) -> None:
        self.original = original
        self.text = text
        self._passes = passes
        self._breaks = breaks
        self._broken_in = broken_in

    def alike(self, text: str) -> Folded:
        """The same with other characters, one for each of `text`: the places stay."""
        return Folded(self.original, text, self._passes, self._breaks, self._broken_in)

    def edited(self, edits: list[Edit]) -> Folded:
        """The same after one more pass over it."""
        passes = list(self._passes)
        text = _edit(self.text, edits, passes)
        return Folded(self.original, text, tuple(passes), self._breaks, self._broken_in)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that the folded span `start:end` stands for; an empty one stays empty."""
        if end <= start:
            first = self.span(start, start + 1)[0] if start < len(self.text) else len(self.original)
            return first, first
        first, last = start, end - 1
        for layer in reversed(self._layers):
            first = layer.place(first)[0]
            last = layer.place(last)[1] - 1
        return first, last + 1

    @property
    def breaks(self) -> tuple[int, ...]:
        """The offsets in `text` where a line break was dropped or became a space: a paragraph ends there still."""
        places = self._breaks
        for layer in self._layers[self._broken_in :]:
            places = [layer.forward(place) for place in places]
        return tuple(places)

    @cached_property
    def _layers(self) -> tuple[_Layer, ...]:
        return tuple(_Layer(edits) for edits in self._passes)


# Stands, while a text is being folded, for each character whose folding is not one character.
_ODD: Final = "\uf8ff"


class _Folds(dict[int, str]):
    """What `str.translate` puts for each character, worked out when it is first met in any text."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = fold_character(character)
        is_odd = len(folded) != 1 or character == _ODD or _is_mark(folded)
        self[code] = put = _ODD if is_odd else folded
        return put


_FOLDS: Final = _Folds()

# What stands in every other Chinese sentence and changes.
_COMMON: Final = dict(zip("，：；！？（）“”\u3000—", ',:;!?()"" -', strict=True))


def _ranges(codes: Iterable[int]) -> str:
    """The inside of a character class that holds exactly these ascending code points."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)


# Every character that is not known, without asking Unicode, to fold to itself.
_SIMPLIFIED: Final = _ranges(code for code in range(0x3400, 0xA000) if code not in TRADITIONAL_TO_SIMPLIFIED)
_CHANGES: Final = re.compile(f"[^\\n -@\\[-~、-】…{_SIMPLIFIED}]")

_PLAIN_WORD: Final = re.compile(f"[0-9a-z{_SIMPLIFIED}]+")
_NEWLINE_FIRST: Final = re.compile(r"\r(?=\n)")
_CONTROLS: Final = re.compile(r"[\t\x0b\x0c\x1c-\x1f]")
_CONTROL_FOLDS: Final = {ord(old): new for old, new in _ALIKE.items() if old.isascii()}
_ODD_RUN: Final = re.compile(f"{_ODD}+")
# Only runs that change (few callbacks), each found by its first character (fast search). In order: between Han or
# Han and Latin; the same from Latin; a line break or spaces between Latin; spaces about spaces and breaks.
_R: Final = f"[ \n{_QUOTES}{_NAME_DOTS}{_NAME_DASH}]"
_IN_NAMES: Final = re.compile(f"[{_NAME_DOTS}{_NAME_DASH}]")
_RUN: Final = re.compile(
    f"{_R}(?:(?<=[{HAN}]{_R}){_R}*+(?=[{HAN}0-9a-z])()|(?<=[0-9a-z]{_R}){_R}*+(?=[{HAN}])()"
    f"|(?<=[0-9a-z]\n) *+(?=[0-9a-z])|(?<= )(?=[ \n]){_R}*+|(?<=\n)(?= ){_R}*+)"
)
_ASCII_RUN: Final = re.compile(r" *+\n[ \n]*+|  [ \n]*+")
# UAX 15 calls a text stream-safe that has no more marks in a row; thousands on one letter are an attack on readers.
_MOST_MARKS: Final = 32
# Spaces that no break follows are met too, so that they are passed once, not once from each of them.
_BREAK: Final = re.compile(r" *+\n *+| ++")
_IS_HAN: Final = re.compile(f"[{HAN}]")


def fold(text: str) -> Folded:
    """`text` folded, with the map back. Folding what is folded changes nothing."""
    passes: list[list[Edit]] = []
    folded = text
    if "\r" in folded:
        folded = _edit(folded, [(m.start(), m.end(), "") for m in _NEWLINE_FIRST.finditer(folded)], passes)
        folded = folded.replace("\r", "\n")
    if folded.isascii():
        folded = folded.lower()
        if _CONTROLS.search(folded):
            folded = folded.translate(_CONTROL_FOLDS)
    else:
        unfolded, folded = folded, _one_to_one(folded)
        if _ODD in folded:
            folded = _edit(folded, _odd_edits(unfolded, folded), passes)
    edits = _run_edits(folded)
    breaks = [start for start, end, new in edits if "\n" not in new and "\n" in folded[start:end]]
    broken_in = len(passes)
    folded = _edit(folded, edits, passes)
    return Folded(text, folded, tuple(passes), breaks, broken_in)


def _one_to_one(text: str) -> str:
    """The text with every change that keeps its length made, and the mark of oddness where one does not."""
    for old, new in _COMMON.items():
        if old in text:
            text = text.replace(old, new)
    # A replace costs 1 ns a character, translate 90: only text full of characters to change (traditional) pays that.
    if len(_CHANGES.findall(text, 0, 2048)) <= 200:
        changing = set(_CHANGES.findall(text))
        if len(changing) <= 60:
            for old in changing:
                text = text.replace(old, _FOLDS[ord(old)])
            return text
    return text.translate(_FOLDS)


def fold_word(word: str) -> str:
    """A rule's word as it is looked for."""
    return word if _PLAIN_WORD.fullmatch(word) else fold(word.strip()).text


def _odd_edits(unfolded: str, folded: str) -> list[Edit]:
    """Drop what is invisible, expand what is longer, compose marks with what they stand on."""
    edits: list[Edit] = []
    for found in _ODD_RUN.finditer(folded):
        for place in range(*found.span()):
            start, new = place, fold_character(unfolded[place])
            if new and _is_mark(new[0]):
                # A mark joins what it stands on, back over what was dropped between them.
                base = ""
                while not base and edits and edits[-1][1] == start and len(edits[-1][2]) < _MOST_MARKS:
                    start, _, base = edits.pop()
                if not base and start and not (edits and edits[-1][1] == start):
                    start, base = start - 1, folded[start - 1]
                new = _settle(base + new)
            edits.append((start, place + 1, new))
    return edits


def _run_edits(text: str) -> list[Edit]:
    """The edits that make spaces, line breaks and quotation marks between parts uniform."""
    edits: list[Edit] = []
    for found in (_ASCII_RUN if text.isascii() else _RUN).finditer(text):
        start, end = found.span()
        run = found[0]
        if found.lastindex and "\n" not in run and not _IN_NAMES.search(run):
            edits.append((start, end, ""))
            continue
        new = _uniform(run, text[start - 1 : start], text[end : end + 1])
        if new != run:
            edits.append((start, end, new))
    return edits


def _uniform(run: str, left: str, right: str) -> str:
    count = run.count("\n")
    if count < 2 and left and right:
        left_han, right_han = _is_han(left), _is_han(right)
        is_name = _IN_NAMES.search(run) is not None
        # A dash doubled or spaced is one between clauses; a dot behind a line break begins an item.
        if left_han and right_han and (not is_name or run.strip(_QUOTES + _NAME_DOTS) in {"", _NAME_DASH}):
            return ""
        words = not is_name and (left_han or _is_latin(left)) and (right_han or _is_latin(right))
        if words and not count and (left_han or right_han):
            return ""
        if words and not left_han and not right_han and not run.strip(" \n"):
            return " "
    return _BREAK.sub(lambda found: "\n" if "\n" in found[0] else " ", run)


def _is_han(character: str) -> bool:
    return _IS_HAN.match(character) is not None


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _is_mark(text: str) -> bool:
    return bool(text) and all(unicodedata.category(c)[0] == "M" for c in text)


def is_invisible(character: str) -> bool:
    """Whether a reader of the page sees nothing of a character: of format, a selector of variants, a filler."""
    code = ord(character)
    return (
        unicodedata.category(character) == "Cf"
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or 0x180B <= code <= 0x180F
        or code == 0x34F
    )


def fold_character(character: str) -> str:
    """What one character becomes by itself: nothing, one character, or several."""
    if character in _ALIKE:
        return _ALIKE[character]
    if is_invisible(character):
        return ""
    return _settle(character)


def _settle(text: str) -> str:
    """NFKC, lower case and simplified, over and over until nothing changes (each may undo another's rest)."""
    for _ in range(8):
        folded = unicodedata.normalize("NFKC", text).lower().translate(TRADITIONAL_TO_SIMPLIFIED)
        folded = "".join(_ALIKE.get(c, c) for c in folded if not is_invisible(c))
        if folded == text:
            break
        text = folded
    return text


def _edit(text: str, edits: list[Edit], passes: list[list[Edit]]) -> str:
    """`text` with the edits made; they are added to `passes`, the way back."""
    if not edits:
        return text
    passes.append(edits)
    pieces: list[str] = []
    at = 0
    for start, end, new in edits:
        pieces.append(text[at:start])
        if new:
            pieces.append(new)
        at = end
    pieces.append(text[at:])
    return "".join(pieces)
