"""A newspaper's layout as people cite it: `第03版：要闻`, from what links and headings say. Pure."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_NUMBER = r"(?P<number>[A-Z]{0,2}\d{1,3}|[A-Z]|[一二三四五六七八九十]{1,3})"
_NAME = r"(?P<name>[^\s:：|].{0,30})?"
# 第03版：要闻, 第 3 版 要闻, 03版:要闻, A01版·头版
_SAID = re.compile(
    rf"(?:第\s{{0,3}}{_NUMBER}\s{{0,3}}版|{_NUMBER.replace('number', 'bare')}\s?版)\s*+[:：·|]?\s*+{_NAME}"
)
# 03：要闻, A01 头版: only a layout's own link may say it so.
_SHORT = re.compile(rf"(?P<number>[A-Z]?\d{{2,3}}|[A-Z]\d)(?:\s++[:：·|]?|[:：·|])\s*+{_NAME}")
_TOOLS = re.compile(r"[\[（(【]?\s?(?:pdf|PDF)(?:版|下载)?\s?[\]）)】]?\s*$")
_LONGEST = 40
# Headings stand in the head of a page; what is not found among so many elements is not there.
_ELEMENTS = 3_000
_HEADINGS = ("td", "th", "div", "span", "strong", "b", "font", "p", "h1", "h2", "h3", "h4", "em", "li")


def of_link(text: str) -> str | None:
    """The layout that the text of a link to one names, or None (上一版, a picture, an article's title)."""
    shown = _tidy(text)
    match = _SAID.fullmatch(shown) or _SHORT.fullmatch(shown)
    return _cited(match) if match else None


def of_number(number: str | None) -> str | None:
    """The layout of a printed number: `第03版`."""
    return f"第{number[-2:] if number.isdigit() else number}版" if number else None


def of_heading(tree: Any) -> str | None:
    """The layout that a page shows as its own: the first short text outside links that is one, or None."""
    for node in islice(tree.iter(*_HEADINGS), _ELEMENTS):
        pieces = list(islice(node.itertext(), 12))
        if sum(map(len, pieces)) > 4 * _LONGEST:
            continue
        match = _SAID.fullmatch(_tidy("".join(pieces)))
        if match and not any(each.tag == "a" for each in (*node.iterancestors(), *node.iter("a"))):
            return _cited(match)
    return None


def _tidy(text: str) -> str:
    shown = " ".join(text[: 4 * _LONGEST].split())
    return _TOOLS.sub("", shown).strip() if len(shown) <= _LONGEST else ""


def _cited(match: re.Match[str]) -> str:
    said = match.groupdict()
    name = (said["name"] or "").strip(" :：·|")
    return f"第{said['number'] or said['bare']}版" + (f"：{name}" if name else "")
