"""Every exception of the product. A message says what, where and what to do, in one line."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class LongarmError(Exception):
    """The root: ends a command with exit code 1 unless a subclass says otherwise."""

    exit_code = 1


class ConfigError(LongarmError):
    """The user can mend it: an option, the configuration, a source or a rule file. Exit 2.

    Of several mistakes each is a line of its own (`Mistakes`).
    """

    exit_code = 2


def in_one_line(text: str, *, kept: str = "") -> str:
    """The text with what would part a line or steer a terminal spelled out (`\\n`, `\\x1b`): words from outside may
    hold both. `kept`: characters that stay as they are all the same."""
    return "".join(char if char.isprintable() or char in kept else repr(char)[1:-1] for char in text)


_PLACE = re.compile(r"(?P<file>.*?):(?P<line>\d+)(?::(?P<column>\d+))?: ")


class Mistakes:
    """Gathers what is wrong with files, so that whoever mends them is told all of it at once."""

    def __init__(self, problems: Iterable[ConfigError] = ()) -> None:
        self._lines: list[str] = []
        for problem in problems:
            self.add(problem)

    def add(self, problem: ConfigError) -> None:
        self._lines += str(problem).split("\n")

    def take(self, other: Mistakes) -> None:
        self._lines += other._lines

    def __bool__(self) -> bool:
        return bool(self._lines)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """A ConfigError of the block is kept instead of raised; the block ends with it."""
        try:
            yield
        except ConfigError as problem:
            self.add(problem)

    def tell(self) -> None:
        """Raises one ConfigError with a line for each mistake, by file, line and column, where there was any."""
        if self._lines:
            raise ConfigError("\n".join(sorted(dict.fromkeys(self._lines), key=_place)))


def _place(line: str) -> tuple[str, int, int, str]:
    found = _PLACE.match(line)
    if found is None:
        return line, 0, 0, ""
    return found["file"], int(found["line"]), int(found["column"] or 0), line


class Busy(LongarmError):  # noqa: N818 - the four below are the words of the house, not kinds of error
    """Another run holds the data folder. Exit 3."""

    exit_code = 3


class ArchiveError(LongarmError):
    """A capture cannot be written or read back; the run stops before anything is lost."""


class DiskFull(ArchiveError):  # noqa: N818
    """Less room than `[disk] keep_free`, or the write itself found none; raised before a half record counts."""


class Retry(LongarmError):  # noqa: N818
    """A derivation failed in a way that may pass (a killed worker): try this subject again later."""


class Quarantine(LongarmError):  # noqa: N818
    """A derivation will never work on this subject: set it aside, a person must look."""
