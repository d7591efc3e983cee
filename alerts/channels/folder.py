"""A folder as a channel: `file:///var/spool/digests` gets each message as a text and an HTML file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from storage.errors import ConfigError, Retry

if TYPE_CHECKING:
    from alerts.channels import Message


class FolderChannel:
    """Writes a message under its id, so that one sent twice stands there once."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.netloc not in ("", "localhost"):
            # What stands between two slashes and the next is a machine's name: `/y` of the machine `tmpx`.
            meant = f"file:///{parts.netloc}{parts.path}"
            raise ConfigError(f"send: {address}: a folder of this machine has three slashes; write {meant}")
        self._folder = Path(unquote(parts.path))
        if self._folder == self._folder.parent or not self._folder.is_absolute():
            raise ConfigError(f"send: {address}: name a folder from the root on, as in file:///srv/digests")

    def send(self, message: Message) -> str:
        name = re.sub(r"[^\w.-]", "-", message.id)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{name}.txt").write_text(f"{message.subject}\n\n{message.text}", encoding="utf-8")
            (self._folder / f"{name}.html").write_text(message.html, encoding="utf-8")
        except OSError as problem:
            raise Retry(f"file://{self._folder}: {problem.strerror}; it is tried again at the next run") from problem
        return ""
