"""The claims table: each figure as its organ says it, never summed; what contradicts an older one is marked.

A figure contradicts another where the same organ says a different number of the same thing for the same time: in
another snapshot, not beside it. Figures that name no time are compared only between versions of one text, or where two
texts say all but the number in the same words, and not that it grows. Notices that number themselves apart (第四批,
第五批) never contradict each other.
"""

from __future__ import annotations

import difflib
import functools
import itertools
import re
from calendar import monthrange
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from alerts.claims import places
from alerts.entities import MEDIA, country, english
from alerts.facts import are_apart, own_numbers
from alerts.figures import in_chinese
from alerts.fold import fold, fold_word
from alerts.letter import ClaimRow
from alerts.mask import clean_in_place, mask, shown
from alerts.naming import in_english
from alerts.people import NOBODY, People
from alerts.wording import words
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alerts.claims.places import Place
    from alerts.facts import Numbers
    from alerts.letter import Line
    from storage.digests import ChangeFacts, Named
    from storage.findings import Claim, StoredClaim

_QUALIFIERS: Final = {"more_than": ">", "nearly": "<", "about": "~"}
_COUNTRIES_SHOWN: Final = 12
_PRINTED_SHOWN: Final = 40  # characters; the whole quote stands in the other forms
# So much of the words around two figures, as SequenceMatcher counts it, is the same where they are of one thing.
_ALIKE: Final = 0.6
# Figures that name no time, in two texts, are of one thing only where so many characters are told alike but for them.
_TELLING: Final = 8
_BETWEEN: Final = re.compile(r"[\s,、;/和及与或等]|以及|\b(?:and|or)\b")
# 县联席办: of which county, only the page around it says.
_BARE: Final = re.compile(r"(?:[省市州县區区縣镇乡]|我[省市县区])(?=[\u3400-\u9fff]{2})")
_PART: Final = re.compile(r"其中|当中|當中|(?:of whom|of these|of them|among them|including)\b", re.IGNORECASE)
_GROWS: Final = re.compile(
    r"截至|截止|目前|至今|累计|累計|以来|以來|已经|已經|共已|so far|to date|in total|already", re.IGNORECASE
)
_CORRECTS: Final = re.compile(r"更正|订正|訂正|修正|勘误|勘誤|\bcorrect(?:s|ed|ion|ions)?\b", re.IGNORECASE)
Key = tuple[object, ...]


def rows(
    lines: Iterable[Line],
    claims: Mapping[str, Sequence[StoredClaim]],
    before: Iterable[StoredClaim],
    *,
    sources: Mapping[str, Named],
    people: Mapping[str, People],
) -> list[ClaimRow]:
    """The table: in the order of the lines, then of the text; what a copy repeats is not said twice.

    `claims` are those of each alert, `before` what was claimed before the window, oldest first. `people` are the
    private persons of each snapshot's text, by its id; `sources` the publishers, by theirs.
    """
    stories = [(line, is_variant) for top in lines for line, is_variant in _story(top)]
    known = _Figures(sources)
    for one in before:
        known.add(one, "")
    found: list[ClaimRow] = []
    said: dict[str, set[Key]] = defaultdict(set)
    for line, is_variant in stories:
        of_text = line.alerts[0].cluster or line.url
        of_line = [one for alert in line.alerts for one in claims.get(alert.id, ())]
        for _, version in itertools.groupby(sorted(of_line, key=_in_order), key=lambda one: one.snapshot_id):
            beside, told = list(version), []
            for one in beside:
                what = _saying(one, sources)
                if what in said[of_text]:
                    continue
                said[of_text].add(what)
                told.append(one)
                older = known.contradicted(one, of_text, beside)
                row = _row(one, sources, people.get(one.snapshot, NOBODY), older)
                found.append(replace(row, url=line.url, snapshot=line.snapshot, is_variant=is_variant))
            for one in told:
                known.add(one, of_text)
    return found


def edited_rows(
    edits: Iterable[ChangeFacts],
    lines: Iterable[Line],
    *,
    sources: Mapping[str, Named],
    people: Mapping[str, People],
) -> list[ClaimRow]:
    """What edited pages say since and did not before, and no line of the letter says: its alert is an older one."""
    told = {alert.snapshot for top in lines for line, _ in _story(top) for alert in line.alerts}
    found: list[ClaimRow] = []
    for edit in sorted(edits, key=lambda one: (one.at, one.url)):
        if edit.snapshot in told:
            continue
        known = _Figures(sources)
        for one in edit.said_old:
            known.add(one, edit.url)
        before = {_saying(one, sources) for one in edit.said_old}
        for one in edit.said:
            if _saying(one, sources) not in before:
                older = known.contradicted(one, edit.url, edit.said)
                row = _row(one, sources, people.get(one.snapshot, NOBODY), older)
                found.append(replace(row, is_edit=True))
    return found


