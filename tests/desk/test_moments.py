from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from desk.moments import AHEAD, local, page_date

CHINA = ZoneInfo("Asia/Shanghai")
LOOK = datetime(2026, 11, 20, 20, 0, 1, tzinfo=UTC)  # the 21st in Beijing


def test_a_moment_is_told_in_the_zone_of_the_output_with_its_offset():
    assert local(LOOK, CHINA) == "2026-11-21T04:00:01+08:00"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2026-11-21T04:20:00+08:00", f"2026-11-21T04:20:00+08:00 {AHEAD}"),
        ("2026-11-20T19:00:00+00:00", "2026-11-21T03:00:00+08:00"),
        ("2026-11-21", "2026-11-21"),
        ("2026-11-22", f"2026-11-22 {AHEAD}"),
        ("no date", "no date"),
        (None, None),
    ],
)
def test_a_pages_own_date_stands_in_the_same_zone_and_says_where_it_lies_after_the_look(written, told):
    assert page_date(written, LOOK, CHINA) == told


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Madrid", "Pacific/Auckland"])
def test_a_bare_day_is_one_of_china_whoever_reads_it(zone):
    # At 20:00 UTC it is the 21st in China, and still the 20th in New York.
    assert page_date("2026-11-21", LOOK, ZoneInfo(zone)) == "2026-11-21"
    assert page_date("2026-11-22", LOOK, ZoneInfo(zone)) == f"2026-11-22 {AHEAD}"
