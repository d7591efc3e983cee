"""A page told as suspected gone that is there again is told so, however soon and by whatever answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from alerts import takedown
from alerts.digest import build
from alerts.letter import Window
from storage import alerts, listings, pages, windows
from tests.alerts.invented import alert
from tests.desk.invented_web import HOST, Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

TEXT = "关于限期说明情况的通告\n\n滞留境外的人员应当在三十日内说明情况。逾期的将依法采取相应措施。"


@pytest.fixture
def web(config: Config, database: Database, clock: Clock) -> Iterator[Web]:
    opened = Web(config, database, clock)
    yield opened
    opened.archive.close()


def alerted(web: Web) -> None:
    """A page that is alive beside others, and has alerted."""
    for number in (1, 2, 3, 4):
        web.look(f"/{number}.html", f"{TEXT}第{number}号")
    web.derive()
    (snapshot,) = web.snapshots("/1.html")
    at = web.clock()
    with web.database.write() as conn:
        one = alert(1, page_id=snapshot.page_id, url=snapshot.url, snapshot_id=snapshot.id, told_at=at)
        alerts.put(conn, [one], version="1")


def later(web: Web, *, there: bool, **span: float) -> None:
    """Another run: the page is there, unchanged, or not found."""
    web.new_run(**span)
    if there:
        web.look("/1.html", f"{TEXT}第1号")
    else:
        web.look("/1.html", "not found", status=404)
    web.look("/2.html", f"{TEXT}第2号")
    web.derive()


def just_after(web: Web) -> datetime:
    return web.clock() + timedelta(milliseconds=1)


def changes(web: Web, start: datetime) -> list[str]:
    end = web.clock() + timedelta(seconds=1)
    with web.database.read() as conn:
        facts = windows.collect(conn, start=start, end=end, health={})
    window = Window(date=end.date(), start=start, end=end, zone="Asia/Shanghai", is_open=True)
    return [str(change.event.key) for change in build(facts, window, gloss=lambda _: []).changes]


def events(web: Web) -> list[str]:
    with web.database.read() as conn:
        page = pages.by_url(conn, f"{HOST}/1.html")
        assert page is not None
        return [event.event for event in listings.history(conn, page)]


@pytest.mark.parametrize("away", [{"seconds": 5}, {"minutes": 40}, {"hours": 20}])
def test_what_went_and_came_within_one_window_is_told_as_back(web: Web, away: dict[str, float]) -> None:
    alerted(web)
    start = just_after(web)
    later(web, there=False, hours=1)
    assert changes(web, start) == ["suspected-gone"]
    later(web, there=True, **away)
    assert web.state("/1.html") == "live"
    assert events(web)[-2:] == ["unchanged", "returned"]
    assert changes(web, start) == ["returned"]


def test_what_an_earlier_digest_told_as_suspected_is_told_as_back_by_the_next(web: Web) -> None:
    alerted(web)
    start = just_after(web)
    later(web, there=False, hours=1)
    assert changes(web, start) == ["suspected-gone"]
    start = just_after(web)
    later(web, there=True, seconds=30)
    assert changes(web, start) == ["returned"]
    start = just_after(web)
    later(web, there=True, hours=24)
    assert changes(web, start) == []


def test_a_gone_page_that_returned_is_told_as_back_where_everything_is_told_at_once(web: Web) -> None:
    # As after the database was lost: the runs' looks are derived together, and told in one moment.
    alerted(web)
    start = just_after(web)
    derive, web.derive = web.derive, lambda: None  # type: ignore[method-assign]
    later(web, there=False, hours=1)
    later(web, there=False, hours=25)
    later(web, there=True, hours=25)
    derive()
    assert events(web) == ["captured", "captured", "suspected-gone", "captured", "gone", "unchanged", "returned"]
    assert changes(web, start) == ["returned"]


def test_states_derived_anew_tell_no_return_that_something_told_since_has_passed(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerted(web)
    with monkeypatch.context() as patch:
        # As a version that did not tell short absences left the ledger.
        real = takedown._seen_again
        patch.setattr(takedown, "_seen_again", lambda *each: real(*each).__class__(standing=real(*each).standing))
        later(web, there=False, hours=1)
        later(web, there=True, minutes=1)
        later(web, there=False, hours=1)
    start = just_after(web)
    monkeypatch.setattr(takedown, "VERSION", takedown.VERSION + 1)
    later(web, there=False, seconds=1)
    assert web.state("/1.html") == "suspected-gone"
    assert changes(web, start) == []
    later(web, there=True, minutes=1)
    assert changes(web, start) == ["returned"]
