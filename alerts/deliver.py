"""The outbox: what is told is planned once for each channel, and sent until it went out."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from alerts.channels import Message, carries_data, name_of, open_channel
from alerts.channels.redaction import said
from alerts.letter import Covered
from alerts.notice import letter_of, notice_of, week_letter_of
from storage import deliveries
from storage.deliveries import DROPPED, FAILED, REFUSED, SENT, Planned
from storage.errors import ConfigError, LongarmError, Quarantine, Retry
from storage.records import Sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import sqlalchemy as sa

    from alerts.letter import Digest
    from alerts.notice import Letter
    from alerts.recipients import Recipient
    from alerts.weekly import Weekly
    from storage.database import Database
    from storage.records import Clock

logger = logging.getLogger(__name__)

LIMIT_SECONDS = 60.0
"""So long one message may take, whatever its target does: a channel's own limits are for each step of it."""

_GIVEN_UP_AFTER = timedelta(days=30)
# A target that does not answer twice running does not answer a third time: the rest of its messages wait for the next
# run. Not once, for what fails may be the one message that it cannot take.
_TRIES = 2
# What is refused so long, while the same target takes others, is at fault itself. A day, so that a digest has told it.
_REFUSED_FOR = timedelta(days=1)
_NOTICE = "now:"
_DIGEST = "digest:"
_UNTIL = "-until-"
# Within so much of a day's noon its window was open, whatever the hour and the timezone, and what it told was planned.
_AROUND = timedelta(days=3)


class Outcome(NamedTuple):
    """How many messages went, failed, and wait for the end of somebody's quiet hours."""

    sent: int
    failed: int
    held: int = 0


def subject_of(digest: Digest, to: Recipient) -> str:
    """What a digest is known by in the outbox: a closed window's is sent once, an open one's each time it is asked."""
    until = f"{_UNTIL}{digest.window.end:%Y%m%dT%H%M%SZ}" if digest.window.is_open else ""
    return f"{_DIGEST}{digest.window.date.isoformat()}{until}{_suffix(to)}"


def told_until(conn: sa.Connection, channel: str, to: Recipient, day: date) -> str:
    """Until when the digests that were planned for a channel tell a reader the window of a day: as `20261123T120000Z`,
    a `~`, which sorts behind all of them, where the closed window's was planned, or empty where none was."""
    closed = f"{_DIGEST}{day.isoformat()}"
    if deliveries.is_planned(conn, channel, f"{closed}{_suffix(to)}"):
        return "~"
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    found = ""
    for subject in deliveries.planned(conn, channel, since=noon - _AROUND, until=noon + _AROUND):
        what, _, name = subject.removeprefix(_DIGEST).partition(":")
        asked, _, until = what.partition(_UNTIL)
        if f"{_DIGEST}{asked}" == closed and name == to.name:
            found = max(found, until)
    return found


def plan(database: Database, digest: Digest, to: Recipient, *, now: Clock) -> int:
    """Put a digest into the outbox for each channel of a reader that has not had it; gives how many.

    Digests of days before it that still wait for that channel and have nothing to tell are given up: it covers them.
    """
    return sum(_plan_digest(database, digest, to, address, at=now()) for address in to.send)


def _plan_digest(database: Database, digest: Digest, to: Recipient, address: str, *, at: datetime) -> bool:
    with database.read() as conn:
        waiting = [one for one in deliveries.unsent(conn) if one.channel == name_of(address)]
    empty = {one: covered for one in waiting if (covered := _covered(one, digest, to))}
    covers = {one.date: one for one in (*digest.covers, *(one for some in empty.values() for one in some))}
    whole = replace(digest, covers=tuple(covers[day] for day in sorted(covers)))
    planned = _planned(subject_of(whole, to), address, letter_of(whole, to), at=at, covers=_stands_for(whole))
    with database.write() as conn:
        is_new = deliveries.plan(conn, planned)
        for one in empty if is_new else ():
            deliveries.mark(conn, one, DROPPED, at=at, message=f"nothing to tell; {planned.subject} covers it")
    return is_new


def _stands_for(digest: Digest) -> tuple[Covered, ...]:
    """The days that a later letter may stand for instead; none where this one has something to tell."""
    if digest.window.is_open or not digest.is_empty:
        return ()
    return (*digest.covers, Covered(digest.window.date, digest.is_idle))


