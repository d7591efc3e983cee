"""Sources with `render: true`: which answers are opened in a browser, what their pages may fetch, and how much."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from scrapy import Request

from crawler.addresses import refusal
from crawler.browser import MISSING, Answered, Browser, RenderError, find_browser
from crawler.challenge import blocked_by, named
from crawler.failures import classify
from crawler.headers import LANGUAGE
from crawler.hops import hop_of
from crawler.purpose import KEY
from crawler.redirects import STATUSES
from crawler.verdict import BLOCKED_STATUS
from storage.bodies import content_encoding_of, decode, header, media_type_of
from storage.records import UNRENDERED, ErrorClass, Rendering, Role, SourceId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler

    from crawler.browser import Asked
    from crawler.frontier import Frontier
    from crawler.purpose import Captured, Purpose
    from crawler.scheduler import HostScheduler
    from crawler.wire import WireResponse
    from storage.config import Browser as Limits
    from storage.records import Headers, Hop, Source

    # An answer as its page is given it, and as it is kept.
    Came = tuple[Answered, Hop]

T = TypeVar("T")

logger = logging.getLogger(__name__)

# What a browser made of a page is always this.
TREE = (("Content-Type", "text/html; charset=utf-8"),)
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_ROLES = frozenset({Role.FEED, Role.PAGE, Role.PART})
_MOST_HOPS = 3
# Scripts that many pages of a site share are fetched once a run.
_SHARED_BYTES = 16_000_000


def as_shown(response: Captured, body: bytes) -> tuple[Headers, bytes, tuple[ErrorClass, str] | None]:
    """What a list page shows a reader, whose own decoded body is given: its header lines and body, or the browser's
    tree of it; and, where it shows no list, what stands in the way."""
    made, lines = response.rendering, response.lines
    product = blocked_by(response.status, lines, body)
    if made is not None and product is None:
        if made.failure is not None:
            return lines, body, (ErrorClass.PARSE, f"{UNRENDERED}{made.failure}")
        lines, body = TREE, made.dom
        product = blocked_by(response.status, lines, body)
    if product is not None:
        return lines, body, (ErrorClass.BLOCKED, f"{named(product)} answered instead of the site")
    return lines, body, None


class Renderer:
    """The run's browser, one page at a time. `left` is how many more pages this run may render."""

    def __init__(self, frontier: Frontier, sources: Iterable[Source]) -> None:
        self._frontier = frontier
        self._hosts = {
            source.id: frozenset([*(urlsplit(feed.url).netloc.lower() for feed in source.feeds), *source.render_hosts])
            for source in sources
            if source.render
        }
        self._limits = frontier.config.browser
        self._crawler: Crawler | None = None
        self._browser: Browser | None = None
        self._lock = asyncio.Lock()
        self._lists = 0
        self._shared: dict[tuple[str, str], Came] = {}
        self._room = _SHARED_BYTES
        self.left = self._limits.max_pages
        self.waiting = 0

    def attach(self, crawler: Crawler) -> None:
        self._crawler = crawler

    def take(self, due: list[T]) -> tuple[list[T], int]:
        """As many of these pages as this run may still render, and how many stay due."""
        taken = due[: self.left]
        self.left -= len(taken)
        return taken, len(due) - len(taken)

    async def rendering_of(self, request: Request, purpose: Purpose, answer: WireResponse) -> Rendering | None:
        """What the browser makes of an answer; None where there is nothing to render. Never raises."""
        if not purpose.render or purpose.role not in _ROLES or request.method != "GET" or answer.status != 200:
            return None
        lines = answer.wire.headers
        if media_type_of(lines) not in _HTML:
            return None
        body = self._frontier.undo(answer.body, lines)
        # A challenge is told as one. It is not run: what its script would send back is nothing for us to send.
        if blocked_by(answer.status, lines, body) is not None:
            return None
        self.waiting += 1
        try:
            async with self._lock:
                return await self._render(purpose, Answered(status=200, headers=lines, body=body), request.url)
        finally:
            self.waiting -= 1

    async def close(self) -> None:
        if self._browser is not None:
            await self._browser.close()

    async def _render(self, purpose: Purpose, answer: Answered, url: str) -> Rendering:
        if purpose.role is Role.FEED:
            self._lists += 1
            if self._lists > self._limits.max_pages:
                return Rendering(failure="the run has rendered as many lists as [browser] max_pages allows")
        visit = _Fetches(self, purpose, url)
        agent, language = self._frontier.ways.speaks(purpose.vantage)
        try:
            if self._browser is None:
                program = find_browser(self._limits.path)
                if program is None:
                    return Rendering(failure=MISSING)
                self._browser = Browser(program=program)
            tree = await self._browser.render(
                url,
                answer,
                visit.fetch,
                user_agent=agent,
                language=language or LANGUAGE,
                seconds=self._limits.timeout,
                waited=lambda: visit.waited,
                max_bytes=self._limits.max_size,
            )
        except ModuleNotFoundError:
            self._browser = None
            return Rendering(failure=MISSING)
        except RenderError as problem:
            logger.info("page not rendered url=%s reason=%s", url, problem)
            return visit.over(failure=str(problem))
        return visit.over(browser=self._browser.name, dom=tree)

    def may_fetch_from(self, purpose: Purpose, scheme: str) -> list[str]:
        """The hosts that a page of this source may fetch from beside its own, in order; none of inner addresses."""
        named = sorted(self._hosts.get(purpose.source_id or SourceId(""), frozenset()))
        return [netloc for netloc in named if not refusal(f"{scheme}://{netloc}/", allowed=self._frontier.allowed)]

    def may_fetch(self, url: str, purpose: Purpose, page: str) -> bool:
        """Whether a page may fetch `url`: of its own host, its source's, or one that the source names."""
        if refusal(url, allowed=self._frontier.allowed):
            return False
        netloc = urlsplit(url).netloc.lower()
        is_own = netloc == urlsplit(page).netloc.lower()
        if not is_own and netloc not in self._hosts.get(purpose.source_id or SourceId(""), frozenset()):
            return False
        if purpose.robots != "obey":
            return True
        allowed = self._frontier.hosts.allows(purpose.vantage, url)
        # A page is looked at where its own host's robots.txt cannot be had: an outage must show as one. What it fetches
        # elsewhere is not, as RFC 9309 (section 2.3.1.4) has it.
        return bool(allowed) or (allowed is None and is_own)

    async def download(self, request: Request) -> WireResponse:
        """One answer by our own wire, past the middlewares: it is part of a page's look, not a look."""
        assert self._crawler is not None
        assert self._crawler.engine is not None
        handlers: Any = self._crawler.engine.downloader.handlers
        answer: WireResponse = await handlers.download_request_async(request)
        return answer

    async def is_ours(self, request: Request, vantage: str, problem: Exception) -> bool:
        """Whether our own way out failed, and not the host."""
        return await self._frontier.outages.blames(vantage, request.meta.get("proxy"), problem)

    def send(self, request: Request, vantage: str, kind: str) -> None:
        self._frontier.ways.send(request, vantage, kind=kind)

    def undo(self, answer: WireResponse) -> bytes:
        found = decode(answer.body, content_encoding_of(answer.wire.headers), limit=self._limits.max_size)
        return found.data

    def shared(self, vantage: str, url: str) -> Came | None:
        return self._shared.get((vantage, url))

    def share(self, vantage: str, url: str, came: Came) -> None:
        answer = came[0]
        if answer.status == 200 and len(answer.body) <= self._room and (vantage, url) not in self._shared:
            self._shared[vantage, url] = came
            self._room -= len(answer.body)

    @property
    def hosts(self) -> HostScheduler:
        return self._frontier.hosts

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def at_a_time(self) -> int:
        return self._frontier.config.fetch.concurrency_per_host


