"""Our own ways out, when they fail: a dead proxy is told once for its vantage, and no site or page pays for it."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import TunnelError

from crawler.failures import RobotsRefused, causes
from crawler.socks import LOGIN_REFUSED, SocksError

if TYPE_CHECKING:
    from collections.abc import MutableMapping

logger = logging.getLogger(__name__)

# A proxy that takes no connection for so long is not there.
CONNECT_SECONDS = 5.0
# One that took a connection is believed for so long: many looks fail in the same moment when a site does.
BELIEVED_SECONDS = 5.0
_PORTS = {"https": 443, "socks5h": 1080}
_LOGIN_ASKED = re.compile(r"'status': 407\b")


class Outages:
    """Which vantages' proxies failed in this run, by vantage; one that did is asked for nothing more in it."""

    def __init__(self, down: MutableMapping[str, str]) -> None:
        self.down = down
        self._seen: dict[str, float] = {}
        self._asking = asyncio.Lock()

    async def blames(self, vantage: str, proxy: str | None, problem: BaseException) -> bool:
        """Whether it was the proxy, not the site, that made a look fail."""
        if proxy is None or isinstance(problem, RobotsRefused):
            return False
        async with self._asking:
            if vantage not in self.down:
                why = _refuses(problem) or await self._unreachable(proxy)
                if why is not None:
                    where = urlsplit(proxy)
                    told = f"proxy {where.hostname}:{_port(proxy)} {why}"
                    logger.info("way out failed vantage=%s %s", vantage, told)
                    self.down[vantage] = told
        return vantage in self.down

    async def _unreachable(self, proxy: str) -> str | None:
        """What keeps us from connecting to the proxy, None where nothing does. Nothing is sent."""
        if monotonic() - self._seen.get(proxy, -BELIEVED_SECONDS) < BELIEVED_SECONDS:
            return None
        try:
            dialled = asyncio.open_connection(urlsplit(proxy).hostname, _port(proxy))
            _, writer = await asyncio.wait_for(dialled, CONNECT_SECONDS)
        except TimeoutError:
            return f"takes no connection within {CONNECT_SECONDS:.0f} s"
        except OSError as problem:
            return f"takes no connection ({os.strerror(problem.errno) if problem.errno else problem})"
        self._seen[proxy] = monotonic()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return None


def _port(proxy: str) -> int:
    parts = urlsplit(proxy)
    return parts.port or _PORTS.get(parts.scheme, 80)


def _refuses(problem: BaseException) -> str | None:
    """What the proxy itself said against us, whatever address was asked for."""
    for reason in causes(problem):
        if isinstance(reason, SocksError) and reason.reply == LOGIN_REFUSED:
            return "refuses our user name and password"
        if isinstance(reason, TunnelError) and _LOGIN_ASKED.search(str(reason)):
            return "wants a user name and password (407)"
    return None
