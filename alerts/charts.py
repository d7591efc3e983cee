"""Small charts as inline SVG: bars in the reader's own text colour, with their numbers as words beside. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEIGHT: Final = 34
_STEP: Final = 14  # pixels from bar to bar
_BAR: Final = 10
_FLOOR: Final = 2  # a count of one is seen; nothing is a thin line
_RECT: Final = Markup('<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="currentColor"{pale}/>')
_BLOCKS: Final = "▁▂▃▄▅▆▇█"


def bars(values: Sequence[int], *, says: str, top: int | None = None) -> Markup:
    """A bar for each value, the last one full and the ones before it paler. `says` is what a screen reader reads.

    `top` is the value of a full bar, so that charts beside each other have one scale; the greatest value without it.
    Colours are the text's own (`currentColor`), so it is read on dark and on light, printed and in a mail.
    """
    most = max(1, top or 0, *values)
    width = _STEP * len(values)
    parts = []
    for index, value in enumerate(values):
        high = _FLOOR + round((_HEIGHT - _FLOOR) * value / most) if value else 1
        pale = Markup() if index == len(values) - 1 else Markup(' fill-opacity="0.55"')
        parts.append(_RECT.format(x=index * _STEP, y=_HEIGHT - high, width=_BAR, height=high, pale=pale))
    frame = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{says}" width="{width}" height="{height}" '
        'viewBox="0 0 {width} {height}" style="vertical-align:bottom;max-width:100%"><title>{says}</title>{parts}</svg>'
    )
    return frame.format(says=says, width=width, height=_HEIGHT, parts=Markup().join(parts))


def under_bars(values: Sequence[int]) -> Markup:
    """The numbers of `bars`, each under its bar."""
    cell = Markup('<span style="display:inline-block;min-width:{wide}px">{value} </span>')
    said = Markup().join(cell.format(wide=_STEP, value=value) for value in values)
    return Markup('<span style="font-size:11px;opacity:.85;white-space:nowrap">{}</span>').format(said)


def blocks(values: Sequence[int], *, top: int | None = None) -> str:
    """The same in one line of text: ▁▃█; nothing is a point."""
    most = max(1, top or 0, *values)
    return "".join(_BLOCKS[min(7, 8 * value // (most + 1))] if value else "·" for value in values)


def numbers(values: Sequence[int]) -> str:
    """`0 2 5 1`: oldest first."""
    return " ".join(f"{value}" for value in values)
