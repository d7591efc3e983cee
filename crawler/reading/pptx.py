"""Slides (PPTX): each slide a page, in the order they are shown, notes behind their slide. Pure.

Source: ECMA-376-1, 19 (PresentationML) and 21 (DrawingML).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crawler.reading import heading
from crawler.reading.docx import core_title
from crawler.reading.packages import Package, attribute, local
from crawler.reading.paged import plain_pages
from crawler.reading.payload import Unread
from crawler.reading.written import numbers, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.reading.payload import Payload
    from storage.findings import Document

_MAIN = "ppt/presentation.xml"
_MOST_SLIDES = 1000
_NUMBER = re.compile(r"\d{1,9}")


def read_pptx(payload: Payload) -> Document:
    """The text of slides."""
    package = Package(payload.body, payload.budget)
    names = _slides(package)
    pages, lost = [], []
    for number, name in enumerate(names[:_MOST_SLIDES], 1):
        try:
            pages.append([*_lines(package.xml(name)), *_notes(package, name)])
        except Unread:
            pages.append([])
            lost.append(number)
    warnings = [f"unread: damaged {numbers(lost)}"] if lost else []
    if len(names) > _MOST_SLIDES:
        warnings.append(f"unread: the slides behind the first {_MOST_SLIDES}")
    text = plain_pages(pages)
    title = heading.title_of(text.body.split("\n"), core_title(package), payload.url)
    pictures = 0 if text.body else sum(1 for name in package.names if name.startswith("ppt/media/"))
    return written(text, title=title, payload=payload, pictures=pictures, warnings=warnings, paged=True)


def relations(package: Package, name: str) -> dict[str, str]:
    """The parts that a part names, by the id it names them with; empty where its list is missing or broken."""
    folder, _, leaf = name.rpartition("/")
    listed = f"{folder}/_rels/{leaf}.rels" if folder else f"_rels/{leaf}.rels"
    if listed not in package:
        return {}
    try:
        root = package.xml(listed)
    except Unread:
        return {}
    return {
        attribute(node, "Id"): resolved(folder, attribute(node, "Target"))
        for node in root.iter()
        if local(node) == "Relationship" and attribute(node, "TargetMode") != "External"
    }


def resolved(folder: str, target: str) -> str:
    """A part's name from the folder of the part that names it."""
    parts = [] if target.startswith("/") else folder.split("/")
    for step in target.strip("/").split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in ("", "."):
            parts.append(step)
    return "/".join(part for part in parts if part)


def _slides(package: Package) -> list[str]:
    """The slides in their order; by number where the presentation does not say."""
    targets = relations(package, _MAIN)
    try:
        # An entry's `id` and `r:id` have one local name: only the one with a namespace names a relation.
        listed = [
            next((str(value) for key, value in node.attrib.items() if key.endswith("}id")), "")
            for node in package.xml(_MAIN).iter()
            if local(node) == "sldId"
        ]
    except Unread:
        listed = []
    named = [targets[each] for each in listed if targets.get(each, "") in package]
    if named:
        return list(dict.fromkeys(named))
    found = [name for name in package.names if name.startswith("ppt/slides/") and name.endswith(".xml")]
    return sorted(found, key=lambda name: (int((_NUMBER.search(name) or ["0"])[0]), name))


def _notes(package: Package, slide: str) -> Iterator[str]:
    for target in relations(package, slide).values():
        if target.startswith("ppt/notesSlides/") and target in package:
            try:
                # The notes' page repeats the slide's number in a field of its own.
                yield from (line for line in _lines(package.xml(target)) if not line.strip().isdigit())
            except Unread:
                continue


def _lines(node: Any) -> Iterator[str]:
    """Paragraphs, and table rows with their cells parted by tabs."""
    for child in node:
        name = local(child)
        if name == "p":
            yield _paragraph(child)
        elif name == "tr":
            cells = [cell for cell in child if local(cell) == "tc"]
            yield "\t".join(" ".join(line for line in _lines(cell) if line) for cell in cells)
        elif name != "Fallback":
            yield from _lines(child)


def _paragraph(node: Any) -> str:
    return "".join(
        {"t": piece.text or "", "br": " ", "tab": " "}.get(local(piece), "") for piece in node.iter()
    ).strip()
