"""What one list page says to a walk: worked out in our own process, or, of a large page, in one that can be killed.

Real lists are below 200 kB, and what we do with so little is soon done whatever it holds. A larger one may be a trap
that some expression of ours chokes on: it is read by a child process with an end to its time and its memory.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from crawler.addresses import refusal
from spiders.platforms import PLATFORMS, read_entries, recognise
from spiders.platforms.shells import is_client_rendered
from storage.errors import LongarmError

if TYPE_CHECKING:
    from spiders.platforms import ListPage, NextPage
    from storage.records import Entry, Feed

FENCED_BYTES = 200_000
# Of the processor, for one large list: twice what the worst that we could make takes (a table row of 50,000 links, a
# list of 500,000). The clock may show more where the machine has other work to do.
CPU_SECONDS, CLOCK_SECONDS = 30, 180.0
MEMORY_BYTES = 1_500_000_000

_CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); from spiders.looking import serve; serve(*map(int, sys.argv[2:]))"
)
_HOME = str(Path(__file__).resolve().parent.parent)


class UnreadableListError(LongarmError):
    """A list page that no reading came to the end of. The message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a walk wants to know of a page: read as `name` (None: whatever knows it best), as page `number` of a list.

    `may_differ`: `name` is what an earlier reading recognised, and the site may have been rebuilt. `allowed` are the
    start addresses' `host:port` pairs.
    """

    page: ListPage
    feed: Feed
    name: str | None
    number: int
    may_differ: bool
    allowed: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a page says. `refused`: its status says that there is no list; `is_drawn`: a script would draw it."""

    name: str
    entries: tuple[Entry, ...]
    following: NextPage | None
    may_be_empty: bool
    refused: bool
    is_drawn: bool


def look_at(question: Question) -> Seen:
    """Read a page here and now."""
    page, feed = question.page, question.feed
    platform = PLATFORMS.get(question.name or "") or recognise(page)
    entries = _wanted(read_entries(platform, page, feed), question.allowed)
    if not entries and question.may_differ:
        platform = recognise(page)
        entries = _wanted(read_entries(platform, page, feed), question.allowed)
    may_be_empty = platform.may_be_empty(page)
    refused = page.status >= 300 and not may_be_empty
    return Seen(
        name=platform.name,
        entries=entries,
        following=None if refused else platform.next_pages(page, feed, question.number),
        may_be_empty=may_be_empty,
        refused=refused,
        is_drawn=not entries and is_client_rendered(page),
    )


def look_safely(question: Question, *, seconds: float = CLOCK_SECONDS) -> Seen:
    """Read a page, a large one behind a fence. Blocks: call it in a thread. Raises UnreadableListError."""
    if not is_large(question.page.body):
        return look_at(question)
    command = [sys.executable, "-c", _CHILD, _HOME, str(CPU_SECONDS), str(MEMORY_BYTES)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, input=pickle.dumps(question), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as problem:
        raise UnreadableListError(f"reading the list took longer than {seconds:g} s") from problem
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        how = said or (f"signal {-done.returncode}" if done.returncode < 0 else f"code {done.returncode}")
        raise UnreadableListError(f"reading the list was given up: {how}")
    return cast("Seen", pickle.loads(done.stdout))  # noqa: S301 - our own child's


def is_large(body: bytes) -> bool:
    """Whether a list page is read behind the fence."""
    return len(body) > FENCED_BYTES


def serve(cpu_seconds: int, memory_bytes: int) -> None:
    """The child's side: one question, one answer. The kernel ends it where it takes too much, parent or none."""
    _limit(cpu_seconds, memory_bytes)
    answer = look_at(pickle.load(sys.stdin.buffer))  # noqa: S301 - our own parent's
    sys.stdout.buffer.write(pickle.dumps(answer))


def _limit(cpu_seconds: int, memory_bytes: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    except (ImportError, ValueError, OSError):
        # macOS does not let the memory be limited: the parent's clock has to do there.
        return


def _wanted(entries: tuple[Entry, ...], allowed: frozenset[str]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if not refusal(entry.url, allowed=allowed))
