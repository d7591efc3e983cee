"""The outbox: planned once for each channel, sent until it went out, never twice."""

import json
import logging
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as hour
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from alerts import channels, deliver
from alerts.channels import name_of, open_channel
from alerts.digest import build, window_of
from alerts.recipients import Recipient
from storage import deliveries, tables
from storage.config import Digest as Settings
from storage.errors import ConfigError, Quarantine, Retry
from storage.findings import Severity
from tests.alerts.invented import full_day
from tests.loopback.post_office import raw_server

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DIGEST = build(full_day(), window_of(date(2026, 11, 23), Settings(), NOW), gloss=lambda _: ())


class Box:
    """A channel that keeps what it is given, or refuses it."""

    def __init__(self):
        self.problem = None
        self.asked = 0
        self.messages = []

    def send(self, message):
        self.asked += 1
        if self.problem is not None:
            raise self.problem
        self.messages.append(message)
        return ""


@pytest.fixture
def boxes(monkeypatch):
    kept = {"one": Box(), "two": Box()}
    monkeypatch.setitem(channels.CHANNELS, "box", lambda address: kept[address.partition("://")[2]])
    return kept


def reader(*send, **changes):
    zone = ZoneInfo("Asia/Shanghai")
    base = Recipient(name="", send=send, counts_only=False, at_once=Severity.HIGH, zone=zone)
    return replace(base, **changes)


EVERYONE = reader("box://one", "box://two")


def outbox(database, clock, *to):
    return deliver.Outbox(database, to or (EVERYONE,), {}, now=clock)


def events(database):
    with database.read() as conn:
        rows = conn.execute(sa.select(tables.delivery).order_by(tables.delivery.c.at, tables.delivery.c.event))
        return [(row.channel, row.event) for row in rows]


def test_a_digest_goes_once_through_each_channel(database, boxes, clock):
    assert deliver.plan(database, DIGEST, EVERYONE, now=clock) == 2
    assert outbox(database, clock).send() == (2, 0, 0)
    clock.forward(hours=1)
    assert deliver.plan(database, DIGEST, EVERYONE, now=clock) == 0
    assert outbox(database, clock).send() == (0, 0, 0)
    assert [len(box.messages) for box in boxes.values()] == [1, 1]
    assert boxes["one"].messages[0].subject == "longarm 23 Nov: 4 new (1 critical), 1 taken down, 3 sources unseen"


def test_what_failed_goes_at_the_next_run_and_what_went_does_not_go_again(database, boxes, clock):
    boxes["two"].problem = Retry("not taken")
    deliver.plan(database, DIGEST, EVERYONE, now=clock)
    assert outbox(database, clock).send() == (1, 1, 0)
    boxes["two"].problem = None
    clock.forward(hours=1)
    assert outbox(database, clock).send() == (1, 0, 0)
    assert [len(box.messages) for box in boxes.values()] == [1, 1]
    assert [event for _, event in events(database)].count("failed") == 1


def test_a_message_sent_again_has_the_id_the_moment_and_the_bytes_of_the_first_try(database, boxes, clock, monkeypatch):
    deliver.plan(database, DIGEST, EVERYONE, now=clock)
    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "mark", lambda *_, **__: None)  # killed before it is noted
        outbox(database, clock).send()
    clock.forward(hours=3)
    outbox(database, clock).send()
    first, second = boxes["one"].messages
    assert replace(first, now=second.now) == second
    assert second.now > second.at == first.at


def test_two_archives_never_use_one_message_id(database, boxes, clock):
    other = replace(DIGEST, ledger_head="f" * 64)
    deliver.plan(database, DIGEST, reader("box://one"), now=clock)
    deliver.plan(database, other, reader("box://two"), now=clock)
    outbox(database, clock).send()
    ids = [box.messages[0].key for box in boxes.values()]
    assert len(set(ids)) == 2


@pytest.mark.parametrize("problem", [Retry("not taken"), Quarantine("refused"), RuntimeError("a channel's own fault")])
def test_one_channel_that_fails_stops_no_other(database, boxes, clock, problem):
    boxes["one"].problem = problem
    deliver.plan(database, DIGEST, EVERYONE, now=clock)
    assert outbox(database, clock).send() == (1, 1, 0)
    assert len(boxes["two"].messages) == 1


def plan_days(database, clock, days):
    for day in range(1, days + 1):
        window = window_of(date(2026, 11, day), Settings(), NOW)
        deliver.plan(database, build(full_day(), window, gloss=lambda _: ()), reader("box://one"), now=clock)
        clock.forward(hours=1)


