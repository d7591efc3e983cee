"""The whole text of a feed's item, and the page it makes where the article's own cannot be had."""

from __future__ import annotations

import re
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from lxml import etree

from spiders.platforms.xmltext import local
from storage.urls import url_key

if TYPE_CHECKING:
    from storage.records import Entry

# No tag holds another's beginning: a row of those is passed over once.
_TAG = re.compile(r"<[^<>]{0,2000}>")
# What calls itself a description is the whole text with some bridges, and with most feeds the beginning of it.
_LONG = 200
_GOES_ON = re.compile(r"(?:…|\.{3}|\[&#8230;\]|\[…\]|阅读全文|read more)\W{0,20}$", re.IGNORECASE)
_WHOLE = frozenset({"encoded", "content"})
_BEGUN = frozenset({"description", "summary"})
_MAX_CHILDREN = 500


def keyed(url: str) -> str | None:
    """The key of an item's address, None where it is none."""
    try:
        return url_key(url)
    except ValueError:
        return None


def whole_text(item: Any) -> str | None:
    """The HTML of the whole text of an item (an element, or a JSON Feed's object), or None where it has none."""
    whole, begun = _json_texts(item) if isinstance(item, dict) else _xml_texts(item)
    best = max(whole, key=len, default="")
    if best.strip():
        return best
    longest = max(begun, key=len, default="")
    shown = _TAG.sub("", longest).strip()
    return longest if len(shown) >= _LONG and not _GOES_ON.search(shown[-60:]) else None


def as_page(entry: Entry, text: str, *, mark: str) -> str:
    """A text under its item's title, day and account, as the page of an article."""
    metas = {"PubDate": entry.listed_on, "og:article:author": entry.account}
    head = "".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in metas.items() if value)
    title = escape(entry.title)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><h1>{title}</h1><div {mark}>{text}</div></body></html>"
    )


def _json_texts(item: dict[str, object]) -> tuple[list[str], list[str]]:
    html, plain, begun = (item.get(name) for name in ("content_html", "content_text", "summary"))
    whole = [html] if isinstance(html, str) and html else []
    if isinstance(plain, str) and not whole:
        whole = [_paragraphs(plain)]
    return whole, [_paragraphs(begun)] if isinstance(begun, str) else []


def _xml_texts(item: Any) -> tuple[list[str], list[str]]:
    whole: list[str] = []
    begun: list[str] = []
    for child in islice(item, _MAX_CHILDREN):
        name = local(child)
        if name in _WHOLE:
            whole.append(_inner(child))
        elif name in _BEGUN:
            begun.append(_inner(child))
    return whole, begun


def _inner(node: Any) -> str:
    """What an element holds: HTML as text, or, as Atom may have it, as elements."""
    if len(node):
        return "".join(etree.tostring(child, encoding="unicode", method="html") for child in node)
    return node.text or ""


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