def _in_order(one: StoredClaim) -> tuple[int, int]:
    return one.snapshot_id, one.ordinal


def _story(top: Line) -> list[tuple[Line, bool]]:
    return [(top, False), *((variant, True) for variant in top.variants)]


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
        if one.claim.quantity is None:
            return None
        what = _what(one, self._sources)
        mine = {each.claim.quantity for each in beside if _what(each, self._sources) == what}
        is_dated = one.claim.period_start is not None or one.claim.period_end is not None
        for snapshot, theirs in reversed(self._said.get(what, {}).items()):
            is_version = self._text_of[snapshot] in (text, one.url)
            if snapshot == one.snapshot:
                continue
            if not is_version and _number_themselves_apart(one.title, theirs[0].title):
                continue
            if one.claim.quantity in {each.claim.quantity for each in theirs}:
                return None
            least = _ALIKE if is_dated or is_version else 1.0
            instead = [
                each
                for each in theirs
                if each.claim.quantity not in mine
                and _likeness(each, one) >= least
                and (least < 1.0 or _stands_still(each, one))
            ]
            if instead:
                return min(instead, key=lambda each: abs((each.claim.quantity or 0) - (one.claim.quantity or 0)))
        return None


def _number_themselves_apart(mine: str, theirs: str) -> bool:
    """Whether two titles are of other notices: of the fourth and the fifth batch, or of the bulletins of two days.

    A notice that says it corrects another's figures is of a later day, and of the same matter.
    """
    left, right = _numbers(mine), _numbers(theirs)
    if _CORRECTS.search(mine) or _CORRECTS.search(theirs):
        left = {kind: said for kind, said in left.items() if kind != "title"}
    return are_apart(left, right)


@functools.lru_cache(maxsize=1024)
def _numbers(title: str) -> Numbers:
    """What a title numbers its notice by. Each is compared with many."""
    return own_numbers(fold(title).text, [])


def _likeness(one: StoredClaim, other: StoredClaim) -> float:
    """How like the words are that two figures stand in: 劝返43名 and 劝返57名, not 劝返43名 and 其中主动投案12名."""
    mine, theirs = (each.claim.quote.replace(each.claim.quantity_text or "", "#") for each in (one, other))
    return difflib.SequenceMatcher(None, mine, theirs, autojunk=False).ratio()


def _stands_still(*both: StoredClaim) -> bool:
    """Whether the words say enough to be of one thing, and not that the figure grows: 截至目前已劝返17人."""
    quotes = [each.claim.quote for each in both]
    return all(len(quote) >= _TELLING and not _GROWS.search(quote) for quote in quotes)


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


def _saying(one: StoredClaim, sources: Mapping[str, Named]) -> Key:
    """What is claimed, by whom and about what: the same where a copy or another version repeats it."""
    return (*_what(one, sources), *_says(one.claim))


def _says(claim: Claim) -> Key:
    """What is claimed of it: a number, a day, else its own words. Two sanctions without a number are two, not one."""
    if claim.quantity is None and claim.deadline is None:
        return (fold_word("".join(claim.quote.split())),)
    return claim.quantity, claim.quantity_text, claim.deadline


def who_says(one: StoredClaim, sources: Mapping[str, Named]) -> str:
    """The organ that the text names, else who publishes it."""
    if one.claim.agency:
        return one.claim.agency
    source = sources.get(one.source_id or "")
    return organ_in(source) if source else host_of(one.url)


def organ_in(source: Named) -> str:
    """The organ in a source's name, which is often the organ's and the column's: 江岙县公安局 通知公告."""
    if source.name_zh:
        return source.name_zh.split()[0]
    return source.name_en.partition(",")[0] if source.name_en else source.id


def who_in_english(who: str, sources: Iterable[Named], people: People = NOBODY) -> str | None:
    """An organ's English name, the same wherever it is named: as a source of its own gives it, else as it is made."""
    named = sorted((one.id, one.name_en) for one in sources if one.name_en and shown(organ_in(one), people) == who)
    return shown(named[0][1].partition(",")[0], people) if named else in_english(who)


