"""Names looked up for direct requests: a public name must not lead inside (DNS rebinding, split horizons)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from scrapy.resolver import CachingThreadedResolver
from twisted.internet._resolver import SimpleResolverComplexifier
from twisted.internet.interfaces import IHostnameResolver, IResolverSimple
from zope.interface import implementer

from crawler.addresses import is_public
from crawler.failures import InnerAddressError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from twisted.internet.defer import Deferred


@implementer(IHostnameResolver)
class PublicResolver(CachingThreadedResolver):
    """Scrapy's caching resolver, refusing addresses that are not public except at the doors that the user named."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._doors: frozenset[str] = frozenset()
        self._proxies: frozenset[str] = frozenset()

    def install_on_reactor(self) -> None:
        """As the resolver that is told a request's port; a proxy's name, which has none, comes by it too."""
        self.reactor.installNameResolver(cast("IHostnameResolver", self))

    def allow(self, doors: Iterable[str], proxies: Iterable[str]) -> None:
        """Start addresses (`host:port`) and hosts of proxies may lead anywhere; a start's host at another port not:
        whoever writes its pages would reach what else listens inside."""
        self._doors = frozenset(doors)
        self._proxies = frozenset(host.lower() for host in proxies)

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        found = super().getHostByName(name, timeout)
        if _plain(name) not in self._proxies:
            found.addCallback(_checked, name)
        return found

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Any = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        named = f"{_plain(hostName)}:{portNumber}" in self._doors
        look_up = _LookUp(super().getHostByName if named else self.getHostByName)
        return SimpleResolverComplexifier(cast("IResolverSimple", look_up)).resolveHostName(
            resolutionReceiver, hostName, portNumber, addressTypes, transportSemantics
        )


@implementer(IResolverSimple)
class _LookUp:
    def __init__(self, look_up: Callable[..., Deferred[str]]) -> None:
        self.getHostByName = look_up


def _plain(name: str) -> str:
    return name.lower().rstrip(".")


def _checked(address: str, name: str) -> str:
    if not is_public(address):
        raise InnerAddressError(f"{name} leads to {address}, which is no public address")
    return address
