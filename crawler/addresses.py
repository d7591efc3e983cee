"""Which addresses a page's link or redirect may lead to: http and https on the public Internet, and nothing inside."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.records import Source

_PORT = {"http": 80, "https": 443}
# Names that never leave a machine or a local network (RFC 6761, 6762, 8375, 9476, and what routers invent).
_LOCAL_NAMES = frozenset(
    ["localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "onion", "invalid"]
) | {"home.arpa", "ip6.arpa", "in-addr.arpa"}
# In ASCII, and no longer than a host's name may be: Python refuses to read numbers of thousands of digits.
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{0,253}|[0-9]{1,253}")
# What listens there is no site: names, mail, files, shells, databases, machines' own controls. A page must not have us
# knock there. Browsers have such a list too (the Fetch standard's "bad ports"), without the databases. All other ports
# are asked: local governments' sites stand at 81, 8083, 9003 and 33303.
_OTHER_SERVICES = frozenset(
    {22, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4045, 4190, 5432, 5672, 5900, 5984, 5985, 5986, 6000, 6379}
    | {6566, 6667, 6697, 9042, 9092, 9200, 9300, 10250, 10255, 11211, 27017, 27018, 50070, 61613, 61616}
    | {1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110}
    | {111, 113, 115, 117, 119, 123, 135, 137, 138, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526}
    | {530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 623, 636, 873, 989, 990, 993, 995, 1433, 1521, 1719, 1720}
    | {1723, 5060, 5061}
)
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def refusal(url: str, *, allowed: frozenset[str] = frozenset()) -> str | None:
    """Why `url` must not be asked, in a few words; None where it may be.

    `allowed` are `host:port` pairs the user wrote as start addresses: those may be anywhere.
    """
    if _CONTROL.search(url):
        return "the address holds spaces or control characters"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "the address cannot be read"
    if parts.scheme.lower() not in _PORT:
        return f"not http or https: {parts.scheme or 'no scheme'}"
    if "@" in parts.netloc or "\\" in parts.netloc:
        return "the address hides its host behind a user name"
    host = _plain_host(parts.hostname or "")
    if not host:
        return "the address has no host"
    if f"{host}:{port or _PORT[parts.scheme.lower()]}" in allowed:
        return None
    return f"port {port} is no site's" if port in _OTHER_SERVICES else _host_refusal(host)


def _host_refusal(host: str) -> str | None:
    literal = literal_address(host)
    if literal is not None:
        return None if is_public(literal) else f"{literal} is no public address"
    labels = host.split(".")
    if "" in labels or "%" in host:
        return "the host's name is broken"
    if len(labels) == 1 or labels[-1] in _LOCAL_NAMES or ".".join(labels[-2:]) in _LOCAL_NAMES:
        return f"{host} is a local name"
    return None


def literal_address(host: str) -> Address | None:
    """The IP address that `host` spells, in any way that resolvers take: dotted, decimal, hexadecimal, octal, IPv6."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    parts = host.split(".")
    if not 1 <= len(parts) <= 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    *heads, last = (_number(part) for part in parts)
    # The last number fills the bytes that are left: 127.1 is 127.0.0.1 (inet_aton).
    if any(head > 255 for head in heads) or last >= 256 ** (4 - len(heads)):
        return ipaddress.IPv4Address("0.0.0.0")  # noqa: S104 - no such address: refused like this one
    value = last
    for position, head in enumerate(heads):
        value += head << (8 * (3 - position))
    return ipaddress.IPv4Address(value)


def is_public(address: Address | str) -> bool:
    """Whether an address belongs to the public Internet; an IPv4 address inside an IPv6 one is looked at itself."""
    found = ipaddress.ip_address(address) if isinstance(address, str) else address
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None) or _nat64(found)
        if inner is not None:
            return is_public(inner)
    return found.is_global and not found.is_multicast and not found.is_reserved


def start_hosts(sources: Iterable[Source]) -> frozenset[str]:
    """The `host:port` pairs that the user's own start addresses name."""
    return hosts_of(feed.url for source in sources for feed in source.feeds)


def hosts_of(urls: Iterable[str]) -> frozenset[str]:
    """The `host:port` pairs of these addresses."""
    pairs = set()
    for url in urls:
        parts = urlsplit(url)
        pairs.add(f"{_plain_host(parts.hostname or '')}:{parts.port or _PORT.get(parts.scheme, 80)}")
    return frozenset(pairs)


def _plain_host(host: str) -> str:
    """Lower case, in ASCII, without the trailing dot; full-width digits and dots are what browsers make of them."""
    host = host.rstrip(".")
    try:
        return host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        return host.lower()


def _number(text: str) -> int:
    if text[:2] in ("0x", "0X"):
        return int(text[2:] or "0", 16)
    if text.startswith("0") and len(text) > 1:
        # inet_aton reads octal; where it is none (08), some read decimal: either way we know which byte is meant.
        return int(text, 8) if not set(text) & {"8", "9"} else int(text)
    return int(text)


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in ipaddress.IPv6Network("64:ff9b::/96") or address in ipaddress.IPv6Network("::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None
