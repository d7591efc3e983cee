"""MHTML (RFC 2557): a page and what it shows in one mail message; of it the page itself is the look."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TYPE_CHECKING

from crawler.imports.found import Found, Unreadable
from storage.records import Original

if TYPE_CHECKING:
    from email.message import Message

_MOST_PARTS = 5_000
_PAGES = ("text/html", "application/xhtml+xml")
# What may go wrong in a message that was made to break its reader.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)


def read_mhtml(data: bytes, *, name: str, url: str | None) -> Found:
    """The page of an MHTML file; the whole file goes with it. Raises Unreadable."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        part = _page(message)
        body = part.get_payload(decode=True) if part is not None else None
        if part is None or not isinstance(body, bytes) or not body:
            raise Unreadable("holds no page; save the page again, as one file or as a web archive")
        address = url or _address(message, part)
        media_type = part.get_content_type()
        charset = part.get_content_charset()
        at = _date(message)
    except _BROKEN as problem:
        raise Unreadable(f"cannot be read as MHTML ({type(problem).__name__}); save the page again") from None
    if address is None:
        raise Unreadable("says not which page it was; give its address with --url")
    said = f"{media_type}; charset={charset}" if charset and charset.isascii() and charset.isprintable() else media_type
    return Found(
        how="import:mhtml",
        url=address,
        at=at,
        body=body,
        headers=(("Content-Type", said),),
        http=False,
        made="the page is the file's first HTML part, its mail coding undone",
        originals=(Original(name=name, media_type="multipart/related", data=data),),
    )


def _page(message: Message) -> Message | None:
    """The root part: what `start` names, else the first that is HTML."""
    start = message.get_param("start")
    parts = [part for part in islice(message.walk(), _MOST_PARTS) if part.get_content_type() in _PAGES]
    named = [part for part in parts if start and part.get("Content-ID", "").strip() == start]
    return next(iter(named or parts), None)


def _address(message: Message, part: Message) -> str | None:
    told = (message.get("Snapshot-Content-Location"), part.get("Content-Location"), message.get("Content-Location"))
    for text in told:
        address = "".join(str(text or "").split())
        if address.startswith(("http://", "https://")):
            return address
    return None


def _date(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(message.get("Date") or ""))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