class _Fetches:
    """What one page fetches: counted, kept, at its hosts' own pace, and refused beyond the budget.

    `waited`: for so many seconds one request at least has waited for its host's turn.
    """

    def __init__(self, renderer: Renderer, purpose: Purpose, page: str) -> None:
        self._renderer, self._page = renderer, page
        self._purpose = replace(purpose, previous=None)
        self._slots = asyncio.Semaphore(renderer.at_a_time)
        self._bytes = self._begun = 0
        self._fetched = self._refused = self._failed = 0
        self._answers: list[Hop] = []
        self._scripts: dict[str, Hop] = {}
        self._waits_until = 0.0
        self._is_over = False
        self.waited = 0.0

    def over(self, *, dom: bytes = b"", browser: str | None = None, failure: str | None = None) -> Rendering:
        """The page is closed: it fetches nothing more."""
        self._is_over = True
        return Rendering(
            browser=browser,
            dom=dom,
            failure=failure,
            fetched=self._fetched,
            refused=self._refused,
            failed=self._failed,
            answers=tuple(self._answers),
            scripts=tuple(self._scripts.values()),
        )

    async def fetch(self, asked: Asked) -> Answered | None:
        """The answer to a page's request, by the way out of the page itself; None where it is refused or failed."""
        is_script = asked.kind == "script" and asked.method == "GET"
        came = self._renderer.shared(self._purpose.vantage, asked.url) if is_script else None
        if came is not None:
            self._scripts.setdefault(asked.url, came[1])
            return came[0]
        async with self._slots:
            try:
                came = await self._follow(asked)
            except Exception as problem:  # noqa: BLE001 - a page's script that does not come costs the page that script
                logger.debug("fetch for a page failed url=%s problem=%r", asked.url, problem)
                self._failed += 1
        if came is None:
            self._refused += 1
            return None
        found, hop = came
        self._fetched += 1
        # An API that is down or refuses leaves its page empty, which says nothing of what the page has to say.
        self._failed += found.status >= 500 or found.status in BLOCKED_STATUS
        self._bytes += len(found.body)
        if is_script:
            self._scripts.setdefault(asked.url, hop)
            self._renderer.share(self._purpose.vantage, asked.url, came)
        else:
            self._answers.append(hop)
        return found

    async def _follow(self, asked: Asked) -> Came | None:
        url, method, body = asked.url, asked.method, asked.body
        for _ in range(_MOST_HOPS):
            self._begun += 1
            limits = self._renderer.limits
            over = self._begun > limits.max_requests or self._bytes > limits.max_size
            if over or not self._renderer.may_fetch(url, self._purpose, self._page):
                return None
            began = monotonic()
            request = self._request(asked, url, method, body)
            answer = await self._in_turn(request)
            if answer is None:
                return None
            onward = header(answer.wire.headers, "location")
            leads = urljoin(url, onward) if answer.status in STATUSES and onward else None
            hop = hop_of(request, answer, location=leads, elapsed_ms=round((monotonic() - began) * 1000))
            if leads is None:
                plain = self._renderer.undo(answer)
                return Answered(status=answer.status, headers=answer.wire.headers, body=plain), hop
            self._answers.append(hop)
            url = leads
            if answer.status not in (307, 308):
                method, body = "GET", b""
        return None

    async def _in_turn(self, request: Request) -> WireResponse | None:
        """The answer, asked for when its host's turn comes; None where that is too late for the page."""
        hosts, now = self._renderer.hosts, monotonic()
        host = hosts.host(request.url, self._purpose.vantage)
        # Its hosts' pace may make a page take twice its time, and no longer.
        wait = host.reserve(now, self._renderer.limits.timeout - self.waited)
        if wait is None:
            self._failed += host.closed is not None
            return None
        self.waited += max(0.0, now + wait - max(now, self._waits_until))
        self._waits_until = max(self._waits_until, now + wait)
        async with hosts.beside(host, wait):
            if self._is_over:
                return None
            try:
                answer = await self._renderer.download(request)
            except Exception as problem:
                if not await self._renderer.is_ours(request, self._purpose.vantage, problem):
                    hosts.failed(host, classify(problem)[0])
                raise
            hosts.answered(host, answer)
            return answer

    def _request(self, asked: Asked, url: str, method: str, body: bytes) -> Request:
        own = urlsplit(url).netloc == urlsplit(self._page).netloc
        wanted = ("accept", "content-type", "x-requested-with", "range") if body or method == "GET" else ("accept",)
        headers = {name: value for name, value in asked.headers.items() if name in wanted}
        if own:
            # As the page's own browser would: its host learns nothing that it does not know.
            headers["Referer"] = self._page
        if asked.cookies and url == asked.url:
            headers["Cookie"] = asked.cookies
        request = Request(url, method=method, body=body, headers=headers, meta={KEY: self._purpose}, dont_filter=True)
        self._renderer.send(request, self._purpose.vantage, "frame" if asked.kind == "document" else asked.kind)
        if "sec-fetch-site" in {name.decode().lower() for name in request.headers} and not own:
            request.headers["Sec-Fetch-Site"] = "cross-site"
        return request
