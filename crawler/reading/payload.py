"""What a reader is given: the bytes of one answer or of one file in an archive, and how much it may cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.reading.charset import Decoded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

BINARY = Decoded(text="", charset="utf-8", reason="a binary file")
"""What stands for the characters of a file that has none before it is read."""


class Unread(Exception):  # noqa: N818 - it is what the file is then called
    """A file, or a part of one, that cannot be read; the reason is one word or line, such as `encrypted`."""


def nothing() -> None:
    """Nobody wants to hear that a page has begun."""


@dataclass(slots=True, kw_only=True)
class Budget:
    """What is left to spend on one captured file, everything packed in it included."""

    # Twice the largest capture, unpacked: an honest office file is mostly pictures, which nobody unpacks.
    unpacked_bytes: int = 80_000_000
    members: int = 300
    ocr_pages: int = 30
    # Archives in archives: the captured one and one inside it are opened.
    depth: int = 2

    def spend(self, size: int) -> None:
        """Note unpacked bytes. Raises Unread where that is more than one file may unpack to."""
        self.unpacked_bytes -= size
        if self.unpacked_bytes < 0:
            raise Unread("it unpacks to more than a file may")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The bytes, their characters where it is text, the address, and what kind of file it is.

    `page_begun` is to be called before each page of a file that has pages: each has the time of a page.
    """

    decoded: Decoded
    url: str
    media_type: str
    status: int = 200
    latest: date | None = None
    body: bytes = b""
    budget: Budget = field(default_factory=Budget)
    page_begun: Callable[[], None] = nothing
