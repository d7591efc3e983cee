"""A page opened in a real browser that has no network of its own: every request it makes is ours to answer.

What the browser asks for is handed to the caller, who fetches it by the source's own way out, or refuses. The
browser's own way leads to a closed port, so that what slips past the interception reaches nobody. A fresh context a
page: no cookie, no cache and no storage outlives it. Playwright is imported only where a page is to be rendered.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from storage.records import Headers

logger = logging.getLogger(__name__)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MISSING = (
    "this source is rendered in a browser: pip install 'longarm[browser]' and apt-get install chromium; "
    "`longarm doctor` tells what is missing"
)
# Nothing on its way for so long, and the page is taken to be as it will stay.
_QUIET_SECONDS = 0.5
_LOOK_EVERY_SECONDS = 0.05
# Reading the tree, closing the page, starting and ending the browser.
_ANSWER_SECONDS, _CLOSE_SECONDS, _START_SECONDS = 5.0, 3.0, 30.0
# A port that nothing listens on: where the browser would go by itself.
_NOWHERE = "http://127.0.0.1:1"
_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--no-pings",
    "--dns-prefetch-disable",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--js-flags=--max-old-space-size=512",
)
# What talks past HTTP, and what only a reader's pictures need.
_NO_OTHER_WIRES = """
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport", "EventSource"])
    Object.defineProperty(globalThis, name, {value: undefined, writable: false, configurable: false});
"""
# Asked rather than waited for: a page that goes elsewhere while it is read ends there, complete, and no event says so.
_IS_PARSED = "document.readyState === 'complete' || performance.timing.domContentLoadedEventEnd > 0"
# Kinds of a request that are fetched; a style sheet is answered with an empty one, and all the rest is refused.
_FETCHED = frozenset({"document", "script", "xhr", "fetch"})


class RenderError(Exception):
    """The browser gave nothing of this page. The message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that a page makes. `kind` is document (a frame), script, xhr or fetch; `cookies` are the page's own."""

    url: str
    method: str
    kind: str
    headers: dict[str, str]
    body: bytes
    cookies: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer with its body decoded."""

    status: int
    headers: Headers
    body: bytes


def find_browser(path: str = "") -> str | None:
    """The browser's program: the one that is named, else the first of the usual names that is installed."""
    return shutil.which(path) if path else next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Browser:
    """One Chromium, started at the first page. One page at a time."""

    def __init__(self, *, program: str) -> None:
        self._program = program
        self._driver: Any = None
        self._browser: Any = None

    @property
    def name(self) -> str:
        return f"Chromium {self._browser.version}" if self._browser is not None else "Chromium"

    async def render(
        self,
        url: str,
        answer: Answered,
        fetch: Callable[[Asked], Awaitable[Answered | None]],
        *,
        user_agent: str,
        language: str,
        seconds: float,
        waited: Callable[[], float],
        max_bytes: int,
    ) -> bytes:
        """The tree of the page at `url`, whose own answer is given, as UTF-8. `fetch`: None refuses a request.

        The page has `seconds`, and those that its requests `waited` for their turn: at most as many again. Raises
        RenderError; whatever happened, the next page starts afresh.
        """
        # Raised before the start: what is not installed is no fault of the page.
        from playwright.async_api import Error  # noqa: PLC0415 - optional, and heavy

        try:
            await asyncio.wait_for(self._start(), _START_SECONDS)
            context = await self._browser.new_context(
                user_agent=user_agent,
                extra_http_headers={"Accept-Language": language},
                locale=language.partition(",")[0],
                timezone_id="Asia/Shanghai",
                viewport={"width": 1366, "height": 768},
                service_workers="block",
                accept_downloads=False,
            )
        except (Error, TimeoutError, OSError) as problem:
            await self._drop()
            raise RenderError(f"the browser did not start: {_line(problem)}") from problem
        try:
            visit = _Visit(url, answer, fetch, seconds=seconds, waited=waited)
            tree: str = await asyncio.wait_for(visit.tree_of(context), 2 * (seconds + _ANSWER_SECONDS))
        except TimeoutError as problem:
            raise RenderError(f"the page still kept the browser busy after {seconds:g} s") from problem
        except Error as problem:
            raise RenderError(_line(problem)) from problem
        finally:
            await self._leave(context)
        data = tree.encode("utf-8", "replace")
        if len(data) > max_bytes:
            raise RenderError(f"a tree of {len(data)} bytes; [browser] max_size is {max_bytes}")
        return data

    async def close(self) -> None:
        await self._drop()

    async def _start(self) -> None:
        if self._browser is not None and self._browser.is_connected():
            return
        from playwright.async_api import async_playwright  # noqa: PLC0415 - optional, and heavy

        await self._drop()
        self._driver = await async_playwright().start()
        self._browser = await self._driver.chromium.launch(
            executable_path=self._program,
            args=list(_ARGUMENTS),
            proxy={"server": _NOWHERE},
            # Chromium refuses to be root in its sandbox.
            chromium_sandbox=os.geteuid() != 0,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )

    async def _leave(self, context: Any) -> None:
        """Close the page's context; a browser that does not come back from it is ended."""
        try:
            await asyncio.wait_for(context.close(), _CLOSE_SECONDS)
        except Exception as problem:  # noqa: BLE001 - whatever a dead browser says: it is started anew
            logger.info("browser ended: %s", _line(problem))
            await self._drop()

    async def _drop(self) -> None:
        browser, self._browser = self._browser, None
        driver, self._driver = self._driver, None
        for end in (browser and browser.close, driver and driver.stop):
            if end:
                with suppress(Exception):
                    await asyncio.wait_for(end(), _CLOSE_SECONDS)


