"""Words that Taiwan, Hong Kong and the mainland say differently: a rule, a place or an organ is meant in all of them.

A matter of synonyms, not of folding: 網路 and 网络 are different characters. Listed in data/regional.csv; countries
under their other names come from data/entities.csv.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from functools import cache
from itertools import product
from typing import Final

from alerts.fold import HAN, fold_word
from alerts.packaged import text_at

# 电信诈骗 has six; nothing of ours has more, and a word made of ten such parts would have a thousand.
_MOST: Final = 24
# What no quantifier reaches into, outside a class: 网络? is 网 and perhaps 络.
_LITERAL: Final = re.compile(rf"\\.|\[(?:\\.|[^\]\\])*\]|(?:[{HAN}](?![?*+{{]))+")


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    """Each listed word, folded, with all that say the same, itself first."""
    text = text_at("data/regional.csv")
    pairs = [(fold_word(row["mainland"]), fold_word(row["elsewhere"])) for row in csv.DictReader(text.splitlines())]
    same: dict[str, set[str]] = defaultdict(set)
    for one, other in [*pairs, *_countries()]:
        union = {one, other, *same[one], *same[other]}
        for word in union:
            same[word] = union
    return {word: (word, *sorted(union - {word})) for word, union in same.items() if len(union) > 1}


def _countries() -> list[tuple[str, str]]:
    text = text_at("data/entities.csv")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["code"] not in {"CN", "HK", "MO", "TW"}]
    names = {row["code"]: row["zh"] for row in rows if row["kind"] == "country"}
    aliases = [row for row in rows if row["kind"] == "country_alias" and row["code"] in names]
    return [(fold_word(names[row["code"]]), fold_word(row["zh"])) for row in aliases]


@cache
def _listed() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_groups(), key=len, reverse=True))))


def spellings(surface: str) -> tuple[str, ...]:
    """A folded word as each region says it, itself first; the longest listed part of it counts, at most 24 ways."""
    found = list(_listed().finditer(surface))
    if not found:
        return (surface,)
    pieces: list[tuple[str, ...]] = []
    at = 0
    for part in found:
        pieces += [(surface[at : part.start()],), _groups()[part[0]]]
        at = part.end()
    pieces.append((surface[at:],))
    made = ("".join(some) for some, _ in zip(product(*pieces), range(_MOST), strict=False))
    return tuple(dict.fromkeys(made))


def in_pattern(folded: str) -> str:
    """A folded regular expression in which each listed word means all that say the same."""

    def alternatives(found: re.Match[str]) -> str:
        if found[0][0] in "\\[":
            return found[0]
        return _listed().sub(lambda part: f"(?:{'|'.join(_groups()[part[0]])})", found[0])

    return _LITERAL.sub(alternatives, folded)


def version_text() -> str:
    """What decides the spellings, as one text: a part of the rules' version."""
    return "\n".join(f"{word} {' '.join(union)}" for word, union in sorted(_groups().items()))
