import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.charts import bars, blocks
from alerts.columns import width
from alerts.digest import build, window_of
from alerts.letter import Covered
from alerts.notice import week_letter_of
from alerts.recipients import Recipient
from alerts.render_week import WEEK_FORMS, render_week
from alerts.weekly import WEEK, WEEKS, build_week, week_window
from storage.config import Digest as Settings
from storage.errors import ConfigError
from storage.weeks import ToldAlert, ToldChange, WeeksFacts
from tests.alerts.invented import EMPTY, JIANGAO, NEWS, claim, full_day
from tests.alerts.test_render import parsed

WINDOW = week_window(
    *(window_of(date(2026, 11, day), Settings(), datetime(2026, 12, 1, tzinfo=UTC)) for day in (23, 16))
)
END = WINDOW.end


def told(weeks_ago, page=1, **changes):
    at = END - WEEK * weeks_ago - timedelta(hours=1)
    values = {"concept": "persuade_return", "kind": "new", "severity": "high", "province": "浙江", **changes}
    return ToldAlert(told_at=at, page_id=page, **values)


def facts(*alerts, changes=(), claims=(), **more):
    return WeeksFacts(start=END - WEEK * WEEKS, end=END, alerts=alerts, changes=changes, claims=claims, **more)


def weekly(*alerts, day=EMPTY, **more):
    return build_week(build(day, WINDOW, gloss=lambda _: ()), facts(*alerts, **more), {"jiangao-police": JIANGAO})


FULL = weekly(
    *(told(ago, page) for ago in range(12) for page in range(ago % 5)),
    told(0, 9, concept="overseas_station", province="福建"),
    told(0, 10, concept="<b>own rule</b>", province=None),
    told(0, 11, kind="retroactive"),
    told(0, 12, severity="info"),
    day=full_day(),
    changes=(ToldChange(at=END - timedelta(days=1), event="gone", page_id=50),),
    claims=(claim(1), claim(2, quantity=43, quantity_text="四十三名", period_end="2026-10-31")),
)


def test_a_week_is_the_seven_days_that_end_with_its_day():
    assert WINDOW.end - WINDOW.start == WEEK
    assert WINDOW.date == date(2026, 11, 23)


def test_pages_are_counted_week_by_week_a_page_once_a_week():
    (row,) = weekly(told(0), told(0), told(0, 2), told(1), told(11), told(12)).rules
    assert row.counts == (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2)
    assert row.last == 2


def test_retroactive_alerts_and_those_of_severity_info_are_not_in_the_charts():
    week = weekly(told(0, kind="retroactive"), told(0, severity="info"))
    assert (week.rules, week.retroactive) == ((), 1)


def test_fifteen_names_are_charted_and_the_rest_together():
    rows = weekly(*(told(0, number, concept=f"rule_{number:02}") for number in range(20))).rules
    assert len(rows) == 16
    assert (rows[-1].name.en, rows[-1].last) == ("5 others", 5)


def test_figures_stand_as_said_and_a_copy_adds_none():
    one = claim(1)
    other = claim(3, quantity=43, quantity_text="四十三名", period_end="2026-10-31")
    (series,) = weekly(claims=(one, claim(2), other)).series
    assert [(point.day, point.value, point.printed) for point in series.points] == [
        ("2026-10-31", 43, "四十三名"),
        ("2026-11-22", 17, "17人"),
    ]
    assert [point.is_earlier for point in series.points] == [False, False]
    assert weekly(claims=(one,)).series == (), "one figure is no series"
    part = claim(1, quantity=5, quantity_text="5人")
    assert weekly(claims=(one, part)).series == (), "a whole and its part on one page are none either"


def test_figures_of_earlier_weeks_are_marked_and_no_news_where_none_is_new():
    old = claim(1, at=END - WEEK * 2)
    new = claim(3, quantity=43, quantity_text="四十三名", period_end="2026-10-31")
    week = weekly(claims=(old, new))
    assert [(point.value, point.is_earlier) for point in week.series[0].points] == [(43, False), (17, True)]
    for form in ("text", "markdown", "html"):
        assert "2026-11-22 (此前 earlier)" in render_week(week, form)
        assert "2026-10-31 (此前 earlier)" not in render_week(week, form)
    assert [point["earlier"] for point in json.loads(render_week(week, "json"))["series"][0]["points"]] == [False, True]
    older = claim(3, quantity=43, quantity_text="四十三名", period_end="2026-10-31", at=END - WEEK * 3)
    assert weekly(claims=(older, old)).series == (), "nothing of it was told this week"
    copied = claim(4)
    assert weekly(claims=(older, old, copied)).series == (), "a copy of a figure told before tells nothing new"


