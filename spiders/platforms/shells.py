"""Pages that only lead on: a refresh, a script that goes elsewhere, a frame that holds the real list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spiders.platforms.base import ListPage

_REFRESH = re.compile(r"\s*(\d{1,5})?(?:\.\d+)?\s*[;,]?\s*(?:url\s*=)?\s*(.*)", re.IGNORECASE | re.DOTALL)
# A literal address only: what is put together from pieces is a challenge's business, and is never followed.
_SCRIPT = re.compile(
    r"(?:\blocation(?:\.href)?\s*=\s*|\blocation\.(?:replace|assign)\s*\(\s*)(['\"])([^'\"\n]{1,500})\1(?!\s*\+)"
)
_SPACES = re.compile(r"\s+")
# A page that says more than this in words is a page, and its scripts are for telephones.
_FEW_CHARACTERS = 400
_SOON_SECONDS = 15


def shell_target(page: ListPage) -> str | None:
    """Where a page without content of its own leads; None for a page that is one, or leads to itself."""
    if "shell" not in page.notes:
        page.notes["shell"] = None if _said(page) > _FEW_CHARACTERS else next(_targets(page), None)
    target: str | None = page.notes["shell"]
    return target


def frame_target(page: ListPage) -> str | None:
    """The first visible frame of the same host; for a page that lists nothing itself and says nothing but menus."""
    if _said(page, without_links=True) > _FEW_CHARACTERS:
        return None
    for node in page.tree.iter("iframe", "frame"):
        hidden = re.search(r"display\s*:\s*none", node.get("style") or "") or node.get("width") in ("0", "1")
        url = page.link(node.get("src"))
        if url and not hidden and _leads_on(url, page) and urlsplit(url).hostname == page.host:
            return url
    return None


def _targets(page: ListPage) -> Iterator[str]:
    for node in page.tree.iter("meta"):
        if (node.get("http-equiv") or "").lower() == "refresh":
            match = _REFRESH.match(node.get("content") or "")
            url = page.link(match[2].strip("'\" ")) if match else None
            if match and url and int(match[1] or 0) <= _SOON_SECONDS and _leads_on(url, page):
                yield url
    for node in page.tree.iter("script"):
        for match in _SCRIPT.finditer((node.text or "")[:20_000]):
            url = page.link(match[2])
            if url and _leads_on(url, page):
                yield url


def _leads_on(url: str, page: ListPage) -> bool:
    try:
        return url_key(url) != url_key(page.url)
    except ValueError:
        return False


def _said(page: ListPage, *, without_links: bool = False) -> int:
    """How many characters the page shows, counted only as far as it matters."""
    total = 0
    unsaid = {"script", "style", "title", "noscript"} | ({"a", "option"} if without_links else set())
    for node in page.tree.iter():
        if isinstance(node.tag, str) and node.tag not in unsaid:
            total += len(_SPACES.sub("", (node.text or "")[:2_000]))
        total += len(_SPACES.sub("", (node.tail or "")[:2_000]))
        if total > _FEW_CHARACTERS:
            break
    return total
