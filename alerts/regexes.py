"""Regular expressions of rules: RE2, so that no pattern and no page can make one another slow; folded as texts are."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import re2

from alerts.fold import fold_character
from alerts.regional import in_pattern

if TYPE_CHECKING:
    from alerts.layers import Layer
    from alerts.vocabulary import Span


class Pattern:
    """A compiled expression. Finds spans of the folded text in code points, empty ones left out."""

    __slots__ = ("_compiled",)

    def __init__(self, source: str, layer: Layer | None = None) -> None:
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = False
        folded = in_pattern(fold_regex(source))
        if layer is not None:
            folded = "".join(each if each.isascii() else layer.word(each) for each in folded)
        self._compiled = re2.compile(folded, options)

    def places(self, text: str) -> list[Span]:
        return [found.span() for found in self._compiled.finditer(text) if found.end() > found.start()]


@lru_cache(maxsize=4096)
def compile_regex(source: str, layer: Layer | None = None) -> Pattern:
    """The pattern as it is looked for in folded text. Raises ValueError that says what RE2 cannot read."""
    try:
        return Pattern(source, layer)
    except re2.error as problem:
        said = problem.args[0] if problem.args else ""
        raise ValueError(said.decode() if isinstance(said, bytes) else str(said)) from None


def fold_regex(source: str) -> str:
    """The pattern with its characters folded; what folding turns into an operator (？ into ?) is escaped."""
    folded = []
    for character in source:
        new = character if character.isascii() else fold_character(character)
        folded.append(re.escape(new) if new != character and new.isascii() else new)
    return "".join(folded)
