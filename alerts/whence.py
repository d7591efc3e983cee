"""How a text came to us, in words: seen on its page by us, imported, or taken from the list that carries it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

    from storage.origins import Origin

CARRIED = "text from its list, page not seen 文本取自列表，未见原页"
"""Of an alert whose page showed us only a challenge: its quotes are what the page's list carries of it."""
FROM_LIST = " (取自列表 from its list)"
# Of a look that was imported: nobody here saw the page then, and who says when it was.
_IMPORTED = {
    "file": ("imported, at the time its file says", "导入，时间依文件所载"),
    "option": ("imported, at the time its importer gave", "导入，时间由导入者给出"),
    "mtime": ("imported, at the time its file was saved", "导入，时间依文件保存时间"),
}


def unseen(origin: Origin, zone: tzinfo) -> str:
    """` | text from its list, page not seen`, behind the stored copy of a text that nobody here saw on its page."""
    said = how_seen(origin, zone)
    return f" | {said}" if said else ""


def imported(origin: Origin) -> str:
    """`, imported, at the time its file says`, behind that very time, which is no look of ours."""
    return f", {' '.join(_whose(origin))}" if origin.time_from else ""


def how_seen(origin: Origin, zone: tzinfo) -> str:
    """That not we saw the text on its page, but whose word it is, and of an imported one of when; empty where we did.

    `imported, at the time its file was saved (2024-03-05 18:00) 导入，时间依文件保存时间`
    """
    if origin.carried_by:
        return CARRIED
    if not origin.time_from:
        return ""
    english, chinese = _whose(origin)
    when = f" ({origin.captured_at.astimezone(zone):%Y-%m-%d %H:%M})" if origin.captured_at else ""
    return f"{english}{when} {chinese}"


def _whose(origin: Origin) -> tuple[str, str]:
    """Who says when an imported look was made."""
    return _IMPORTED.get(origin.time_from or "", _IMPORTED["file"])


def from_list(carried_by: str | None) -> str:
    """Behind what only a list carries of a page: `(取自列表 from its list)`; nothing of a page that was seen."""
    return FROM_LIST if carried_by else ""
