"""Where a page leads on: the target of a page that only redirects. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.reading import wechat
from crawler.reading.listing import absolute

if TYPE_CHECKING:
    from crawler.reading.html import Page

_REFRESH = re.compile(
    r"^\s*(\d{1,4})\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*([^\"'\s][^\"'<>]{0,1000}?)[\"']?\s*$", re.IGNORECASE
)
_SCRIPTED = re.compile(
    r"(?:window\.|document\.|self\.|top\.|parent\.)?location(?:\.href)?\s{0,3}=\s{0,3}[\"']([^\"'\n]{1,1000})[\"']"
    r"|location\.(?:replace|assign)\(\s{0,3}[\"']([^\"'\n]{1,1000})[\"']\s{0,3}\)"
)
# A page that goes on by itself says hardly more than that it does.
_SHELL_TEXT = 200
_REFRESH_SECONDS = 15


def redirect(page: Page) -> str | None:
    """Where this page sends its reader by itself, if that is elsewhere; None for a page with a text of its own."""
    moved = wechat.moved_to(page.source)
    if moved:
        return _elsewhere(page, moved)
    if sum(len(line.text) for line in page.lines) > _SHELL_TEXT:
        return None
    for node in page.tree.iter("meta"):
        if (node.get("http-equiv") or "").strip().lower() == "refresh":
            said = _REFRESH.match(node.get("content") or "")
            if said and int(said[1]) <= _REFRESH_SECONDS:
                return _elsewhere(page, said[2])
    for node in page.tree.iter("script"):
        said = _SCRIPTED.search(node.text or "")
        if said:
            return _elsewhere(page, said[1] or said[2])
    return None


def _elsewhere(page: Page, href: str) -> str | None:
    url = absolute(page, href)
    return None if url is None or url == page.url.partition("#")[0] else url
