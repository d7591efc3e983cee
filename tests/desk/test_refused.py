"""A message that its target refuses for good: the others go, what is found meanwhile too, and nothing piles up."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from storage import tables
from storage.errors import Quarantine, Retry
from storage.findings import Severity
from tests.desk.test_telling import boxes, office

__all__ = ["boxes", "office"]  # fixtures


def refuse(box, monkeypatch, *beginnings):
    """Let a box refuse the messages whose subjects begin so."""
    send = type(box).send

    def picky(message):
        if message.subject.startswith(beginnings):
            raise Quarantine("webhook: refused, 413 too large")
        return send(box, message)

    monkeypatch.setattr(box, "send", picky)


def events(office, beginning):
    query = sa.select(tables.delivery.c.event).where(tables.delivery.c.subject.startswith(beginning))
    with office.database.read() as conn:
        return conn.execute(query.order_by(tables.delivery.c.at)).scalars().all()


def test_a_refused_digest_holds_up_no_alert_and_is_told_and_given_up(office, boxes, monkeypatch):
    box = boxes["one"]
    refuse(box, monkeypatch, "longarm 24 Nov: 1 new")
    office.run(Severity.MEDIUM)
    office.clock.forward(hours=13)
    assert office.run() == (0, 1, 0)
    for day in range(1, 4):
        office.run(Severity.CRITICAL)
        assert len([subject for subject in box.subjects if ": at once: 1 critical" in subject]) == day
        office.clock.forward(hours=24)
    digests = [message for message in box.messages if "at once" not in message.subject]
    assert "not delivered: webhook: refused, 413 too large" in " ".join(digests[0].text.split())
    assert "not delivered" not in digests[-1].text
    assert events(office, "digest:2026-11-24").count("dropped") == 1


def test_a_digest_that_waits_for_its_target_holds_up_no_alert_either(office, boxes):
    office.run(Severity.MEDIUM)
    office.clock.forward(hours=13)
    boxes["one"].problem = Retry("away")
    office.run()
    office.run(Severity.HIGH)
    boxes["one"].problem = None
    assert office.run() == (2, 0, 0)
    assert [": at once: " in subject for subject in boxes["one"].subjects] == [False, True]


def test_a_refused_notice_holds_up_none_that_comes_after_it(office, boxes, monkeypatch):
    refuse(boxes["one"], monkeypatch, "longarm 23 Nov: at once: 1 high")
    assert office.run(Severity.HIGH) == (0, 1, 0)
    assert office.run(Severity.CRITICAL) == (1, 1, 0)
    assert office.run(Severity.CRITICAL) == (1, 1, 0)
    assert ["第1号通告" in message.text for message in boxes["one"].messages] == [False, False]
    office.clock.forward(hours=13)
    office.run()
    digest = boxes["one"].messages[-1].text
    assert "第1号通告" in digest
    assert digest.count("sent at once") == 2
    office.clock.forward(hours=24)
    assert office.run() == (1, 1, 0)
    assert office.run() == (0, 0, 0)


@pytest.mark.parametrize("runs", [3, 6])
def test_where_everything_is_refused_nothing_piles_up(office, boxes, runs):
    boxes["one"].problem = Quarantine("mail: refused, 550 no such user")
    for _ in range(runs):
        office.run(Severity.HIGH)
    assert events(office, "now:").count("planned") == 2
    office.clock.forward(hours=40)
    office.run(Severity.HIGH)
    assert events(office, "now:").count("dropped") == 0, "it may be mended yet"
    boxes["one"].problem = None
    office.run()
    told = "".join(message.text for message in boxes["one"].messages)
    assert all(f"第{number}号通告" in told for number in range(1, runs + 2))
    assert office.run() == (0, 0, 0)
