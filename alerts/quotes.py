"""A hit in its context: the sentence that matched with one on either side, the matched words marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alerts.fold import HAN
from alerts.letter import Piece, Quote
from alerts.mask import clean, mask_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.people import People

Span = tuple[int, int]

# The matched words with their sentence always stand; of a page without full stops only this much around them.
_REACH = 110
_SENTENCE_END = re.compile(r"[。！？；!?]+[”’」』）)]*|(?<=[a-z0-9)])\.(?=\s)|\n+")
_SPACES = re.compile(r"\s+")
_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两")
_IN_NUMBERS = frozenset(".,:/-")
_BEHIND = frozenset("%％‰")
_UNSPACED = re.compile(f"[{HAN}\u3040-\u30ff]")
# Where no border is so near, there is none: a line of letters or digits without end.
_LONGEST = 40


def quote(text: str, spans: Sequence[Span], known: People) -> Quote:
    """The context of the first of `spans`, every span inside it marked. Private persons are masked, `known` ones too.

    Spans are code points into `text` as stored; those that do not fit it are left out.
    """
    held = sorted({span for span in spans if 0 <= span[0] < span[1] <= len(text)})
    if not held:
        return Quote(pieces=())
    first = next(span for span in spans if span in held)
    begin, end = context(text, first)
    masked = mask_part(text, begin, end, known)
    pieces: list[Piece] = [Piece(text="…")] if begin > 0 and text[begin - 1] != "\n" else []
    at = begin
    for start, stop in held:
        if start < at or stop > end:
            continue
        pieces += [
            Piece(text=masked[at - begin : start - begin]),
            Piece(text=masked[start - begin : stop - begin], is_hit=True),
        ]
        at = stop
    pieces.append(Piece(text=masked[at - begin :]))
    if end < len(text) and text[end : end + 1] != "\n":
        pieces.append(Piece(text="…"))
    shown = (Piece(text=_SPACES.sub(" ", clean(piece.text)), is_hit=piece.is_hit) for piece in pieces)
    return Quote(pieces=tuple(piece for piece in shown if piece.text))


def _reach(text: str, place: int) -> int:
    """An English sentence takes three times the characters of a Chinese one."""
    around = text[max(0, place - 40) : place + 40]
    return _REACH * 3 if around.isascii() else _REACH


def _breaks(text: str, place: int) -> bool:
    """Whether a cut here leaves another number or word than the text has: 3万人 of 23万人, 234 of 1,234."""
    if not 0 < place < len(text):
        return False
    left, right = text[place - 1], text[place]
    if left in _IN_NUMBERS:
        return text[place - 2 : place - 1].isdigit() and right.isdigit()
    if left.isdigit():
        # 37|% and 2023|年 too: a number without what it counts.
        return right.isalnum() or right in _BEHIND or (right in _IN_NUMBERS and text[place + 1 : place + 2].isdigit())
    return _is_of_word(left) and _is_of_word(right)


def _is_of_word(character: str) -> bool:
    """A digit, a Chinese numeral, or a letter of a script that writes words apart."""
    return character in _NUMERALS or (character.isalnum() and not _UNSPACED.match(character))


def context(text: str, span: Span) -> Span:
    """The bounds of the sentence around `span` with one sentence on either side, cut at some hundred characters."""
    start, stop = span
    before = [match.end() for match in _SENTENCE_END.finditer(text, max(0, start - 4 * _REACH), start)]
    # The last end before the hit begins its own sentence; the one before that, its neighbour's.
    begin = before[-2] if len(before) > 1 else max(0, start - 4 * _REACH)
    after = [match.end() for match in _SENTENCE_END.finditer(text, stop, min(len(text), stop + 4 * _REACH))]
    end = after[1] if len(after) > 1 else min(len(text), stop + 4 * _REACH)
    end = min(end, stop + _reach(text, stop))
    cut = max(begin, start - _reach(text, start))
    if cut > begin:
        begin = next((at for at in range(cut, min(cut + _LONGEST, start)) if not _breaks(text, at)), cut)
    end = next((at for at in range(end, max(end - _LONGEST, stop), -1) if not _breaks(text, at)), end)
    while begin < start and text[begin].isspace():
        begin += 1
    while end > stop and text[end - 1].isspace():
        end -= 1
    return begin, end
