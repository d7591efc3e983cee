"""What became of a page: the state machine of evidence.md, section 6. Pure; its times are the captures' own.

Blocked and unreachable looks never lead to gone; what was never seen alive is never a takedown; each change
is told once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from storage.findings import Outcome, PageState, Standing, Transition, Verdict

if TYPE_CHECKING:
    from storage.config import Takedown
    from storage.records import CaptureId, PageId

VERSION = 3

# How long a host that lost half its pages at once must keep them lost before one of them is called gone.
MASS_MOVE_HOLDS = timedelta(days=7)
MASS_MOVE_SIGNS = 3

_AWAY = (Outcome.GONE, Outcome.BLOCKED, Outcome.UNREACHABLE)
_TROUBLE = {Outcome.BLOCKED: PageState.BLOCKED, Outcome.UNREACHABLE: PageState.UNREACHABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One look at one page, judged; and which other vantages saw it alive, or gone, in the same run."""

    page_id: PageId
    capture_id: CaptureId
    at: datetime
    verdict: Verdict
    vantage: str = "default"
    alive_from: tuple[str, ...] = ()
    gone_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What is seen of the page's host: did its home or another known page answer in the same run, and did it lose
    half of what was looked at in these days?"""

    answered: bool = True
    mass_move: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where the page stands now; the change, if there is one; the ledger's event where the change is news."""

    standing: Standing
    transition: Transition | None = None
    tell: str | None = None


def is_mass_move(*, looked_at: int, signs: int) -> bool:
    """Whether so many of a host's known pages gave gone-signs, in a run or the days before, that the host changed."""
    return signs >= MASS_MOVE_SIGNS and signs * 2 >= looked_at


def advance(standing: Standing | None, sighting: Sighting, limits: Takedown, control: Control) -> Step:
    """Where one more look leaves a page. `standing` None: this is the first look."""
    if sighting.alive_from and sighting.verdict.outcome in _AWAY:
        return _hidden(standing, sighting)
    step = _advance(standing, sighting, limits, control)
    if standing is not None and standing.hidden and sighting.verdict.outcome is Outcome.LIVE:
        return _unhidden(step, sighting)
    return step


def _advance(standing: Standing | None, sighting: Sighting, limits: Takedown, control: Control) -> Step:
    if standing is None:
        return Step(standing=_first(sighting))
    match standing.state:
        case PageState.LIVE | PageState.RETURNED:
            return _from_live(standing, sighting, limits)
        case PageState.SUSPECTED_GONE:
            return _from_suspected(standing, sighting, limits, control)
        case PageState.BLOCKED | PageState.UNREACHABLE:
            return _from_trouble(standing, sighting, limits)
        case PageState.GONE:
            return _from_gone(standing, sighting)


def imported(standing: Standing | None, sighting: Sighting, *, is_newest: bool) -> Step | None:
    """Where a look that was imported leaves a page; None where it says nothing of how the page stands.

    That a page was there once makes its loss a takedown, whenever we learn of it. That it is there is believed only
    of a look newer than our own. What anyone else could not see is no sign of anything.
    """
    if sighting.verdict.outcome is not Outcome.LIVE:
        return None
    if standing is None:
        return Step(standing=_first(sighting))
    if is_newest and standing.state is PageState.SUSPECTED_GONE:
        return _seen_again(standing, sighting)
    if is_newest and standing.state is PageState.GONE:
        return _from_gone(standing, sighting)
    return None if standing.alive else Step(standing=replace(standing, alive=True))


def _hidden(standing: Standing | None, sighting: Sighting) -> Step:
    """Not to be seen from the usual vantage, and alive from another: a finding of its own, and no takedown."""
    alive_from = ", ".join(sighting.alive_from)
    seen = sighting.verdict.gone_as or sighting.verdict.outcome
    verdict = replace(sighting.verdict, reason=f"{seen} from {sighting.vantage}, alive from {alive_from}")
    state = standing.state if standing else PageState.LIVE
    if standing is not None and standing.hidden and state is PageState.LIVE:
        return Step(standing=replace(_calm(standing), hidden=alive_from))
    before = standing or _first(replace(sighting, verdict=Verdict(outcome=Outcome.LIVE)))
    step = _move(before, replace(sighting, verdict=verdict), PageState.LIVE, tell="hidden")
    since = before.since if state is PageState.LIVE else sighting.at
    return replace(step, standing=replace(step.standing, since=since, alive=True, gone_as=None, hidden=alive_from))


def _unhidden(step: Step, sighting: Sighting) -> Step:
    standing = replace(step.standing, hidden=None)
    if step.transition is not None:
        return replace(step, standing=standing)
    verdict = replace(sighting.verdict, reason=f"seen again from {sighting.vantage}")
    told = _move(standing, replace(sighting, verdict=verdict), standing.state, tell="returned")
    return replace(told, standing=standing)


