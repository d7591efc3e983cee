"""Characters to a tree and its lines: one parse, one walk, under limits. All later reading works on the lines."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from lxml import etree

from storage.errors import Quarantine

if TYPE_CHECKING:
    from datetime import date

# Beyond these a page is no page but an attack or a dump; real ones stay below a tenth.
MAX_CHARACTERS = 33_000_000
MAX_TAGS = 400_000
MAX_ELEMENTS = 300_000
# Its beginning, which has no case, is looked for as it is: ten times as fast as letter by letter.
_EARLY_END = re.compile(r"</(?i:html|body)\s*>")
_FORMATTING = re.compile(
    r"</?(?:font|span|b|i|u|strong|em|small|big|center|ins|st1:[a-z]+|o:p)\b[^<>]*>", re.IGNORECASE
)
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,30});")

_BLOCKS = (
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody tfoot thead tr "
    "ucapcontent ucaptitle ul video audio"
)
_UNSEEN = (
    "script style noscript template svg iframe object embed select option button textarea canvas map link meta "
    "head title "
    # How a character is read (ruby) would stand inside the word.
    "rt rp rtc "
    "mp-style-type mp-common-profile mp-common-videosnap mp-weapp"
)
BLOCKS, UNSEEN = frozenset(_BLOCKS.split()), frozenset(_UNSEEN.split())
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_STOPS = re.compile("[，。；：！？、,;!?]|\\.(?=\\s|$)")
_BLANK = re.compile(r"[ \t\r\n\f\v\u00a0\u2000-\u200a\u202f\u205f\u3000\u200b\ufeff\u2028\u2029]+")


_SEARCHED = 3_000_000
# Beyond so many characters a line's stops need not be counted: no comparison turns on them.
_COUNTED = 5000


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of the page as shown: its text, the element it begins in, and how many of its characters are links."""

    text: str
    node: Any
    linked: int = 0

    @property
    def stops(self) -> int:
        """How many stops and commas the line has: what menus lack and sentences have."""
        return len(_STOPS.findall(self.text[:_COUNTED]))


