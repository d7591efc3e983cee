"""How the lists of sources answer, look by look, and what of it a person should know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from storage.records import CaptureId, ErrorClass, FeedId, SourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLook:
    """What one run saw of one feed: its list in numbers, the new pages it led to, and who answered.

    `listed` and `dated` count the entries of the first list page and those of them with a date, None where the list
    was not read anew (a failure, an unchanged page). `fresh` are entries never listed before. `host` is where the
    list was in the end, `address` the network it came from (None behind a proxy), `issuer` who vouches for the host.
    """

    feed_id: FeedId
    run_id: str
    capture_id: CaptureId
    at: datetime
    error: ErrorClass | None = None
    platform: str | None = None
    listed: int | None = None
    dated: int | None = None
    fresh: int = 0
    pages: int = 0
    pages_dated: int = 0
    pages_with_text: int = 0
    host: str | None = None
    address: str | None = None
    issuer: str | None = None
    tls_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something about a source that a person should know of, from the look that raised it to the one that cleared it.

    `kind` is a word of `alerts.alarms`; `feed_id` is empty where it is about the source as a whole. `since` is when
    what it tells of began.
    """

    source_id: SourceId
    feed_id: str
    kind: str
    raised_at: datetime
    since: datetime
    detail: str
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """How a feed has been answering: `ok silent failing blocked redesigned never-seen`, with the class of the error."""

    health: str
    error: ErrorClass | None
    since: datetime | None
    message: str | None
    last_ok: datetime | None
    last_new: datetime | None
    looks: int = 0
    alarms: tuple[Alarm, ...] = ()