def test_a_target_that_does_not_answer_is_asked_twice_a_run_and_not_for_each_message(database, boxes, clock):
    plan_days(database, clock, 8)
    boxes["one"].problem = Retry("no answer")
    assert outbox(database, clock).send() == (0, 8, 0)
    assert boxes["one"].asked == 2
    boxes["one"].problem = None
    clock.forward(hours=1)
    assert outbox(database, clock).send() == (8, 0, 0)
    assert [message.id for message in boxes["one"].messages] == [f"digest:2026-11-{day:02}" for day in range(1, 9)]


def test_a_message_that_is_refused_for_good_holds_up_no_other(database, boxes, clock):
    plan_days(database, clock, 8)
    boxes["one"].problem = Quarantine("552 too large")
    assert outbox(database, clock).send() == (0, 8, 0)
    assert boxes["one"].asked == 8


def test_after_a_month_a_message_is_given_up_and_that_is_said(database, boxes, clock, caplog):
    plan_days(database, clock, 1)
    boxes["one"].problem = Quarantine("552 too large")
    outbox(database, clock).send()
    clock.forward(days=31)
    assert outbox(database, clock).send() == (0, 1, 0)
    assert "given up: it could not be sent in 30 days" in caplog.text
    clock.forward(hours=1)
    assert outbox(database, clock).send() == (0, 0, 0)
    assert boxes["one"].asked == 1


def test_a_channel_that_hangs_is_left_after_its_time_and_the_others_get_theirs(database, boxes, clock):
    class Hanging:
        def send(self, message):
            time.sleep(3)
            return ""

    boxes["one"] = Hanging()
    deliver.plan(database, DIGEST, EVERYONE, now=clock)
    box = outbox(database, clock)
    box.seconds = 0.2
    begun = time.monotonic()
    assert box.send() == (1, 1, 0)
    assert time.monotonic() - begun < 2
    with database.read() as conn:
        (failing,) = deliveries.failing(conn, until=clock.forward(seconds=1))
    assert failing.said == "box://…: not done in 0.2 s; it is tried again at the next run"


@pytest.mark.parametrize("scheme", ["mailto", "webhook+http", "json"])
def test_a_target_that_answers_a_byte_at_a_time_is_left_after_its_time_too(sqlite_database, clock, scheme):
    def drip(connection):
        for _ in range(200):
            connection.sendall(b"2")
            time.sleep(0.05)

    with raw_server(drip) as port:
        end = "?from=a@example.net&to=b@example.org" if scheme == "mailto" else "/hook"
        to = reader(f"{scheme}://127.0.0.1:{port}{end}")
        deliver.plan(sqlite_database, DIGEST, to, now=clock)
        box = deliver.Outbox(sqlite_database, [to], {"default": "s3cret"}, now=clock)
        box.seconds = 0.5
        begun = time.monotonic()
        assert box.send() == (0, 1, 0)
        assert time.monotonic() - begun < 5


def test_what_fails_is_known_until_it_went_and_as_of_any_moment(database, boxes, clock):
    boxes["two"].problem = Retry("no answer")
    deliver.plan(database, DIGEST, EVERYONE, now=clock)
    begun = clock()
    outbox(database, clock).send()
    failed = clock.forward(hours=1)
    outbox(database, clock).send()
    boxes["two"].problem = None
    clock.forward(hours=1)
    outbox(database, clock).send()
    mended = clock.forward(hours=1)
    with database.read() as conn:
        (then,) = deliveries.failing(conn, until=failed)
        assert deliveries.failing(conn, until=mended) == []
        assert deliveries.failing(conn, until=begun) == []
    assert then == deliveries.Failing(channel=name_of("box://two"), messages=1, since=begun, said="no answer")


def test_an_address_with_its_password_is_not_kept(database, boxes, clock):
    deliver.plan(database, DIGEST, EVERYONE, now=clock)
    assert all(channel.startswith("box:") and "one" not in channel for channel, _ in events(database))
    assert name_of("mailtos://lin:secret@example.org").startswith("mailtos:")
    assert "secret" not in name_of("mailtos://lin:secret@example.org")


def test_no_error_says_what_is_secret_in_an_address(database, boxes, clock, caplog, monkeypatch):
    class Careless:
        def send(self, message):
            raise RuntimeError("cannot log in to box://lin:s3cretpass@host with s3cretpass")

    monkeypatch.setitem(channels.CHANNELS, "box", lambda _: Careless())
    to = reader("box://lin:s3cretpass@host")
    deliver.plan(database, DIGEST, to, now=clock)
    with caplog.at_level(logging.DEBUG):
        assert outbox(database, clock, to).send() == (0, 1, 0)
    with database.read() as conn:
        kept = " ".join(map(str, conn.execute(sa.select(tables.delivery)).all()))
    assert "RuntimeError: cannot log in to ***" in caplog.text
    assert "s3cretpass" not in caplog.text + kept


