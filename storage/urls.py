"""The identity of a URL: `url_key`, in SURT order, without what only tracks or names a session."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlsplit

# Dropped wherever they stand: they never name a page (platforms.md, sections 5.2 and 8). Everything else in a
# query may be a page's identity (news.html?aid=7) and stays.
TRACKING = frozenset(
    (
        *(
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "utm_content",
            "spm",
            "from_source",
            "fbclid",
            "gclid",
        ),
        *("chksm", "scene", "ascene", "uin", "pass_ticket"),
        *("jsessionid", "phpsessid", "aspsessionid", "sessionid"),
    )
)
# `key` is a reader's of WeChat beside one of these, and elsewhere what a search looks for.
_READER = frozenset(("__biz", "uin", "pass_ticket", "chksm", "ascene"))
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/?#]*", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}
_ADDRESS = re.compile(r"[\d.]+|.*:.*")
# No host has these, whatever a page's link says; NUL and lone surrogates no database would hold.
_NO_HOST = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}%\ud800-\udfff]")


# A look asks for its page's key at several steps: the last few thousand are remembered.
@lru_cache(maxsize=4096)
def url_key(url: str) -> str:
    """The key under which a page is known, e.g. `cn,gov,example)/a/b.html?id=7`.

    http and https, upper and lower case of the host, the default port, the fragment, session ids and tracking
    parameters make no difference; `www` does. Raises ValueError where there is no host, and nothing else ever.
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _DEFAULT_PORT or not host or _NO_HOST.search(host):
        raise ValueError(f"{url!r} is no http or https address")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = host.lower()
    port = "" if parts.port in (None, _DEFAULT_PORT[parts.scheme]) else f":{parts.port}"
    labels = [host] if _ADDRESS.fullmatch(host) else list(reversed(host.split(".")))
    # Escapes that are no UTF-8 (GBK sites) come through as the bytes they are.
    path = _quote(unquote(_SESSION_PATH.sub("", parts.path), errors="surrogateescape"), "/:@!$&'()*+,;=-._~")
    said = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    dropped = TRACKING | {"key"} if any(name in _READER for name, _ in said) else TRACKING
    query = "&".join(
        _quote(name, "") + "=" + _quote(value, "/:,") for name, value in said if name.lower() not in dropped
    )
    return ",".join(labels) + port + ")" + (path or "/") + (f"?{query}" if query else "")


def host_of(url: str) -> str:
    """The host of a URL, lower case, without port; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def _quote(text: str, safe: str) -> str:
    try:
        return quote(text, safe=safe, errors="surrogateescape")
    except UnicodeEncodeError:
        # A lone surrogate that stands for no byte: an address typed from broken text.
        return quote(text, safe=safe, errors="replace")
