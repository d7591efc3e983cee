"""Processes of our own that do a part of the work beside the one that starts them: how they begin, what bounds them.

None outlives the one that started it: what is killed cannot end its children.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

_PARENT_SECONDS = 1.0
# The child finds our packages where the parent did, whatever its working folder.
_HOME = str(Path(__file__).resolve().parent.parent)
_BEGIN = (
    "import sys; sys.path.insert(0, sys.argv[1]); from importlib import import_module;"
    "import_module(sys.argv[2]).serve(*sys.argv[3:])"
)


def command(module: str, *arguments: object) -> list[str]:
    """The words that start a process which calls `serve` of a module of ours with these arguments, as strings."""
    return [sys.executable, "-c", _BEGIN, _HOME, module, *map(str, arguments)]


def own_output() -> BinaryIO:
    """Standard output for answers alone: what a library prints goes to standard error from now on."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return out


def limit(*, memory_bytes: int, cpu_seconds: int | None = None) -> None:
    """Have the kernel refuse this process more memory, and end it where it takes more of the processor.

    macOS does not let the memory be limited: the parent's clock has to do there.
    """
    try:
        import resource  # noqa: PLC0415 - not on every system

        if cpu_seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    except (ImportError, ValueError, OSError):
        return


def end_with_parent() -> None:
    """End this process, at once and whatever it does, when its parent is gone."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os._exit(1)
