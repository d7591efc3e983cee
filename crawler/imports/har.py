"""HAR 1.2: what a browser's network panel exported. Bodies are as the browser decoded them, and said to be so."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.imports.found import Found, Unreadable, Why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.imports.found import LeftOut
    from storage.records import Headers

# Read as a whole: Python takes some five times as much memory.
MAX_BYTES = 150_000_000
_MOST_ENTRIES = 200_000
_MOST_LINES = 1_000
_NO_BODY = frozenset({204, 301, 302, 303, 304, 307, 308})
# Undone by the browser before it wrote the file.
_UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length"})


def read_har(data: bytes, left_out: LeftOut) -> Iterator[Found]:
    """The looks of a HAR file, in its order. Raises Unreadable."""
    try:
        whole = json.loads(data)
    except RecursionError:
        raise Unreadable("is JSON nested too deep to be a HAR file; export it again") from None
    except ValueError as problem:
        raise Unreadable(f"is no whole JSON ({problem}); export it again") from None
    log = whole.get("log") if isinstance(whole, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise Unreadable("holds no log.entries; it is no HAR file")
    if len(entries) > _MOST_ENTRIES:
        left_out.add(Why.TOO_MANY, len(entries) - _MOST_ENTRIES)
    for number, entry in enumerate(entries[:_MOST_ENTRIES]):
        found = _look(entry, number, left_out)
        if found is not None:
            yield found


def _look(entry: Any, number: int, left_out: LeftOut) -> Found | None:
    request, response = (_mapping(_mapping(entry).get(name)) for name in ("request", "response"))
    status = response.get("status")
    if not isinstance(status, int) or not 100 <= status <= 599:
        left_out.add(Why.NO_ANSWER)
        return None
    body, made = _body(_mapping(response.get("content")))
    if body is None:
        if status not in _NO_BODY:
            left_out.add(Why.NO_BODY)
            return None
        body = b""
    headers = tuple(line for line in _headers(response) if line[0].lower() not in _UNDONE)
    if made:
        headers = _as_utf8(headers)
    post = _mapping(request.get("postData")).get("text")
    address = _mapping(entry).get("serverIPAddress")
    return Found(
        how="import:har",
        url=_text(request.get("url")),
        at=_time(_mapping(entry).get("startedDateTime")),
        body=body,
        headers=headers,
        status=status,
        reason=_text(response.get("statusText"))[:200],
        method=_method(request.get("method")),
        request_headers=_headers(request),
        request_body=post.encode("utf-8", "replace") if isinstance(post, str) else b"",
        remote_ip=address.strip("[]")[:45] if isinstance(address, str) and address.isascii() and address else None,
        record=f"entry {number}",
        made=made or "codings undone by the browser",
    )


def _body(content: dict[str, Any]) -> tuple[bytes | None, str | None]:
    """The body, and what was done to it; None where the file does not hold it."""
    text = content.get("text")
    if not isinstance(text, str):
        return None, None
    if content.get("encoding") != "base64":
        return text.encode("utf-8", "replace"), "codings undone by the browser, the text written as UTF-8"
    try:
        return base64.b64decode(text), None
    except (binascii.Error, ValueError):
        return None, None


def _as_utf8(headers: Headers) -> Headers:
    """The headers of a body whose characters the browser had decoded: whatever charset was said, it is UTF-8 now."""
    told = next((value for name, value in headers if name.lower() == "content-type"), "text/html")
    kind = told.partition(";")[0].strip()
    others = tuple(line for line in headers if line[0].lower() != "content-type")
    return (*others, ("Content-Type", f"{kind}; charset=utf-8"))


def _headers(message: dict[str, Any]) -> Headers:
    lines = message.get("headers")
    found = []
    for line in lines[:_MOST_LINES] if isinstance(lines, list) else ():
        name, value = _text(_mapping(line).get("name")), _text(_mapping(line).get("value"))
        # HTTP/2 writes :status and its like among them.
        if name and not name.startswith(":"):
            found.append((name, value.encode("utf-8", "replace").decode("latin-1")))
    return tuple(found)


def _time(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _method(value: object) -> str:
    return value if isinstance(value, str) and value.isascii() and value.isalpha() and len(value) < 20 else "GET"


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
