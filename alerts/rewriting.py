"""What one text makes of another, sentence by sentence: what it added and cut, and where it says other facts.

Sentences are compared as folded for matching, without spaces and punctuation, wherever they stand: a paragraph that
moved, another script and a comma more are no change. Quotes are always the characters of the page.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts import numerals
from alerts.facts import NUMERALS, TOKEN, number_at, person_at, place_at
from alerts.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Of a longer text only so much is compared: a book is no press release.
LONGEST = 200_000
# A "sentence" without a full stop is cut here; so many sentences of each text are put beside the other's.
_SENTENCE = re.compile(r"[^。！？；!?;\n]{1,300}+[。！？；!?;]?")
_MOST_SENTENCES = 4_000
_MOST_PAIRED = 150
# Two sentences are one sentence changed where they share so much of their pairs of characters, numbers taken as equal.
_ALIKE = 0.5
_MOST_DIFFERENCES = 50

WORDLESS = re.compile(r"[\W_]+")
_NUMBER = re.compile(rf"\d[\d,.]*|[{NUMERALS}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """What `other` made of `one`: sentences of its own, sentences it left out, facts that differ, sentences reworded.

    `differences` and `reworded` are pairs of what each says, `one` first. A sentence stands in one list at most,
    but for the sentences of which `differences` are parts.
    """

    added: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    differences: tuple[tuple[str, str], ...] = ()
    reworded: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Sentence:
    raw: str
    plain: str


def plain(text: str) -> str:
    """The text folded for matching, without spaces and punctuation: what is compared."""
    return WORDLESS.sub("", fold(text[:LONGEST]).text)


def differences(one: str, other: str) -> tuple[tuple[str, str], ...]:
    """Where two copies disagree in a number, a place or a name: pairs of what each says, in order of the first.

    Empty where they only differ in wording, in order, in script, in a trailer, or in being cut: then the copy adds
    nothing.
    """
    if one == other:
        return ()
    return compare(one, other).differences


def compare(one: str, other: str) -> Rewriting:
    """What `other` made of `one`. At most the first 200,000 characters of each are looked at."""
    mine, theirs = _sentences(one), _sentences(other)
    left, right = _only_in(mine, theirs), _only_in(theirs, mine)
    found: list[tuple[str, str]] = []
    reworded: list[tuple[str, str]] = []
    paired = _paired(left, right)
    for a, b in paired:
        between = list(_between(left[a].raw, right[b].raw))
        if between:
            found += between
        else:
            reworded.append((left[a].raw, right[b].raw))
    gone, new = {a for a, _ in paired}, {b for _, b in paired}
    # A sentence that was only joined with its neighbour, or divided, is in the other text all the same.
    mine_whole, theirs_whole = "".join(each.plain for each in mine), "".join(each.plain for each in theirs)
    return Rewriting(
        added=tuple(s.raw for at, s in enumerate(right) if at not in new and not _stands_in(s.plain, mine_whole)),
        cut=tuple(s.raw for at, s in enumerate(left) if at not in gone and not _stands_in(s.plain, theirs_whole)),
        differences=tuple(dict.fromkeys(found))[:_MOST_DIFFERENCES],
        reworded=tuple(reworded),
    )


def _sentences(text: str) -> list[_Sentence]:
    found = []
    for match in _SENTENCE.finditer(text[:LONGEST]):
        raw = match[0].strip()
        key = WORDLESS.sub("", fold(raw).text)
        if key:
            found.append(_Sentence(raw, key))
        if len(found) == _MOST_SENTENCES:
            break
    return found


def _only_in(mine: Sequence[_Sentence], theirs: Sequence[_Sentence]) -> list[_Sentence]:
    """The sentences of `mine` that `theirs` lacks, each as often as it lacks it; in order."""
    spare = Counter(each.plain for each in theirs)
    left = []
    for each in mine:
        if spare[each.plain]:
            spare[each.plain] -= 1
        else:
            left.append(each)
    return left


def _stands_in(sentence: str, whole: str) -> bool:
    at = whole.find(sentence)
    if at < 0:
        return False
    before, after = whole[max(0, at - 1) : at], whole[at + len(sentence) : at + len(sentence) + 1]
    # 7人 does not stand in 17人.
    return not (
        (sentence[0].isdigit() and before.isdigit()) or (sentence[-1].isdigit() and after.isdigit() and after != "")
    )


def _paired(left: Sequence[_Sentence], right: Sequence[_Sentence]) -> list[tuple[int, int]]:
    """The places of the sentences of which one is the other changed: the most alike first, each once."""
    shapes = [_shape(each.plain) for each in right[:_MOST_PAIRED]]
    holders: dict[str, list[int]] = {}
    for at, shape in enumerate(shapes):
        for gram in shape:
            holders.setdefault(gram, []).append(at)
    scored = []
    for a, sentence in enumerate(left[:_MOST_PAIRED]):
        shape = _shape(sentence.plain)
        shared: Counter[int] = Counter(at for gram in shape for at in holders.get(gram, ()))
        for b, count in shared.items():
            score = 2 * count / (len(shape) + len(shapes[b]))
            if score >= _ALIKE:
                # Of equals those that stand nearest to each other: the lines of a list keep their order.
                scored.append((-score, abs(a - b), a, b))
    pairs, used_a, used_b = [], set(), set()
    for _, _, a, b in sorted(scored):
        if a not in used_a and b not in used_b:
            pairs.append((a, b))
            used_a.add(a)
            used_b.add(b)
    return sorted(pairs)


def _shape(text: str) -> frozenset[str]:
    shape = "^" + _NUMBER.sub("0", text) + "$"
    return frozenset(shape[at : at + 2] for at in range(len(shape) - 1))


def _between(left: str, right: str) -> Iterator[tuple[str, str]]:
    """The facts in which two readings of one sentence differ, as the pages write them."""
    mine, theirs = _Tokens(left), _Tokens(right)
    opcodes = difflib.SequenceMatcher(None, mine.words, theirs.words, autojunk=False).get_opcodes()
    for tag, a0, a1, b0, b1 in opcodes:
        if tag == "replace" and not _same(mine.words[a0:a1], theirs.words[b0:b1]):
            yield from _fact(mine, (a0, a1), theirs, (b0, b1))
        elif tag in ("insert", "delete"):
            # 张某 and 张某某, 东 and 东南: a name may grow; a number that came or went was added or cut.
            names = (
                person_at(mine.words, a0 - (a0 == a1 and a0 > 0), max(a1, a0)),
                person_at(theirs.words, b0 - (b0 == b1 and b0 > 0), max(b1, b0)),
            )
            if names[0] and names[1] and names[0] != names[1]:
                yield names[0], names[1]


def _fact(mine: _Tokens, a: tuple[int, int], theirs: _Tokens, b: tuple[int, int]) -> Iterator[tuple[str, str]]:
    numbers = number_at(mine.words, *a), number_at(theirs.words, *b)
    if numbers[0] and numbers[1]:
        if not numerals.same(*numbers):
            yield mine.quoted(*a, more=_unit(mine, a, theirs, b)), theirs.quoted(*b, more=_unit(mine, a, theirs, b))
        return
    for find in (place_at, person_at):
        names = find(mine.words, *a), find(theirs.words, *b)
        if names[0] and names[1] and names[0] != names[1]:
            yield mine.written(names[0], a), theirs.written(names[1], b)
            return
    if mine.raw(*a)[:1].isupper() and theirs.raw(*b)[:1].isupper():
        yield mine.raw(*a), theirs.raw(*b)
    elif numbers[0] or numbers[1]:
        # 17 of one is 多 of the other: a number was hidden or made up.
        yield mine.quoted(*a, more=_unit(mine, a, theirs, b)), theirs.quoted(*b, more=_unit(mine, a, theirs, b))


def _unit(mine: _Tokens, a: tuple[int, int], theirs: _Tokens, b: tuple[int, int]) -> int:
    """Whether what follows both is the same, and so is their unit."""
    return int(mine.words[a[1] : a[1] + 1] == theirs.words[b[1] : b[1] + 1] != [])


def _same(mine: list[str], theirs: list[str]) -> bool:
    if WORDLESS.sub("", "".join(mine)) == WORDLESS.sub("", "".join(theirs)):
        return True
    return len(mine) == len(theirs) == 1 and numerals.same(mine[0], theirs[0])


class _Tokens:
    """A sentence's tokens as folded, and the way back to its characters."""

    def __init__(self, text: str) -> None:
        self._folded = fold(text)
        found = list(TOKEN.finditer(self._folded.text))
        self.words = [match[0] for match in found]
        self._spans = [match.span() for match in found]

    def raw(self, start: int, end: int) -> str:
        """What the page has for the tokens `start:end`."""
        if start >= end:
            return ""
        first, last = self._folded.span(self._spans[start][0], self._spans[end - 1][1])
        return self._folded.original[first:last]

    def quoted(self, start: int, end: int, *, more: int) -> str:
        return self.raw(start, min(len(self.words), end + more))

    def written(self, name: str, near: tuple[int, int]) -> str:
        """The page's characters for a name found near these tokens; the folded name where it stands elsewhere."""
        for start in range(max(0, near[0] - 4), near[1]):
            for end in range(start + 1, min(len(self.words), near[1] + 4) + 1):
                if "".join(self.words[start:end]) == name:
                    return self.raw(start, end)
        return name
