"""Text in columns: wide characters count two, no line is wider than it may be."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COLUMNS = 78
"""Narrow enough for a phone held sideways; the limit is 100."""

# What a line may be broken into: a Latin word, with its accents, or one wide character with the stops behind it.
_UNITS = re.compile(
    r"\s+|[\x21-\x7e\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]+|.[、，。！？；：”’」』》）】…]*", re.DOTALL
)


def width(text: str) -> int:
    """Columns the text takes: wide and full-width characters two, combining ones none."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    # Ambiguous ones (“ ” … ·) are drawn wide by fonts made for Chinese.
    return 2 if unicodedata.east_asian_width(char) in ("W", "F", "A") else 1


def wrap(text: str, *, columns: int = COLUMNS, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most `columns`; `first` and `rest` stand before the first and the other lines."""
    lines, line, used = [], first, width(first)
    for unit in _UNITS.findall(text):
        for piece in _fitting(unit, columns - width(rest)):
            if used + width(piece) > columns and line not in (first, rest):
                lines.append(line.rstrip())
                line, used = rest, width(rest)
                if piece.isspace():
                    continue
            line += piece
            used += width(piece)
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _fitting(unit: str, room: int) -> Iterator[str]:
    """The unit, cut where it alone is wider than a line: a long address must not break the layout."""
    if width(unit) <= room:
        yield unit
        return
    at = max(1, room // 2 if width(unit) > len(unit) else room)
    for start in range(0, len(unit), at):
        yield unit[start : start + at]


WIDE = 98
"""For tables: less than the limit of 100."""
_LONG_WORD = 20


def _longest_unit(cell: str) -> int:
    return max(map(width, _UNITS.findall(cell)), default=0)


def table(rows: Sequence[Sequence[str]], *, columns: int = WIDE, indent: str = "", gap: int = 2) -> list[str]:
    """Rows of cells under each other; cells that are too wide are broken, the widest columns first.

    All rows have as many cells as the first.
    """
    if not rows:
        return []
    widths = [max(width(row[index]) for row in rows) for index in range(len(rows[0]))]
    room = columns - width(indent) - gap * (len(widths) - 1)
    # No narrower than its longest word, while others have room to give; an address may be broken.
    least = [min(_LONG_WORD, max(_longest_unit(row[index]) for row in rows)) for index in range(len(widths))]
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda index: (widths[index] > least[index], widths[index]))
        widths[widest] -= 1
    lines = []
    for row in rows:
        cells = [wrap(cell, columns=wide) for cell, wide in zip(row, widths, strict=True)]
        for number in range(max(map(len, cells))):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            padded = (part + " " * (wide - width(part) + gap) for part, wide in zip(parts, widths, strict=True))
            lines.append((indent + "".join(padded)).rstrip())
    return lines
