"""The identity of a URL: `url_key`, in SURT order, without what only tracks or names a session."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Collection
    from urllib.parse import SplitResult

# Dropped wherever they stand: they never name a page (platforms.md, section 8). Everything else in a query may be a
# page's identity (news.html?aid=7) and stays.
TRACKING = frozenset(
    [
        *("spm", "from_source", "fbclid", "gclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "nsukey"),
        *("isappinstalled", "jsessionid", "phpsessid", "sessionid", "cftoken", "cfid"),
        *("csrf", "_csrf", "csrf_token", "_token", "__viewstate"),
    ]
)
_TRACKING_FAMILY = re.compile(r"utm_\w{1,40}|aspsessionid\w{0,40}|spm_\w{1,20}|share_(?:from|token|source)")
# What a browser adds to get past a cache: dropped where the value is a clock's or a die's, and only there.
_CACHE = frozenset(["_", "t", "v", "ts", "timestamp", "rnd", "rand", "random", "nocache"])
_CLOCK = re.compile(r"1\d{9}(?:\d{3})?|0?\.\d{6,20}")
# How a name that comes again among what was sent is told (storage/posts.py): `t.2_`.
_AGAIN = re.compile(r"\.\d+_\Z")
# Where a reader came from: dropped where the path names the article by itself (content_9271849.htm?node=5).
_WHENCE = frozenset(["from", "node", "wid", "ref"])
_NAMED_PATH = re.compile(r"(?<!\d)\d{5,30}[\w-]{0,40}\.s?html?$|/[0-9a-f]{32}(?:\.s?html?|/c\.html?)$", re.IGNORECASE)
# A WeChat article is account, message and place in it; all else in its address is the reader's (section 5.2).
_WECHAT_NAMES = {"appmsgid": "mid", "itemidx": "idx"}
_WECHAT_READER = frozenset(
    ["chksm", "scene", "ascene", "key", "uin", "pass_ticket", "from", "subscene", "sessionid", "clicktime", "enterid"]
)
# Other sites' searches stand at /s too, and theirs is the key.
_WECHAT_OWN = frozenset(["__biz", "mid", "sn", "chksm", "signature", "pass_ticket"])
_WECHAT_PATH = re.compile(r"/s(?:/[\w-]{10,40})?")
# `;jsessionid=…` at the end of a segment, and ASP.NET's `/(S(…))` before one.
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/?#]*|/\((?:[A-Z]\([\w-]{8,60}\)){1,3}\)(?=/)", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}
_ADDRESS = re.compile(r"[\d.]+|.*:.*")
# No host has these, whatever a page's link says; NUL and lone surrogates no database would hold.
_NO_HOST = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}%\ud800-\udfff]")


# A look asks for its page's key at several steps: the last few thousand are remembered.
@lru_cache(maxsize=4096)
def url_key(url: str) -> str:
    """The key under which a page is known, e.g. `cn,gov,example)/a/b.html?id=7`.

    http and https, upper and lower case of the host, the default port, the fragment, session ids, tracking
    parameters and the order of the others make no difference; `www` does, where the source does not say otherwise
    (`unified`). Raises ValueError where there is no host, and nothing else ever.
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
    query = "&".join(
        _quote(name, "") + "=" + _quote(value, "/:,")
        for name, value in _identity(
            parts.path, parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
        )
    )
    return ",".join(labels) + port + ")" + (path or "/") + (f"?{query}" if query else "")


def unified(url: str, like: str, same: Collection[str]) -> str:
    """`url` in the form in which `like`, a start address of its source, is written, as far as `same` says so.

    `same` holds `https` (both schemes show the same pages) or `www` (so do the host with and without it). Addresses
    of other hosts and ports come back as they are.
    """
    try:
        one, other = urlsplit(url), urlsplit(like)
        if "@" in one.netloc or not {one.scheme, other.scheme} <= _DEFAULT_PORT.keys():
            return url
        host, wanted = (each.hostname.rstrip(".") if each.hostname else "" for each in (one, other))
        if host != wanted and ("www" not in same or host.removeprefix("www.") != wanted.removeprefix("www.")):
            return url
        if _own_port(one) is None and _own_port(other) is None:
            scheme = other.scheme if "https" in same else one.scheme
            netloc = f"[{wanted}]" if ":" in wanted else wanted
        elif (one.scheme, one.port) == (other.scheme, other.port):
            scheme, netloc = other.scheme, other.netloc
        else:
            return url
        return urlunsplit((scheme, netloc, one.path, one.query, one.fragment))
    except ValueError:
        return url


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """The host of a URL, lower case, without port; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def is_passing(name: str, value: str) -> bool:
    """Whether a parameter only tracks, names a session or gets past a cache: it makes no other page."""
    low = _AGAIN.sub("", name.lower())
    return low in TRACKING or bool(_TRACKING_FAMILY.fullmatch(low)) or (low in _CACHE and bool(_CLOCK.fullmatch(value)))


def _identity(path: str, query: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters that name the page, by name; several of one name keep their order."""
    given = {_WECHAT_NAMES.get(name, name): value for name, value in query}
    if given.keys() >= {"__biz", "mid"}:
        names = ("__biz", "idx" if "idx" in given else "sn", "mid")
        return [(name, given[name]) for name in sorted(names) if name in given]
    is_wechat, is_named = _is_wechat(path, given), bool(_NAMED_PATH.search(path))
    kept = []
    for name, value in query:
        low = name.lower()
        if is_passing(name, value):
            continue
        if (is_named and low in _WHENCE) or (is_wechat and low in _WECHAT_READER):
            continue
        kept.append((name, value))
    return sorted(kept, key=lambda one: one[0])


def _is_wechat(path: str, given: Collection[str]) -> bool:
    """Whether an address is a WeChat article's: by its path, or by `/s` beside one of its own parameters."""
    return bool(_WECHAT_PATH.fullmatch(path)) and (path != "/s" or not _WECHAT_OWN.isdisjoint(given))


def _own_port(parts: SplitResult) -> int | None:
    """The port where it is not the scheme's own."""
    return None if parts.port == _DEFAULT_PORT.get(parts.scheme) else parts.port


def _quote(text: str, safe: str) -> str:
    try:
        return quote(text, safe=safe, errors="surrogateescape")
    except UnicodeEncodeError:
        # A lone surrogate that stands for no byte: an address typed from broken text.
        return quote(text, safe=safe, errors="replace")
