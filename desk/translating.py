"""The digest's machine translation: the engine that the settings name, and what it said before, in the database."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from alerts.engines.command import CommandEngine
from alerts.engines.http import HttpEngine
from alerts.translation import Key, translated
from storage import translations

if TYPE_CHECKING:
    from alerts.engines import Engine
    from alerts.letter import Digest
    from desk.session import Desk
    from storage.config import Translation


def with_translation(desk: Desk, digest: Digest) -> Digest:
    """The digest, with its quotes translated where an engine is set up."""
    settings = desk.config.translation
    engine = engine_of(settings)
    if engine is None:
        return digest
    begun = time.monotonic()
    return translated(digest, engine, _Kept(desk), seconds=settings.total, elapsed=lambda: time.monotonic() - begun)


def engine_of(settings: Translation) -> Engine | None:
    """The engine of `[translation]`; None where none is set up. A command goes before a service: it tells nobody."""
    timeout, most, name = settings.timeout, settings.max_size, settings.name
    if settings.command:
        return CommandEngine(settings.command, name=name, timeout=timeout, max_bytes=most)
    if settings.url:
        return HttpEngine(
            settings.url,
            api_key=settings.api_key,
            proxy=settings.proxy,
            name=name,
            timeout=timeout,
            max_bytes=most,
        )
    return None


class _Kept:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get(self, key: Key) -> str | None:
        with self._desk.database.read() as conn:
            return translations.get(conn, **asdict(key))

    def put(self, key: Key, text: str) -> None:
        with self._desk.database.write() as conn:
            translations.put(conn, **asdict(key), text=text, at=self._desk.clock())
