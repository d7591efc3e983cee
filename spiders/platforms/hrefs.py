"""Links as pages write them, made into addresses: blanks, entities, `//host`, `../`, hosts with a trailing dot."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from crawler.reading.html import unescape
from storage.urls import url_key

# BOM, zero-width and ideographic blanks around a link are typing accidents; controls inside it are line breaks.
_AROUND = " \t\r\n\f\v\u00a0\u3000\ufeff\u200b\u200c\u200d\u2060\"'"
_INSIDE = re.compile(r"[\x00-\x1f\x7f\ufeff\u200b-\u200d\u2060]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_MAX_LENGTH = 2000


def join_href(base: str, href: str | None, *, charset: str = "utf-8") -> str | None:
    """`href` found on `base` as an absolute http(s) URL without fragment; None where it leads to no page."""
    cleaned = _INSIDE.sub("", unescape(href or "").strip(_AROUND)).replace("\\", "/")
    if not cleaned or cleaned.startswith("#") or len(cleaned) > _MAX_LENGTH:
        return None
    scheme = _SCHEME.match(cleaned)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return None
    try:
        parts = urlsplit(urljoin(base, cleaned))
        host = (parts.hostname or "").rstrip(".")
        if parts.scheme not in ("http", "https") or not host or "/../" in parts.path:
            return None
        host = f"[{host}]" if ":" in host else host
        netloc = host if parts.port is None else f"{host}:{parts.port}"
        url = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
        if not url.isascii() or " " in url:
            url = safe_url_string(url, encoding=charset)
        url_key(url)
    except (ValueError, LookupError, UnicodeError):
        return None
    return url
