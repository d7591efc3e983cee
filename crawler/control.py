"""Control looks: what else is asked of a host while one of its pages seems to be gone (evidence.md, section 6).

The host's home, so that a takedown is told from a host that is away; an address that cannot exist, so that what
the host answers to any address is known for what it is. Each once a host and run, and only where a page asks for it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.purpose import Purpose
from crawler.schedule import Look
from storage import pages
from storage.findings import PageState
from storage.records import CaptureKind, Reason, Role
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import sqlalchemy as sa

    from storage.records import Capture, SourceId

# A page that kept its size kept its text, or says something else at length: no answer to any address has that size.
SAME_SIZE = 0.8


# Pages of one source that one run looks at from another vantage: an outage shows in some as well as in all.
MOST_COMPARED = 50
_AWAY = (PageState.SUSPECTED_GONE, PageState.GONE, PageState.BLOCKED, PageState.UNREACHABLE)


class Controls:
    """What one run knows of each host: whether it answered as ever, and what was asked of it beside its pages."""

    def __init__(self) -> None:
        self._compared: dict[SourceId | None, int] = {}
        self._answered: set[str] = set()
        self._asked: set[tuple[str, str]] = set()

    def note(self, purpose: Purpose, capture: Capture, look: Look) -> None:
        """Take note of a look: a list that came, or a live page that did not change, shows that its host is there."""
        history = purpose.history
        alive = history is not None and history.state in (PageState.LIVE, PageState.RETURNED)
        unchanged = alive and capture.kind is CaptureKind.REVISIT
        if look is Look.ANSWERED and (purpose.role is Role.FEED or unchanged):
            self._answered.add(host_of(purpose.url))

    def elsewhere(self, purpose: Purpose, look: Look | None) -> bool:
        """Whether a page or list is to be looked at from its source's other vantages too: what this one saw of it
        would be a takedown, or is a refusal that may be for this one alone."""
        if purpose.reason is Reason.COMPARE or purpose.role not in (Role.PAGE, Role.FEED):
            return False
        history = purpose.history
        away = history is not None and history.state in _AWAY and look is Look.ANSWERED
        lost = look is Look.GONE_SIGN and (purpose.role is Role.FEED or (history is not None and history.alive))
        if not (away or lost or look is Look.TROUBLE):
            return False
        done = self._compared[purpose.source_id] = self._compared.get(purpose.source_id, 0) + 1
        return done <= MOST_COMPARED

    def home(self, purpose: Purpose, look: Look) -> str | None:
        """The home to ask before a suspected page may be called gone; None where the host has answered already."""
        history, host = purpose.history, host_of(purpose.url)
        suspected = history is not None and history.state is PageState.SUSPECTED_GONE
        if not suspected or look not in (Look.ANSWERED, Look.GONE_SIGN) or host in self._answered:
            return None
        parts = urlsplit(purpose.url)
        return self._once("home", host, f"{parts.scheme}://{parts.netloc}/")

    def compares(self, purpose: Purpose) -> bool:
        """Whether the size of a page's changed body is of interest: once a host, of pages that were alive."""
        alive = purpose.history is not None and purpose.history.alive
        return alive and ("nowhere", host_of(purpose.url)) not in self._asked

    def nowhere(self, purpose: Purpose, size: int, size_before: int | None) -> str | None:
        """An address that cannot exist, beside a page that now answers with a body of quite another size."""
        if not size_before or min(size, size_before) >= SAME_SIZE * max(size, size_before):
            return None
        return self._once("nowhere", host_of(purpose.url), nowhere(purpose.url))

    def _once(self, what: str, host: str, url: str) -> str | None:
        if (what, host) in self._asked:
            return None
        self._asked.add((what, host))
        return url


def nowhere(url: str) -> str:
    """An address beside `url` that nobody ever published: always the same one for a host."""
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    ending = name[name.rindex(".") :] if "." in name else ""
    return f"{parts.scheme}://{parts.netloc}{folder}/{hashlib.sha256(parts.netloc.encode()).hexdigest()[:12]}{ending}"


def probes_for(conn: sa.Connection, purpose: Purpose, urls: Iterable[str]) -> list[Purpose]:
    """Looks at `urls` on behalf of a page; none at one that is a page with looks of its own."""
    known = {url: pages.by_url(conn, url) for url in urls}
    return [
        Purpose(
            url=url,
            role=Role.PROBE,
            reason=Reason.RECHECK,
            source_id=purpose.source_id,
            vantage=purpose.vantage,
            robots=purpose.robots,
            previous=pages.previous(conn, url),
        )
        for url, page in known.items()
        if page is None or page.role is not Role.PAGE
    ]
