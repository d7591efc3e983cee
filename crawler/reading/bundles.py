"""Archives (ZIP, RAR) of documents as one document: each member under its name, read as it would be by itself.

Limits hold for the whole archive, whatever is packed in whatever: depth, members, and bytes unpacked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from crawler.reading import heading
from crawler.reading.packages import Package
from crawler.reading.paged import MAX_CHARACTERS, normal
from crawler.reading.payload import Payload, Unread
from crawler.reading.rar import Rar
from crawler.reading.written import unread
from storage.findings import Document, DocumentKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MEMBER_BYTES = 33_000_000
_MOST_WARNINGS = 50
# A Mac's own notes beside each file, and what Windows keeps of pictures.
_NO_DOCUMENTS = ("__macosx/", "thumbs.db", ".ds_store", "desktop.ini")


class Archive(Protocol):
    """What both kinds of archives give."""

    @property
    def names(self) -> list[str]: ...
    def read(self, name: str, limit: int) -> bytes: ...


def zip_reader(inner: Callable[[Payload], Document]) -> Callable[[Payload], Document]:
    """The reader of ZIP archives, which gives each member to `inner`."""
    return lambda payload: _read(payload, lambda: Package(payload.body, payload.budget), inner)


def rar_reader(inner: Callable[[Payload], Document]) -> Callable[[Payload], Document]:
    """The reader of RAR archives, which gives each member to `inner`."""
    return lambda payload: _read(payload, lambda: Rar(payload), inner)


def _read(payload: Payload, opened: Callable[[], Archive], inner: Callable[[Payload], Document]) -> Document:
    budget = payload.budget
    if budget.depth <= 0:
        return unread("an archive too deep in archives")
    archive = opened()
    budget.depth -= 1
    try:
        return _joined(archive, payload, inner)
    finally:
        budget.depth += 1


def _joined(archive: Archive, payload: Payload, inner: Callable[[Payload], Document]) -> Document:
    lines: list[str] = []
    warnings: list[str] = []
    length = 0
    read: list[Document] = []
    names = [name for name in archive.names if not any(mark in name.lower() for mark in _NO_DOCUMENTS)]
    for place, name in enumerate(names):
        if payload.budget.members <= 0 or length > MAX_CHARACTERS:
            warnings.append(f"unread: {len(names) - place} further members")
            break
        payload.budget.members -= 1
        payload.page_begun()
        found = _member(archive, name, payload, inner)
        read.append(found)
        shown = normal(name)
        lines += [line for line in (shown, *_head(found), found.body) if line]
        length += len(shown) + len(found.body)
        warnings += [f"{warning} ({shown})" for warning in found.warnings]
    if len(warnings) > _MOST_WARNINGS:
        warnings = [*warnings[:_MOST_WARNINGS], f"unread: {len(warnings) - _MOST_WARNINGS} further warnings"]
    body = "\n".join(lines)
    if len(body) > MAX_CHARACTERS:
        warnings.append("the text is longer than a document's may be; the rest is not read")
    dated = next((found for found in read if found.published), None)
    titled = next((found.title for found in read if found.title), "")
    return Document(
        kind=DocumentKind.DOCUMENT,
        title=heading.title_of([], "", payload.url) or titled,
        published=dated.published if dated else None,
        published_precision=dated.published_precision if dated else "none",
        body=body[:MAX_CHARACTERS],
        warnings=tuple(warnings) or (() if lines else ("no members in it",)),
    )


def _head(found: Document) -> Iterable[str]:
    """A member's title, where its text does not begin with it already (a web page's, or a file's own field)."""
    if found.title and found.title.replace(" ", "") not in found.body[:300].replace(" ", "").replace("\n", ""):
        yield found.title


def _member(archive: Archive, name: str, payload: Payload, inner: Callable[[Payload], Document]) -> Document:
    try:
        body = archive.read(name, _MEMBER_BYTES)
    except Unread as problem:
        return unread(str(problem))
    # The ending is all there is of an address; a member has no header.
    return inner(replace(payload, body=body, url=f"archive:///{name}", media_type=""))
