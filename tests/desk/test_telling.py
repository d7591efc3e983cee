"""What is sent after a run: at once what cannot wait, the rest in the digest, nothing twice, nothing at night."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from alerts import channels
from desk import digesting, telling
from desk.commands import doctor
from desk.session import Desk
from storage import alerts, runs
from storage.config import Digest, Person, Webhook
from storage.errors import ConfigError, Retry
from storage.findings import AlertKind, Severity
from tests.alerts.invented import alert
from tests.alerts.stored import put_snapshot, put_source

# 20:00 in Shanghai: the open window began at 08:00 and closes tomorrow at 08:00.
EVENING = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOTICE = "县公安局通告。专班劝返滞留境外人员37名，家住石澜镇的林某某电话13812345678。请速投案。"


class Box:
    def __init__(self):
        self.messages, self.problem = [], None

    def send(self, message):
        if self.problem:
            raise self.problem
        self.messages.append(message)
        return ""

    @property
    def subjects(self):
        return [message.subject for message in self.messages]


@pytest.fixture
def boxes(monkeypatch):
    kept = {name: Box() for name in ("one", "mara", "lin")}
    monkeypatch.setitem(channels.CHANNELS, "box", lambda address: kept[address.partition("://")[2]])
    return kept


class Office:
    """A data folder with alerts told when the test says, and runs without a crawl."""

    def __init__(self, config, database, clock):
        self.config, self.database, self.clock, self.count = config, database, clock, 0
        with database.write() as conn:
            put_source(conn, "one", name_zh="江岙县公安局")
            put_source(conn, "two", province="福建")

    def settings(self, *, people=(), **digest):
        update = {"digest": Digest(**digest), "person": tuple(Person(**one) for one in people)}
        self.config = self.config.model_copy(update=update)

    def desk(self):
        opened = Desk(data=str(self.config.data_dir), config=None, quiet=True, verbose=False, clock=self.clock)
        opened.__dict__.update(config=self.config, database=self.database)
        return opened

    def find(self, *, text=None, severity=Severity.HIGH, source="one", **changes):
        """A page that alerts now."""
        self.count += 1
        number, at = self.count, self.clock()
        body = text or NOTICE.replace("37", str(100 + number)) + f"第{number}号通告另有安排。" * (number % 7)
        url = f"http://{source}.example.gov.cn/{number}.html"
        with self.database.write() as conn:
            snapshot, document = put_snapshot(conn, url, f"第{number}号通告", body, at=at, source=source)
            start = body.index("劝返")
            made = alert(
                number,
                body=body,
                concept="persuade_return",
                variant="persuade_return.count",
                severity=severity,
                matched="劝返",
                quote=body[:30],
                start=start,
                end=start + 2,
                title=document.title,
                url=url,
                page_id=snapshot.page_id,
                snapshot_id=snapshot.id,
                snapshot=snapshot.short,
                first_seen=at,
                told_at=at,
                source_id=source,
                **changes,
            )
            alerts.put(conn, [made], version="1")
        return made.id

    def run(self, *found, **more):
        """What `longarm run` does about telling; `found` are severities of pages that it finds."""
        desk = self.desk()
        telling.begin(desk)
        self.clock.forward(minutes=1)
        for severity in found:
            self.find(severity=severity, **more)
        self.clock.forward(minutes=1)
        digesting.close_windows(desk)
        return telling.send(desk)


@pytest.fixture
def office(config, database, clock, boxes):
    clock.at = EVENING
    opened = Office(config, database, clock)
    opened.settings(send=("box://one",))
    return opened


def test_high_and_critical_go_right_after_the_run_in_one_message_and_the_rest_waits(office, boxes):
    assert office.run(Severity.HIGH, Severity.MEDIUM, Severity.CRITICAL, Severity.LOW) == (1, 0, 0)
    (message,) = boxes["one"].messages
    assert message.subject == "longarm 23 Nov: at once: 1 critical, 1 high"
    assert message.text.count("alerts list --since 2026-11-23T20:01+08:00") == 1
    assert "第1号通告" in message.text
    assert "第3号通告" in message.text
    assert "第2号通告" not in message.text


def test_an_alert_is_sent_at_once_once_and_stands_in_the_digest_marked_as_sent(office, boxes):
    office.run(Severity.HIGH, Severity.MEDIUM)
    assert office.run() == (0, 0, 0)
    office.clock.forward(hours=13)
    assert office.run() == (1, 0, 0)
    _, digest = boxes["one"].messages
    assert digest.subject.startswith("longarm 24 Nov: 2 new")
    assert digest.text.count("已即时发送 sent at once") == 1
    assert "已即时发送 sent at once" in (office.config.data_dir / "digests" / "2026-11-24.md").read_text("utf-8")
    kept = json.loads((office.config.data_dir / "digests" / "2026-11-24.json").read_text("utf-8"))
    assert sorted("sent" in one["marks"] for one in kept["alerts"]) == [False, True]
    assert office.run() == (0, 0, 0)


def test_the_roll_up_of_a_week_goes_once_to_those_who_asked_for_it_and_each_to_their_filter(office, boxes):
    people = [
        {"name": "mara", "send": ["box://mara"], "weekly": True, "digest": False, "provinces": ["福建"]},
        {"name": "lin", "send": ["box://lin"], "weekly": True, "digest": False, "detail": "counts"},
    ]
    office.settings(send=("box://one",), at_once="never", people=[one | {"at_once": "never"} for one in people])
    office.run(Severity.HIGH)
    office.find(source="two", province="福建")
    office.clock.forward(hours=6 * 24 + 13)
    boxes["lin"].problem = Retry("mail by mx.example.org: no answer in 20 s")
    office.run()  # and killed before the week was kept: it is planned, and is not planned again
    (office.config.data_dir / "digests" / "2026-11-30.json").unlink()
    boxes["lin"].problem = None
    assert office.run() == (1, 0, 0)
    assert office.run() == (0, 0, 0)
    assert not [subject for subject in boxes["one"].subjects if "week" in subject]
    (message,) = boxes["mara"].messages
    assert message.subject.startswith("longarm week until 2026-11-30: 1 new alert")
    assert message.text.startswith("for mara: provinces 福建. ")
    assert "Weekly roll-up  2026-11-23 - 2026-11-30" in message.text
    assert "第2号通告" in message.text
    assert "第1号通告" not in message.text
    (counts,) = boxes["lin"].messages
    assert counts.subject == "longarm week until 2026-11-30"
    assert not any(word in counts.text + counts.html for word in ("号通告", "江岙", "福建", "persuaded"))


def test_what_was_told_before_somebody_asked_is_not_sent_to_them(office, boxes):
    office.settings()
    office.find()
    office.clock.forward(minutes=1)
    office.settings(send=("box://one",))
    assert office.run() == (0, 0, 0)
    assert office.run(Severity.HIGH) == (1, 0, 0)
    assert "第1号" not in boxes["one"].messages[0].text


def test_five_hundred_alerts_are_one_message_with_a_count(office, boxes):
    assert office.run(*[Severity.HIGH] * 499, Severity.CRITICAL) == (1, 0, 0)
    (message,) = boxes["one"].messages
    assert message.subject == "longarm 23 Nov: at once: 1 critical, 499 high"
    assert "… and 490 pages more" in message.text
    assert message.html.count("<blockquote") == 10
    assert "第500号通告" in message.text.partition("[2]")[0], "the critical one is written out first"


def test_a_copy_of_what_was_sent_is_not_sent_again(office, boxes):
    office.run(Severity.HIGH, text=NOTICE, cluster="c")
    assert office.run(Severity.HIGH, text=NOTICE, cluster="c", source="two") == (0, 0, 0)
    assert office.run() == (0, 0, 0)
    assert len(boxes["one"].messages) == 1


def test_copies_found_together_are_one_line(office, boxes):
    office.run(Severity.HIGH, Severity.HIGH, text=NOTICE, cluster="c")
    (message,) = boxes["one"].messages
    assert message.subject.startswith("longarm 23 Nov: at once: 1 high: persuaded to return · 江岙县公安局")
    assert "+1 copy" in message.text


def test_what_a_new_rule_finds_on_old_pages_waits_for_the_digest(office):
    assert office.run(Severity.CRITICAL, kind=AlertKind.RETROACTIVE) == (0, 0, 0)


def test_never_means_only_digests(office, boxes):
    office.settings(send=("box://one",), at_once="never")
    assert office.run(Severity.CRITICAL) == (0, 0, 0)
    office.clock.forward(hours=13)
    assert office.run() == (1, 0, 0)
    assert "sent at once" not in boxes["one"].messages[0].text


def test_numbers_of_persons_are_masked_in_all_that_is_sent(office, boxes):
    office.run(Severity.HIGH)
    (message,) = boxes["one"].messages
    for said in (message.text, message.html, message.subject):
        assert "13812345678" not in said


def test_with_detail_counts_nothing_of_a_page_is_in_a_notice(office, boxes):
    office.settings(send=("box://one",), detail="counts")
    office.run(Severity.HIGH, Severity.CRITICAL)
    (message,) = boxes["one"].messages
    assert message.subject == "longarm 23 Nov"
    assert "at once 即时: 1 critical, 1 high" in message.text
    for said in (message.text, message.html):
        assert not [word for word in ("江岙", "劝返", "通告", "example.gov.cn", "persuade") if word in said]


def test_a_page_cannot_write_into_a_subject_or_the_html(office, boxes):
    with office.database.write() as conn:
        put_source(conn, "three", name_zh="坏\r\nBcc: eve@example.com <script>alert(1)</script>")
    office.run(Severity.HIGH, source="three", text=NOTICE + "<img src=x onerror=alert(1)>\x1b[31m\u202e")
    (message,) = boxes["one"].messages
    assert "\n" not in message.subject
    assert "\r" not in message.subject
    assert "<script>" not in message.html
    assert "<img" not in message.html
    assert not {"\x1b", "\u202e"} & set(message.text + message.html + message.subject)


# --- people ------------------------------------------------------------------------------------------


def test_each_person_gets_what_the_filter_lets_through(office, boxes):
    office.settings(
        people=(
            {"name": "mara", "send": ("box://mara",), "provinces": ("Fujian",)},
            {"name": "lin", "send": ("box://lin",), "at_once": "critical", "sources": ("one",)},
        )
    )
    office.run(Severity.HIGH)
    office.run(Severity.HIGH, source="two", province="福建")
    assert boxes["lin"].messages == []
    (message,) = boxes["mara"].messages
    assert "第2号" in message.text
    office.clock.forward(hours=13)
    office.run()
    for_mara, for_lin = boxes["mara"].messages[-1], boxes["lin"].messages[-1]
    assert for_mara.text.startswith("for mara: provinces 福建. What was looked at")
    assert "第2号" in for_mara.text
    assert "第1号" not in for_mara.text
    assert "第1号" in for_lin.text
    assert "第2号" not in for_lin.text
    assert "for lin: sources one." in for_lin.html
    # Marked for whom it was sent to, and for the archive's own copy.
    assert "sent at once" in for_mara.text
    assert "sent at once" not in for_lin.text


def test_who_wants_no_digest_gets_none(office, boxes):
    office.settings(people=({"name": "mara", "send": ("box://mara",), "digest": False},))
    office.run(Severity.HIGH)
    office.clock.forward(hours=13)
    office.run()
    assert [subject.startswith("longarm 23 Nov: at once") for subject in boxes["mara"].subjects] == [True]


NIGHT = {"name": "mara", "send": ("box://mara",), "quiet": "21:00-07:00"}


def test_what_is_found_in_quiet_hours_goes_in_one_message_after_them(office, boxes):
    office.settings(people=(NIGHT,))
    office.clock.forward(hours=2)  # 22:00
    for _ in range(3):
        assert office.run(Severity.HIGH) == (0, 0, 0)
        office.clock.forward(hours=1)
    office.clock.at = EVENING + timedelta(hours=11)  # 07:00
    assert office.run(Severity.CRITICAL) == (1, 0, 0)
    assert boxes["mara"].subjects == ["longarm 24 Nov: at once: 1 critical, 3 high"]
    assert office.run() == (0, 0, 0)


def test_what_a_digest_held_over_night_tells_is_not_sent_beside_it(office, boxes):
    office.settings(people=({**NIGHT, "quiet": "21:00-09:00"},))
    office.clock.forward(hours=2)
    office.run(Severity.HIGH)
    office.clock.at = EVENING + timedelta(hours=12, minutes=30)  # 08:30: the window closed, the night goes on
    assert office.run() == (0, 0, 1)
    office.clock.forward(minutes=30)
    assert office.run() == (1, 0, 0)
    assert [subject.partition(":")[0] for subject in boxes["mara"].subjects] == ["longarm 24 Nov"]
    assert "1 new" in boxes["mara"].subjects[0]
    assert office.run() == (0, 0, 0)


# --- failures ----------------------------------------------------------------------------------------


def test_while_a_target_is_away_nothing_piles_up(office, boxes):
    boxes["one"].problem = Retry("mail by mx.example.org: no answer in 20 s")
    for _ in range(5):
        assert office.run(Severity.HIGH) == (0, 1, 0)
        office.clock.forward(minutes=30)
    boxes["one"].problem = None
    assert office.run() == (2, 0, 0)
    assert boxes["one"].subjects[0].startswith("longarm 23 Nov: at once: 1 high: ")
    assert boxes["one"].subjects[1] == "longarm 23 Nov: at once: 4 high"


def test_a_failure_stands_in_the_digests_health_until_it_is_mended(office, boxes):
    office.settings(send=("box://one",), people=({"name": "mara", "send": ("box://mara",)},))
    boxes["mara"].problem = Retry("mail by mx.example.org: refused, 550 who?")
    office.run(Severity.HIGH)
    office.clock.forward(hours=13)
    assert office.run() == (1, 2, 0)
    digest = boxes["one"].messages[-1].text.replace("\n", "").replace(" ", "")
    assert "box(mara):1notdelivered:mailbymx.example.org:refused,550who?" in digest
    kept = json.loads((office.config.data_dir / "digests" / "2026-11-24.json").read_text("utf-8"))
    assert [one["source"] for one in kept["sources"]["notes"]] == ["delivery"]
    boxes["mara"].problem = None
    assert office.run() == (2, 0, 0)
    office.clock.forward(hours=24)
    office.run()
    assert "not delivered" not in boxes["one"].messages[-1].text


def test_a_kept_digest_asked_for_again_is_the_same_whatever_went_out_since(office, boxes):
    office.run(Severity.HIGH)
    office.clock.forward(hours=13)
    boxes["one"].problem = Retry("away")
    office.run()
    desk = office.desk()
    day = datetime(2026, 11, 24, tzinfo=UTC).date()
    before = digesting.digest_of(desk, day)
    boxes["one"].problem = None
    office.clock.forward(hours=1)
    office.run()
    assert digesting.digest_of(desk, day) == before


# --- before a run ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ({"rules": ("persuade_retrun",)}, "did you mean persuade_return"),
        ({"sources": ("tow",)}, "did you mean two"),
        ({"send": ("file:///",)}, "name a folder from the root on"),
        ({"send": ("webhook+https://hooks.example.org/x#desk",)}, r"set \[webhook\.desk\] secret"),
    ],
)
def test_what_can_never_be_sent_is_said_before_anything_is_crawled(office, person, said):
    office.settings(people=({"name": "mara", "send": ("box://mara",), **person},))
    with pytest.raises(ConfigError, match=said):
        office.run()


def test_a_webhook_gets_the_digest_as_programs_read_it(office, monkeypatch):
    box = Box()
    monkeypatch.setitem(channels.SIGNED, "webhook+https", lambda address, secrets: box if secrets["desk"] else None)
    office.settings(send=("webhook+https://hooks.example.org/x#desk",))
    office.config = office.config.model_copy(update={"webhook": {"desk": Webhook(secret="s3cret")}})
    office.run(Severity.HIGH)
    office.clock.forward(hours=13)
    office.run()
    notice, digest = (message.data for message in box.messages)
    assert (notice["kind"], notice["counts"], len(notice["alerts"])) == ("alerts", {"high": 1}, 1)
    assert (digest["kind"], digest["digest"]["date"]) == ("digest", "2026-11-24")


def test_doctor_sends_a_test_to_everyone_and_says_what_came_of_it(office, boxes):
    office.settings(send=("box://one",), people=({"name": "mara", "send": ("box://mara",)},))
    boxes["mara"].problem = Retry("mail by mx.example.org: 535 authentication failed")
    found = {check.name: check for check in doctor.telling_tested(office.desk())}
    assert found["sending box"].ok is True
    assert found["sending box (mara)"].ok is False
    assert "535" in found["sending box (mara)"].found
    assert boxes["one"].subjects == ["longarm: a test message"]
    # A test is no message of the outbox.
    assert office.run() == (0, 0, 0)


def test_two_commands_never_send_at_the_same_time(office, boxes, caplog):
    with runs.lock(office.config.data_dir, runs.OUTBOX_LOCK):
        assert office.run(Severity.HIGH) == (0, 0, 0)
    assert "another command is sending" in caplog.text
    assert office.run() == (1, 0, 0)
