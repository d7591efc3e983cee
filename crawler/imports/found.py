"""What a file that a person gives us holds: looks at pages, as someone else had them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from storage.records import Headers, Original

# A saved page larger than this is none: browsers that pack pictures into it stay far below.
MAX_PAGE_BYTES = 100_000_000


class Unreadable(Exception):  # noqa: N818 - a word, not a class of errors: caught where a file is imported, shown as a line
    """This file, or what follows in it, cannot be imported: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """What a WARC revisit record says it repeats: the record's id, its payload's digest, its address and time."""

    record: str | None
    digest: str | None
    url: str
    at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One look at a page. `at` is when it was seen, as the file says it; None where it does not.

    `http` is false where the file holds no HTTP answer, but only what a browser saved of it.
    """

    how: str
    url: str
    at: datetime | None
    body: bytes
    headers: Headers = ()
    status: int = 200
    reason: str = "OK"
    is_cut: bool = False
    http: bool = True
    method: str = "GET"
    request_headers: Headers = ()
    request_body: bytes = b""
    remote_ip: str | None = None
    record: str | None = None
    made: str | None = None
    digest: str | None = None
    repeats: Repeats | None = None
    originals: tuple[Original, ...] = ()


class Why(StrEnum):
    """Why a look was not imported, and what to do: what is printed behind `3 left out: `."""

    NO_ADDRESS = "the address is none of the Web (data:, about:, an extension's); no site answered there, nothing to do"
    NO_REPEATED = (
        "a revisit says only that an answer was the same as one that is not in this file; "
        "import the file that holds that one in the same command, before this one"
    )
    IMPOSSIBLE_TIME = (
        "the time lies before 1990 or ahead of this machine's clock; set the clock that is wrong, "
        "or import the page's own file with --at"
    )
    NO_TIME = "the record has no WARC-Date; import the page's own file with --url and --at"
    NO_HTTP = "what stands in the record is no HTTP answer; there is nothing of a page in it"
    NO_ANSWER = "the browser got no answer (refused, cancelled, offline); load the page again and export anew"
    NO_BODY = "the answer's text is not in the file; export it again with content (Save all as HAR with content)"
    TOO_MANY = "beyond the first 200,000 entries; export fewer pages at a time"


@dataclass(slots=True, kw_only=True)
class LeftOut:
    """What of a file was not imported, and why: a count for each reason."""

    counts: dict[Why, int] = field(default_factory=dict)

    def add(self, why: Why, count: int = 1) -> None:
        self.counts[why] = self.counts.get(why, 0) + count
