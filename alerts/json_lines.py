"""JSON as every command and file of ours has it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# C1 commands, marks and overrides of direction, line and paragraph ends, halves of pairs; json escapes C0 itself.
_STEERS = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def dumps(value: Mapping[str, object]) -> str:
    """One object on one line, never `\\u`-escaped but for what would steer a terminal or break a line.

    Whoever parses it reads what was there; whoever prints it is not steered by a page's characters.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
