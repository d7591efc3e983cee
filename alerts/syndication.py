"""Which texts are one story: found by keys, proved on the texts, told apart where they are two notices of one mould.

Two texts are **one story** where
1. they are near: 80 % of the longer one's sentences, by their 5-grams, stand in the shorter, or 80 % of the shorter
   in one at most twice as long (a cut, or additions), or they bear the same telling title and share 30 %; of texts too
   short to say much, the titles must agree too; and
2. they are one notice: nothing that numbers them differs (第四批, 〔2026〕3号, the date in the title or under the
   text), the organs that sign are not two, and of their facts at most two differ, or fewer than agree.
A story's text is a **copy** where no number, place or name differs (`differences`), else a **variant**.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b
from operator import eq
from zlib import crc32

from alerts.facts import Numbers, are_apart, facts, issuers, own_numbers, same_issuer
from alerts.fold import fold
from alerts.rewriting import LONGEST, WORDLESS, differences, plain

__all__ = ["Kinship", "Read", "Sketch", "Text", "differences", "grams", "is_copy", "kinship", "likeness", "sketch"]

VERSION = 2

GRAM = 5
SHARED = 0.8  # of the longer text's 5-grams: analyst.md
SHARED_WITH_TITLE = 0.3  # the same title over another text is another county's notice, not a copy
CUT = 0.5  # a shorter part than that is a quotation: a day's round-up holds many stories and is none of them
TITLE = 8  # a shorter title (通告, 公示) names nothing
SHORT = 60  # a text of fewer 5-grams (点击查看附件) says too little to stand without its title
FEW = 2  # so many facts may differ whatever agrees: a copy with another number is what must be shown

BANDS = 24
ROWS = 3
_BINS = BANDS * ROWS
_SENTENCES = 8
_SENTENCE = re.compile(r"[^。！？；!?;\n]{12,300}+")
_END = re.compile(r"[。!?;]+")
_MIX = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_NONE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A page's title and body as stored."""

    title: str
    body: str


class Kinship(StrEnum):
    COPY = "copy"
    VARIANT = "variant"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What the index keeps of a text. `digest`: the same for texts of one wording; `keys`: signed 64-bit numbers under
    which it is looked up, `title` the one of them that a telling title gives; `signature`: 72 minima of its 5-grams'
    hashes; `size`: how many 5-grams it has."""

    digest: str
    size: int
    signature: bytes
    keys: tuple[int, ...]
    title: int | None = None


class Read:
    """A text made ready for proving, each part when it is first asked for: what numbers a notice and who signs it tells
    most candidates apart, and costs a tenth of the rest. Kept by the caller where used again."""

    def __init__(self, text: Text) -> None:
        self.text = text
        title, self._lines = _parts(text)
        self._folded_title = title
        self.title = WORDLESS.sub("", title)

    @cached_property
    def grams(self) -> frozenset[int]:
        return grams(self.text.body)

    @cached_property
    def inner(self) -> frozenset[int]:
        """The 5-grams within its sentences: those across two are lost where paragraphs change places."""
        sentences = (WORDLESS.sub("", part) for line in self._lines for part in _END.split(line))
        return frozenset().union(*(_grams(each) for each in sentences if len(each) >= GRAM)) or self.grams

    @cached_property
    def numbers(self) -> Numbers:
        return own_numbers(self._folded_title, self._lines)

    @cached_property
    def issuers(self) -> frozenset[str]:
        return issuers(self._folded_title, self._lines)

    @cached_property
    def facts(self) -> frozenset[str]:
        return facts("\n".join(self._lines))


def grams(text: str) -> frozenset[int]:
    """Hashes of the text's runs of five characters, folded, without spaces and punctuation; of a shorter text whole."""
    return _grams(plain(text))


def _grams(bare: str) -> frozenset[int]:
    if not bare:
        return frozenset()
    # Two bytes a character: a slice of bytes is hashed without being encoded again.
    coded = memoryview(bare.encode("utf-16-le", "surrogatepass"))
    width = 2 * GRAM
    return frozenset([crc32(coded[at : at + width]) for at in range(0, max(1, len(coded) - width + 1), 2)])