def test_with_detail_counts_no_name_title_or_quote_is_sent(database, boxes, clock):
    to = replace(EVERYONE, counts_only=True)
    deliver.plan(database, DIGEST, to, now=clock)
    outbox(database, clock, to).send()
    (message,) = boxes["one"].messages
    assert message.subject == "longarm 23 Nov"
    for said in (message.text, message.html):
        assert "6 new alerts" in said
        assert "江岙" not in said


def test_a_channel_taken_out_of_the_settings_is_left_alone(database, boxes, clock):
    deliver.plan(database, DIGEST, EVERYONE, now=clock)
    assert outbox(database, clock, reader("box://one")).send() == (1, 0, 0)


def test_two_readers_behind_one_address_get_what_is_theirs(database, boxes, clock):
    mara = reader("box://one", name="mara", rules=frozenset({"persuade_return"}))
    for to in (reader("box://one"), mara):
        assert deliver.plan(database, DIGEST, to, now=clock) == 1
    assert outbox(database, clock, reader("box://one"), mara).send() == (2, 0, 0)
    assert {message.id for message in boxes["one"].messages} == {"digest:2026-11-23", "digest:2026-11-23:mara"}


def test_in_quiet_hours_a_message_waits_for_their_end(database, boxes, clock):
    night = (hour(19), hour(7))
    to = reader("box://one", quiet=night)
    deliver.plan(database, DIGEST, to, now=clock)  # 20:00 in Shanghai
    assert outbox(database, clock, to).send() == (0, 0, 1)
    clock.forward(hours=10, minutes=59)
    assert outbox(database, clock, to).send() == (0, 0, 1)
    clock.forward(minutes=1)
    assert outbox(database, clock, to).send() == (1, 0, 0)


def test_an_open_window_may_be_sent_again_when_more_is_in_it():
    early, late = (
        build(full_day(), window_of(None, Settings(), datetime(2026, 11, 22, hour, tzinfo=UTC)), gloss=lambda _: ())
        for hour in (5, 6)
    )
    assert deliver.subject_of(early, EVERYONE) != deliver.subject_of(late, EVERYONE)
    assert deliver.subject_of(DIGEST, EVERYONE) == "digest:2026-11-23"


def test_a_missing_apprise_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"pip install 'longarm\[notify\]'"):
        open_channel("mailtos://lin:secret@example.org")


def test_a_folder_gets_each_message_once_as_text_and_html(tmp_path, sqlite_database, clock):
    to = reader((tmp_path / "out").as_uri())
    deliver.plan(sqlite_database, DIGEST, to, now=clock)
    assert outbox(sqlite_database, clock, to).send() == (1, 0, 0)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "digest-2026-11-23.html",
        "digest-2026-11-23.txt",
    ]


def test_what_is_kept_for_a_retry_is_what_was_planned(database, boxes, clock):
    deliver.plan(database, DIGEST, EVERYONE, now=clock)
    with database.read() as conn:
        kept = json.loads(conn.execute(sa.select(tables.delivery.c.message)).scalars().first())
    assert set(kept) == {"subject", "text", "html"}


def test_until_when_a_window_was_told_is_asked_of_its_own_day_reader_and_channel(database, boxes, clock):
    def until(day, to=EVERYONE, channel="box://one"):
        with database.read() as conn:
            return deliver.told_until(conn, name_of(channel), to, day)

    window = DIGEST.window
    day = window.date
    clock.at = window.end
    early = replace(DIGEST, window=replace(window, end=window.end.replace(minute=10), is_open=True))
    late = replace(DIGEST, window=replace(window, end=window.end.replace(minute=40), is_open=True))
    for one in (late, early):
        deliver.plan(database, one, reader("box://one"), now=clock)
    assert until(day) == f"{late.window.end:%Y%m%dT%H%M%SZ}"
    clock.forward(days=40)
    deliver.plan(database, DIGEST, reader("box://one"), now=clock)
    assert until(day) == "~", "however late the closed window's was planned"
    assert until(day.replace(day=22)) == ""
    assert until(day, reader("box://one", name="mara")) == ""
    assert until(day, channel="box://two") == ""
    clock.forward(days=31)
    boxes["one"].problem = Retry("down")
    outbox(database, clock).send()
    assert until(day) == "", "given up"
