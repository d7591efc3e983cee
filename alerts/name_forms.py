"""Names told by their form alone: a surname and two characters of which given names are made, where a name may stand.
Pure.

A text about those who are abroad tells of them and of their kin in every way there is: no list of what they do is ever
whole (`视频那头，刘建国哭着说`). So whoever has a name's form is taken for a private person, but for who acts in
office: by a title anywhere in the text, by what is done in the same clause (`强调`, `出席`), or in the line that names
its authors. A surname with one character more must stand alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from alerts.fold import HAN
from alerts.name_deeds import may_stand_before
from alerts.name_words import alternatives, common, could_be, data, given, is_public, is_said, is_word, joins, surname

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOK: Final = 60
# What else a name may follow: 对着许家明, 之子沈国强.
_FORERUNNERS: Final = frozenset("着住过到子女儿媳爸妈爷奶叔伯婶姨")
# 骨干系陈志强, 在逃的有张建军, 经营者王海林: behind these a surname that is a word as well is one (有关政策, 即时).
_SAID_TO_BE: Final = frozenset("系即有为者")
_CLAUSE: Final = re.compile(r"[。;!?\n]")


@dataclass(frozen=True, slots=True)
class _Forms:
    name: re.Pattern[str]
    short: re.Pattern[str]
    in_office: re.Pattern[str]
    author: re.Pattern[str]
    famous: frozenset[str]
    places: frozenset[str]


@cache
def _forms() -> _Forms:
    lists, grammar = data()["forms"], data()["deeds"]["grammar"]
    alone = r"(?=[\s,、。;:!?\")]|$|[的和与及说在告哭走从被])"
    return _Forms(
        # Looked for at every character: 张王建国.
        name=re.compile(rf"(?=((?![{grammar}]){surname()}{given()}{{2}})(?![*{data()['place_ends']}]))"),
        short=re.compile(rf"(?:(?<=[\s,、。;:\"(的叫给问找见识同系即])|^)({common()}{given()}){alone}"),
        in_office=re.compile(alternatives(lists["in_office"])),
        # 文/王海涛, but not 看完视频, 刘建国 nor 张海文、李志强.
        author=re.compile(rf"(?:(?<![{HAN}])[文图摄]|{alternatives(lists['authors'])})[ \u3000:/|()]{{0,4}}$"),
        famous=frozenset(lists["famous"]),
        places=frozenset(lists["places"]),
    )


def formed(text: str, public: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """Whom a plain text names without a word that tells who it is, none of them a minor; `public` bear a title."""
    for name, start in _candidates(text):
        end = start + len(name)
        if is_word(name) or not could_be(name, is_whole=True) or is_public(text, start, end):
            continue
        if name not in public and not acts_in_office(text, start, end):
            yield name, False


def _candidates(text: str) -> Iterator[tuple[str, int]]:
    forms = _forms()
    for match in forms.name.finditer(text):
        start = match.start(1)
        before = text[start - 1 : start]
        is_said_to_be = before in _SAID_TO_BE and match[1][0] in data()["common"]
        may_stand = may_stand_before(text, start) or before in _FORERUNNERS or is_said_to_be
        # 努尔·白克力, 前景光明, 王伟明确
        is_part = before == "·" or joins(text, start) or joins(text, match.end(1))
        # 温州博物馆 begins with a place.
        if may_stand and not is_part and match[1][:2] not in forms.places:
            yield match[1], start
    for match in forms.short.finditer(text):
        if match[1] not in forms.places and not is_said(match[1]):
            yield match[1], match.start(1)


def acts_in_office(text: str, start: int, end: int) -> bool:
    """Whether who is named there does in that clause what is done in office, wrote the text, or needs no title."""
    forms = _forms()
    if text[start:end] in forms.famous or forms.author.search(text[max(0, start - 12) : start]):
        return True
    return bool(forms.in_office.search(_clause(text, start, end)))


def _clause(text: str, start: int, end: int) -> str:
    """What is said in the name's own sentence, near it."""
    before = _CLAUSE.split(text[max(0, start - _LOOK) : start])[-1]
    return before + _CLAUSE.split(text[end : end + _LOOK])[0]
