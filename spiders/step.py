"""What a walk makes of one list page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.records import FeedReading

if TYPE_CHECKING:
    from spiders.platforms import NextPage
    from storage.backfills import Backfill
    from storage.records import CaptureId, Entry, ErrorClass, FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one list page said, and what to ask next. `error` ends the walk unfinished."""

    entries: tuple[Entry, ...] = ()
    platform: str = "auto"
    next_page: NextPage | None = None
    error: ErrorClass | None = None
    message: str | None = None
    backfill: Backfill | None = None
    listed: int | None = None
    dated: int | None = None

    def reading(self, feed_id: FeedId, capture_id: CaptureId, page_number: int) -> FeedReading:
        """The step as it is kept."""
        return FeedReading(
            feed_id=feed_id,
            capture_id=capture_id,
            page_number=page_number,
            entries=self.entries,
            finished=self.next_page is None and self.error is None,
            platform=self.platform,
            error=self.error,
            message=self.message,
            listed=self.listed,
            dated=self.dated,
        )
