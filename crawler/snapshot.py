"""When is it a new snapshot: only where the text without noise, the title or the date differs. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.changes import Edit, edit
from crawler.sameness import plain
from storage.records import Sha256

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.findings import Document

VERSION = 1


def join(parts: Sequence[Document]) -> Document:
    """One document of an article split over pages: the first part's, with the bodies of all, in order.

    Date, publisher and author are the first part's that shows one. Raises ValueError for no parts.
    """
    if not parts:
        raise ValueError("an article has at least one part")
    first = parts[0]
    if len(parts) == 1:
        return first
    dated = next((part for part in parts if part.published), first)
    return replace(
        first,
        body="\n".join(part.body for part in parts if part.body),
        published=dated.published,
        published_precision=dated.published_precision,
        publisher=next((part.publisher for part in parts if part.publisher), None),
        author=next((part.author for part in parts if part.author), None),
        warnings=tuple(warning for part in parts for warning in part.warnings),
    )


def fingerprint(document: Document) -> Sha256:
    """The SHA-256 of what makes a snapshot: title, date, and the text without noise."""
    told = "\x00".join((plain(document.title), document.published or "", plain(document.body)))
    return Sha256(hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest())


def is_worth_keeping(document: Document) -> bool:
    """Whether there is anything to show: a title or a text."""
    return bool(document.title.strip() or document.body.strip())


def difference(old: Document, new: Document) -> Edit:
    """The sentences added and removed, a changed title counted as one of each."""
    return edit(f"{old.title}\n{old.body}", f"{new.title}\n{new.body}")
