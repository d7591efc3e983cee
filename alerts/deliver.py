"""The outbox: a digest is planned once for each channel, and sent until it went out."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING

from alerts import phrases
from alerts.channels import Message, name_of, open_channel
from alerts.render import render_html, render_html_counts
from alerts.render_text import render_counts, render_text
from storage import deliveries
from storage.deliveries import FAILED, SENT, Planned
from storage.errors import ConfigError, LongarmError
from storage.records import Sha256

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.letter import Digest
    from storage.config import Digest as DigestSettings
    from storage.database import Database
    from storage.records import Clock

logger = logging.getLogger(__name__)


def message_of(digest: Digest, settings: DigestSettings) -> Message:
    """The digest as it is sent; with `detail = "counts"` no name, title or quote is in it."""
    counts_only = settings.detail == "counts"
    return Message(
        id=subject_of(digest),
        subject=phrases.subject(digest, settings.detail),
        text=render_counts(digest) if counts_only else render_text(digest),
        html=render_html_counts(digest) if counts_only else render_html(digest),
    )


def subject_of(digest: Digest) -> str:
    """What a digest is known by in the outbox: a closed window's is sent once, an open one's each time it is asked."""
    until = f"-until-{digest.window.end:%Y%m%dT%H%M%SZ}" if digest.window.is_open else ""
    return f"digest:{digest.window.date.isoformat()}{until}"


def plan(database: Database, digest: Digest, settings: DigestSettings, *, now: Clock) -> int:
    """Put a digest into the outbox for each channel that has not had it; gives how many."""
    if not settings.send:
        raise ConfigError(
            "[digest] send is empty; write Apprise URLs into it, e.g. mailtos://user:password@example.org"
        )
    for address in settings.send:
        open_channel(address)  # what cannot work is said before anything is planned
    message = message_of(digest, settings)
    kept = json.dumps({"subject": message.subject, "text": message.text, "html": message.html}, ensure_ascii=False)
    sha256 = Sha256(hashlib.sha256(kept.encode()).hexdigest())
    planned = [
        Planned(subject=message.id, channel=name_of(address), message_id=message.id, body_sha256=sha256, message=kept)
        for address in settings.send
    ]
    with database.write() as conn:
        return sum(deliveries.plan(conn, one, at=now()) for one in planned)


def send(database: Database, addresses: Sequence[str], *, now: Clock) -> tuple[int, int]:
    """Send what was planned and never went out, that of earlier runs too; gives how many went and how many failed.

    Telling is at least once: killed between sending and marking, the same message goes again under the same id.
    """
    by_name = {name_of(address): address for address in addresses}
    with database.read() as conn:
        waiting = deliveries.unsent(conn)
    sent = failed = 0
    for one in waiting:
        address = by_name.get(one.channel)
        if address is None:
            continue  # a channel that was taken out of the settings
        try:
            open_channel(address).send(_message(one))
        except LongarmError as problem:
            failed += 1
            logger.warning("not sent: %s digest=%s", problem, one.subject)
            with database.write() as conn:
                deliveries.mark(conn, one, FAILED, at=now(), message=str(problem))
            continue
        sent += 1
        with database.write() as conn:
            deliveries.mark(conn, one, SENT, at=now())
    return sent, failed


def _message(planned: Planned) -> Message:
    kept = json.loads(planned.message)
    return Message(id=planned.message_id, subject=kept["subject"], text=kept["text"], html=kept["html"])
