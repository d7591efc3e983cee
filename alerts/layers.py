"""Further layers of what counts as the same word: OCR's confusions, and the ways round a watched word.

A layer changes a folded text once more, in one pass and with the way back, and is read apart from the plain text: it
can add hits, marked with its name, and never takes one away. Its tables are data/layers.yaml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from alerts.fold import HAN, fold_word
from alerts.packaged import table_at, text_at
from storage.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.fold import Edit, Folded

_FILE: Final = "data/layers.yaml"
PLAIN: Final = "plain"
OCR: Final = "ocr"
EVASION: Final = "evasion"

# Pictures that stand for no character of a word: symbols, arrows, dingbats, emoji.
_PICTURES: Final = "\u2190-\u23ff\u2500-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_READING: Final = r"\([a-z\u00e0-\u01dc]{1,8}\)"
# What is undone may lie on another evasion (又力反 is 劝反 is 劝返); no text has more than two on one another.
_MOST_ROUNDS: Final = 6
_LATIN: Final = re.compile(r"[a-z0-9]")
_IS_HAN: Final = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """`alike` makes characters one in texts and words; `dropped` and `written` (as written: as meant) undo evasions.

    `severity`: what the layer alone finds is never above it.
    """

    name: str
    alike: Mapping[int, str] = field(default_factory=dict)
    dropped: re.Pattern[str] | None = None
    written: Mapping[str, str] = field(default_factory=dict)
    automaton: AhoCorasick | None = None
    severity: Severity | None = None

    def over(self, folded: Folded) -> Folded:
        """The folded text as this layer reads it."""
        if self.alike:
            folded = folded.alike(self.word(folded.text))
        for _ in range(_MOST_ROUNDS):
            before = folded
            if self.dropped is not None:
                drops: list[Edit] = [(found.start(), found.end(), "") for found in self.dropped.finditer(folded.text)]
                folded = _edited(folded, drops)
            folded = _edited(folded, list(self._rewrites(folded.text)))
            if folded is before:
                break
        return folded

    def word(self, surface: str) -> str:
        """A folded word as it stands in the layer's texts."""
        return surface.translate(self.alike)

    def _rewrites(self, text: str) -> Iterator[Edit]:
        if self.automaton is None:
            return
        spellings = list(self.written)
        for index, start, end in self.automaton.find_matches_as_indexes(text):
            spelling = spellings[index]
            meant = self.written[spelling]
            if meant != spelling and _stands(text, start, end):
                yield start, end, meant


def _edited(folded: Folded, edits: list[Edit]) -> Folded:
    return folded.edited(edits) if edits else folded


def _stands(text: str, start: int, end: int) -> bool:
    """Whether a spelling in Latin letters is no part of a longer word, and one of nothing else stands by Chinese."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if (_LATIN.match(text[start]) and _LATIN.match(before)) or (_LATIN.match(text[end - 1]) and _LATIN.match(after)):
        return False
    return not text[start:end].isascii() or bool(_IS_HAN.match(before) or _IS_HAN.match(after))


@cache
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = table_at(_FILE)
    return tables


@cache
def ocr() -> Layer:
    """For texts that were read out of pictures. It changes no lengths."""
    table = _tables()[OCR]
    groups = [str(group) for group in table["alike"]]
    alike = {ord(other): group[0] for group in groups for other in group[1:]}
    written = {misread.translate(alike): word.translate(alike) for misread, word in table["words"].items()}
    written |= {word.translate(alike): word.translate(alike) for word in table["never"]}
    return Layer(name=OCR, alike=alike, written=written, automaton=_automaton(written))


@cache
def evasion() -> Layer:
    """For texts that may write round a watched word."""
    table = _tables()[EVASION]
    written = dict(_homophones(table["words"]))
    written |= {fold_word(spelling): fold_word(meant) for spelling, meant in table["split"].items()}
    written |= {spelling: fold_word(meant) for spelling, meant in table["initials"].items()}
    # The longest from the left wins, so what is listed here stays as it is.
    written |= {fold_word(word): fold_word(word) for word in table["never"]}
    symbols = f"[{re.escape(table['dropped'])}{_PICTURES}]"
    return Layer(
        name=EVASION,
        dropped=re.compile(f"(?<=[{HAN}])(?:{symbols}{{1,4}}+|{_READING})(?=[{HAN}])"),
        written=written,
        automaton=_automaton(written),
        severity=Severity(table["severity"]),
    )


def _automaton(written: Mapping[str, str]) -> AhoCorasick:
    kind = Implementation.ContiguousNFA
    return AhoCorasick(list(written), matchkind=MatchKind.LeftmostLongest, implementation=kind)


def _homophones(words: list[list[str]]) -> Iterator[tuple[str, str]]:
    for word, readings, *substitutes in words:
        syllables = readings.split()
        yield "".join(syllables), word
        for place, (syllable, some) in enumerate(zip(syllables, substitutes, strict=True)):
            for other in (syllable, *some.strip("-")):
                yield word[:place] + other + word[place + 1 :], word


def version_text() -> str:
    """What decides the layers, as one text: a part of the rules' version."""
    return text_at(_FILE)
