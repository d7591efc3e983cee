"""Which request goes out next: hosts take turns, each at its own pace, and none before its robots.txt is known."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.core.scheduler import BaseScheduler

from crawler.politeness import Host
from crawler.purpose import KEY, for_robots, frontier_of, purpose_of, request_for
from crawler.robots import UNKNOWN, Robots, read_robots, robots_url
from storage.records import Role
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.frontier import Frontier
    from crawler.purpose import Captured, Purpose
    from crawler.wire import WireResponse
    from storage.records import ErrorClass

logger = logging.getLogger(__name__)

# Looks that go before the pages of their host: what a walk over a list or an article waits for.
_LOOK_EVERY_SECONDS = 0.05
_OTHER = {"http": "https", "https": "http"}
_URGENT = frozenset({Role.FEED, Role.PART, Role.ROBOTS, Role.PROBE})


class HostScheduler(BaseScheduler):
    """Scrapy's scheduler, by host. Nothing is kept on disk and nothing filtered: what is due is a query.

    Scrapy's own holds no host back: its downloader's queues would fill with the slowest one.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._frontier: Frontier = frontier_of(crawler)
        fetch = self._frontier.config.fetch
        self._delay, self._concurrency, self._user_agent = fetch.delay, fetch.concurrency_per_host, fetch.user_agent
        self._hosts: dict[tuple[str, str], Host[Request]] = {}
        self._turns: deque[Host[Request]] = deque()
        self._robots: dict[tuple[str, str], Robots | None] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self._size = 0
        self._out, self._most = 0, fetch.concurrency
        self._frontier.hosts = self

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def close(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        if self._alarm is not None:
            self._alarm.cancel()

    def has_pending_requests(self) -> bool:
        return self._size > 0

    def __len__(self) -> int:
        return self._size

    def enqueue_request(self, request: Request) -> bool:
        purpose = purpose_of(request)
        host = self.host(request.url, purpose.vantage)
        if host.closed:
            self._put_off(request, host.closed)
            return False
        if not host:
            self._turns.append(host)
        # A redirect is the rest of a look that has begun.
        host.add(request, urgent=purpose.role in _URGENT or bool(purpose.hops))
        self._size += 1
        return True

    def next_request(self) -> Request | None:
        if self._out >= self._most:
            return None
        now = monotonic()
        soonest: float | None = None
        for _ in range(len(self._turns)):
            host = self._turns[0]
            self._turns.rotate(-1)
            if host.is_free(now):
                request = self._from(host, now)
                if request is not None:
                    self._out += 1
                    return request
            elif host.active < host.concurrency:
                soonest = host.ready_at if soonest is None else min(soonest, host.ready_at)
        if soonest is not None:
            self._wake_in(soonest - now)
        return None

    def host(self, url: str, vantage: str) -> Host[Request]:
        """A host as it is met from one vantage: what refuses one may answer another."""
        name = host_of(url)
        found = self._hosts.get((name, vantage))
        if found is None:
            found = self._hosts[name, vantage] = Host(name=name, delay=self._delay, concurrency=self._concurrency)
            found.closed = self._frontier.outages.down.get(vantage)
        return found

    def came_back(self, url: str, vantage: str) -> Host[Request]:
        """A request to this address has ended, whatever came of it; gives its host."""
        host = self.host(url, vantage)
        host.came_back()
        self._out -= 1
        self._nudge()
        return host

    @asynccontextmanager
    async def beside(self, host: Host[Request], wait: float) -> AsyncIterator[None]:
        """The turn, reserved and `wait` seconds from now, of a request that a page makes itself."""
        try:
            await asyncio.sleep(wait)
            while host.active > host.concurrency:
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
            yield
        finally:
            host.came_back()
            self._nudge()

    def answered(self, host: Host[Request], answer: WireResponse) -> None:
        """Take note of an answer; a host that has had enough is asked nothing more."""
        host.answered(answer.status, answer.wire.headers, monotonic(), self._frontier.clock())
        self.close_if_refused(host)

    def failed(self, host: Host[Request], error: ErrorClass) -> None:
        """Take note of a request that nobody answered; a host that has failed too often is asked nothing more."""
        host.failed(error)
        self.close_if_refused(host)

    def allows(self, vantage: str, url: str) -> bool | None:
        """What the host's robots.txt says of an address; None where it was not asked for, or did not come."""
        parts = urlsplit(url)
        # Beside a page its hosts are asked by one scheme, whichever answers.
        for asked in _robots_urls(parts.scheme, parts.netloc):
            known = self._robots.get((vantage, asked), None)
            if known is not None and known is not UNKNOWN:
                return known.allows(url, self._user_agent)
        return None

    def close_if_refused(self, host: Host[Request]) -> None:
        """Give up what a closed host still has in its queue: it stays due, and is told."""
        if not host.closed or not host:
            return
        logger.warning("host left alone for this run host=%s reason=%s", host.name, host.closed)
        for request in self._given_up(host):
            self._put_off(request, host.closed)

    def close_way(self, request: Request, why: str) -> None:
        """A request ended because its vantage's way out failed: nothing more is asked from there in this run."""
        vantage = purpose_of(request).vantage
        self.came_back(request.url, vantage)
        for (_, way), host in list(self._hosts.items()):
            if way == vantage:
                host.closed = why
                for left in self._given_up(host):
                    self._put_off(left, why)
        self._put_off(request, why)

    def _given_up(self, host: Host[Request]) -> list[Request]:
        """What is still in a host's queue, taken off it."""
        if not host:
            return []
        left = host.give_up()
        self._size -= len(left)
        self._turns.remove(host)
        return left

    @property
    def is_idle(self) -> bool:
        """Whether nothing is queued and nothing is out."""
        return not self._size and not self._out

    def _put_off(self, request: Request, why: str) -> None:
        purpose = purpose_of(request)
        if purpose.role is Role.ROBOTS:
            # A robots.txt that moved to a host that is left alone: nobody knows what it says.
            self._robots[request.cb_kwargs["to"]] = UNKNOWN
            self._nudge()
        else:
            self._frontier.postponed(purpose, why)

    def _from(self, host: Host[Request], now: float) -> Request | None:
        """The host's next request, or the one for its robots.txt; None where that is still on its way."""
        request = host.peek()
        purpose = purpose_of(request)
        if purpose.role is not Role.ROBOTS:
            key = (purpose.vantage, robots_url(request.url))
            if key not in self._robots:
                self._robots[key] = None
                host.went_out(now)
                return request_for(for_robots(purpose, key[1]), self._learn, to=key)
            known = self._robots[key]
            if known is None or (purpose.render and purpose.robots == "obey" and not self._knows_beside(request)):
                return None
            allowed = known.allows(request.url, self._user_agent)
            if purpose.robots == "obey":
                host.delay = max(self._delay, known.delay(self._user_agent))
            request.meta[KEY] = replace(purpose, robots_allowed=allowed, robots_sha256=known.sha256)
        host.take(now)
        self._size -= 1
        if not host:
            self._turns.remove(host)
        return request

    def _knows_beside(self, request: Request) -> bool:
        """Whether all was heard that can be of the robots.txt of the hosts that a rendered page may fetch from."""
        purpose = purpose_of(request)
        scheme = urlsplit(request.url).scheme
        # All of them are asked, and then waited for.
        heard = [
            self._knows_host(purpose, _robots_urls(scheme, netloc))
            for netloc in self._frontier.renderer.may_fetch_from(purpose, scheme)
        ]
        return all(heard)

    def _knows_host(self, purpose: Purpose, asked: Sequence[str]) -> bool:
        """Whether one of a host's addresses told its robots.txt, or none will; asks for the next."""
        for each in asked:
            key = (purpose.vantage, each)
            if key not in self._robots:
                self._robots[key] = None
                self.enqueue_request(request_for(for_robots(purpose, each), self._learn, to=key))
                self._nudge()
            if self._robots[key] is None:
                return False
            if self._robots[key] is not UNKNOWN:
                return True
        return True

    def _learn(self, response: Captured, to: tuple[str, str]) -> None:
        # Whatever the file makes of our reader, its host must not wait for ever.
        self._robots[to] = UNKNOWN
        self._robots[to] = read_robots(response.status or None, self._frontier.decoded(response))

    def _wake_in(self, seconds: float) -> None:
        """Ask the engine to ask us again: it does so by itself only when an answer comes."""
        if self._alarm is not None and not self._alarm.cancelled():
            due = self._alarm.when() - asyncio.get_running_loop().time()
            if 0 < due <= seconds:
                return
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_later(max(0.0, seconds), self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._nudge()

    def _nudge(self) -> None:
        engine: Any = self._crawler.engine
        if engine is not None and engine._slot is not None:
            engine._slot.nextcall.schedule()


def _robots_urls(scheme: str, netloc: str) -> tuple[str, str]:
    """Where a host's robots.txt is: by this scheme, and by the other where nobody answers there."""
    return robots_url(f"{scheme}://{netloc}/"), robots_url(f"{_OTHER[scheme]}://{netloc}/")
