"""Files for people: whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from storage.errors import ConfigError, LongarmError
from storage.records import Sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def give(output: str, parts: Iterable[bytes]) -> Sha256:
    """Write what `--output` names: a file, whole or not at all, or standard output (`-`); gives the hash.

    The file is for its owner alone, because what is taken out holds names; a folder is never made for it, because the
    one that is missing is a slip of the pen. A device or a pipe is written to and stays one. Raises ConfigError.
    """
    if is_stdout(output):
        sys.stdout.flush()
        return _stream(sys.stdout.buffer, parts)
    given = Path(output)
    if _is_open_ended(given):
        with _could_not(given), given.open("wb") as out:
            return _stream(out, parts)
    path = Path(os.path.realpath(given))
    if not path.parent.is_dir():
        raise ConfigError(f"no such folder: {path.parent}; make it, or name another file")
    return _write(path, parts, mode=0o600)


def is_stdout(output: str) -> bool:
    """Whether `--output` names standard output, where nothing else may be said then."""
    return output in {"-", "/dev/stdout"}


def _is_open_ended(given: Path) -> bool:
    """A device or a pipe, also by a link of /dev/fd: where that leads to has a name, but not one to be opened."""
    try:
        mode = given.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def write_whole(path: Path, parts: Iterable[bytes]) -> Sha256:
    """Write a file of the data folder so that whoever looks sees all of it or what stood there before; gives the hash
    of its bytes. It may be read by whom the umask lets: feeds are served by another user."""
    with _beginnable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    return _write(path, parts, mode=0o666)


def _write(path: Path, parts: Iterable[bytes], *, mode: int) -> Sha256:
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder; name a file")
    with _beginnable(path):
        beside = path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}")
        # Made with its mode, from which the system takes the umask: to ask for that is to change it for a moment.
        handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with _could_not(path, "; what stood there still does"):
            with os.fdopen(handle, "wb") as out:
                sha256 = _stream(out, parts)
                os.fsync(out.fileno())
            beside.replace(path)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()
    return sha256


def _stream(out: BinaryIO, parts: Iterable[bytes]) -> Sha256:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
        out.write(part)
    out.flush()
    return Sha256(digest.hexdigest())


@contextmanager
def _beginnable(path: Path) -> Iterator[None]:
    """Where the file cannot be begun, the user named one that does not go."""
    try:
        yield
    except OSError as problem:
        raise ConfigError(f"{path}: cannot be written ({problem.strerror}); name another file") from problem


@contextmanager
def _could_not(path: Path, beside: str = "") -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise LongarmError(f"{path}: could not be written ({problem.strerror}){beside}") from problem
