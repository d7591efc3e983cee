"""How many stations are said to exist, and how many countries: English. Pure; as `stations`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims.case import last_match
from alerts.claims.numerals import Numeral
from alerts.claims.places import codes
from alerts.claims.words import either, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.claims.places import Place
    from alerts.claims.text import ClaimText, Sentence
    from storage.findings import Claim

_REACH: Final = 30
_EMIGRANTS: Final = re.compile(
    r"\b(?:overseas chinese|diaspora|emigrants?|migrants|compatriots|natives|expatriates|students)\b"
    r"(?:(?!\b(?:stations?|police|posts?|suspects?|fugitives?|fraud)\b)[^.;]){0,50}"
    r"\b(?:in|across|over|spread|scattered)(?: (?:more than|some|about|over|nearly|at least))? \Z"
)
_POSTS: Final = re.compile(rf"{either('en.stations')}")
# Police service stations, liaison offices: several.
_STATIONS: Final = re.compile(rf"{either('en.stations')}(?<=s)")
_SERVE: Final = re.compile(r"\b(?:serv(?:es?|ed|ing)|help\w*|assist\w*|cater\w*|reach\w*|look\w* after)\b")
_LIVE: Final = re.compile(r"\b(?:liv(?:e|es|ing)|resid\w+|scattered|spread|dispersed|settled|based|home)\b")
_GAP: Final = r"(?!(?:to|in|of|from|at|for|by|with|across|and|on)\b)[a-z'-]+"
_STATION: Final = re.compile(rf"(?: of (?:the|these|those|its|their))?(?: {_GAP}){{0,5}}? {either('en.stations')}")
# Seven "high-risk fraud countries"
_COUNTRY: Final = re.compile(rf"(?: \"?(?!{either('en.stations')}){_GAP}\"?){{0,3}}? \"?{either('en.countries')}")
# 54 across 21 countries: stations, where the text counted some before.
_MORE: Final = re.compile(r"(?= (?:belonging to|run by|set up by|in|opened by|from|across)\b)")
_SPREAD: Final = re.compile(r"(?=,? (?:across|in|over) (?:[a-z]+ ){0,2}(?:\d+|[a-z]+) (?:countries|nations))")
_RUN_BY_POLICE: Final = re.compile(r" (?:run|operated|opened|set up) by [^,.;]{0,30}?(?:police|public security)\b")
# Of 102 stations 38 are run by Fuzhou, 27 by Qingtian.
_PART: Final = re.compile(r"(?= (?:(?:are|were) )?(?:(?:run|operated|opened|managed|set up|controlled) )?by\b)")
# Italy hosts eleven; the total rises to 102.
_HAS: Final = re.compile(
    r"\b(?:hosts?|has|have|lists?|runs?|counts?|operates?|opened|set up|added|established"
    r"|(?:bring|brought|tak|took|rais|push|expand|grow)\w* (?:the|its|their)"
    r" (?:\w+ )?(?:network|total|number|tally|count) to"
    r"|total(?:s|led|ling)?(?: (?:of|to|is|was|rises to))?|out of) $"
)
_ALONE: Final = re.compile(
    r"(?=[.,;]|$| (?:more|others|worldwide|globally|in all|in total|abroad|alone|(?:around|across|in) the world)\b)"
)
# The post, one of four that the county police run.
_ONE_OF: Final = re.compile(rf"\b{either('en.stations')}, one of (?:the )?\Z")
_THAT: Final = re.compile(
    r"(?= (?:that|which|run|operated|opened|set up)\b[^.;]{0,40}\b(?:police|public security|bureau)\b)"
)
_ANOTHER: Final = re.compile(r"(?:another|a further) $")
# Officers of the two countries, ties between the three nations: ours and its neighbours.
_NEIGHBOURS: Final = re.compile(r"\b(?:the|both|our|these|those|all) $|\b(?:between|both)(?: the)? $")
_TOGETHER: Final = re.compile(
    r"\b(?:between|police|officers?|authorities|governments?|forces|ministers?|ministries|leaders?|teams?|peoples?|troops"
    r"|agencies|investigators|detectives|prosecutors|ties|relations|cooperation|borders?|courts?|jointly)"
    r"(?: (?:of|from|in|by|between|shared by))?(?: the| these| those)? $"
)
# Three neighbours at most work together on one border.
_MOST_NEIGHBOURS: Final = 4
_COUNTED: Final = re.compile(rf"\b{either('en.countries')}")
_LIST: Final = re.compile(r"\"?,?\"? ?(?:including|includes?|among them|such as|namely|are|[(:–—-])")
_BETWEEN: Final = re.compile(r"(?:,| and| or|, and| the)* ?")


def find(text: ClaimText) -> Iterator[Claim]:
    """Every figure of stations and of countries."""
    is_counted = False
    for sentence in text.sentences:
        for claim in _english(text, sentence, is_counted=is_counted):
            is_counted = is_counted or claim.type == "stations_count"
            yield claim


def _english_bans(text: ClaimText, sentence: Sentence) -> Iterator[Claim]:
    """Countries that nobody may go to, listed without a number."""
    words = text.text[sentence.start : sentence.end]
    if not pattern("en.country_bans").search(words) or _COUNTED.search(words):
        return
    runs: list[list[Place]] = []
    for place in text.places(sentence.start, sentence.end):
        if runs and _BETWEEN.fullmatch(text.text, runs[-1][-1].end, place.start):
            runs[-1].append(place)
        else:
            runs.append([place])
    for run in runs:
        start, end = run[0].start, run[-1].end
        known = codes(run)
        near = text.text[max(sentence.start, start - 60) : start]
        if len(known) > 1 and pattern("en.country_bans").search(near):
            number = Numeral(start=start, end=end, value=len(known))
            yield text.claim("countries", (start, end), number=number, said=(start, end), listed=known)


def _english(text: ClaimText, sentence: Sentence, *, is_counted: bool) -> Iterator[Claim]:
    yield from _english_bans(text, sentence)
    for number in sentence.numbers:
        country = _counted_countries(text, sentence, number)
        station = _STATION.match(text.text, number.end, sentence.end)
        if country:
            stop, listed = _list_after(text, sentence, country.end())
            if not listed and _are_neighbours(text, sentence, number, country.end()):
                continue
            yield text.claim(
                "countries",
                (number.start, stop),
                number=number,
                said=(number.start, country.end()),
                unit=text.quote(country.start(), country.end())[0].split()[-1],
                listed=listed,
            )
            continue
        another = _ANOTHER.search(text.text[max(sentence.start, number.start - 12) : number.start])
        if station is None and is_counted and another:
            station = _MORE.match(text.text, number.end, sentence.end)
        if station is None and is_counted:
            station = _SPREAD.match(text.text, number.end, sentence.end)
        if station is None and is_counted:
            station = _PART.match(text.text, number.end, sentence.end)
        if station is None and is_counted and _HAS.search(text.text, sentence.start, number.start):
            station = _ALONE.match(text.text, number.end, sentence.end)
        if _ONE_OF.search(text.text, max(sentence.start, number.start - 40), number.start):
            station = _THAT.match(text.text, number.end, sentence.end)
        if station and (station[0] == "" or is_counted or _is_ours(text, sentence, number, station[0])):
            is_counted = True
            yield text.claim(
                "stations_count",
                (number.start, station.end()),
                number=number,
                said=(number.start, number.end),
                unit=text.quote(station.start(), station.end())[0].split()[-1] if station[0] else None,
                days=text.period(sentence.start, number.start),
            )


def _counted_countries(text: ClaimText, sentence: Sentence, number: Numeral) -> re.Match[str] | None:
    """The countries that a number counts, unless emigrants live there."""
    lived = _EMIGRANTS.search(text.text, max(sentence.start, number.start - 3 * _REACH), number.start)
    # Stations for emigrants in 30 countries are there; who lives in 30 countries is told so.
    is_for_them = lived and not _LIVE.search(lived[0]) and _stand_there(text, sentence, lived.start())
    return None if lived and not is_for_them else _COUNTRY.match(text.text, number.end, sentence.end)


def _stand_there(text: ClaimText, sentence: Sentence, end: int) -> bool:
    """Whether several stations are told of before emigrants, and not whom they serve nor how many those are."""
    posts = last_match(_STATIONS, text.text[sentence.start : end])
    if posts is None:
        return False
    between = text.text[sentence.start + posts[1] : end]
    return _SERVE.search(between) is None and not any(
        sentence.start + posts[1] <= number.start < end for number in sentence.numbers
    )


def _are_neighbours(text: ClaimText, sentence: Sentence, number: Numeral, end: int) -> bool:
    """Whether a few countries are those whose police act together: no count of where anything is."""
    if number.value is None or number.value > _MOST_NEIGHBOURS or number.qualifier is not None:
        return False
    left = text.text[max(sentence.start, number.start - _REACH) : number.start]
    is_the_two = number.value == 2 and _NEIGHBOURS.search(left) is not None  # ours and another
    has_what_is_theirs = text.text.startswith("'", end)  # two countries' police
    return is_the_two or has_what_is_theirs or _TOGETHER.search(left) is not None


def _is_ours(text: ClaimText, sentence: Sentence, number: Numeral, words: str) -> bool:
    """Whether the stations are of the police abroad: said with them, before them, or by who runs them."""
    cues = pattern("en.station_cues")
    said = cues.search(words) or cues.search(text.text, sentence.start, number.start)
    behind = number.end + len(words)
    by_whom = _RUN_BY_POLICE.match(text.text, behind, sentence.end)
    return bool(said or by_whom or _SPREAD.match(text.text, behind, sentence.end))


def _list_after(text: ClaimText, sentence: Sentence, end: int) -> tuple[int, tuple[str, ...]]:
    opened = _LIST.match(text.text, end, sentence.end)
    if opened is None:
        return end, ()
    found: list[Place] = []
    at = opened.end()
    for place in text.places(at, sentence.end):
        if not _BETWEEN.fullmatch(text.text, at, place.start):
            break
        found.append(place)
        at = place.end
    return (at, codes(found)) if found else (end, ())
