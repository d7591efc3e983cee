"""What a run asks of pages: those that are due, with their further parts, and those that a person names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.purpose import Purpose, for_part, from_vantage
from storage import histories, pages
from storage.records import Reason, Role
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import sqlalchemy as sa

    from crawler.report import ByHand
    from storage.pages import DuePage
    from storage.records import Source, SourceId


def by_hand(conn: sa.Connection, url: str, said: ByHand) -> Purpose:
    """A look at an address that a person named."""
    page = pages.by_url(conn, url)
    purpose = Purpose(
        url=url,
        role=Role.PAGE,
        reason=Reason.MANUAL,
        source_id=said.source_id,
        vantage=said.vantage,
        robots=said.robots,
        render=said.render,
        page=page,
        previous=pages.previous(conn, url),
        history=histories.histories(conn, [page.id]).get(page.id) if page else None,
    )
    parts = histories.parts(conn, [page.id]).get(page.id, ()) if page else ()
    purpose = replace(purpose, known_parts=tuple(_further(part, purpose) for part in parts))
    return from_vantage(purpose, said.other) if said.other else purpose


def again(
    conn: sa.Connection,
    due: Sequence[DuePage],
    watched: Mapping[SourceId, Source],
    robots_policy: Callable[[Source], str],
) -> list[Purpose]:
    """The looks at pages of these sources that are due, with what is known of each and its further parts."""
    ids = [page.page.id for page in due]
    past = histories.histories(conn, ids)
    parts = histories.parts(conn, ids)
    owners = [page.page.part_of for page in due if page.page.role is Role.PART and page.page.part_of is not None]
    firsts = {number: owner.url for number, owner in pages.by_ids(conn, owners).items()}
    found = []
    for page in due:
        assert page.source_id is not None
        source = watched[page.source_id]
        purpose = Purpose(
            url=page.url,
            role=Role.PAGE,
            reason=Reason.DISCOVERED if page.never_captured else Reason.RECHECK,
            source_id=source.id,
            feed_id=None,
            vantage=source.vantage,
            robots=robots_policy(source),
            render=source.render,
            page=page.page,
            previous=page.previous,
            history=past.get(page.page.id),
        )
        first = firsts.get(page.page.part_of) if page.page.part_of is not None else None
        if page.page.role is Role.PART and first is not None:
            # One that could not be had when its article was looked at.
            purpose = replace(purpose, role=Role.PART, part_of=first, part_number=page.page.part_number)
        known = tuple(_further(part, purpose) for part in parts.get(page.page.id, ()))
        found.append(replace(purpose, known_parts=known))
    return found


class PartsAsked:
    """The further parts of articles that one run has asked for: an article names them, and they may be due besides."""

    def __init__(self) -> None:
        self._keys: set[str] = set()

    def fresh(self, purposes: Iterable[Purpose]) -> list[Purpose]:
        """The purposes without those of parts that were asked for before."""
        found = []
        for purpose in purposes:
            key = url_key(purpose.url) if purpose.role is Role.PART else None
            if key is None or key not in self._keys:
                found.append(purpose)
            if key is not None:
                self._keys.add(key)
        return found


def _further(part: histories.Part, of: Purpose) -> Purpose:
    """Another look at a further part of the article that `of` looks at."""
    purpose = for_part(of, part.url, part.number)
    return replace(purpose, reason=Reason.RECHECK, previous=part.previous, history=None)
