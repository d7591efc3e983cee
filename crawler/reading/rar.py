"""RAR archives: headers and stored members by rarfile, packed members by a program that proved that it unpacks.

Being installed proves nothing: Debian's 7z lists RAR and cannot unpack it, unrar-free takes other options than unrar.
Each program has to unpack a small archive before a page's is given to it, and what one fails at the next one tries
(unar fails at some solid archives that bsdtar reads, bsdtar at old ones that unar knows).
"""

from __future__ import annotations

import base64
import functools
import io
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.reading.payload import Unread

if TYPE_CHECKING:
    from crawler.reading.payload import Payload

_NO_PROGRAM = "RAR, and no program here that unpacks it"
_PARTED = "parted, and this is one part of the archive"
# RAR 7.01 made this of 40 times the word.
_SAMPLE = base64.b64decode(
    "UmFyIRoHAQAzkrXlCgEFBgAFAQGAgACzbX90EwICnAAE6AKkgwIRF3AdgAUBAWHAgxkzAj+zJK5a6bHRIQ5H+mBB3quqJ7xH5XYAHXdWUQMFBAA="
)
_SAMPLE_MEMBER, _SAMPLE_TEXT = "a", b"unpacked " * 40


class Rar:
    """An opened archive. One part of an archive in several is read for what it holds whole.

    Raises `Unread` where nothing can be read of it.
    """

    def __init__(self, payload: Payload) -> None:
        import rarfile  # noqa: PLC0415 - only where there is such a file

        self._rarfile: Any = rarfile
        self._budget = payload.budget
        # Members that begin or go on in other parts.
        self._parted: list[str] = []
        # Names without a charset of their own are the packer's; rarfile would try UTF-16 on them first.
        rarfile.TRY_ENCODINGS = ("utf8",)
        _use(_programs()[0])
        try:
            self._rar = rarfile.RarFile(
                io.BytesIO(payload.body), charset="gb18030", part_only=True, info_callback=self._seen
            )
        except rarfile.RarCannotExec as problem:
            # RAR 4 packs the archive's comment as well, and rarfile reads that first.
            raise Unread(_NO_PROGRAM) from problem
        except Exception as problem:
            raise Unread(f"damaged ({type(problem).__name__})") from problem
        if self._rar.needs_password() and not self._rar.namelist():
            raise Unread("encrypted")

    def _seen(self, block: Any) -> None:
        split = self._rarfile.RAR_FILE_SPLIT_BEFORE | self._rarfile.RAR_FILE_SPLIT_AFTER
        if block.type == self._rarfile.RAR_BLOCK_FILE and block.flags & split:
            self._parted.append(block.filename)

    @property
    def names(self) -> list[str]:
        whole = (info.filename for info in self._rar.infolist() if not info.is_dir())
        return list(dict.fromkeys((*self._parted, *whole)))

    def read(self, name: str, limit: int) -> bytes:
        """A member's bytes, no more than the limit and the budget allow, whatever its header says."""
        if name in self._parted:
            raise Unread(_PARTED)
        info = self._rar.getinfo(name)
        if info.needs_password():
            raise Unread("encrypted")
        data = self._unpacked(info, min(limit, self._budget.unpacked_bytes))
        if len(data) > limit:
            raise Unread("it unpacks to more than a file may")
        self._budget.spend(len(data))
        return data

    def _unpacked(self, info: Any, room: int) -> bytes:
        *others, last = _programs()
        for program in others:
            try:
                return self._unpacked_by(program, info, room)
            except Unread:
                continue
        return self._unpacked_by(last, info, room)

    def _unpacked_by(self, program: _Program, info: Any, room: int) -> bytes:
        _use(program)
        try:
            with self._rar.open(info) as member:
                data: bytes = member.read(room + 1)
        except self._rarfile.RarCannotExec as problem:
            raise Unread(_NO_PROGRAM) from problem
        except Exception as problem:
            raise Unread(f"damaged ({type(problem).__name__})") from problem
        return data


def is_waiting(warning: str) -> bool:
    """Whether a document's warning says that a program to unpack it is all it lacks."""
    return _NO_PROGRAM in warning


def rar_program() -> str | None:
    """The path of the program that unpacks RAR here, None where there is none."""
    return next((shutil.which(program.name) for program in _working()), None)


@dataclass(frozen=True, slots=True)
class _Program:
    """A program as rarfile asks it (its `ToolSetup`): the member goes to standard output."""

    name: str
    options: tuple[str, ...]
    # Between the archive and the member.
    then: tuple[str, ...] = ()

    def open_cmdline(self, _password: str | None, archive: str, member: str | None = None) -> list[str]:
        # To each of them a member's name is a pattern.
        named = [re.sub(r"[][*?\\]", "?", member)] if member else []
        return [self.name, *self.options, archive, *self.then, *named]

    def get_errmap(self) -> list[None]:
        return [None]


# The most faithful first. macOS has bsdtar. rarfile's own settings for bsdtar name "--" as the archive.
_PROGRAMS = (
    _Program("unrar", ("p", "-inul", "-p-", "--")),
    _Program("unar", ("-q", "-o", "-", "-p", "", "--")),
    _Program("7zz", ("e", "-so", "-bb0", "-p", "--")),
    _Program("7z", ("e", "-so", "-bb0", "-p", "--")),
    _Program("bsdtar", ("-x", "--to-stdout", "-f"), ("--",)),
)


# A name that no program has: the answer is that it cannot be started. Left to itself rarfile would look for one, and
# take what cannot unpack. A stored member needs none.
_NOBODY = _Program("no-program-that-unpacks-rar", ())


def _programs() -> tuple[_Program, ...]:
    return _working() or (_NOBODY,)


@functools.cache
def _working() -> tuple[_Program, ...]:
    """The programs here that unpack the sample."""
    return tuple(program for program in _PROGRAMS if shutil.which(program.name) and _proves_itself(program))


def _proves_itself(program: _Program) -> bool:
    import rarfile  # noqa: PLC0415 - as above

    _use(program)
    try:
        return bool(rarfile.RarFile(io.BytesIO(_SAMPLE)).read(_SAMPLE_MEMBER) == _SAMPLE_TEXT)
    except (rarfile.Error, OSError):
        return False


def _use(program: _Program) -> None:
    import rarfile  # noqa: PLC0415 - as above

    rarfile.CURRENT_SETUP = program
