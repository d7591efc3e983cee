"""Copies, to each reader: a copy of what they were told is told no more, one of what somebody else was told is."""

from __future__ import annotations

import pytest

from desk import digesting, telling
from storage.findings import Severity
from tests.desk.test_telling import NOTICE, boxes, office

__all__ = ["boxes", "office"]  # fixtures

MARA = {"name": "mara", "send": ("box://mara",), "provinces": ("Fujian",)}
LIN = {"name": "lin", "send": ("box://lin",)}


def test_a_graver_copy_of_what_waits_for_the_digest_goes_at_once(office, boxes):
    office.run(Severity.MEDIUM, text=NOTICE, cluster="c")
    assert office.run(Severity.CRITICAL, text=NOTICE, cluster="c", source="two") == (1, 0, 0)
    assert boxes["one"].subjects[0].startswith("longarm 23 Nov: at once: 1 critical")
    assert office.run(Severity.HIGH, text=NOTICE, cluster="c") == (0, 0, 0)
    office.clock.forward(hours=13)
    assert office.run() == (1, 0, 0)
    assert boxes["one"].subjects[1].startswith("longarm 24 Nov: 1 new (1 critical)")


def test_a_graver_copy_of_what_a_digest_told_is_new(office, boxes):
    office.run(Severity.MEDIUM, text=NOTICE, cluster="c")
    office.clock.forward(hours=13)
    office.run()
    assert office.run(Severity.CRITICAL, text=NOTICE, cluster="c", source="two") == (1, 0, 0)
    office.clock.forward(hours=24)
    office.run(Severity.CRITICAL, text=NOTICE, cluster="c")
    subjects = boxes["one"].subjects
    assert subjects[1].startswith("longarm 24 Nov: at once: 1 critical: persuaded to return")
    assert subjects[2].startswith("longarm 25 Nov: 1 new (1 critical)")
    assert len(subjects) == 3, "the next copy is no graver than what was told"


@pytest.mark.parametrize(
    ("reader", "original", "copy"),
    [
        (MARA, Severity.HIGH, Severity.CRITICAL),
        (MARA, Severity.HIGH, Severity.HIGH),
        ({**LIN, "name": "mara", "send": ("box://mara",), "severity": "high"}, Severity.MEDIUM, Severity.HIGH),
        ({**MARA, "provinces": (), "sources": ("two",)}, Severity.CRITICAL, Severity.MEDIUM),
    ],
    ids=["province, graver", "province", "severity", "source"],
)
def test_a_copy_of_what_somebody_else_was_told_is_told(office, boxes, reader, original, copy):
    office.settings(people=(reader, LIN))
    office.run(original, text=NOTICE, cluster="c")
    office.clock.forward(hours=13)
    office.run()
    office.run(copy, text=NOTICE, cluster="c", source="two", province="福建")
    office.clock.forward(hours=24)
    office.run()
    subjects = boxes["mara"].subjects
    is_grave = copy in (Severity.CRITICAL, Severity.HIGH)
    at_once = [subject for subject in subjects if "at once" in subject]
    assert len(at_once) == is_grave
    assert all(f"at once: 1 {copy}" in subject for subject in at_once)
    assert subjects[-1].startswith("longarm 25 Nov: 1 new")
    assert "第2号通告" in boxes["mara"].messages[-1].text
    again = [subject for subject in boxes["lin"].subjects if subject.startswith("longarm 25 Nov: 1 new")]
    assert bool(again) == (list(Severity).index(copy) < list(Severity).index(original)), "to Lin only where graver"


def test_what_was_told_before_a_reader_came_is_told_to_them_as_the_first_telling(office, boxes):
    office.run(Severity.HIGH, text=NOTICE, cluster="c")
    office.settings(send=("box://one",), people=({"name": "mara", "send": ("box://mara",)},))
    office.run(Severity.HIGH, text=NOTICE, cluster="c", source="two")
    assert len(boxes["one"].subjects) == 1, "a copy of what was told at once"
    (first,) = boxes["mara"].messages
    assert "at once: 1 high" in first.subject
    assert "told before" not in first.text
    office.run(Severity.HIGH, text=NOTICE, cluster="c")
    assert len(boxes["mara"].messages) == 1


def test_a_digest_that_a_reader_never_had_told_them_nothing(office, boxes):
    office.run(Severity.MEDIUM, text=NOTICE, cluster="c")
    office.clock.forward(hours=13)
    office.run()
    office.settings(send=("box://one",), people=({"name": "mara", "send": ("box://mara",)},))
    office.run(Severity.MEDIUM, text=NOTICE, cluster="c", source="two")
    office.clock.forward(hours=24)
    office.run()
    assert boxes["mara"].subjects[-1].startswith("longarm 25 Nov: 1 new")
    assert boxes["one"].subjects[-1].startswith("longarm 25 Nov: 0 new"), "only a copy of what the last one told"


def test_what_was_found_in_quiet_hours_and_told_by_the_digest_was_told(office, boxes):
    quiet = {"name": "mara", "send": ("box://mara",), "quiet": "18:00-07:00", "timezone": "Asia/Shanghai"}
    office.settings(people=(quiet,))
    office.run(Severity.HIGH, text=NOTICE, cluster="c")
    office.clock.forward(hours=13)
    office.run()
    office.run(Severity.HIGH, text=NOTICE, cluster="c", source="two")
    assert [one.partition(":")[0] for one in boxes["mara"].subjects] == ["longarm 24 Nov"]


def test_a_text_with_another_number_is_a_variant_of_what_was_told(office, boxes):
    office.run(Severity.HIGH, text=NOTICE, cluster="c")
    office.run(Severity.HIGH, text=NOTICE.replace("37", "39"), cluster="c", source="two")
    said = " ".join(boxes["one"].messages[-1].text.split())
    assert "a variant of what was told before" in said


def test_a_digest_of_the_open_window_told_what_had_been_found_by_then(office, boxes):
    office.settings(send=("box://one",), at_once="never")
    office.run(Severity.MEDIUM, text=NOTICE, cluster="c")
    digesting.plan(office.desk(), None)
    office.clock.forward(minutes=1)
    other = "外事例会。记者问及此事，发言人称所谓海外服务站并不存在，劝返一说纯属虚构。"
    office.run(Severity.MEDIUM, text=other, cluster="d")
    office.clock.forward(hours=24)
    office.find(severity=Severity.MEDIUM, text=NOTICE, cluster="c", source="two")
    office.find(severity=Severity.MEDIUM, text=other, cluster="d", source="two")
    digesting.plan(office.desk(), None)
    telling.send(office.desk())
    last = boxes["one"].messages[-1]
    assert "1 new" in last.subject, "of the two copies the one whose original no digest told"
    assert "第4号通告" in last.text.partition("FOLDED AWAY")[0]
    assert "第3号通告" in last.text.partition("FOLDED AWAY")[2]
