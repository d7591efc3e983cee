"""Rich text (RTF): the words, in whatever code page they were written; no fonts, styles or pictures. Pure.

Source: Rich Text Format Specification 1.9.1. Bytes are kept together until the code page changes, because half of a
Chinese character may be written as `\\'b9` and the other half as a plain letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.reading import heading
from crawler.reading.paged import plain_pages
from crawler.reading.written import written

if TYPE_CHECKING:
    from crawler.reading.payload import Payload
    from storage.findings import Document

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)"
)
_BREAKS = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"nestrow": "\n", b"cell": "\t",
    b"nestcell": "\t", b"tab": "\t", b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ",
}  # fmt: skip
_SIGNS = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
# Groups that hold no text of the page.
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object fldinst datafield listtable listoverridetable rsidtbl generator "
    b"themedata colorschememapping datastore latentstyles xmlnstbl filetbl revtbl bkmkstart bkmkend operator "
    b"nonshppict objdata objclass panose falt".split()
)
_CODE_PAGES = {936: "gb18030", 950: "big5hkscs", 932: "cp932", 949: "cp949", 1200: "utf-16-le", 65001: "utf-8"}
# A font's \fcharset number to a code page (the specification's table of character sets).
_FONT_PAGES = {134: 936, 136: 950, 128: 932, 129: 949, 0: 1252, 238: 1250, 204: 1251}
_MOST_TOKENS = 4_000_000
_DEEPEST = 500


@dataclass(slots=True)
class _Group:
    """What a brace opens and its partner undoes."""

    skip: bool = False
    fallback: int = 1
    font: int = -1
    fonts: bool = False


class _Reader:
    """One pass over the tokens."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.group = _Group()
        self._stack: list[_Group] = []
        self._bytes = bytearray()
        self._page = 1252
        self._fonts: dict[int, int] = {}
        self._defined = -1
        self._to_skip = 0
        self._starred = False

    def read(self, body: bytes) -> str:
        at, tokens = 0, 0
        while at < len(body) and tokens < _MOST_TOKENS:
            found = _TOKEN.match(body, at)
            tokens += 1
            if found is None:
                at += 1
                continue
            at = found.end()
            if found["word"] == b"bin" and found["number"]:
                at += max(0, int(found["number"]))
            elif found["brace"]:
                self._brace(found["brace"])
            elif found["word"]:
                self._word(found["word"], found["number"])
            elif found["hex"]:
                self._data(bytes.fromhex(found["hex"].decode("ascii")))
            elif found["sign"]:
                self._sign(found["sign"])
            elif found["text"]:
                self._data(found["text"])
        self._flush()
        return "".join(self.out)

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._to_skip = 0
        if brace == b"{":
            group = self.group
            if len(self._stack) < _DEEPEST:
                self._stack.append(group)
                self.group = _Group(group.skip, group.fallback, group.font, group.fonts)
        elif self._stack:
            self.group = self._stack.pop()
        self._starred = False

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._starred = True
        elif sign in _SIGNS:
            self._put(_SIGNS[sign])

    def _word(self, word: bytes, number: bytes | None) -> None:
        value = int(number) if number else None
        if word == b"u" and value is not None:
            self._put(chr(value % 65536))
            self._to_skip = self.group.fallback
            return
        self._flush()
        if word in _SKIPPED or self._starred:
            # `\*` says: skip the group if you do not know it. We know none that shows text.
            self.group.skip = True
            self.group.fonts = self.group.fonts or word == b"fonttbl"
            self._starred = False
        elif word in _BREAKS:
            self._put(_BREAKS[word])
        elif value is not None:
            self._setting(word, value)

    def _setting(self, word: bytes, value: int) -> None:
        if word == b"uc":
            self.group.fallback = min(max(value, 0), 10)
        elif word == b"ansicpg":
            self._page = value
        elif word == b"f":
            self._defined = value
            self.group.font = value
        elif word == b"fcharset" and self.group.fonts and value in _FONT_PAGES and len(self._fonts) < 5000:
            self._fonts[self._defined] = _FONT_PAGES[value]

    def _data(self, data: bytes) -> None:
        if self._to_skip:
            taken = min(self._to_skip, len(data))
            self._to_skip -= taken
            data = data[taken:]
        if not self.group.skip:
            self._bytes += data

    def _put(self, text: str) -> None:
        self._flush()
        if not self.group.skip:
            self.out.append(text)

    def _flush(self) -> None:
        if self._bytes:
            data, self._bytes = bytes(self._bytes), bytearray()
            page = self._fonts.get(self.group.font, self._page)
            # A Latin font in a Chinese file still writes Chinese in the file's own code page.
            page = self._page if page == 1252 and self._page in _CODE_PAGES else page
            self.out.append(_decoded(data, page))


def _decoded(data: bytes, page: int) -> str:
    if data.isascii():
        return data.decode("ascii")
    try:
        return data.decode(_CODE_PAGES.get(page, f"cp{page}"), "replace")
    except LookupError:
        return data.decode("gb18030", "replace")


def read_rtf(payload: Payload) -> Document:
    """The text of a rich text file."""
    text = _Reader().read(payload.body)
    # Halves of a character beyond the first plane come as two escapes.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    flat = plain_pages([text.split("\n")])
    return written(flat, title=heading.title_of(flat.body.split("\n"), "", payload.url), payload=payload)
