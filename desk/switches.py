"""The text of `sources/enabled.yaml`: which sources a person switched on or off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiders.registry import Switch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HEAD = """\
# Written by `longarm sources enable` and `longarm sources disable`; you may edit it.
# `instead_of` is what a file of yours said then: once you change it there, your file counts again.
sources:
"""


def switched(
    switches: Mapping[str, Switch], ids: Iterable[str], *, enabled: bool, written: Mapping[str, object]
) -> str:
    """The file with `ids` switched. `written`: what the user's own files say under `enabled`, by source id."""
    after = dict(switches)
    for name in ids:
        after[name] = Switch(enabled, written.get(name))
    return _HEAD + "".join(_line(name, switch) for name, switch in sorted(after.items()))


def _line(name: str, switch: Switch) -> str:
    instead = "" if switch.instead_of is None else f", instead_of: {_word(switch.instead_of)}"
    # Quoted, because an id of digits only would be read as a number.
    return f'  - {{id: "{name}", enabled: {_word(switch.enabled)}{instead}}}\n'


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'