class _Visit:
    """One page, from its first request to its tree."""

    def __init__(
        self,
        url: str,
        answer: Answered,
        fetch: Callable[[Asked], Awaitable[Answered | None]],
        *,
        seconds: float,
        waited: Callable[[], float],
    ) -> None:
        self._url, self._answer, self._fetch = url, answer, fetch
        self._end, self._waited = monotonic() + seconds, waited
        self._opened = False
        self._on_the_way = 0
        self._last = monotonic()
        self._context: Any = None
        self._page: Any = None

    async def tree_of(self, context: Any) -> str:
        from playwright.async_api import TimeoutError as Late  # noqa: PLC0415 - optional, and heavy

        self._context = context
        await context.add_init_script(_NO_OTHER_WIRES)
        await context.route("**/*", self._route)
        await context.route_web_socket("**/*", lambda socket: socket.close())
        self._page = await context.new_page()
        context.on("page", lambda other: asyncio.ensure_future(_shut(other)))
        left = max(0.1, self._end - monotonic())
        with suppress(Late, TimeoutError):
            async with asyncio.timeout(left):
                await self._page.goto(self._url, wait_until="commit", timeout=left * 1000)
                while not await self._page.evaluate(_IS_PARSED):
                    await asyncio.sleep(_LOOK_EVERY_SECONDS)
        while monotonic() < self._end + self._waited():
            if not self._on_the_way and monotonic() - self._last >= _QUIET_SECONDS:
                break
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        tree: str = await asyncio.wait_for(self._page.content(), _ANSWER_SECONDS)
        return tree

    async def _route(self, route: Any) -> None:
        self._on_the_way += 1
        try:
            await self._answer_to(route)
        except Exception as problem:  # noqa: BLE001 - a page that is closed meanwhile; the wire's failures come as None
            logger.debug("a page's request came to nothing: %s", _line(problem))
            with suppress(Exception):
                await route.abort()
        finally:
            self._on_the_way -= 1
            self._last = monotonic()

    async def _answer_to(self, route: Any) -> None:
        asked = route.request
        if asked.is_navigation_request() and asked.frame == self._page.main_frame:
            # Once: a page that goes on to another, or comes back with a cookie it made, is not followed.
            first, self._opened = not self._opened, True
            await (_fulfil(route, self._answer) if first else route.abort("aborted"))
        elif asked.resource_type == "stylesheet":
            await route.fulfill(status=200, content_type="text/css", body="")
        elif asked.resource_type not in _FETCHED or asked.redirected_from is not None:
            await route.abort()
        else:
            kept = await self._context.cookies(asked.url)
            answer = await self._fetch(
                Asked(
                    url=asked.url,
                    method=asked.method,
                    kind=asked.resource_type,
                    headers=asked.headers,
                    body=asked.post_data_buffer or b"",
                    cookies="; ".join(f"{each['name']}={each['value']}" for each in kept),
                )
            )
            await (route.abort() if answer is None else _fulfil(route, answer))


async def _fulfil(route: Any, answer: Answered) -> None:
    lines: dict[str, str] = {}
    for name, value in answer.headers:
        key = name.lower()
        # The body is decoded, and whole; what would send the browser elsewhere is not for it to follow.
        if key in ("content-encoding", "content-length", "transfer-encoding", "location", "refresh", "link"):
            continue
        separator = "\n" if key == "set-cookie" else ", "
        lines[key] = f"{lines[key]}{separator}{value}" if key in lines else value
    await route.fulfill(status=answer.status, headers=lines, body=answer.body)


async def _shut(page: Any) -> None:
    with suppress(Exception):
        await page.close()


def _line(problem: BaseException) -> str:
    text = str(problem).strip().partition("\n")[0] or type(problem).__name__
    return text.removeprefix("Page.").removeprefix("BrowserType.")[:200]
