"""Ways out: what every request of a vantage carries, and through which proxy it goes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawler.headers import BY_SCHEME, usual
from storage.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy import Request

    from storage.config import Config
    from storage.records import Source, SourceId

_SCHEMES = ("http", "socks5h")


class Ways:
    """The vantages of a run, checked before anything is asked: nobody shows their own address by accident."""

    def __init__(
        self, config: Config, sources: Sequence[Source], besides: Sequence[str] = (), of_no_source: Iterable[str] = ()
    ) -> None:
        """`besides`: vantages that pages of all these sources are looked at from; `of_no_source`: other pages."""
        self._config = config
        named = {name: source.id for source in reversed(sources) for name in (source.vantage, *source.vantages)}
        names = {*named, *besides, *of_no_source} or {"default"}
        self._ways = {name: _proxy(name, named.get(name), config) for name in sorted(names)}
        for source in sources:
            if source.proxy_only:
                self._require_proxies(source, besides)

    def _require_proxies(self, source: Source, besides: Iterable[str]) -> None:
        for name in (source.vantage, *source.vantages, *besides):
            if self._ways[name][0] is None:
                raise ConfigError(
                    f"{self._config.spot('vantage', name, 'proxy')}: {source.id} is proxy_only, "
                    f"but [vantage.{name}] has no proxy; set one, "
                    f"or name another vantage for the source"
                )

    def proxy_hosts(self) -> frozenset[str]:
        """The hosts of the proxies: they may be anywhere."""
        return frozenset(urlsplit(proxy).hostname or "" for proxy, _ in self._ways.values() if proxy)

    def speaks(self, vantage: str) -> tuple[str, str]:
        """The user agent of a vantage, and its languages where it says which."""
        settings = self._config.vantage.get(vantage)
        own = settings.user_agent if settings else ""
        return own or self._config.fetch.user_agent, settings.accept_language if settings else ""

    def send(self, request: Request, vantage: str, *, kind: str = "document") -> None:
        """Put the usual headers and the vantage's proxy on a request."""
        proxy, login = self._ways[vantage]
        user_agent, language = self.speaks(vantage)
        lines = usual(
            request.url,
            user_agent=user_agent,
            language=language,
            declared=[name.decode("latin-1") for name in request.headers],
            kind=kind,
        )
        for name in BY_SCHEME:
            request.headers.pop(name, None)
        for name, value in lines.items():
            request.headers.setdefault(name, value)
        if proxy is not None:
            request.meta["proxy"] = proxy
            if login is not None:
                request.headers["Proxy-Authorization"] = login


def _proxy(name: str, source: SourceId | None, config: Config) -> tuple[str | None, str | None]:
    """A vantage's proxy without its login, and the login as a header; (None, None) for direct.

    `source`: one that names it, where any does. What stands in a sources file was told with its line before.
    """
    where = f"{config.spot('vantage', name, 'proxy')}: [vantage.{name}]"
    vantage = config.vantage.get(name)
    if vantage is None:
        known = ", ".join(sorted(config.vantage))
        whose = f"{source}, as it was last read, names it" if source else "pages are to be looked at through it"
        raise ConfigError(f"{where}: there is none, and {whose}; write that section, or name one of {known}")
    if not vantage.proxy:
        if vantage.direct:
            return None, None
        raise ConfigError(
            f'{where}: no way out is chosen; set proxy = "http://HOST:PORT" (or "socks5h://…"), '
            "or direct = true if the sites may see this machine's own address"
        )
    try:
        parts = urlsplit(vantage.proxy)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _SCHEMES or not parts.hostname:
        hint = (
            "socks5h://HOST:PORT (the proxy looks the names up)"
            if parts.scheme.startswith("socks")
            else "http://HOST:PORT"
        )
        raise ConfigError(f"{where} proxy: {_without_login(vantage.proxy)!r} cannot be used; write {hint}")
    if parts.scheme == "socks5h":
        return vantage.proxy, None
    login = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        login = "Basic " + base64.b64encode(pair.encode()).decode()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"http://{host}:{port or 80}", login


def _without_login(proxy: str) -> str:
    return proxy.rpartition("@")[2]
