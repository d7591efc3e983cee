"""The words by which claims are read, from data/claims.yaml, as compiled expressions."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from alerts.packaged import table_at


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = table_at("data/claims.yaml")
    return loaded


def value(path: str) -> Any:
    """What stands under a dotted path: `zh.people.units`. KeyError where nothing does."""
    found: Any = _data()
    for key in path.split("."):
        found = found[key]
    return found


@cache
def either(path: str) -> str:
    """One group of all the expressions of a list; of English ones whole words only."""
    listed = value(path)
    parts = listed.split(" / ") if isinstance(listed, str) else listed
    group = "|".join(parts)
    return rf"\b(?:{group})\b" if path.startswith("en.") else f"(?:{group})"


@cache
def pattern(path: str) -> re.Pattern[str]:
    """The expressions of a list, compiled as one."""
    return re.compile(either(path))
