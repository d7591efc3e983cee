"""Word documents (DOCX): paragraphs, tables a row a line, headers, footnotes. Pure.

Source: ECMA-376-1, 17 (WordprocessingML); elements are told by their local names, which both dialects share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.reading import heading
from crawler.reading.packages import Package, local
from crawler.reading.paged import plain_pages
from crawler.reading.payload import Unread
from crawler.reading.written import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.reading.payload import Payload
    from storage.findings import Document

_MAIN = "word/document.xml"
_MOST_EXTRAS = 20
# What is not shown: the old half of an alternative, deleted text, instructions of fields, hidden marks.
_UNSEEN = frozenset({"Fallback", "del", "moveFrom", "instrText", "delText", "rPr", "pPr", "tblPr", "tcPr", "sectPr"})


def read_docx(payload: Payload) -> Document:
    """The text of a Word document; headers before it, footnotes and footers behind."""
    package = Package(payload.body, payload.budget)
    lines = list(_blocks(package.xml(_MAIN)))
    before, behind = _extras(package, ("header",)), _extras(package, ("footnotes", "endnotes", "footer"))
    around = dict.fromkeys(line for line in before if line not in lines)
    whole = plain_pages([[*around, *lines, *dict.fromkeys(line for line in behind if line not in lines)]])
    title = heading.title_of([line for line in lines if line], core_title(package), payload.url)
    pictures = 0 if whole.body else sum(1 for name in package.names if name.startswith("word/media/"))
    return written(whole, title=title, dated=lines, payload=payload, pictures=pictures)


def core_title(package: Package) -> str:
    """The title in the file's own fields; empty where there is none."""
    if "docProps/core.xml" not in package:
        return ""
    try:
        root = package.xml("docProps/core.xml")
    except Unread:
        return ""
    return next(("".join(node.itertext()) for node in root.iter() if local(node) == "title"), "")


def _extras(package: Package, stems: tuple[str, ...]) -> list[str]:
    """Lines of headers, notes and footers that hold words: a page's number alone says nothing."""
    names = [
        name
        for stem in stems
        for name in sorted(package.names)
        if name.startswith(f"word/{stem}") and name.endswith(".xml")
    ]
    lines: list[str] = []
    for name in names[:_MOST_EXTRAS]:
        try:
            found = list(_blocks(package.xml(name)))
        except Unread:
            continue
        lines += [line for line in found if any(sign.isalpha() for sign in line) and line not in lines]
    return lines


def _blocks(node: Any) -> Iterator[str]:
    """The lines of paragraphs and table rows, in order, at any depth; the parser bounds the depth."""
    for child in node:
        name = local(child)
        if name == "p":
            boxes: list[Any] = []
            yield from "".join(_runs(child, boxes)).split("\n")
            for box in boxes:
                yield from _blocks(box)
        elif name == "tr":
            yield "\t".join(_cell(cell) for cell in child.iter() if local(cell) == "tc" and _row_of(cell) is child)
        elif name not in _UNSEEN:
            yield from _blocks(child)


def _row_of(cell: Any) -> Any:
    """The row a cell stands in; a content control may stand between."""
    found = cell.getparent()
    while found is not None and local(found) != "tr":
        found = found.getparent()
    return found


def _cell(cell: Any) -> str:
    return " ".join(line.replace("\t", " ").strip() for line in _blocks(cell) if line.strip())


def _runs(node: Any, boxes: list[Any]) -> Iterator[str]:
    """The pieces of a paragraph's text; text boxes in it are set aside for behind it."""
    for child in node:
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name == "tab":
            yield "\t"
        elif name in ("br", "cr"):
            yield "\n"
        elif name == "noBreakHyphen":
            yield "-"
        elif name == "txbxContent":
            boxes.append(child)
        elif name not in _UNSEEN:
            yield from _runs(child, boxes)
