"""What one list page says to a walk: worked out in our own process, or, of a large page, in one that can be killed.

Real lists are below 200 kB, and what we do with so little is soon done whatever it holds. A larger one may be a trap
that some expression of ours chokes on: it is read by a child process with an end to its time and its memory.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from crawler.addresses import refusal
from crawler.children import command, limit, own_output
from spiders.platforms import PLATFORMS, ListPage, NextPage, read_entries, recognise
from spiders.platforms.shells import is_client_rendered
from storage.errors import LongarmError
from storage.records import Entry, Feed, Follow

FENCED_BYTES = 200_000
# Of the processor, for one large list: twice what the worst that we could make takes (a table row of 50,000 links, a
# list of 500,000). The clock may show more where the machine has other work to do.
CPU_SECONDS, CLOCK_SECONDS = 30, 180.0
MEMORY_BYTES = 1_500_000_000
# What `ListPage.of` works out of the rest of a page: the child does so for itself.
_DERIVED = ("text", "media_type", "charset")


class UnreadableListError(LongarmError):
    """A list page that no reading came to the end of. The message is one line."""


class SlowListError(UnreadableListError):
    """The clock ended it: on a machine that does less another reading may come to the end."""


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
    texts_of: frozenset[str] = frozenset()
    """The articles (URL keys) whose texts, where the list carries them, are asked for too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a page says. `refused`: its status says that there is no list; `is_drawn`: a script would draw it.

    `carried`: the texts, as pages, of those articles that were asked about, by URL key.
    """

    name: str
    entries: tuple[Entry, ...]
    following: NextPage | None
    may_be_empty: bool
    refused: bool
    is_drawn: bool
    carried: dict[str, str] = field(default_factory=dict)


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
        carried=platform.carried(page, question.texts_of) if question.texts_of else {},
    )


def look_safely(question: Question, *, seconds: float = CLOCK_SECONDS) -> Seen:
    """Read a page, a large one behind a fence. Blocks: call it in a thread. Raises UnreadableListError."""
    if not is_large(question.page.body):
        return look_at(question)
    arguments = command("spiders.looking", CPU_SECONDS, MEMORY_BYTES)
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            arguments, input=_coded(question), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as problem:
        raise SlowListError(f"reading the list took longer than {seconds:g} s") from problem
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        how = said or (f"signal {-done.returncode}" if done.returncode < 0 else f"code {done.returncode}")
        raise UnreadableListError(f"reading the list was given up: {how}")
    return _seen(json.loads(done.stdout))


def is_large(body: bytes) -> bool:
    """Whether a list page is read behind the fence."""
    return len(body) > FENCED_BYTES


def serve(cpu_seconds: str, memory_bytes: str) -> None:
    """The child's side: one question, one answer. The kernel ends it where it takes too much, parent or none."""
    limit(memory_bytes=int(memory_bytes), cpu_seconds=int(cpu_seconds))
    with own_output() as out:
        out.write(_coded(look_at(_question(json.load(sys.stdin.buffer)))))


def _coded(value: Question | Seen) -> bytes:
    """JSON: the child has read what an attacker wrote, so its answer must be no program."""
    said = asdict(value)
    for derived in _DERIVED:
        said.get("page", {}).pop(derived, None)
    return json.dumps(said, default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def _question(said: dict[str, Any]) -> Question:
    page, feed = said["page"], said["feed"]
    label = page.pop("label")
    page |= {"body": base64.b64decode(page["body"]), "today": date.fromisoformat(page["today"])}
    page["headers"] = _pairs(page["headers"])
    follow: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in feed["follow"].items()
    }
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in feed["options"].items()}
    feed |= {"follow": Follow(**follow), "options": options, "same": tuple(feed["same"])}
    return Question(
        **said
        | {
            "page": replace(ListPage.of(**page), label=label),
            "feed": Feed(**feed),
            "allowed": frozenset(said["allowed"]),
            "texts_of": frozenset(said["texts_of"]),
        }
    )


def _seen(said: dict[str, Any]) -> Seen:
    following = said["following"]
    entries = tuple(Entry(**entry) for entry in said["entries"])
    return Seen(**said | {"entries": entries, "following": _next_page(following) if following else None})


def _next_page(said: dict[str, Any]) -> NextPage:
    said |= {"body": base64.b64decode(said["body"]), "headers": _pairs(said["headers"]), "more": tuple(said["more"])}
    said["lists"] = tuple(map(_next_page, said["lists"]))
    return NextPage(**said | {"day": date.fromisoformat(said["day"]) if said["day"] else None})


def _pairs(said: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in said)


def _wanted(entries: tuple[Entry, ...], allowed: frozenset[str]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if not refusal(entry.url, allowed=allowed))
