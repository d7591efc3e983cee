"""Leads: texts that no rule holds and that a small linear model finds like what rules look for. Never alerts. Pure.

A text is read in windows of a few sentences. A window's score is a bias, the weights of its runs of characters (hashed
into buckets, summed and divided by the root of their number), and the weights of the kinds of words in it
(data/leads/classes.yaml), alone and by twos. A text scores as its best window. The weights are made by
`python bench/leads/train.py` from invented texts alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, islice
from math import log, sqrt
from operator import xor
from typing import TYPE_CHECKING, Final

from alerts.entities import country_names, entities
from alerts.expression import parse_word
from alerts.fold import HAN, fold
from alerts.packaged import HOME, table_at
from alerts.vocabulary import Vocabulary, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.expression import Word
    from alerts.fold import Folded
    from alerts.lead_model import Model
    from alerts.vocabulary import Key, Span

VERSION: Final = 2
"""Raised by hand when the same weights would score a text differently."""

DATA: Final = HOME.joinpath("data", "leads")
BUCKETS: Final = 1 << 15
# Runs of so many characters, fewer of Chinese, where a letter says more. Longer and more sizes bring up no more leads
# (`bench/leads/measure.py`) and cost their time.
_HAN_RUNS: Final = (2, 3)
_LATIN_RUNS: Final = (3, 5)
# A window is about as long as what people write of one matter.
_HAN_WINDOW: Final = 110
_LATIN_WINDOW: Final = 300
_LONGEST: Final = 40_000
"""Characters of a text that are read: a page whose first part says nothing of it is no lead."""
_TELLING: Final = 600
"""So many characters tell which script a text is written in."""
_PER_WINDOW: Final = 0.07
"""Times the logarithm of their number this is taken off: of many windows one will score by chance."""
_KIND_VALUE: Final = 0.3
_PAIR_VALUE: Final = 0.15
"""How much a kind of word, and two kinds together, count beside all runs of characters (which count 1)."""

_SENTENCE_END: Final = re.compile(r"[。!?;\n]+[\"')」』]*|\.(?=\s)")
_CLAUSE: Final = re.compile(r"[^,,、。!?;:\n]+")
_HAN_LETTER: Final = re.compile(f"[{HAN}]")
_LATIN_LETTER: Final = re.compile("[a-z]")
# Odd multipliers whose products are well mixed above bit 16.
_MULTIPLIERS: Final = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1, 0xD3A2646D)
_SHIFT: Final = 16
_MASK: Final = BUCKETS - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A place worth a look: the likeliest concept, a score above 0 (the threshold), and the phrase that weighed most.

    Offsets are code points into `field` ("title" or "body") as given.
    """

    concept: str
    score: float
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of folded text as the model sees it: the values of its features by their numbers."""

    start: int
    end: int
    values: dict[int, float]


def find_lead(model: Model, title: str, body: str, *, floor: float = 0.0) -> Lead | None:
    """The text's best window where it scores above `floor` (0: the threshold), None where none does."""
    view = View(title, body)
    best = view.best(model)
    if best is None or best.score <= floor:
        return None
    concept = model.concept(view.values(best.first, best.last))
    field, start, end = view.phrase(model, best)
    return Lead(concept=concept, score=round(best.score, 3), field=field, start=start, end=end)


def score(model: Model, title: str, body: str) -> float:
    """How much the text's best window scores above (or, negative, below) the threshold."""
    best = View(title, body).best(model)
    return best.score if best else -model.threshold


@dataclass(frozen=True, slots=True)
class _Scored:
    score: float
    first: int
    last: int


