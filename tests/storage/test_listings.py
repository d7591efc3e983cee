"""The list of pages and the history of one, the same on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import listings, pages
from storage.findings import PageState
from storage.records import Role
from tests.desk.invented_web import HOST, Web

if TYPE_CHECKING:
    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock


def test_a_gone_page_its_neighbour_and_their_list(config: Config, database: Database, clock: Clock) -> None:
    web = Web(config, database, clock)
    web.look("/robots.txt", "User-agent: *", role=Role.ROBOTS)
    web.look("/list/", "a list", role=Role.FEED)
    web.look("/1.html", "通告\n\n请有关人员按期说明情况。")
    web.look("/2.html", "通告\n\n请另一些人员按期说明情况。")
    web.derive()
    for _ in range(2):
        web.new_run(hours=25)
        web.look("/1.html", "not found", status=404)
        web.look("/2.html", "通告\n\n请另一些人员按期说明情况。")
        web.derive()
    web.archive.close()
    with database.read() as conn:
        listed = {row.url.removeprefix(HOST): row for row in listings.listing(conn)}
        gone = list(listings.listing(conn, state=PageState.GONE))
        none = list(listings.listing(conn, source_id="nobody"))
        page = pages.by_url(conn, HOST + "/1.html")
        assert page is not None
        events = listings.history(conn, page)
    assert {path: (row.kind, row.state, row.snapshots) for path, row in listed.items()} == {
        "/list/": ("list", "live", 0),
        "/1.html": ("article", "gone", 1),
        "/2.html": ("article", "live", 1),
    }
    assert ([row.url for row in gone], none) == ([HOST + "/1.html"], [])
    assert gone[0].last_ok is not None
    assert gone[0].last_ok < gone[0].last_checked
    assert listed["/2.html"].last_ok == listed["/2.html"].last_checked
    assert [event.event for event in events] == ["captured", "captured", "suspected-gone", "captured", "gone"]
    assert events[-1].note is not None
    assert events[-1].note.startswith("404; ")
