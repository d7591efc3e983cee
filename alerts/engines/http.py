"""A service as an engine: LibreTranslate's JSON over HTTP (`POST /translate`), which others speak too."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from alerts.engines import EngineFailed, within


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The text goes to the address in the settings and to no other."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class HttpEngine:
    """One request for each text. `proxy` as in [vantage.*], http only; without one the service sees this machine."""

    def __init__(self, url: str, *, api_key: str, proxy: str, timeout: float, max_bytes: int, name: str = "") -> None:
        self._url = url
        self._api_key = api_key
        self._timeout = timeout
        self._max_bytes = max_bytes
        self.name = name or urlsplit(url).hostname or url
        # The environment's proxies are not ours: the way out is what the settings say.
        ways = {"http": proxy, "https": proxy} if proxy else {}
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler(ways), _NoRedirect())

    def translate(self, text: str, source: str, target: str) -> str:
        asked = {"q": text, "source": source, "target": target, "format": "text"}
        body = json.dumps({**asked, **({"api_key": self._api_key} if self._api_key else {})}).encode()
        request = urllib.request.Request(self._url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310 - the settings allow http and https only
        answer = within(self._timeout, lambda: self._ask(request))
        if len(answer) > self._max_bytes:
            raise EngineFailed(f"more than {self._max_bytes:,} bytes of answer")
        try:
            said = json.loads(answer)["translatedText"]
        except (ValueError, KeyError, TypeError, RecursionError) as problem:
            raise EngineFailed("the answer is not LibreTranslate's JSON") from problem
        if not isinstance(said, str):
            raise EngineFailed("the answer holds no text")
        return said.strip()

    def _ask(self, request: urllib.request.Request) -> bytes:
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return bytes(answer.read(self._max_bytes + 1))
        except urllib.error.HTTPError as problem:
            problem.close()
            raise EngineFailed(f"answered {problem.code}") from problem
        except urllib.error.URLError as problem:
            raise EngineFailed(f"{problem.reason}") from problem
