import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from alerts import phrases
from alerts.digest import build, changed_sentences, window_of
from alerts.people import NOBODY
from alerts.render import render
from alerts.wording import words
from storage.closings import Closing
from storage.config import Digest as Settings
from storage.digests import DigestFacts, FollowUpFacts, SampleFacts
from storage.findings import AlertKind, Severity, Suppressed
from storage.records import PageId
from tests.alerts.invented import EMPTY, JIANGAO, NEWS, NOON, NOTICE, alert, facts, full_day

SETTINGS = Settings()
WINDOW = window_of(date(2026, 11, 23), SETTINGS, datetime(2026, 12, 1, tzinfo=UTC))


def made(*alerts, **more):
    return build(DigestFacts(alerts=alerts, **more), WINDOW, gloss=lambda _: ())


def test_a_dates_window_ends_on_it_at_the_hour_of_the_settings():
    assert WINDOW.start == datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    assert WINDOW.end == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert not WINDOW.is_open


@pytest.mark.parametrize(
    ("now", "closes", "start"),
    [
        ("2026-11-23T00:00:00+00:00", date(2026, 11, 24), "2026-11-23T00:00:00+00:00"),
        ("2026-11-22T23:59:00+00:00", date(2026, 11, 23), "2026-11-22T00:00:00+00:00"),
        ("2026-11-23T17:00:00+00:00", date(2026, 11, 24), "2026-11-23T00:00:00+00:00"),
    ],
)
def test_the_open_window_reaches_from_the_last_closing_hour_until_now(now, closes, start):
    moment = datetime.fromisoformat(now)
    window = window_of(None, SETTINGS, moment)
    assert (window.date, window.start, window.is_open) == (closes, datetime.fromisoformat(start), True)
    assert moment < window.end <= moment + timedelta(seconds=1)


def test_windows_of_following_days_meet_without_gap_or_overlap():
    now = datetime(2027, 1, 1, tzinfo=UTC)
    days = [window_of(date(2026, 3, 1) + timedelta(days=n), Settings(timezone="Europe/Berlin"), now) for n in range(60)]
    assert all(one.end == other.start for one, other in pairwise(days))


# The settings of one day and of the next: hours put off and forward, zones either way, by more than a day too.
MOVES = [
    (Settings(at="06:00"), Settings(at="08:00")),
    (Settings(at="08:00"), Settings(at="06:00")),
    (Settings(at="00:05"), Settings(at="23:55")),
    (Settings(at="23:55"), Settings(at="00:05")),
    (Settings(), Settings(timezone="America/New_York")),
    (Settings(timezone="America/New_York"), Settings()),
    (Settings(timezone="Pacific/Honolulu", at="23:00"), Settings(timezone="Pacific/Kiritimati", at="00:30")),
    (Settings(timezone="Pacific/Kiritimati", at="00:30"), Settings(timezone="Pacific/Honolulu", at="23:00")),
]


@pytest.mark.parametrize(("was", "now_is"), MOVES)
@pytest.mark.parametrize("hours", [1, 13, 24, 50])
@pytest.mark.parametrize("noted_at_once", [True, False])
def test_whatever_the_closing_hour_becomes_windows_meet_without_gap_or_overlap(was, now_is, hours, noted_at_once):
    closed = [_closed(date(2026, 11, 20), was), _closed(date(2026, 11, 21), was)]
    moment = closed[-1].end + timedelta(hours=hours)
    opened = window_of(None, now_is, moment, closed)
    assert opened.is_open
    assert opened.start <= moment < opened.end
    missed = []
    for day in _days(closed[-1].day, opened.date):
        missed.append(window_of(day, now_is, moment, closed))
        if noted_at_once and missed[-1].start < missed[-1].end:
            closed.append(Closing(day, missed[-1].start, missed[-1].end, missed[-1].zone))
    for day in _days(opened.date - timedelta(days=1), opened.date + timedelta(days=3)):
        missed.append(window_of(day, now_is, moment + timedelta(days=9), closed))
    told = [(one.start, one.end) for one in (_closed(date(2026, 11, 21), was), *missed) if one.start < one.end]
    assert all(end == start for (_, end), (start, _) in pairwise(told)), told
    assert len(told) >= 4


