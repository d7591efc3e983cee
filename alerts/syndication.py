"""Copies of one text: found by MinHash bands, proved on the texts, told apart where a number, place or name differs.

Chosen: an own MinHash over the hashes of 5-grams, 32 bands of 3, because only snapshots that alert are clustered (a
few in a hundred), which a compiled library would not make noticeably faster. A text of any length costs the same:
its 1,024 smallest hashes stand for it.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from hashlib import blake2b

VERSION = 1

GRAM = 5
SHARED = 0.8  # of the longer text's 5-grams: analyst.md
SHARED_WITH_TITLE = 0.3  # the same title over another text is another county's notice, not a copy
TITLE = 8  # a shorter title (通告, 公示) names nothing

_BANDS = 32
_ROWS = 3
_SKETCH = 1024
_MASK = (1 << 64) - 1
# Fixed odd multipliers: the same bands on every machine and in every version of Python.
_PERMUTATIONS = tuple(
    (
        int.from_bytes(blake2b(b"a%d" % number, digest_size=8).digest(), "big") | 1,
        int.from_bytes(blake2b(b"b%d" % number, digest_size=8).digest(), "big"),
    )
    for number in range(_BANDS * _ROWS)
)
_WORDLESS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A title and body as folded for matching; spaces and punctuation make no difference to what is a copy."""

    title: str
    body: str


def grams(text: str) -> frozenset[str]:
    """The text's runs of five characters, without spaces and punctuation; the whole text where it is shorter."""
    plain = _WORDLESS.sub("", text)
    return frozenset(plain[at : at + GRAM] for at in range(max(1, len(plain) - GRAM + 1))) if plain else frozenset()


def bands(text: Text) -> tuple[str, ...]:
    """The keys under which a text is looked up: two texts that share one are candidates, no more."""
    keys = []
    title = _WORDLESS.sub("", text.title)
    if len(title) >= TITLE:
        keys.append("t" + _hash(title).to_bytes(8, "big").hex())
    sketch = sorted(_hash(gram) for gram in grams(text.body))[:_SKETCH]
    if sketch:
        minima = [min((a * value + b) & _MASK for value in sketch) for a, b in _PERMUTATIONS]
        for band in range(_BANDS):
            rows = ",".join(str(value) for value in minima[band * _ROWS : (band + 1) * _ROWS])
            keys.append(f"{band:02d}{_hash(rows):016x}")
    return tuple(keys)


def is_copy(one: Text, other: Text) -> bool:
    """Do the two share at least 80 % of the longer one's 5-grams, or a telling title and a good part of the text?"""
    mine, theirs = grams(one.body), grams(other.body)
    longer = max(len(mine), len(theirs))
    shared = len(mine & theirs) / longer if longer else 0.0
    if shared >= SHARED:
        return True
    titles = {_WORDLESS.sub("", text.title) for text in (one, other)}
    return len(titles) == 1 and len(titles.pop()) >= TITLE and shared >= SHARED_WITH_TITLE


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


_SENTENCE = re.compile(r"[^。！？；!?;\n]+[。！？；!?;]?")
# Tokens of a sentence: a number as it is written, a Latin word, one other character.
_TOKEN = re.compile(r"\d[\d,.，．%]*|[a-zA-Z]+|\S")
_NUMERAL = re.compile(r"[\d〇零一二三四五六七八九十百千万亿两余几数]")
# What follows a place's or a person's name. A Chinese name carries no capital: its neighbours say what it is.
_AFTER_NAME = re.compile(r"^.{0,2}[省市县区镇乡村州旗国某]|^.{0,1}(?:先生|女士|局长|书记|检察院|公安局|派出所)")


def differences(one: str, other: str) -> tuple[tuple[str, str], ...]:
    """Where two copies disagree in a number, a place or a name: pairs of what each says, in order of the first.

    Empty where they only differ in wording, in a trailer, or in being cut: then the copy adds nothing.
    """
    mine = [sentence.strip() for sentence in _SENTENCE.findall(one) if sentence.strip()]
    theirs = [sentence.strip() for sentence in _SENTENCE.findall(other) if sentence.strip()]
    found: list[tuple[str, str]] = []
    for tag, a0, a1, b0, b1 in difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if tag == "replace":
            for left, right in _paired(mine[a0:a1], theirs[b0:b1]):
                found.extend(_between(left, right))
    return tuple(dict.fromkeys(found))


def _paired(mine: list[str], theirs: list[str]) -> list[tuple[str, str]]:
    """Each sentence with the one of the other text that it most resembles, where it does resemble one."""
    pairs = []
    for sentence in mine[:50]:
        near = difflib.get_close_matches(sentence, theirs[:50], 1, cutoff=0.6)
        if near:
            pairs.append((sentence, near[0]))
    return pairs


def _between(left: str, right: str) -> list[tuple[str, str]]:
    mine, theirs = _TOKEN.findall(left), _TOKEN.findall(right)
    found = []
    for tag, a0, a1, b0, b1 in difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if tag != "replace":
            continue
        a, b = "".join(mine[a0:a1]), "".join(theirs[b0:b1])
        unit_a, unit_b = "".join(mine[a1 : a1 + 4]), "".join(theirs[b1 : b1 + 4])
        if _NUMERAL.search(a) or _NUMERAL.search(b):
            unit = mine[a1] if a1 < len(mine) and mine[a1 : a1 + 1] == theirs[b1 : b1 + 1] else ""
            found.append((a + unit, b + unit))
        elif _AFTER_NAME.search(a[-1:] + unit_a) and _AFTER_NAME.search(b[-1:] + unit_b):
            found.append((a + unit_a[:1], b + unit_b[:1]))
        elif a[:1].isupper() and b[:1].isupper():
            found.append((a, b))
    return found
