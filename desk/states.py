"""Stage `takedown`: the state machine over each run's looks, whole runs at a time."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alerts import takedown
from alerts.takedown import Control, Sighting, is_mass_move
from crawler.verdict import LIVE, SiteMemory, judge
from storage import ledger, standings, subjects
from storage.findings import GoneAs, Outcome, PageState, Standing, Transition, Verdict
from storage.records import CaptureKind, Role
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.config import Takedown
    from storage.database import Connection
    from storage.records import CaptureId, Clock, PageId, Sha256
    from storage.subjects import Look, Subject

_BATCH = 1000
_LOSSES = ("suspected-gone", "gone")
_STATES = (*_LOSSES, "returned", "hidden", "blocked", "unreachable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Where one look leaves its page; `standing` is None where nothing changed."""

    id: CaptureId
    standing: Standing | None = None
    transition: Transition | None = None
    tell: str | None = None
    mass_move: bool = False


class TakedownStage:
    """Standings and transitions; each change that is news told once, in the ledger."""

    name = "takedown"

    def __init__(self, *, snapshots_version: str, limits: Takedown, now: Clock) -> None:
        self.version = f"{takedown.VERSION}+{snapshots_version}"
        self._limits = limits
        self._now = now

    def subjects(self, conn: Connection, after: CaptureId) -> Sequence[Look]:
        return subjects.judged(conn, after, _BATCH)

    def again(self, conn: Connection, ids: Sequence[CaptureId]) -> Sequence[Look]:  # noqa: ARG002 - none ever fails
        return ()

    def derive(self, conn: Connection, looks: Sequence[Look]) -> Iterator[Moved]:
        standing = standings.load(conn, sorted({look.page_id for look in looks if look.role in (Role.PAGE, Role.FEED)}))
        by_run: dict[str, list[Look]] = {}
        for look in looks:
            by_run.setdefault(look.run_id, []).append(look)
        for run in by_run.values():
            if run[0].imported:
                yield from self._imported(conn, run, standing)
            else:
                yield from self._run(conn, run, standing)

    def _imported(self, conn: Connection, looks: Sequence[Look], standing: dict[PageId, Standing]) -> Iterator[Moved]:
        """Looks of other times, by other hands: the newest live one of each page, against when we last looked."""
        seen: dict[PageId, Look] = {}
        for look in looks:
            # What a list carries nobody saw on the page: it says nothing of how that one stands.
            if look.is_carried:
                continue
            if look.role is Role.PAGE and _verdict_of(look).outcome is Outcome.LIVE:
                before = seen.get(look.page_id)
                seen[look.page_id] = look if before is None or look.captured_at >= before.captured_at else before
        newest = subjects.newest_before(conn, sorted(seen), looks[0].id)
        for page, look in seen.items():
            sighting = Sighting(page_id=page, capture_id=look.id, at=look.captured_at, verdict=LIVE)
            is_newest = page not in newest or look.captured_at > newest[page]
            step = takedown.imported(standing.get(page), sighting, is_newest=is_newest)
            if step is None:
                continue
            standing[page] = step.standing
            yield Moved(id=look.id, standing=step.standing, transition=step.transition, tell=step.tell)

    def _run(self, conn: Connection, looks: Sequence[Look], standing: dict[PageId, Standing]) -> Iterator[Moved]:
        # A run is one look at a page, however often it asked: its last answer counts. Looks from other vantages stand
        # beside it.
        last = {look.page_id: look for look in looks if not look.compares}
        beside: dict[PageId, list[Look]] = {}
        for look in looks:
            if look.compares:
                beside.setdefault(look.page_id, []).append(look)
        seen = {page: _verdict_of(look) for page, look in last.items()}
        hosts = _Hosts(last, seen, standing, subjects.unread_lists(conn, [look.id for look in looks]))
        hosts.remember(conn, looks[0], standing)
        hosts.compare(conn)
        for page, look in last.items():
            if look.role not in (Role.PAGE, Role.FEED):
                continue
            sighting = _sighting(look, seen[page], beside.pop(page, ()))
            moved = self._moved(sighting, look, standing, hosts.control(look))
            if moved is not None:
                yield moved
        # Looked at from another vantage alone (`recheck --vantage`): it counts where the page was away so far.
        for page, others in beside.items():
            before = standing.get(page)
            if before is not None and before.state in _AWAY:
                away = Verdict(outcome=_AWAY[before.state], gone_as=before.gone_as)
                sighting = replace(_sighting(others[-1], away, others), vantage="the usual vantage")
                moved = self._moved(sighting, others[-1], standing, Control()) if sighting.alive_from else None
                if moved is not None:
                    yield moved

    def _moved(
        self, sighting: Sighting, look: Look, standing: dict[PageId, Standing], control: Control
    ) -> Moved | None:
        before = standing.get(sighting.page_id)
        step = takedown.advance(before, sighting, self._limits, control)
        if step.standing is before:
            return None
        standing[sighting.page_id] = step.standing
        return Moved(
            id=look.id,
            standing=step.standing,
            transition=step.transition,
            tell=step.tell,
            mass_move=control.mass_move,
        )

    def put(self, conn: Connection, results: Sequence[Moved]) -> None:
        latest = {moved.standing.page_id: moved.standing for moved in results if moved.standing}
        standings.put(conn, list(latest.values()))
        standings.put_transitions(
            conn, [moved.transition for moved in results if moved.transition], version=takedown.VERSION
        )
        news = {moved.id: moved for moved in results if moved.tell and moved.transition}
        for look in subjects.by_ids(conn, list(news)):
            self._told(conn, look, news[look.id])

    def _told(self, conn: Connection, look: Subject, moved: Moved) -> None:
        event, transition, standing = moved.tell, moved.transition, moved.standing
        assert event is not None
        assert transition is not None
        if standings.is_passed(conn, look.page_id, look.url_key, look.id, _STATES):
            # States derived anew, by a version that tells more: what was told since stays the last word.
            return
        body: dict[str, object] = {
            "page": look.url,
            "source": look.source_id,
            "capture": look.short,
            "captured_at": ledger.act_time(look.captured_at),
            "from": str(transition.from_state),
            "to": str(transition.to_state),
            "gone_as": transition.gone_as,
            "reason": transition.reason,
        }
        if moved.mass_move and event in _LOSSES:
            # One page of many that failed alike at once: digests tell them together.
            body["mass_move"] = True
        if standing is not None and standing.hidden:
            body["alive_from"] = standing.hidden
        ledger.append_act(conn, event=event, subject=f"{look.url_key} {look.short}", body=body, at=self._now())

    def forget(self, conn: Connection) -> None:
        standings.forget(conn)


