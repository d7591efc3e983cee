"""JSON as every command and file of ours has it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What UTF-8 cannot write: halves of pairs. And what ends a line for many who read line by line, Python among them.
_NEVER = re.compile("[\ud800-\udfff\x85\u2028\u2029]")
# C1 commands, marks and overrides of direction, line and paragraph ends; json escapes C0 itself.
_STEERS = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def dumps(value: Mapping[str, object]) -> str:
    """One object on one line, never `\\u`-escaped but for what can be written in no other way: C0 commands, which JSON
    forbids, halves of pairs, which UTF-8 does, and line ends, which would make several lines of one."""
    return _NEVER.sub(_escaped, json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def tamed(text: str) -> str:
    """JSON as a terminal may get it: whoever parses it reads what was there, the terminal is not steered by it."""
    return _STEERS.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
