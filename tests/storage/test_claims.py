"""Claims of alerting snapshots: replaced whole, listed with where they stand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import alerts, claims
from storage.claims import SnapshotClaims
from storage.findings import Alert, AlertKind, Claim, Severity, Stance
from tests.alerts.stored import NOON, put_snapshot, put_source

URL = "http://one.example.gov.cn/1.html"
BODY = "今年以来，全县从缅甸、老挝劝返滞留人员31名，另有两名未归。"
RETURNED = Claim(
    type="returned",
    quantity=31,
    quantity_text="31名",
    unit="名",
    place="缅甸、老挝",
    countries=("MM", "LA"),
    period_start="2026-01-01",
    quote="从缅甸、老挝劝返滞留人员31名",
    start=7,
    end=22,
)
STILL_ABROAD = Claim(type="suspects", quantity=2, quantity_text="两名", unit="名", quote="两名未归", start=25, end=29)


def alert_of(snapshot, concept="persuade_return", *, told_at=NOON):
    return Alert(
        id=(concept + snapshot.short)[:32],
        kind=AlertKind.NEW,
        concept=concept,
        variant=f"{concept}.abroad",
        severity=Severity.HIGH,
        stance=Stance.ASSERTED,
        status="new",
        page_id=snapshot.page_id,
        url=snapshot.url,
        source_id="one",
        agency="police",
        province="浙江",
        snapshot_id=snapshot.id,
        snapshot=snapshot.short,
        first_seen=NOON,
        told_at=told_at,
        published="2026-11-22",
        title="通报",
        matched="劝返",
        quote="劝返",
        field="body",
        start=11,
        end=13,
        cluster=None,
        lang="zh",
    )


@pytest.fixture
def alerted(database):
    with database.write() as conn:
        put_source(conn, "one")
        snapshot, _ = put_snapshot(conn, URL, "通报", BODY)
        alert = alert_of(snapshot)
        alerts.put(conn, [alert], version="1")
    return snapshot, alert


def keep(database, snapshot, alert, *found, version="1"):
    read = SnapshotClaims(snapshot_id=snapshot.id, claims=tuple((alert.id, one) for one in found))
    with database.write() as conn:
        claims.replace(conn, [read], version=version)


def test_a_claim_comes_back_as_it_was_kept_with_its_snapshot_hash_and_address(database, alerted):
    snapshot, alert = alerted
    keep(database, snapshot, alert, RETURNED, STILL_ABROAD)
    with database.read() as conn:
        first, second = claims.of_snapshot(conn, snapshot.id)
    assert (first.claim, second.claim) == (RETURNED, STILL_ABROAD)
    assert (first.ordinal, second.ordinal) == (0, 1)
    assert (first.alert_id, first.snapshot, first.record_sha256) == (alert.id, snapshot.short, snapshot.record_sha256)
    assert (first.url, first.source_id, first.published) == (URL, "one", "2026-11-22")
    assert BODY[first.claim.start : first.claim.end] == first.claim.quote


def test_reading_a_snapshot_again_replaces_all_that_it_claimed(database, alerted):
    snapshot, alert = alerted
    keep(database, snapshot, alert, RETURNED, STILL_ABROAD)
    keep(database, snapshot, alert, STILL_ABROAD, version="2")
    with database.read() as conn:
        assert [one.claim for one in claims.of_snapshot(conn, snapshot.id)] == [STILL_ABROAD]


def test_claims_are_listed_by_alert_and_by_the_window_in_which_it_was_told(database, alerted):
    snapshot, alert = alerted
    keep(database, snapshot, alert, RETURNED)
    with database.read() as conn:
        assert [one.claim for one in claims.of_alerts(conn, [alert.id, "no such"])[alert.id]] == [RETURNED]
        assert len(claims.of_window(conn, NOON, NOON + timedelta(hours=1))) == 1
        assert claims.of_window(conn, NOON - timedelta(hours=1), NOON) == []


def test_a_snapshot_is_unread_until_this_version_read_it_even_where_it_claims_nothing(database, alerted):
    snapshot, alert = alerted
    with database.write() as conn:
        put_snapshot(conn, "http://one.example.gov.cn/quiet.html", "集市", "周日开市。")
    with database.read() as conn:
        assert claims.unread(conn, version="1", after=0, limit=9) == [snapshot.id]
    keep(database, snapshot, alert)
    with database.read() as conn:
        assert claims.unread(conn, version="1", after=0, limit=9) == []
        assert claims.unread(conn, version="2", after=0, limit=9) == [snapshot.id]
        assert claims.unread(conn, version="2", after=snapshot.id, limit=9) == []
