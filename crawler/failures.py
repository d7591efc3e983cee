"""What went wrong, in the nine words of interface.md: an exception of the network as an error class and one line."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from OpenSSL import SSL
from scrapy import exceptions
from scrapy.core.downloader.handlers.http11 import TunnelError
from twisted.internet import error
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseFailed, ResponseNeverReceived

from crawler.socks import SocksError
from storage.records import ErrorClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


logger = logging.getLogger(__name__)


class RobotsRefused(exceptions.IgnoreRequest):
    """robots.txt asks us not to look here, and the source obeys."""


class InnerAddressError(error.DNSLookupError):
    """A name on a public page leads to an address that is not public."""


# In order: the first that fits decides. Subclasses stand before what they are made from.
_CLASSES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], ErrorClass], ...] = (
    (RobotsRefused, ErrorClass.ROBOTS),
    (
        (exceptions.CannotResolveHostError, error.DNSLookupError, error.UnknownHostError),
        ErrorClass.DNS,
    ),
    ((exceptions.DownloadTimeoutError, error.TCPTimedOutError, error.TimeoutError, TimeoutError), ErrorClass.TIMEOUT),
    ((SSL.Error, error.SSLError, error.VerifyError), ErrorClass.TLS),
    ((exceptions.DownloadConnectionRefusedError, error.ConnectionRefusedError, TunnelError), ErrorClass.CONNECT),
    ((error.ConnectionLost, error.ConnectionDone, error.ConnectionAborted, ParseError), ErrorClass.RESET),
    ((error.ConnectError, error.ConnectBindError, exceptions.UnsupportedURLSchemeError), ErrorClass.CONNECT),
    ((ConnectionResetError, BrokenPipeError, exceptions.ResponseDataLossError), ErrorClass.RESET),
    ((exceptions.DownloadFailedError, exceptions.DownloadCancelledError, ResponseFailed), ErrorClass.RESET),
    (OSError, ErrorClass.CONNECT),
)
# RFC 1928: 4 is host unreachable, which proxies that resolve names also answer for a name they cannot resolve.
_SOCKS = {6: ErrorClass.TIMEOUT}
MESSAGE_LENGTH = 300


def classify(problem: BaseException) -> tuple[ErrorClass, str]:
    """The class of a failed look and one line about it. What nobody has seen yet is a reset, and is logged."""
    reasons = list(causes(problem))
    for reason in reversed(reasons):
        if isinstance(reason, SocksError):
            return _SOCKS.get(reason.reply, ErrorClass.CONNECT), _line(reason)
    # The innermost reason knows best: a failed response that failed because TLS did is a TLS failure.
    for reason in reversed(reasons):
        for classes, found in _CLASSES:
            if isinstance(reason, classes):
                return found, _ended(reason, reasons) or _line(reason)
    logger.error("a look failed in a way that has no class: %r", problem, exc_info=problem)
    return ErrorClass.RESET, f"{type(problem).__name__}: {_line(problem)}"


def causes(problem: BaseException) -> Iterator[BaseException]:
    """The exception, then what caused it, outermost first."""
    yield problem
    if isinstance(problem, ResponseFailed):
        for reason in problem.reasons:
            yield from causes(reason.value)
    if problem.__cause__ is not None:
        yield from causes(problem.__cause__)


def _ended(reason: BaseException, reasons: Iterable[BaseException]) -> str | None:
    """Where the connection came to its end: by whom and when, of which Twisted says only that it was clean or not."""
    if not isinstance(reason, error.ConnectionDone | error.ConnectionLost | error.ConnectionAborted):
        return None
    how = "the server closed the connection" if isinstance(reason, error.ConnectionDone) else "the connection broke off"
    is_early = any(isinstance(one, ResponseNeverReceived) for one in reasons)
    return f"{how} before {'an answer came' if is_early else 'the answer was whole'}"


def _line(problem: BaseException) -> str:
    if isinstance(problem, SSL.Error):
        words = [str(part) for entry in (problem.args[0] if problem.args else ()) for part in entry if part]
        text = "; ".join(words) or "TLS handshake failed"
    else:
        text = " ".join(str(problem).split()) or type(problem).__name__
    return text[:MESSAGE_LENGTH]
