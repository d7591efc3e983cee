"""How a source is doing, once its pages are heard too: silence is never health. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.alarms import HEALTH
from alerts.takedown import is_mass_move

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.feed_health import Alarm, FeedHealth
    from storage.records import SourceId
    from storage.standings import Losses

REDESIGNED = "redesigned"
# A source that answers, or says nothing new: what its lists say may be true of lists whose pages all went.
_LISTS_FINE = frozenset({"ok", "silent"})
# A word that an alarm may give to a source that its last look found well, the worst first.
_WORST_FIRST = ("failing", "blocked", REDESIGNED, "silent")


def judge(
    health: Mapping[SourceId, FeedHealth],
    losses: Mapping[SourceId, Losses],
    alarms: Mapping[SourceId, Sequence[Alarm]] | None = None,
) -> dict[SourceId, FeedHealth]:
    """Each source's health: what its lists say, what its alarms say, and what became of its pages.

    One whose lists answer while half of its pages went at once was redesigned or closed.
    """
    held = alarms or {}
    return {
        source: _judged(_alarmed(found, tuple(held.get(source, ()))), losses.get(source))
        for source, found in health.items()
    }


def _alarmed(found: FeedHealth, alarms: tuple[Alarm, ...]) -> FeedHealth:
    if not alarms:
        return found
    words = {HEALTH[one.kind]: one for one in reversed(alarms) if one.kind in HEALTH}
    word = next((each for each in _WORST_FIRST if each in words), None)
    if word is None or found.health != "ok":
        return replace(found, alarms=alarms)
    return replace(found, alarms=alarms, health=word, since=words[word].since, message=words[word].detail)


def _judged(found: FeedHealth, lost: Losses | None) -> FeedHealth:
    if lost is None or found.health not in _LISTS_FINE:
        return found
    if not is_mass_move(looked_at=lost.known, signs=lost.suspected):
        return found
    message = f"{lost.suspected} of {lost.known} pages gave signs of being gone: redesigned, moved or closed"
    return replace(found, health=REDESIGNED, message=message)
