"""What one window holds: chosen by the time of telling, the same on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import alerts, arrivals, claims, documents, ledger, past, reviews, runs, tables, windows
from storage.claims import SnapshotClaims
from storage.feed_health import FeedHealth
from storage.findings import AlertKind, Claim, Severity
from storage.reviews import Review
from storage.urls import url_key
from tests.alerts.invented import alert
from tests.alerts.stored import put_capture, put_snapshot, put_source

START = datetime(2026, 11, 22, tzinfo=UTC)
END = START + timedelta(days=1)
INSIDE = START + timedelta(hours=4)
BEFORE = START - timedelta(days=3)


def told(conn, snapshot, number=1, *, at=INSIDE, **changes):
    one = alert(
        number,
        page_id=snapshot.page_id,
        url=snapshot.url,
        snapshot_id=snapshot.id,
        snapshot=snapshot.short,
        told_at=at,
        first_seen=snapshot.captured_at,
        source_id="one",
        **changes,
    )
    alerts.put(conn, [one], version="1")
    return one


def act(conn, event, url_key, record, *, at=INSIDE, **body):
    ledger.append_act(conn, event=event, subject=f"{url_key} {record[:32]}", body=body, at=at)


def collect(database, start=START, end=END, health=None):
    with database.read() as conn:
        return windows.collect(conn, start=start, end=end, health=health or {})


def test_an_alert_belongs_to_the_window_it_was_told_in_and_to_no_other(database):
    with database.write() as conn:
        put_source(conn, "one")
        snapshot, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        told(conn, snapshot, at=END)
    assert collect(database).alerts == ()
    (facts,) = collect(database, END, END + timedelta(days=1)).alerts
    assert (facts.title, facts.body, facts.source.name_zh) == ("通告", "劝返三人。", "one公安局")


def test_an_alert_carries_the_newspapers_layout_its_page_is_printed_on(database):
    entry = {"feed_id": "one/1", "title": "通告", "first_capture_id": 1, "last_capture_id": 1, "settled": True}
    with database.write() as conn:
        put_source(conn, "one")
        for number, layout in ((1, "第03版：要闻"), (2, None)):
            snapshot, _ = put_snapshot(conn, f"http://a.test/{number}", "通告", "劝返三人。", at=BEFORE)
            told(conn, snapshot, number)
            row = {"url": snapshot.url, "url_key": url_key(snapshot.url), "layout": layout}
            conn.execute(sa.insert(tables.entry), entry | row)
    assert {facts.alert.url: facts.layout for facts in collect(database).alerts} == {
        "http://a.test/1": "第03版：要闻",
        "http://a.test/2": None,
    }


def test_takedowns_of_pages_that_had_alerted_are_listed_and_the_others_counted(database):
    with database.write() as conn:
        put_source(conn, "one")
        first, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        second, _ = put_snapshot(conn, "http://a.test/2", "消息", "无事。", at=BEFORE)
        told(conn, first, at=BEFORE)
        act(conn, "suspected-gone", "test,a)/1", "11" * 32, gone_as="404", reason="404")
        act(conn, "gone", "test,a)/1", "22" * 32, gone_as="404", reason="404 twice")
        act(conn, "suspected-gone", "test,a)/2", "33" * 32, gone_as="410")
        act(conn, "gone", "test,a)/2", "44" * 32, gone_as="410")
    facts = collect(database)
    assert [(one.event, one.url, one.title) for one in facts.changes] == [("gone", "http://a.test/1", "通告")]
    assert facts.other_takedowns == 1
    assert list(facts.pages) == [first.page_id]
    assert second.page_id not in facts.pages


@pytest.mark.parametrize(
    "states",
    [
        ("suspected-gone", "returned"),
        ("gone", "suspected-gone"),
        ("suspected-gone", "gone", "returned"),
        ("returned", "suspected-gone", "returned", "suspected-gone", "gone"),
    ],
)
def test_of_one_page_the_state_told_last_is_told_though_all_were_told_in_one_moment(database, states):
    with database.write() as conn:
        put_source(conn, "one")
        snapshot, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        told(conn, snapshot, at=BEFORE)
        for number, event in enumerate(states, 1):
            act(conn, event, "test,a)/1", f"{number:02d}" * 32)
    assert [one.event for one in collect(database).changes] == [states[-1]]


def test_a_page_that_is_gone_tells_how_many_looks_over_what_time_say_so(database):
    with database.write() as conn:
        put_source(conn, "one")
        first, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        told(conn, first, at=BEFORE)
        for hours in (0, 7, 31):
            put_capture(conn, "http://a.test/1", at=INSIDE - timedelta(hours=31 - hours), status=404)
        act(conn, "suspected-gone", "test,a)/1", "11" * 32, at=INSIDE - timedelta(hours=31), gone_as="404")
        act(conn, "suspected-gone", "test,a)/12", "33" * 32, at=INSIDE - timedelta(hours=1), gone_as="404")
        act(conn, "gone", "test,a)/1", "22" * 32, gone_as="404")
    (change,) = collect(database).changes
    assert (change.signs, change.signs_since) == (3, INSIDE - timedelta(hours=31))


def test_claims_come_with_the_alerts_of_the_window_and_what_the_same_source_said_before(database):
    def read(conn, snapshot, alert_id, quantity):
        one = Claim(type="returned", quote="劝返三人", start=0, end=4, quantity=quantity, quantity_text="三人")
        claims.replace(conn, [SnapshotClaims(snapshot_id=snapshot.id, claims=((alert_id, one),))], version="1")

    with database.write() as conn:
        put_source(conn, "one")
        old, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        new, _ = put_snapshot(conn, "http://a.test/2", "通告", "劝返三人。", at=INSIDE)
        read(conn, old, told(conn, old, 1, at=BEFORE).id, 2)
        read(conn, new, told(conn, new, 2).id, 3)
    facts = collect(database)
    assert [[one.claim.quantity for one in of] for of in facts.claims.values()] == [[3]]
    assert [one.claim.quantity for one in facts.claims_before] == [2]


def test_an_edit_is_listed_where_the_page_had_alerted_before_it(database):
    with database.write() as conn:
        put_source(conn, "one")
        old, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。另有一句。", at=BEFORE)
        new, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=INSIDE)
        other_old, _ = put_snapshot(conn, "http://a.test/2", "消息", "无事。", at=BEFORE)
        other, _ = put_snapshot(conn, "http://a.test/2", "消息", "无事。劝返三人。", at=INSIDE)
        told(conn, old, at=BEFORE)
        told(conn, other, 2, kind=AlertKind.EDITED)
        for one, before in ((new, old), (other, other_old)):
            key = f"test,a)/{one.url[-1]}"
            told_in = {"snapshot_old": before.short, "snapshot_new": one.short}
            counted = {"characters_added": 0, "characters_removed": 5} if one is new else {}
            act(conn, "edited", key, one.record_sha256, **told_in, **counted)
    (change,) = collect(database).changes
    assert (change.characters, change.words_gone) == ((0, 5), ())
    assert change.url == "http://a.test/1"
    assert (change.snapshot_old, change.snapshot) == (old.short, new.short)
    assert "另有一句" in change.text_old
    assert "另有一句" not in change.text_new


def test_an_edit_says_which_words_that_had_alerted_it_took_away(database):
    with database.write() as conn:
        put_source(conn, "one")
        old, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。请速投案。", at=BEFORE)
        new, _ = put_snapshot(conn, "http://a.test/1", "通告", "帮助三人。请速投案。", at=INSIDE)
        told(conn, old, 1, at=BEFORE, matched="劝返", concept="persuade_return")
        told(conn, old, 2, at=BEFORE, matched="投案", concept="surrender")
        act(conn, "edited", "test,a)/1", new.record_sha256, snapshot_old=old.short, snapshot_new=new.short)
    (change,) = collect(database).changes
    assert (change.words_gone, change.characters) == (("劝返",), None)


def test_a_page_told_gone_before_is_shown_so_beside_its_alert(database):
    with database.write() as conn:
        put_source(conn, "one")
        snapshot, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        act(conn, "suspected-gone", "test,a)/1", "11" * 32, at=BEFORE)
        told(conn, snapshot, kind=AlertKind.RETROACTIVE)
    assert collect(database).alerts[0].state == "suspected-gone"


def test_what_was_told_of_a_cluster_before_the_window_is_given_with_its_text(database):
    with database.write() as conn:
        put_source(conn, "one")
        first, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        copy, _ = put_snapshot(conn, "http://a.test/2", "转载", "劝返三人。", at=INSIDE)
        told(conn, first, 1, at=BEFORE, cluster="c")
        told(conn, first, 2, at=BEFORE, cluster="c", concept="exit_control")
        told(conn, copy, 3, cluster="c")
    earlier = collect(database).earlier["c"]
    assert earlier.alert.url == "http://a.test/1"
    assert earlier.body == "劝返三人。"
    assert set(earlier.also) == {"family_pressure", "exit_control"}


def test_what_a_reader_was_not_told_is_no_earlier_text_to_them(database):
    with database.write() as conn:
        put_source(conn, "one")
        pages = [put_snapshot(conn, f"http://a.test/{n}", "通告", "劝返三人。", at=BEFORE)[0] for n in range(3)]
        copy, _ = put_snapshot(conn, "http://a.test/9", "转载", "劝返三人。", at=INSIDE)
        told(conn, pages[0], 1, at=BEFORE, cluster="c", severity=Severity.INFO)
        told(conn, pages[1], 2, at=BEFORE, cluster="c", severity=Severity.MEDIUM)
        told(conn, pages[2], 3, at=BEFORE, cluster="c", severity=Severity.CRITICAL)
        told(conn, copy, 4, cluster="c")

    def earlier(wants):
        with database.read() as conn:
            return windows.collect(conn, start=START, end=END, health={}, heard=wants).earlier

    assert earlier(None)["c"].alert.url == "http://a.test/1", "info is told to nobody"
    assert earlier(None)["c"].gravest == Severity.CRITICAL
    assert earlier(lambda one: one.severity == Severity.MEDIUM)["c"].gravest == Severity.MEDIUM
    assert earlier(lambda one: one.severity == Severity.CRITICAL)["c"].alert.url == "http://a.test/2"
    assert earlier(lambda _: False) == {}


def test_looks_new_pages_and_answers_are_counted_by_their_time(database):
    with database.write() as conn:
        put_source(conn, "one")
        put_source(conn, "two")
        put_source(conn, "off", enabled=False)
        put_snapshot(conn, "http://a.test/1", "旧", "旧文。", at=BEFORE)
        put_capture(conn, "http://one.test/", at=INSIDE, source="one", role="feed")
        put_capture(conn, "http://two.test/", at=INSIDE, source="two", role="feed", status=None, error="timeout")
        put_capture(conn, "http://a.test/1", at=INSIDE)
        put_capture(conn, "http://a.test/robots.txt", at=INSIDE, role="robots")
        put_snapshot(conn, "http://a.test/2", "新", "新文。", at=INSIDE)
    facts = collect(database)
    assert (facts.sources, facts.answered) == (2, 1)
    assert (facts.crawled, facts.new, facts.rechecked) == (4, 1, 1)
    assert facts.ledger_seq == 6
    assert collect(database, START - timedelta(days=9), START - timedelta(days=8)).crawled == 0


def counted(facts):
    return {name: getattr(facts, name) for name in ("sources", "answered", "crawled", "new", "rechecked", "suppressed")}


@pytest.mark.parametrize("looks_of", [datetime(2024, 5, 1, tzinfo=UTC), BEFORE, INSIDE, END + timedelta(days=30)])
@pytest.mark.parametrize("number", [1, 40])
def test_an_import_changes_no_count_of_what_was_looked_at(database, looks_of, number):
    with database.write() as conn:
        put_source(conn, "one")
        put_capture(conn, "http://one.test/", at=INSIDE, source="one", role="feed")
        put_snapshot(conn, "http://a.test/1", "新", "新文。", at=INSIDE)
        put_capture(conn, "http://a.test/1", at=INSIDE + timedelta(hours=1))
    before = counted(collect(database))
    assert (before["answered"], before["crawled"], before["new"], before["rechecked"]) == (1, 3, 1, 1)
    came = INSIDE + timedelta(hours=2)
    with database.write() as conn:
        for _ in range(number):
            put_capture(conn, "http://one.test/", at=looks_of, role="feed", imported_at=came)
            put_snapshot(conn, "http://a.test/1", "旧", "旧文。", at=looks_of, imported_at=came)
    assert counted(collect(database)) == before
    following = counted(collect(database, END, END + timedelta(days=40)))
    assert (following["answered"], following["crawled"], following["new"], following["rechecked"]) == (0, 0, 0, 0)


def test_a_page_that_an_import_brought_first_is_new_on_the_day_it_came(database):
    with database.write() as conn:
        put_source(conn, "one")
        put_snapshot(conn, "http://a.test/1", "旧", "旧文。", at=datetime(2024, 5, 1, tzinfo=UTC), imported_at=INSIDE)
    facts = collect(database)
    assert (facts.new, facts.crawled, facts.rechecked) == (1, 0, 0)
    year = datetime(2024, 5, 1, tzinfo=UTC)
    assert collect(database, year - timedelta(hours=1), year + timedelta(hours=1)).new == 0
    with database.read() as conn:
        assert arrivals.begun(conn) == INSIDE


def test_a_way_out_of_ours_that_failed_is_a_fact_of_the_window_its_run_ended_in(database):
    with database.write() as conn:
        run = runs.begin(conn, at=INSIDE, code_version="1", settings_digest="0" * 64)
        runs.end(conn, run, {"ways_out": {"hk": "proxy 10.0.0.1:80 takes no connection"}}, INSIDE)
        other = runs.begin(conn, at=INSIDE, code_version="1", settings_digest="0" * 64)
        runs.end(conn, other, None, INSIDE)
    assert collect(database).ways_out == {"hk": "proxy 10.0.0.1:80 takes no connection"}
    assert collect(database, END, END + timedelta(days=1)).ways_out == {}


def test_a_closed_window_says_the_same_after_an_import_of_its_own_time(database):
    with database.write() as conn:
        put_source(conn, "one")
        snapshot, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        told(conn, snapshot, at=BEFORE)
        act(conn, "suspected-gone", "test,a)/1", "11" * 32, gone_as="404")
    before = collect(database)
    with database.write() as conn:
        put_snapshot(conn, "http://a.test/1", "另文", "另文。", at=INSIDE, imported_at=END + timedelta(days=1))
    after = collect(database)
    assert (after.changes, after.pages) == (before.changes, before.pages)


def test_the_copies_that_are_kept_of_a_page_are_those_that_show_it(database):
    with database.write() as conn:
        put_source(conn, "one")
        snapshot, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        told(conn, snapshot, at=BEFORE)
        for hours in (1, 2):
            number, record, _ = put_capture(conn, "http://a.test/1", at=INSIDE + timedelta(hours=hours), status=404)
            row = {"outcome": "gone", "gone_as": "404", "reason": "404", "version": 1, "blocked_by": None}
            documents.put_verdicts(conn, [row | {"capture_id": number}])
        act(conn, "suspected-gone", "test,a)/1", record, gone_as="404")
    (change,) = collect(database).changes
    assert change.captures == 1


def test_only_watched_sources_that_cannot_be_seen_are_troubles(database):
    with database.write() as conn:
        for name in ("one", "two"):
            put_source(conn, name)
        put_source(conn, "off", enabled=False)
    sick = FeedHealth(health="blocked", error=None, since=BEFORE, message="403", last_ok=None, last_new=None, looks=3)
    well = FeedHealth(health="ok", error=None, since=None, message=None, last_ok=INSIDE, last_new=INSIDE)
    facts = collect(database, health={"one": sick, "two": well, "off": sick})
    assert [(one.source.id, one.health, one.message) for one in facts.troubles] == [("one", "blocked", "403")]


def test_follow_ups_are_those_whose_last_mark_says_so(database):
    with database.write() as conn:
        put_source(conn, "one")
        snapshot, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        one = told(conn, snapshot, 1, at=BEFORE)
        other = told(conn, snapshot, 2, at=BEFORE, concept="exit_control")
        for number, (chosen, kind, body) in enumerate(
            [
                (one, "mark", {"status": "follow-up", "reason": "ask"}),
                (one, "assign", {"who": "Lin"}),
                (other, "mark", {"status": "follow-up"}),
                (other, "mark", {"status": "relevant"}),
            ]
        ):
            at = INSIDE + timedelta(minutes=number)
            done = Review(id=f"{number:026}", at=at, analyst="Mara", alert_id=chosen.id, act=kind, body=body)
            reviews.add(conn, [done])
    (due,) = collect(database).follow_ups
    assert (due.alert.id, due.who, due.reason) == (one.id, "Lin", "ask")
    with database.read() as conn:
        assert [act.event for act in ledger.acts(conn, events=["custody"])] == ["custody"] * 4
        assert alerts.find(conn, other.id).status == "relevant"


def test_a_closed_window_stays_what_it_was_when_more_is_told_later(database):
    with database.write() as conn:
        put_source(conn, "one")
        snapshot, _ = put_snapshot(conn, "http://a.test/1", "通告", "劝返三人。", at=BEFORE)
        told(conn, snapshot, 1)
    before = collect(database)
    with database.write() as conn:
        later, _ = put_snapshot(conn, "http://a.test/1", "通告", "改过。", at=END + timedelta(hours=1))
        told(conn, later, 2, at=END + timedelta(hours=1))
        act(conn, "gone", "test,a)/1", "22" * 32, at=END + timedelta(hours=2))
    assert collect(database) == before


@pytest.mark.parametrize("hours", [0, 1, 47, 48, 49, 200])
def test_the_halving_misses_no_capture(sqlite_database, hours):
    with sqlite_database.write() as conn:
        put_source(conn, "one")
        for hour in range(100):
            put_capture(conn, f"http://a.test/{hour}", at=START + timedelta(hours=hour))
    start = START + timedelta(hours=hours)
    facts = collect(sqlite_database, start, START + timedelta(days=99))
    assert facts.crawled == max(0, 100 - hours)


def test_health_is_that_of_the_windows_end_whatever_came_later(database):
    def read(conn, hours, *, new=0, error=None):
        at = START + timedelta(hours=hours)
        number, _, _ = put_capture(conn, "http://one.test/", at=at, role="feed")
        row = {"capture_id": number, "feed_id": "one/list", "page_number": 1, "entries": 9, "new": new, "at": at}
        rest = {"finished": error is None, "platform": "generic", "error": error, "message": error}
        conn.execute(sa.insert(tables.reading), row | rest)

    with database.write() as conn:
        put_source(conn, "one", silent_after_seconds=3600)
        for hours, new, error in ((0, 9, None), (1, 0, "timeout"), (2, 0, "blocked"), (3, 0, None), (4, 2, None)):
            read(conn, hours, new=new, error=error)
    seen = {}
    with database.read() as conn:
        for minutes in (0, 30, 90, 150, 210, 270):
            found = past.health(conn, START + timedelta(minutes=minutes)).get("one")
            seen[minutes] = (found.health, found.since, found.looks) if found else None
    first_error = START + timedelta(hours=1)
    assert seen == {
        0: None,
        30: ("ok", None, 1),
        90: ("failing", first_error, 2),
        150: ("blocked", first_error, 3),
        210: ("silent", START, 4),
        270: ("ok", None, 5),
    }
