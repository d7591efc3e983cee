"""Whether kin, or somebody abroad who does not come back, are spoken of near a sanction or a denial. Chinese. Pure."""

from __future__ import annotations

from typing import Final

from alerts.claims.words import pattern

_ENDS: Final = "。!?\n"


def has_context(words: str) -> bool:
    """Whether kin or somebody who does not come back is spoken of."""
    return pattern("zh.penalty.context").search(words) is not None


def last_sentence(before: str) -> str:
    """The last sentence of what stands before."""
    # From behind: a pattern that ends at the end is tried from every character.
    end = len(before.rstrip(_ENDS))
    return before[max(before.rfind(sign, 0, end) for sign in _ENDS) + 1 :]
