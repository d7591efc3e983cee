from datetime import timedelta

from storage import hits
from storage.findings import Suppressed
from storage.hits import SnapshotHits
from storage.samples import drawn
from tests.alerts.stored import NOON, put_snapshot, put_source

SPAN = {"start": NOON - timedelta(days=7), "end": NOON + timedelta(days=1)}


def fill(conn, count=30):
    put_source(conn, "one")
    for number in range(count):
        snapshot, _ = put_snapshot(conn, f"http://a.test/{number}", "通告", f"卡口劝返{number}车辆。", at=NOON)
        held = Suppressed(
            concept="persuade_return", variant="v", field="body", start=2, end=4, matched="劝返", reason="traffic"
        )
        hits.put(conn, [SnapshotHits(snapshot=snapshot, hits=(), suppressed=(held,), version="1")])


def test_the_same_hits_are_drawn_whenever_the_same_window_is_asked_for(database):
    with database.write() as conn:
        fill(conn)
        first = drawn(conn, **SPAN, count=20, seed="2026-11-23")
        assert len({one.url for one in first}) == 20
        assert first == drawn(conn, **SPAN, count=20, seed="2026-11-23")
        other = drawn(conn, **SPAN, count=20, seed="2026-11-30")
        assert [one.url for one in other] != [one.url for one in first], "another Monday draws others"
        assert first[0].body[first[0].held.start : first[0].held.end] == "劝返"


def test_outside_the_week_nothing_is_drawn_and_a_short_week_gives_what_it_has(database):
    with database.write() as conn:
        fill(conn, 3)
        assert len(drawn(conn, **SPAN, count=20, seed="x")) == 3
        assert drawn(conn, NOON + timedelta(days=1), NOON + timedelta(days=8), count=20, seed="x") == ()
