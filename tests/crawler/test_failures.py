from __future__ import annotations

import pytest
from OpenSSL import SSL
from scrapy import exceptions
from scrapy.core.downloader.handlers.http11 import TunnelError
from twisted.internet import error
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseFailed, ResponseNeverReceived

from crawler.failures import InnerAddressError, RobotsRefused, classify
from crawler.socks import SocksError
from storage.records import ErrorClass


def because(cause: BaseException) -> Exception:
    """As Scrapy hands it on: a failed download, made from Twisted's failed response, made from the reason."""
    outer = exceptions.DownloadFailedError("failed")
    outer.__cause__ = ResponseNeverReceived([Failure(cause)])
    return outer


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (exceptions.CannotResolveHostError("no such name"), ErrorClass.DNS),
        (InnerAddressError("leads inside"), ErrorClass.DNS),
        (exceptions.DownloadConnectionRefusedError("refused"), ErrorClass.CONNECT),
        (TunnelError("Could not open CONNECT tunnel"), ErrorClass.CONNECT),
        (error.NoRouteError(), ErrorClass.CONNECT),
        (error.ConnectError(), ErrorClass.CONNECT),
        (SocksError("refused", 5), ErrorClass.CONNECT),
        (SocksError("expired", 6), ErrorClass.TIMEOUT),
        (exceptions.DownloadTimeoutError("took longer"), ErrorClass.TIMEOUT),
        (error.TCPTimedOutError(), ErrorClass.TIMEOUT),
        (error.TimeoutError(), ErrorClass.TIMEOUT),
        (because(error.ConnectionLost()), ErrorClass.RESET),
        (because(error.ConnectionDone()), ErrorClass.RESET),
        (because(ParseError("no HTTP", b"x")), ErrorClass.RESET),
        (ResponseFailed([Failure(ValueError("two lengths"))]), ErrorClass.RESET),
        (exceptions.DownloadCancelledError("cancelled"), ErrorClass.RESET),
        (because(SSL.Error([("SSL routines", "", "wrong version number")])), ErrorClass.TLS),
        (because(error.SSLError()), ErrorClass.TLS),
        (RobotsRefused("robots.txt"), ErrorClass.ROBOTS),
        (RuntimeError("what nobody has seen"), ErrorClass.RESET),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_each_failure_has_its_class_and_one_line(problem: BaseException, expected: ErrorClass) -> None:
    found, message = classify(problem)
    assert found is expected
    assert message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (because(error.ConnectionDone()), "the server closed the connection before an answer came"),
        (because(error.ConnectionLost()), "the connection broke off before an answer came"),
        (
            ResponseFailed([Failure(error.ConnectionDone())]),
            "the server closed the connection before the answer was whole",
        ),
        (ResponseFailed([Failure(error.ConnectionAborted())]), "the connection broke off before the answer was whole"),
    ],
    ids=["closed early", "lost early", "closed in the midst", "aborted in the midst"],
)
def test_how_a_connection_ended_is_told_in_plain_words(problem: BaseException, told: str) -> None:
    assert classify(problem) == (ErrorClass.RESET, told)
