"""OFD, the Chinese government's document format: a zip of XML with the characters in `TextCode`. Pure.

Source: GB/T 33190-2016, 7 (document, pages) and 11 (text).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.reading import heading, pictures
from crawler.reading.packages import Package, attribute, local
from crawler.reading.paged import flow
from crawler.reading.payload import Unread
from crawler.reading.pptx import resolved
from crawler.reading.written import numbers, written

if TYPE_CHECKING:
    from crawler.reading.payload import Payload
    from storage.findings import Document

_MOST_PAGES = 3000
_MOST_DOCUMENTS = 20
# Baselines closer than this part of a character's size are one line.
_SAME_LINE = 0.5
_USUAL_SIZE = 4.0


def read_ofd(payload: Payload) -> Document:
    """The text of an OFD file, page by page."""
    package = Package(payload.body, payload.budget)
    main = next(name for name in ("OFD.xml", *package.names) if name.lower() == "ofd.xml")
    root = package.xml(main)
    if "Encryptions.xml" in package:
        raise Unread("encrypted")
    field = next((node.text or "" for node in root.iter() if local(node) == "Title"), "")
    pages: list[list[str]] = []
    lost: list[int] = []
    scanned: list[int] = []
    for start in [node.text or "" for node in root.iter() if local(node) == "DocRoot"][:_MOST_DOCUMENTS]:
        for part, templates in _pages(package, resolved("", start.strip())):
            payload.page_begun()
            try:
                content = package.xml(part)
                pages.append([line for one in (*templates, content) for line in _lines(one)])
                if not pages[-1] and any(local(node) == "ImageObject" for node in content.iter()):
                    scanned.append(len(pages))
            except Unread:
                pages.append([])
                lost.append(len(pages))
    warnings = [f"unread: damaged {numbers(lost)}"] if lost else []
    warnings += pictures.instead_of_pages(package, scanned, pages, payload)
    text = flow(pages)
    title = heading.title_of(text.body.split("\n"), field, payload.url)
    return written(text, title=title, payload=payload, warnings=warnings, paged=True)


def _pages(package: Package, document: str) -> list[tuple[str, list[Any]]]:
    """The pages' parts in order, each with the templates that stand behind it."""
    root = package.xml(document)
    folder = document.rpartition("/")[0]
    forms: dict[str, str] = {}
    found: list[tuple[str, list[Any]]] = []
    for node in root.iter():
        place = resolved(folder, attribute(node, "BaseLoc"))
        if local(node) == "TemplatePage":
            forms[attribute(node, "ID")] = place
        elif local(node) == "Page" and attribute(node, "BaseLoc") and len(found) < _MOST_PAGES:
            found.append((place, []))
    if forms:
        # A form's own lines are the letterhead; once is enough.
        for place, behind in found[:1]:
            behind.extend(_templates(package, place, forms))
    return found


def _templates(package: Package, page: str, forms: dict[str, str]) -> list[Any]:
    try:
        used = [attribute(node, "TemplateID") for node in package.xml(page).iter() if local(node) == "Template"]
        return [package.xml(forms[each]) for each in used[:3] if each in forms]
    except Unread:
        return []


def _lines(page: Any) -> list[str]:
    """The lines of a page: pieces on one baseline are one line, in the order they are drawn."""
    lines: list[list[str]] = []
    last = float("-inf")
    for node in page.iter():
        if local(node) != "TextObject":
            continue
        top = (*_floats(attribute(node, "Boundary")), 0.0, 0.0)[1]
        size = (*_floats(attribute(node, "Size")), _USUAL_SIZE)[0]
        for code in node:
            if local(code) != "TextCode":
                continue
            at = top + (*_floats(attribute(code, "Y")), 0.0)[0]
            if not lines or abs(at - last) > _SAME_LINE * size:
                lines.append([])
            lines[-1].append(code.text or "")
            last = at
    return ["".join(pieces) for pieces in lines]


def _floats(said: str) -> list[float]:
    found = []
    for word in said.split()[:4]:
        try:
            found.append(float(word))
        except ValueError:
            return []
    return found
