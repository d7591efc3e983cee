"""`search`: a site's own search as a list: each keyword is asked, its hits are ordinary entries.

The request names the term where the engine wants it and nowhere else: no Referer is sent.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from spiders.platforms.base import NextPage
from spiders.platforms.engines import ENGINES, Engine, engine_of
from spiders.platforms.fragments import fragment_entries, fragments_in
from spiders.platforms.generic import Generic
from spiders.platforms.hrefs import join_href
from spiders.platforms.jsondata import json_of, says_none, words
from spiders.platforms.jsonlist import (
    FORM_BODY,
    JSON_BODY,
    int_option,
    list_option,
    reading_of,
    row_entries,
    text_option,
    with_query,
)
from spiders.platforms.thepaper import site_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from spiders.platforms.base import ListPage
    from storage.records import Entry, Feed

_KEYWORD, _PAGE = "{keyword}", "{page}"
# A hit often leads through the engine's own counter; the parameter that names its target.
_TARGETS = ("url", "target", "u", "link", "href", "redirect", "goto")
_COUNTER = re.compile(r"link|visit|redirect|jump|go(?:to)?\b|out\b|click|url", re.IGNORECASE)
_MOST_HOPS = 3
# What a page of results says where there are none.
_NO_HITS = re.compile(
    r"(?:没有|未能?)(?:找|搜索?|检索|查询?)到|(?:找到|共有?|约|结果)[^\d\n]{0,12}(?<![\d.,])0\s{0,3}[条个项篇]|结果为空"
    r"|no results",
    re.IGNORECASE,
)
_VISIBLE = 100_000


class Search(Generic):
    """Hits, newest first where the engine can. Keywords and engine are a feed's options."""

    name = "search"
    options: Mapping[str, str] = MappingProxyType(
        {
            "keywords": "list of what to search for, each asked on its own",
            "engine": "one of " + " ".join(ENGINES) + "; without it what the address looks like",
            "body": "for engine generic: what a POST sends, with {keyword} and {page}",
            "charset": "of the keyword in the address, as gbk; utf-8 where nothing is said",
            "first": "number of the first page, where it is not the engine's usual one",
            "items": "dotted path to the rows of a JSON answer, as data.list",
            "url": "name of the field that holds a hit's address",
            "title": "name of the field that holds its title",
            "date": "name of the field that holds its date",
            "link": "address made of fields where no field holds it, as /detail/{id}.html",
        }
    )

    choices: Mapping[str, tuple[str, ...]] = MappingProxyType({"engine": tuple(ENGINES)})

    def recognise(self, page: ListPage) -> float:
        name = engine_of(page.url)
        if name is None:
            return 0.0
        answered = ENGINES[name].sends != "query" and json_of(page) is not None
        return 0.92 if answered or _word_in(page.url) else 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
        value = json_of(page)
        if _asks_interface(page, feed):
            return ()
        if value is None:
            found = super().entries(page, feed)
        else:
            reading = reading_of(_engine(feed, page.url).reading, feed)
            site = site_of(page.url)
            found = tuple(row_entries(page, replace(reading, link=reading.link.replace("{site}", site))))
            fragments = [] if found else fragments_in(value)
            found = found or fragment_entries(page, fragments) if fragments else found
        return tuple(replace(hit, url=target_of(hit.url), title=words(hit.title)) for hit in found)

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        word = page.label or _word_in(page.url) or _word_in(feed.url)
        engine = _engine(feed, page.url)
        if _asks_interface(page, feed):
            return replace(self.request(feed, word, 1), is_shell=True) if word else None
        if word and (engine.page or _PAGE in feed.url + text_option(feed, "body")):
            return self.request(feed, word, page_number + 1)
        return super().next_pages(page, feed, page_number) if json_of(page) is None else None

    def may_be_empty(self, page: ListPage) -> bool:
        value = json_of(page)
        if value is None:
            return page.status == 200 and bool(_NO_HITS.search(_visible(page)))
        items = [engine.reading.items for engine in ENGINES.values() if engine.reading.items]
        return page.status == 200 and any(says_none(value, path) for path in (*items, "result"))

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:  # noqa: ARG002
        """The first keyword's first page, with those of the others behind it."""
        keywords = list_option(feed, "keywords") or tuple(filter(None, (_word_in(feed.url),)))
        requests = tuple(self.request(feed, word, 1) for word in dict.fromkeys(keywords))
        if not requests:
            return (NextPage(url=feed.url),)
        return (replace(requests[0], lists=requests[1:]),)

    def request(self, feed: Feed, word: str, number: int) -> NextPage:
        """The request for the hits of `word`, page `number` from 1."""
        engine = _engine(feed, feed.url)
        shown = str(number - 1 + int_option(feed, "first", engine.first))
        body = text_option(feed, "body")
        if _KEYWORD in _unquoted(feed.url) or body:
            return _filled(feed, body, word, shown)
        url = re.sub(engine.path[0], engine.path[1], feed.url, count=1) if engine.path[0] else feed.url
        said = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        fields: dict[str, str | int] = {**engine.defaults, **said}
        fields[_chosen(engine.word, said)] = word
        fields |= {name: word for name in engine.also if name in said or engine.sends == "form"}
        if engine.page:
            fields[_chosen(engine.page, said)] = int(shown) if engine.sends == "json" else shown
        return _sent(url, fields, word, engine, text_option(feed, "charset", "utf-8"))


