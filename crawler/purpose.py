"""Why a request is made: the one object of ours that travels with it, and how a request is built from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from scrapy import Request
from scrapy.http import Response

from storage.records import Reason, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from typing import Any

    from scrapy.crawler import Crawler

    from crawler.frontier import Frontier
    from crawler.schedule import Look
    from storage.histories import History
    from storage.records import Capture, FeedId, Headers, Hop, Page, Previous, Rendering, Sha256, SourceId

KEY = "longarm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why a URL is asked. `url` is the address first asked for; `hops` are the redirects followed since."""

    url: str
    role: Role
    reason: Reason
    source_id: SourceId | None
    vantage: str
    robots: str
    feed_id: FeedId | None = None
    page: Page | None = None
    previous: Previous | None = None
    history: History | None = None
    part_of: str | None = None
    part_number: int | None = None
    known_parts: tuple[Purpose, ...] = ()
    started_at: datetime | None = None
    hops: tuple[Hop, ...] = ()
    cookie: str | None = None
    render: bool = False
    hop_began: datetime | None = None
    robots_allowed: bool | None = None
    robots_sha256: Sha256 | None = None


class Captured(Response):
    """What the spider gets: the answer as sent, and its capture, which is on disk. Status 0: there was no answer.

    `is_new` is False for a 304 and for a payload that is the same as last time: its body is not read again.
    """

    def __init__(
        self,
        url: str,
        *,
        purpose: Purpose,
        capture: Capture,
        status: int,
        headers: Headers,
        body: bytes,
        is_new: bool,
        rendering: Rendering | None = None,
        look: Look | None = None,
    ) -> None:
        super().__init__(url, status=status, body=body)
        self.look = look
        self.rendering = rendering
        self.purpose = purpose
        self.capture = capture
        self.lines = headers
        self.is_new = is_new


def frontier_of(crawler: Crawler) -> Frontier:
    """The run's frontier, which the spider carries."""
    return cast("Frontier", getattr(crawler.spider, "frontier"))  # noqa: B009 - a plain attribute of our spider alone


def purpose_of(request: Request) -> Purpose:
    """The purpose a request was made with."""
    found = request.meta[KEY]
    assert isinstance(found, Purpose)
    return found


def request_for(
    purpose: Purpose,
    callback: Callable[..., Any] | None,
    *,
    url: str | None = None,
    method: str = "GET",
    body: bytes = b"",
    headers: Headers = (),
    **said: Any,
) -> Request:
    """The request for a purpose; conditional where an earlier answer left something to compare with.

    `said` are keyword arguments of the callback.
    """
    lines = dict(headers)
    if method == "GET":
        lines |= conditional(purpose, url or purpose.url)
    if purpose.cookie:
        lines["Cookie"] = purpose.cookie
    return Request(
        url or purpose.url,
        callback=callback,
        method=method,
        body=body,
        headers=lines,
        meta={KEY: purpose},
        cb_kwargs=said,
        dont_filter=True,
    )


def requests_for(
    purposes: Iterable[Purpose], callback: Callable[..., Any], refused: Callable[[Purpose, str], None]
) -> Iterator[Request]:
    """The requests for pages; `refused` hears of those whose address no request can be made of."""
    for purpose in purposes:
        try:
            request = request_for(purpose, callback)
        except ValueError as problem:
            refused(purpose, f"no request can be made: {problem}")
        else:
            yield request


def conditional(purpose: Purpose, url: str) -> dict[str, str]:
    """The lines that ask `url` whether anything changed: only the address that gave them is told its validators, and
    only by the way out that was given them."""
    known = purpose.previous
    # Of a rendered page the answer may be the same for ever while its scripts fetch what is new.
    if known is None or purpose.render or url != (known.final_url or purpose.url):
        return {}
    if known.vantage not in (None, purpose.vantage):
        return {}
    lines = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in lines.items() if value}


def from_vantage(purpose: Purpose, vantage: str) -> Purpose:
    """The same look from another vantage, to compare: it tells that one nothing of what this one was given."""
    return replace(
        purpose,
        reason=Reason.COMPARE,
        vantage=vantage,
        feed_id=None,
        previous=None,
        known_parts=(),
        started_at=None,
        hops=(),
        cookie=None,
        hop_began=None,
        robots_allowed=None,
        robots_sha256=None,
    )


def for_robots(purpose: Purpose, url: str) -> Purpose:
    """The purpose of asking for the robots.txt at `url`, on the way to what `purpose` is about."""
    return Purpose(
        url=url,
        role=Role.ROBOTS,
        reason=Reason.DISCOVERED,
        source_id=purpose.source_id,
        vantage=purpose.vantage,
        robots="ignore",
    )


def for_part(purpose: Purpose, url: str, number: int) -> Purpose:
    """The purpose of asking for a further part of the article that `purpose` asks for, not known before."""
    part = replace(purpose, url=url, role=Role.PART, part_of=purpose.url, part_number=number)
    return replace(part, previous=None, page=None, known_parts=(), hops=(), started_at=None)


def after_hop(purpose: Purpose, hop: Hop, cookie: str | None) -> Purpose:
    """The same purpose after one more redirect."""
    return replace(purpose, hops=(*purpose.hops, hop), cookie=cookie)
