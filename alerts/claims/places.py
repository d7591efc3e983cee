"""Which places and organs a text names, and where: countries by data/entities.csv, organs by their last word. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from ahocorasick_rs import AhoCorasick, MatchKind

from alerts.claims.words import either, value
from alerts.entities import AGENCIES, agency_kind, entities
from alerts.fold import fold_word
from alerts.regional import spellings
from alerts.stance import ACTING

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS: Final = frozenset({"country", "country_alias", "foreign_place", "overseas_station"})
_HOME: Final = frozenset({"CN", "HK", "MO", "TW"})
_MEDIA: Final = frozenset({"party_media", "state_media", "local_media"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A foreign place named at `start:end`; `code` None where it lies in several countries. `name`: where the text has
    but one character of it (在缅), the country's name. `is_country`: not a city or region of one."""

    start: int
    end: int
    code: str | None
    name: str | None = None
    is_country: bool = True


@cache
def _names() -> dict[str, str | None]:
    names: dict[str, str | None] = {}
    for entity in entities():
        if entity.kind not in _KINDS or entity.code in _HOME:
            continue
        for word in (entity.zh, entity.zh_hant):
            names.setdefault(fold_word(word), entity.code)
        if entity.kind == "country":
            for word in re.split(r"[()]", entity.en):
                names.setdefault(fold_word(word), entity.code)
    names.update({fold_word(name): code for name, code in value("en.places").items()})
    names.update(
        {fold_word(name): None for name in (*value("zh.place_open").split(" / "), *value("en.place_open").split(" / "))}
    )
    # What a region says differently comes last: a name listed by itself is meant first.
    for name, code in list(names.items()):
        for spelling in spellings(name):
            names.setdefault(spelling, code)
    return {name: code for name, code in names.items() if len(name) > 1}


@cache
def _countries() -> frozenset[str]:
    named = (entity for entity in entities() if entity.kind in {"country", "country_alias"})
    words = [fold_word(word) for entity in named for word in (entity.zh, entity.zh_hant, entity.en)]
    return frozenset(spelling for word in words for spelling in spellings(word))


@cache
def _automaton() -> tuple[AhoCorasick, tuple[str, ...]]:
    words = tuple(_names())
    return AhoCorasick(list(words), matchkind=MatchKind.LeftmostLongest), words


@cache
def _shorts() -> re.Pattern[str]:
    """在缅, 赴菲, 缅方, 中老口岸: a country by its one character."""
    short = "".join(value("zh.place_shorts"))
    return re.compile(
        rf"(?<=[在赴入去到抵由])(?P<a>[{short}])(?=[人方籍从涉务境期的,。、、滞开回诈电一二三四五六七八九十百两]|$|\d)"
        rf"|(?P<b>[{short}])(?=[方籍]|警方)|(?<=中)(?P<c>[{short}老])(?=口岸|边境|边界)"
    )


def find(text: str) -> list[Place]:
    """Every foreign place of a folded text, in order, the longest name where one stands in another."""
    automaton, words = _automaton()
    found = [
        Place(start=start, end=end, code=_names()[words[index]], is_country=words[index] in _countries())
        for index, start, end in automaton.find_matches_as_indexes(text)
        if _whole(text, start, end)
    ]
    taken = {place for one in found for place in range(one.start, one.end)}
    shorts = {**value("zh.place_shorts"), "老": "LA"}
    for match in _shorts().finditer(text) if not text.isascii() else ():
        if match.start() not in taken:
            found.append(
                Place(start=match.start(), end=match.end(), code=shorts[match[0]], name=_full(shorts[match[0]]))
            )
    return sorted(found, key=lambda one: one.start)


@cache
def _full(code: str) -> str | None:
    return next((entity.zh for entity in entities() if entity.kind == "country" and entity.code == code), None)


def _whole(text: str, start: int, end: int) -> bool:
    """Latin names stand as whole words."""
    if not text[start].isascii():
        return True
    return not (text[start - 1 : start].isalnum() and text[start - 1].isascii()) and not text[end : end + 1].isalnum()


def codes(places: Sequence[Place]) -> tuple[str, ...]:
    """The countries of some places, each once, in the order named."""
    return tuple(dict.fromkeys(one.code for one in places if one.code))


# --- organs -----------------------------------------------------------------------------------------

# What ends the name of an organ to its left: it is not part of any place's name.
_STOPS: Final = "据在由经被了的向与和从对把将为是于到并及称说,。;:、()\"'\n【】〔〕《》▲△●○■□◆◇★☆※|其第年月日时"
_STOP_WORDS: Final = frozenset(value("zh.agency_stops").split(" / "))
_LONGEST: Final = 14


@cache
def _organs() -> re.Pattern[str]:
    listed = [fold_word(e.zh) for e in entities() if e.kind == "agency" and e.code not in _MEDIA]
    words = {spelling for word in listed for spelling in spellings(word)}
    ordered = sorted(words, key=len, reverse=True)
    # 公安部门 is no ministry.
    return re.compile(f"(?:{'|'.join(map(re.escape, ordered))})(?!门)|{either('zh.agency_more')}")


def organ_before(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the last organ named between two offsets stands, with the place it is of; None where none is."""
    last: re.Match[str] | None = None
    for match in _organs().finditer(text, start, end):
        last = match
    if last is None:
        return None
    begin = last.start()
    while begin > max(start, last.start() - _LONGEST) and text[begin - 1] not in _STOPS:
        begin -= 1
        if text[begin : begin + 2] in _STOP_WORDS:
            begin += 2
            break
    return begin, last.end()


@lru_cache(maxsize=1024)
def acts_itself(publisher: str | None) -> bool:
    """Whether a publisher is an organ whose own figures these are, not a medium that reports them."""
    return publisher not in AGENCIES and agency_kind(publisher) in ACTING
