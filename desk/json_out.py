"""JSON on its way out: as it is into files and pipes; on a terminal with what would steer that written as escapes."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.json_lines import dumps, tamed
from desk.files import is_stdout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO


def line(value: Mapping[str, object], out: TextIO | None = None) -> str:
    """One object as this stream (without one, standard output) takes it; no line end."""
    text = dumps(value)
    return tamed(text) if (out or sys.stdout).isatty() else text


def taken_by(output: str) -> Callable[[str], str]:
    """How what `--output` names takes JSON: a file, a pipe, `-` or a terminal."""
    return tamed if _is_terminal(output) else str


def _is_terminal(output: str) -> bool:
    """Whether what `--output` names is a terminal; what cannot be opened is none."""
    if is_stdout(output):
        return sys.stdout.isatty()
    with suppress(OSError):
        # Only a device is opened: a pipe would take us for its reader.
        if stat.S_ISCHR(Path(output).stat().st_mode):
            opened = os.open(output, os.O_WRONLY | os.O_NOCTTY)
            try:
                return os.isatty(opened)
            finally:
                os.close(opened)
    return False
