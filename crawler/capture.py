"""CaptureMiddleware: every answer and every failure is on disk before anyone hears of it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from scrapy.exceptions import IgnoreRequest

from crawler.challenge import blocked_by
from crawler.failures import RobotsRefused, classify
from crawler.hops import hop_of, sent
from crawler.purpose import KEY, Captured, Purpose, after_hop, conditional, frontier_of, purpose_of
from crawler.redirects import Onward, follow, follow_moved
from crawler.schedule import PART_AGAIN, Look, look_of, next_due, share_of
from storage.errors import ArchiveError, LongarmError
from storage.histories import History
from storage.records import UNRENDERED, CaptureKind, ErrorClass, Exchange, Reason, Role

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.frontier import Frontier
    from crawler.wire import Wire, WireResponse
    from storage.records import Capture, Rendering

logger = logging.getLogger(__name__)

# Larger bodies are no challenge pages: not worth a look for its marks here (the verdict reads every body anyway).
_CHALLENGE_BYTES = 65536
# So many looks share a flush and a transaction at most: beyond, waiting costs more than it saves.
BATCH = 64
# While fewer are ready, wait so long for more: each flush and commit costs the same for one as for many.
FEW, GATHER_SECONDS = 32, 0.03


class Commits:
    """Group commit: looks that are ready together are written together, in a thread, while the reactor goes on."""

    def __init__(self, record: Callable[[Sequence[Exchange]], Awaitable[list[Capture]]]) -> None:
        self._record = record
        self._waiting: list[tuple[Exchange, asyncio.Future[Capture]]] = []
        self._task: asyncio.Task[None] | None = None

    async def keep(self, exchange: Exchange) -> Capture:
        """The capture, once it is on disk. Raises what the archive raises."""
        ready: asyncio.Future[Capture] = asyncio.get_running_loop().create_future()
        self._waiting.append((exchange, ready))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._write())
        return await ready

    async def _write(self) -> None:
        while self._waiting:
            if len(self._waiting) < FEW:
                await asyncio.sleep(GATHER_SECONDS)
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            try:
                captures = await self._record([exchange for exchange, _ in batch])
            except Exception as problem:
                # Whoever waits must hear of it, whatever it was: an error of ours unheard would be a run without end.
                if not isinstance(problem, LongarmError):
                    logger.exception("looks not kept first=%s", batch[0][0].url)
                told = problem if isinstance(problem, LongarmError) else ArchiveError(f"looks not kept: {problem!r}")
                for _, ready in batch:
                    if not ready.done():
                        ready.set_exception(told)
            else:
                for (_, ready), capture in zip(batch, captures, strict=True):
                    if not ready.done():
                        ready.set_result(capture)
        self._task = None


class CaptureMiddleware:
    """Lowest of all: sees bytes as sent, each redirect, each failure. Follows redirects itself, into one capture."""

    def __init__(self, frontier: Frontier) -> None:
        self._frontier = frontier

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(frontier_of(crawler))

    def process_request(self, request: Request) -> None:
        purpose = purpose_of(request)
        if purpose.started_at is None:
            request.meta[KEY] = replace(purpose, started_at=self._frontier.clock())
        if purpose.robots == "obey" and purpose.robots_allowed is False:
            raise RobotsRefused("robots.txt asks not to look here")
        self._frontier.ways.send(request, purpose.vantage)

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        if isinstance(response, Captured):
            return response
        answer = cast("WireResponse", response)
        purpose = purpose_of(request)
        self._note_answer(request, purpose, answer)
        wire = answer.wire
        onward = follow(
            request.url,
            answer.status,
            wire.headers,
            hops=purpose.hops,
            cookie=purpose.cookie,
            allowed=self._frontier.allowed,
        )
        if isinstance(onward, Onward):
            return self._onward(request, purpose, answer, onward)
        body = self._frontier.undo(answer.body, wire.headers) if _is_short_page(purpose, answer) else None
        moved = follow_moved(request.url, body or b"", hops=purpose.hops, allowed=self._frontier.allowed)
        if moved is not None and purpose.role is Role.PAGE and answer.status == 200:
            return self._onward(request, purpose, answer, moved)
        rendering = await self._frontier.renderer.rendering_of(request, purpose, answer)
        blocked = blocked_by(answer.status, wire.headers, body) if body is not None else None
        if blocked:
            host = self._frontier.hosts.host(request.url, purpose.vantage)
            host.challenged(blocked, answer.status)
            self._frontier.hosts.close_if_refused(host)
        blocked = blocked or _blocked_tree(rendering)
        # A list that is only compared is read by nobody: that a challenge stood in its place is told here.
        walled = blocked if purpose.reason is Reason.COMPARE and purpose.role is Role.FEED else None
        exchange = replace(
            self._exchange(request, purpose, wire),
            status=answer.status,
            http_reason=wire.reason,
            response_headers=wire.headers,
            body=answer.body,
            truncated=wire.cut is not None,
            declared_length=wire.declared_length,
            error=ErrorClass.HTTP if onward else ErrorClass.BLOCKED if walled else None,
            message=onward or wire.cut or _not_rendered(rendering) or walled,
            rendering=rendering,
        )
        look = Look.TROUBLE if blocked else look_of(answer.status, exchange.error)
        return await self._kept(request, purpose, exchange, look)

    async def process_exception(self, request: Request, exception: Exception) -> Response | None:
        if isinstance(exception, IgnoreRequest) and not isinstance(exception, RobotsRefused):
            return None
        purpose = purpose_of(request)
        if await self._frontier.outages.blames(purpose.vantage, request.meta.get("proxy"), exception):
            # No look was had: nothing is kept of it, and what it was for stays due.
            self._frontier.hosts.close_way(request, self._frontier.outages.down[purpose.vantage])
            raise IgnoreRequest(f"the way out of {purpose.vantage} failed")
        found = classify(exception)
        host = self._frontier.hosts.came_back(request.url, purpose.vantage)
        error, message = found
        if error is not ErrorClass.ROBOTS and purpose.role is not Role.ROBOTS:
            self._frontier.hosts.failed(host, error)
        exchange = replace(self._exchange(request, purpose, None), error=error, message=message)
        return await self._kept(request, purpose, exchange, look_of(None, error))

    async def _kept(self, request: Request, purpose: Purpose, exchange: Exchange, look: Look) -> Captured:
        if purpose.role is Role.PAGE and purpose.reason is not Reason.COMPARE:
            exchange = replace(exchange, next_due_at=self._next_due(purpose, look, exchange.finished_at))
        elif purpose.role is Role.PART and look is Look.TROUBLE:
            exchange = replace(exchange, next_due_at=exchange.finished_at + PART_AGAIN)
        try:
            capture = await self._frontier.keep(exchange)
        except LongarmError as problem:
            # Nothing is released that is not kept; the crawl ends, and the page is still due.
            self._frontier.stop(problem)
            raise IgnoreRequest(str(problem)) from problem
        self._frontier.count(purpose, capture, look)
        return Captured(
            request.url,
            purpose=purpose,
            capture=capture,
            status=exchange.status or 0,
            headers=exchange.response_headers,
            body=exchange.body,
            is_new=capture.kind is not CaptureKind.REVISIT,
            rendering=exchange.rendering,
            look=look,
        )

    def _next_due(self, purpose: Purpose, look: Look, now: datetime) -> datetime:
        history = purpose.history or History(first_seen=now)
        spread = share_of(purpose.url)
        return next_due(history, look, now, self._frontier.config.takedown, spread=spread)

    def _note_answer(self, request: Request, purpose: Purpose, answer: WireResponse) -> None:
        host = self._frontier.hosts.came_back(request.url, purpose.vantage)
        # robots.txt is refused on many hosts whose pages are not: no sign that we are a burden.
        if purpose.role is not Role.ROBOTS:
            self._frontier.hosts.answered(host, answer)

    def _onward(self, request: Request, purpose: Purpose, answer: WireResponse, onward: Onward) -> Request:
        now = self._frontier.clock()
        began = purpose.hop_began or purpose.started_at or now
        elapsed = round((now - began).total_seconds() * 1000)
        hop = hop_of(request, answer, location=onward.url, elapsed_ms=elapsed)
        headers = request.headers.copy()
        keeps = onward.keeps_method or request.method == "GET"
        for name in ("Cookie", "If-None-Match", "If-Modified-Since", *(() if keeps else ("Content-Type", "Origin"))):
            headers.pop(name, None)
        for name, value in conditional(purpose, onward.url).items() if keeps else ():
            headers[name] = value
        if onward.cookie:
            headers["Cookie"] = onward.cookie
        return request.replace(
            url=onward.url,
            method=request.method if keeps else "GET",
            body=request.body if keeps else b"",
            headers=headers,
            meta={KEY: replace(after_hop(purpose, hop, onward.cookie), hop_began=now)},
        )

    def _exchange(self, request: Request, purpose: Purpose, wire: Wire | None) -> Exchange:
        now = self._frontier.clock()
        via_proxy = bool(request.meta.get("proxy"))
        return Exchange(
            url=purpose.url,
            role=purpose.role,
            reason=purpose.reason,
            source_id=purpose.source_id,
            feed_id=purpose.feed_id,
            vantage=purpose.vantage,
            started_at=purpose.started_at or now,
            finished_at=now,
            method=request.method,
            request_headers=sent(request),
            request_body=request.body,
            final_url=request.url if purpose.hops else None,
            remote_ip=wire.remote_ip if wire and not via_proxy else None,
            remote_port=wire.remote_port if wire and not via_proxy else None,
            protocol=wire.protocol if wire else None,
            via_proxy=via_proxy,
            tls=wire.tls if wire else None,
            robots_policy=None if purpose.role is Role.ROBOTS else purpose.robots,
            robots_allowed=purpose.robots_allowed,
            robots_sha256=purpose.robots_sha256,
            hops=purpose.hops,
            previous=purpose.previous,
            part_of=purpose.part_of,
            part_number=purpose.part_number,
        )


def _is_short_page(purpose: Purpose, answer: WireResponse) -> bool:
    return purpose.role in (Role.PAGE, Role.FEED) and answer.status != 304 and len(answer.body) <= _CHALLENGE_BYTES


def _not_rendered(rendering: Rendering | None) -> str | None:
    """Why a page's tree may lack its text; whether it does, its reader sees."""
    if rendering is None or not (rendering.failure or rendering.failed):
        return None
    return f"{UNRENDERED}{rendering.failure or f'{rendering.failed} of its own requests failed'}"


def _blocked_tree(rendering: Rendering | None) -> str | None:
    if rendering is None or len(rendering.dom) > _CHALLENGE_BYTES:
        return None
    return blocked_by(200, (), rendering.dom)
