import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from alerts.claim_phrases import reads, who_claims
from alerts.digest import build, window_of
from alerts.render import FORMS, render
from storage.config import Digest as Settings
from storage.digests import DigestFacts
from storage.findings import AlertKind
from tests.alerts.invented import JIANGAO, NEWS, NOON, NOTICE, claim, facts, said

WINDOW = window_of(date(2026, 11, 23), Settings(), datetime(2026, 12, 1, tzinfo=UTC))
EARLIER = datetime(2026, 11, 20, tzinfo=UTC)


def table(*claims, before=(), alerts=None):
    told = alerts or (facts(1),)
    return build(
        DigestFacts(alerts=told, claims=said(*claims), claims_before=before), WINDOW, gloss=lambda _: ()
    ).claims


def figures(rows):
    return [(row.read, row.older_said) for row in rows]


def test_a_row_says_who_what_as_printed_as_read_whence_when_and_where_it_stands():
    (row,) = table(
        claim(1, agency="禾泽县公安局", quantity=23000, quantity_text="2.3万余人", qualifier="more_than", country="MM",
              period_start="2026-10-01", period_end="2026-10-31"),
    )  # fmt: skip
    assert (row.who, row.who_en) == ("禾泽县公安局", "Hézé County Public Security Bureau")
    assert (row.type.both, row.printed, row.read) == ("劝返投案 returned", "2.3万余人", ">23,000 (2.3万)")
    assert (row.place, row.period) == ("缅甸 Myanmar", "2026-10")
    assert (row.quote, row.url) == ("劝返滞留境外人员17人", facts(1).alert.url)


@pytest.mark.parametrize(
    ("changes", "period"),
    [
        ({"period_start": "2026-01-01", "period_end": "2026-12-31"}, "2026"),
        ({"period_start": "2026-02-01", "period_end": "2026-02-28"}, "2026-02"),
        ({"period_start": "2026-10-01", "period_end": "2026-10-30"}, "2026-10-01 - 2026-10-30"),
        ({"period_start": "2026-10-01", "period_end": None}, "from 2026-10-01"),
        ({"period_start": None, "period_end": "2026-10-30"}, "to 2026-10-30"),
        ({"period_start": None, "period_end": None}, "-"),
    ],
)
def test_a_period_is_said_no_wider_than_it_is(changes, period):
    assert table(claim(1, **changes))[0].period == period


def test_what_the_text_names_nobody_for_is_its_publishers():
    (row,) = table(claim(1))
    assert (row.who, row.who_en) == ("江岙县公安局", "Jiang'ao County PSB")


@pytest.mark.parametrize(
    ("source", "agency", "said"),
    [
        (JIANGAO, None, "江岙县公安局 Jiang'ao County PSB"),
        (JIANGAO, "县联席办", "县联席办 County Joint-conference Office against Telecom Fraud · 江岙县公安局"),
        (JIANGAO, "云浦县公安局", "云浦县公安局 Yúnpǔ County Public Security Bureau"),
        (NEWS, None, "海角新闻 Haijiao News · 报道 reports"),
        (NEWS, "县公安局", "县公安局 County Public Security Bureau"),
    ],
)
def test_a_medium_is_no_organ_and_a_bare_organ_is_told_with_its_publisher(source, agency, said):
    (row,) = table(claim(1, agency=agency, source_id=source.id), alerts=(facts(1, source=source, source_id=source.id),))
    assert who_claims(row) == said


@pytest.mark.parametrize(
    ("quote", "printed", "read"),
    [("劝返滞留境外人员17人", "17人", "17"), ("其中主动投案5人", "其中主动投案5人", "5 (其中 part of it)")],
)
def test_a_part_of_another_figure_is_marked_as_one(quote, printed, read):
    body = NOTICE + "劝返滞留境外人员17人，其中主动投案5人。"
    number = read.split()[0]
    (row,) = table(claim(1, body=body, quote=quote, quantity=int(number), quantity_text=f"{number}人"))
    assert (row.printed, reads(row)) == (printed, read)


def test_a_range_and_a_deadline_are_read_as_such():
    rows = table(
        claim(1, quantity=35, quantity_max=40, qualifier="range", quantity_text="35至40人"),
        claim(
            1, quote="经三次通知仍不回国的", type="deadline", quantity=None, quantity_text=None, deadline="2026-06-30"
        ),
    )
    assert [(row.printed, row.read) for row in rows] == [
        ("35至40人", "35-40"),
        ("经三次通知仍不回国的", "2026-06-30"),
    ]


def test_another_figure_of_the_same_organ_for_the_same_time_is_marked_with_the_older():
    before = claim(90, quantity=12, at=EARLIER)
    assert figures(table(claim(1), before=(before,))) == [("17", "12 (2026-11-22)")]


@pytest.mark.parametrize(
    "changes",
    [
        {"period_end": "2026-10-31"},
        {"type": "suspects"},
        {"agency": "云浦县公安局"},
        {"country": "KH"},
        {"quantity": 17},
        {"quantity": None},
    ],
)
def test_a_figure_of_another_time_kind_organ_or_place_or_the_same_figure_contradicts_nothing(changes):
    before = claim(90, **{"quantity": 12, "at": EARLIER, **changes})
    assert figures(table(claim(1), before=(before,))) == [("17", None)]


def test_a_part_told_later_does_not_contradict_the_whole():
    before = claim(90, quote="已经入学的限期转回原籍", quantity=43, quantity_text="43名", at=EARLIER)
    assert figures(table(claim(1), before=(before,))) == [("17", None)]


