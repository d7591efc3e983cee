"""Progress on stderr: a line that is rewritten on a terminal, a plain line every 10 s otherwise, nothing when quiet."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from desk.session import Desk

_EVERY_SECONDS = 10.0
_ON_TERMINAL_SECONDS = 0.2


class Progress:
    """Says how far each step is, not more often than a reader can use."""

    def __init__(self, out: TextIO, *, seconds: Callable[[], float]) -> None:
        self._out = out
        self._seconds = seconds
        self._bar = out.isatty()
        self._last = seconds()
        self._drawn = False

    def __call__(self, step: str, done: int) -> None:
        now = self._seconds()
        if now - self._last < (_ON_TERMINAL_SECONDS if self._bar else _EVERY_SECONDS):
            return
        self._last = now
        if self._bar:
            self._out.write(f"\r\x1b[K{step}: {done}")
            self._drawn = True
        else:
            self._out.write(f"{step}: {done}\n")
        self._out.flush()

    def clear(self) -> None:
        """Take the rewritten line away again."""
        if self._drawn:
            self._out.write("\r\x1b[K")
            self._out.flush()
            self._drawn = False


@contextmanager
def progress_of(desk: Desk) -> Iterator[Callable[[str, int], None] | None]:
    """A `tell(step, done)` for this session, None where it is to be quiet."""
    if desk.quiet:
        yield None
        return
    progress = Progress(sys.stderr, seconds=time.monotonic)
    try:
        yield progress
    finally:
        progress.clear()
