"""The week in one letter: the stories that matter, and twelve weeks in small charts. Pure, like the daily digest.

Counts are of what was told. Figures that organs claimed stand side by side as they were said; none is added to another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from alerts.digest_claims import organ_in, read_as, who_in_english, who_says
from alerts.mask import shown
from alerts.people import NOBODY
from alerts.wording import Words, words
from storage.findings import AlertKind, Severity
from storage.origins import UNSAID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alerts.letter import Digest, Line, Window
    from storage.digests import Named
    from storage.findings import StoredClaim
    from storage.weeks import ToldAlert, ToldChange, WeeksFacts

WEEKS: Final = 12
WEEK: Final = timedelta(days=7)
_SERIES_SHOWN: Final = 8
_POINTS_SHOWN: Final = 12
_ROWS_SHOWN: Final = 15
STORIES_SHOWN: Final = 30
_GRAVE: Final = frozenset({Severity.CRITICAL, Severity.HIGH})
_TAKEDOWNS: Final = ("gone", "suspected-gone", "returned", "edited")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing counted in each of the weeks, oldest first."""

    name: Words
    counts: tuple[int, ...]

    @property
    def last(self) -> int:
        return self.counts[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One figure as it was said: `day` is the end of its period, else the day of the page, else that of telling.

    `is_earlier`: an earlier week told it. `carried_by`: the list whose text says it, where the page was not seen.
    """

    day: str
    value: int
    printed: str
    read: str
    snapshot: str
    url: str
    is_earlier: bool = False
    carried_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What one organ said of one thing, time after time, and said of it again this week."""

    who: str
    who_en: str | None
    type: Words
    where: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """The weekly roll-up; `digest` is of the week's own window, `weeks` the days on which each week closed."""

    digest: Digest
    weeks: tuple[str, ...]
    rules: tuple[Row, ...]
    provinces: tuple[Row, ...]
    changes: tuple[Row, ...]
    series: tuple[Series, ...]
    retroactive: int

    @property
    def window(self) -> Window:
        return self.digest.window

    @property
    def stories(self) -> tuple[Line, ...]:
        """The week's critical and high stories, gravest first."""
        return tuple(line for _, lines in self.digest.by_severity() for line in lines if line.severity in _GRAVE)


def build_week(digest: Digest, facts: WeeksFacts, sources: Mapping[str, Named]) -> Weekly:
    """The roll-up of the week that `digest` is of; `facts` reach back twelve weeks from its end."""
    ends = [digest.window.end - WEEK * back for back in reversed(range(WEEKS))]
    counted = [one for one in facts.alerts if one.kind != AlertKind.RETROACTIVE and one.severity != Severity.INFO]
    last = digest.window.end - WEEK
    changes = _last_states(facts.changes, ends)
    return Weekly(
        digest=digest,
        weeks=tuple(digest.window.local(end).date().isoformat() for end in ends),
        rules=_rows(counted, ends, lambda one: words("concept", one.concept)),
        provinces=_rows(
            counted, ends, lambda one: words("province", one.province) if one.province else words("province", "-")
        ),
        changes=tuple(
            Row(
                name=words("change", event),
                counts=_weekly(((one.at, one.page_id) for one in changes if one.event == event), ends),
            )
            for event in _TAKEDOWNS
        ),
        series=_series(facts, sources, since=last),
        retroactive=sum(one.kind == AlertKind.RETROACTIVE and one.told_at >= last for one in facts.alerts),
    )


def _rows(told: Sequence[ToldAlert], ends: Sequence[datetime], name: Callable[[ToldAlert], Words]) -> tuple[Row, ...]:
    """Pages that alerted, week by week, under each name; most of the last week first."""
    found: dict[Words, list[tuple[datetime, int]]] = defaultdict(list)
    for one in told:
        found[name(one)].append((one.told_at, one.page_id))
    rows = [Row(name=key, counts=_weekly(of, ends)) for key, of in found.items()]
    rows.sort(key=lambda row: (-row.last, -sum(row.counts), row.name.key))
    if len(rows) <= _ROWS_SHOWN:
        return tuple(rows)
    rest = [sum(column) for column in zip(*(row.counts for row in rows[_ROWS_SHOWN:]), strict=True)]
    others = Words("others", f"其余 {len(rows) - _ROWS_SHOWN} 项", f"{len(rows) - _ROWS_SHOWN} others")
    return (*rows[:_ROWS_SHOWN], Row(name=others, counts=tuple(rest)))


def _last_states(changes: Iterable[ToldChange], ends: Sequence[datetime]) -> list[ToldChange]:
    """Of each page and week the last state, and every edit: a page suspected and then gone is one page that is gone."""
    kept: dict[tuple[object, ...], ToldChange] = {}
    for one in changes:
        what = one.event if one.event == "edited" else "state"
        kept[_week_of(one.at, ends), one.page_id, what] = one
    return list(kept.values())


def _week_of(at: datetime, ends: Sequence[datetime]) -> int | None:
    return next((number for number, end in enumerate(ends) if end - WEEK <= at < end), None)


def _weekly(told: Iterable[tuple[datetime, int]], ends: Sequence[datetime]) -> tuple[int, ...]:
    """How many pages fall into each week; one that is told twice in a week is one."""
    pages: Counter[int] = Counter()
    seen: set[tuple[int, int]] = set()
    for at, page_id in told:
        index = _week_of(at, ends)
        if index is not None and (index, page_id) not in seen:
            seen.add((index, page_id))
            pages[index] += 1
    return tuple(pages[number] for number in range(len(ends)))


def _series(facts: WeeksFacts, sources: Mapping[str, Named], *, since: datetime) -> tuple[Series, ...]:
    """Figures of one organ about one thing that at least two texts say, of different days or in different words; one of
    them told since `since`, for what only earlier weeks told is no news of this one.

    Of one text the greatest: its parts stand beside the whole in that day's claims table.
    """
    found: dict[tuple[str, str, str], dict[tuple[str, int, str], Point]] = defaultdict(dict)
    # The organ's own pages before those that copy or report it.
    for one in sorted(_greatest(facts.claims, sources), key=lambda one: not _is_own(one, sources)):
        claim = one.claim
        where = ", ".join(claim.countries or ((claim.country,) if claim.country else ()))
        point = Point(
            day=claim.period_end or (one.published or one.told_at.date().isoformat())[:10],
            value=claim.quantity or 0,
            printed=shown(claim.quantity_text or "", NOBODY),
            read=read_as(claim),
            snapshot=one.snapshot,
            url=one.url,
            is_earlier=one.told_at < since,
            carried_by=facts.origins.get(one.snapshot_id, UNSAID).carried_by,
        )
        # A copy says nothing that its original did not.
        points, said = found[who_says(one, sources), claim.type, where], (point.day, point.value, point.printed)
        known = points.setdefault(said, point)
        points[said] = replace(known, is_earlier=known.is_earlier or point.is_earlier)
    series = [
        Series(
            who=shown(who, NOBODY),
            who_en=who_in_english(shown(who, NOBODY), sources.values()),
            type=words("claim", of_type),
            where=where,
            points=_shown(points.values()),
        )
        for (who, of_type, where), points in found.items()
        if len(points) > 1 and not all(point.is_earlier for point in points.values())
    ]
    series.sort(key=lambda one: (-len(one.points), one.who, one.type.key, one.where))
    return tuple(series[:_SERIES_SHOWN])


def _is_own(one: StoredClaim, sources: Mapping[str, Named]) -> bool:
    source = sources.get(one.source_id or "")
    return source is not None and organ_in(source) == who_says(one, sources)


def _shown(points: Iterable[Point]) -> tuple[Point, ...]:
    """The latest figures by their days, this week's before all others."""
    chosen = sorted(points, key=lambda point: (not point.is_earlier, point.day, point.value))[-_POINTS_SHOWN:]
    return tuple(sorted(chosen, key=lambda point: (point.day, point.value)))


def _greatest(claims: Iterable[StoredClaim], sources: Mapping[str, Named]) -> list[StoredClaim]:
    found: dict[tuple[object, ...], StoredClaim] = {}
    for one in claims:
        claim = one.claim
        if claim.quantity is None:
            continue
        key = (one.snapshot, who_says(one, sources), claim.type, claim.countries, claim.country)
        if key not in found or claim.quantity > (found[key].claim.quantity or 0):
            found[key] = one
    return list(found.values())


def week_window(last: Window, before: Window) -> Window:
    """The seven days of which a day's window is the last; `before` is the one that closed a week earlier."""
    return replace(last, start=before.end)
