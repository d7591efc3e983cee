"""What a reader of the other language is told beside a quote: its terms, places, organs, numbers and dates. Pure.

Glosses of single words, never a translation: Chinese texts get English ones, English texts Chinese ones.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from alerts import glossary
from alerts.entities import Entity, entities, place_names
from alerts.expression import parse_word
from alerts.figures import readings
from alerts.fold import fold, fold_word
from alerts.naming import pinyin
from alerts.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Pairs = tuple[tuple[str, str], ...]

_HAN: Final = re.compile("[\u3400-\u9fff]")
_TERMS_SHOWN: Final = 8
_NAMES_SHOWN: Final = 6
_FIGURES_SHOWN: Final = 6
_NAMED: Final = frozenset({"country", "country_alias", "foreign_place", "province", "prefecture", "county", "agency"})
_STANDS_FOR: Final = frozenset({"foreign_place"})
# Says nothing to a reader of English that the letters do not say: China itself stands in every text.
_PLAIN: Final = frozenset({"CN"})


def glosses(text: str) -> Pairs:
    """The listed terms and names of a text and its numbers and dates, each as written with what it is in the other
    language: terms first, then names, then figures, some of each."""
    if _HAN.search(text):
        terms = glossary.glosses(text)
        names = _found(text, _chinese_names(), _vocabulary(), {term for term, _ in terms})
    else:
        terms = _found(text, _english_terms(), _english_vocabulary(), set())
        names = _found(text, _english_names(), _english_name_vocabulary(), {term for term, _ in terms})
    return (*terms[:_TERMS_SHOWN], *names[:_NAMES_SHOWN], *readings(text)[:_FIGURES_SHOWN])


def _found(text: str, said: Mapping[str, str], vocabulary: Vocabulary, known: set[str]) -> Pairs:
    folded = fold(text)
    spans = [(start, end, key[0]) for key, places in vocabulary.find(folded).items() for start, end in places]
    taken = {fold_word(word) for word in known}
    found: dict[str, str] = {}
    last = 0
    for start, end, surface in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end <= last:
            continue
        last = end
        if surface not in taken:
            taken.add(surface)
            found[text[slice(*folded.span(start, end))]] = said[surface]
    return tuple(found.items())


def _named() -> Iterable[Entity]:
    return (one for one in entities() if one.kind in _NAMED and one.code not in _PLAIN and len(one.zh) > 1)


@cache
def _chinese_names() -> dict[str, str]:
    said: dict[str, str] = {}
    for one in _named():
        for word in (one.zh, one.zh_hant):
            said.setdefault(fold_word(word), _name_of(one, word))
    return said


def _name_of(one: Entity, word: str) -> str:
    """Its own English name, else in which country it lies: 大马 stands for Malaysia."""
    if one.kind in _STANDS_FOR:
        return place_names().get(fold_word(word)) or f"{pinyin(word)}, a place in {one.en}"
    # Police is a word here, not a name: the listed terms gloss it in lower case.
    return one.en.lower() if one.kind == "agency" and one.en == "Police" else one.en


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(parse_word(one.zh) for one in _named())


@cache
def _english_names() -> dict[str, str]:
    said: dict[str, str] = {}
    for one in _named():
        if one.kind not in _STANDS_FOR and one.kind != "country_alias":
            said.setdefault(fold_word(_bare(one.en)), one.zh)
    return said


@cache
def _english_name_vocabulary() -> Vocabulary:
    return Vocabulary(parse_word(name) for name in _english_names())


@cache
def _english_terms() -> dict[str, str]:
    """Chinese for the English ways of saying a listed term: its gloss, each alternative, (d) and (s) filled in."""
    said: dict[str, str] = {}
    for term in glossary.terms():
        for way in _ways(term.en):
            said.setdefault(fold_word(way), term.zh)
    return said


@cache
def _english_vocabulary() -> Vocabulary:
    return Vocabulary(parse_word(way) for way in _english_terms())


def _ways(gloss: str) -> Iterable[str]:
    for part in re.split(r"[;/,]", gloss):
        plain = part.strip()
        # persuade(d) to return
        for way in {re.sub(r"\((\w{1,3})\)", "", plain), re.sub(r"\((\w{1,3})\)", r"\1", plain)}:
            bare = _bare(way)
            if len(bare.split()) > 1 or len(bare) > 8:
                yield bare


def _bare(name: str) -> str:
    return re.sub(r"\s*\([^)]*\)", "", name).strip()
