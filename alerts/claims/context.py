"""Whether kin, or somebody abroad who does not come back, are spoken of near a sanction or a denial. Chinese. Pure."""

from __future__ import annotations

import re
from typing import Final

from alerts.claims.words import pattern

_LAST: Final = re.compile(r"[^。!?\n]*[。!?\n]*$")


def has_context(words: str) -> bool:
    """Whether kin or somebody who does not come back is spoken of."""
    return pattern("zh.penalty.context").search(words) is not None


def last_sentence(before: str) -> str:
    """The last sentence of what stands before."""
    last = _LAST.search(before)
    return last[0] if last else ""