def test_a_page_counts_once_in_its_last_state_of_the_week():
    def at(weeks_ago, days, event, page=50):
        return ToldChange(at=END - WEEK * weeks_ago - timedelta(days=days), event=event, page_id=page)

    week = weekly(
        changes=(
            at(1, 1, "suspected-gone"),
            at(0, 6, "suspected-gone", 51),
            at(0, 5, "gone", 51),
            at(0, 4, "gone"),
            at(0, 3, "suspected-gone", 52),
            at(0, 2, "returned", 52),
            at(0, 2, "edited", 52),
        )
    )
    assert {row.name.key: row.counts[-2:] for row in week.changes} == {
        "gone": (0, 2),
        "suspected-gone": (1, 0),
        "returned": (0, 1),
        "edited": (0, 1),
    }


@pytest.mark.parametrize("form", WEEK_FORMS)
def test_every_form_says_the_same_week_in_the_same_bytes_and_names_no_private_person(form):
    text = render_week(FULL, form)
    assert text == render_week(FULL, form)
    assert "352502199001010123" not in text
    assert "\u202e" not in text
    assert "overseas_station" in text if form == "json" else "海外警务站点" in text


def test_no_line_of_the_text_is_wider_than_100_columns():
    assert max(width(line) for line in render_week(FULL, "text").splitlines()) <= 100


def test_each_chart_is_read_out_with_its_numbers_and_takes_the_readers_colour():
    html = render_week(FULL, "html")
    page = parsed(html)
    charts = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert charts
    assert all(attrs["role"] == "img" and re.search(r"\d", attrs["aria-label"]) for attrs in charts)
    assert {attrs["fill"] for tag, attrs in page.tags if tag == "rect"} == {"currentColor"}
    assert not {tag for tag, _ in page.tags} & {"script", "img", "link", "style", "image", "foreignObject"}
    assert "own rule" in "".join(page.text)
    assert "<b>own rule" not in html


def test_json_has_the_series_and_the_weeks():
    shape = json.loads(render_week(FULL, "json"))
    assert shape["weeks"][-1] == "2026-11-23"
    assert len(shape["weeks"]) == len(shape["rules"]["overseas_station"]) == WEEKS
    assert [point["quantity"] for point in shape["series"][0]["points"]] == [43, 17]
    assert shape["covers"] == []
    later = replace(FULL, digest=replace(FULL.digest, covers=(Covered(date(2026, 11, 9), is_idle=True),)))
    assert json.loads(render_week(later, "json"))["covers"] == [{"date": "2026-11-09", "no_run": True}]


def test_programs_get_the_week_as_the_json_form_has_it_and_of_counts_no_name():
    base = Recipient(name="", send=(), counts_only=False, at_once=None, zone=ZoneInfo("Asia/Shanghai"))
    letter = week_letter_of(FULL, base)
    assert letter.data == {"kind": "week", "week": json.loads(render_week(FULL, "json"))}
    assert (letter.text, letter.html) == (render_week(FULL, "text"), render_week(FULL, "html"))
    counts = week_letter_of(FULL, replace(base, counts_only=True))
    assert counts.subject == "longarm week until 2026-11-23"
    sent = counts.text + counts.html + json.dumps(counts.data, ensure_ascii=False)
    assert not any(word in sent for word in ("惩戒", "江岙", "浙江", "own rule", "43"))
    assert "不再提供" in sent


def test_an_empty_week_is_still_a_letter():
    for form in WEEK_FORMS:
        assert render_week(weekly(), form)
    assert "nothing new" in render_week(weekly(), "text")


def test_an_unknown_form_is_refused():
    with pytest.raises(ConfigError, match="text, markdown, html, json"):
        render_week(FULL, "pdf")


def test_bars_share_a_scale_and_nothing_is_a_line():
    assert blocks([0, 1, 4]) == "·▂▇"
    assert blocks([4], top=40) == "▁"
    heights = [int(found) for found in re.findall(r'height="(\d+)" fill', bars([0, 1, 4], says="x"))]
    assert heights == [1, 10, 34]
    assert bars([1], says='"><script>').count("<script>") == 0


def test_an_organ_is_named_in_one_way_and_its_own_page_stands_for_a_figure_before_a_copy():
    copied = claim(1, agency="江岙县公安局", source_id="haijiao-news", at=END - WEEK - timedelta(hours=1))
    others = (claim(2), claim(3, quantity=43, quantity_text="四十三名", period_end="2026-10-31"))
    sources = {"jiangao-police": JIANGAO, "haijiao-news": NEWS}
    (series,) = build_week(build(EMPTY, WINDOW, gloss=lambda _: ()), facts(claims=(copied, *others)), sources).series
    assert series.who_en == JIANGAO.name_en.partition(",")[0]
    assert [(point.url, point.is_earlier) for point in series.points if point.value == 17] == [(others[0].url, True)]


def test_a_figure_is_written_once_where_it_is_read_as_printed_and_each_number_stands_under_its_bar():
    html = render_week(FULL, "html")
    assert "17 17人" not in html
    assert "17人" in html
    assert "43 四十三名" in html
    assert html.count("table-layout:fixed") == html.count("<table") == html.count("<colgroup>")
