"""What the name of a site tells of who is behind it: 青田县公安局 is a county's police, in 浙江."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from alerts.entities import AGENCIES, agency_kind, agency_level, entities
from alerts.fold import fold_word
from spiders.provinces import province_named, provinces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.records import Source

# A place's own name, without what it is; a single character is in too many other words.
_KIND = re.compile(r"(?:自治州|自治县|自治区|特别行政区|地区|省|市|县|区|盟|旗)$")
# What a page title puts between its parts: column, site, portal.
_PARTS = re.compile(r"[\s_|｜·—–>»/,，:：-]+")
_LEVELS = {"province": "province", "prefecture": "prefecture", "county": "county"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """`told` says of which of the four something in the name told; the rest is only likely."""

    agency: str
    level: str
    province: str | None = None
    place: str | None = None
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    level: str
    province: str | None


def guess(title: str, host: str, known: Iterable[Source] = ()) -> Guess:
    """Agency, level, province and place, by the words of `title` and the gazetteer; `known` sources name places too."""
    told: set[str] = set()
    organ = _organ(title)
    agency = agency_kind(organ) if organ else None
    if agency in AGENCIES:
        told.add("agency")
    place = _place_in(title, known)
    level = agency_level(organ or title) or (place.level if place else None)
    if place is not None and place.level == "county":
        level = "county"  # 福清市 is one, whatever its last character says
    if place is not None and place.level == "province" and level == "prefecture" and place.name in title:
        level = "province"  # 上海市 is a province
    if level:
        told.add("level")
    province = place.province if place else None
    if province:
        told.add("province")
    return Guess(
        agency=str(agency) if "agency" in told else ("government" if host.endswith(".gov.cn") else "local_media"),
        level=level or "county",
        province=province,
        place=_KIND.sub("", place.name) if place and place.level in ("prefecture", "county") else None,
        told=frozenset(told),
    )


def _organ(title: str) -> str:
    """The part of a title that names an organ, up to the word that says which kind; "" where none does."""
    parts = [part for part in _PARTS.split(title) if part and agency_kind(part)]
    # 县人民政府网 besides 县公安局: the part that says most about itself is the owner's full name.
    return max(parts, key=lambda part: (agency_level(part) is not None, len(part)), default="")


def _place_in(title: str, known: Iterable[Source]) -> _Place | None:
    """The smallest place that a title names: 福建省福州市长乐区 is 长乐."""
    folded = fold_word(title)
    found = [place for name, place in _gazetteer() if name in folded]
    for source in known:
        if source.place and len(source.place) > 1 and source.province in provinces() and source.place in title:
            found.append(_Place(source.place, source.level, source.province))
    order = ("county", "prefecture", "province")
    return min(found, key=lambda one: (order.index(one.level), -len(one.name)), default=None)


@cache
def _gazetteer() -> tuple[tuple[str, _Place], ...]:
    """Every name of a place, folded, with and without what it is."""
    by_code = {row.code: province_named(row.zh) for row in entities() if row.kind == "province"}
    rows = []
    for row in entities():
        if row.kind not in _LEVELS:
            continue
        place = _Place(row.zh, _LEVELS[row.kind], by_code.get(f"{row.code[:2]}0000"))
        names = {row.zh, _KIND.sub("", row.zh), province_named(row.zh) or row.zh}
        rows += [(fold_word(name), place) for name in sorted(names) if len(name) > 1]
    return tuple(rows)
