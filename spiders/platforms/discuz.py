"""`discuz`: Discuz! boards: threads by number, `thread-77-1-1.html` or `forum.php?mod=viewthread&tid=77`."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from spiders.platforms.blocks import texts
from spiders.platforms.generic import Generic
from spiders.platforms.rowdates import row_date
from storage.records import Entry

if TYPE_CHECKING:
    from spiders.platforms.base import ListPage
    from storage.records import Feed

_MARKS = re.compile(
    r"content=[\"']Discuz!|\bdiscuz_uid\b|Powered by\s{0,9}(?:<[^<>]{1,200}>\s{0,9}){0,3}Discuz!", re.IGNORECASE
)
_THREAD = re.compile(r"/(thread|article)-(\d{1,12})-\d{1,6}(?:-\d{1,6})?\.html$")
_QUERY = {"viewthread": "tid", "view": "aid"}
_ROWS = ("tbody", "tr", "dl", "li")
_PIECES = 60


class Discuz(Generic):
    """One entry a thread, by its first page: links to a thread's last page, its author or its attachments are none."""

    name = "discuz"

    def recognise(self, page: ListPage) -> float:
        if not _MARKS.search(page.text):
            return 0.0
        return 0.85 if _threads(page) else 0.5

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
        threads = _threads(page)
        if not threads:
            return super().entries(page, feed)
        return tuple(Entry(url=url, title=title, listed_on=_date(node, page)) for url, title, node in threads.values())


def _threads(page: ListPage) -> dict[str, tuple[str, str, Any]]:
    """By kind and number: the first page's address, the longest text that leads there, and the link that bears it."""
    if "threads" not in page.notes:
        found: dict[str, tuple[str, str, Any]] = {}
        for node, url in page.anchors:
            identity = _identity(url)
            if identity is None:
                continue
            title = " ".join("".join(islice(node.itertext(), 20)).split())[:300]
            if title.isdigit():
                # The pages of a long thread, beside its title.
                title = ""
            address, name = identity
            before = found.get(name)
            if before is None or len(title) > len(before[1]):
                found[name] = (address, title, node)
        page.notes["threads"] = {name: one for name, one in found.items() if one[1]}
    threads: dict[str, tuple[str, str, Any]] = page.notes["threads"]
    return threads


def _identity(url: str) -> tuple[str, str] | None:
    """The address of a thread's (or portal article's) first page, and what it is known by; None for other links."""
    parts = urlsplit(url)
    match = _THREAD.search(parts.path)
    if match:
        first = f"/{match[1]}-{match[2]}-1{'-1' if match[1] == 'thread' else ''}.html"
        return f"{parts.scheme}://{parts.netloc}{parts.path[: match.start()]}{first}", f"{match[1]} {match[2]}"
    query = parse_qs(parts.query)
    mode = query.get("mod", [""])[0]
    # A link of `?=7` has a number without a `mod`.
    number = query.get(_QUERY[mode], [""])[0] if mode in _QUERY else ""
    if not re.fullmatch(r"\d{1,12}", number):
        return None
    return (
        f"{parts.scheme}://{parts.netloc}{parts.path}?mod={mode}&{_QUERY[mode]}={number}",
        f"{'thread' if mode == 'viewthread' else 'article'} {number}",
    )


def _date(node: Any, page: ListPage) -> str | None:
    """The first date in the thread's row: when it was opened. (The row shows the last answer's time behind it.)"""
    row = next((parent for parent in islice(node.iterancestors(), 8) if parent.tag in _ROWS), None)
    if row is not None and row.tag == "tr" and row.getparent() is not None and row.getparent().tag == "tbody":
        row = row.getparent() if len(row.getparent()) == 1 else row
    if row is None:
        return None
    pieces = []
    inside = set(islice(node.iter(), 100))
    for holder, text in islice(texts(row), _PIECES):
        if holder not in inside:
            hint = holder.get("title") if holder is not None else None
            pieces += [hint, text] if hint else [text]
    return row_date(pieces, page.today)
