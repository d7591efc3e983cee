"""A walk back through a list's archive down to a day: where it goes on, where it ends and why. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from spiders.platforms import NextPage
from storage.backfills import Backfill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spiders.platforms import ListPage
    from storage.records import Entry, FeedId

Rest = tuple[Iterable[NextPage], Iterable[NextPage]]
"""What a walk has put off: pages that follow from those it read, and the feed's lists not begun."""

# A list of more pages goes on in the next run: some hours at one page a second.
MOST_PAGES = 10_000
# A newspaper pauses for a holiday, not for so many issues.
MOST_EMPTY = 30
# The entries by which the top of the list is known again.
_TOP = 1_000


class Depths:
    """One feed's walk back to `since`. First what is new since the last such walk, then on from where that one was."""

    def __init__(self, feed_id: FeedId, since: str, known: Backfill | None) -> None:
        self.state = Backfill(feed_id=feed_id, since=since)
        self._saved: Mapping[str, Any] | None = None
        self._top: list[str] = []
        self._old_top: frozenset[str] = frozenset()
        self._empty = 0
        self._over: str | None = None
        self._first_old: dict[str, Any] | None = None
        if known is not None and known.place:
            leads_on = bool(known.place.get("next"))
            is_over = known.ended is not None and (since >= known.since or not leads_on)
            self.state = replace(known, since=known.since if is_over and leads_on else since, ended=None)
            self._over = known.ended if is_over else None
            self._old_top = frozenset(known.place.get("top", ()))
            self._saved = known.place

    @property
    def is_catching_up(self) -> bool:
        """Whether the walk is still above where the last one began."""
        return bool(self._old_top)

    def note(self, page: ListPage, entries: Sequence[Entry]) -> None:
        """Count a list page that came."""
        days = [entry.listed_on[:10] for entry in entries if entry.listed_on]
        oldest = min([*days, *([self.state.oldest] if self.state.oldest else [])], default=None)
        self._empty = 0 if entries else self._empty + 1
        if entries and not self._top:
            self._top = [entry.url for entry in entries[:_TOP]]
        self.state = replace(
            self.state,
            pages=self.state.pages + 1,
            undated=self.state.undated + bool(entries and not days),
            missing=self.state.missing + (page.status in (404, 410)),
            oldest=oldest,
        )

    def note_old(self, entries: Sequence[Entry], request: NextPage, rest: Rest, number: int) -> None:
        """Remember the first list page that ends with what is too old: a walk to an earlier day must read it again."""
        last = next((entry.listed_on[:10] for entry in reversed(entries) if entry.listed_on), None)
        if self._first_old is None and not self.is_catching_up and last is not None and last < self.state.since:
            # Its own number, once it is asked again: one is added then, but for a shell.
            number -= not request.is_shell
            self._first_old = {"next": _spelt(request), **_spelt_rest(rest), "number": number}

    def end_of(
        self, entries: Sequence[Entry], fresh: Sequence[Entry], *, is_stub: bool, may_be_empty: bool
    ) -> str | None:
        """Why the list need not be followed further; None where it goes on."""
        days = [entry.listed_on[:10] for entry in entries if entry.listed_on]
        if days and max(days) < self.state.since:
            return f"reached {self.state.since}"
        if not entries and may_be_empty:
            return f"{self._empty} list pages in a row are empty" if self._empty >= MOST_EMPTY else None
        if is_stub:
            return "the list's next page is empty"
        if not fresh:
            return "the list repeats itself"
        return None

    def is_back(self, entries: Sequence[Entry]) -> bool:
        """Whether this page shows for the most part what the last walk began with: what follows is known."""
        known = sum(entry.url in self._old_top for entry in entries)
        return self.is_catching_up and bool(entries) and known * 2 >= min(len(entries), len(self._old_top))

    def resume(self) -> tuple[NextPage, list[NextPage], list[NextPage], int] | None:
        """Where the last walk stopped: what to ask, what for later, the lists not begun, the number of the page before.

        None: nowhere.
        """
        saved, self._old_top = self._saved, frozenset()
        if self._over is not None or not saved or not saved.get("next"):
            return None
        later, lists = ([_request(each) for each in saved.get(name, ())] for name in ("later", "lists"))
        return _request(saved["next"]), later, lists, int(saved.get("number", 1))

    def went_on(self, following: NextPage | None, rest: Rest, number: int, ended: str | None) -> Backfill:
        """The state to keep with this page's reading: `following` is asked next, or where a deeper walk would go on."""
        if self.is_catching_up:
            # Killed now, the next walk has to come down from the top again: it keeps what it had to go back to.
            return replace(self.state, place=self._saved)
        place: dict[str, Any] = {
            "next": _spelt(following) if following else None,
            **_spelt_rest(rest),
            "number": number,
        }
        if ended is not None and self._first_old is not None:
            place = dict(self._first_old)
        if self._over is not None and self._saved is not None:
            place = dict(self._saved)
        place["top"] = self._top
        self.state = replace(self.state, ended=self._over or ended, place=place)
        return self.state


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


def _spelt_rest(rest: Rest) -> dict[str, Any]:
    later, lists = rest
    return {"later": [_spelt(each) for each in later], "lists": [_spelt(each) for each in lists]}


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
