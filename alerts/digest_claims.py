"""The claims table: each figure as its organ says it, never summed; what contradicts an older one is marked.

A figure contradicts another where the same organ says a different number of the same thing for the same time: in
another snapshot, not beside it. Two texts that name no time are compared only where they are versions of one text.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from alerts.entities import country, english
from alerts.figures import in_chinese
from alerts.letter import ClaimRow
from alerts.mask import shown
from alerts.naming import in_english
from alerts.wording import words
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alerts.letter import Line
    from alerts.people import People
    from storage.digests import Named
    from storage.findings import Claim, StoredClaim

_QUALIFIERS: Final = {"more_than": ">", "nearly": "<", "about": "~"}
_COUNTRIES_SHOWN: Final = 12
Key = tuple[object, ...]


def rows(
    lines: Iterable[Line],
    claims: Sequence[StoredClaim],
    before: Iterable[StoredClaim],
    *,
    sources: Mapping[str, Named],
    people: Mapping[str, People],
) -> list[ClaimRow]:
    """The table: in the order of the lines, then of the text; what a copy repeats is not said twice.

    `people` are the private persons of each snapshot's text, by its id; `sources` the publishers, by theirs.
    """
    by_snapshot: dict[str, list[StoredClaim]] = defaultdict(list)
    for one in claims:
        by_snapshot[one.snapshot].append(one)
    stories = [(line, is_variant) for top in lines for line, is_variant in _story(top)]
    known = _Figures(sources)
    for one in before:
        known.add(one, "")
    found: list[ClaimRow] = []
    said: dict[str, set[Key]] = defaultdict(set)
    for line, is_variant in stories:
        of_text = line.alerts[0].cluster or line.url
        told: list[StoredClaim] = []
        for one in by_snapshot.get(line.snapshot, ()):
            what = (*_what(one, sources), one.claim.quantity, one.claim.quantity_text, one.claim.deadline)
            if what in said[of_text]:
                continue
            said[of_text].add(what)
            told.append(one)
            older = known.contradicted(one, of_text, by_snapshot[line.snapshot])
            row = _row(one, line, sources, people.get(line.snapshot))
            found.append(_with(row, is_variant=is_variant, older=older))
        for one in told:
            known.add(one, of_text)
    return found


def _story(top: Line) -> list[tuple[Line, bool]]:
    return [(top, False), *((variant, True) for variant in top.variants)]


def _with(row: ClaimRow, *, is_variant: bool, older: StoredClaim | None) -> ClaimRow:
    said = f"{read_as(older.claim)} ({older.told_at.date().isoformat()})" if older else None
    return replace(row, is_variant=is_variant, older=said)


class _Figures:
    """What was said so far, by whom about what: the figures of each snapshot together."""

    def __init__(self, sources: Mapping[str, Named]) -> None:
        self._sources = sources
        self._said: dict[Key, dict[str, list[StoredClaim]]] = defaultdict(dict)
        self._text_of: dict[str, str] = {}

    def add(self, one: StoredClaim, text: str) -> None:
        if one.claim.quantity is not None:
            self._said[_what(one, self._sources)].setdefault(one.snapshot, []).append(one)
            self._text_of[one.snapshot] = text or one.url

    def contradicted(self, one: StoredClaim, text: str, beside: Sequence[StoredClaim]) -> StoredClaim | None:
        """The latest figure of another snapshot that this one puts another in place of."""
        what = _what(one, self._sources)
        mine = {each.claim.quantity for each in beside if _what(each, self._sources) == what}
        is_dated = one.claim.period_start is not None or one.claim.period_end is not None
        for snapshot, theirs in reversed(self._said.get(what, {}).items()):
            if snapshot == one.snapshot or not (is_dated or self._text_of[snapshot] in (text, one.url)):
                continue
            quantities = {each.claim.quantity for each in theirs}
            instead = [each for each in theirs if each.claim.quantity not in mine]
            if one.claim.quantity not in quantities and instead and one.claim.quantity is not None:
                return min(instead, key=lambda each: abs((each.claim.quantity or 0) - (one.claim.quantity or 0)))
        return None


def _what(one: StoredClaim, sources: Mapping[str, Named]) -> Key:
    claim = one.claim
    return (
        who_says(one, sources),
        claim.type,
        claim.unit if claim.type in ("penalty", "reward") else None,
        claim.country or claim.countries,
        claim.place,
        claim.period_start,
        claim.period_end,
    )


def who_says(one: StoredClaim, sources: Mapping[str, Named]) -> str:
    """The organ that the text names, else who publishes it."""
    if one.claim.agency:
        return one.claim.agency
    source = sources.get(one.source_id or "")
    return (source.name_zh or source.name_en or source.id).split()[0] if source else host_of(one.url)


def _row(one: StoredClaim, line: Line, sources: Mapping[str, Named], people: People | None) -> ClaimRow:
    claim = one.claim
    who = shown(who_says(one, sources))
    source = sources.get(one.source_id or "")
    is_own = source is not None and who == shown((source.name_zh or source.name_en or source.id).split()[0])
    # A source's name is often the organ's and the column's: Jiang'ao County PSB, notices.
    own = source.name_en.partition(",")[0] if source and is_own and source.name_en else None
    mask = (lambda text: shown(text, people)) if people else shown
    return ClaimRow(
        who=who,
        who_en=shown(own) if own else in_english(who),
        type=words("claim", claim.type),
        printed=mask(claim.quantity_text or (claim.deadline and claim.quote) or "") or "-",
        read=read_as(claim),
        place=_place(claim),
        period=_period(claim),
        quote=mask(claim.quote),
        url=line.url,
        snapshot=line.snapshot,
        page_url=one.url,
        stored=one,
    )


def read_as(claim: Claim) -> str:
    """The number as understood: `>23,000 (2.3万)`, `35-40`; of a deadline its day."""
    if claim.type == "deadline" or (claim.quantity is None and claim.deadline):
        return claim.deadline or "-"
    if claim.quantity is None:
        return "-"
    said = f"{_QUALIFIERS.get(claim.qualifier or '', '')}{claim.quantity:,}"
    if claim.quantity_max is not None:
        said += f"-{claim.quantity_max:,}"
    large = in_chinese(claim.quantity)
    return f"{said} ({large})" if large and large[-1] in "万亿" else said


def _place(claim: Claim) -> str:
    codes = claim.countries or ((claim.country,) if claim.country else ())
    said = [_country(code) for code in codes[:_COUNTRIES_SHOWN]]
    if len(codes) > _COUNTRIES_SHOWN:
        said.append(f"+{len(codes) - _COUNTRIES_SHOWN}")
    if claim.place:
        place = shown(claim.place)
        named = english(place) or in_english(place)
        said.append(f"{place} {named}" if named else place)
    return ", ".join(said) or "-"


def _country(code: str) -> str:
    names = country(code)
    return f"{names[0]} {names[1].partition(' (')[0]}" if names else shown(code)


def _period(claim: Claim) -> str:
    """`2026-10` for a whole month, `2026` for a year, `to 2026-11-22` where only the end is said."""
    start, end = claim.period_start, claim.period_end
    if start and end:
        if start[:4] == end[:4] and start[5:] == "01-01" and end[5:] == "12-31":
            return start[:4]
        last = monthrange(int(end[:4]), int(end[5:7]))[1]
        if start[:7] == end[:7] and start.endswith("-01") and end.endswith(f"-{last}"):
            return start[:7]
        return start if start == end else f"{start} - {end}"
    return f"from {start}" if start else f"to {end}" if end else "-"
