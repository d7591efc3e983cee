"""The ways a message leaves the machine, by the scheme of its address; every other scheme is Apprise's."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from alerts.channels.apprise import AppriseChannel, schemes
from alerts.channels.folder import FolderChannel
from alerts.channels.mail import open_mail
from alerts.channels.webhook import WebhookChannel
from storage.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: a subject, and the same thing as text and as HTML, for programs as `data` too.

    `id` and `key` are the same however often it is sent; `key` no other message has, of no other archive either.
    `at` is when it was planned, `now` when it is sent.
    """

    id: str
    subject: str
    text: str
    html: str
    key: str
    at: datetime
    now: datetime
    data: Mapping[str, object] | None = None


class Channel(Protocol):
    """Sends one message; gives what went wrong beside (one of several recipients refused), nothing where all is well.

    Raises Retry where it did not go out, Quarantine where this message was refused for good, ConfigError where the
    address never works. What an error says holds nothing secret of the address.
    """

    def send(self, message: Message) -> str: ...


CHANNELS: dict[str, Callable[[str], Channel]] = {"file": FolderChannel, "mailto": open_mail, "mailtos": open_mail}
SIGNED: dict[str, Callable[[str, Mapping[str, str]], Channel]] = {
    "webhook+https": WebhookChannel,
    "webhook+http": WebhookChannel,
}


def open_channel(address: str, secrets: Mapping[str, str] | None = None) -> Channel:
    """The channel of an address of `send`; `secrets` are those of `[webhook.NAME]`. Nothing is connected to yet.

    Raises ConfigError, which says nothing secret of the address.
    """
    scheme = _scheme(address)
    if scheme in SIGNED:
        return SIGNED[scheme](address, secrets or {})
    if scheme in CHANNELS:
        return CHANNELS[scheme](address)
    _refuse_unknown(address, scheme)
    return AppriseChannel(address)


def _refuse_unknown(address: str, scheme: str) -> None:
    if "://" not in address:
        raise ConfigError(
            "send: an address begins with what takes it; write e.g. mailtos://user:password@example.org "
            "or file:///srv/digests"
        )
    ours = [*CHANNELS, *SIGNED]
    # Ours first: Apprise's two hundred and fifty are near to everything.
    near = difflib.get_close_matches(scheme, ours, 1, 0.7)
    if near:
        raise ConfigError(f"send: {scheme}:// is unknown; did you mean {near[0]}://?")
    known = schemes()
    if scheme not in known:
        near = difflib.get_close_matches(scheme, known, 1)
        hint = f"did you mean {near[0]}://?" if near else f"write one of {', '.join(ours)}, or one of Apprise's list"
        raise ConfigError(f"send: {scheme}:// is unknown; {hint}")


def name_of(address: str) -> str:
    """What a channel is called where it is recorded: its scheme and a hash, because an address holds passwords."""
    return f"{_scheme(address)}:{hashlib.sha256(address.encode()).hexdigest()[:16]}"


def carries_data(address: str) -> bool:
    """Whether programs read what goes there."""
    return _scheme(address) in SIGNED


def _scheme(address: str) -> str:
    return address.partition("://")[0].lower()