def _covered(waiting: Planned, digest: Digest, to: Recipient) -> list[Covered]:
    """The days of a waiting message that a reader's digest may stand for: empty ones, all before its own."""
    if digest.window.is_open or not waiting.subject.startswith(_DIGEST) or _reader(waiting) != to.name:
        return []
    kept = json.loads(waiting.message).get("covers", ())
    days = [Covered(date.fromisoformat(day), is_idle) for day, is_idle in kept]
    return days if all(one.date < digest.window.date for one in days) else []


def plan_week(database: Database, week: Weekly, to: Recipient, *, now: Clock) -> int:
    """Put a closed week's roll-up into the outbox for each channel of a reader, once; gives how many."""
    subject, letter, at = f"week:{week.window.date.isoformat()}{_suffix(to)}", week_letter_of(week, to), now()
    with database.write() as conn:
        return sum(deliveries.plan(conn, _planned(subject, address, letter, at=at)) for address in to.send)


def plan_notice(
    database: Database, digest: Digest, to: Recipient, address: str, ids: Sequence[str], *, now: Clock
) -> bool:
    """Put what cannot wait into the outbox, as one message to one address. `ids` are the alerts that it tells.

    Where all of them repeat texts that were told before, they are settled without a message.
    """
    at = now()
    if not digest.lines:
        with database.write() as conn:
            deliveries.settle(conn, name_of(address), ids, by="", at=at)
        return False
    subject = f"{_NOTICE}{hashlib.sha256(' '.join(sorted(ids)).encode()).hexdigest()[:16]}{_suffix(to)}"
    planned = _planned(subject, address, notice_of(digest, to), at=at)
    with database.write() as conn:
        return deliveries.plan(conn, planned, alerts=ids)


def held_up(database: Database) -> set[tuple[str, str]]:
    """The channels, each with a reader's name, to which no further notice is planned: one waits for its target.

    A digest holds up none. A notice that was refused may be the one that the target cannot take: only a second does.
    """
    with database.read() as conn:
        waiting = [one for one in deliveries.unsent(conn) if one.subject.startswith(_NOTICE)]
        refused = deliveries.refused(conn, waiting)
    held = Counter((one.channel, _reader(one)) for one in waiting)
    held.update((one.channel, _reader(one)) for one in waiting if one not in refused)
    return {target for target, weight in held.items() if weight >= _TRIES}


def _reader(planned: Planned) -> str:
    return planned.subject.partition(":")[2].partition(":")[2]


def _suffix(to: Recipient) -> str:
    return f":{to.name}" if to.name else ""


def _planned(subject: str, address: str, letter: Letter, *, at: datetime, covers: Sequence[Covered] = ()) -> Planned:
    kept: dict[str, object] = {"subject": letter.subject, "text": letter.text, "html": letter.html}
    if carries_data(address):
        kept["data"] = letter.data
    if covers:
        kept["covers"] = [(one.date.isoformat(), one.is_idle) for one in covers]
    body = json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace")
    sha256 = Sha256(hashlib.sha256(body).hexdigest())
    return Planned(
        subject=subject,
        channel=name_of(address),
        # No other archive's message of the same day has it: a mailbox may fold two with one Message-ID into one.
        message_id=f"{subject}/{sha256[:16]}",
        body_sha256=sha256,
        message=body.decode(),
        at=at,
    )


