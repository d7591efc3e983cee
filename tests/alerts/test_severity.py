"""Severity by context, its one line of reasons, labels; and the numbers that rules and deadlines read."""

from __future__ import annotations

import pytest

from alerts.claims.reader import read
from alerts.fold import fold
from alerts.match import MatchText, find
from alerts.quantities import numbers
from alerts.rulebook import load_rules
from alerts.severity import is_deadline_open

RULES = """
defaults:
  labels:
    - {id: historical, near: sentence, any: [往事]}
  raise:
    - {id: deadline, deadline: open, say: a deadline was open}
    - {id: far, near: 6, any: [远方], say: it is far, only: [other]}
  lower:
    - {id: comment, near: text, any: [评论], say: it is commentary}
rules:
  - {id: own.x, severity: medium, match: 甲乙, labels: [{id: mine, near: 2s, any: [子]}]}
  - {id: other.x, severity: medium, match: 甲乙}
  - {id: third.x, severity: info, match: 甲乙}
"""


@pytest.fixture(scope="module")
def hit(tmp_path_factory):
    path = tmp_path_factory.mktemp("rules") / "own.yaml"
    path.write_text(RULES, encoding="utf-8")
    book = load_rules(None, [path], shipped=False)

    def told(body, concept="own", **more):
        found = find(book, MatchText(title="", body=body, **more)).hits
        return next(one for one in found if one.concept == concept)

    return told


@pytest.mark.parametrize(
    ("body", "more", "severity", "why"),
    [
        ("甲乙", {}, "medium", "medium: own.x is medium"),
        (
            "甲乙",
            {"agency": "police", "level": "county"},
            "high",
            "high: own.x is medium; up, police of a county published it",
        ),
        (
            "甲乙，6月30日前办理",
            {"published": "2022-06-02"},
            "high",
            "high: own.x is medium; up, a deadline was open",
        ),
        ("甲乙，6月30日前办理", {"published": "2022-07-02"}, "medium", "medium: own.x is medium"),
        ("甲乙，远方", {}, "medium", "medium: own.x is medium"),
        ("甲乙。评论", {}, "low", "low: own.x is medium; down, it is commentary"),
        (
            "甲乙，6月30日前办理",
            {"published": "2022-06-02", "agency": "government", "level": "prefecture"},
            "critical",
            "critical: own.x is medium; up, a government of a prefecture published it; up, a deadline was open",
        ),
    ],
)
def test_severity_goes_up_and_down_by_context_and_says_why_in_one_line(hit, body, more, severity, why):
    found = hit(body, **more)
    assert (str(found.severity), found.why) == (severity, why)


def test_a_cue_may_be_for_some_concepts_only(hit):
    assert hit("甲乙，远方", "other").why == "high: other.x is medium; up, it is far"


def test_what_is_kept_for_information_stays_so(hit):
    assert str(hit("甲乙", "third", agency="police", level="county").severity) == "info"


def test_labels_are_told_and_hide_nothing(hit):
    assert hit("一段往事：甲乙").labels == ("historical",)
    assert hit("一段往事：甲乙。子").labels == ("historical", "mine")
    assert hit("甲乙。\n往事").labels == ()


def test_an_alert_names_the_version_of_its_rule(hit):
    assert len(hit("甲乙").rule_version) == 12
    assert hit("甲乙").rule_version != hit("甲乙", "other").rule_version


