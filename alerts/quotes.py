"""A hit in its context: the sentence that matched with one on either side, the matched words marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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


def _inside_word(text: str, place: int) -> bool:
    return text[place - 1].isascii() and text[place].isascii() and text[place - 1].isalnum() and text[place].isalnum()


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
    while begin < cut < start and _inside_word(text, cut):
        cut += 1
    begin = cut
    while end < len(text) and end > stop and _inside_word(text, end):
        end -= 1
    while begin < start and text[begin].isspace():
        begin += 1
    while end > stop and text[end - 1].isspace():
        end -= 1
    return begin, end
