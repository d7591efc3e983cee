"""Any of Apprise's services by its URL: mail, messengers, web hooks."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from storage.errors import ConfigError, Retry

if TYPE_CHECKING:
    from alerts.channels import Message

# Services that show HTML as it is meant; the others get the text.
_HTML = frozenset({"mailto", "mailtos"})


class AppriseChannel:
    """One Apprise URL."""

    def __init__(self, address: str) -> None:
        apprise = _apprise()
        self._scheme = address.partition("://")[0].lower()
        self._service: Any = apprise.Apprise()
        if not self._service.add(address):
            raise ConfigError(f"[digest] send: {self._scheme}://…: not an address Apprise understands; see its list")

    def send(self, message: Message) -> None:
        is_html = self._scheme in _HTML
        sent = self._service.notify(
            title=message.subject,
            body=message.html if is_html else message.text,
            body_format="html" if is_html else "text",
        )
        if not sent:
            raise Retry(f"{self._scheme}://…: the message was not taken; it is tried again at the next run")


def _apprise() -> Any:
    # Apprise costs 0.2 s to import and is an extra: only who sends pays for it.
    try:
        return importlib.import_module("apprise")
    except ModuleNotFoundError as missing:
        raise ConfigError("[digest] send needs apprise; pip install 'longarm[notify]'") from missing
