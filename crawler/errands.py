"""What a run asks of pages: those that are due, with their further parts, and those that a person names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.purpose import Purpose, from_vantage
from storage import histories, pages
from storage.records import Reason, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
    found = []
    for page in due:
        assert page.source_id is not None
        source = watched[page.source_id]
        robots = robots_policy(source)
        found.append(
            Purpose(
                url=page.url,
                role=Role.PAGE,
                reason=Reason.DISCOVERED if page.never_captured else Reason.RECHECK,
                source_id=source.id,
                feed_id=None,
                vantage=source.vantage,
                robots=robots,
                render=source.render,
                page=page.page,
                previous=page.previous,
                history=past.get(page.page.id),
                known_parts=tuple(_part_again(part, page.url, source, robots) for part in parts.get(page.page.id, ())),
            )
        )
    return found


def _part_again(part: histories.Part, first: str, source: Source, robots: str) -> Purpose:
    """Another look at a further part of the article whose first page is at `first`."""
    return Purpose(
        url=part.url,
        role=Role.PART,
        reason=Reason.RECHECK,
        source_id=source.id,
        vantage=source.vantage,
        robots=robots,
        render=source.render,
        previous=part.previous,
        part_of=first,
        part_number=part.number,
    )
