"""What a run is asked to do, and what it did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.schedule import Look
from storage.records import CaptureKind, ErrorClass, Reason, Role, SourceId
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from crawler.purpose import Purpose
    from storage.backfills import Backfill
    from storage.records import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """How an address that a person names is asked, known or not, and as whose page.

    `other`: the way out to look from instead of the usual `vantage`, to compare with what that one saw.
    """

    vantage: str
    robots: str
    render: bool = False
    source_id: SourceId | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """What to ask in a run. `pages`: known pages too, not only new ones. `everything`: whether due or not.

    `vantage`: look at `urls` from there, to compare with what the usual one saw. `by_hand`: how `urls` are asked.
    """

    feeds: bool = True
    pages: bool = False
    source_ids: tuple[SourceId, ...] | None = None
    everything: bool = False
    urls: tuple[str, ...] | None = None
    vantage: str | None = None
    max_pages: int | None = None
    since: date | None = None
    by_hand: Mapping[str, ByHand] | None = None


@dataclass(slots=True, kw_only=True)
class RunReport:
    """What a run did. `errors` are the sources that failed, `stopped` says why a run ended before its work was done.

    `unreached`: of the pages first looked at, how many could not be had, by what came instead; `backfills`: how far the
    walk back of each source and list address has come, `waiting`: what of their pages is still to be looked at;
    `ways_out`: the vantages whose proxy failed, which is no site's failure; `told`: how many pages were told as edited,
    gone or back by these looks.

    `captures` are answers; a look that got none is among `failed`. `interrupted`: a person or the system stopped it.
    """

    captures: int = 0
    new_pages: int = 0
    rechecked: int = 0
    unchanged: int = 0
    failed: int = 0
    postponed: int = 0
    compared: int = 0
    cut: int = 0
    too_many: set[SourceId] = field(default_factory=set)
    feeds: int = 0
    errors: dict[SourceId, ErrorClass] = field(default_factory=dict)
    messages: dict[SourceId, str] = field(default_factory=dict)
    backfills: dict[tuple[SourceId, str], Backfill] = field(default_factory=dict)
    unreached: dict[SourceId, Counter[str]] = field(default_factory=dict)
    waiting: dict[SourceId, int] = field(default_factory=dict)
    ways_out: dict[str, str] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    left_alone: dict[str, str] = field(default_factory=dict)
    stopped: str | None = None
    interrupted: bool = False
    began: datetime | None = None
    _shown: set[SourceId] = field(default_factory=set)
    _lost: dict[SourceId, int] = field(default_factory=dict)

    def counts(self) -> dict[str, object]:
        """The counts as a run's end row keeps them."""
        return {
            "captures": self.captures,
            "new": self.new_pages,
            "rechecked": self.rechecked,
            "unchanged": self.unchanged,
            "failed": self.failed,
            "postponed": self.postponed,
            "cut": self.cut,
            "compared": self.compared,
            "feeds": self.feeds,
            "errors": {str(source): str(error) for source, error in self.errors.items()},
            "ways_out": dict(self.ways_out),
            "stopped": self.stopped or ("interrupted" if self.interrupted else None),
        }

    def take(self, purpose: Purpose, capture: Capture, look: Look) -> None:
        """Count one look."""
        self.captures += capture.kind is not CaptureKind.ERROR
        self.cut += capture.truncated
        if purpose.reason is Reason.COMPARE:
            self.compared += 1
            return
        if purpose.role in (Role.PAGE, Role.FEED, Role.PART):
            self.failed += look in (Look.TROUBLE, Look.DISALLOWED)
        if purpose.role is Role.FEED and look is not Look.TROUBLE:
            self._answered_for(purpose)
        if purpose.role is not Role.PAGE:
            return
        self.rechecked += purpose.reason is Reason.RECHECK
        self.new_pages += purpose.reason is Reason.DISCOVERED
        self.unchanged += capture.kind is CaptureKind.REVISIT
        if purpose.reason is Reason.DISCOVERED and look is not Look.ANSWERED and purpose.source_id is not None:
            self.unreached.setdefault(purpose.source_id, Counter())[str(look)] += 1
        self._of_source(purpose, capture, look)

    def _answered_for(self, purpose: Purpose) -> None:
        name = purpose.source_id or SourceId(host_of(purpose.url))
        self._shown.add(name)
        if self._lost.pop(name, None):
            self.errors.pop(name, None)
            self.messages.pop(name, None)

    def _of_source(self, purpose: Purpose, capture: Capture, look: Look) -> None:
        """A source, or a host of pages that have none, of which nothing answered and no page could be looked at has
        failed."""
        name = purpose.source_id or SourceId(host_of(purpose.url))
        if look is not Look.TROUBLE:
            self._answered_for(purpose)
        elif name not in self._shown and (name in self._lost or name not in self.errors):
            self._lost[name] = self._lost.get(name, 0) + 1
            refused = capture.status is not None and capture.status < 500
            self.errors[name] = capture.error or (ErrorClass.BLOCKED if refused else ErrorClass.HTTP)
            said = capture.message or f"status {capture.status}"
            self.messages[name] = f"none of its {self._lost[name]} pages could be looked at; the last: {said}"

    @property
    def needs_a_look(self) -> bool:
        unended = any(each.ended is None for each in self.backfills.values())
        return bool(self.errors or self.stopped or self.too_many or self.ways_out or unended)
