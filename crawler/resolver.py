"""Names looked up for direct requests: a public name must not lead inside (DNS rebinding, split horizons)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.resolver import CachingThreadedResolver

from crawler.addresses import is_public
from crawler.failures import InnerAddressError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twisted.internet.defer import Deferred


class PublicResolver(CachingThreadedResolver):
    """Scrapy's caching resolver, refusing addresses that are not public except for hosts the user named."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._allowed: set[str] = set()

    def allow(self, hosts: Iterable[str]) -> None:
        """These names (start addresses, proxies) may lead anywhere."""
        self._allowed.update(host.lower() for host in hosts)

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        found = super().getHostByName(name, timeout)
        if name.lower().rstrip(".") not in self._allowed:
            found.addCallback(_checked, name)
        return found


def _checked(address: str, name: str) -> str:
    if not is_public(address):
        raise InnerAddressError(f"{name} leads to {address}, which is no public address")
    return address
