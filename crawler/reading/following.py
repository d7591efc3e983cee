"""Where a page leads on: the target of a page, or a list, that only redirects. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crawler.reading import wechat
from crawler.reading.listing import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.reading.html import Page

_REFRESH = re.compile(r"\s*(\d{1,5})?(?:\.\d+)?\s*[;,]?\s*(?:url\s*=)?\s*(.*)", re.IGNORECASE | re.DOTALL)
# A literal address only: what is put together from pieces is a challenge's business, and is never followed.
_SCRIPT = re.compile(
    r"(?:\blocation(?:\.href)?\s*=\s*|\blocation\.(?:replace|assign)\s*\(\s*)(['\"])([^'\"\n]{1,1000})\1(?!\s*\+)"
)
_SCRIPT_CHARACTERS = 20_000
# A page that goes on by itself says hardly more than that it does.
_SHELL_TEXT = 200
_SOON_SECONDS = 15


def redirect(page: Page) -> str | None:
    """Where this page sends its reader by itself, if that is elsewhere; None for a page with a text of its own."""
    moved = wechat.moved_to(page.source)
    if moved:
        return _elsewhere(page, moved)
    if sum(len(line.text) for line in page.lines) > _SHELL_TEXT:
        return None
    return next((url for href in targets(page.tree) if (url := _elsewhere(page, href))), None)


def targets(tree: Any) -> Iterator[str]:
    """What the refreshes of a page, then its scripts, say to go on to by themselves, as it is written there."""
    for node in tree.iter("meta"):
        if (node.get("http-equiv") or "").strip().lower() == "refresh":
            said = _REFRESH.match(node.get("content") or "")
            if said and said[2] and int(said[1] or 0) <= _SOON_SECONDS:
                yield said[2].strip("'\" ")
    for node in tree.iter("script"):
        for said in _SCRIPT.finditer((node.text or "")[:_SCRIPT_CHARACTERS]):
            yield said[2]


def _elsewhere(page: Page, href: str) -> str | None:
    url = absolute(page, href)
    return None if url is None or url == page.url.partition("#")[0] else url
