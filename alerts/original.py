"""Of the pages that carry one text: which is probably the original, and which outlive it. Pure, with reasons said."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from alerts.entities import MEDIA
from alerts.facts import issuers
from alerts.fold import fold
from alerts.rewriting import compare, differences
from storage.findings import PageState
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from storage.digests import ChangeFacts
    from storage.stories import Teller

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# A page may be dated by its time zone's tomorrow; a date further ahead of our seeing it is wrong.
_AHEAD = timedelta(days=1)
_GONE = frozenset({PageState.GONE, PageState.SUSPECTED_GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The page that probably had the text first, and why it is thought to be."""

    page: Teller
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlived:
    """An original that no longer shows the text (`how`: gone, suspected-gone, edited), and the pages that still do."""

    page: Teller
    how: str
    since: datetime | None
    alive: tuple[Teller, ...]


def original(pages: Sequence[Teller], zone: tzinfo = UTC) -> Original | None:
    """The probable original among at least two pages; None of fewer.

    By their own dates; where these are equal or missing, by whom the others name as 来源; then by who stands nearest
    to the organ that signs; then by whom we saw first, told in `zone`. The order of `pages` makes no difference.
    """
    if len(pages) < 2:
        return None
    left = sorted(pages, key=lambda page: (page.first_seen, page.url))
    for step in (_by_date, _by_name, _by_organ):
        chosen, reason = step(left)
        if len(chosen) == 1:
            return Original(page=chosen[0], reason=reason)
        left = chosen or left
    seen = left[0].first_seen.astimezone(zone)
    return Original(page=left[0], reason=f"seen first, {seen.isoformat(timespec='seconds')}")


def _by_date(pages: Sequence[Teller]) -> tuple[list[Teller], str]:
    dated = [page for page in pages if own_date(page)]
    if not dated:
        return [], ""
    first = min(own_date(page) for page in dated)
    chosen = [page for page in dated if own_date(page) == first]
    timed = [page for page in chosen if len(page.published or "") > 10]
    # Hours decide only where every page of that day says one.
    if len(chosen) > 1 and len(timed) == len(chosen):
        hour = min(page.published or "" for page in timed)
        chosen = [page for page in timed if page.published == hour]
        first = hour
    return chosen, f"the earliest date of its own, {first}"


def own_date(page: Teller) -> str:
    """The day that a page bears, empty where it bears none or one that cannot be."""
    written = (page.published or "")[:10]
    if not _DAY.fullmatch(written):
        return ""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return ""
    return written if day <= page.first_seen.date() + _AHEAD else ""


def _by_name(pages: Sequence[Teller]) -> tuple[list[Teller], str]:
    named = {
        page.url: sum(_names(other.origin.publisher, page) for other in pages if other is not page) for page in pages
    }
    most = max(named.values())
    if not most:
        return [], ""
    plural = "page names" if most == 1 else "pages name"
    return [page for page in pages if named[page.url] == most], f"{most} {plural} it as 来源"


def _names(publisher: str | None, page: Teller) -> bool:
    return bool(publisher) and fold(publisher or "").text in _names_of(page)


def _names_of(page: Teller) -> frozenset[str]:
    # A source's name is often the organ's and the column's: 江岙县公安局 通知公告.
    given = (page.source.name_zh, page.source.name_en) if page.source else ()
    return frozenset(fold(name).text for whole in given if whole for name in (whole, whole.split()[0]))


def _by_organ(pages: Sequence[Teller]) -> tuple[list[Teller], str]:
    signs = frozenset().union(*(issuers(fold(page.title).text, _lines(page.body)) for page in pages))
    ranks = [(_distance(page, signs), page) for page in pages]
    nearest = min(rank for rank, _ in ranks)
    reason = "the organ that signs it" if nearest == 0 else "an organ, the others are media"
    return [page for rank, page in ranks if rank == nearest], reason


def _lines(body: str) -> list[str]:
    return [fold(line).text for line in body[-2000:].splitlines()]


_LEVEL = re.compile(r"[省市县区]")


def _distance(page: Teller, signs: frozenset[str]) -> int:
    """How far a page is from the organ that signs: its own, another organ's, a medium's or nobody's."""
    if any(sign.endswith(name) or name.endswith(sign) for sign in signs for name in _bare(page)):
        return 0
    return 1 if page.source and page.source.agency and page.source.agency not in MEDIA else 2


def _bare(page: Teller) -> list[str]:
    return [_LEVEL.sub("", name) for name in _names_of(page) if len(name) > 3]


def fate(page: Teller) -> str:
    """What became of a page's text: gone, suspected-gone, edited (something was taken out), empty where it is there."""
    if page.state in _GONE:
        return str(page.state)
    if page.now is None:
        return ""
    changed = compare(page.body, page.now)
    return "edited" if changed.cut or changed.differences else ""


def outlived(pages: Sequence[Teller]) -> Outlived | None:
    """The original where it no longer shows the text and a copy of it still does; None otherwise."""
    first = original(pages)
    how = fate(first.page) if first else ""
    if first is None or not how:
        return None
    alive = living(first.page, pages)
    since = first.page.edited_at if how == "edited" else first.page.since
    return Outlived(page=first.page, how=how, since=since, alive=alive) if alive else None


def living(of: Teller, pages: Sequence[Teller]) -> tuple[Teller, ...]:
    """The other pages that still show what this one said, in every number, place and name; as they were seen."""
    ordered = sorted(pages, key=lambda page: (page.first_seen, page.url))
    others = (page for page in ordered if page.page_id != of.page_id and not fate(page))
    return tuple(page for page in others if not differences(of.body, page.body))


def survivors(change: ChangeFacts, *, is_shortened: bool) -> tuple[bool, tuple[Teller, ...]]:
    """Was the page of this change the probable original, and which pages still show what it no longer shows?

    Of an edit only where something was taken out (`is_shortened`): what was added takes nothing from the copies.
    """
    mine = next((page for page in change.tellers if page.page_id == change.page_id), None)
    is_loss = change.event in _GONE or (change.event == "edited" and is_shortened)
    if mine is None or not is_loss:
        return False, ()
    before = change.text_old.partition("\n")[2]
    said = replace(mine, body=before) if change.event == "edited" and before else mine
    alive = living(said, change.tellers)
    first = original(change.tellers)
    return bool(alive and first and first.page is mine), alive


def name_of(page: Teller) -> str:
    """A page's source as people know it, else its host."""
    return (page.source.name_zh or page.source.name_en or page.source.id) if page.source else host_of(page.url)
