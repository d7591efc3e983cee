"""`jpaas`: Hanweb JPaaS (大汉): the column page names a unit, the unit's API answers rows as HTML inside JSON.

Nothing of a unit is written down: its parameters are read from the column page at each look (platforms.md, 3.3).
"""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from lxml import html

from spiders.platforms.base import NextPage
from spiders.platforms.fragments import fragment_entries, page_of
from spiders.platforms.generic import Generic
from spiders.platforms.jsondata import json_of, step
from spiders.platforms.jsonlist import int_option, text_option, with_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spiders.platforms.base import ListPage
    from storage.records import Entry, Feed

_API = "/jpaas-publish-server/front/page/build/unit"
_PAIR = re.compile(r"['\"]?(\w{2,20})['\"]?\s{0,4}:\s{0,4}['\"]([^'\"]{0,200})['\"]")
_NEEDED = ("webId", "pageId", "tplSetId", "tagId")
# The platform's own spelling; some sites were built with the right one, and then say so.
_DEFAULTS = {"parseType": "bulidstatic", "pageType": "column", "editType": "null"}
_LIST = re.compile(r"list|列表|栏目|分页|内容|新闻|信息", re.IGNORECASE)
_NO_LIST = re.compile(r"nav|menu|导航|位置|菜单|页头|页脚|头部|底部|友情|二维码|图片", re.IGNORECASE)
_MAX_UNITS = 200
_PAGE_SIZE = 15


class Jpaas(Generic):
    """The rows stand in the column page's unit, or only in the API's answer; further pages in the API's."""

    name = "jpaas"
    options: Mapping[str, str] = MappingProxyType(
        {
            "tag": "the unit's tagId where the page has several lists, as 信息列表",
            "page_size": "rows asked for at once; 15 where nothing is said",
        }
    )

    def recognise(self, page: ListPage) -> float:
        if _API in page.url:
            return 0.95 if json_of(page) is not None else 0.0
        return 0.93 if "unitbuild" in page.text.lower() or _API in page.text else 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
        answer = _fragment(page)
        if answer is not None:
            return fragment_entries(page, [answer]) if "<a" in answer else ()
        unit = _unit(page, feed)
        box = page.tree.get_element_by_id(unit["tagId"], None) if unit else None
        if box is None or next(box.iter("a"), None) is None:
            return ()
        return fragment_entries(page, [_markup(box)])

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:  # noqa: ARG002
        # Some sites refuse a request that does not come from the column; its address names no searched term.
        headers = (("Referer", feed.url),)
        if _API in page.url:
            number, size = _asked(page.url)
            return NextPage(url=_with_page(page.url, number + 1, size), headers=headers)
        unit = _unit(page, feed)
        if unit is None:
            return None
        shown = len(self.entries(page, feed))
        number, size = (2, shown) if shown else (1, int_option(feed, "page_size", _PAGE_SIZE))
        api = page.link(_api(page))
        if api is None:
            return None
        url = _with_page(with_query(api, _DEFAULTS | unit), number, size)
        return NextPage(url=url, headers=headers, is_shell=not shown)

    def may_be_empty(self, page: ListPage) -> bool:
        answer = _fragment(page)
        if answer is not None:
            return super().may_be_empty(page_of(page, [answer]))
        return page.status == 200 and bool(_units(page))


def _fragment(page: ListPage) -> str | None:
    """The HTML of an answer of the unit API; None for any other page."""
    if _API not in page.url:
        return None
    found = step(json_of(page), "data.html")
    return found if isinstance(found, str) else None


def _units(page: ListPage) -> list[dict[str, str]]:
    """The parameters of the units that the page builds by script, those that look like lists first."""
    if "jpaas" not in page.notes:
        found: list[dict[str, str]] = []
        for node in page.tree.iter():
            said = node.get("querydata") if isinstance(node.tag, str) else None
            if said and len(found) < _MAX_UNITS:
                found.append(dict(_PAIR.findall(said[:3_000])))
        if not found and _API in page.text:
            at = page.text.find(_API)
            found.append(dict(_PAIR.findall(page.text[max(0, at - 2_000) : at + 2_000])))
        whole = [unit for unit in found if all(unit.get(name) for name in _NEEDED)]
        page.notes["jpaas"] = sorted(whole, key=_rank)
    units: list[dict[str, str]] = page.notes["jpaas"]
    return units


def _rank(unit: dict[str, str]) -> int:
    if _NO_LIST.search(unit["tagId"]):
        return 2
    return 0 if _LIST.search(unit["tagId"]) else 1


def _unit(page: ListPage, feed: Feed) -> dict[str, str] | None:
    wanted = text_option(feed, "tag")
    units = [unit for unit in _units(page) if not wanted or unit["tagId"] == wanted]
    return {name: value for name, value in units[0].items() if name not in ("paramJson", "url")} if units else None


def _api(page: ListPage) -> str:
    for node in page.tree.iter("script"):
        if _API in (node.get("url") or ""):
            return str(node.get("url")).partition("?")[0]
    return f"/api-gateway{_API}"


def _asked(url: str) -> tuple[int, int]:
    said = dict(parse_qsl(urlsplit(url).query)).get("paramJson", "")
    numbers = dict(re.findall(r'"(pageNo|pageSize)"\s*:\s*"?(\d{1,6})', said[:500]))
    return int(numbers.get("pageNo", "1")), int(numbers.get("pageSize", str(_PAGE_SIZE)))


def _with_page(url: str, number: int, size: int) -> str:
    # A bare pageNo is ignored by most of these servers (platforms.md, section 1).
    return with_query(url, {"paramJson": json.dumps({"pageNo": number, "pageSize": size}, separators=(",", ":"))})


def _markup(box: Any) -> str:
    return str(html.tostring(box, encoding="unicode"))[:1_000_000]
