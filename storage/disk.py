"""Room on the disk: a crawl stops cleanly before it is full, not in the middle of a record."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING

from storage.errors import ArchiveError, DiskFull

if TYPE_CHECKING:
    from pathlib import Path

    from storage.config import Config

# EFBIG is what a file-size limit gives: for us the same as a full disk.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def require_room(config: Config) -> None:
    """Raise DiskFull where the data folder or the captures' folder has less free than `[disk] keep_free`."""
    for folder in (config.data_dir, config.captures_dir):
        room = free_bytes(folder)
        if room is not None and room < config.disk.keep_free:
            raise DiskFull(
                f"{folder}: {room // 1_000_000} MB free, [disk] keep_free asks for "
                f"{config.disk.keep_free // 1_000_000} MB; make room or lower keep_free"
            )


def free_bytes(folder: Path) -> int | None:
    """Free bytes of the file system a folder is (or will be) on; None where that cannot be told."""
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    try:
        return shutil.disk_usage(existing).free
    except OSError:
        return None


def write_error(path: Path, problem: OSError) -> ArchiveError:
    """The one-line error for a write that failed: DiskFull where there was no room."""
    if problem.errno in NO_ROOM:
        return DiskFull(f"{path}: the disk is full; make room, then start again: nothing half-written counts")
    return ArchiveError(f"{path}: cannot write ({problem.strerror}); check the folder's owner and permissions")


def is_read_only(folder: Path) -> bool:
    """Whether nothing can be written into an existing folder: a copy on read-only media, or somebody else's."""
    return folder.is_dir() and not os.access(folder, os.W_OK)
