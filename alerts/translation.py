"""Machine translation of what a digest quotes: off unless set up, marked wherever it stands, never in place of a quote.

What an engine is given is the masked quote, so no private person's name or number leaves by it. What it said is cached
by snapshot. One that fails or hangs is asked no further in this digest, and one line says so; the glosses stand anyway.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from alerts.engines import EngineFailed
from alerts.letter import Translation
from alerts.mask import shown
from alerts.people import NOBODY
from alerts.phrases import RETROACTIVE_SHOWN, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from alerts.engines import Engine
    from alerts.letter import Digest, Line

logger = logging.getLogger(__name__)

_HAN: Final = re.compile("[\u3400-\u9fff]")
MOST_TEXTS: Final = 200
"""So many quotes of one digest are given to an engine that has not seen them; the others wait for the next."""


class Cache(Protocol):
    """What engines said before, by the snapshot and the text that was given."""

    def get(self, key: Key) -> str | None: ...
    def put(self, key: Key, text: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """`text_sha256` is of the text as it was given; `engine` and `target` say by what and into what."""

    snapshot: str
    text_sha256: str
    target: str
    engine: str


def translated(digest: Digest, engine: Engine, cache: Cache, *, seconds: float, elapsed: Callable[[], float]) -> Digest:
    """The digest with a translation of each line's title and quote. `elapsed` gives the seconds gone since the start;
    after `seconds` nothing more is asked."""
    work = _Work(engine, cache, seconds, elapsed)
    old, rest = digest.retroactive[:RETROACTIVE_SHOWN], digest.retroactive[RETROACTIVE_SHOWN:]
    made = replace(
        digest,
        lines=tuple(work.line(line) for line in digest.lines),
        retroactive=(*(work.line(line) for line in old), *rest),
    )
    return replace(made, notes=(*made.notes, *work.notes()))


class _Work:
    def __init__(self, engine: Engine, cache: Cache, seconds: float, elapsed: Callable[[], float]) -> None:
        self._engine, self._cache, self._seconds, self._elapsed = engine, cache, seconds, elapsed
        self._asked = self._left = 0
        self._problem = ""

    def line(self, line: Line) -> Line:
        said = self._say(line)
        variants = tuple(self.line(variant) for variant in line.variants)
        made = Translation(text=said, engine=self._engine.name) if said else None
        return replace(line, translation=made, variants=variants)

    def _say(self, line: Line) -> str | None:
        text = _given(line)
        source, target = ("zh", "en") if _HAN.search(text) else ("en", "zh")
        key = Key(
            snapshot=line.snapshot,
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            target=target,
            engine=self._engine.name,
        )
        known = self._cache.get(key)
        if known is not None:
            return known
        if self._problem or self._asked >= MOST_TEXTS or self._elapsed() >= self._seconds:
            self._left += 1
            return None
        self._asked += 1
        try:
            said = shown(self._engine.translate(text, source, target), NOBODY)
        except EngineFailed as problem:
            logger.warning("machine translation failed: engine=%s %s", self._engine.name, problem)
            self._problem = str(problem)
            self._left += 1
            return None
        if said:
            self._cache.put(key, said)
        return said or None

    def notes(self) -> Iterable[str]:
        if not self._left:
            return
        why = self._problem or f"no more than {self._seconds:.0f} s and {MOST_TEXTS} texts for one digest"
        yield (
            f"machine translation by {self._engine.name}: {plural(self._left, 'text')} without one "
            f"({shown(why, NOBODY)}); their term glosses stand"
        )


def _given(line: Line) -> str:
    """What an engine is given: the title and the first quote as shown, without our marks."""
    quote = "".join(piece.text for piece in line.quotes[0].pieces).strip("…") if line.quotes else ""
    return f"{line.title}\n{quote}".strip()
