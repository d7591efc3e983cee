"""Where a snapshot that came late belongs among those of its page: by when it was captured, not by when it came."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from storage import documents
from storage.documents import LastSnapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.database import Connection
    from storage.records import PageId, Sha256
    from storage.subjects import Subject


class Timelines:
    """The snapshots of some pages, in the order of their places, kept up while a batch is judged."""

    def __init__(self, conn: Connection, pages: Sequence[PageId]) -> None:
        self._pages = frozenset(pages)
        self._shown = documents.timelines(conn, pages)

    def append(self, page: PageId, made: LastSnapshot) -> None:
        """Take in the newest snapshot of a page."""
        if page in self._pages:
            self._shown.setdefault(page, []).append(made)

    def newest(self, page: PageId) -> LastSnapshot:
        return self._shown[page][-1]

    def place(self, look: Subject, text: Sha256) -> int | None:
        """The place at which this look's text is a snapshot of its own; None where a neighbour says the same.

        It is taken in there, and those behind it move on by one.
        """
        shown = self._shown.setdefault(look.page_id, [])
        place = bisect_right(shown, look.captured_at, key=lambda each: each.captured_at)
        if any(each.text_sha256 == text for each in shown[max(0, place - 1) : place + 1]):
            return None
        ordinal = shown[place].ordinal if place < len(shown) else len(shown) + 1
        shown[place:] = [replace(each, ordinal=each.ordinal + 1) for each in shown[place:]]
        made = LastSnapshot(
            id=look.id,
            record_sha256=look.record_sha256,
            ordinal=ordinal,
            parts=(look.id,),
            text_sha256=text,
            captured_at=look.captured_at,
        )
        shown.insert(place, made)
        return ordinal
