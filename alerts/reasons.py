"""Why an alert is irrelevant: a short list, so that rules learn from it; and what a reason says of the rule."""

from __future__ import annotations

import difflib
import re
from typing import Final

from storage.errors import ConfigError

REASONS: Final = {
    "look-alike": "the words mean something else here (say which: look-alike: anglers)",
    "copy": "told already, from another page",
    "old": "the page tells of long ago",
    "off-topic": "what it says has nothing to do with the concept",
    "extraction-wrong": "the words stand in a menu, an advertisement, or another article",
    "not-our-region": "about a place that we do not cover",
    "other": "say what: other: TEXT",
}
FALSE_ALARMS: Final = frozenset({"look-alike", "off-topic", "other", ""})
"""Reasons for which the rule is to blame; the others would be as true of a rule that finds all and nothing else."""

_PARTS: Final = re.compile(r"([\w .-]{1,40}?)\s*[:：(（]\s*(.*?)[)）]?\s*", re.DOTALL)


def read_reason(written: str) -> tuple[str, str]:
    """The reason and its detail (`look-alike: anglers`, `look-alike (anglers)`, or a number of the list).

    Raises ConfigError for a reason that is not in the list, with the nearest that is.
    """
    text = " ".join(written.split())
    parts = _PARTS.fullmatch(text)
    word, detail = (parts[1], parts[2]) if parts else (text, "")
    name = word.casefold().replace("_", "-").replace(" ", "-")
    if name.isdecimal() and 1 <= int(name) <= len(REASONS):
        name = list(REASONS)[int(name) - 1]
    if name not in REASONS:
        near = difflib.get_close_matches(name, REASONS, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ConfigError(f"--reason {written!r} is unknown; {hint}write one of {', '.join(REASONS)}, or other: TEXT")
    if name == "other" and not detail:
        raise ConfigError("--reason other: say what, as other: TEXT")
    return name, detail
