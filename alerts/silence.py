"""How a source is doing, once its pages are heard too: silence is never health. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.takedown import is_mass_move

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.findings import FeedHealth
    from storage.records import SourceId
    from storage.standings import Losses

REDESIGNED = "redesigned"
# A source that answers, or says nothing new: what its lists say may be true of lists whose pages all went.
_LISTS_FINE = frozenset({"ok", "silent"})


def judge(health: Mapping[SourceId, FeedHealth], losses: Mapping[SourceId, Losses]) -> dict[SourceId, FeedHealth]:
    """Each source's health. One whose lists answer while half of its pages went at once was redesigned or closed."""
    return {source: _judged(found, losses.get(source)) for source, found in health.items()}


def _judged(found: FeedHealth, lost: Losses | None) -> FeedHealth:
    if lost is None or found.health not in _LISTS_FINE:
        return found
    if not is_mass_move(looked_at=lost.known, signs=lost.suspected):
        return found
    message = f"{lost.suspected} of {lost.known} pages gave signs of being gone: redesigned, moved or closed"
    return replace(found, health=REDESIGNED, message=message)
