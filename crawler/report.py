"""What a run is asked to do, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping
    from datetime import date

    from storage.backfills import Backfill
    from storage.records import ErrorClass, FeedId, SourceId


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

    `unreached`: of the pages first looked at, how many could not be had, by what came instead; `backfills`: how far
    walks back have come, `waiting`: what of their pages is still to be looked at.
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
    backfills: dict[FeedId, Backfill] = field(default_factory=dict)
    unreached: dict[SourceId, Counter[str]] = field(default_factory=dict)
    waiting: dict[SourceId, int] = field(default_factory=dict)
    left_alone: dict[str, str] = field(default_factory=dict)
    stopped: str | None = None

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
            "stopped": self.stopped,
        }

    @property
    def needs_a_look(self) -> bool:
        unended = any(each.ended is None for each in self.backfills.values())
        return bool(self.errors or self.stopped or self.too_many or unended)
