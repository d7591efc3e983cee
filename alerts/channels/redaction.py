"""What may be said of an error: one line, without the passwords, tokens and names that an address holds."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from alerts.mask import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 300
"""Characters of a target's own words that are kept; an error page can be a whole site."""

_ADDRESS = re.compile(
    r"[a-z+]+://(?:(?P<user>[^/?#]*)@)?(?P<host>[^/?#@]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?", re.IGNORECASE
)
# Shorter parts of a path or a query say nothing secret (`yes`, `ssl`), and occur in any text.
_SHORTEST = 4


def said(problem: object, address: str, *more: str) -> str:
    """What `problem` says, on one line and without what is secret in `address`, nor any of `more`."""
    text = str(problem)
    for secret in sorted({*_secrets(address), *filter(None, more)}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return " ".join(clean(text).split())[:LONGEST]


def _secrets(address: str) -> Iterator[str]:
    yield address
    parts = _ADDRESS.match(address)
    if parts is None:
        return
    user, _, password = (parts["user"] or "").partition(":")
    yield from _spelt([password], shortest=1)
    yield from _spelt([user, parts["user"] or "", *parts["path"].split("/")], shortest=_SHORTEST)
    yield from _spelt([value for _, value in parse_qsl(parts["query"] or "")], shortest=_SHORTEST)
    if password:
        # As servers repeat it after a failed log-in.
        plain = f"\0{unquote(user)}\0{unquote(password)}"
        yield from (base64.b64encode(text.encode()).decode() for text in (unquote(password), plain))


def _spelt(parts: Iterable[str], *, shortest: int) -> Iterator[str]:
    for part in parts:
        for text in (part, unquote(part)):
            if len(text) >= shortest:
                yield text