@pytest.mark.parametrize(
    ("text", "published", "is_open"),
    [
        ("请2022年6月30日前投案", "2022-06-30", True),
        ("请二零二二年六月三十日前投案", "2022-06-01", True),
        ("请五月三十一日止投案", "2022-05-01", True),
        ("请4月15日24时前投案", "2022-04-15", True),
        ("请1月10日前投案", "2022-12-20", True),
        ("请6月30日前投案", "2022-07-01", False),
        ("请2月30日前投案", "2022-01-01", False),
        ("请自通告之日起十五日内投案", "2022-07-01", True),
        ("请本月底前投案", "2022-07-01", True),
        ("请6月30日前投案", None, False),
        ("请6月30日投案", "2022-06-01", False),
        ("请1月15日前投案", "2022-11-02", True),
        ("请12月15日前投案", "2023-01-10", False),
        ("请今年底前投案", "2022-11-02", True),
        ("请去年底前投案", "2022-11-02", False),
        ("请2021年底前投案", "2022-11-02", False),
        ("请2021年最后期限投案", "2022-11-02", False),
        ("请最迟11月15日投案", "2022-11-02", True),
        ("请11月15日是最后期限投案", "2022-11-02", True),
        ("限三十日内投案", "2022-11-02", True),
        ("在三个月内劝返12人", "2022-11-02", False),
        ("suspects must return by 30 November", "2022-11-02", True),
        ("suspects must return by 30 October", "2022-11-02", False),
        ("自首期限:5月20日至6月30日", "2026-05-25", True),
        ("自首期限:5月20日至6月30日", "2026-07-25", False),
        ("宽限到6月30日", "2026-05-25", True),
        ("4月30日24时仍未启程", "2026-04-25", True),
        ("suspects must return home by the end of the month and surrender", "2026-05-25", True),
        ("suspects must return home within 30 days and surrender", "2026-05-25", True),
        ("限24小时内投案", "2022-11-02", True),
        ("收到通知之日起七日内投案", "2022-11-02", True),
        # A day ahead by which nobody is asked to come opens nothing.
        ("2022年12月30日前", "2022-11-02", False),
        ("10月1日至12月31日期间,全县开展劝返行动,已劝返在逃人员12名", "2022-11-02", False),
        ("10月1日至12月31日期间投案的,从轻处罚", "2022-11-02", True),
        ("劝返滞留人员9名。书画展的时间至12月31日", "2022-11-02", False),
        ("投案窗口保留至12月31日", "2022-11-02", True),
        ("刑期自2020年1月1日起至2030年1月1日,期间,劝返在逃人员林某", "2022-11-02", False),
        ("劝返在逃人员林某。12月1日仍未公布名单", "2022-11-02", False),
        ("12月1日仍未投案", "2022-11-02", True),
        ("suspects were persuaded to return within three days of being urged to surrender", "2022-11-02", False),
        ("eight urged to surrender returned within a week", "2022-11-02", False),
        ("those who surrender within a week will be treated leniently", "2022-11-02", True),
        ("officers must answer every call within 3 days", "2022-11-02", False),
        ("suspects must answer the summons within 48 hours", "2022-11-02", True),
        ("54,000 came home by 30 November", "2022-11-02", False),
    ],
)
def test_a_deadline_is_open_as_of_the_pages_own_date(text, published, is_open):
    assert is_deadline_open(fold(text).text, published) is is_open


@pytest.mark.parametrize("published", ["2022-04-01", "2022-11-02", "2023-01-10"])
@pytest.mark.parametrize("day", ["1月15日前", "6月30日前", "12月15日前", "最迟1月15日", "今年底前"])
def test_a_deadline_is_open_where_its_claim_says_so(day, published):
    text = f"请于{day}投案自首。"
    (claim,) = read(text, published=published)
    assert claim.deadline
    assert is_deadline_open(fold(text).text, published) is (claim.deadline >= published)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("23万名", [230_000]),
        ("二十三万", [230_000]),
        ("２３万", [230_000]),
        ("2.3万", [23_000]),
        ("一点二亿", [120_000_000]),
        ("五萬四千名", [54_000]),
        ("1,000余人", [1000]),
        ("230,000余", [230_000]),
        ("两千多", [2000]),
        ("近百名", [100]),
        ("上千人", [1000]),
        ("逾七十", [70]),
        ("一千零一万零三十", [10_010_030]),
        ("1.5 million people", [1_500_000]),
        ("54 thousand", [54_000]),
        ("2022年6月30日", []),
        ("二〇二二年", []),
        ("第三批", []),
        ("98.6%", []),
        ("13812345678", []),
        ("百姓千家万户", []),
    ],
)
def test_numbers_are_read_in_either_script_and_dates_are_none(text, values):
    assert [value for value, _ in numbers(fold(text).text)] == values


def test_a_page_of_digits_is_read_once_over():
    assert numbers("9" * 500_000) == []
    assert len(numbers("一" * 100_000)) < 10_000
