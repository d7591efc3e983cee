"""The identity of a URL: `url_key`, in SURT order, without what only tracks or names a session."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlsplit

# Dropped wherever they stand: they never name a page (platforms.md, sections 5.2 and 8). Everything else in a
# query may be a page's identity (news.html?aid=7) and stays.
TRACKING = frozenset(
    "utm_source utm_medium utm_campaign utm_term utm_content spm from_source chksm scene ascene key uin pass_ticket "
    "jsessionid phpsessid aspsessionid sessionid fbclid gclid".split()
)
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/?#]*", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}


def url_key(url: str) -> str:
    """The key under which a page is known, e.g. `cn,gov,example)/a/b.html?id=7`.

    http and https, upper and lower case of the host, the default port, the fragment, session ids and tracking
    parameters make no difference; `www` does. Raises ValueError where there is no host.
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _DEFAULT_PORT or not host:
        raise ValueError(f"{url!r} is no http or https address")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = host.lower()
    port = "" if parts.port in (None, _DEFAULT_PORT[parts.scheme]) else f":{parts.port}"
    labels = [host] if re.fullmatch(r"[\d.]+|.*:.*", host) else list(reversed(host.split(".")))
    path = quote(
        unquote(_SESSION_PATH.sub("", parts.path), errors="surrogateescape"),
        safe="/:@!$&'()*+,;=-._~",
        errors="surrogateescape",
    )
    query = "&".join(
        quote(name, safe="") + "=" + quote(value, safe="/:,")
        for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
        if name.lower() not in TRACKING
    )
    return ",".join(labels) + port + ")" + (path or "/") + (f"?{query}" if query else "")


def host_of(url: str) -> str:
    """The host of a URL, lower case, without port; empty where there is none."""
    return (urlsplit(url).hostname or "").rstrip(".").lower()
