"""All words of all rules in one automaton: one pass over a folded text finds where each of them stands."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from ahocorasick_rs import AhoCorasick, Implementation

from alerts.regional import spellings
from alerts.seams import SEAMS

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping

    from alerts.expression import Word
    from alerts.fold import Folded
    from alerts.layers import Layer

Span = tuple[int, int]
Key = tuple[str, bool]
"""A word as it is looked for: its folded surface, and whether any ending may follow."""

# Different words that folding to simplified makes one. A rule that writes one of the marked forms means that word.
_MERGED: Final = {c: group for group in ("乾幹干", "後后", "裡裏里", "徵征", "迴回", "麵面") for c in group}
_MARKED: Final = frozenset("乾幹後裡裏徵迴麵")


class Vocabulary:
    """The words of a rulebook, each as every region says it. Immutable once made; safe to share between threads.

    `layer`: the one whose texts are looked through; the keys stay those of the plain words.
    """

    def __init__(self, words: Iterable[Word], layer: Layer | None = None) -> None:
        keys: dict[str, list[Key]] = defaultdict(list)
        self.strict: dict[Key, str] = {}
        self._several: set[Key] = set()
        # The same word stands in many rules and sets.
        for word in {(word.written, word.stem): word for word in words}.values():
            key = key_of(word)
            surfaces = spellings(word.surface)
            for surface in surfaces if layer is None else dict.fromkeys(map(layer.word, surfaces)):
                if key not in keys[surface]:
                    keys[surface].append(key)
            if len(surfaces) > 1:
                self._several.add(key)
            if not _MARKED.isdisjoint(word.written):
                self.strict[key] = word.written
        self._keys = list(keys.values())
        self._edges = [(_edge(surface[0]), _edge(surface[-1])) for surface in keys]
        # Most words are a Chinese one that is looked for as it is: nothing beside it matters, and no form of it.
        self._seams = [SEAMS.get(surface) for surface in keys]
        self._bare = [self._bare_key(*each) for each in zip(self._keys, self._edges, self._seams, strict=True)]
        self._automaton = AhoCorasick(list(keys), implementation=Implementation.ContiguousNFA) if keys else None

    def find(self, folded: Folded) -> dict[Key, list[Span]]:
        """Where each word stands, in offsets of the folded text, in order. Words that do not occur are absent."""
        found: dict[Key, list[Span]] = {}
        if self._automaton is None:
            return found
        text = folded.text
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            bare = self._bare[index]
            if bare is not None:
                found.setdefault(bare, []).append((start, end))
                continue
            left, right = self._edges[index]
            seam = self._seams[index]
            if seam and seam.match(text, start):
                continue
            if left and start and _edge(text[start - 1]) & left:
                continue
            closed = not (right and end < len(text) and _edge(text[end]) & right)
            for key in self._keys[index]:
                if (closed or key[1]) and not (key in self.strict and self._denied(key, folded, start, end)):
                    found.setdefault(key, []).append((start, _word_end(text, end) if key[1] else end))
        for key in self._several & found.keys():
            found[key] = sorted(set(found[key]))
        return found

    def _bare_key(self, keys: list[Key], edges: tuple[int, int], seam: re.Pattern[str] | None) -> Key | None:
        """The only word of a surface, where every place of it stands for that word."""
        key = keys[0]
        is_bare = len(keys) == 1 and edges == (0, 0) and not seam and not key[1] and key not in self.strict
        return key if is_bare else None

    def _denied(self, key: Key, folded: Folded, start: int, end: int) -> bool:
        """Whether a traditional text writes another of two words that simplified script writes alike."""
        written = self.strict[key]
        original = folded.original[slice(*folded.span(start, end))]
        if len(written) != len(original) or original == folded.text[start:end]:
            return False
        return any(a != b and a in _MARKED and b in _MERGED.get(a, "") for a, b in zip(written, original, strict=True))


def _word_end(text: str, end: int) -> int:
    """Where the Latin word ends that a stem begins: the whole of it is quoted."""
    while end < len(text) and _edge(text[end]):
        end += 1
    return end


def key_of(word: Word) -> Key:
    return word.surface, word.stem


def _edge(character: str) -> int:
    """What may not stand beside this character without making another word: 1 a letter, 2 a digit (bits)."""
    if not character.isascii():
        return 0
    return 3 if character.isalpha() else 2 if character.isdigit() else 0


def spans_of(keys: Iterable[Key], found: Mapping[Key, list[Span]]) -> list[Span]:
    """All places of any of the words, in order."""
    lists = [found[key] for key in keys if key in found]
    if len(lists) == 1:
        return lists[0]
    return sorted({span for places in lists for span in places})
