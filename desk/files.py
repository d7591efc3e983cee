"""Files for people: whole or not at all."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import ConfigError, LongarmError
from storage.records import Sha256

if TYPE_CHECKING:
    from collections.abc import Iterable


def give(output: str, parts: Iterable[bytes]) -> Sha256:
    """Write what `--output` names: a file, whole or not at all, or standard output where it is `-`; gives the hash."""
    if output != "-":
        return write_whole(Path(output), parts)
    digest = hashlib.sha256()
    sys.stdout.flush()
    for part in parts:
        digest.update(part)
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
    return Sha256(digest.hexdigest())


def write_whole(path: Path, parts: Iterable[bytes]) -> Sha256:
    """Write a file so that whoever looks sees all of it or what stood there before; gives the hash of its bytes."""
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder; name a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as problem:
        raise ConfigError(f"{path}: cannot be written ({problem.strerror}); name another file") from problem
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as out:
            for part in parts:
                digest.update(part)
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except OSError as problem:
        raise LongarmError(
            f"{path}: could not be written ({problem.strerror}); what stood there still does"
        ) from problem
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
    return Sha256(digest.hexdigest())


def _umask() -> int:
    # mkstemp makes a file for its owner alone; there is no way to ask for the umask but to set it.
    umask = os.umask(0)
    os.umask(umask)
    return umask