class Outbox:
    """Sends what was planned and never went out, that of earlier runs too.

    Telling is at least once: killed between sending and marking, the same message goes again under the same id.
    """

    def __init__(self, database: Database, to: Iterable[Recipient], secrets: Mapping[str, str], *, now: Clock) -> None:
        self._database, self._now, self._secrets = database, now, secrets
        self._to = tuple(to)
        self._failures: Counter[str] = Counter()
        self.seconds = LIMIT_SECONDS

    def send(self) -> Outcome:
        """Send each message that waits, oldest first, but none to somebody whose hours are quiet."""
        with self._database.read() as conn:
            waiting = deliveries.unsent(conn)
        done: Counter[str] = Counter()
        for one in waiting:
            found = self._addressee(one)
            if found is None:
                continue  # a channel that was taken out of the settings
            to, address = found
            if to.is_quiet(self._now()):
                done["held"] += 1
            else:
                done["sent" if self._send(one, address) else "failed"] += 1
        return Outcome(done["sent"], done["failed"], done["held"])

    def try_out(self, address: str) -> str:
        """Send a test message that is recorded nowhere; gives what went wrong beside. Raises as a channel does."""
        at = self._now()
        words = "This is a test 这是一条测试消息: longarm reaches you here."
        message = Message(
            id=f"test-{at:%Y%m%dT%H%M%SZ}",
            key=f"test/{at.isoformat()}/{name_of(address)}",
            subject="longarm: a test message",
            text=f"{words}\n",
            html=f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>longarm</title></head>'
            f"<body><p>{words}</p></body></html>\n",
            at=at,
            now=at,
            data={"kind": "test"},
        )
        return self._within(address, message)

    def _addressee(self, planned: Planned) -> tuple[Recipient, str] | None:
        """Whom a message is for: of several readers with one address, the one it was planned for."""
        name = _reader(planned)
        found = [(one, address) for one in self._to for address in one.send if name_of(address) == planned.channel]
        return next((each for each in found if each[0].name == name), found[0] if found else None)

    def _send(self, one: Planned, address: str) -> bool:
        if self._failures[one.channel] >= _TRIES:
            return False
        try:
            if self._now() - one.at > _GIVEN_UP_AFTER:
                self._mark(one, DROPPED, f"given up: it could not be sent in {_GIVEN_UP_AFTER.days} days")
                return False
            beside = self._within(address, _message(one, self._now()))
        except Quarantine as problem:
            self._mark(one, REFUSED, str(problem))
            if self._is_at_fault(one):
                self._mark(one, DROPPED, "given up: it is refused, and what came after it was taken")
            return False
        except LongarmError as problem:
            self._failures[one.channel] += 1
            self._mark(one, FAILED, str(problem))
            return False
        self._failures[one.channel] = 0
        if beside:
            self._mark(one, FAILED, beside)
        with self._database.write() as conn:
            deliveries.mark(conn, one, SENT, at=self._now())
        return True

    def _is_at_fault(self, one: Planned) -> bool:
        with self._database.read() as conn:
            since = deliveries.refused(conn, [one]).get(one)
            taken = deliveries.last_sent(conn, one.channel)
        return bool(since and taken and since < taken and self._now() - since >= _REFUSED_FOR)

    def _mark(self, one: Planned, event: str, problem: str) -> None:
        logger.warning("not sent: %s message=%s", problem, one.subject)
        with self._database.write() as conn:
            deliveries.mark(conn, one, event, at=self._now(), message=problem)

    def _within(self, address: str, message: Message) -> str:
        """Send in a thread of its own: a target that answers a byte a minute outlives every limit on one step."""
        ended: list[str | LongarmError] = []

        def work() -> None:
            try:
                ended.append(open_channel(address, self._secrets).send(message))
            except LongarmError as problem:
                ended.append(problem)
            except Exception as problem:  # noqa: BLE001 - whatever a channel does, the others get their messages
                ended.append(Retry(f"{name_of(address)}: {type(problem).__name__}: {said(problem, address)}"))

        thread = Thread(target=work, name="longarm-channel", daemon=True)
        thread.start()
        thread.join(self.seconds)
        if not ended:
            scheme = address.partition("://")[0]
            raise Retry(f"{scheme}://…: not done in {self.seconds:g} s; it is tried again at the next run")
        if isinstance(ended[0], LongarmError):
            raise ended[0]
        return ended[0]


def none_to_send_to() -> ConfigError:
    return ConfigError(
        "[digest] send is empty; write Apprise URLs into it, e.g. mailtos://user:password@example.org, "
        "or a [[person]] of their own"
    )


def _message(planned: Planned, now: datetime) -> Message:
    kept = json.loads(planned.message)
    return Message(
        id=planned.subject,
        key=planned.message_id,
        subject=kept["subject"],
        text=kept["text"],
        html=kept["html"],
        at=planned.at,
        now=now,
        data=kept.get("data"),
    )
