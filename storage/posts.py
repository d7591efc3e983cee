"""What a request that is no GET asks, as an address: pages of a list that differ in what was sent are pages apart.

In the way of CDX indexes (IIPC guideline "CDX non-GET requests"; pywb, OpenWayback): `__wb_method=POST` and the body's
fields follow the query. Where the guideline cuts what is too long, a hash stands here; where it loses how JSON is
nested, a hash of that follows the fields (`__wb_json`). How a value is written makes no difference: `1` is `"1"`.
Clocks, tokens and session ids make none either, in a hash as little as in a field (`url_key`).
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from storage.bodies import header
from storage.errors import ConfigError
from storage.urls import is_passing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.records import Exchange

# A key stands in an index, whose entries PostgreSQL keeps below 2,704 bytes.
_MOST = 1_000
_PLAIN = frozenset({"GET", "HEAD"})
# Deeper than that, no engine asks.
_DEPTH = 20
# A value without a name of its own, in a list that has none, goes by this; a clock's by the name under which a clock
# names no page. In seconds it could as well be an article's number.
_UNNAMED, _UNNAMED_CLOCK = "value", "_"
_MILLISECONDS = re.compile(r"1\d{12}")


def page_address(exchange: Exchange) -> str:
    """The address under which the page of a look is known: the one asked for, and what was sent to it if anything.

    What counts is what was asked first, whatever a redirect made of it. Raises ValueError where the URL is none.
    """
    asked = exchange.hops[0] if exchange.hops else exchange
    if asked.method in _PLAIN:
        return exchange.url
    sent = _sent(asked.request_body, header(asked.request_headers, "content-type") or "")
    parts = urlsplit(exchange.url)
    query = "&".join(part for part in (parts.query, f"__wb_method={asked.method}", sent) if part)
    return urlunsplit(parts._replace(query=query, fragment=""))


def must_be_asked(url: str) -> None:
    """Raise ConfigError where a page's address stands for what was sent: asked as it is, it would be another page."""
    if "__wb_method=" in urlsplit(url).query:
        raise ConfigError(f"{url}: an answer to what was sent; `longarm crawl` asks it with its list")


def _sent(body: bytes, content_type: str) -> str:
    if not body:
        return ""
    fields = _fields(body, content_type.partition(";")[0].strip().lower())
    if not fields:
        return _or_its_hash(_spelled([("__wb_post_data", b64encode(body).decode())]), body)
    query = _spelled(fields)
    if len(query) <= _MOST:
        return query
    kept = _spelled(sorted((one for one in fields if not is_passing(*one)), key=lambda one: one[0]))
    return _or_its_hash(kept, kept.encode())


def _spelled(fields: list[tuple[str, str]]) -> str:
    return urlencode(fields, errors="surrogateescape")


def _or_its_hash(query: str, whole: bytes) -> str:
    return query if len(query) <= _MOST else f"__wb_post_data=sha256:{hashlib.sha256(whole).hexdigest()}"


def _fields(body: bytes, media_type: str) -> list[tuple[str, str]]:
    """The body's fields in order; none where it is only bytes."""
    if media_type == "application/x-www-form-urlencoded":
        text = body.decode("utf-8", "surrogateescape")
        return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    if media_type in ("application/json", "text/plain"):
        try:
            return _json_fields(json.loads(body))
        except (ValueError, RecursionError):
            return []
    return []


def _json_fields(value: Any) -> list[tuple[str, str]]:
    """What stands at a JSON value's ends, by name, and a hash of what leads there where that is more than a name."""
    found = _numbered(_leaves(value, ""))
    is_flat = isinstance(value, dict) and all(key and _is_leaf(within) for key, within in value.items())
    if not found or is_flat:
        return found
    shape = json.dumps(_shape(value), separators=(",", ":"))
    return [*found, ("__wb_json", hashlib.sha256(shape.encode()).hexdigest()[:16])]


def _is_leaf(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _shape(value: Any) -> Any:
    """A JSON value without its ends, which are told as fields: a token within makes no other page."""
    if isinstance(value, dict):
        return {key: _shape(within) for key, within in value.items()}
    if isinstance(value, list):
        return [_shape(within) for within in value]
    return None


def _leaves(value: Any, name: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > _DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        for key, within in value.items():
            yield from _leaves(within, key, depth + 1)
    elif isinstance(value, list):
        for within in value:
            yield from _leaves(within, name, depth + 1)
    else:
        text = _utf8(str(value))
        yield _utf8(name) or (_UNNAMED_CLOCK if _MILLISECONDS.fullmatch(text) else _UNNAMED), text


def _utf8(text: str) -> str:
    """Text without half surrogate pairs, which JSON can spell and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def _numbered(fields: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    """A name that comes again is told by its number: `page`, `page.2_`, `page.3_`."""
    counts: dict[str, int] = {}
    found = []
    for name, value in fields:
        counts[name] = counts.get(name, 0) + 1
        found.append((name if counts[name] == 1 else f"{name}.{counts[name]}_", value))
    return found
