"""Lines as a page shows them to paragraphs as they were written, and where in the text each page begins. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.reading.heading import ends_title
from crawler.reading.html import ILLEGAL, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_CHARACTERS = 5_000_000
"""More text than this is no document; what stands behind is not read, and a warning says so."""

_PAGE_NUMBER = re.compile(
    r"[\s—–―－\-·.]{0,8}(?:第\s?)?\d{1,4}(?:\s?页)?(?:\s?[/／,，共]{1,2}\s?(?:共\s?)?\d{1,4}(?:\s?页)?)?[\s—–―－\-·.]{0,8}"
)
_FIRST_OF_PARAGRAPH = re.compile(
    r"第[一二三四五六七八九十百零\d]{1,6}[条章节款部编]|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|\d{1,4}(?:[、．)）]|\.(?!\d)|\s)|附件|附表|[●■◆◇○□★※•·]|—\s"
)
_SENTENCE_END = ("。", "！", "？", "；", "：", "!", "?", ";", ":", "…", "”", "》")
_LATIN_HYPHEN = re.compile(r"[a-z]-$")
# CJK radicals that fonts name instead of the characters they look like (⼈ for 人).
_RADICALS = {
    code: folded
    for code in (*range(0x2E80, 0x2EF4), *range(0x2F00, 0x2FD6), *range(0xF900, 0xFAFF))
    if len(folded := unicodedata.normalize("NFKC", chr(code))) == 1 and folded != chr(code)
}
# What the radicals supplement has no decomposition for and Chinese fonts use.
_RADICALS |= {
    0x2F3E: "户",
    0x2EC5: "见",
    0x2EC9: "贝",
    0x2ECB: "车",
    0x2ED3: "长",
    0x2ED4: "门",
    0x2EDA: "页",
    0x2EDB: "风",
}
_RADICALS |= {0x2EDC: "飞", 0x2EE2: "马", 0x2EE5: "鱼", 0x2EE6: "鸟", 0x2EE9: "黄", 0x2EEC: "齐", 0x2EF0: "龙"}
# Lines this wide or wider count when the width of a full line is looked for, in half-width signs; where they are
# narrower than a page's (a newspaper's columns), it takes some of them to be believed.
_LEAST_WIDTH = 24
_PAGE_WIDTH = 44
_COLUMN_LINES = 8
_FULL = 0.85
_NEVER = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A text and the offsets at which its pages begin; an empty page begins where the next does."""

    body: str
    page_starts: tuple[int, ...]
    cut: bool = False


def flow(pages: Sequence[Sequence[str]]) -> Flow:
    """Pages of lines as one text: lines that were only broken for want of room are joined again, over pages too."""
    kept = [list(_lines(page)) for page in pages]
    full = _FULL * _full_width([line for page in kept for line in page])
    out: list[str] = []
    starts: list[int] = []
    length, last = 0, ""
    for page in kept:
        starts.append(length)
        for number, line in enumerate(page):
            joint = "\n" if last else ""
            if last and _goes_on(last, line, full):
                joint = _joint(last, line)
                if not joint and _LATIN_HYPHEN.search(last) and line[0].islower():
                    out[-1] = out[-1][:-1]
                    length -= 1
            text = line.strip()
            if number == 0:
                starts[-1] = length + len(joint)
            out += (joint, text)
            length += len(joint) + len(text)
            last = line
            if length > MAX_CHARACTERS:
                return Flow(body="".join(out), page_starts=_rising(starts), cut=True)
    return Flow(body="".join(out), page_starts=_rising(starts))


def plain_pages(pages: Sequence[Sequence[str]]) -> Flow:
    """Pages whose lines are paragraphs already, such as slides."""
    body: list[str] = []
    starts, length = [], 0
    for page in pages:
        starts.append(length)
        for text in map(normal, page):
            if text and length <= MAX_CHARACTERS:
                body.append(text)
                length += len(text) + 1
    last = max(0, length - 1)
    starts = [min(start, last) for start in starts]
    return Flow(body="\n".join(body), page_starts=tuple(starts), cut=length > MAX_CHARACTERS)


def normal(line: str) -> str:
    """A line without control characters, blanks squeezed but tabs kept, in the normal form of the stored text."""
    text = ILLEGAL.sub("", line.translate(_RADICALS)).replace("\ufffe", "")
    return unicodedata.normalize("NFC", "\t".join(map(squeeze, text.replace("\n", " ").split("\t")))).strip("\t ")


def _rising(starts: list[int]) -> tuple[int, ...]:
    """A page without text begins where the text goes on."""
    for at in range(len(starts) - 2, -1, -1):
        starts[at] = min(starts[at], starts[at + 1])
    return tuple(starts)


def _lines(page: Sequence[str]) -> Iterator[str]:
    """A page's lines that hold text, without its number; a blank in front says that the line was indented."""
    found = []
    for line in page:
        text = normal(line)
        if text:
            found.append(f"  {text}" if line[:1] in (" ", "\u3000") and line[1:2] in (" ", "\u3000") else text)
    while len(found) > 1 and _PAGE_NUMBER.fullmatch(found[-1]):
        found.pop()
    if len(found) > 1 and _PAGE_NUMBER.fullmatch(found[0]):
        found.pop(0)
    yield from found


def width(line: str) -> int:
    """How wide a line is, in half-width signs."""
    return len(line) + sum(1 for sign in line if sign > "\u2e7f")


def _full_width(lines: Sequence[str]) -> int:
    """How wide the lines are that fill the measure: nine tenths of the longer ones are no wider."""
    widths = sorted(found for found in map(width, lines) if found >= _LEAST_WIDTH)
    full = widths[len(widths) * 9 // 10] if widths else 0
    near = sum(1 for found in widths if found >= _FULL * full)
    return full if full >= _PAGE_WIDTH or near >= _COLUMN_LINES else _NEVER


def _goes_on(last: str, line: str, full: float) -> bool:
    """Whether a line was broken only because it was full."""
    if width(last) < full or last.endswith(_SENTENCE_END) or _is_row(last) or ends_title(last):
        return False
    if unicodedata.combining(line[0]):
        return False
    return not line.startswith("  ") and not _FIRST_OF_PARAGRAPH.match(line) and not _is_row(line)


def _is_row(line: str) -> bool:
    """Whether a line is a row of cells: Chinese prose has commas and hardly a blank, cells the other way round."""
    words = line.split()
    han = sum(1 for word in words if word[0] > "\u2e7f")
    return "\t" in line or (len(words) >= 3 and han >= 2 and not any(mark in line for mark in "，。；："))


def _joint(last: str, line: str) -> str:
    """What stands between the halves of a line: nothing in Chinese or for a word broken by a hyphen."""
    if last[-1] > "\u2e7f" or line[0] > "\u2e7f" or (_LATIN_HYPHEN.search(last) and line[0].islower()):
        return ""
    return " "
