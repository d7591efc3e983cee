"""Filters and quiet hours: who is told what, and when."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts.recipients import check_filters, narrow, recipients
from storage.config import Config, Digest, Person, load_config
from storage.errors import ConfigError
from storage.findings import AlertKind, Severity
from tests.alerts.invented import MFA, alert, full_day


def one(**keys):
    (found,) = recipients(Config(person=(Person(name="mara", send=("file:///x",), **keys),)))
    return found


@pytest.mark.parametrize(
    ("keys", "changes", "told"),
    [
        ({}, {}, True),
        ({"rules": ("family_pressure",)}, {}, True),
        ({"rules": ("family_pressure.school",)}, {}, True),
        ({"rules": ("family_pressure.other", "repatriation")}, {}, False),
        ({"provinces": ("浙江",)}, {}, True),
        ({"provinces": ("Zhejiang",)}, {}, True),
        ({"provinces": ("fujian",)}, {}, False),
        ({"provinces": ("福建",)}, {"province": None}, False),
        ({"languages": ("zh", "en")}, {}, True),
        ({"languages": ("en",)}, {}, False),
        ({"sources": ("jiangao-police",)}, {}, True),
        ({"sources": ("jiangao-police",)}, {"source_id": None}, False),
        ({"severity": "high"}, {"severity": Severity.CRITICAL}, True),
        ({"severity": "high"}, {"severity": Severity.HIGH}, True),
        ({"severity": "high"}, {"severity": Severity.MEDIUM}, False),
        ({"rules": ("family_pressure",), "provinces": ("福建",)}, {}, False),
    ],
)
def test_a_filter_lets_through_what_all_of_its_keys_do(keys, changes, told):
    assert one(**keys).wants(alert(**changes)) is told


@pytest.mark.parametrize(
    ("keys", "changes", "told"),
    [
        ({}, {"severity": Severity.CRITICAL}, True),
        ({}, {"severity": Severity.HIGH}, True),
        ({}, {"severity": Severity.MEDIUM}, False),
        ({"at_once": "medium"}, {"severity": Severity.MEDIUM}, True),
        ({"at_once": "critical"}, {"severity": Severity.HIGH}, False),
        ({"at_once": "never"}, {"severity": Severity.CRITICAL}, False),
        ({"at_once": "low", "severity": "high"}, {"severity": Severity.MEDIUM}, False),
        ({"provinces": ("福建",)}, {"severity": Severity.CRITICAL}, False),
        ({}, {"severity": Severity.CRITICAL, "kind": AlertKind.RETROACTIVE}, False),
        ({}, {"severity": Severity.CRITICAL, "kind": AlertKind.EDITED}, True),
    ],
)
def test_what_cannot_wait_is_what_the_reader_says(keys, changes, told):
    assert one(**keys).wants_at_once(alert(**changes)) is told


@pytest.mark.parametrize(
    ("quiet", "zone", "at", "held"),
    [
        ("22:00-07:00", "Asia/Shanghai", "2026-11-23T13:59", False),
        ("22:00-07:00", "Asia/Shanghai", "2026-11-23T14:00", True),
        ("22:00-07:00", "Asia/Shanghai", "2026-11-23T22:59", True),
        ("22:00-07:00", "Asia/Shanghai", "2026-11-23T23:00", False),
        ("12:00-14:00", "Asia/Shanghai", "2026-11-23T04:00", True),
        ("12:00-14:00", "Asia/Shanghai", "2026-11-23T06:00", False),
        ("", "Asia/Shanghai", "2026-11-23T18:00", False),
        # The hour that clocks skip, and the one that they show twice, are quiet like any other.
        ("02:00-03:00", "Europe/Berlin", "2026-03-29T00:59", False),
        ("01:00-04:00", "Europe/Berlin", "2026-03-29T01:00", True),
        ("02:00-03:00", "Europe/Berlin", "2026-10-25T00:30", True),
        ("02:00-03:00", "Europe/Berlin", "2026-10-25T01:30", True),
        ("02:00-03:00", "Europe/Berlin", "2026-10-25T02:00", False),
    ],
)
def test_quiet_hours_are_those_of_the_readers_own_clock(quiet, zone, at, held):
    assert one(quiet=quiet, timezone=zone).is_quiet(datetime.fromisoformat(at).replace(tzinfo=UTC)) is held


def test_quiet_hours_without_a_zone_are_the_digests():
    person = Person(name="mara", send=("file:///x",), quiet="22:00-07:00")
    (_, found) = recipients(Config(person=(person,), digest=Digest(timezone="America/New_York", send=("file:///y",))))
    assert found.is_quiet(datetime(2026, 11, 23, 3, 30, tzinfo=UTC))
    assert not found.is_quiet(datetime(2026, 11, 23, 14, 30, tzinfo=UTC))


def test_digest_send_is_a_reader_without_a_filter_and_comes_first():
    person = Person(name="mara", send=("file:///x",), detail="counts")
    everyone, mara = recipients(Config(person=(person,), digest=Digest(send=("file:///y",), at_once="never")))
    assert (everyone.name, everyone.is_filtered, everyone.at_once) == ("", False, None)
    assert (mara.counts_only, mara.at_once) == (True, Severity.HIGH)
    assert recipients(Config()) == ()


def test_a_persons_detail_is_the_digests_where_nothing_else_is_said():
    person = Person(name="mara", send=("file:///x",))
    (mara,) = recipients(Config(person=(person,), digest=Digest(detail="counts")))
    assert mara.counts_only


def test_another_filter_begins_anew_and_other_hours_do_not():
    assert one(rules=("a",)).filter_id != one(rules=("b",)).filter_id != one().filter_id
    assert one(quiet="22:00-07:00").filter_id == one().filter_id


def test_a_readers_digest_holds_what_the_filter_lets_through():
    whole = full_day()
    assert narrow(whole, one()) is whole
    some = narrow(whole, one(sources=(MFA.id,)))
    assert {facts.alert.source_id for facts in some.alerts} <= {MFA.id}
    assert all(trouble.source.id == MFA.id for trouble in some.troubles)
    assert some.suppressed == whole.suppressed
    assert replace(some, alerts=(), changes=(), troubles=(), mended=(), follow_ups=()) == replace(
        whole, alerts=(), changes=(), troubles=(), mended=(), follow_ups=()
    )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("rules = ['persuade_retrun']", r"toml:5: person mara: rules: 'persuade_retrun' is unknown; did you mean"),
        ("provinces = ['Zhejang']", r"toml:5: person mara: provinces: 'Zhejang' is unknown; did you mean zhejiang\?"),
        ("sources = ['one', 'tow']", r"toml:5: person mara: sources: 'tow' is unknown; did you mean two\?"),
        ("sources = ['????']", r"'\?\?\?\?' is unknown; `longarm sources list` shows them"),
    ],
)
def test_a_filter_that_names_what_there_is_not_is_a_mistake_with_its_line(tmp_path, keys, said):
    file = tmp_path / "longarm.toml"
    file.write_text(f"[digest]\n[[person]]\nname = 'mara'\nsend = ['file:///x']\n{keys}\n")

    config = load_config(tmp_path, file, {})
    with pytest.raises(ConfigError, match=said):
        check_filters(config, file, rules={"persuade_return"}, sources={"one", "two"})


def test_all_mistakes_of_all_filters_are_told_at_once(tmp_path):
    file = tmp_path / "longarm.toml"
    wrong = "send = ['file:///x']\nrules = ['none']\nprovinces = ['Zhejang']\n"
    file.write_text(f"[[person]]\nname = 'mara'\n{wrong}[[person]]\nname = 'li'\n{wrong}")

    with pytest.raises(ConfigError) as caught:
        check_filters(load_config(tmp_path, file, {}), file, rules={"persuade_return"}, sources=set())

    assert [line.split(" is unknown")[0].split("person ")[1] for line in str(caught.value).splitlines()] == [
        "mara: rules: 'none'",
        "mara: provinces: 'Zhejang'",
        "li: rules: 'none'",
        "li: provinces: 'Zhejang'",
    ]
