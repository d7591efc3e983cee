"""The ways a text is machine-translated: a local command, or a service that speaks LibreTranslate's JSON."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Engine(Protocol):
    """Translates one text. `name` is how a reader is told of it. Raises EngineFailed, also where it takes too long."""

    name: str

    def translate(self, text: str, source: str, target: str) -> str: ...


class EngineFailed(Exception):  # noqa: N818 - a word: caught where the digest goes on without it
    """It did not answer as it should; the message is one line."""


def within(seconds: float, call: Callable[[], bytes]) -> bytes:
    """What `call` gives, if it gives it in time: also where it hangs in looking up a name. Raises EngineFailed."""
    given: list[bytes] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            given.append(call())
        except (OSError, ValueError, EngineFailed) as problem:
            failed.append(problem)

    thread = threading.Thread(target=work, daemon=True)  # a thread that hangs must not hold the program
    thread.start()
    thread.join(seconds)
    if failed:
        raise EngineFailed(str(failed[0]) or type(failed[0]).__name__) from failed[0]
    if not given:
        raise EngineFailed(f"no answer within {seconds:g} s")
    return given[0]
