"""One source's walk over its due pages: how far it has come, and how much of it this run takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.pages import DuePage
    from storage.records import Source


@dataclass(slots=True)
class Lane:
    """`open_feeds` are the lists still being read, `out` the pages asked and not yet back, `new` the first looks."""

    source: Source
    open_feeds: int = 0
    out: int = 0
    new: int = 0
    after_id: int = 0
    done: bool = False

    def within_bounds(self, due: Iterable[DuePage], most: int) -> tuple[list[DuePage], int]:
        """The pages that this run may ask, and how many it holds back: one site's endless list must not hold up the
        others. At most `most` pages never seen before; what is held back stays due."""
        taken, held = [], 0
        for page in due:
            self.new += page.never_captured
            if page.never_captured and self.new > most:
                held += 1
            else:
                taken.append(page)
        return taken, held

    def room(self, most: int, left: int) -> int:
        """How many more pages never seen before this run may ask: of the source's `most`, and of what is `left` it."""
        return max(0, min(most - self.new, left))
