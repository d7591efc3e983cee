"""The HTTP/1.1 handler: Scrapy's own, with what it knows of the connection kept, and with limits that keep what came.

Scrapy's handler drops a body that is too large or too slow; evidence wants the part that came, marked as cut. And it
tells nothing of TLS beyond the certificate. Private names of Scrapy are used here and nowhere else (2.19, pinned).
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from time import monotonic
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTPClientParser,
    _ScrapyAgent,
    _ScrapyProxyAgent,
)
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.web._newclient import HTTP11ClientProtocol, ParseError
from twisted.web.client import Agent, ResponseDone, _HTTP11ClientFactory
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import UNKNOWN_LENGTH

from crawler.headers import arrange, connection
from crawler.purpose import frontier_of
from crawler.redirects import STATUSES
from crawler.socks import SocksEndpoints
from crawler.tls import tls_facts

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from storage.config import Fetch
    from storage.records import Headers, TlsFacts

# A whole answer may take this many times `[fetch] timeout`; without a byte for one timeout it is cut at once.
DEADLINE_FACTOR = 4
# Status line and header lines together; servers themselves take no more than a fraction of it.
LARGEST_HEAD_BYTES = 262_144
# Nobody reads the body of a redirect, and those of a chain are in memory until its end.
LARGEST_REDIRECT_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What the connection showed. `cut` says in one line why the body is not whole, or is None."""

    headers: Headers
    reason: str = ""
    cut: str | None = None
    declared_length: int | None = None
    remote_ip: str | None = None
    remote_port: int | None = None
    protocol: str = "HTTP/1.1"
    tls: TlsFacts | None = None


class WireResponse(Response):
    """An answer with what the connection showed. `body` is as sent; the header lines are in `wire`."""

    def __init__(self, url: str, *, wire: Wire, status: int, body: bytes = b"") -> None:
        super().__init__(url, status=status, body=body)
        self.wire = wire


