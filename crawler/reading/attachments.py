"""The files that belong to an article: those its text and the list below it lead to, and its pictures where they are
the text. Pure. Ways of linking them: platforms.md, section 6; the site's menus and related texts are left alone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from lxml import etree

from crawler.reading.html import squeeze
from crawler.reading.listing import absolute
from storage.findings import Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from crawler.reading.containers import Choice
    from crawler.reading.html import Page

# An article with more is a trap or a file server's index; the rest is not asked.
MAX_ATTACHMENTS = 20
# A text shorter than this beside a picture is the picture's caption: the notice itself is the picture.
HARDLY_A_WORD = 60

ENDINGS = ("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "rtf", "txt", "csv", "ofd", "zip", "rar")
_NAMES = "|".join(sorted(ENDINGS, key=len, reverse=True))
_ENDS = re.compile(rf"\.(?:{_NAMES})$", re.IGNORECASE)
# A link's words that name a file: `附件1：名单.xlsx`, `通告.pdf (230KB)`, `附件：申报表`.
_NAMED = re.compile(rf"\.(?i:{_NAMES})(?![0-9A-Za-z])")
_CALLED = re.compile(r"^\s?[(（【\[]?附\s?件\s?[\d一二三四五六七八九十]{0,3}\s?[)）】\]]?\s?(?:[:：、.．]|下载|$)")
_PAGES = re.compile(r"\.(?:s?html?|php|aspx?|jspx?)$", re.IGNORECASE)
# Names that publishing systems give to uploads, which lie beside the article (platforms.md, section 3.1).
_UPLOAD = re.compile(r"^P0\d{15,}\.", re.IGNORECASE)
_QUOTED = re.compile(r"[\"']([^\"'\s<>]{1,500})[\"']")
_SCRIPT_BYTES = 2000
# What a viewer in a page is told to show: pdfjs/web/viewer.html?file=…
_VIEWED = frozenset(("file", "url", "src", "filepath", "fileurl", "path"))
_MARKS = ("appendix", "needdownload", "data-appendix")
_SIGNS = ("附件", "附 件", " download", "appendix", "needdownload")
_PICTURE_KEYS = ("data-src", "data-original", "data-echo", "src", "oldsrc")

# Pictures that editors upload (platforms.md, section 3.1), as against a template's own.
PICTURE = re.compile(
    r"/?W0\d{15,}|/(?:upload|uploads|uploadfile|attach|attachment|picture|files?)/\S*\.(?:jpe?g|png)", re.IGNORECASE
)
_PICTURE_ENDS = re.compile(r"\.(?:jpe?g|png|bmp|gif|webp|tiff?)$", re.IGNORECASE)
_DECORATION = re.compile(
    r"(?:^|[/_.-])(?:qr|qrcode|erweima|ewm|2wm|icons?|icos?|logos?|spacers?|blank|pixel|space|share|print|loading|dots?"
    r"|arrows?|btn|buttons?|line|bg|bullet|filetype\w{0,9}|\w{0,9}_ico|\w{0,9}ewm|icon_\w{0,9})(?:[/_.\d-]|$)",
    re.IGNORECASE,
)
_DECORATION_SAID = re.compile(r"二维码|二維碼|logo|图标|分享|扫一扫|打印", re.IGNORECASE)
# Smaller than this, in either direction, nobody can read a notice.
_SMALLEST = 120

# Zones that are not the article's, though they may stand in a wrapper around it.
_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:comments?|pinglun|footer|foot|copyright|aside|sidebar|related|xgxw|xgyd|recommend|tuijian|hot|rank"
    r"|nav|menu|header|breadcrumbs?|disclaimer|login|yqlj|friendlinks?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BESIDE_TAGS = frozenset(("nav", "header", "footer", "aside", "script", "style", "noscript", "template", "head"))
# Where the article's own is over: links to the next one, related texts, the site's foot.
_OVER = re.compile(
    r"上一[篇条页则]|下一[篇条页则]|相关(?:新闻|链接|阅读|文章|文件|信息|推荐|稿件)|推荐阅读|热点|版权所有|主办单位|ICP备|网站地图|友情链接"
)
# So much text and so many elements below the article's, and what follows is something else.
_BELOW_CHARACTERS, _BELOW_ELEMENTS = 600, 300
_NAME_CHARACTERS = 200


def find(page: Page, choice: Choice | None, title_line: int | None, letters: int) -> tuple[Link, ...]:
    """The files of the article in `choice`, in order of the page, at most 20; its pictures where it has hardly a text.

    `title_line` is the line the title stands in, `letters` how many characters the article's text has.
    """
    start = None
    if choice is not None:
        start = choice.node
    elif title_line is not None:
        start = page.lines[title_line].node
    return _found(page, _Place(start, has_text=choice is not None), letters)


def find_within(page: Page, letters: int) -> tuple[Link, ...]:
    """The same of a page that is nothing but an article's text."""
    return _found(page, _Place(page.tree, has_text=True), letters)