def has_stop(text: str) -> bool:
    """Whether a text has a stop or comma."""
    return bool(_STOPS.search(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The lines of one element, `start` included and `end` not."""

    start: int
    end: int

    def within(self, other: Span) -> bool:
        """Whether these lines are all of the other's."""
        return other.start <= self.start and self.end <= other.end


@dataclass(kw_only=True)
class Page:
    """One parsed page. `url` is the one it was asked by; `text` the characters before parsing; `latest` the day of
    the look, where the answer tells it: no page's date can be much later."""

    url: str
    text: str
    tree: Any
    lines: list[Line] = field(default_factory=list)
    spans: dict[Any, Span] = field(default_factory=dict)
    shallow: bool = False
    latest: date | None = None
    linked_nodes: set[Any] = field(default_factory=set)

    @cached_property
    def source(self) -> str:
        """The markup where scripts' variables are looked for: its beginning, all of it on real pages."""
        return self.text[:_SEARCHED]

    @cached_property
    def base(self) -> str:
        """What relative addresses are relative to."""
        for node in self.tree.iter("base"):
            try:
                return str(urljoin(self.url, (node.get("href") or "").strip()))
            except ValueError:
                break
        return self.url

    @cached_property
    def metas(self) -> dict[str, str]:
        """The meta tags' contents by lower-case name or property; the first that says something wins."""
        found: dict[str, str] = {}
        for node in self.tree.iter("meta"):
            name = node.get("name") or node.get("property") or node.get("itemprop") or node.get("http-equiv")
            content = squeeze(node.get("content") or "")
            if name and content:
                found.setdefault(name.strip().lower(), content)
        return found

    @cached_property
    def head_title(self) -> str:
        """The text of `<title>`, blanks collapsed."""
        for node in self.tree.iter("title"):
            if any(above.tag == "svg" for above in node.iterancestors()):
                continue
            text = squeeze("".join(node.itertext()))
            if text:
                return text
        return ""


def parse(text: str, url: str) -> Page:
    """The page as a tree with its lines. Raises Quarantine where it is too big or too dense to be a page."""
    if len(text) > MAX_CHARACTERS:
        raise Quarantine(f"{len(text)} characters; more than {MAX_CHARACTERS} is no page")
    tags = text.count("<")
    if tags > MAX_TAGS:
        raise Quarantine(f"{tags} tags; more than {MAX_TAGS} is no page")
    clean = clean_markup(text)
    tree, cut = _tree(clean)
    if cut:
        # Too deep: without the tags that only format, honest pages fit; others are read as far as the parser goes.
        tree, cut = _tree(_FORMATTING.sub("", clean))
    page = Page(url=url, text=text, tree=tree, shallow=cut)
    _walk(page)
    return page


def clean_markup(text: str) -> str:
    """The markup without what breaks parsers: NUL and control characters, early ends, an XML declaration."""
    text = ILLEGAL.sub("", text).lstrip("\ufeff \t\r\n")
    # A declaration with an encoding would contradict the bytes we hand over, which are always UTF-8.
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    # libxml2 2.14 drops all that follows an early </html> or </body>; without the end tags nothing is lost.
    return _EARLY_END.sub("", text)


def squeeze(text: str) -> str:
    """Blanks of every width collapsed to one space, none at the ends."""
    if text.isprintable() and "  " not in text:
        # Of all blanks only the plain one is printable: most lines have nothing to collapse.
        return text.strip()
    return _BLANK.sub(" ", text).strip()


def unescape(text: str) -> str:
    """Character references undone, only those with their semicolon: in an address `&timestamp=` is no `×tamp=`."""
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text)


def _tree(text: str) -> tuple[Any, bool]:
    # "Huge" allows 2,048 levels and long texts instead of 256 and 10 MB: unclosed <font> tags get there on honest
    # pages, and the sizes are limited above. etree's own parser, not lxml.html's: that one asks Python for a class
    # for every element, a third of the walk.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    deep = any("xcessive depth" in entry.message for entry in parser.error_log)
    return (root if root is not None and isinstance(root.tag, str) else etree.Element("html")), deep


class _Writer:
    """Collects text into lines; a line ends where a block begins or ends, or, in a table's row, where the row ends."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pieces: list[str] = []
        self.node: Any = None
        self.linked = 0
        self.in_link = 0
        self.row: Any = None
        self.starts: dict[Any, int] = {}

    def add(self, text: str | None, node: Any) -> None:
        if not text:
            return
        if self.node is None and not text.isspace():
            self.node = node
        self.pieces.append(text)
        if self.in_link:
            self.linked += len(text.strip())

    def end_line(self) -> int:
        """End the line, or put a blank where a row goes on; the number of lines so far."""
        lines = self.page.lines
        if self.row is not None:
            self.pieces.append(" ")
            return len(lines)
        if self.pieces:
            if self.node is not None:
                text = _tidy("".join(self.pieces))
                if text:
                    lines.append(Line(text=text, node=self.node, linked=min(self.linked, len(text))))
            self.pieces = []
        self.node, self.linked = None, 0
        return len(lines)

    def open(self, node: Any) -> None:
        tag = node.tag
        if tag == "br":
            self.end_line()
        elif tag in BLOCKS or tag in ("td", "th") or _is_wrapper(node):
            self.starts[node] = self.end_line()
            if tag == "tr" and self.row is None and _is_data_row(node):
                self.row = node
        elif tag == "a":
            self.in_link += 1
            self.page.linked_nodes.add(node)
        self.add(node.text, node)

    def close(self, node: Any) -> None:
        if node.tag == "a":
            self.in_link -= 1
        start = self.starts.pop(node, None)
        if start is not None:
            if node is self.row:
                self.row = None
            end = self.end_line()
            # What stands in a row is a part of the row's one line.
            self.page.spans[node] = Span(start=start, end=end if self.row is None else end + 1)
            if self.row is not None and node.tag in ("td", "th") and node.getnext() is not None:
                self.pieces.append(_CELL)
        self.add(node.tail, node.getparent())


_CELL = "\x1f"


def _tidy(text: str) -> str:
    # Cells are told apart by a tab; all other blanks are one space.
    if _CELL not in text:
        return squeeze(text)
    return "\t".join(map(squeeze, text.split(_CELL))).strip()


def _is_wrapper(node: Any) -> bool:
    """An inline element that holds blocks, as `<span id="zoom"><p>`."""
    if node.tag not in ("span", "font", "strong", "b", "label", "ins") or not len(node):
        return False
    return any(child.tag in BLOCKS for child in node)


def _is_data_row(row: Any) -> bool:
    """A row of a table of facts: short cells, no table inside. Rows that only arrange the page are not."""
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    if len(cells) < 2:
        return False
    for number, node in enumerate(row.iter()):
        if node.tag in ("table", "script", "ul", "h1", "iframe") or number > 40 * len(cells):
            return False
    return all(len("".join(cell.itertext()).strip()) <= _LONG_CELL for cell in cells)


# Beyond so many characters a cell is a text of its own, its paragraphs lines.
_LONG_CELL = 400


def _walk(page: Page) -> None:
    """Fill `lines` and `spans`, without recursion: deep pages must not exhaust the stack."""
    writer = _Writer(page)
    skip: Any = None
    count = 0
    for event, node in etree.iterwalk(page.tree, events=("start", "end")):
        if skip is not None:
            if event == "start" and node.tag == "rb" and skip.tag in ("rt", "rp", "rtc"):
                # Its end tag was left out: what follows the reading is text again.
                skip = None
            else:
                if event == "end" and node is skip:
                    skip = None
                    writer.add(node.tail, node.getparent())
                continue
        if event == "end":
            writer.close(node)
            continue
        count += 1
        if count > MAX_ELEMENTS:
            raise Quarantine(f"more than {MAX_ELEMENTS} elements is no page")
        if node.tag in UNSEEN or _is_hidden(node):
            skip = node
        else:
            writer.open(node)
    writer.end_line()


def _is_hidden(node: Any) -> bool:
    style = node.get("style")
    return bool(style) and node.tag not in ("body", "html") and bool(_HIDDEN.search(style[:500]))