def sketch(text: Text) -> Sketch:
    """What is kept of a text to find it again; the same on every machine. Bounded for a text of any length."""
    bare, title = plain(text.body), plain(text.title)
    hashed = _grams(bare)
    signature = _signature(hashed)
    keys = []
    if len(title) >= TITLE:
        keys.append(_key(f"t{title}"))
    # The telling sentences' own keys find what was cut to half and less, where the minima of the whole agree little.
    sentences = {WORDLESS.sub("", fold(found).text) for found in _SENTENCE.findall(text.body[:LONGEST])}
    keys += sorted(_key(f"s{each}") for each in sentences if len(each) >= 12)[:_SENTENCES]
    if hashed:
        for band in range(BANDS):
            keys.append(_key(f"{band},{signature[band * ROWS : (band + 1) * ROWS].tobytes().hex()}"))
    numbered = sorted((kind, sorted(values, key=repr)) for kind, values in own_numbers(*_parts(text)).items())
    digest = blake2b(f"{bare}\n{numbered}".encode("utf-8", "surrogatepass"), digest_size=16)
    if len(hashed) < SHORT:
        digest.update(title.encode("utf-8", "surrogatepass"))
    return Sketch(
        digest=digest.hexdigest(),
        size=len(hashed),
        signature=_packed(signature),
        keys=tuple(dict.fromkeys(keys)),
        title=keys[0] if len(title) >= TITLE else None,
    )


def _signature(hashed: frozenset[int]) -> array[int]:
    """One hash a 5-gram, the least in each of 72 bins; an empty bin borrows from the next (Shrivastava, Li 2014)."""
    least = [_NONE] * _BINS
    for value in hashed:
        mixed = (value * _MIX + 0x632BE59BD9B4E019) & _MASK
        mixed ^= mixed >> 29
        mixed = (mixed * 0xBF58476D1CE4E5B9) & _MASK
        place, rest = (mixed >> 40) % _BINS, mixed & 0xFFFFFFFE
        least[place] = min(least[place], rest)
    if hashed:
        filled = least.copy()
        for place in range(_BINS):
            step = 0
            while least[(place + step) % _BINS] == _NONE:
                step += 1
            filled[place] = (least[(place + step) % _BINS] + step * 0x9E3779B1) & 0xFFFFFFFE if step else least[place]
        least = filled
    return array("I", least)


def _packed(signature: array[int]) -> bytes:
    return b"".join(value.to_bytes(4, "little") for value in signature)


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def likeness(one: Sketch, other: Sketch) -> float:
    """About how much of the shorter text the longer holds, 0..1, from the sketches alone: a rank, no proof."""
    if not one.size or not other.size:
        return float(one.size == other.size)
    same = sum(map(eq, memoryview(one.signature).cast("I"), memoryview(other.signature).cast("I")))
    jaccard: float = same / _BINS
    return min(1.0, jaccard / (1 + jaccard) * (one.size + other.size) / min(one.size, other.size))


def _parts(text: Text) -> tuple[str, list[str]]:
    """The folded title and the body's folded lines: folding the body whole would join them."""
    lines = [fold(line).text for line in text.body[:LONGEST].splitlines()[:2000]]
    return fold(text.title).text, [line for line in lines if line]


def kinship(one: Text | Read, other: Text | Read) -> Kinship:
    """Is the one a copy or a variant of the other, or another text? The same whichever stands first."""
    mine = Read(one) if isinstance(one, Text) else one
    theirs = Read(other) if isinstance(other, Text) else other
    if not _are_one_notice(mine, theirs) or not _are_near(mine, theirs):
        return Kinship.NONE
    differing = differences(mine.text.body, theirs.text.body)
    if mine.text.title != theirs.text.title:
        differing += differences(mine.text.title, theirs.text.title)
    if len(differing) > max(FEW, len(mine.facts & theirs.facts)):
        return Kinship.NONE
    return Kinship.VARIANT if differing else Kinship.COPY


def is_copy(one: Text, other: Text) -> bool:
    """Do the two belong to one story, as copies or as variants of each other?"""
    return kinship(one, other) is not Kinship.NONE


def _are_near(mine: Read, theirs: Read) -> bool:
    shorter, longer = (mine, theirs) if len(mine.grams) <= len(theirs.grams) else (theirs, mine)
    if not shorter.grams:
        return not longer.grams and mine.title == theirs.title != ""
    shares = _share(longer, shorter), _share(shorter, longer)
    is_titled = mine.title == theirs.title and len(mine.title) >= TITLE
    if is_titled and min(shares) >= SHARED_WITH_TITLE:
        return True
    if len(shorter.grams) < SHORT:
        title_grams = _grams(mine.title), _grams(theirs.title)
        same = len(title_grams[0] & title_grams[1]) >= SHARED * max(map(len, title_grams))
        return same and min(shares) >= SHARED
    is_cut = max(shares) >= SHARED and len(shorter.grams) >= CUT * len(longer.grams)
    return min(shares) >= SHARED or is_cut


def _share(of: Read, within: Read) -> float:
    """How much of a text's sentences stands in another text, 0..1, by their 5-grams."""
    return len(of.inner & within.grams) / len(of.inner) if of.inner else 0.0


def _are_one_notice(mine: Read, theirs: Read) -> bool:
    if are_apart(mine.numbers, theirs.numbers):
        return False
    return same_issuer(mine.issuers, theirs.issuers)
