"""Claims kept beside alerts: read by the scan, once with each version; told in the digest's JSON as they were said."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from alerts.claims import reader
from desk import claiming
from desk.hands import Hands
from desk.matching import Matching
from storage import alerts, claims, sources, windows
from tests.alerts.stored import put_snapshot
from tests.desk.invented_web import Web
from tests.desk.shelf import NOTICE, NOW, TODAY, YESTERDAY, fill, run
from tests.desk.test_matching import RULES, book
from tests.storage.test_claims import alert_of

DAY = "2026-11-24"


def advance(database):
    with database.read() as conn:
        known = {source.id: source for source in sources.load(conn, include_disabled=True)}
    return claiming.advance(database, known, Hands(None, processes=1))


def watch(web, bodies, *, hours):
    """A page that shows one body after the other, each looked at, derived and scanned so many hours after the last."""
    try:
        for body in bodies:
            web.new_run(hours=hours)
            web.look("/1.html", body)
            web.derive()
            Matching(web.database, book(RULES), now=web.clock).scan()
    finally:
        web.archive.close()


@pytest.fixture
def shelf(sqlite_config, sqlite_database):
    fill(sqlite_database)
    return sqlite_config, sqlite_database


def told(config, capsys, day=DAY):
    run("digest", config, "--date", day, "--format", "json", at=NOW)
    return json.loads(capsys.readouterr().out)["claims"]


def test_every_alerting_snapshot_is_read_once(shelf):
    _, database = shelf
    assert advance(database) == 4
    assert advance(database) == 0


def test_the_scan_that_raises_an_alert_keeps_its_claims_and_an_edit_gives_the_new_ones(config, database, clock):
    page = "江岙县公安局通告\n\n本县开展甲乙行动，劝返滞留境外人员{}名。\n各乡镇派队参加。"
    watch(Web(config, database, clock), [page.format("12"), page.format("15")], hours=24)
    with database.read() as conn:
        found = claims.of_window(conn, YESTERDAY - timedelta(days=9999), NOW + timedelta(days=9999))
    # The edit beside the old hit raised no alert, and keeps no claims of its own.
    assert [one.claim.quantity for one in found] == [12]


@pytest.mark.parametrize(("hours", "marks"), [(2, ["edited since"]), (30, [])], ids=["one digest", "the next"])
def test_an_edited_figure_stands_in_the_table_beside_the_old_one(config, database, clock, capsys, hours, marks):
    page = "江岙县公安局通告\n\n本县开展甲乙行动，劝返滞留境外人员{}名。\n各乡镇派队参加，{}乡镇长带队。"
    watch(Web(config, database, clock), [page.format("236", "各"), page.format("263", "两名副")], hours=hours)
    run("digest", config, "--format", "json", at=clock())
    digest = json.loads(capsys.readouterr().out)
    assert [one["marks"] for one in digest["alerts"]] == ([marks] if marks else [])
    (edit,) = digest["edits"]
    assert (edit["characters_added"], edit["characters_removed"]) == (6, 4)
    row = digest["claims"][-1]
    assert (row["quantity"], row["edit"], row["snapshot"]) == (263, True, edit["snapshot_new"])
    assert [older["quantity"] for older in row["differs_from"]] == [236]
    run("digest", config, at=clock())
    letter = capsys.readouterr().out
    assert "[e1] +6 / -4 characters" in letter
    assert "263 ≠ 236" in letter
    assert letter.count("[e1]") == 2


def test_an_edit_that_alerts_quotes_each_version_as_its_own(config, database, clock, capsys):
    page = "江岙县公安局通告\n\n本县开展甲乙行动，劝返滞留境外人员{}名。{}"
    bodies = [page.format("137", ""), page.format("112", "\n今天起再开展一次甲乙行动。")]
    watch(Web(config, database, clock), bodies, hours=1)
    run("digest", config, "--format", "json", at=clock())
    digest = json.loads(capsys.readouterr().out)
    shown = {one["snapshot"] for one in digest["alerts"]}
    latest = max(digest["alerts"], key=lambda one: one["told_at"])["snapshot"]
    before = digest["alerts"][0].get("context_before", {})
    # What a later version no longer says is quoted with the version that says it.
    assert [("137" in marked, snapshot in shown - {latest}) for marked, snapshot in before.items()] == [(True, True)]
    figures = {(row["quantity"], tuple(old["quantity"] for old in row.get("differs_from", ())))
               for row in digest["claims"] if row["quantity"] > 100}  # fmt: skip
    assert figures == {(137, ()), (112, (137,))}
    run("digest", config, "--format", "markdown", at=clock())
    letter = capsys.readouterr().out
    assert f"修改前 before an edit, snapshot {next(iter(shown - {latest}))[:12]}" in letter


def test_another_version_of_the_reader_reads_everything_again(shelf, monkeypatch):
    _, database = shelf
    advance(database)
    monkeypatch.setattr(claiming, "VERSION", f"{reader.VERSION}+next")
    assert advance(database) == 4
    with database.read() as conn:
        assert len(claims.of_window(conn, YESTERDAY, NOW)) == 3


def test_a_kept_claim_is_what_the_text_says_with_its_quote_and_hash(shelf):
    _, database = shelf
    advance(database)
    with database.read() as conn:
        (first, *_) = claims.of_window(conn, YESTERDAY, NOW)
    assert (first.claim.type, first.claim.quantity, first.alert_id) == ("returned", 37, "1" * 32)
    assert NOTICE[first.claim.start : first.claim.end] == first.claim.quote
    assert first.record_sha256.startswith(first.snapshot)


def test_a_further_alert_on_a_snapshot_has_its_claims_placed_anew(sqlite_database):
    with sqlite_database.write() as conn:
        snapshot, _ = put_snapshot(conn, "http://a.test/9", "通告", NOTICE, at=TODAY, source=None)
        first = alert_of(snapshot, "liaison_officer")
        alerts.put(conn, [first], version="1")
    advance(sqlite_database)
    with sqlite_database.write() as conn:
        second = alert_of(snapshot, "persuade_return", told_at=TODAY)
        alerts.put(conn, [second], version="1")
        claims.forget(conn, [snapshot.id])
    advance(sqlite_database)
    with sqlite_database.read() as conn:
        assert [one.alert_id for one in claims.of_snapshot(conn, snapshot.id)] == [second.id]


def test_the_digest_tells_each_figure_with_who_says_it_and_where_it_is_proved(shelf, capsys):
    config, database = shelf
    advance(database)
    (claim,) = told(config, capsys)
    assert (claim["type"], claim["quantity"], claim["quantity_text"]) == ("returned", 39, "39名")
    assert claim["url"] == "http://b.test/3"
    assert claim["sha256"].startswith(claim["snapshot"])
    assert claim["who"] == "two公安局"
    assert claim["alert"] == "3" * 32


def test_a_copys_figures_are_not_told_again(shelf, capsys):
    config, database = shelf
    advance(database)
    assert {claim["url"] for claim in told(config, capsys)} == {"http://b.test/3"}
    assert {claim["url"] for claim in told(config, capsys, "2026-11-23")} == {"http://a.test/1"}


def test_two_figures_of_one_organ_for_the_same_thing_are_both_shown(sqlite_config, sqlite_database, capsys):
    fill(sqlite_database)
    with sqlite_database.write() as conn:
        for number, (at, count) in enumerate(((YESTERDAY, "17人"), (TODAY, "19人"))):
            body = f"现对长期滞留境外的陈某、林某等{count}限期回国。"
            snapshot, _ = put_snapshot(conn, f"http://a.test/{20 + number}", "通告", body, at=at)
            alerts.put(conn, [alert_of(snapshot, "overdue_abroad", told_at=at)], version="1")
    advance(sqlite_database)
    named = [claim for claim in told(sqlite_config, capsys) if claim["type"] == "suspects"]
    assert [claim["quantity"] for claim in named] == [19]
    assert [older["quantity"] for older in named[0]["differs_from"]] == [17]


def test_numbers_of_persons_in_a_quote_are_masked_and_its_length_stays(sqlite_config, sqlite_database, capsys):
    fill(sqlite_database)
    body = "对电话13812345678机主提供线索抓获者奖励5万元。"
    with sqlite_database.write() as conn:
        snapshot, _ = put_snapshot(conn, "http://a.test/30", "悬赏", body, at=TODAY)
        alerts.put(conn, [alert_of(snapshot, "reward_notice", told_at=TODAY)], version="1")
    advance(sqlite_database)
    (claim,) = [one for one in told(sqlite_config, capsys) if one["type"] == "reward"]
    assert "13812345678" not in claim["quote"]
    assert len(claim["quote"]) == claim["end"] - claim["start"]


def test_asked_again_the_digests_claims_are_the_same(shelf, capsys):
    config, database = shelf
    advance(database)
    assert told(config, capsys) == told(config, capsys)
    with database.read() as conn:
        facts = windows.collect(conn, start=NOW - timedelta(days=1), end=NOW, health={})
    assert set(facts.claims) <= {one.alert.id for one in facts.alerts}
