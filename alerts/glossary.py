"""English for the listed terms, for readers of the digest who do not read Chinese. Data: data/terms.csv."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from alerts.entities import english
from alerts.expression import parse_word
from alerts.fold import fold, fold_word
from alerts.packaged import text_at
from alerts.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Term:
    """One listed term: its concept, both scripts, gloss, and weight (5 says it alone, 1 says little)."""

    concept: str
    zh: str
    zh_hant: str
    en: str
    kind: str
    weight: int
    ambiguity: str


@cache
def terms() -> tuple[Term, ...]:
    text = text_at("data/terms.csv")
    return tuple(
        Term(
            row["concept"],
            row["zh_simplified"],
            row["zh_traditional"],
            row["en_gloss"],
            row["kind"],
            int(row["weight"]),
            row["ambiguity_note"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def gloss(term: str) -> str | None:
    """English for a term in either script, however spaced; names of places and organs included; None if unknown."""
    return _glosses().get(fold_word(term)) or english(term)


def glosses(text: str) -> tuple[tuple[str, str], ...]:
    """The listed terms in a text as it writes them, each once with its gloss; a longer term hides its parts."""
    folded = fold(text)
    spans = [(start, end, key[0]) for key, places in _vocabulary().find(folded).items() for start, end in places]
    found: dict[str, str] = {}
    last = 0
    for start, end, surface in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end <= last:
            continue
        last = end
        written = text[slice(*folded.span(start, end))]
        if surface not in {fold_word(known) for known in found}:
            found[written] = _glosses()[surface]
    return tuple(found.items())


@cache
def _glosses() -> dict[str, str]:
    return {fold_word(word): term.en for term in reversed(terms()) for word in (term.zh, term.zh_hant)}


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(parse_word(term.zh) for term in terms())