class WireDownload(HTTP11DownloadHandler):
    """Scrapy's handler for http and https with our agent, our protocol and SOCKS."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._fetch = frontier_of(crawler).config.fetch
        self._pool._factory = _Factory
        # Behind a proxy every plain request shares one key.
        self._pool.maxPersistentPerHost = self._fetch.concurrency
        self._agents: dict[tuple[str, bytes, bool], Agent] = {}

    async def download_request(self, request: Request) -> Response:
        agent = _Agent(
            fetch=self._fetch,
            agents=self._agents,
            contextFactory=self._contextFactory,
            connectTimeout=self._fetch.timeout,
            pool=self._pool,
            crawler=self._crawler,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))


class _Agent(_ScrapyAgent):
    def __init__(self, *, fetch: Fetch, agents: dict[tuple[str, bytes, bool], Agent], **rest: Any) -> None:
        super().__init__(**rest)
        self._fetch = fetch
        self._agents = agents

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        """One agent for each way out: Scrapy makes a new one, and looks its proxy up, for each request."""
        proxy, is_tls = request.meta.get("proxy") or "", request.url.startswith("https:")
        key = (proxy, request.headers.get(b"Proxy-Authorization") or b"", is_tls)
        if key not in self._agents:
            self._agents[key] = self._new_agent(request, proxy, timeout, is_tls=is_tls)
        return self._agents[key]

    def _new_agent(self, request: Request, proxy: str, timeout: float, *, is_tls: bool) -> Agent:
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it, which is the process's to do

        if proxy.startswith("socks"):
            endpoints = SocksEndpoints(reactor, proxy, self._contextFactory, timeout)
            # Its own pool (the agent's default): a connection through one way out is never used for another.
            return endpoints.agent(_Factory, self._fetch.concurrency)
        if proxy and not is_tls:
            return _ProxyAgent(
                reactor=cast("Any", reactor),
                proxyURI=proxy.encode("ascii"),
                contextFactory=self._contextFactory,
                connectTimeout=timeout,
                pool=self._pool,
            )
        return super()._get_agent(request, timeout)

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:  # noqa: ARG002 - Scrapy's signature
        if txresponse.length == 0:
            return {"txresponse": txresponse}
        self._txresponse = txresponse
        # From here the reader watches the clock: what came until then is kept.
        cast("Any", self)._timeout_cl.reset(self._fetch.timeout * (DEADLINE_FACTOR + 1))
        finished: Deferred[Any] = Deferred(lambda _: txresponse._transport._producer.abortConnection())
        txresponse.deliverBody(_Reader(finished, txresponse, self._fetch))
        return finished

    def _cb_bodydone(self, result: Any, url: str) -> Response:
        txresponse = result["txresponse"]
        version = txresponse.version
        peer = getattr(txresponse, "_longarm_peer", None)
        wire = Wire(
            headers=_header_lines(txresponse),
            reason=txresponse.phrase.decode("latin-1"),
            cut=result.get("cut"),
            declared_length=None if txresponse.length == UNKNOWN_LENGTH else int(txresponse.length),
            remote_ip=peer.host if peer else None,
            remote_port=peer.port if peer else None,
            protocol=f"{version[0].decode('latin-1')}/{version[1]}.{version[2]}",
            tls=getattr(txresponse, "_longarm_tls", None),
        )
        return WireResponse(url, status=int(txresponse.code), body=result.get("body", b""), wire=wire)


class _ProxyAgent(_ScrapyProxyAgent):
    """Makes its one endpoint, the proxy, once."""

    _endpoint: Any = None

    def _getEndpoint(self, uri: Any) -> Any:
        if self._endpoint is None:
            self._endpoint = super()._getEndpoint(uri)
        return self._endpoint


def _header_lines(txresponse: Any) -> Headers:
    """The header lines. Twisted keeps the length apart and takes the transfer coding away with the chunks."""
    lines = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in txresponse.headers.getAllRawHeaders()
        for value in values
    ]
    if txresponse.length != UNKNOWN_LENGTH and txresponse.code not in (204, 304):
        lines.append(("Content-Length", str(txresponse.length)))
    return tuple(lines)


class _Reader(Protocol):
    """Collects a body until its end, the size limit, a standstill or the deadline; always gives what came."""

    def __init__(self, finished: Deferred[Any], txresponse: Any, fetch: Fetch) -> None:
        self._finished = finished
        self._txresponse = txresponse
        is_redirect = txresponse.code in STATUSES and txresponse.headers.hasHeader(b"Location")
        self._limit = min(fetch.max_size, LARGEST_REDIRECT_BYTES) if is_redirect else fetch.max_size
        self._larger_than = "a redirect's need be" if is_redirect else "[fetch] max_size"
        self._timeout = fetch.timeout
        self._body = BytesIO()
        self._size = 0
        self._began = self._last = monotonic()
        self._watch: Any = None

    def connectionMade(self) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 - see above

        self._reactor = cast("Any", reactor)
        self._watch = self._reactor.callLater(self._timeout, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        now = monotonic()
        idle = now - self._last
        if now - self._began >= self._timeout * DEADLINE_FACTOR:
            self._cut(f"cut after {now - self._began:.0f} s: the answer took too long")
        elif idle >= self._timeout:
            self._cut(f"cut: nothing more came for {idle:.0f} s")
        else:
            self._watch = self._reactor.callLater(self._timeout - idle + 0.01, self._look_at_the_clock)

    def dataReceived(self, data: bytes) -> None:
        if self._finished.called:
            return
        self._last = monotonic()
        room = self._limit - self._size
        self._body.write(data[:room] if len(data) > room else data)
        self._size += len(data)
        if self._size > self._limit:
            self._cut(f"cut at {self._limit} bytes: larger than {self._larger_than}")

    def _cut(self, why: str) -> None:
        self._give(why)
        with suppress(AttributeError):
            cast("Any", self.transport)._producer.abortConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._finished.called:
            self._stop_watch()
        elif reason.check(ResponseDone, PotentialDataLoss):
            # PotentialDataLoss: no length was said and the connection ended, which is how such answers end.
            self._give(None)
        else:
            declared = self._txresponse.length
            of = "" if declared == UNKNOWN_LENGTH else f" of {declared}"
            self._give(f"the connection broke off after {self._size}{of} bytes")

    def _give(self, cut: str | None) -> None:
        self._stop_watch()
        if not self._finished.called:
            self._finished.callback({"txresponse": self._txresponse, "body": self._body.getvalue(), "cut": cut})

    def _stop_watch(self) -> None:
        if self._watch is not None and self._watch.active():
            self._watch.cancel()


class _Parser(_LenientHTTPClientParser):
    """As Scrapy has it: a header line without a colon is skipped, not fatal. And a head has an end."""

    _head_bytes = 0

    def lineReceived(self, line: bytes) -> None:
        self._head_bytes += len(line)
        if self._head_bytes > LARGEST_HEAD_BYTES:
            raise ParseError("a head of more bytes than any server sends", line[:100])
        super().lineReceived(line)


class _Protocol(HTTP11ClientProtocol):
    """One connection. Tells peer and TLS with each answer, also with those without a body."""

    _facts: TlsFacts | None = None

    def request(self, request: Any) -> Deferred[Any]:
        # Twisted spells and orders header lines in its own way, which no browser does.
        request._writeHeaders = partial(_write_head, request)
        answer: Deferred[Any] = super().request(request)
        self._parser.__class__ = _Parser
        transport: Any = self.transport
        host = urlsplit("//" + (request.headers.getRawHeaders(b"host") or [b""])[0].decode("latin-1")).hostname

        def tell(response: Any) -> Any:
            with suppress(ValueError):
                peer = transport.getPeer()
                response._longarm_peer = peer if ipaddress.ip_address(peer.host) else None
            if hasattr(transport, "getHandle") and hasattr(transport, "getPeerCertificate"):
                if self._facts is None:
                    self._facts = tls_facts(transport.getHandle(), host or "")
                response._longarm_tls = self._facts
            return response

        return answer.addCallback(tell)


def _write_head(request: Any, transport: Any, coding: bytes | None) -> None:
    """The request's line and its header lines as a browser writes them. `coding` says how the body is sent, if any."""
    proxied = request.uri.startswith((b"http://", b"https://"))
    url = "http:" if proxied else "https:"
    lines = [connection(url, proxied=proxied) if request.persistent else ("Connection", "close")]
    lines += [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in request.headers.getAllRawHeaders()
        for value in values
    ]
    if coding is not None:
        name, _, value = coding.decode("latin-1").strip().partition(": ")
        lines.append((name, value))
    first = f"{request.method.decode()} {request.uri.decode()} HTTP/1.1"
    head = [first, *(f"{name}: {value}" for name, value in arrange(lines)), "", ""]
    transport.write("\r\n".join(head).encode("latin-1"))


class _Factory(_HTTP11ClientFactory):
    noisy = False

    def buildProtocol(self, addr: Any) -> HTTP11ClientProtocol:  # noqa: ARG002 - Twisted's signature
        return _Protocol(self._quiescentCallback)