def find_listed(page: Page, holders: Iterable[Mapping[str, Any]], letters: int) -> Iterator[Link]:
    """The files that an article's data names beside its text, in fields called so; addresses are taken from `page`."""
    for holder in holders:
        for name, value in holder.items():
            if _FIELD.fullmatch(name):
                yield from _listed(page, value, pictures=letters < HARDLY_A_WORD)


# attachments, attachList, fileList, files, appendix, annexes, accessory, enclosure_list
_FIELD = re.compile(
    r"(?:art(?:icle)?|doc|news|content|info)?_?(?:attach(?:ment)?(?:e?s)?|files?|appendix|appendices|annex(?:es)?"
    r"|accessor(?:y|ies)|enclosures?|fujian)_?(?:list|info|urls?|arr|data|files?|path)?s?",
    re.IGNORECASE,
)
_ADDRESSES = re.compile(r"(?!thumb|icon|cover|preview)\w{0,12}(?:url|path|href|src|link|uri|address)", re.IGNORECASE)
_BETWEEN_FILES = re.compile(r"\s{0,3}[,;|]\s{0,3}")
_FILE_NAMES = re.compile(r"\w{0,12}(?:name|title|text|label)", re.IGNORECASE)


def _listed(page: Page, value: Any, *, pictures: bool) -> Iterator[Link]:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    if isinstance(value, str):
        # /a.pdf,/b.pdf is two files; a comma in one file's name parts nothing that ends as a file does.
        pieces = _BETWEEN_FILES.split(value)
        value = pieces if all(map(_NAMED.search, pieces)) else [value]
    for one in (value if isinstance(value, list) else [value])[:MAX_ATTACHMENTS]:
        said = {"url": one} if isinstance(one, str) else one
        texts = {key: text for key, text in said.items() if isinstance(text, str)} if isinstance(said, dict) else {}
        name = next((text for key, text in texts.items() if _FILE_NAMES.fullmatch(key)), "")
        for key, text in texts.items():
            url = _shown(absolute(page, text)) if _ADDRESSES.fullmatch(key) else None
            if url and (is_file(url) or _NAMED.search(name) or (pictures and _is_readable(url))):
                yield Link(url=url, text=squeeze(name)[:_NAME_CHARACTERS] or _name(url))
                break


def _is_readable(url: str) -> bool:
    path = urlsplit(url).path
    return bool(_PICTURE_ENDS.search(path)) and not _DECORATION.search(path[-_NAME_CHARACTERS:])


def _found(page: Page, place: _Place, letters: int) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    pictures = letters < HARDLY_A_WORD
    if not pictures and not _may_have(page.text):
        return ()
    for node, near in _walk(page, place):
        link = _picture(page, node, near) if node.tag == "img" else _file(page, node, near)
        if link is None or (node.tag == "img" and not pictures) or link.url == page.url.partition("#")[0]:
            continue
        found.setdefault(link.url, link)
        if len(found) >= MAX_ATTACHMENTS:
            break
    return tuple(found.values())


def _may_have(text: str) -> bool:
    """Whether a page's characters show any sign of a file: most have none, and the walk costs a tenth of reading."""
    return any(mark in text for mark in _SIGNS) or bool(_NAMED.search(text))


def _walk(page: Page, place: _Place) -> Iterator[tuple[Any, str]]:
    """The elements that may lead to a file, each with where it stands: `in` the text, `below` it, or `far`."""
    skip = None
    for event, node in etree.iterwalk(page.tree, events=("start", "end")):
        if skip is not None:
            skip = None if event == "end" and node is skip else skip
        elif event == "end":
            place.close(node)
        elif node is not place.start and _is_beside(node):
            skip = node
        else:
            place.open(node)
            if node.tag in ("a", "img", "iframe", "embed", "object") or node.get("onclick"):
                yield node, place.near


class _Place:
    """Where a walk over the page stands, as seen from the article: `start` is its container, or, where it has none
    (`has_text`), its title; then what is below the title counts."""

    def __init__(self, start: Any, *, has_text: bool) -> None:
        self.start = start
        self.near = "far"
        self._has_text = has_text
        self._characters = self._elements = 0

    def open(self, node: Any) -> None:
        if node is self.start and self._has_text:
            self.near = "in"
        elif self.near == "below":
            self._elements += 1
            self._pass(node.text)

    def close(self, node: Any) -> None:
        if node is self.start:
            self.near = "below"
        if self.near == "below":
            self._pass(node.tail)

    def _pass(self, text: str | None) -> None:
        said = (text or "").strip()
        self._characters += len(said)
        too_far = self._characters > _BELOW_CHARACTERS or self._elements > _BELOW_ELEMENTS
        if too_far or _OVER.search(said[:_NAME_CHARACTERS]):
            self.near = "far"


