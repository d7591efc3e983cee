"""Posts of public accounts without an article's markup: pictures with a few words, or words alone. Pure.

Their text is `content_noencode` (or `desc`) and their pictures are the `cdn_url`s of `picture_page_info_list`, all in
scripts; nothing of them stands in the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from crawler.reading.attachments import MAX_ATTACHMENTS
from crawler.reading.html import ILLEGAL, squeeze, unescape
from storage.findings import Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.reading.html import Page

_LIST = re.compile(r"(?<!\w)picture_page_info_list[\"']?\s{0,9}[:=]\s{0,9}\[")
# Of a list so much is looked at; of several, as many (one page has one, and a script may set it to [] first).
_LIST_CHARACTERS, _LISTS = 200_000, 3
_TEXT_CHARACTERS, _ADDRESS_CHARACTERS = 50_000, 5_000
# A script's template may hold a word of it.
_LEAST_TEXT = 20
# A string that does not end is one to its line's end: no character is looked at from two beginnings.
_TOKEN = re.compile(r"'((?:[^'\\\n]++|\\.)*+)'?|\"((?:[^\"\\\n]++|\\.)*+)\"?|(\w{1,60})|([\[\]{}:,])")
# The list's brackets and those of one picture: what stands deeper (a cover to share, a watermark) is no picture.
_OF_A_PICTURE = 2
_QUOTED = (
    r"[\"']?\s{0,4}[:=]\s{0,4}(?:htmlDecode\(\s{0,4}|JsDecode\(\s{0,4})?"
    r"(?:'(?P<one>(?:[^'\\\n]++|\\.)++)|\"(?P<two>(?:[^\"\\\n]++|\\.)++))"
)
_TEXT = re.compile(r"(?<!\w)content_noencode" + _QUOTED)
_SUMMARY = re.compile(r"(?<!\w)(?:msg_)?desc" + _QUOTED)
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))")
_BLANKS = {"n": "\n", "r": "\n", "t": " ", "v": " ", "f": " ", "b": ""}
_BREAKS = re.compile(r"<br\s?/?>|</p>|\n", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,1000}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post's words, line by line (its own, else those it is announced with), and its pictures, in order."""

    paragraphs: tuple[str, ...]
    pictures: tuple[Link, ...]


def read(page: Page) -> Post | None:
    """The post that a page's scripts hold; None where they hold neither pictures nor a text of their own."""
    shown, said = _pictures(page), _told(page, _TEXT)
    if not shown and sum(map(len, said)) < _LEAST_TEXT:
        return None
    return Post(paragraphs=tuple(said or _told(page, _SUMMARY)), pictures=shown)


def _pictures(page: Page) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    for start in islice(_LIST.finditer(page.source), _LISTS):
        for url in _addresses(page.source[start.end() - 1 : start.end() + _LIST_CHARACTERS]):
            if url.startswith(("http://", "https://")):
                found.setdefault(url, Link(url=url, text=f"图{len(found) + 1}"))
            if len(found) == MAX_ATTACHMENTS:
                break
        if found:
            break
    return tuple(found.values())


def _told(page: Page, pattern: re.Pattern[str]) -> list[str]:
    for found in islice(pattern.finditer(page.source), _LISTS):
        lines = _lines((found["one"] or found["two"])[:_TEXT_CHARACTERS])
        if lines:
            return lines
    return []


def _addresses(text: str) -> Iterator[str]:
    """The `cdn_url` of each object of the list that `text` begins with."""
    depth, name, key = 0, "", ""
    for token in _TOKEN.finditer(text):
        one, two, word, sign = token.groups()
        if sign is None:
            said = word if word is not None else one if one is not None else two
            if word is None and depth == _OF_A_PICTURE and key == "cdn_url":
                yield _plain(said[:_ADDRESS_CHARACTERS])
                key = ""
            name = said
            continue
        key = name if sign == ":" else ""
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(sign, 0)
        if depth == 0:
            return


def _lines(said: str) -> list[str]:
    text = _TAG.sub("", _BREAKS.sub("\n", _unescaped(said)))
    return [line for line in (squeeze(ILLEGAL.sub("", unescape(one))) for one in text.split("\n")) if line]


def _plain(said: str) -> str:
    return squeeze(ILLEGAL.sub("", unescape(unescape(_unescaped(said)))))


def _unescaped(said: str) -> str:
    """A script's string without its escapes."""

    def plain(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _BLANKS.get(found[3], found[3])

    # An emoji is two escapes, the halves of a pair.
    return _ESCAPED.sub(plain, said).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
