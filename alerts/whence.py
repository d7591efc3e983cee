"""How a text came to us, in words: seen on its page by us, imported, or taken from the list that carries it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.origins import Origin

CARRIED = "text from its list, page not seen 文本取自列表，未见原页"
"""Of an alert whose page showed us only a challenge: its quotes are what the page's list carries of it."""
FROM_LIST = " (取自列表 from its list)"
# Of a look that was imported: nobody here saw the page then, and who says when it was.
_IMPORTED = {
    "file": "imported, at the time its file says 导入，时间依文件所载",
    "option": "imported, at the time its importer gave 导入，时间由导入者给出",
    "mtime": "imported, at the time its file was saved 导入，时间依文件保存时间",
}


def unseen(origin: Origin) -> str:
    """` | text from its list, page not seen`, behind the stored copy of a text that nobody here saw on its page."""
    said = how_seen(origin)
    return f" | {said}" if said else ""


def imported(origin: Origin) -> str:
    """`, imported, at the time its file says`, behind a time that is no look of ours."""
    return f", {how_seen(origin)}" if origin.time_from else ""


def how_seen(origin: Origin) -> str:
    """That not we saw the text on its page, but whose word it is; empty where we did."""
    if origin.carried_by:
        return CARRIED
    return _IMPORTED.get(origin.time_from, _IMPORTED["file"]) if origin.time_from else ""


def from_list(carried_by: str | None) -> str:
    """Behind what only a list carries of a page: `(取自列表 from its list)`; nothing of a page that was seen."""
    return FROM_LIST if carried_by else ""
