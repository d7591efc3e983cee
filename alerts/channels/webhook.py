"""A program as a reader: `webhook+https://host/path#name` gets each message as JSON, signed with `[webhook.name]`.

The signature is HMAC-SHA256 over the timestamp, a full stop and the body, as bytes: whoever holds the secret can tell
that a message is ours, and refuse one whose timestamp is old. No redirect is followed: the address is the user's own
word, which may name a machine inside; what that machine answers is not.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import ssl
import time
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from alerts.channels.redaction import said
from storage.errors import ConfigError, Quarantine, Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alerts.channels import Message

_SECONDS = 15.0
_WAITS = (1.0, 4.0)
"""Seconds before the second and the third try of one run."""

_LONGEST_WAIT = 10.0
_READ = 2000
# Too early, too many, and whatever fails on their side.
_PASSING = frozenset({408, 425, 429})


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-Longarm-Signature` says: `sha256=` and the hexadecimal HMAC."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


class WebhookChannel:
    """One address, and the secret that its fragment names (`default` where it has none)."""

    def __init__(
        self, address: str, secrets: Mapping[str, str], *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._address, self._pause = address, pause
        try:
            parts = urlsplit(address)
            self._host, self._port = parts.hostname or "", parts.port
        except ValueError as problem:
            raise ConfigError(f"send: webhook: {said(problem, address)}; correct the address") from problem
        name = parts.fragment or "default"
        self._secret = secrets.get(name, "")
        if not self._host or parts.username or parts.password:
            raise ConfigError("send: webhook: write webhook+https://host/path#name, without user and password")
        if not self._secret:
            variable = f"LONGARM_WEBHOOK__{name.upper()}__SECRET"
            raise ConfigError(
                f"send: webhook at {self._host} has no secret; set [webhook.{name}] secret, or {variable}"
            )
        self._is_tls = parts.scheme.lower() == "webhook+https"
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not self._target.isascii() or any(char <= " " or char == "\x7f" for char in self._target):
            raise ConfigError("send: webhook: the address holds a character that must be percent-encoded")

    def send(self, message: Message) -> str:
        body = json.dumps(_body(message), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        timestamp = str(int(message.now.timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "longarm",
            # A person may be called by any letters, a header takes ASCII.
            "X-Longarm-Id": quote(message.key, safe=":/"),
            "X-Longarm-Timestamp": timestamp,
            "X-Longarm-Signature": signature(self._secret, timestamp, body),
        }
        for wait in (*_WAITS, None):
            problem, asked = self._try(body, headers)
            if problem is None:
                return ""
            if wait is None:
                raise Retry(f"webhook at {self._host}: {problem}; it is tried again at the next run")
            self._pause(max(wait, asked))
        raise AssertionError

    def _try(self, body: bytes, headers: Mapping[str, str]) -> tuple[str | None, float]:
        """One try: what went wrong in a way that may pass, None where it was taken; and the seconds they ask for."""
        try:
            with closing(self._connection()) as connection:
                connection.request("POST", self._target, body=body, headers=dict(headers))
                answer = connection.getresponse()
                status, asked = answer.status, answer.headers.get("Retry-After", "")
                words = answer.read(_READ).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as problem:
            return self._said(problem) or type(problem).__name__, 0
        if 200 <= status < 300:
            return None, 0
        if 300 <= status < 400:
            raise Quarantine(
                f"webhook at {self._host}: answers {status}, and redirects are not followed; write where it leads"
            )
        if status in _PASSING or status >= 500:
            return f"answers {status}", min(_LONGEST_WAIT, float(asked)) if asked.isdecimal() else 0
        raise Quarantine(f"webhook at {self._host}: refused, {status} {self._said(words)}".rstrip())

    def _connection(self) -> http.client.HTTPConnection:
        if self._is_tls:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=_SECONDS, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)

    def _said(self, problem: object) -> str:
        return said(problem, self._address, self._secret)


def _body(message: Message) -> dict[str, object]:
    return {
        "id": message.key,
        "at": message.at.isoformat(timespec="seconds"),
        "subject": message.subject,
        "text": message.text,
        **(message.data or {}),
    }
