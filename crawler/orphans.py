"""No process of ours outlives the one that started it: what is killed cannot end its children."""

from __future__ import annotations

import os
import threading
import time

_PARENT_SECONDS = 1.0


def end_with_parent() -> None:
    """End this process, at once and whatever it does, when its parent is gone."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os._exit(1)