def _first(sighting: Sighting) -> Standing:
    alive = sighting.verdict.outcome is Outcome.LIVE
    state = PageState.LIVE if alive else _TROUBLE.get(sighting.verdict.outcome, PageState.UNREACHABLE)
    return Standing(page_id=sighting.page_id, state=state, since=sighting.at, alive=alive)


def _from_live(standing: Standing, sighting: Sighting, limits: Takedown) -> Step:
    match sighting.verdict.outcome:
        case Outcome.LIVE:
            if standing.state is PageState.RETURNED:
                return _move(standing, sighting, PageState.LIVE)
            return Step(standing=_calm(standing))
        case Outcome.GONE:
            return _suspect(standing, sighting)
        case Outcome.BLOCKED | Outcome.UNREACHABLE:
            return _trouble(standing, sighting, limits)
        case Outcome.SHELL:
            return Step(standing=standing)


def _from_suspected(standing: Standing, sighting: Sighting, limits: Takedown, control: Control) -> Step:
    if sighting.verdict.outcome is Outcome.LIVE:
        return _seen_again(standing, sighting)
    if sighting.verdict.outcome is not Outcome.GONE:
        return Step(standing=standing)
    seen = replace(standing, signs=standing.signs + 1, gone_as=sighting.verdict.gone_as or standing.gone_as)
    spread = sighting.at - (standing.first_sign_at or standing.since)
    # A second vantage that sees it gone as well confirms one page of a host that lost many.
    held = control.mass_move and not sighting.gone_from
    confirmed = seen.signs >= limits.confirm_checks and spread >= limits.confirm_after
    if not confirmed or not control.answered or (held and spread < MASS_MOVE_HOLDS):
        return Step(standing=seen)
    step = _move(seen, sighting, PageState.GONE, tell="gone")
    return replace(step, standing=replace(step.standing, signs=seen.signs, first_sign_at=seen.first_sign_at))


def _seen_again(standing: Standing, sighting: Sighting) -> Step:
    # However short it was away: that it is suspected gone was told, and must not stand as the last word.
    return _move(standing, sighting, PageState.LIVE, tell="returned")


def _from_trouble(standing: Standing, sighting: Sighting, limits: Takedown) -> Step:
    match sighting.verdict.outcome:
        case Outcome.LIVE:
            return _move(standing, sighting, PageState.LIVE)
        case Outcome.GONE if standing.alive:
            return _suspect(standing, sighting)
        case Outcome.BLOCKED | Outcome.UNREACHABLE as outcome:
            same = _TROUBLE[outcome] is standing.state
            return Step(standing=_calm(standing)) if same else _trouble(standing, sighting, limits)
        case _:
            return Step(standing=standing)


def _from_gone(standing: Standing, sighting: Sighting) -> Step:
    if sighting.verdict.outcome is Outcome.LIVE:
        return _move(standing, sighting, PageState.RETURNED, tell="returned")
    return Step(standing=replace(standing, confirmed=standing.confirmed + 1))


def _trouble(standing: Standing, sighting: Sighting, limits: Takedown) -> Step:
    """Count a blocked or unreachable look; enough of them over enough time become the state."""
    began = standing.first_trouble_at or sighting.at
    counted = replace(standing, troubles=standing.troubles + 1, first_trouble_at=began)
    if counted.troubles < limits.trouble_checks or sighting.at - began < limits.trouble_after:
        return Step(standing=counted)
    state = _TROUBLE[sighting.verdict.outcome]
    return _move(standing, sighting, state, tell=str(state))


def _suspect(standing: Standing, sighting: Sighting) -> Step:
    step = _move(standing, sighting, PageState.SUSPECTED_GONE, tell="suspected-gone")
    return replace(step, standing=replace(step.standing, signs=1, first_sign_at=sighting.at))


def _calm(standing: Standing) -> Standing:
    """The same object where there is nothing to forget: an unchanged look writes nothing."""
    return replace(standing, troubles=0, first_trouble_at=None) if standing.troubles else standing


def _move(standing: Standing, sighting: Sighting, state: PageState, *, tell: str | None = None) -> Step:
    verdict = sighting.verdict
    leaving = state in (PageState.SUSPECTED_GONE, PageState.GONE)
    gone_as = (verdict.gone_as or standing.gone_as) if leaving else None
    transition = Transition(
        page_id=standing.page_id,
        capture_id=sighting.capture_id,
        at=sighting.at,
        from_state=standing.state,
        to_state=state,
        gone_as=gone_as,
        reason=verdict.reason,
    )
    alive = standing.alive or verdict.outcome is Outcome.LIVE
    moved = Standing(page_id=standing.page_id, state=state, since=sighting.at, alive=alive, gone_as=gone_as)
    return Step(standing=moved, transition=transition, tell=tell)
