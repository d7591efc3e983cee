"""A local command as an engine: the text on its standard input, the translation on its standard output, both UTF-8."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.engines import EngineFailed, within

if TYPE_CHECKING:
    from collections.abc import Sequence


class CommandEngine:
    """One run of the command for each text; `{source}` and `{target}` in its words become `zh` and `en`."""

    def __init__(self, command: Sequence[str], *, timeout: float, max_bytes: int, name: str = "") -> None:
        self._command = tuple(command)
        self._timeout = timeout
        self._max_bytes = max_bytes
        self.name = name or Path(self._command[0]).name

    def translate(self, text: str, source: str, target: str) -> str:
        words = [word.replace("{source}", source).replace("{target}", target) for word in self._command]
        try:
            # A group of its own, so that what the command started ends with it.
            process = subprocess.Popen(  # noqa: S603 - the operator's own command
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as problem:
            raise EngineFailed(f"{words[0]}: {problem.strerror or problem}") from problem
        try:
            said = within(self._timeout, lambda: self._talk(process, text))
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if len(said) > self._max_bytes:
            raise EngineFailed(f"{words[0]}: more than {self._max_bytes:,} bytes of answer")
        return said.decode(errors="replace").strip()

    def _talk(self, process: subprocess.Popen[bytes], text: str) -> bytes:
        assert process.stdout is not None
        # Beside the reading: a command that answers before it has read all must not wait for us, nor we for it.
        threading.Thread(target=_feed, args=(process, text.encode()), daemon=True).start()
        with process.stdout:
            said = process.stdout.read(self._max_bytes + 1)
        if len(said) <= self._max_bytes and process.wait() != 0:
            raise EngineFailed(f"{self._command[0]}: ended with {process.returncode}")
        return said


def _feed(process: subprocess.Popen[bytes], text: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError, ValueError):
        process.stdin.write(text)
    with contextlib.suppress(OSError, ValueError):
        process.stdin.close()
