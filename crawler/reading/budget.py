"""How long one source's pages and files may be read in one run, so that those of others have their turn."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.records import CaptureId, SourceId

logger = logging.getLogger(__name__)

# Thirty thousand articles, or sixty scanned files of the slowest kind.
SECONDS_PER_SOURCE = 1800.0


class ReadingTime:
    """The seconds that each source's reading took in one run. May be told of several threads."""

    def __init__(self, seconds: float = SECONDS_PER_SOURCE) -> None:
        self._seconds = seconds
        self._spent: defaultdict[SourceId, float] = defaultdict(float)
        self._put_off: defaultdict[SourceId, set[CaptureId]] = defaultdict(set)
        self._lock = threading.Lock()

    def spend(self, source: SourceId | None, seconds: float) -> None:
        """Take note of a body that was read. What belongs to no source, a person brought: it is read to its end."""
        if source is not None:
            with self._lock:
                self._spent[source] += seconds

    def spent(self) -> dict[SourceId, float]:
        """The seconds of each source so far."""
        with self._lock:
            return dict(self._spent)

    def puts_off(self, source: SourceId | None, number: CaptureId) -> bool:
        """Whether this answer must wait for the next run."""
        if source is None or self._spent[source] < self._seconds:
            return False
        self._put_off[source].add(number)
        return True

    def say(self) -> None:
        """Tell, once, of each source how much waits for the next run."""
        for source, numbers in sorted(self._put_off.items()):
            told = "%s: %d pages or files not read yet: reading took %.0f s, more than a source has in one run"
            logger.warning(told + "; the next run goes on", source, len(numbers), self._spent[source])
        self._put_off.clear()
