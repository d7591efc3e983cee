"""English for the listed words in a quote: glosses of terms and of country names, never a translation."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from alerts.entities import entities
from alerts.fold import fold, fold_word

_COUNTRIES = frozenset({"country", "country_alias", "foreign_place"})


def glosses(text: str) -> tuple[tuple[str, str], ...]:
    """The listed words a text holds, as they stand in it, each with its gloss; in order of their places, each once.

    Of overlapping words the longest counts: 规劝回国 is not also 回国.
    """
    folded = fold(text)
    table = _table()
    found: list[tuple[int, int, str]] = []
    for word in sorted(table, key=len, reverse=True):
        at = folded.text.find(word)
        while at >= 0:
            end = at + len(word)
            if not any(at < stop and start < end for start, stop, _ in found):
                found.append((at, end, word))
            at = folded.text.find(word, end)
    said: dict[str, tuple[str, str]] = {}
    for start, end, word in sorted(found):
        first, last = folded.span(start, end)
        said.setdefault(word, (text[first:last], table[word]))
    return tuple(said.values())


@cache
def _table() -> dict[str, str]:
    rows = csv.DictReader((files("alerts") / "data" / "terms.csv").read_text(encoding="utf-8").splitlines())
    table = {fold_word(one.zh): one.en for one in entities() if one.kind in _COUNTRIES and one.en}
    for row in rows:
        if row["zh_simplified"] and row["en_gloss"]:
            table.setdefault(fold_word(row["zh_simplified"]), row["en_gloss"])
    return {word: gloss for word, gloss in table.items() if len(word) > 1}