def _is_beside(node: Any) -> bool:
    if node.tag in _BESIDE_TAGS:
        return True
    if node.tag in ("a", "img", "html", "body"):
        return False
    names = f"{node.get('class') or ''} {node.get('id') or ''}"
    return len(names) > 1 and bool(_BESIDE.search(names[:_NAME_CHARACTERS]))


def _file(page: Page, node: Any, near: str) -> Link | None:
    """The file an element leads to, if it belongs to the article."""
    if node.tag in ("iframe", "embed", "object"):
        url = _shown(absolute(page, node.get("src") or node.get("data")))
        return Link(url=url, text=_name(url)) if url and is_file(url) else None
    said = squeeze("".join(node.itertext()))[:_NAME_CHARACTERS] if node.tag == "a" else ""
    href = node.get("href") or ""
    marked = any(node.get(mark) is not None for mark in _MARKS)
    scripted = href[:11].lower() == "javascript:"
    url = None if scripted else _shown(absolute(page, href))
    if url is None or not (marked or is_file(url) or (near != "far" and _is_named(url, said, node))):
        url = _called(page, href if scripted else "", node)
    if url is None or not (near != "far" or marked or _is_upload(page, url)):
        return None
    return Link(url=url, text=said or squeeze(node.get("title") or "")[:_NAME_CHARACTERS] or _name(url))


def _called(page: Page, href: str, node: Any) -> str | None:
    """The file that a click's script opens."""
    for script in (node.get("onclick") or "", href):
        for match in _QUOTED.finditer(script[:_SCRIPT_BYTES]):
            url = _shown(absolute(page, match[1]))
            if url and is_file(url):
                return url
    return None


def _shown(url: str | None) -> str | None:
    """What an address shows: a viewer's file where it is a viewer's, else itself."""
    if url is None or "=" not in url:
        return url
    parts = urlsplit(url)
    if not _PAGES.search(parts.path) or "view" not in parts.path.lower():
        return url
    for key, value in _query(parts.query):
        if key.lower() in _VIEWED and value:
            try:
                found = urljoin(url, value).partition("#")[0]
                return found if urlsplit(found).scheme in ("http", "https") and urlsplit(found).hostname else url
            except ValueError:
                return url
    return url


def is_file(url: str) -> bool:
    """Whether an address ends as a file does, in its path or in what its query names."""
    parts = urlsplit(url)
    if _ENDS.search(parts.path):
        return True
    return any(
        _ENDS.search(value) and not value.lower().startswith(("http://", "https://"))
        for _, value in _query(parts.query)
    )


def _query(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, max_num_fields=50)
    except ValueError:
        return []


def _is_named(url: str, said: str, node: Any) -> bool:
    """Whether a link without an ending says itself that it is a file's."""
    if (said and node.get("download") is not None) or _NAMED.search(said):
        return True
    return bool(_CALLED.match(said)) and not _PAGES.search(urlsplit(url).path)


def _is_upload(page: Page, url: str) -> bool:
    folder, _, name = url.rpartition("/")
    return folder == page.url.rpartition("/")[0] and bool(_UPLOAD.match(name))


def _picture(page: Page, node: Any, near: str) -> Link | None:
    """A picture large enough to be read; outside the text only one of an editor's making."""
    for key in _PICTURE_KEYS:
        url = absolute(page, node.get(key))
        if url is None or _is_small(node) or _is_decoration(url, node):
            continue
        if near == "in" or (near == "below" and PICTURE.search(url)):
            text = squeeze(node.get("alt") or node.get("title") or "")[:_NAME_CHARACTERS]
            return Link(url=url, text=text or _name(url))
    return None


def _is_small(node: Any) -> bool:
    for key in ("width", "height"):
        said = re.match(r"\s{0,3}(\d{1,5})\s{0,3}(?:px)?\s{0,3}$", node.get(key) or "")
        if said and int(said[1]) < _SMALLEST:
            return True
    return False


def _is_decoration(url: str, node: Any) -> bool:
    path = urlsplit(url).path
    name = path.rpartition("/")[2]
    if PICTURE.search(url):
        return False
    if not _PICTURE_ENDS.search(name) and "wx_fmt=" not in url and "." in name:
        return True
    said = f"{node.get('alt') or ''} {node.get('title') or ''}"[:_NAME_CHARACTERS]
    return bool(_DECORATION.search(path[-_NAME_CHARACTERS:]) or _DECORATION_SAID.search(said))


def _name(url: str) -> str:
    """The file's own name, as its address gives it."""
    parts = urlsplit(url)
    named = next((value for _, value in _query(parts.query) if _ENDS.search(value)), parts.path)
    return squeeze(unquote(named.rpartition("/")[2]))[:_NAME_CHARACTERS]
