"""The ways a message leaves the machine, by the scheme of its address; every other scheme is Apprise's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from alerts.channels.apprise import AppriseChannel
from alerts.channels.folder import FolderChannel

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: a subject, and the same thing as text and as HTML. `id` is the same however often it is sent."""

    id: str
    subject: str
    text: str
    html: str


class Channel(Protocol):
    """Sends one message. Raises Retry where it did not go out, ConfigError where it never will."""

    def send(self, message: Message) -> None: ...


CHANNELS: dict[str, Callable[[str], Channel]] = {"file": FolderChannel}


def open_channel(address: str) -> Channel:
    """The channel of an address in `[digest] send`."""
    scheme = address.partition("://")[0].lower()
    return CHANNELS.get(scheme, AppriseChannel)(address)


def name_of(address: str) -> str:
    """What a channel is called where it is recorded: its scheme and a hash, because an address holds passwords."""
    scheme = address.partition("://")[0].lower()
    return f"{scheme}:{hashlib.sha256(address.encode()).hexdigest()[:16]}"
