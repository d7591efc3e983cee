"""robots.txt: what a host asks for, and what was done about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from storage.records import Sha256

# RFC 9309, section 2.5: at least 500 KiB must be read, more need not be.
MAX_BYTES = 512_000
# Each wildcard rule is tried on each URL. A file with more of them than this is made to keep crawlers busy.
MOST_WILDCARDS = 2000
# A host that asks for longer pauses than this would not be read through in a day.
LONGEST_DELAY_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What a host's robots.txt says. `rules` None: it has none that we could read."""

    rules: Protego | None
    sha256: Sha256 | None

    def allows(self, url: str, user_agent: str) -> bool | None:
        """Whether `url` may be looked at; None where nobody knows (robots.txt did not come)."""
        if self.rules is None:
            return None if self.sha256 is None else True
        return bool(self.rules.can_fetch(url, user_agent))

    def delay(self, user_agent: str) -> float:
        """The pause between two requests that it asks for, in seconds, as far as we go along with it; 0 for none."""
        asked = self.rules.crawl_delay(user_agent) if self.rules is not None else None
        return min(asked or 0.0, LONGEST_DELAY_SECONDS)


UNKNOWN = Robots(rules=None, sha256=None)


def robots_url(url: str) -> str:
    """Where the robots.txt for `url` is."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def read_robots(status: int | None, body: bytes) -> Robots:
    """What an answer to the request for robots.txt means (RFC 9309, section 2.3.1).

    4xx: there are no rules, all is allowed. No answer or 5xx: unknown. The RFC would have us stay away then; we go on
    and record that nobody knew, because an outage must show as the outage it is, not as a ban.
    """
    digest = Sha256(hashlib.sha256(body).hexdigest())
    if status is None or status >= 500:
        return UNKNOWN
    if status >= 300:
        return Robots(rules=None, sha256=digest)
    return Robots(rules=Protego.parse(_bounded(body[:MAX_BYTES].decode("utf-8", "replace"))), sha256=digest)


def _bounded(text: str) -> str:
    """The file without its wildcard rules beyond the first so many."""
    if text.count("*") <= MOST_WILDCARDS:
        return text
    kept, wildcards = [], 0
    for line in text.splitlines():
        rule = line.partition("#")[0].strip().lower()
        is_wildcard = "*" in rule and not rule.startswith("user")
        wildcards += is_wildcard
        if not is_wildcard or wildcards <= MOST_WILDCARDS:
            kept.append(line)
    return "\n".join(kept)
