"""Exchanges that are no look of their own: a redirect on the way to an answer, and what a rendered page asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.headers import arrange, connection
from storage.records import Hop

if TYPE_CHECKING:
    from scrapy import Request

    from crawler.wire import WireResponse
    from storage.records import Headers

_HIDDEN = frozenset({"proxy-authorization"})


def hop_of(request: Request, answer: WireResponse, *, location: str | None, elapsed_ms: int) -> Hop:
    """What was asked and what came, as it is kept. `location` is where a redirect led."""
    return Hop(
        url=request.url,
        status=answer.status,
        reason=answer.wire.reason,
        request_headers=sent(request),
        response_headers=answer.wire.headers,
        body=answer.body,
        location=location,
        remote_ip=None if request.meta.get("proxy") else answer.wire.remote_ip,
        elapsed_ms=max(0, elapsed_ms),
        tls=answer.wire.tls,
        method=request.method,
        request_body=request.body,
        truncated=answer.wire.cut is not None,
    )


def sent(request: Request) -> Headers:
    """The header lines as they go out, those that the wire adds among them, and no password of a proxy."""
    lines = [("Host", urlsplit(request.url).netloc)]
    lines.append(connection(request.url, proxied=str(request.meta.get("proxy", "")).startswith("http:")))
    if request.body:
        lines.append(("Content-Length", str(len(request.body))))
    for name, values in request.headers.items():
        text = name.decode("latin-1")
        if text.lower() not in _HIDDEN:
            lines.extend((text, value.decode("latin-1")) for value in values)
    return arrange(lines)
