"""The search engines of Chinese sites, as data: what they are asked, and how they answer (platforms.md, section 5.3).

What a site sets for itself (its number, its template) stands in the address that a source gives; what all sites of
an engine share stands here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from spiders.platforms.jsonlist import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One engine.

    `mark`: what its addresses have. `word`, `page`: the parameters that hold the keyword and the page's number, best
    first; one that the source's address has already is taken before the others. `also`: further parameters that
    repeat the keyword. `first`: the number of the first page. `sends`: how (`query`, `form`, `json`). `path`:
    pattern and replacement that make the address of a search page that of its interface. `defaults`: what is asked
    where the address does not say otherwise. `reading`: how JSON rows are read; HTML is read as any list is.
    `link`: what makes a row's address where none of its fields is one; `{site}` is the site of the interface.
    """

    mark: re.Pattern[str] | None
    word: tuple[str, ...]
    page: tuple[str, ...]
    also: tuple[str, ...] = ()
    first: int = 1
    sends: str = "query"
    path: tuple[str, str] = ("", "")
    defaults: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    reading: Reading = field(default_factory=Reading)


def _mark(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


ENGINES: dict[str, Engine] = {
    # Hanweb jsearch: an array of HTML fragments, each leading through visit/link.do. sortType 2: newest first.
    "jsearch": Engine(
        mark=_mark(r"/jsearchfront/"),
        word=("q",),
        also=("word",),
        page=("p",),
        sends="form",
        path=(r"/jsearchfront/[^?#]*", "/jsearchfront/interfaces/cateSearch.do"),
        defaults=MappingProxyType(
            {"pg": "20", "pos": "title,content,keyword", "sortType": "2", "checkError": "1", "isContains": "1"}
        ),
    ),
    # Its successor draws the page itself.
    "jrobot": Engine(mark=_mark(r"/jrobotfront/"), word=("searchWord", "q"), also=("word",), page=("p", "pg")),
    "govcn": Engine(
        mark=_mark(r"/search-gov/data"),
        word=("q",),
        page=("p",),
        defaults=MappingProxyType(
            {"t": "zhengcelibrary", "sort": "pubtime", "sortType": "1", "searchfield": "title", "n": "20"}
        ),
        reading=Reading(items="searchVO.catMap.[].listVO", date=("pubtimeStr", "pubtime", "ptime")),
    ),
    "xinhua": Engine(
        mark=_mark(r"/getNews\b"),
        word=("keyword",),
        page=("curPage",),
        defaults=MappingProxyType({"lang": "cn", "searchFields": "1", "sortField": "0"}),
        reading=Reading(items="content.results", date=("pubtime", "pubTime", "publishTime")),
    ),
    "people": Engine(
        mark=_mark(r"/search-platform/front/search"),
        word=("key",),
        page=("page",),
        sends="json",
        defaults=MappingProxyType({"limit": 20}),
        reading=Reading(items="data.records", date=("displayTime", "inputTime")),
    ),
    "thepaper": Engine(
        mark=_mark(r"/search/web/news"),
        word=("word",),
        page=("pageNum",),
        sends="json",
        defaults=MappingProxyType({"orderType": 2, "pageSize": 20, "searchType": 1}),
        reading=Reading(
            items="data.list",
            title=("name", "title"),
            date=("pubTimeLong", "publishTime", "pubTime"),
            link="{site}/newsDetail_forward_{contId}",
        ),
    ),
    "igs": Engine(
        mark=_mark(r"/igs/front/search"),
        word=("searchWord",),
        page=("pageNumber",),
        defaults=MappingProxyType({"pageSize": "20", "orderby": "time", "timeOrder": "desc"}),
        reading=Reading(items="page.content", date=("trs_time", "docRelTime", "PUBDATE", "pubDate")),
    ),
    "was": Engine(mark=_mark(r"/was5?/web/search"), word=("searchword",), page=("page",)),
    "trs": Engine(mark=_mark(r"/site/[\w-]+/search\.html"), word=("searchWord",), page=("pageNumber", "page")),
    # Whatever else: the address, or the body of a POST, says where keyword and page stand.
    "generic": Engine(mark=None, word=("q", "keyword", "searchWord", "wd", "key", "words", "qtext"), page=()),
}


def engine_of(url: str) -> str | None:
    """The engine whose addresses look like `url`; None where none does."""
    return next((name for name, engine in ENGINES.items() if engine.mark and engine.mark.search(url)), None)
