"""Who is told, from the settings to the outbox: digests as windows close, what cannot wait after each run."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts import deliver
from alerts.channels import name_of, open_channel
from alerts.digest import build
from alerts.glossary import glosses
from alerts.letter import Window
from alerts.recipients import Recipient, check_filters, recipients
from desk import closing
from desk.heard import heard_by
from storage import alerts, deliveries, runs, sources, windows
from storage.errors import Busy, ConfigError, Mistakes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import sqlalchemy as sa

    from alerts.letter import Digest
    from desk.session import Desk
    from storage.findings import Alert

logger = logging.getLogger(__name__)

# What waited longer (nothing ran, or a target was away) is told by a digest, or found in the list.
_STALE = timedelta(days=7)
_MOMENT = timedelta(milliseconds=1)


def outbox(desk: Desk) -> deliver.Outbox:
    secrets = {name: one.secret for name, one in desk.config.webhook.items()}
    return deliver.Outbox(desk.database, recipients(desk.config), secrets, now=desk.clock)


def begin(desk: Desk) -> None:
    """Before a run: whether everyone can be told, and from when on. Raises ConfigError."""
    to = recipients(desk.config)
    if to:
        check(desk)
        with desk.database.write() as conn:
            for one, address in _at_once(to):
                _begun(conn, one, address, desk.clock())


def check(desk: Desk) -> None:
    """Whether every address can be sent to and every filter names what there is. Raises ConfigError."""
    to = recipients(desk.config)
    mistakes = Mistakes()
    _check_addresses(desk, mistakes)
    with desk.database.read() as conn:
        known = {source.id for source in sources.load(conn, include_disabled=True)}
    if any(one.rules for one in to):
        rules = {name for rule in desk.rulebook.rules for name in (rule.id, rule.concept)}
    else:
        rules = set()
    file = desk.config_file or desk.config.data_dir / "longarm.toml"
    with mistakes.gathered():
        check_filters(desk.config, file, rules=rules, sources=known)
    mistakes.tell()


def _check_addresses(desk: Desk, mistakes: Mistakes) -> None:
    """Whether each address can work, by itself: nothing is connected to."""
    config = desk.config
    secrets = {name: one.secret for name, one in config.webhook.items()}
    lists: list[tuple[tuple[str, ...], Sequence[str]]] = [(("digest", "send"), config.digest.send)]
    lists += [(("person", str(number), "send"), one.send) for number, one in enumerate(config.person)]
    for keys, addresses in lists:
        for address in addresses:
            with mistakes.gathered():
                try:
                    open_channel(address, secrets)
                except ConfigError as problem:
                    raise ConfigError(f"{config.spot(*keys)}: {problem}") from problem


def plan_notices(desk: Desk) -> int:
    """Plan what cannot wait for the digest: one message for each address, however many alerts it tells.

    None in quiet hours, and none to a channel whose last notice still waits: what is found meanwhile then goes in
    one. What a closed window's digest holds is told by that.
    """
    now = desk.clock()
    opened = closing.window(desk, None).start
    planned = 0
    held_up = deliver.held_up(desk.database)
    for to, address in _at_once(recipients(desk.config)):
        if to.is_quiet(now) or (name_of(address), to.name) in held_up:
            continue
        with desk.database.write() as conn:
            since = max(_begun(conn, to, address, now), opened if to.gets_digest else now - _STALE)
        with desk.database.read() as conn:
            due = _due(conn, to, address, since)
            digest = _digest_of(conn, desk, due, to, address) if due else None
        if digest is not None:
            ids = [one.id for one in due]
            planned += deliver.plan_notice(desk.database, digest, to, address, ids, now=desk.clock)
    return planned


def send(desk: Desk) -> deliver.Outcome:
    """Send what waits in the outbox, then what cannot wait; nothing where another command is sending just now."""
    try:
        with runs.lock(desk.config.data_dir, runs.OUTBOX_LOCK):
            return _send(desk)
    except Busy:
        logger.warning("another command is sending; what it leaves goes at the next run")
        return deliver.Outcome(0, 0, 0)


def _send(desk: Desk) -> deliver.Outcome:
    box = outbox(desk)
    first = box.send()
    if not plan_notices(desk):
        return first
    # What failed a moment ago is counted once.
    second = box.send()
    return deliver.Outcome(first.sent + second.sent, second.failed, second.held)


def _at_once(to: Sequence[Recipient]) -> list[tuple[Recipient, str]]:
    return [(one, address) for one in to if one.at_once is not None for address in one.send]


def _begun(conn: sa.Connection, to: Recipient, address: str, now: datetime) -> datetime:
    return deliveries.begun(conn, f"begun:{to.filter_id}", name_of(address), at=now)


def _due(conn: sa.Connection, to: Recipient, address: str, since: datetime) -> list[Alert]:
    wanted = [one for one in alerts.listing(conn, since=since) if to.wants_at_once(one)]
    untold = deliveries.untold(conn, name_of(address), [one.id for one in wanted])
    return [one for one in wanted if one.id in untold]


def _digest_of(conn: sa.Connection, desk: Desk, due: Sequence[Alert], to: Recipient, address: str) -> Digest:
    """A digest of nothing but these alerts: copies folded, what repeats a text that this reader had at once apart."""
    settings, now = desk.config.digest, desk.clock()
    start, end = min(one.told_at for one in due), now + _MOMENT
    heard = heard_by(conn, desk, to, [address])
    facts = windows.collect(
        conn, start=start, end=end, health={}, heard=lambda one: to.wants_at_once(one) and heard(one)
    )
    ids = {one.id for one in due}
    window = Window(
        date=now.astimezone(settings.zone).date(), start=start, end=end, zone=settings.timezone, is_open=True
    )
    return build(
        replace(facts, alerts=tuple(one for one in facts.alerts if one.alert.id in ids)), window, gloss=glosses
    )