def _asks_interface(page: ListPage, feed: Feed) -> bool:
    """Whether `page` is the page people search on, whose hits its script gets from an interface by POST."""
    return json_of(page) is None and _engine(feed, page.url).sends != "query"


def _visible(page: ListPage) -> str:
    """The first words that the page shows, without its scripts and templates."""
    hidden = ("script", "style", "template", "textarea", "noscript")
    said: list[str] = []
    left = _VISIBLE
    for node in page.tree.iter():
        inner = (node.text or "") if isinstance(node.tag, str) and node.tag not in hidden else ""
        for text in (inner, node.tail or ""):
            said.append(text[:left])
            left -= len(said[-1])
        if left <= 0:
            break
    return " ".join(said)


def target_of(url: str) -> str:
    """Where a hit leads: the page itself, where its link goes through a counter that names it."""
    for _ in range(_MOST_HOPS):
        parts = urlsplit(url)
        if not _COUNTER.search(parts.path):
            break
        said = {name.lower(): value for name, value in parse_qsl(parts.query)}
        inner = next((said[name] for name in _TARGETS if said.get(name, "").startswith(("http://", "https://"))), None)
        joined = join_href(url, inner) if inner else None
        if not joined:
            break
        url = joined
    return url


def _engine(feed: Feed, url: str) -> Engine:
    named = text_option(feed, "engine")
    return ENGINES.get(named) or ENGINES[engine_of(feed.url) or engine_of(url) or "generic"]


def _chosen(names: tuple[str, ...], said: Mapping[str, str]) -> str:
    """The parameter to use: the first that the address has already, else the engine's first."""
    return next((name for name in names if name in said), names[0])


def _word_in(url: str) -> str:
    """The keyword that a search address holds; empty where it holds none."""
    engine = ENGINES[engine_of(url) or "generic"]
    said = dict(parse_qsl(urlsplit(url).query))
    word = next((said[name] for name in engine.word if said.get(name)), "")
    return "" if _KEYWORD in word else word


def _unquoted(url: str) -> str:
    return url.replace("%7B", "{").replace("%7D", "}").replace("%7b", "{").replace("%7d", "}")


def _filled(feed: Feed, body: str, word: str, shown: str) -> NextPage:
    """The request whose address, or body, says itself where keyword and page stand."""
    charset = text_option(feed, "charset", "utf-8")
    escaped = _escaped(word, charset)
    url = _unquoted(feed.url).replace(_KEYWORD, escaped).replace(_PAGE, shown)
    if not body:
        return NextPage(url=url, label=word)
    is_json = body.lstrip().startswith(("{", "["))
    inside = json.dumps(word, ensure_ascii=False)[1:-1] if is_json else escaped
    sent = body.replace(_PAGE, shown).replace(_KEYWORD, inside)
    headers = (("Content-Type", JSON_BODY if is_json else FORM_BODY),)
    return NextPage(url=url, method="POST", body=sent.encode("utf-8", "replace"), headers=headers, label=word)


def _escaped(word: str, charset: str) -> str:
    try:
        return quote(word, safe="", encoding=charset, errors="replace")
    except LookupError:
        return quote(word, safe="", errors="replace")


def _sent(url: str, fields: Mapping[str, str | int], word: str, engine: Engine, charset: str) -> NextPage:
    plain = url.partition("?")[0]
    texts = {name: str(value) for name, value in fields.items()}
    if engine.sends == "query":
        try:
            return NextPage(url=with_query(plain, texts, charset=charset), label=word)
        except LookupError:
            return NextPage(url=with_query(plain, texts), label=word)
    if engine.sends == "form":
        sent, kind = urlencode(texts, errors="replace"), FORM_BODY
    else:
        sent, kind = json.dumps(dict(fields), ensure_ascii=False), JSON_BODY
    return NextPage(
        url=plain, method="POST", body=sent.encode("utf-8", "replace"), headers=(("Content-Type", kind),), label=word
    )
