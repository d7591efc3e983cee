"""Names of Uyghurs, Kazakhs and Tibetans, told by the parts that they are made of: 古丽娜尔·吐尔逊, 洛桑嘉措. Pure.

They have no surname that a list could hold, but their parts are few and written in characters that rarely stand beside
each other else. Who acts in office is not told by them, as in name_forms.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from alerts.name_forms import acts_in_office
from alerts.name_words import alternatives, could_be, data, is_called_private, is_public

if TYPE_CHECKING:
    from collections.abc import Iterator

Place = tuple[str, int, int]

_SHORTEST: Final = 3  # of a name's first part that stands for its bearer: 古丽娜尔


@dataclass(frozen=True, slots=True)
class _Parts:
    """`run`: characters of such names beside each other; `part`: one that tells a name with a point, and `last` where
    it ends one; `whole`: a name without one."""

    run: re.Pattern[str]
    part: re.Pattern[str]
    last: re.Pattern[str]
    whole: re.Pattern[str]


@cache
def _peoples() -> tuple[_Parts, ...]:
    made = []
    for people in data()["parts"]:
        parts, characters = people["parts"], people.get("characters", "")
        told, every = alternatives(parts), "".join(sorted({*characters, *"".join(parts)}))
        # 买买提明, 艾尔肯江: a long part tells a name with what follows; of short ones it takes two.
        long = [part for part in parts if len(part) >= _SHORTEST]
        beside = rf"|{alternatives(long)}[{characters}]{{0,5}}" if long else ""
        last = f"[{people['ends']}]?" if "ends" in people else ""
        whole = rf"(?:{told}){{2,4}}{last}{beside}"
        made.append(
            _Parts(
                run=re.compile(f"[{every}·]{{3,24}}"),
                part=re.compile(told),
                last=re.compile(f"(?:{told})$"),
                whole=re.compile(whole),
            )
        )
    return tuple(made)


def by_parts(text: str, public: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """Whom a plain text names so, none of them a minor; not who bears a title anywhere in it or is in `public`."""
    found = [*_candidates(text)]
    titled = public.union(name for name, start, end in found if is_public(text, start, end))
    for name, start, end in found:
        if name in titled or text[end : end + 1] in {*data()["place_ends"]} or not could_be(name, is_whole=True):
            continue
        if is_called_private(text, start) or not acts_in_office(text, start, end):
            yield name, False
            first = name.partition("·")[0]
            if first != name and len(first) >= _SHORTEST:
                yield first, False


def _candidates(text: str) -> Iterator[Place]:
    for people in _peoples():
        for run in people.run.finditer(text):
            yield from _in_run(people, run)


def _in_run(people: _Parts, run: re.Match[str]) -> Iterator[Place]:
    if "·" not in run[0]:
        whole = people.whole.fullmatch(run[0]) or people.whole.fullmatch(run[0].rstrip(_SENTENCE))
        spans = [whole.span()] if whole else []
    else:
        spans = [dotted.span() for dotted in _DOTTED.finditer(run[0]) if people.part.search(dotted[0])]
    for start, end in spans:
        name = run[0][start:end]
        name = name if people.last.search(name) else name.rstrip(_SENTENCE)
        yield name, run.start() + start, run.start() + start + len(name)


# Characters of such names that as often begin what is said of one: 买买提·艾力不回国.
_SENTENCE: Final = "不都外生多来日下明"
_DOTTED: Final = re.compile(r"[^·]{2,8}(?:·[^·]{1,8}){1,2}")
