"""What a digest is made of: everything told, seen and counted in one window, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.origins import UNSAID, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.attachments import Owner
    from storage.feed_health import Alarm
    from storage.findings import Alert, GoneAs, PageState, Severity, StoredClaim, Suppressed
    from storage.records import ErrorClass, PageId, Sha256
    from storage.stories import Teller


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A source as people know it."""

    id: str
    name_zh: str | None = None
    name_en: str | None = None
    agency: str | None = None
    level: str | None = None
    province: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """One alert with the text it was found in. `state` is what was last told of its page, where that is not `live`;
    `also` the other concepts told of the same snapshot; `gravest`, of what was told before, the gravest severity that
    its text was told with (None: its own); `layout` the newspaper's page it is printed on; `owners` the
    articles whose file the page is."""

    alert: Alert
    title: str
    body: str
    source: Named | None
    origin: Origin = UNSAID
    state: PageState | None = None
    state_since: datetime | None = None
    also: tuple[str, ...] = ()
    gravest: Severity | None = None
    layout: str | None = None
    page_seen: datetime | None = None
    owners: tuple[Owner, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacts:
    """One thing told of a page that had alerted: a takedown, a return or an edit.

    `signs_since` is when a page that is gone showed the first sign of it, `signs` the looks from then on. Of an edit,
    `characters` are those added and removed within its sentences (None: told before they were counted), `words_gone`
    what alerts had matched in the old text and the new one no longer has, `said_old` and `said` what the two texts
    claim. `alert` is the page's alert that was told last. `tellers` are the pages that carry the same story, itself
    among them; empty where no other does.
    """

    event: str
    at: datetime
    page_id: PageId
    url: str
    title: str
    source: Named | None
    alerted_at: datetime
    alert: str = ""
    reason: str = ""
    gone_as: GoneAs | None = None
    from_state: str | None = None
    captures: int = 0
    snapshot: str | None = None
    snapshot_old: str | None = None
    text_old: str = ""
    text_new: str = ""
    signs: int = 0
    signs_since: datetime | None = None
    owners: tuple[Owner, ...] = ()
    characters: tuple[int, int] | None = None
    words_gone: tuple[str, ...] = ()
    said_old: tuple[StoredClaim, ...] = ()
    said: tuple[StoredClaim, ...] = ()
    tellers: tuple[Teller, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """A page as `urls list` shows it, but for its state: that is what the window told of it."""

    url: str
    source: str | None
    kind: str
    first_seen: datetime
    last_checked: datetime | None
    last_ok: datetime | None
    snapshots: int
    http_status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleFacts:
    """A source that does not show us what it should."""

    source: Named
    health: str
    error: ErrorClass | None
    since: datetime | None
    message: str | None
    last_ok: datetime | None
    last_new: datetime | None
    looks: int
    vantage: str = "default"
    alarms: tuple[Alarm, ...] = ()
    alive_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MendedFacts:
    """An alarm that no longer holds, and its source."""

    source: Named
    alarm: Alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFacts:
    """Pages of one host told together: so many went (or are back) at once that the host itself changed.

    `urls` are those of them that had alerted; `gone_as` counts how they went.
    """

    host: str
    event: str
    at: datetime
    pages: int
    urls: tuple[str, ...] = ()
    gone_as: tuple[tuple[str, int], ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpFacts:
    """`due` is the day (ISO) until which somebody wants to have seen to it."""

    alert: Alert
    who: str | None
    at: datetime
    reason: str | None
    due: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFacts:
    """One hit that was held back, with the text it stands in."""

    held: Suppressed
    url: str
    snapshot: str
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFacts:
    """Everything one window holds. `earlier` is, for a cluster of the window, what of it the reader was told before;
    `claims` are those of each alert, `claims_before` what the same sources claimed before the window; `ways_out`, by
    vantage, why a proxy of ours failed: what was not seen through it is no source's failure; `is_idle` where no run was
    made in the window, which then says nothing of the world, `last_run` when the last one before its end was."""

    alerts: tuple[AlertFacts, ...] = ()
    claims: Mapping[str, Sequence[StoredClaim]] = field(default_factory=dict)
    claims_before: Sequence[StoredClaim] = ()
    earlier: Mapping[str, AlertFacts] = field(default_factory=dict)
    changes: tuple[ChangeFacts, ...] = ()
    moves: tuple[MoveFacts, ...] = ()
    pages: Mapping[PageId, PageFacts] = field(default_factory=dict)
    troubles: tuple[TroubleFacts, ...] = ()
    mended: tuple[MendedFacts, ...] = ()
    follow_ups: tuple[FollowUpFacts, ...] = ()
    suppressed: Mapping[str, int] = field(default_factory=dict)
    sources: int = 0
    answered: int = 0
    crawled: int = 0
    new: int = 0
    rechecked: int = 0
    other_takedowns: int = 0
    unread: int = 0
    is_idle: bool = False
    last_run: datetime | None = None
    ways_out: Mapping[str, str] = field(default_factory=dict)
    ledger_seq: int = 0
    ledger_head: Sha256 | None = None
    samples: tuple[SampleFacts, ...] = ()
