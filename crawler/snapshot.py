"""When is it a new snapshot: only where the text without noise, the title or the date differs. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from crawler.changes import Edit, edit
from crawler.sameness import plain
from storage.records import Sha256

if TYPE_CHECKING:
    from storage.findings import Document

VERSION = 3


def fingerprint(document: Document) -> Sha256:
    """The SHA-256 of what makes a snapshot: title, date, and the text without noise."""
    told = "\x00".join((plain(document.title), document.published or "", plain(document.body)))
    return Sha256(hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest())


def is_worth_keeping(document: Document) -> bool:
    """Whether there is anything to show: a title or a text, or a file that a person must open to read it."""
    return document.has_words or document.is_unread


def difference(old: Document, new: Document) -> Edit:
    """The sentences added and removed, a changed title counted as one of each."""
    return edit(f"{old.title}\n{old.body}", f"{new.title}\n{new.body}")
