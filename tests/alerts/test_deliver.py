"""The outbox: planned once for each channel, sent until it went out, never twice."""

import json
import sys
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from alerts import channels, deliver
from alerts.channels import name_of, open_channel
from alerts.digest import build, window_of
from storage import tables
from storage.config import Digest as Settings
from storage.errors import ConfigError, Retry
from tests.alerts.invented import full_day

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DIGEST = build(full_day(), window_of(date(2026, 11, 23), Settings(), NOW), gloss=lambda _: ())


class Box:
    """A channel that keeps what it is given, or refuses it."""

    def __init__(self, *, refuses=False):
        self.refuses = refuses
        self.messages = []

    def send(self, message):
        if self.refuses:
            raise Retry("not taken")
        self.messages.append(message)


@pytest.fixture
def boxes(monkeypatch):
    kept = {"one": Box(), "two": Box()}
    monkeypatch.setitem(channels.CHANNELS, "box", lambda address: kept[address.partition("://")[2]])
    return kept


SETTINGS = Settings(send=("box://one", "box://two"))


def events(database):
    with database.read() as conn:
        rows = conn.execute(sa.select(tables.delivery).order_by(tables.delivery.c.at, tables.delivery.c.event))
        return [(row.channel, row.event) for row in rows]


def test_a_digest_goes_once_through_each_channel(database, boxes, clock):
    assert deliver.plan(database, DIGEST, SETTINGS, now=clock) == 2
    assert deliver.send(database, SETTINGS.send, now=clock) == (2, 0)
    clock.forward(hours=1)
    assert deliver.plan(database, DIGEST, SETTINGS, now=clock) == 0
    assert deliver.send(database, SETTINGS.send, now=clock) == (0, 0)
    assert [len(box.messages) for box in boxes.values()] == [1, 1]
    assert boxes["one"].messages[0].subject == "longarm 23 Nov: 4 new (1 critical), 1 taken down, 3 sources unseen"


def test_what_failed_goes_at_the_next_run_and_what_went_does_not_go_again(database, boxes, clock):
    boxes["two"].refuses = True
    deliver.plan(database, DIGEST, SETTINGS, now=clock)
    assert deliver.send(database, SETTINGS.send, now=clock) == (1, 1)
    boxes["two"].refuses = False
    clock.forward(hours=1)
    assert deliver.send(database, SETTINGS.send, now=clock) == (1, 0)
    assert [len(box.messages) for box in boxes.values()] == [1, 1]
    assert [event for _, event in events(database)].count("failed") == 1


def test_one_channel_that_fails_stops_no_other(database, boxes, clock):
    boxes["one"].refuses = True
    deliver.plan(database, DIGEST, SETTINGS, now=clock)
    deliver.send(database, SETTINGS.send, now=clock)
    assert len(boxes["two"].messages) == 1


def test_an_address_with_its_password_is_not_kept(database, boxes, clock):
    deliver.plan(database, DIGEST, SETTINGS, now=clock)
    assert all(channel.startswith("box:") and "one" not in channel for channel, _ in events(database))
    assert name_of("mailtos://lin:secret@example.org").startswith("mailtos:")
    assert "secret" not in name_of("mailtos://lin:secret@example.org")


def test_with_detail_counts_no_name_title_or_quote_is_sent(database, boxes, clock):
    settings = SETTINGS.model_copy(update={"detail": "counts"})
    deliver.plan(database, DIGEST, settings, now=clock)
    deliver.send(database, settings.send, now=clock)
    (message,) = boxes["one"].messages
    assert message.subject == "longarm 23 Nov"
    for said in (message.text, message.html):
        assert "6 new alerts" in said
        assert "江岙" not in said


def test_a_channel_taken_out_of_the_settings_is_left_alone(database, boxes, clock):
    deliver.plan(database, DIGEST, SETTINGS, now=clock)
    assert deliver.send(database, ["box://one"], now=clock) == (1, 0)


def test_an_open_window_may_be_sent_again_when_more_is_in_it():
    early, late = (
        build(full_day(), window_of(None, Settings(), datetime(2026, 11, 22, hour, tzinfo=UTC)), gloss=lambda _: ())
        for hour in (5, 6)
    )
    assert deliver.subject_of(early) != deliver.subject_of(late)
    assert deliver.subject_of(DIGEST) == "digest:2026-11-23"


def test_nothing_to_send_to_is_said_in_a_line(sqlite_database, clock):
    with pytest.raises(ConfigError, match=r"\[digest\] send is empty"):
        deliver.plan(sqlite_database, DIGEST, Settings(), now=clock)


def test_a_missing_apprise_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"pip install 'longarm\[notify\]'"):
        open_channel("mailtos://lin:secret@example.org")


def test_a_folder_gets_each_message_once_as_text_and_html(tmp_path, sqlite_database, clock):
    settings = Settings(send=((tmp_path / "out").as_uri(),))
    deliver.plan(sqlite_database, DIGEST, settings, now=clock)
    assert deliver.send(sqlite_database, settings.send, now=clock) == (1, 0)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "digest-2026-11-23.html",
        "digest-2026-11-23.txt",
    ]


def test_what_is_kept_for_a_retry_is_what_was_planned(database, boxes, clock):
    deliver.plan(database, DIGEST, SETTINGS, now=clock)
    with database.read() as conn:
        kept = json.loads(conn.execute(sa.select(tables.delivery.c.message)).scalars().first())
    assert set(kept) == {"subject", "text", "html"}
