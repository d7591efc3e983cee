"""A recorded web on the loopback address: a forward proxy (http, and https by CONNECT) that answers from a table.

    museum.serve("http://www.a.example.gov.cn/", body="<html>…")            # one answer
    museum.serve(URL, body=new, day=2)                                      # what holds from the second day on
    museum.day = 2
    vantage proxy: museum.proxy                                             # http://127.0.0.1:PORT
    museum.requests                                                         # what was asked, in order (Seen)

It also answers as an origin (`museum.origin`, for `direct = true`): routes are then under that address.
`socks5h://` clients are served too, on `museum.socks`. Standard library only; the throw-away certificate for https
needs the `openssl` program once (`museum.can_tls`).
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PIECE = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One recorded answer. `etag` and `last_modified` also make conditional requests end in a 304.

    `drop`: "all" closes without an answer, "half" after half of the body. `repeat` sends the body so many times
    (0: for ever). `drip_s` waits so long after each byte. `claims` is the Content-Length said, where it is not
    the true one; -1 says none and closes at the end. `sent`: only to a request with just this body.
    """

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
    delay_s: float = 0
    drop: str | None = None
    repeat: int = 1
    drip_s: float = 0
    claims: int | None = None
    sent: bytes | None = None

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it came in. `headers` have lower-case names."""

    method: str
    url: str
    status: int
    day: int
    at: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Museum:
    """The exhibit and its door. Use `with open_museum() as museum`, or the fixture `museum`."""

    def __init__(self) -> None:
        self.day = 1
        self.requests: list[Seen] = []
        self.missing = Answer(status=404, body=b"<html><title>404 Not Found</title></html>")
        self.routes: dict[tuple[str, str], list[tuple[int, Answer]]] = {}
        self.lock = threading.Lock()
        self.http: _Door | None = None
        self.socks_port = 0
        self._tls: ssl.SSLContext | None = None

    def serve(
        self,
        url: str,
        body: str | bytes = "",
        *,
        day: int = 1,
        method: str = "GET",
        status: int = 200,
        content_type: str = "text/html; charset=utf-8",
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        location: str | None = None,
        delay_s: float = 0,
        drop: str | None = None,
        repeat: int = 1,
        drip_s: float = 0,
        claims: int | None = None,
        sent: bytes | None = None,
    ) -> None:
        """Answer `url` so, from `day` on. A URL ending in `?*` answers every query string."""
        said = {"Content-Type": content_type, "ETag": etag, "Last-Modified": last_modified, "Location": location}
        lines = [(name, value) for name, value in {**said, **(headers or {})}.items() if value]
        answer = Answer(
            body=body.encode() if isinstance(body, str) else body,
            status=status,
            headers=tuple(lines),
            delay_s=delay_s,
            drop=drop,
            repeat=repeat,
            drip_s=drip_s,
            claims=claims,
            sent=sent,
        )
        days = self.routes.setdefault((method, url), [])
        days.append((day, answer))
        days.sort(key=lambda row: row[0])

    def answer(self, method: str, url: str, sent: bytes = b"") -> Answer | None:
        wanted = "GET" if method == "HEAD" else method
        for candidate in (url, url.split("?", 1)[0] + "?*"):
            known = self.routes.get((wanted, candidate), ())
            holding = [answer for day, answer in known if day <= self.day and answer.sent in (None, sent)]
            if holding:
                return holding[-1]
        return None

    def asked(self, url: str) -> list[Seen]:
        """The requests for exactly this URL."""
        return [seen for seen in self.requests if seen.url == url]

    @property
    def proxy(self) -> str:
        return self.origin

    @property
    def origin(self) -> str:
        assert self.http is not None
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    @property
    def socks(self) -> str:
        return f"socks5h://127.0.0.1:{self.socks_port}"

    @property
    def can_tls(self) -> bool:
        return shutil.which("openssl") is not None

    def tls(self) -> ssl.SSLContext:
        with self.lock:
            if self._tls is None:
                self._tls = _throw_away_context()
        return self._tls


def _throw_away_context() -> ssl.SSLContext:
    with tempfile.TemporaryDirectory(prefix="museum-tls-") as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "cert.pem")
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=museum.test"]
        subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    return context


class _Door(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, museum: Museum) -> None:
        super().__init__(("127.0.0.1", 0), _Visitor)
        self.museum = museum

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], (OSError, ValueError)):
            super().handle_error(request, client_address)


class _Visitor(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    origin = ""  # "https://host" inside a CONNECT tunnel
    timeout = 120
    server: _Door

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_CONNECT(self) -> None:
        host, _, port = self.path.rpartition(":")
        self.send_response_only(200, "Connection established")
        self.end_headers()
        self.origin = f"https://{host}" + ("" if port == "443" else f":{port}")
        self.connection = self.server.museum.tls().wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False
        while not self.close_connection:
            self.handle_one_request()

    def do_GET(self) -> None:
        museum = self.server.museum
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length) if length else b""
        url = self.path
        if url.startswith("/"):
            url = (self.origin or f"http://{self.headers.get('Host')}") + url
        answer = museum.answer(self.command, url, sent) or museum.missing
        status = 304 if answer.status == 200 and self._unchanged(answer) else answer.status
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(
            method=self.command, url=url, status=status, day=museum.day, at=time.time(), headers=headers, body=sent
        )
        with museum.lock:
            museum.requests.append(seen)
        if answer.delay_s:
            time.sleep(answer.delay_s)
        if answer.drop == "all":
            self.close_connection = True
            return
        self._send(answer, status)

    do_HEAD = do_POST = do_GET  # noqa: N815 - http.server asks for these names

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _unchanged(self, answer: Answer) -> bool:
        tag, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        same_tag = bool(tag) and tag == answer.header("etag")
        return same_tag or (not tag and bool(since) and since == answer.header("last-modified"))

    def _send(self, answer: Answer, status: int) -> None:
        body = b"" if status in (204, 304) else answer.body
        self.send_response(status)
        for name, value in answer.headers:
            if status != 304 or name.lower() in ("etag", "last-modified"):
                self.send_header(name, value)
        length = len(body) * answer.repeat if answer.claims is None else answer.claims
        if answer.repeat == 0 or length < 0:
            self.send_header("Connection", "close")
            self.close_connection = True
        elif status != 304:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(answer, body)

    def _send_body(self, answer: Answer, body: bytes) -> None:
        if answer.claims is not None:
            self.close_connection = True
        if answer.drop == "half":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif answer.drip_s:
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(answer.drip_s)
        elif answer.repeat == 0:
            while True:
                self.wfile.write(body)
        else:
            for _ in range(answer.repeat):
                self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        pass


class _SocksDoor(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, museum: Museum) -> None:
        super().__init__(("127.0.0.1", 0), _SocksVisitor)
        self.museum = museum

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], (OSError, ValueError)):
            super().handle_error(request, client_address)


class _SocksVisitor(socketserver.StreamRequestHandler):
    """SOCKS 5 (RFC 1928), CONNECT to names only: whoever asks for an address has resolved by itself, and is refused."""

    server: _SocksDoor

    def handle(self) -> None:
        _, count = self.rfile.read(2)
        self.rfile.read(count)
        self.wfile.write(b"\x05\x00")
        _, _, _, kind = self.rfile.read(4)
        if kind != 3:
            self.wfile.write(b"\x05\x08\x00\x01\x00\x00\x00\x00\x00\x00")
            return
        host = self.rfile.read(self.rfile.read(1)[0]).decode()
        port = int.from_bytes(self.rfile.read(2), "big")
        self.wfile.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        assert self.server.museum.http is not None
        with socket.create_connection(self.server.museum.http.server_address[:2]) as inner:
            if port == 443:
                inner.sendall(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())
                while not inner.recv(PIECE).endswith(b"\r\n\r\n"):
                    pass
            pump = threading.Thread(target=_pump, args=(inner, self.connection), daemon=True)
            pump.start()
            _pump(self.connection, inner)
            pump.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def open_museum() -> Iterator[Museum]:
    """A museum that answers until the end of the `with`."""
    museum = Museum()
    museum.http = _Door(museum)
    socks = _SocksDoor(museum)
    museum.socks_port = socks.server_address[1]
    doors = (museum.http, socks)
    for door in doors:
        threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield museum
    finally:
        for door in doors:
            door.shutdown()
            door.server_close()
