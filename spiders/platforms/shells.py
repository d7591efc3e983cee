"""Pages that only lead on: a refresh, a script that goes elsewhere, a frame that holds the real list."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.challenge import ROOTS
from crawler.reading.following import targets
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Set
    from typing import Any

    from spiders.platforms.base import ListPage

# Templates left for scripts to fill.
_TEMPLATE = re.compile(
    r"<(?:li|tr|a|div|dl)\b[^<>]{0,300}\s(?:v-for|ng-repeat|:href|v-bind:href|ng-href|data-ng-repeat)\s{0,3}=|"
    r"href=[\"'](?:\{\{|<\?=|<%=|\$\{)[^<>\"']{1,100}"
)
_FEW_LINKS = 5
_SPACES = re.compile(r"\s+")
# A page that says more than this in words is a page, and its scripts are for telephones.
_FEW_CHARACTERS = 400
_UNSAID = frozenset({"script", "style", "title", "noscript"})
_LINKS = frozenset({"a", "option"})


def shell_target(page: ListPage) -> str | None:
    """Where a page without content of its own leads; None for a page that is one, or leads to itself."""
    if "shell" not in page.notes:
        page.notes["shell"] = _target(page) if _says_little(page) else None
    target: str | None = page.notes["shell"]
    return target


def frame_target(page: ListPage) -> str | None:
    """The first visible frame of the same host; for a page that lists nothing itself and says nothing but menus."""
    if not _says_little(page, without_links=True):
        return None
    for node in page.tree.iter("iframe", "frame"):
        hidden = re.search(r"display\s*:\s*none", node.get("style") or "") or node.get("width") in ("0", "1")
        url = page.link(node.get("src"))
        if url and not hidden and _leads_on(url, page) and urlsplit(url).hostname == page.host:
            return url
    return None


def is_client_rendered(page: ListPage) -> bool:
    """Whether the page draws itself by script: an empty root for it, or a template in the list's place.

    A page that leads on (refresh, script redirect) is none, nor is one that says much in words of its own.
    """
    if page.status != 200 or "<" not in page.text[:2_000] or shell_target(page):
        return False
    roots = page.tree.iter("div", "main", "section")
    if _says_little(page, without_links=True) and any(map(_is_root, roots)):
        # Whether its script stands in the page, or a filter on the way took it out.
        return True
    if next(page.tree.iter("script", "noscript"), None) is None:
        return False
    return bool(_TEMPLATE.search(page.text[:500_000]))


def _is_root(node: Any) -> bool:
    return (node.get("id") or "").strip().lower() in ROOTS and not any(
        True for _ in islice(node.iter("a", "li"), _FEW_LINKS, None)
    )


def _target(page: ListPage) -> str | None:
    found = (page.link(href) for href in targets(page.tree))
    return next((url for url in found if url and _leads_on(url, page)), None)


def _leads_on(url: str, page: ListPage) -> bool:
    try:
        return url_key(url) != url_key(page.url)
    except ValueError:
        return False


def _says_little(page: ListPage, *, without_links: bool = False) -> bool:
    """Whether the page shows few characters, `without_links` beside them. A list of links is walked to its end for it,
    once."""
    note = "says little beside links" if without_links else "says little"
    if note not in page.notes:
        unsaid = _UNSAID | (_LINKS if without_links else frozenset())
        page.notes[note] = _said(page, unsaid) <= _FEW_CHARACTERS
    little: bool = page.notes[note]
    return little


def _said(page: ListPage, unsaid: Set[str]) -> int:
    """How many characters the page shows outside elements that are `unsaid`, counted only as far as it matters."""
    total = 0
    for node in page.tree.iter():
        if isinstance(node.tag, str) and node.tag not in unsaid:
            total += len(_SPACES.sub("", (node.text or "")[:2_000]))
        total += len(_SPACES.sub("", (node.tail or "")[:2_000]))
        if total > _FEW_CHARACTERS:
            break
    return total