# Larger pages are no error pages; so alike in size are two copies of one.
SAME_ANSWER_BYTES, SAME_ANSWER_SHARE = 20_000, 0.02

# How a page is gone whose own answer stands in the place of its text.
_SHOWN = frozenset({GoneAs.SOFT_404, GoneAs.EMPTIED})

_AWAY = {
    PageState.SUSPECTED_GONE: Outcome.GONE,
    PageState.GONE: Outcome.GONE,
    PageState.BLOCKED: Outcome.BLOCKED,
    PageState.UNREACHABLE: Outcome.UNREACHABLE,
}


def _sighting(look: Look, verdict: Verdict, beside: Sequence[Look]) -> Sighting:
    """A run's look at a page, with what other vantages saw of it."""
    seen = {other.vantage: _verdict_of(other).outcome for other in beside}
    return Sighting(
        page_id=look.page_id,
        capture_id=look.id,
        at=look.captured_at,
        verdict=verdict,
        vantage=look.vantage,
        alive_from=tuple(name for name, outcome in seen.items() if outcome is Outcome.LIVE),
        gone_from=tuple(name for name, outcome in seen.items() if outcome is Outcome.GONE),
    )


def _verdict_of(look: Look) -> Verdict:
    if look.verdict is not None:
        return look.verdict
    # A list page has no document and no verdict row: its status says all that is to be said of it.
    if look.role in (Role.PAGE, Role.PART) or look.kind is CaptureKind.REVISIT:
        return LIVE
    return judge(look, None, None, SiteMemory())


