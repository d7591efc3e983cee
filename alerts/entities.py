"""Names of countries, places and organs: what `@country` means, what kind an organ is, and English for the digest."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from alerts.fold import fold_word
from alerts.packaged import text_at
from alerts.regional import spellings

AGENCIES = (
    "police",
    "procuratorate",
    "court",
    "discipline",
    "united_front",
    "overseas_chinese",
    "party_media",
    "state_media",
    "local_media",
    "government",
    "foreign_affairs",
    "immigration",
)
MEDIA = frozenset({"party_media", "state_media", "local_media"})
"""Who tells what organs say, and is none."""
LEVELS = ("national", "province", "prefecture", "county")


@dataclass(frozen=True, slots=True)
class Entity:
    """One row of data/entities.csv. `code` is an ISO country, a GB/T 2260 region or an agency's kind."""

    kind: str
    zh: str
    zh_hant: str
    en: str
    code: str
    parent: str


@cache
def entities() -> tuple[Entity, ...]:
    text = text_at("data/entities.csv")
    return tuple(Entity(**row) for row in csv.DictReader(text.splitlines()))


@cache
def country_names() -> tuple[str, ...]:
    """What `@country` stands for: every foreign country, its aliases and the places that stand for one, zh and en."""
    kinds = {"country", "country_alias", "foreign_place"}
    foreign = [e for e in entities() if e.kind in kinds and e.code not in {"CN", "HK", "MO", "TW"}]
    # `Myanmar (Burma)` is two names.
    english = [name.strip(" )") for e in foreign for name in e.en.replace("&", "and").split("(")]
    return tuple(dict.fromkeys([*(e.zh for e in foreign), *filter(None, english)]))


def english(name: str) -> str | None:
    """English for a country, province, place or organ; None where it is not listed."""
    return _english().get(fold_word(name))


def is_listed(name: str) -> bool:
    """Whether the gazetteer lists a country, place or organ of this name."""
    return fold_word(name) in _english()


@cache
def place_names() -> dict[str, str]:
    """The English names of foreign places that stand for their country in entities.csv, by their folded names."""
    own = {row["zh"]: row["en"] for row in csv.DictReader(text_at("data/places.csv").splitlines())}
    named = (e for e in entities() if e.zh in own and e.kind in {"foreign_place", "overseas_station"})
    return {fold_word(word): own[e.zh] for e in named for word in (e.zh, e.zh_hant)}


@cache
def _english() -> dict[str, str]:
    names = dict(place_names())
    for entity in entities():
        for word in (entity.zh, entity.zh_hant):
            names.setdefault(fold_word(word), entity.en)
        if entity.kind in {"province", "prefecture", "county"}:
            names.setdefault(fold_word(entity.zh.rstrip("省市县区")), entity.en)
    # What a region says differently comes last: a name listed by itself is meant first.
    for name, meaning in list(names.items()):
        for spelling in spellings(name):
            names.setdefault(spelling, meaning)
    return names


@cache
def _agency_endings() -> tuple[tuple[str, str], ...]:
    """Words that say what kind of organ a name means, longest first."""
    listed = {fold_word(e.zh): e.code for e in entities() if e.kind == "agency" and e.code in AGENCIES}
    words = {spelling: code for word, code in listed.items() for spelling in spellings(word)} | listed
    return tuple(sorted(words.items(), key=lambda word: -len(word[0])))


@cache
def agency_names() -> tuple[str, ...]:
    """The organs' names of the gazetteer, in both scripts, longest first."""
    names = {word for e in entities() if e.kind == "agency" for word in (e.zh, e.zh_hant)}
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


@cache
def organ_names() -> tuple[str, ...]:
    """These and the plainer ones of data/organs.csv, which say nothing of what an organ does for us; longest first."""
    names = {*agency_names(), *_organs()}
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


def organ_in_english(name: str) -> str | None:
    """English for a place or any organ; None where it is not listed."""
    return english(name) or _organs().get(fold_word(name))


@cache
def _organs() -> dict[str, str]:
    return {row["zh"]: row["en"] for row in csv.DictReader(text_at("data/organs.csv").splitlines())}


@cache
def country(code: str) -> tuple[str, str] | None:
    """A country's name in Chinese and English by its ISO code; None for a code nobody has."""
    return next(((e.zh, e.en) for e in entities() if e.kind == "country" and e.code == code), None)


def agency_kind(name: str | None) -> str | None:
    """The kind of an organ: `name` itself where it is such a word, otherwise by the last known word in its name."""
    if not name or name in AGENCIES:
        return name or None
    folded = fold_word(name)
    best: tuple[int, int, str] | None = None
    for word, kind in _agency_endings():
        at = folded.rfind(word)
        # 县委政法委 ends in what it is; 公安局长说 does not: the word that ends last, then the longer one.
        if at >= 0 and (best is None or (at + len(word), len(word)) > best[:2]):
            best = (at + len(word), len(word), kind)
    return best[2] if best else None


def agency_level(name: str | None) -> str | None:
    """The level an organ's name tells of itself: 临溪县公安局 is a county's; None where the name does not say."""
    folded = fold_word(name) if name else ""
    for level, endings in _LEVEL_WORDS.items():
        if any(ending in folded for ending in endings):
            return level
    return None


# The smallest place named decides: 恩施市公安局沙地乡派出所 is below the county, which is our lowest level.
_LEVEL_WORDS = {
    "county": ("县", "区分局", "区公安", "区检察", "区人民", "镇", "乡", "街道", "派出所"),
    "prefecture": ("市", "自治州", "盟"),
    "province": ("省", "自治区"),
    "national": ("公安部", "最高人民", "外交部", "中央", "国家", "全国", "国务院"),
}
