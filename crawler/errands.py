"""Looks that no list leads to: what a person names, the further parts of an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.purpose import Purpose
from storage import histories, pages
from storage.records import Reason, Role

if TYPE_CHECKING:
    import sqlalchemy as sa

    from crawler.report import ByHand
    from storage.records import Source


def by_hand(conn: sa.Connection, url: str, said: ByHand) -> Purpose:
    """A look at an address that a person named."""
    page = pages.by_url(conn, url)
    return Purpose(
        url=url,
        role=Role.PAGE,
        reason=Reason.MANUAL,
        source_id=said.source_id or (page.source_id if page else None),
        vantage=said.vantage,
        robots=said.robots,
        page=page,
        previous=pages.previous(conn, url),
        history=histories.histories(conn, [page.id]).get(page.id) if page else None,
    )


def part_again(part: histories.Part, first: str, source: Source, robots: str) -> Purpose:
    """Another look at a further part of the article whose first page is at `first`."""
    return Purpose(
        url=part.url,
        role=Role.PART,
        reason=Reason.RECHECK,
        source_id=source.id,
        vantage=source.vantage,
        robots=robots,
        previous=part.previous,
        part_of=first,
        part_number=part.number,
    )