class _Hosts:
    """What one run saw of each host: which pages answered, and whether it lost half of them at once.

    A run of cron's looks at few pages: what was seen of the host in the days before it counts beside them.
    """

    def __init__(
        self,
        last: dict[PageId, Look],
        seen: dict[PageId, Verdict],
        standing: dict[PageId, Standing],
        unread: frozenset[CaptureId],
    ) -> None:
        self._looks = last
        self._alive: dict[str, dict[PageId, Look]] = {}
        self._known: dict[str, dict[PageId, Outcome]] = {}
        self._one_of: dict[str, CaptureId] = {}
        self._moved: dict[str, bool] = {}
        for page, look in last.items():
            host = host_of(look.url)
            known = look.role is not Role.PROBE or urlsplit(look.url).path in ("", "/")
            if known and seen[page].outcome is Outcome.LIVE and look.id not in unread:
                self._alive.setdefault(host, {})[page] = look
            if look.role is Role.PAGE and _may_be_lost(standing.get(page)):
                self._known.setdefault(host, {})[page] = seen[page].outcome
                self._one_of[host] = look.id

    def remember(self, conn: Connection, first: Look, standing: dict[PageId, Standing]) -> None:
        """Add what the days before the run's `first` look showed of those hosts that now have pages with gone-signs."""
        since = first.captured_at - takedown.MASS_MOVE_HOLDS
        for host, known in self._known.items():
            if Outcome.GONE not in known.values():
                continue
            host_key = subjects.by_ids(conn, [self._one_of[host]])[0].url_key.partition(")")[0]
            before = standings.recent_looks(conn, host_key, since=since, before=first.id)
            stood = standings.load(conn, [page for page in before if page not in standing]) | standing
            for page, outcome in before.items():
                if _may_be_lost(stood.get(page)):
                    known.setdefault(page, outcome)

    def compare(self, conn: Connection) -> None:
        """Take a host's home or list for no sign of health where it answers the same as the pages that look lost.

        An outage under a status of success; a page that leads to the home of course shows the home.
        """
        away = {
            look.id: host_of(look.url)
            for look in self._looks.values()
            if look.role is Role.PAGE and look.status is not None and 200 <= look.status < 300
            if look.verdict is not None and look.verdict.gone_as in _SHOWN
        }
        beside = [look for host in {*away.values()} for look in self._alive.get(host, {}).values()]
        beside = [look for look in beside if look.role is not Role.PAGE]
        if not away or not beside:
            return
        payloads = subjects.payloads(conn, [look for look in self._looks.values() if look.id in away] + beside)
        lost: dict[str, _Answers] = {}
        for one, host in away.items():
            if one in payloads:
                lost.setdefault(host, _Answers()).add(*payloads[one])
        for other in beside:
            host = host_of(other.url)
            if host in lost and other.id in payloads and lost[host].has_like(*payloads[other.id]):
                self._alive[host].pop(other.page_id, None)

    def control(self, look: Look) -> Control:
        host = host_of(look.url)
        alive = self._alive.get(host, {})
        answered = len(alive) > (look.page_id in alive)
        if host not in self._moved:
            # A refusal or an outage says nothing of whether a page is still there.
            told = [each for each in self._known.get(host, {}).values() if each in (Outcome.LIVE, Outcome.GONE)]
            self._moved[host] = is_mass_move(looked_at=len(told), signs=told.count(Outcome.GONE))
        return Control(answered=answered, mass_move=self._moved[host])


class _Answers:
    """What a host answered to many addresses, to find one like it among: error pages carry times and numbers of their
    own."""

    def __init__(self) -> None:
        self._payloads: set[Sha256] = set()
        self._lengths: list[int] = []

    def add(self, payload: Sha256, length: int) -> None:
        if payload not in self._payloads:
            self._payloads.add(payload)
            insort(self._lengths, length)

    def has_like(self, payload: Sha256, length: int) -> bool:
        """Whether one is the same, or about as long where both are short."""
        if payload in self._payloads:
            return True
        at = bisect_left(self._lengths, length)
        # The nearest on either side are the likest.
        return any(_are_alike(length, other) for other in self._lengths[max(0, at - 1) : at + 1])


def _are_alike(one: int, other: int) -> bool:
    small, large = sorted((one, other))
    return large < SAME_ANSWER_BYTES and large - small <= large * SAME_ANSWER_SHARE


def _may_be_lost(before: Standing | None) -> bool:
    return before is not None and before.alive and before.state is not PageState.GONE
