"""Regular expressions of rules: RE2, so that no pattern and no page can make one another slow; folded as texts are."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import re2

from alerts.fold import fold_character
from alerts.regional import in_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.layers import Layer
    from alerts.vocabulary import Span

# Of the private characters, so that no pattern's own strings hold it.
_PROOF: Final = "\ue0a1\ue0a2\ue0a3"


class Pattern:
    """A compiled expression. Finds spans of the folded text in code points, empty ones left out."""

    __slots__ = ("_compiled",)

    def __init__(self, source: str, layer: Layer | None = None) -> None:
        folded = in_pattern(fold_regex(source))
        if layer is not None:
            folded = "".join(each if each.isascii() else layer.word(each) for each in folded)
        self._compiled = re2.compile(folded, _options())

    def places(self, text: str) -> list[Span]:
        return [found.span() for found in self._compiled.finditer(text) if found.end() > found.start()]


class Patterns:
    """Many patterns, of which a text is told which can stand in it at all.

    One pass looks for the literal strings that each of them cannot do without: a quiet text is asked of three patterns
    instead of a hundred.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self._sources = tuple(dict.fromkeys(sources))
        self.all = frozenset(self._sources)
        self._filter = re2.Filter()
        for source in (*self._sources, _PROOF):
            self._filter.Add(in_pattern(fold_regex(source)), _options())
        self._filter.Compile()

    def possible(self, text: str) -> frozenset[str]:
        """Those that can stand in the folded text; some that do not are among them, none that does is missing."""
        met = self._filter.Match(f"{text}\n{_PROOF}".encode("utf-8", "replace"), potential=True)
        # RE2 answers nothing where its tables outgrow their memory: then what must stand there is missing too.
        if not met or len(self._sources) not in met:
            return self.all
        return frozenset(self._sources[number] for number in met if number < len(self._sources))


@lru_cache(maxsize=4096)
def compile_regex(source: str, layer: Layer | None = None) -> Pattern:
    """The pattern as it is looked for in folded text. Raises ValueError that says what RE2 cannot read."""
    try:
        return Pattern(source, layer)
    except re2.error as problem:
        said = problem.args[0] if problem.args else ""
        raise ValueError(said.decode() if isinstance(said, bytes) else str(said)) from None


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    return options


def fold_regex(source: str) -> str:
    """The pattern with its characters folded; what folding turns into an operator (？ into ?) is escaped."""
    folded = []
    for character in source:
        new = character if character.isascii() else fold_character(character)
        folded.append(re.escape(new) if new != character and new.isascii() else new)
    return "".join(folded)
