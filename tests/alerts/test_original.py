"""Which of the pages of one text is probably the original, why, and which of them outlive it."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.original import fate, original, outlived
from storage.config import CHINA
from storage.digests import Named
from storage.findings import PageState
from storage.origins import Origin
from storage.stories import Teller

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BODY = "截至目前，全县已劝返滞留境外人员17人。\n请其亲属积极规劝，逾期不归的依法从严处理。\n江岙县公安局"


def page(number, **values):
    usual = {
        "page_id": number,
        "url": f"http://{number}.example/",
        "source": Named(id=f"s{number}", name_zh=f"海角新闻{number}", agency="local_media"),
        "snapshot_id": number,
        "snapshot": f"{number:032x}",
        "first_seen": AT + timedelta(hours=number),
        "published": None,
        "title": "通告",
        "body": BODY,
    }
    return Teller(**(usual | values))


ORGAN = Named(id="psb", name_zh="江岙县公安局 通知公告", agency="police")
COUNTY = Named(id="gov", name_zh="江岙县人民政府 动态", agency="government")


@pytest.mark.parametrize(
    ("pages", "number", "reason"),
    [
        ([page(1), page(2, published="2026-11-20"), page(3, published="2026-11-21")], 2, "date of its own, 2026-11-20"),
        ([page(1, published="2026-11-20T09:30"), page(2, published="2026-11-20T08:10")], 2, "2026-11-20T08:10"),
        # An hour against none proves nothing: 来源 decides.
        (
            [
                page(1, published="2026-11-20T09:30", origin=Origin(publisher="江岙县公安局")),
                page(2, published="2026-11-20", source=ORGAN),
            ],
            2,
            "1 page names it as 来源",
        ),
        # A date after we saw the page is no date, and 2月30日 neither.
        ([page(1, published="2026-12-30"), page(2, published="2026-11-22")], 2, "2026-11-22"),
        ([page(1, published="2026-02-30"), page(2, published="2026-11-22")], 2, "2026-11-22"),
        (
            [
                page(1, origin=Origin(publisher="江岙縣公安局")),
                page(2, origin=Origin(publisher="江岙县公安局")),
                page(3, source=ORGAN),
            ],
            3,
            "2 pages name",
        ),
        ([page(1), page(2, source=COUNTY), page(3, source=ORGAN)], 3, "the organ that signs it"),
        ([page(1), page(2, source=COUNTY)], 2, "an organ, the others are media"),
        ([page(2), page(1)], 1, "seen first, 2026-11-22T13:00:00+08:00"),
        ([page(1, source=None), page(2, source=None)], 1, "seen first"),
    ],
)
def test_the_original_is_chosen_for_a_reason_in_any_order(pages, number, reason):
    for some in itertools.permutations(pages):
        found = original(some, CHINA)
        assert found.page.page_id == number
        assert reason in found.reason


def test_when_it_was_seen_first_is_told_in_the_readers_zone_and_to_programs_in_utc():
    pages = [page(1), page(2)]
    assert original(pages, ZoneInfo("America/New_York")).reason == "seen first, 2026-11-22T00:00:00-05:00"
    assert original(pages).reason == "seen first, 2026-11-22T05:00:00+00:00"


def test_one_page_alone_is_no_story():
    assert original([page(1)]) is None
    assert outlived([page(1, state=PageState.GONE)]) is None


@pytest.mark.parametrize("state", [PageState.GONE, PageState.SUSPECTED_GONE])
def test_copies_that_outlive_a_gone_original_are_named_and_variants_are_not(state):
    first = page(1, published="2026-11-19", state=state, since=AT)
    variant = page(3, body=BODY.replace("17人", "19人"))
    gone = page(4, state=PageState.GONE)
    found = outlived([variant, gone, page(2), first])
    assert (found.page.page_id, found.how, found.since) == (1, state, AT)
    assert [each.page_id for each in found.alive] == [2]


@pytest.mark.parametrize("state", [PageState.BLOCKED, PageState.UNREACHABLE, PageState.RETURNED, None])
def test_what_is_not_known_to_be_gone_is_outlived_by_nobody(state):
    assert outlived([page(1, published="2026-11-19", state=state), page(2)]) is None


def test_an_edit_that_takes_something_out_is_outlived_and_one_that_adds_is_not():
    cut = page(
        1, published="2026-11-19", now=BODY.replace("截至目前，全县已劝返滞留境外人员17人。\n", ""), edited_at=AT
    )
    assert outlived([cut, page(2)]).how == "edited"
    changed = page(1, published="2026-11-19", now=BODY.replace("17人", "7人"), edited_at=AT)
    assert fate(changed) == "edited"
    more = page(1, published="2026-11-19", now=BODY + "\n编辑：小林", edited_at=AT)
    assert outlived([more, page(2)]) is None