class View:
    """One text as the model sees it: folded, cut into windows, with the buckets of its runs and the kinds of words."""

    def __init__(self, title: str, body: str) -> None:
        self._title: Folded = fold(title[:_LONGEST])
        self._body: Folded = fold(body[:_LONGEST])
        self._body_at = len(self._title.text) + 2
        self.text = f"{self._title.text}\n\n{self._body.text}"
        beginning = self.text[:_TELLING]
        latin = len(_LATIN_LETTER.findall(beginning)) > 3 * len(_HAN_LETTER.findall(beginning))
        self._longest = _LATIN_WINDOW if latin else _HAN_WINDOW
        self._runs = _buckets(self.text, self._sizes)
        places = sorted([*_kind_places(self._title, 0), *_kind_places(self._body, self._body_at)])
        self._kinds_at = [at for at, _ in places]
        self._kind_of = [kind for _, kind in places]

    def windows(self) -> Iterator[Span]:
        """Every stretch of whole sentences, each from its own beginning, of about the window's length."""
        ends = [found.end() for found in _SENTENCE_END.finditer(self.text)]
        cuts = [0]
        for end in (*ends, len(self.text)):
            # A sentence that never ends is cut where a window would be.
            cuts += range(cuts[-1] + self._longest, end, self._longest)
            cuts.append(end)
        for number, start in enumerate(cuts[:-1]):
            last = max(number + 1, bisect_right(cuts, start + self._longest) - 1)
            if self.text[start : cuts[last]].strip():
                yield start, cuts[last]

    def values(self, start: int, end: int) -> dict[int, float]:
        """The features of a window: what the model is taught on."""
        found: dict[int, float] = {}
        pieces = [run[start : max(start, end - size + 1)] for run, size in zip(self._runs, self._sizes, strict=True)]
        count = sum(map(len, pieces))
        if count:
            each = 1 / sqrt(count)
            for piece in pieces:
                for bucket in piece:
                    found[bucket] = found.get(bucket, 0.0) + each
        kinds = self._kinds(start, end)
        for at, kind in enumerate(kinds):
            found[BUCKETS + kind] = _KIND_VALUE
            for other in kinds[at + 1 :]:
                found[pair_number(kind, other)] = _PAIR_VALUE
        return found

    def best(self, model: Model) -> _Scored | None:
        """The window that scores most, the first of equals."""
        weights = model.weights
        sums = [list(accumulate(map(weights.__getitem__, run), initial=0.0)) for run in self._runs]
        best, windows = None, 0
        for start, end in self.windows():
            windows += 1
            total, count = 0.0, 0
            for summed, size in zip(sums, self._sizes, strict=True):
                stop = min(end - size + 1, len(summed) - 1)
                if stop > start:
                    total += summed[stop] - summed[start]
                    count += stop - start
            value = total / sqrt(count) if count else 0.0
            kinds = self._kinds(start, end)
            for at, kind in enumerate(kinds):
                value += _KIND_VALUE * weights[BUCKETS + kind]
                row = pair_row(kind)
                for other in kinds[at + 1 :]:
                    value += _PAIR_VALUE * weights[row + other]
            value += model.bias - model.threshold
            if best is None or value > best.score:
                best = _Scored(value, start, end)
        return best and _Scored(best.score - _PER_WINDOW * log(windows), best.first, best.last)

    def phrase(self, model: Model, best: _Scored) -> tuple[str, int, int]:
        """The clause of a window that weighed most: its field and its offsets there."""
        clauses = [
            (found.start() + best.first, found.end() + best.first)
            for found in _CLAUSE.finditer(self.text[best.first : best.last])
            if found[0].strip()
        ]
        start, end = max(clauses, key=lambda span: self._weight(model, span), default=(best.first, best.last))
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip())
        if start >= self._body_at:
            return ("body", *self._body.span(start - self._body_at, end - self._body_at))
        return ("title", *self._title.span(start, min(end, len(self._title.text))))

    def _weight(self, model: Model, span: Span) -> float:
        """What a clause brings to its window, up to a factor that all clauses of the window share."""
        pieces = [run[span[0] : span[1]] for run in self._runs]
        runs = sum(model.weights[bucket] for piece in pieces for bucket in piece)
        kinds = sum(model.weights[BUCKETS + kind] for kind in self._kinds(*span))
        return runs / sqrt(len(self._runs) * self._longest) + _KIND_VALUE * kinds

    @property
    def _sizes(self) -> tuple[int, ...]:
        return _HAN_RUNS if self._longest == _HAN_WINDOW else _LATIN_RUNS

    def _kinds(self, start: int, end: int) -> list[int]:
        """The kinds of words that begin in a stretch, in order."""
        first, last = bisect_left(self._kinds_at, start), bisect_left(self._kinds_at, end)
        return sorted(set(self._kind_of[first:last]))


class _Share(dict[str, int]):
    """What a character brings to the bucket of the runs in which it has one place; worked out once for each."""

    def __init__(self, multiplier: int) -> None:
        self._multiplier = multiplier

    def __missing__(self, character: str) -> int:
        share = ord(character) * self._multiplier >> _SHIFT & _MASK
        if character <= "\uffff":
            # Nobody's page makes this grow beyond that.
            self[character] = share
        return share


_SHARES: Final = tuple(map(_Share, _MULTIPLIERS))


def _buckets(text: str, sizes: Sequence[int]) -> list[list[int]]:
    """For each size the bucket of the run that begins at each character: the shares of its characters, put together.

    A longer run's is that of the shorter one, with one character's share more.
    """
    buckets = list(map(_SHARES[0].__getitem__, text))
    found = []
    for size in range(2, sizes[-1] + 1):
        buckets = list(map(xor, buckets, map(_SHARES[size - 1].__getitem__, islice(text, size - 1, None))))
        if size in sizes:
            found.append(buckets)
    return found


def pair_row(kind: int) -> int:
    """Where the features of this kind together with a later one begin, less that one's number."""
    return BUCKETS + KINDS + kind * KINDS


def pair_number(kind: int, other: int) -> int:
    return pair_row(kind) + other


@cache
def _kinds_of_words() -> tuple[Vocabulary, dict[Key, int]]:
    loaded = table_at("data/leads/classes.yaml")
    english = {one.en.partition(" (")[0] for one in entities() if one.kind in ("country", "foreign_place")}
    words: list[Word] = []
    kind_of: dict[Key, int] = {}
    for kind, listed in enumerate(loaded.values()):
        for said in listed:
            for written in (*country_names(), *sorted(english - {"China"})) if said == "@country" else (said,):
                word = parse_word(str(written))
                words.append(word)
                kind_of.setdefault(key_of(word), kind)
    return Vocabulary(words), kind_of


def _kind_places(folded: Folded, at: int) -> Iterator[tuple[int, int]]:
    """Where a word of a kind begins, and which kind."""
    vocabulary, kind_of = _kinds_of_words()
    for key, spans in vocabulary.find(folded).items():
        kind = kind_of[key]
        for start, _ in spans:
            yield start + at, kind


KINDS: Final = 31
"""How many kinds classes.yaml names."""
FEATURES: Final = BUCKETS + KINDS + KINDS * KINDS
