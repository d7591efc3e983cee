"""A page's address where a reader's program will open it: a link, or nothing."""

from __future__ import annotations

from urllib.parse import quote

from alerts.mask import clean


def http_link(url: str) -> str:
    """The address, percent-encoded; empty where it is not http: no page makes the reader's program run anything."""
    if not url.lower().startswith(("http://", "https://")):
        return ""
    return quote(clean(url).encode("utf-8", "replace"), safe="%/:?#[]@!$&()*+,;=~-._")