def _row(
    one: StoredClaim,
    sources: Mapping[str, Named],
    people: People,
    older: StoredClaim | None,
) -> ClaimRow:
    claim = one.claim
    who = shown(who_says(one, sources), people)
    source = sources.get(one.source_id or "")
    publisher = organ_in(source) if source and not _is_medium(source) else None
    return ClaimRow(
        who=who,
        who_en=who_in_english(who, sources.values(), people),
        who_of=publisher if publisher and publisher != who and _BARE.match(who) else None,
        is_report=not claim.agency and source is not None and _is_medium(source),
        is_part=_PART.match(claim.quote) is not None,
        type=words("claim", claim.type),
        printed=_printed(claim, people),
        read=read_as(claim),
        place=_place(claim, people),
        period=_period(claim),
        quote=shown(claim.quote, people),
        url=one.url,
        snapshot=one.snapshot,
        page_url=one.url,
        stored=_masked(one, people),
        older=_masked(older, people) if older else None,
        older_said=f"{read_as(older.claim)} ({_day(older)})" if older else None,
    )


def _is_medium(source: Named) -> bool:
    return source.agency in MEDIA


def _day(one: StoredClaim) -> str:
    """The page's own day, else the day on which we told of it: `2026-11-17`, `told 2026-11-20`."""
    return one.published[:10] if one.published else f"told {one.told_at.date().isoformat()}"


def _printed(claim: Claim, people: People) -> str:
    """The page's own words: those of the number, else of the claim; of a part of another figure, what part it is."""
    said = shown(claim.quote if _PART.match(claim.quote) else claim.quantity_text or claim.quote, people)
    return said if len(said) <= _PRINTED_SHOWN else f"{said[:_PRINTED_SHOWN]}…"


def _masked(stored: StoredClaim, people: People) -> StoredClaim:
    """Its words starred in place, so that its offsets stay those of the stored body."""
    claim = stored.claim

    def safe(text: str | None) -> str | None:
        return clean_in_place(mask(text, people)) if text else text

    masked = replace(
        claim,
        quote=safe(claim.quote) or "",
        quantity_text=safe(claim.quantity_text),
        unit=safe(claim.unit),
        place=safe(claim.place),
        agency=safe(claim.agency),
    )
    return replace(stored, claim=masked)


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


def _place(claim: Claim, people: People) -> str:
    codes = claim.countries or ((claim.country,) if claim.country else ())
    place = shown(claim.place, people) if claim.place else ""
    known = _known_places(place)
    # 缅北 says its country by itself: 缅甸 stands nowhere on the page.
    apart = [code for code in codes if code not in {one.code for one in known}]
    said = [_country(code) for code in apart[:_COUNTRIES_SHOWN]]
    if len(apart) > _COUNTRIES_SHOWN:
        said.append(f"+{len(apart) - _COUNTRIES_SHOWN}")
    if known:
        said += dict.fromkeys(_place_name(one, place) for one in known)
    elif place:
        named = english(place) or in_english(place)
        said.append(f"{place} {_briefly(named)}" if named else place)
    return ", ".join(said) or "-"


def _known_places(place: str) -> list[Place]:
    """The places that it names, where it is made of them alone: 西班牙巴塞罗那、意大利普拉托."""
    text = fold(place).text
    found = places.find(text)
    left = list(text)
    for one in found:
        left[one.start : one.end] = " " * (one.end - one.start)
    return found if not _BETWEEN.sub("", "".join(left)) else []


def _place_name(one: Place, place: str) -> str:
    """As the page has it, and in English: 大马 Malaysia, 缅北 northern Myanmar."""
    name = place[slice(*fold(place).span(one.start, one.end))]
    if one.is_country and one.code:
        names = country(one.code)
        # What is printed in English stands beside the country's Chinese name.
        return f"{name} {_briefly(names[1])}" if names and not name.isascii() else _country(one.code)
    named = english(name)
    return f"{name} {_briefly(named)}" if named else name


def _country(code: str) -> str:
    names = country(code)
    return f"{names[0]} {_briefly(names[1])}" if names else shown(code, NOBODY)


def _briefly(name: str) -> str:
    """`Myanmar` of `Myanmar (Burma)`."""
    return name.partition(" (")[0]


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
