"""HTML inside other answers: records and fragments, each read as a row or as a small list page. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from spiders.platforms.blocks import Group, groups_of
from spiders.platforms.generic import chosen, meanscore
from spiders.platforms.hrefs import join_href
from spiders.platforms.jsondata import values_in, words
from spiders.platforms.rowdates import row_date
from storage.records import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spiders.platforms.base import ListPage

_MAX_FRAGMENTS = 500
_MAX_CHARACTERS = 1_000_000
_LINK = re.compile(r"<a\s[^<>]{0,2000}\bhref", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)\d\d|\d{1,2}[-/月]\d{1,2}|前|今|昨|刚")


def fragments_in(value: Any) -> list[str]:
    """The HTML texts with links in a JSON value, in order, up to a bound."""
    found: list[str] = []
    left = _MAX_CHARACTERS
    for one in values_in(value):
        if isinstance(one, str) and "<a" in one and _LINK.search(one[:_MAX_CHARACTERS]):
            found.append(one[:left])
            left -= len(one)
            if left <= 0 or len(found) >= _MAX_FRAGMENTS:
                break
    return found


def page_of(page: ListPage, fragments: list[str]) -> ListPage:
    """The fragments as a page of their own, at the address of the answer that carried them.

    Several platforms may ask for the same ones before one is chosen: they are parsed and read once.
    """
    made: dict[tuple[str, ...], ListPage] = page.notes.setdefault("fragments", {})
    key = tuple(fragments)
    if key not in made:
        made[key] = _wrapped(page, fragments)
    return made[key]


def _wrapped(page: ListPage, fragments: list[str]) -> ListPage:
    wrapped = "".join(f'<div class="fragment">{fragment}</div>' for fragment in fragments)
    return replace(page, text=f"<html><body>{wrapped}</body></html>", media_type="text/html")


def fragment_entries(page: ListPage, fragments: list[str]) -> tuple[Entry, ...]:
    """The entries in `fragments`: one a fragment where there are several, else as of a list page."""
    inner = page_of(page, fragments)
    if len(fragments) > 1:
        return tuple(_first_links(inner))
    rows = sorted((row for group in chosen(inner) or _best(inner) for row in group.rows), key=lambda row: row.order)
    if rows:
        return tuple(Entry(url=row.url, title=row.title, listed_on=row.listed_on) for row in rows)
    return tuple(_first_links(inner))


def _best(inner: ListPage) -> list[Group]:
    """The largest group of a fragment that nothing marks as a list: it is one by where it came from."""
    groups = groups_of(inner)
    return [max(groups, key=lambda group: (len(group.rows), meanscore(group, inner)))] if groups else []


def _first_links(inner: ListPage) -> Iterator[Entry]:
    """Of each fragment the link with the longest words, and the date that stands in it."""
    for box in islice(inner.tree.iter("div"), 20 * _MAX_FRAGMENTS):
        if box.get("class") != "fragment":
            continue
        best: tuple[str, str] | None = None
        for link in islice(box.iter("a"), 20):
            url = join_href(inner.base_url, link.get("href"), charset=inner.charset)
            shown = words("".join(islice(link.itertext(), 50)))
            title = link.get("title") or ""
            title = words(title) if len(title) > len(shown) else shown
            if url and title and (best is None or len(title) > len(best[1])):
                best = (url, title)
        if best:
            texts = [text for text in islice(box.itertext(), 60) if len(text) < 200 and _DATE.search(text)]
            yield Entry(url=best[0], title=best[1], listed_on=row_date(_shortened(texts, best[1]), inner.today))


def _shortened(texts: list[str], title: str) -> list[str]:
    """The texts beside the title, without labels before the date."""
    return [text.rpartition("：")[2] if len(text) > 40 else text for text in texts if text.strip() != title]
