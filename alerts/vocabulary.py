"""All words of all rules in one automaton: one pass over a folded text finds where each of them stands."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from ahocorasick_rs import AhoCorasick, Implementation

from alerts.regional import spellings

if TYPE_CHECKING:
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

_BACK: Final = ("回国", "回县", "回村", "回乡", "回家", "回来", "回到")
# What ends with 发 and is no sending back: one sets out, issues, hands out, dismisses.
_ISSUED: Final = "出签核颁下印分补派散打遣转开制群张"
# A word that also stands where two others meet: what ends with its first character, and begins with its second, beside
# it. 海外公民, 境外公司, 对外公布 name no grandfather (对外公施压 does), 华侨警觉 no police for emigrants.
_SEAMS: Final = {
    "外公": re.compile("(?<=[海境国对涉驻此另以之户室省市县])外公(?=[民司安布开告示报共众职务办约益证寓园交])"),
    "侨警": re.compile("(?<=[华归眷旅涉])侨警(?=[觉惕醒示告戒钟])"),
    # 劝投基金, 劝投反对票 ask for money and votes; 劝投, 劝投案 for a surrender.
    "劝投": re.compile("劝投(?=[保资票稿递入理基股标注放诉产币彩项靠篮射影虚反赞简])"),
    # An office of 出入境, but who crossed illegally (非法出入境); what is sent back (发回县公安局, 汇回国内); 去年,
    # 失去, and where somebody is (去向).
    "入境": re.compile("(?<=出)(?<!非法出)(?<!私自出)(?<!违规出)(?<!擅自出)入境"),
    # 下发回国通知, 签发回国旅行证, 打发回国 end with another word's 发.
    **{word: re.compile(f"(?<=[发寄汇驳])(?<![{_ISSUED}]发){word}") for word in _BACK},
    "去": re.compile("(?<=[过失除免减撤省略删抹辞逝])去|去(?=[年世除掉留重污脂职]|向(?![公警派司检组]))"),
}


class Vocabulary:
    """The words of a rulebook, each as every region says it. Immutable once made; safe to share between threads.

    `layer`: the one whose texts are looked through; the keys stay those of the plain words.
    """

    def __init__(self, words: Iterable[Word], layer: Layer | None = None) -> None:
        keys: dict[str, list[Key]] = defaultdict(list)
        self.strict: dict[Key, str] = {}
        self._several: set[Key] = set()
        for word in words:
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
        self._seams = [_SEAMS.get(surface) for surface in keys]
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
