"""Invented looks at invented pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from storage.archive import Archive
from storage.records import ErrorClass, Exchange, FeedId, Hop, Reason, Role, SourceId, TlsFacts
from storage.verify import Problem, verify

if TYPE_CHECKING:
    from storage.config import Config
    from storage.database import Database
    from storage.records import Clock, Previous

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OPENED: list[Archive] = []
AGENT = ("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0.0.0")
ACCEPT = ("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")


def url(number: int) -> str:
    return f"http://www.yunxi.example.gov.cn/col/col1229/art_{number:05}.html"


def look(number: int, *, at: datetime = NOON, **changes: Any) -> Exchange:
    """A page as it was first seen."""
    values: dict[str, Any] = {
        "url": url(number),
        "role": Role.PAGE,
        "reason": Reason.DISCOVERED,
        "source_id": SourceId("yunxi-police-notices"),
        "feed_id": FeedId("yunxi-police-notices/cn,gov,example,yunxi,www)/col/col1229/index.html"),
        "vantage": "default",
        "started_at": at,
        "finished_at": at + timedelta(milliseconds=40),
        "status": 200,
        "http_reason": "OK",
        "request_headers": (AGENT, ACCEPT),
        "response_headers": (
            ("Server", "nginx"),
            ("Date", "Mon, 23 Nov 2026 12:00:00 GMT"),
            ("Content-Type", "text/html; charset=utf-8"),
            ("Etag", f'"6562f1c0-{number:x}"'),
            ("Last-Modified", "Sat, 21 Nov 2026 02:00:00 GMT"),
        ),
        "body": f"<html><title>云溪县公安局 通告 {number}</title></html>".encode(),
        "remote_ip": "127.0.0.1",
        "remote_port": 80,
        "protocol": "HTTP/1.1",
        "next_due_at": at + timedelta(days=1),
    }
    return Exchange(**{**values, **changes})


def unchanged(number: int, previous: Previous | None, *, at: datetime, **changes: Any) -> Exchange:
    """The same page asked conditionally, answered with 304."""
    values: dict[str, Any] = {
        "at": at,
        "reason": Reason.RECHECK,
        "status": 304,
        "http_reason": "Not Modified",
        "body": b"",
        "previous": previous,
        "request_headers": (
            AGENT,
            ACCEPT,
            ("If-None-Match", f'"6562f1c0-{number:x}"'),
            ("If-Modified-Since", "Sat, 21 Nov 2026 02:00:00 GMT"),
        ),
        "response_headers": (
            ("Server", "nginx"),
            ("Date", f"{at:%a, %d %b %Y %H:%M:%S GMT}"),
            ("Etag", f'"6562f1c0-{number:x}"'),
            ("Last-Modified", "Sat, 21 Nov 2026 02:00:00 GMT"),
        ),
    }
    return look(number, **{**values, **changes})


def failed(number: int, error: ErrorClass = ErrorClass.TIMEOUT, **changes: Any) -> Exchange:
    values: dict[str, Any] = {
        "status": None,
        "http_reason": "",
        "response_headers": (),
        "body": b"",
        "remote_ip": None,
        "remote_port": None,
        "protocol": None,
        "error": error,
        "message": "no answer within 30 s",
    }
    return look(number, **{**values, **changes})


def redirected(number: int, **changes: Any) -> Exchange:
    hop = Hop(
        url=url(number).replace("http:", "https:"),
        status=302,
        reason="Found",
        request_headers=(AGENT, ("Cookie", "secret=1")),
        response_headers=(("Location", "/index.html"), ("Set-Cookie", "wzws=1")),
        body=b"moved",
        location="/index.html",
        remote_ip="127.0.0.2",
        elapsed_ms=12,
        tls=TlsFacts(version="TLSv1.2", cipher="ECDHE", verified=False, error="expired", chain_sha256=("ab" * 32,)),
    )
    return look(number, **{"hops": (hop,), "final_url": "http://www.yunxi.example.gov.cn/index.html", **changes})


def open_archive(config: Config, database: Database, clock: Clock, **options: Any) -> Archive:
    OPENED.append(Archive(config, database, now=clock, **options))
    return OPENED[-1]


def problems(config: Config, database: Database, clock: Clock, **options: Any) -> list[Problem]:
    archive = open_archive(config, database, clock)
    return list(verify(config, database, archive, **options))


__all__ = ["NOON", "OPENED", "failed", "look", "open_archive", "problems", "redirected", "unchanged", "url"]
