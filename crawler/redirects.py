"""Where a redirect leads, and whether we go there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from w3lib.url import safe_url_string

from crawler.addresses import refusal
from crawler.reading.wechat import moved_to

if TYPE_CHECKING:
    from storage.records import Headers, Hop

STATUSES = frozenset({301, 302, 303, 307, 308})
MAX_HOPS = 10
# The page of an account that has moved is a short one.
_MOVED_BYTES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """The next hop of a look. `cookie` is what the host itself just asked to have back, as a browser would give it."""

    url: str
    keeps_method: bool
    cookie: str | None


def follow(
    url: str,
    status: int,
    headers: Headers,
    *,
    hops: tuple[Hop, ...],
    cookie: str | None,
    allowed: frozenset[str],
) -> Onward | str | None:
    """The next hop; a line that says why the redirect is not followed; or None where the answer is no redirect."""
    location = next((value for name, value in headers if name.lower() == "location"), "").strip()
    if status not in STATUSES or not location:
        return None
    try:
        # Header bytes arrive as latin-1; browsers read what is not ASCII in them as UTF-8.
        target = urldefrag(urljoin(url, safe_url_string(location.encode("latin-1"))))[0]
        urlsplit(target)
    except (ValueError, UnicodeError):
        return f"redirected to what is no address: {location[:200]!r}"
    # A fragment of the page asked for, and http and https of one host, are not told apart by refusal().
    refused = refusal(target, allowed=allowed)
    if refused:
        return f"redirected to an address that is not asked: {refused}"
    if len(hops) >= MAX_HOPS:
        return f"redirected more than {MAX_HOPS} times"
    same_host = urlsplit(target).netloc == urlsplit(url).netloc
    given = _merge(cookie, headers) if same_host else None
    # Again to where we have been is a circle, unless we now bring the cookie that was asked for.
    if (target == url or any(hop.url == target for hop in hops)) and given == cookie:
        return "redirected in a circle"
    return Onward(url=target, keeps_method=status in (307, 308), cookie=given)


def follow_moved(url: str, body: bytes, *, hops: tuple[Hop, ...], allowed: frozenset[str]) -> Onward | None:
    """The next hop where a page says that its account has moved and where its article now is; None for any other page.

    `body` is content-decoded. It is followed as a redirect: both addresses stand in the capture.
    """
    target = moved_to(body[:_MOVED_BYTES].decode("utf-8", "replace")) if b"transferTargetLink" in body else None
    if target is None:
        return None
    try:
        target = urldefrag(urljoin(url, safe_url_string(target)))[0]
        urlsplit(target)
    except (ValueError, UnicodeError):
        return None
    if refusal(target, allowed=allowed) or len(hops) >= MAX_HOPS or target in {url, *(hop.url for hop in hops)}:
        return None
    return Onward(url=target, keeps_method=False, cookie=None)


def _merge(cookie: str | None, headers: Headers) -> str | None:
    """The Cookie header after these Set-Cookie lines. Kept for one look only: no look is told of another."""
    pairs = dict(pair.split("=", 1) for pair in (cookie or "").split("; ") if "=" in pair)
    for name, value in headers:
        if name.lower() == "set-cookie":
            pair = value.partition(";")[0].strip()
            if "=" in pair:
                key, _, said = pair.partition("=")
                pairs[key.strip()] = said.strip()
    return "; ".join(f"{key}={said}" for key, said in pairs.items())[:4096] or None
