"""The header lines of an ordinary browser: which it sends, in which order, how it spells them. Pure.

Taken from Chromium 150 as it asked a recording server (2026-11): names in lower case are so on the wire; over plain
http it says nothing of itself in `sec-ch-ua` and `Sec-Fetch-*` and takes no br or zstd.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from storage.bodies import KNOWS_ZSTD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.records import Headers

LANGUAGE = "zh-CN,zh;q=0.9,en;q=0.8"
_CHROME_ACCEPT = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
_OTHER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

# A page that someone opens.
_NAVIGATION = (
    "Host", "Connection", "Proxy-Connection", "Proxy-Authorization", "Content-Length", "Cache-Control", "sec-ch-ua",
    "sec-ch-ua-mobile", "sec-ch-ua-platform", "Origin", "Content-Type", "Upgrade-Insecure-Requests", "User-Agent",
    "Accept", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-User", "Sec-Fetch-Dest", "Referer", "Accept-Encoding",
    "Accept-Language", "Cookie", "If-None-Match", "If-Modified-Since",
)  # fmt: skip
# What a page's own script asks for.
_SCRIPT = (
    "Host", "Connection", "Proxy-Connection", "Proxy-Authorization", "Content-Length", "sec-ch-ua-platform",
    "X-Requested-With", "User-Agent", "Accept", "sec-ch-ua", "Content-Type", "sec-ch-ua-mobile", "Origin",
    "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Referer", "Accept-Encoding", "Accept-Language", "Cookie",
    "If-None-Match", "If-Modified-Since",
)  # fmt: skip
# Browsers that are no Chromium (Firefox 140).
_OTHER = (
    "Host", "User-Agent", "Accept", "Accept-Language", "Accept-Encoding", "Content-Type", "X-Requested-With",
    "Content-Length", "Origin", "Connection", "Proxy-Connection", "Proxy-Authorization", "Referer", "Cookie",
    "Upgrade-Insecure-Requests", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User",
    "If-Modified-Since", "If-None-Match",
)  # fmt: skip
_CHROME = re.compile(r"Chrome/(\d{1,4})\.")
# Of these Chromium makes a brand that stands for nothing, so that nobody counts on the list (GREASE).
_GREASE_SIGNS = (" ", "(", ":", "-", ".", "/", ")", ";", "=", "?", "_")
_GREASE_VERSIONS = ("8", "99", "24")
_GREASE_ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


def usual(
    url: str, *, user_agent: str, language: str, declared: Iterable[str] = (), kind: str = "document"
) -> dict[str, str]:
    """The header lines that a browser sends with a request for `url`, without those of the connection.

    `kind`: document, frame, script, or xhr and fetch. `declared` are the names of lines that the request brings; one
    that a script would send (`Content-Type` of a POST, `X-Requested-With`) makes it a script's request.
    """
    said = {name.lower() for name in declared}
    secure = url.startswith("https:")
    if kind == "document" and said & {"content-type", "x-requested-with"} and "upgrade-insecure-requests" not in said:
        kind = "xhr"
    script = kind in ("script", "xhr", "fetch")
    chrome = _CHROME.search(user_agent)
    page = _CHROME_ACCEPT if chrome else _OTHER_ACCEPT
    lines = {
        "User-Agent": user_agent,
        "Accept": "*/*" if script else page,
        "Accept-Encoding": ("gzip, deflate, br" + (", zstd" if KNOWS_ZSTD else "")) if secure else "gzip, deflate",
        "Accept-Language": language or LANGUAGE,
    }
    if not script:
        lines["Upgrade-Insecure-Requests"] = "1"
    if secure:
        lines |= _FETCH_METADATA[kind] | (_hints(user_agent, int(chrome[1])) if chrome else {})
    return lines


_SCRIPTS_OWN = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
_FETCH_METADATA = {
    # Typed in, as it were: no site led here.
    "document": {
        "Sec-Fetch-Site": "none",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-User": "?1",
        "Sec-Fetch-Dest": "document",
    },
    "frame": {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    "script": {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
    "xhr": _SCRIPTS_OWN,
    "fetch": _SCRIPTS_OWN,
}

# What depends on the scheme: taken off again where a redirect changes it.
BY_SCHEME = frozenset(
    ["accept-encoding", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform"]
    + [f"sec-fetch-{part}" for part in ("site", "mode", "user", "dest")]
)


def arrange(lines: Iterable[tuple[str, str]]) -> Headers:
    """Header lines in the order, and with the spelling, of the browser that their `User-Agent` names."""
    given = [(name.lower(), name, value) for name, value in lines]
    agent, navigates = "", False
    for low, _, value in given:
        if low == "user-agent":
            agent = value
        elif low == "upgrade-insecure-requests":
            navigates = True
    places = _places(agent, navigates)
    spelled = [(*places.get(low, (len(places), name)), value) for low, name, value in given]
    spelled.sort(key=_PLACE)
    return tuple((name, value) for _, name, value in spelled)


_PLACE = itemgetter(0)


@lru_cache(maxsize=64)
def _places(agent: str, navigates: bool) -> dict[str, tuple[int, str]]:
    """Each header's place and spelling, by its lower-case name, in a browser's request. Twice for each look."""
    order: tuple[str, ...] = _NAVIGATION if navigates else _SCRIPT
    if not _CHROME.search(agent):
        order = _OTHER
    return {name.lower(): (place, name) for place, name in enumerate(order)}


def connection(url: str, *, proxied: bool) -> tuple[str, str]:
    """The line by which a browser asks to keep the connection; to a proxy that reads the request it is another."""
    plain_proxy = proxied and not url.startswith("https:")
    return ("Proxy-Connection" if plain_proxy else "Connection", "keep-alive")


def brands(major: int, brand: str = "Google Chrome") -> str:
    """`sec-ch-ua` of a Chromium of that version (Chromium, components/embedder_support/user_agent_utils.cc)."""
    signs = len(_GREASE_SIGNS)
    grease = f"Not{_GREASE_SIGNS[major % signs]}A{_GREASE_SIGNS[(major + 1) % signs]}Brand"
    named = ((grease, _GREASE_VERSIONS[major % 3]), ("Chromium", str(major)), (brand, str(major)))
    listed = [""] * 3
    for place, (name, version) in zip(_GREASE_ORDERS[major % 6], named, strict=True):
        listed[place] = f'"{name}";v="{version}"'
    return ", ".join(listed)


def _hints(user_agent: str, major: int) -> dict[str, str]:
    systems = (("Windows", "Windows"), ("Android", "Android"), ("Macintosh", "macOS"), ("CrOS", "Chrome OS"))
    system = next((name for sign, name in systems if sign in user_agent), "Linux")
    brand = "Microsoft Edge" if "Edg/" in user_agent else "Google Chrome"
    return {
        "sec-ch-ua": brands(major, brand),
        "sec-ch-ua-mobile": "?1" if "Mobile" in user_agent else "?0",
        "sec-ch-ua-platform": f'"{system}"',
    }