def test_a_window_that_closed_stays_as_it_was():
    closed = [_closed(date(2026, 11, day), SETTINGS) for day in (20, 21, 22)]
    for settings in (Settings(at="05:00"), Settings(timezone="Europe/Berlin")):
        again = window_of(date(2026, 11, 21), settings, NOON, closed)
        assert (again.start, again.end, again.zone, again.is_open) == (*closed[1][1:], False)
    # One that was not kept, before one that was, ends where that begins.
    early = window_of(date(2026, 11, 19), Settings(at="05:00"), NOON, closed)
    assert early.end == closed[0].start


def test_a_window_still_to_come_is_no_closed_one():
    ahead = window_of(date(2026, 11, 26), SETTINGS, datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert (ahead.is_open, ahead.end) == (True, datetime(2026, 11, 26, tzinfo=UTC))


def _closed(day, settings):
    window = window_of(day, settings, datetime(2027, 1, 1, tzinfo=UTC))
    return Closing(day, window.start, window.end, window.zone)


def _days(after, until):
    return [after + timedelta(days=number) for number in range(1, (until - after).days)]


def test_a_page_with_several_concepts_is_one_line_with_several_labels():
    digest = made(
        facts(1, severity=Severity.MEDIUM),
        facts(2, page_id=PageId(1), snapshot_id=10, concept="persuade_return", matched="劝返", severity=Severity.HIGH),
    )
    (line,) = digest.lines
    assert line.severity == Severity.HIGH
    assert [concept.key for concept in line.concepts] == ["persuade_return", "family_pressure"]
    assert [quote.marked.count("【") for quote in line.quotes] == [2]


def test_copies_fold_under_the_issuing_organ_and_variants_stand_apart():
    digest = made(*full_day().alerts[:5])
    (line,) = digest.lines
    assert line.organ is not None
    assert line.organ.id == "jiangao-police"
    assert [copy.url for copy in line.copies] == ["http://news.example.test/3", "http://news.example.test/4"]
    assert [(variant.url, variant.differences) for variant in line.variants] == [
        ("http://news.example.test/5", (("17人", "19人"),))
    ]
    assert digest.counts.copies == 2


def test_a_copy_seen_before_the_issuers_page_still_folds_under_it():
    early = facts(
        3, cluster="c", source=NEWS, publisher="江岙县公安局", first_seen=datetime(2026, 11, 22, 1, tzinfo=UTC)
    )
    (line,) = made(early, facts(1, cluster="c")).lines
    assert line.url.endswith("/2026/1.html")


def test_a_copy_with_a_concept_of_its_own_is_not_folded_away():
    other = facts(2, cluster="c", concept="exit_control", matched="滞留境外")
    (line,) = made(facts(1, cluster="c"), other).lines
    assert not line.copies
    assert len(line.variants) == 1


def test_a_copy_of_what_was_told_before_is_not_new():
    before = facts(9, cluster="c")
    digest = made(facts(1, cluster="c", source=NEWS), earlier={"c": before})
    assert digest.lines == ()
    assert [line.earlier.url for line in digest.repeats] == [before.alert.url]


def test_a_text_is_as_grave_as_its_gravest_copy():
    head = facts(1, cluster="c", severity=Severity.MEDIUM, why="medium: as the rule says")
    copy = facts(2, cluster="c", source=NEWS, severity=Severity.CRITICAL, why="critical: a deadline is open")
    other = facts(3, severity=Severity.HIGH)
    digest = made(head, copy, other)
    line, after = digest.lines
    assert (line.severity, line.url, len(line.copies)) == (Severity.CRITICAL, head.alert.url, 1)
    assert line.why == "critical: a deadline is open"
    assert after.severity == Severity.HIGH
    assert phrases.subject(digest, "full").startswith("longarm 23 Nov: 2 new (1 critical)")
    shape = json.loads(render(digest, "json"))["alerts"]
    assert [(one["severity"], one.get("copies_severity")) for one in shape] == [("medium", "critical"), ("high", None)]
    (line,) = made(replace(head, alert=copy.alert), facts(4, cluster="c", source=NEWS, severity=Severity.LOW)).lines
    assert line.severity == Severity.CRITICAL


def test_a_copy_graver_than_what_was_told_before_is_new_and_says_of_what_it_is_one():
    before = facts(9, cluster="c", severity=Severity.MEDIUM)
    grave = facts(1, cluster="c", source=NEWS, severity=Severity.CRITICAL)
    digest = made(grave, earlier={"c": before})
    assert [(line.severity, line.earlier.url) for line in digest.lines] == [(Severity.CRITICAL, before.alert.url)]
    assert digest.repeats == ()
    for told in (replace(before, gravest=Severity.CRITICAL), replace(before, alert=facts(9, cluster="c").alert)):
        severity = told.gravest or told.alert.severity
        digest = made(facts(1, cluster="c", source=NEWS, severity=severity), earlier={"c": told})
        assert (len(digest.lines), len(digest.repeats)) == (0, 1)


def test_a_variant_of_what_was_told_before_is_new_and_says_of_what():
    before = facts(9, cluster="c")
    digest = made(facts(1, body=NOTICE.replace("17人", "19人"), cluster="c"), earlier={"c": before})
    assert digest.lines[0].differences == (("17人", "19人"),)
    assert digest.repeats == ()


def test_a_new_version_of_a_page_is_no_copy_of_itself():
    before = facts(1, cluster="c")
    digest = made(facts(2, page_id=PageId(1), cluster="c", kind=AlertKind.EDITED), earlier={"c": before})
    assert [mark.key for mark in digest.lines[0].marks] == ["edited"]


def test_a_page_dated_long_ago_and_seen_now_is_a_late_find():
    late, fresh, undated = made(
        facts(1, published="2026-10-01"), facts(2, published="2026-11-01"), facts(3, published=None)
    ).lines
    assert [[mark.key for mark in line.marks] for line in (late, fresh, undated)] == [["late find"], [], []]


def test_retroactive_alerts_are_grouped_apart_and_info_is_only_counted():
    digest = made(facts(1, kind=AlertKind.RETROACTIVE), facts(2, severity=Severity.INFO))
    assert digest.lines == ()
    assert [line.url[-6:] for line in digest.retroactive] == ["1.html"]
    assert digest.counts.info == 1


def test_lines_stand_from_critical_to_low():
    order = (Severity.LOW, Severity.CRITICAL, Severity.MEDIUM, Severity.HIGH)
    digest = made(*(facts(number, severity=severity) for number, severity in enumerate(order, 1)))
    assert [severity for severity, _ in digest.by_severity()] == ["critical", "high", "medium", "low"]


def test_of_a_takedown_the_last_state_in_the_window_is_told_and_every_edit():
    digest = build(full_day(), WINDOW, gloss=lambda _: ())
    assert [(change.event.key, change.page_id) for change in digest.changes] == [
        ("gone", 50),
        ("returned", 51),
        ("edited", 52),
    ]
    assert digest.edits[0].removed == ("同时协助核查在逃人员线索。",)


def test_what_cannot_be_seen_at_all_comes_before_what_is_silent():
    digest = build(full_day(), WINDOW, gloss=lambda _: ())
    assert [one.health.key for one in digest.troubles] == ["blocked", "failing", "silent"]


def test_a_hit_whose_offsets_do_not_fit_the_text_is_quoted_as_it_was_found():
    (line,) = made(facts(1, start=9000, end=9005, matched="劝返", quote="专班劝返3人。")).lines
    assert line.quotes[0].marked == "专班【劝返】3人。"


def test_the_same_facts_give_the_same_digest_in_whatever_order_they_came():
    day = full_day()
    turned = DigestFacts(**{**{n: getattr(day, n) for n in DigestFacts.__slots__}, "alerts": day.alerts[::-1]})
    assert build(day, WINDOW, gloss=lambda _: ()) == build(turned, WINDOW, gloss=lambda _: ())


def test_an_empty_window_is_quiet():
    assert build(EMPTY, WINDOW, gloss=lambda _: ()).is_quiet


def test_edits_are_told_by_sentence_with_numbers_masked():
    assert changed_sentences("甲。乙13812345678。", "甲。丙。", NOBODY) == (("丙。",), ("乙138****5678。",))


def test_the_organ_that_copies_name_is_the_head_though_its_source_is_called_after_a_column():
    organ = replace(JIANGAO, name_zh="江岙县公安局 通知公告")
    other = replace(JIANGAO, id="yunpu", name_zh="云浦县人民政府 动态", agency="government")
    early = datetime(2026, 11, 22, 1, tzinfo=UTC)
    (line,) = made(
        facts(1, cluster="c", source=NEWS, publisher="海角新闻", first_seen=early),
        facts(2, cluster="c", source=other, publisher="江岙县公安局", first_seen=early),
        facts(3, cluster="c", source=organ, publisher="江岙县公安局"),
    ).lines
    assert line.organ.name == "江岙县公安局 通知公告"
    assert [copy.name for copy in line.copies] == ["海角新闻", "云浦县人民政府 动态"]


def test_follow_ups_that_are_due_come_first_and_say_so():
    def follow_up(number, **said):
        return FollowUpFacts(alert=alert(number), at=NOON, reason=None, **said)

    told = DigestFacts(
        follow_ups=(
            follow_up(1, who=None),
            follow_up(2, who="Lin", due="2026-11-30"),
            follow_up(3, who="Mara", due="2026-11-23"),
        )
    )
    digest = build(told, WINDOW, gloss=lambda _: ())
    assert [one.due for one in digest.follow_ups] == ["2026-11-23", "2026-11-30", None]
    assert phrases.follow_ups(digest) == "3, 1 due (Lin 1, Mara 1, nobody 1)"
    assert "Mara, DUE 2026-11-23" in render(digest, "text")
    assert "Lin, due 2026-11-30" in render(digest, "html")


def test_labels_and_what_made_an_alert_grave_are_shown_where_the_rules_say_them():
    labels = (words("label", "historical"),)
    line = replace(made(facts(1)).lines[0], labels=labels, why="critical: the rule is high, up, a deadline still open")
    digest = replace(build(DigestFacts(), WINDOW, gloss=lambda _: ()), lines=(line,))
    for form in ("text", "markdown", "html"):
        assert "旧事 told of the past" in render(digest, form)
        assert "critical: the rule is high, up, a deadline still open" in " ".join(render(digest, form).split())
        assert "critical: critical" not in render(digest, form)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 24)])
def test_what_the_filter_held_back_is_shown_masked_with_the_reason(day):
    body = "嫌疑人林志远，男，42岁，被劝返于卡口。"
    at = body.index("劝返")
    held = Suppressed(
        concept="persuade_return", variant="x", field="body", start=at, end=at + 2, matched="劝返", reason="epidemic"
    )
    sample = SampleFacts(held=held, url="http://a.example/1", snapshot="ab" * 16, title="通告", body=body)
    digest = build(DigestFacts(samples=(sample,)), window_of(day, SETTINGS, NOON), gloss=lambda _: ())
    assert digest.samples[0].quote.marked == "嫌疑人林**，男，42岁，被【劝返】于卡口。"
    assert "防疫 epidemic, held back from 劝返 persuaded to return: 通告" in render(digest, "text")


def test_the_head_is_the_page_that_longarm_copies_names_as_the_original():
    first = facts(1, source=NEWS, cluster="c", published="2026-11-20", first_seen=NOON + timedelta(hours=1))
    later = facts(2, cluster="c", published="2026-11-22")
    (line,) = made(later, first).lines
    assert line.url == first.alert.url, "its own date is the earlier, whoever was seen first"
    assert [copy.url for copy in line.copies] == [later.alert.url]
