"""Any of Apprise's services by its URL: messengers, pagers, tickets."""

from __future__ import annotations

import importlib
import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from alerts.channels.redaction import said
from storage.errors import ConfigError, Retry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.channels import Message

# Services that show HTML as it is meant; the others get the text.
_HTML = frozenset({"mailto", "mailtos"})
_CUT = "\n… cut here, because this service takes no more"


class AppriseChannel:
    """One Apprise URL."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._scheme = address.partition("://")[0].lower()
        self._service = service_of(address)

    def send(self, message: Message) -> str:
        is_html = self._scheme in _HTML
        heard = _Heard()
        logger = logging.getLogger("apprise")
        logger.addHandler(heard)
        try:
            sent = self._service.notify(
                title=message.subject,
                body=message.html if is_html else self._fitting(message.text),
                body_format="html" if is_html else "text",
            )
        except Exception as problem:  # noqa: BLE001 - a hundred services, each with its own exceptions
            heard.said.append(f"{type(problem).__name__}: {problem}")
            sent = False
        finally:
            logger.removeHandler(heard)
        if not sent:
            why = said(heard.said[-1], self._address) if heard.said else "the message was not taken"
            raise Retry(f"{self._scheme}://…: {why}; it is tried again at the next run")
        return ""

    def _fitting(self, text: str) -> str:
        """The text, cut where the service takes no longer one; `overflow=split` in the address sends it in pieces."""
        longest = int(getattr(self._service, "body_maxlen", 0) or 0)
        if not longest or len(text) <= longest or "overflow=" in self._address.lower():
            return text
        return text[: max(0, longest - len(_CUT))] + _CUT


class _Heard(logging.Handler):
    """What Apprise says of a failure is said nowhere but in its log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def schemes() -> frozenset[str]:
    """What an address that Apprise knows may begin with. Raises ConfigError where Apprise is not installed."""
    with _quiet():
        return frozenset(_apprise().manager_plugins.NotificationManager().schemas())


def _apprise() -> Any:
    # Apprise costs 0.2 s to import and is an extra: only who sends pays for it.
    try:
        return importlib.import_module("apprise")
    except ModuleNotFoundError as missing:
        raise ConfigError("[digest] send needs apprise; pip install 'longarm[notify]'") from missing


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        # It imports a module that Python 3.13 has no more, and goes on without.
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def service_of(address: str) -> Any:
    """The service behind an address, as Apprise reads it. Raises ConfigError."""
    apprise = _apprise()
    # Its log may quote an address with what is secret in it: it goes through `said`, and nowhere else.
    logging.getLogger("apprise").propagate = False
    with _quiet():
        service = apprise.Apprise.instantiate(address)
    if not service:
        scheme = address.partition("://")[0].lower()
        raise ConfigError(f"send: {scheme}://…: not an address Apprise understands; see its list")
    # A digest goes where its reader said, and nowhere that another server says, `redirect=yes` or not.
    service.redirects = False
    return service
