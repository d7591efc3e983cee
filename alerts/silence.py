"""How a source is doing: silence is never health. Pure, over the facts of its feeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.takedown import MASS_MOVE_SIGNS
from storage.records import ErrorClass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

OK = "ok"
SILENT = "silent"
FAILING = "failing"
BLOCKED = "blocked"
REDESIGNED = "redesigned"
NEVER_SEEN = "never-seen"

# What wants a look first when a source has several feeds.
_GRAVITY = (BLOCKED, FAILING, REDESIGNED, NEVER_SEEN, SILENT, OK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one feed. `links_now` and `links_before`: entries on its first page at the last reading, and
    the most it ever had; None where it was never read. `failures` are looks in a row that failed."""

    last_ok: datetime | None
    last_new: datetime | None
    first_ok: datetime | None = None
    error: ErrorClass | None = None
    failures: int = 0
    links_now: int | None = None
    links_before: int | None = None
    silent_after: timedelta | None = None


def health_of(facts: Facts, now: datetime) -> str:
    """One feed's health: the first that fits of blocked, failing, redesigned, never-seen, silent, ok."""
    if facts.error is ErrorClass.BLOCKED:
        return BLOCKED
    if facts.error is ErrorClass.PARSE or _lost_its_links(facts):
        return REDESIGNED if facts.last_ok else FAILING
    if facts.error is not None:
        return FAILING
    if facts.last_ok is None:
        return NEVER_SEEN
    # A feed that never had anything new is silent since we first read it.
    heard = facts.last_new or facts.first_ok or facts.last_ok
    if facts.silent_after and now - heard > facts.silent_after:
        return SILENT
    return OK


def worst(healths: Sequence[str]) -> str:
    """A source's health out of its feeds'; `never-seen` where it has none."""
    return min(healths, key=_GRAVITY.index, default=NEVER_SEEN)


def lost_half(*, known: int, suspected: int) -> bool:
    """Whether a source lost so many of its pages that it was redesigned or closed, and none of them taken down."""
    return suspected >= MASS_MOVE_SIGNS and suspected * 2 >= known


def _lost_its_links(facts: Facts) -> bool:
    return facts.links_now == 0 and bool(facts.links_before)
