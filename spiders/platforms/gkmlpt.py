"""`gkmlpt`: Guangdong's platform of government information: a tree of categories in the page, JSON for each.

Facts: platforms.md, section 3.4.
"""

from __future__ import annotations

import re
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from spiders.platforms.base import NextPage
from spiders.platforms.jsondata import MAX_VALUES, count_in, json_of, step, value_at
from spiders.platforms.jsonlist import JsonList, Reading, list_option, rows_of, with_query

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from spiders.platforms.base import ListPage
    from storage.records import Feed

_TREE = re.compile(r"\bTREE['\"]?\s{0,4}[:=]\s{0,4}(?=\[)")
_SID = re.compile(r"\bSID['\"]?\s{0,4}[:=]\s{0,4}['\"]?(\d{1,12})")
_BASE = re.compile(r"https?://[^/?#]+[^?#]*?/gkmlpt(?=[/?#]|$)", re.IGNORECASE)
_ID = re.compile(r"\d{1,12}")


class Gkmlpt(JsonList):
    """Each category is a list of its own: all leaves of the tree, or those that `categories` names."""

    name = "gkmlpt"
    reading = Reading(
        items="articles",
        url=("url", "post_url"),
        title=("title",),
        date=("date", "first_publish_time", "display_publish_time", "created_at"),
    )
    options: Mapping[str, str] = MappingProxyType(
        {"categories": "numbers of the categories to read, as ['2229', '2235']; all of the page's tree without it"}
    )

    def recognise(self, page: ListPage) -> float:
        if "/gkmlpt/api/" in page.url:
            return 0.95 if isinstance(step(json_of(page), "articles"), list) else 0.0
        return 0.95 if "_CONFIG" in page.text and _SID.search(page.text) and _tree(page) is not None else 0.0

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        if "/gkmlpt/api/" not in page.url:
            return _lists(page, feed)
        rows, total = len(rows_of(page, self.reading)), count_in(json_of(page))
        if not rows or (total is not None and page_number * rows >= total):
            return None
        said = dict(parse_qsl(urlsplit(page.url).query)).get("page", "1")
        number = int(said) if _ID.fullmatch(said) else 1
        return NextPage(url=with_query(page.url, {"page": str(number + 1)}))

    def may_be_empty(self, page: ListPage) -> bool:
        if "/gkmlpt/api/" in page.url:
            return page.status == 200 and step(json_of(page), "articles") == []
        return page.status == 200 and _tree(page) is not None

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:  # noqa: ARG002
        return (NextPage(url=feed.url),)


def _lists(page: ListPage, feed: Feed) -> NextPage | None:
    """The first category's list, with the others behind it."""
    base, sid = _BASE.match(page.url), _SID.search(page.text)
    if not sid:
        return None
    root = base[0] if base else page.url.partition("?")[0].rstrip("/") + "/gkmlpt"
    fragment = urlsplit(feed.url).fragment
    named = list_option(feed, "categories") or ((fragment,) if _ID.fullmatch(fragment) else ())
    numbers = [name for name in named if _ID.fullmatch(name)] or _leaves(_tree(page))
    requests = tuple(
        NextPage(url=f"{root}/api/all/{number}?page=1&sid={sid[1]}", is_shell=True) for number in dict.fromkeys(numbers)
    )
    if not requests:
        return None
    return NextPage(url=requests[0].url, is_shell=True, lists=requests[1:])


def _tree(page: ListPage) -> Any:
    """The page's tree of categories; None where it has none."""
    if "gkmlpt" not in page.notes:
        found = _TREE.search(page.text[:4_000_000])
        value = value_at(page.text[:4_000_000], found.end())[0] if found else None
        page.notes["gkmlpt"] = value if isinstance(value, list) else None
    return page.notes["gkmlpt"]


def _leaves(tree: Any) -> list[str]:
    """The numbers of the categories that have no others under them and lead nowhere else, in the tree's order."""
    found: list[str] = []
    waiting = list(reversed(tree)) if isinstance(tree, list) else []
    for _ in range(MAX_VALUES):
        if not waiting:
            break
        one = waiting.pop()
        if not isinstance(one, dict):
            continue
        children = one.get("children")
        number = str(one.get("id", ""))
        if isinstance(children, list) and children:
            waiting.extend(reversed(list(islice(children, MAX_VALUES))))
        elif _ID.fullmatch(number) and not one.get("jump_url"):
            found.append(number)
    return found
