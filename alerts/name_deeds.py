"""Names in the grammatical slots of a deed: 滞留缅北的郑海涛, 林志远回国投案自首, 抓获陈立新. Pure.

A name is taken only where three things agree: what stands before it may stand before a subject or an object, what
stands behind it is a deed or an end, and it is no word. So any surname will do, and none need be known for a person's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from alerts.fold import HAN
from alerts.name_words import GAP, alternatives, could_be, data, is_public, is_word, private, surname, words

if TYPE_CHECKING:
    from collections.abc import Iterator

# So far before a name its slot is looked for.
_NEAR: Final = 10
_CLAUSE: Final = 28


@dataclass(frozen=True, slots=True)
class _Slots:
    doer: re.Pattern[str]
    before_doer: re.Pattern[str]
    told: re.Pattern[str]
    before_told: re.Pattern[str]
    caught: re.Pattern[str]
    dealt_with: re.Pattern[str]
    titled: re.Pattern[str]
    beside_before: re.Pattern[str]
    beside_behind: re.Pattern[str]


@cache
def _slots() -> _Slots:
    lists = data()["deeds"]
    given = f"(?![{lists['not_given']}])[{HAN}]"
    name = f"({surname()}{given}(?:{given})?)"
    # 于2023年6月从缅甸木姐回国: what may stand between the doer and the deed, by how it begins; no mark ends it.
    link = rf"[{lists['links']}\d][{HAN}\d]{{0,14}}?"
    deed = f"(?:{alternatives(lists['done'])})(?!发)"  # 到案发地
    suffered = rf"被[{HAN}\d]{{0,14}}?(?:{alternatives(lists['suffered'])})"
    kin = rf"(?:的?(?:{words('relatives')})|之[父母妻夫子女兄弟姐妹孙]|{alternatives(lists['together'])})"
    dealt = rf"[{HAN}\d]{{0,10}}?(?:{alternatives([*lists['dealt'], *lists['suffered']])})"
    end = rf"(?:[\s,。、;:()\"'》]|$|[{lists['ends']}]|{deed}|{suffered}|{kin})"
    return _Slots(
        doer=re.compile(rf"{name}(?={deed}|{suffered}|{kin}|{link}(?:{deed}|{suffered}))"),
        before_doer=re.compile(
            rf"(?:[^{HAN}]|^|[{lists['borders']}]|{alternatives(lists['before'])}|{alternatives(lists['caught'])}|{private()})$"
        ),
        told=re.compile(rf"(?<=的)[\"'《]?{name}(?:(?={end})|(?<=的[{HAN}]{{2}}[{lists['given_ends']}]))"),
        before_told=re.compile(rf"(?:{alternatives(lists['of_whom'])}|\d岁)[^,。;:\n的]{{0,18}}的[\"'《]?$"),
        caught=re.compile(rf"(?:{alternatives(lists['caught'])})[了到回]?[\s:]{{0,2}}{name}(?={end})"),
        dealt_with=re.compile(rf"[对将把给限令](?!(?<=对)方){name}(?={dealt})"),
        beside_before=re.compile(rf"(?:^|[^{HAN}]|[{lists['borders']}]){name}[、和与及]$"),
        beside_behind=re.compile(rf"[、和与及]{name}(?={end})"),
        titled=re.compile(rf"(?:{words('official')}){GAP}({surname()}[{HAN}]{{1,2}})"),
    )


def doers(text: str) -> Iterator[tuple[str, bool]]:
    """Whom a plain text names in a deed, none of them a minor; not who bears a title anywhere in it."""
    found = [*dict.fromkeys(_candidates(text))]
    if found:
        public = titled(text)
        yield from ((name, False) for name in found if name not in public)


def may_stand_before(text: str, start: int) -> bool:
    """Whether what stands before this place may stand before a subject or an object."""
    return bool(_slots().before_doer.search(text[max(0, start - _NEAR) : start]))


# Whoever reads a text's names asks for them more than once.
@lru_cache(maxsize=1)
def titled(text: str) -> frozenset[str]:
    """The names, of two characters and of three, that a plain text gives a title before them."""
    return frozenset(match[1][:length] for match in _slots().titled.finditer(text) for length in (2, 3))


def _candidates(text: str) -> Iterator[str]:
    slots = _slots()
    for pattern, before, reach in (
        (slots.doer, slots.before_doer, _NEAR),
        (slots.told, slots.before_told, _CLAUSE),
        (slots.caught, None, 0),
        (slots.dealt_with, None, 0),
    ):
        walked = 0
        for match in pattern.finditer(text):
            start, end = match.span(1)
            if before and not before.search(text[max(0, start - reach) : start]):
                continue
            if _is_one(text, match):
                yield match[1]
                yield from _beside_before(text, start, walked)
                yield from _beside_behind(text, end)
                walked = end


def _beside_before(text: str, start: int, walked: int) -> Iterator[str]:
    """郑海涛、林志远投案: who stands before the doer in one row with him, as far back as nothing was read."""
    other = _slots().beside_before.search(text, max(walked, start - 6), start)
    while other and _is_one(text, other):
        yield other[1]
        start = other.start(1)
        other = _slots().beside_before.search(text, max(walked, start - 6), start)


def _beside_behind(text: str, end: int) -> Iterator[str]:
    other = _slots().beside_behind.match(text, end)
    while other and _is_one(text, other):
        yield other[1]
        other = _slots().beside_behind.match(text, other.end(1))


def _is_one(text: str, match: re.Match[str]) -> bool:
    name = match[1]
    return could_be(name, is_whole=True) and not is_word(name) and not is_public(text, *match.span(1))
