"""The sample web on loopback: a forward proxy that answers for every invented host from files, one day at a time."""

from __future__ import annotations

import hashlib
import itertools
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desk.demo.staging import FOLDER, Day, Staging

if TYPE_CHECKING:
    from collections.abc import Iterator

# The token in a page's file that stands for its view counter: another number at every look.
COUNTER = b"@@HITS@@"

MEDIA_TYPES = {".xml": "text/xml", ".txt": "text/plain"}

# What a well-known Chinese firewall sends before it lets a browser in (platforms.md, section 9).
CHALLENGE = (
    b"<script>document.cookie='__jsl_clearance=1763517600.1|-1|demo;path=/';location.href=location.pathname</script>"
)

MISSING = b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one address says; None in its place is a connection dropped without a word."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class SampleWeb:
    """The sites as they stand on the staged day; `day` is set by whoever runs the show."""

    staging: Staging
    day: Day
    folder: Path = FOLDER / "web"
    counter: Iterator[int] = field(default_factory=lambda: itertools.count(1024))

    def answer(self, url: str) -> Answer | None:
        """What the web says to a request for `url` today."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host in self.day.down:
            return None
        if host in self.day.challenged:
            cookie = ("Set-Cookie", "__jsluid_h=5f0c9a1e7d; max-age=31536000; path=/; HttpOnly")
            return Answer(status=521, body=CHALLENGE, headers=(("Content-Type", "text/html"), cookie))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        file = None if url in self.day.gone | self.day.soft_gone else self._file(host, path)
        if file is None and host in self.staging.soft_404:
            file = self._file(host, self.staging.soft_404[host])
        if file is None:
            return Answer(status=404, body=MISSING, headers=(("Content-Type", "text/html"),))
        return self._page(host, file)

    def _page(self, host: str, file: Path) -> Answer:
        charset = self.staging.charset.get(host)
        body = file.read_bytes()
        counted = COUNTER in body
        if counted:
            body = body.replace(COUNTER, str(next(self.counter)).encode())
        if charset:
            body = body.decode().encode(charset)
        media_type = MEDIA_TYPES.get(file.suffix, "text/html")
        headers = [("Content-Type", media_type if charset else f"{media_type}; charset=utf-8")]
        if not counted:
            headers.append(("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"'))
        return Answer(status=200, body=body, headers=tuple(headers))

    def _file(self, host: str, path: str) -> Path | None:
        """The newest file for an address: a later day's lies over an earlier one's."""
        name = path.lstrip("/").replace("?", "@")
        if ".." in Path(name).parts:
            return None
        for number in range(self.day.number, 0, -1):
            base = self.folder / f"day{number}" / host / name
            for candidate in (base, base / "index.html"):
                if candidate.is_file():
                    return candidate
        return None


@contextmanager
def serve(web: SampleWeb) -> Iterator[str]:
    """Serve `web` on a free loopback port; yields the proxy's address."""

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = web.answer(self.path)
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(SHUT_RDWR)
                return
            headers = dict(answer.headers)
            etag = headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                answer = Answer(status=HTTPStatus.NOT_MODIFIED, headers=(("ETag", etag),))
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if answer.status != HTTPStatus.NOT_MODIFIED:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """The story is told by the command; the server is silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
