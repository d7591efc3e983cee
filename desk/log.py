"""Where log lines go: warnings to stderr always, everything from INFO up to `[log] file` where one is set."""

from __future__ import annotations

import logging
import logging.handlers
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

# A page's title may carry terminal commands (C0, C1) or turn the line around (bidi overrides).
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

MAX_BYTES = 10_000_000
KEPT_FILES = 5


class OneLine(logging.Formatter):
    """One event a line: what would move the cursor or break the line is shown as an escape."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        record.message = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", record.message)
        return super().formatMessage(record)


def _matters(record: logging.LogRecord) -> bool:
    """Below a warning, the frameworks tell only how they were set up, and Scrapy sets its own loggers' levels."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in ("scrapy", "twisted", "asyncio")


def warn_on_stderr(*, verbose: bool) -> None:
    """Warnings to stderr, with `verbose` INFO too."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.INFO if verbose else logging.WARNING)
    handler.setFormatter(OneLine("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_matters)
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def keep_log(file: Path, *, named: str = "[log] file") -> logging.Handler:
    """Log into `file` too from now on: INFO and above, a new file at 10 MB, five old ones kept.

    `named`: where the file was named. Raises ConfigError where the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            file, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
        )
    except OSError as problem:
        raise ConfigError(
            f"{named}: log.file: {file}: {problem.strerror}; name a file that can be written"
        ) from problem
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_matters)
    logging.getLogger().addHandler(handler)
    return handler
