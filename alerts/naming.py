"""English for the name of an organ or a place: from the gazetteer, else pinyin with tones and what kind it is."""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import Any, Final

from alerts.entities import english, organ_in_english, organ_names

_HAN: Final = re.compile("[\u3400-\u9fff]")
_KINDS: Final = {
    "省": "Province", "自治区": "Autonomous Region", "自治州": "Autonomous Prefecture", "市": "City", "县": "County",
    "區": "District", "区": "District", "縣": "County", "州": "Prefecture", "旗": "Banner", "盟": "League",
    "镇": "Town", "鎮": "Town", "乡": "Township", "鄉": "Township", "街道": "Subdistrict", "村": "Village",
}  # fmt: skip
_PLACE: Final = re.compile(
    # 福州市 is a city, no prefecture 福州; 农村 is no village's name, and of 县委 the committee is meant.
    rf"([\u3400-\u9fff]{{1,8}}?)({'|'.join(sorted(_KINDS, key=len, reverse=True))})(?<!农村)(?<!農村)(?![市县區区縣委])"
)
_MISSION: Final = re.compile(r"(?:中国)?[驻駐]([\u3400-\u9fff]{2,8}?)(大使馆|总领事馆|使馆|领事馆)")
_LONGEST: Final = 40  # characters; a longer "name" is a sentence


def in_english(name: str) -> str | None:
    """`禾泽县公安局` as `Hézé County Public Security Bureau`; None where there is no Chinese, or no name."""
    name = name.strip()
    if not _HAN.search(name) or len(name) > _LONGEST:
        return None
    # 江岙县公安局 通知公告: what stands behind the organ is a column of its site.
    return _part(name.split()[0])


def _part(name: str) -> str:
    known = organ_in_english(name)
    if known or not _HAN.search(name):
        return _titled(known) if known else name
    if mission := _MISSION.fullmatch(name):
        return f"{organ_in_english(mission[2])} in {english(mission[1]) or pinyin(mission[1])}"
    organ = next((word for word in organ_names() if name.endswith(word) and len(word) < len(name)), "")
    said, at = [], 0
    place = name.removesuffix(organ).removeprefix("中共")
    if outer := next((word for word in organ_names() if organ and place.endswith(word)), ""):
        # 云浦县委统战部: the one organ is of the other.
        place = place.removesuffix(outer)
    for match in _PLACE.finditer(place):
        if match.start() != at:
            break
        said.append(english(match[0]) or f"{_named(match[1])} {_KINDS[match[2]]}")
        at = match.end()
    if rest := place[at:]:
        said.append(_named(rest))
    return " ".join([*said, *(_titled(organ_in_english(each) or "") for each in (outer, organ) if each)]).strip()


def _named(place: str) -> str:
    """A place's name; 县 of 县公安局 is no name, but the county meant."""
    return english(place) or _KINDS.get(place) or pinyin(place)


_SMALL: Final = frozenset({"of", "for", "and", "against", "the", "in"})


def _titled(name: str) -> str:
    return " ".join(word if word in _SMALL else word[:1].upper() + word[1:] for word in name.split())


def pinyin(name: str) -> str:
    """`Hézé`: one word of up to three characters, else a word a character; what is no Chinese stays as it is."""
    syllables: list[str] = _pypinyin().lazy_pinyin(name, style=_pypinyin().Style.TONE)
    if len(name) > 3:
        return " ".join(each.capitalize() for each in syllables)
    joined = syllables[0]
    for each in syllables[1:]:
        # Xī'ān, Jiāng'ào: a syllable that begins with a vowel is set off.
        joined += f"'{each}" if each[:1] in "aāáǎàoōóǒòeēéěè" else each
    return joined.capitalize()


@cache
def _pypinyin() -> Any:
    # 0.13 s to import: only who meets an unlisted name pays for it.
    return importlib.import_module("pypinyin")