def test_figures_without_a_time_are_compared_only_within_one_text_or_in_the_same_words():
    body = NOTICE.replace("已劝返", "累计劝返")
    undated = {"period_end": None, "body": body, "quote": "截至目前累计劝返滞留境外人员17人"}
    assert figures(table(claim(1, **undated), before=(claim(90, quantity=12, at=EARLIER, **undated),))) == [
        ("17", None)
    ]
    earlier = claim(1, quantity=12, at=EARLIER, snapshot="aa" * 16, **undated)
    assert figures(table(claim(1, **undated), before=(earlier,))) == [("17", "12 (2026-11-22)")]


def test_a_breakdown_on_one_page_is_no_contradiction():
    parts = (claim(1), claim(1, quote="劝返滞留境外人员", quantity=5))
    assert figures(table(*parts)) == [("17", None), ("5", None)]
    before = (claim(90, at=EARLIER), claim(90, at=EARLIER, quote="劝返滞留境外人员", quantity=5))
    assert figures(table(*parts, before=before)) == [("17", None), ("5", None)]


def test_a_copy_repeats_nothing_and_a_variant_stands_with_what_it_contradicts():
    other = NOTICE.replace("17人", "19人")
    told = (
        facts(1, cluster="c"),
        facts(2, body=NOTICE + "编辑", cluster="c", source=NEWS, url="http://news.example.test/2"),
        facts(3, body=other, cluster="c", source=NEWS, url="http://news.example.test/3"),
    )
    agency = {"agency": "江岙县公安局"}
    rows = table(
        claim(1, **agency),
        claim(2, **agency, url="http://news.example.test/2"),
        claim(
            3,
            **agency,
            url="http://news.example.test/3",
            body=other,
            quote="劝返滞留境外人员19人",
            quantity=19,
            quantity_text="19人",
        ),
        alerts=told,
    )
    assert [(row.read, row.is_variant, row.older_said) for row in rows] == [
        ("17", False, None),
        ("19", True, "17 (2026-11-22)"),
    ]


def test_what_old_pages_claim_is_in_json_alone_and_says_so():
    old = facts(1, kind=AlertKind.RETROACTIVE)
    digest = build(DigestFacts(alerts=(old,), claims=said(claim(1))), WINDOW, gloss=lambda _: ())
    assert digest.claims == ()
    assert "CLAIMS" not in render(digest, "text")
    assert [one["retroactive"] for one in json.loads(render(digest, "json"))["claims"]] == [True]


def test_a_sanction_is_printed_in_the_pages_words():
    (row,) = table(claim(1, quote="子女不得在城区就读", type="school_denial", quantity=None, quantity_text=None))
    assert (row.printed, row.read) == ("子女不得在城区就读", "-")


def test_private_persons_are_starred_in_printed_words_and_quotes():
    body = "犯罪嫌疑人林志远，男，42岁。专班劝返林志远等17人。"
    (row,) = table(claim(1, body=body, quote="专班劝返林志远等17人"), alerts=(facts(1, body=body, matched="劝返"),))
    assert row.quote == "专班劝返林**等17人"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_shows_the_table_and_a_hostile_agency_stays_text(form):
    told = DigestFacts(alerts=(facts(1),), claims=said(claim(1, agency="<b>|局|</b>\u202e", at=NOON)))
    digest = build(told, WINDOW, gloss=lambda _: ())
    text = render(digest, form)
    assert "17人" in text
    assert "\u202e" not in text
    if form == "html":
        assert "<b>|局" not in text
    if form == "markdown":
        assert "|局|" not in text
    assert replace(digest, claims=()) != digest


def test_sanctions_without_a_number_are_each_a_row_and_one_that_a_copy_repeats_is_not():
    quotes = ("暂停享受各类惠民补贴", "张贴警示标识", "暂停其亲属办理护照", "張貼警示 標識")
    told = [
        claim(1, body="，".join(quotes), type="penalty", quantity=None, quantity_text=None, quote=quote)
        for quote in quotes
    ]
    assert [row.quote for row in table(*told)] == list(quotes[:3])


@pytest.mark.parametrize(
    ("older", "newer", "said"),
    [
        ("悬赏通告（第27批）", "悬赏通告（第28批）", None),
        ("悬赏通告（第二十八批）", "悬赏通告（第28批）", "12 (2026-11-17)"),
        ("悬赏通告", "悬赏通告（第28批）", "12 (2026-11-17)"),
        ("十月劝返通报（11月3日）", "关于更正十月劝返数字的通报（11月17日）", "12 (2026-11-17)"),
        ("11月20日劝返工作日报", "11月21日劝返工作日报", None),
        ("11月20日劝返工作日报", "11月20日劝返工作日报", "12 (2026-11-17)"),
        ("11月20日劝返工作日报（更正）", "11月21日劝返工作日报", "12 (2026-11-17)"),
    ],
)
def test_notices_that_number_themselves_apart_never_contradict_each_other(older, newer, said):
    before = claim(90, title=older, quantity=12, at=EARLIER, published="2026-11-17T09:30")
    assert figures(table(claim(1, title=newer), before=(before,))) == [("17", said)]


def test_an_older_figure_of_an_undated_page_is_told_by_the_day_it_was_told():
    before = claim(90, quantity=12, at=EARLIER, published=None)
    assert figures(table(claim(1), before=(before,))) == [("17", "12 (told 2026-11-20)")]


def test_a_place_that_is_named_for_its_country_says_the_country_once():
    (row,) = table(claim(1, country="MM", place="缅北"))
    assert row.place == "缅北 northern Myanmar"
    (row,) = table(claim(1, country="MY", place="大马"))
    assert row.place == "大马 Malaysia"
    (row,) = table(claim(1, country="MY", place="Malaysia"))
    assert row.place == "马来西亚 Malaysia"
    (row,) = table(claim(1, country="MM", place="江岙"))
    assert row.place.startswith("缅甸 Myanmar, 江岙")
