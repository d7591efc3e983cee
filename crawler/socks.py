"""Ways out through SOCKS 5 (RFC 1928, 1929) with names resolved at the far end: `socks5h://[user:password@]host:port`."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import unquote, urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent, HTTPConnectionPool
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

# RFC 1928, section 6.
_REPLIES = {
    1: "general failure",
    2: "not allowed by the proxy's rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "time to live expired",
    7: "command not supported",
    8: "address type not supported",
}
# Our own code, beside RFC 1928's: the proxy does not let us in, whatever we ask for.
LOGIN_REFUSED = -1
# Length of what follows the first four bytes of a reply, by address type; a name says its own.
_ADDRESS_BYTES = {1: 4, 4: 16}


class SocksError(Exception):
    """The proxy did not connect us. `reply` is its code, 0 where it did not get so far."""

    def __init__(self, message: str, reply: int = 0) -> None:
        super().__init__(message)
        self.reply = reply


@implementer(IAgentEndpointFactory)
class SocksEndpoints:
    """Gives an Agent endpoints that lead through one SOCKS proxy."""

    def __init__(self, reactor: Any, proxy: str, policy: Any, timeout: float) -> None:
        self._reactor, self._proxy, self._policy, self._timeout = reactor, proxy, policy, timeout

    def agent(self, factory: Any, connections: int) -> Agent:
        """An Agent with a pool of its own."""
        pool = HTTPConnectionPool(self._reactor, persistent=True)
        pool._factory = factory
        pool.maxPersistentPerHost = connections
        return cast("Agent", Agent.usingEndpointFactory(self._reactor, self, pool))

    def endpointForURI(self, uri: Any) -> Any:
        endpoint: Any = SocksEndpoint(self._reactor, self._proxy, uri.host.decode("ascii"), uri.port, self._timeout)
        if uri.scheme == b"https":
            return wrapClientTLS(self._policy.creatorForNetloc(uri.host, uri.port), endpoint)
        return endpoint


@implementer(IStreamClientEndpoint)
class SocksEndpoint:
    """Connects to `host:port` through the proxy; the name is never looked up here."""

    def __init__(self, reactor: Any, proxy: str, host: str, port: int, timeout: float) -> None:
        parts = urlsplit(proxy)
        self._endpoint = HostnameEndpoint(reactor, parts.hostname or "", parts.port or 1080, timeout=timeout)
        self._login = None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))
        self._target = (host, port)

    def connect(self, protocolFactory: Any) -> Deferred[Any]:
        ready: Deferred[Any] = Deferred()

        def failed(reason: Failure) -> None:
            if not ready.called:
                ready.errback(reason)

        factory: Any = Factory.forProtocol(_Handshake)
        factory.noisy = False
        dialled = self._endpoint.connect(factory)
        dialled.addCallback(lambda shake: shake.begin(self._target, self._login, protocolFactory, ready))
        dialled.addErrback(failed)
        return ready


class _Handshake(Protocol):
    """Says hello, names the target, then hands the transport over to the protocol it was opened for."""

    def __init__(self) -> None:
        self._buffer = b""
        self._step: Any = None
        self._ready: Deferred[Any] | None = None

    def begin(self, target: tuple[str, int], login: tuple[str, str] | None, factory: Any, ready: Deferred[Any]) -> None:
        self._target, self._login, self._factory, self._ready = target, login, factory, ready
        self._step = self._on_method
        self._write(b"\x05\x02\x00\x02" if login else b"\x05\x01\x00")

    def dataReceived(self, data: bytes) -> None:
        self._buffer += data
        while self._step is not None and self._step():
            pass

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._fail(SocksError(f"the SOCKS proxy hung up: {reason.getErrorMessage()}"))

    def _on_method(self) -> bool:
        if len(self._buffer) < 2:
            return False
        method, self._buffer = self._buffer[1], self._buffer[2:]
        if method == 2 and self._login:
            user, password = (part.encode()[:255] for part in self._login)
            self._step = self._on_login
            self._write(b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password)
        elif method == 0:
            self._name_target()
        else:
            self._fail(SocksError("the SOCKS proxy accepts none of our ways to log in", LOGIN_REFUSED))
        return True

    def _on_login(self) -> bool:
        if len(self._buffer) < 2:
            return False
        accepted, self._buffer = self._buffer[1] == 0, self._buffer[2:]
        if accepted:
            self._name_target()
        else:
            self._fail(SocksError("the SOCKS proxy refuses user name and password", LOGIN_REFUSED))
        return True

    def _name_target(self) -> None:
        host, port = self._target
        name = host.encode("ascii")[:255]
        self._step = self._on_reply
        self._write(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + port.to_bytes(2, "big"))

    def _on_reply(self) -> bool:
        if len(self._buffer) < 5:
            return False
        reply, kind = self._buffer[1], self._buffer[3]
        length = 4 + _ADDRESS_BYTES.get(kind, 1 + self._buffer[4]) + 2
        if reply != 0:
            self._fail(SocksError(f"the SOCKS proxy says: {_REPLIES.get(reply, f'error {reply}')}", reply))
            return False
        if len(self._buffer) < length:
            return False
        self._hand_over(self._buffer[length:])
        return False

    def _hand_over(self, rest: bytes) -> None:
        transport: Any = self.transport
        ready, self._ready, self._step = self._ready, None, None
        protocol = self._factory.buildProtocol(transport.getPeer())
        transport.protocol = protocol
        protocol.makeConnection(transport)
        if rest:
            protocol.dataReceived(rest)
        if ready is not None:
            ready.callback(protocol)

    def _write(self, data: bytes) -> None:
        transport: Any = self.transport
        transport.write(data)

    def _fail(self, problem: SocksError) -> None:
        ready, self._ready, self._step = self._ready, None, None
        if ready is not None and not ready.called:
            ready.errback(Failure(problem))
        transport: Any = self.transport
        if transport is not None:
            transport.abortConnection()
