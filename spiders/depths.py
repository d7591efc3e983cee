"""A walk back through a feed's archive down to a day: where each of its lists goes on, where it ends and why. Pure."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from spiders.platforms import NextPage
from storage.backfills import Backfill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spiders.platforms import ListPage
    from storage.records import Entry, FeedId

# A list of more pages goes on in the next run: some hours at one page a second.
MOST_PAGES = 10_000
# A newspaper pauses for a holiday, not for so many issues; a list that may be empty is at its end after two such pages.
MOST_DAYS_EMPTY, MOST_EMPTY = 30, 2
# The entries by which the top of a list is known again.
_TOP = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the walk over one list goes on: what to ask, what for later, and the number of the page before `next`."""

    next: NextPage
    later: tuple[NextPage, ...]
    number: int


class Depths:
    """One feed's walk back to `since`. Of each list first what is new since the last such walk, then on from there."""

    def __init__(self, feed_id: FeedId, since: str, known: Backfill | None) -> None:
        self.state = Backfill(feed_id=feed_id, since=since)
        self.waiting: list[NextPage] = []
        self._records: dict[str, Mapping[str, Any]] = {}
        reaches = False
        if known is not None and known.place and "lists" in known.place:
            self._records = dict(known.place["lists"])
            self.waiting = [_request(each) for each in known.place.get("waiting", ())]
            reaches = since >= known.since
            deeper = any(record["next"] for record in self._records.values())
            keeps = known.ended is not None and reaches and deeper
            self.state = replace(known, since=known.since if keeps else since, ended=None)
        self._reaches = reaches
        self._begin("")

    def begin(self, request: NextPage) -> None:
        """A list's first request is next."""
        self._begin(_key(request))

    def _begin(self, key: str) -> None:
        self._list = key
        self._saved = self._records.get(key)
        ended = self._saved["ended"] if self._saved else None
        # What was walked to its end stays so, unless it leads on to days that are asked for only now.
        self._over = ended if self._saved and (self._reaches or not self._saved["next"]) else None
        self._old_top = frozenset(self._saved["top"]) if self._saved else frozenset()
        self._top: list[str] = []
        self._failed: list[tuple[NextPage, int]] = []
        self._empty = 0
        self._first_old: dict[str, Any] | None = None

    @property
    def is_catching_up(self) -> bool:
        """Whether the walk over this list is still above where the last one began."""
        return bool(self._old_top)

    def note(self, page: ListPage, entries: Sequence[Entry]) -> None:
        """Count a list page that came."""
        days = [entry.listed_on[:10] for entry in entries if entry.listed_on]
        oldest = min([*days, *([self.state.oldest] if self.state.oldest else [])], default=None)
        self._empty = 0 if entries else self._empty + 1
        if entries and not self._top:
            self._top = [_short(entry.url) for entry in entries[:_TOP]]
        self.state = replace(
            self.state,
            pages=self.state.pages + 1,
            undated=self.state.undated + bool(entries and not days),
            missing=self.state.missing + (page.status in (404, 410)),
            oldest=oldest,
        )

    def note_failed(self, request: NextPage, number: int) -> None:
        """A page of this list brought nothing this time: the next walk asks it again, the list is not at its end."""
        self._failed.append((request, number - (not request.is_shell)))

    def note_old(self, entries: Sequence[Entry], request: NextPage, later: Iterable[NextPage], number: int) -> None:
        """Remember the first list page that ends with what is too old: a walk to an earlier day must read it again."""
        last = next((entry.listed_on[:10] for entry in reversed(entries) if entry.listed_on), None)
        if self._first_old is None and not self.is_catching_up and last is not None and last < self.state.since:
            # Its own number, once it is asked again: one is added then, but for a shell.
            self._first_old = _spelt_place(request, later, number - (not request.is_shell))

    def end_of(
        self, entries: Sequence[Entry], fresh: Sequence[Entry], *, is_stub: bool, may_be_empty: bool, by_day: bool
    ) -> str | None:
        """Why the list need not be followed further; None where it goes on."""
        days = [entry.listed_on[:10] for entry in entries if entry.listed_on]
        if days and max(days) < self.state.since:
            return f"reached {self.state.since}"
        if not entries and may_be_empty:
            most = MOST_DAYS_EMPTY if by_day else MOST_EMPTY
            return f"{self._empty} list pages in a row are empty" if self._empty >= most else None
        if is_stub:
            return "the list's next page is empty"
        if not fresh:
            return "the list repeats itself"
        return None

    def is_back(self, entries: Sequence[Entry]) -> bool:
        """Whether this page shows for the most part what the last walk began with: what follows is known."""
        known = sum(_short(entry.url) in self._old_top for entry in entries)
        return self.is_catching_up and bool(entries) and known * 2 >= min(len(entries), len(self._old_top))

    def resume(self) -> Place | None:
        """Where the last walk over this list stopped; None where it was at its end."""
        saved, self._old_top = self._saved, frozenset()
        if self._over is not None or not saved or not saved["next"]:
            return None
        later = tuple(_request(each) for each in saved["later"])
        return Place(next=_request(saved["next"]), later=later, number=int(saved["number"]))

    def went_on(self, following: NextPage | None, later: Iterable[NextPage], number: int, ended: str | None) -> None:
        """This list is read up to `following`, where a later walk would go on; `ended` says why it is over."""
        if self.is_catching_up:
            # Killed now, the next walk has to come down from the top again: it keeps what it had to go back to.
            return
        again = [*([following] if following else []), *later]
        if self._failed and not again:
            number = self._failed[0][1]
        again += [request for request, _ in self._failed]
        record: Mapping[str, Any] = _spelt_place(again[0] if again else None, again[1:], number)
        if ended is not None and not self._failed and self._first_old is not None:
            record = self._first_old
        if self._over is not None and self._saved is not None:
            record = self._saved
        ended = None if self._failed else self._over or ended
        self._records[self._list] = {**record, "top": self._top, "ended": ended}

    def kept(self, waiting: Iterable[NextPage], *, is_last: bool) -> Backfill:
        """The state to keep with this page's reading. `waiting`: lists not read; `is_last`: nothing is asked next."""
        waiting = list(waiting)
        why = [record["ended"] for record in self._records.values()]
        over = is_last and not waiting and all(why)
        place = {"lists": dict(self._records), "waiting": [_spelt(each) for each in waiting]}
        self.state = replace(self.state, ended="; ".join(dict.fromkeys(why)) if over else None, place=place)
        return self.state


def _key(request: NextPage) -> str:
    return _short(f"{request.method} {request.url} {request.body.hex()}")


def _short(words: str) -> str:
    """Enough to know a URL again by: three hundred lists keep fifty each."""
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _spelt_place(following: NextPage | None, later: Iterable[NextPage], number: int) -> dict[str, Any]:
    return {
        "next": _spelt(following) if following else None,
        "later": [_spelt(each) for each in later],
        "number": number,
    }


def _spelt(page: NextPage) -> dict[str, Any]:
    return {
        "url": page.url,
        "method": page.method,
        "body": base64.b64encode(page.body).decode(),
        "headers": [list(line) for line in page.headers],
        "is_shell": page.is_shell,
        "label": page.label,
        "day": page.day.isoformat() if page.day else None,
    }


def _request(spelt: Mapping[str, Any]) -> NextPage:
    return NextPage(
        url=spelt["url"],
        method=spelt["method"],
        body=base64.b64decode(spelt["body"]),
        headers=tuple((name, value) for name, value in spelt["headers"]),
        is_shell=spelt["is_shell"],
        label=spelt.get("label", ""),
        day=date.fromisoformat(spelt["day"]) if spelt.get("day") else None,
    )
