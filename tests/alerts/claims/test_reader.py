"""What invented notices claim: every figure, date and sanction of each, and nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from alerts.claims.reader import MOST, concept_of, read
from alerts.match import MatchText, find
from alerts.rulebook import load_rules

NAMES = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "report",
    "lists",
]
ALL = [f"{name}.yaml" for name in NAMES]
CASES = Path(__file__).parents[2] / "cases" / "claims"


def rows(*names):
    # Dates stay as they are written.
    return [row for name in names for row in yaml.load((CASES / name).read_text("utf-8"), yaml.CBaseLoader)]


def claims_of(row):
    return read(row["text"], lang=row.get("lang", "zh"), published=row["published"], publisher=row["agency"])


def number(said):
    return None if said == "null" else int(said)


@pytest.mark.parametrize(
    "row",
    rows(*ALL),
    ids=lambda row: row["id"],
)
def test_a_notice_claims_what_it_says_and_nothing_else(row):
    left = list(claims_of(row))
    for kind, quantity, quote, *more in row["claims"]:
        start = row["text"].index(quote)
        found = [
            claim
            for claim in left
            if (claim.type, claim.quantity) == (kind, number(quantity))
            and claim.start < start + len(quote)
            and start < claim.end
        ]
        assert found, f"{kind} {quantity} {quote}, left {[(c.type, c.quantity, c.quote) for c in left]}"
        left.remove(found[0])
        for name, wanted in (more[0] if more else {}).items():
            told = getattr(found[0], name)
            told = list(told) if isinstance(told, tuple) else told
            assert told == (wanted if isinstance(wanted, list) else None if wanted == "null" else _typed(name, wanted))
    assert left == []


def _typed(name, wanted):
    return int(wanted) if name == "quantity_max" else wanted


@pytest.mark.parametrize(
    "row",
    rows(*ALL),
    ids=lambda row: row["id"],
)
def test_every_quote_is_what_stands_at_its_offsets(row):
    for claim in claims_of(row):
        assert row["text"][claim.start : claim.end] == claim.quote
        assert claim.quantity_text is None or claim.quantity_text in row["text"]


@cache
def shipped():
    return load_rules(None, ())


@pytest.mark.parametrize("row", rows("report.yaml"), ids=lambda row: row["id"])
def test_each_finding_of_the_report_alerts_and_its_claims_stand_with_an_alert(row):
    found = find(shipped(), MatchText(title="", body=row["text"], lang="zh", published=row["published"]))
    concepts = [hit.concept for hit in found.hits]
    assert set(row["concepts"]) <= set(concepts)
    assert {concept_of(claim, concepts) for claim in claims_of(row)} <= set(concepts)


def test_a_claim_stands_with_the_alert_it_is_about_and_else_with_the_first():
    (claim,) = read("全县劝返滞留境外人员31名。", published="2022-03-01")
    assert concept_of(claim, ["family_pressure", "persuade_return"]) == "persuade_return"
    assert concept_of(claim, ["family_pressure", "liaison_officer"]) == "family_pressure"


def test_offsets_are_those_of_the_text_as_given_with_its_strange_characters():
    body = "　通\u200b報：從緬甸勸\u200b返２３名。"
    (claim,) = read(body, published="2022-03-01")
    assert (claim.quantity, claim.country) == (23, "MM")
    assert body[claim.start : claim.end] == claim.quote
    assert "勸\u200b返２３名" in claim.quote


def test_parts_are_told_beside_the_whole_and_never_added_up():
    found = read("今年劝返缅甸20人、柬埔寨11人。")
    assert [claim.quantity for claim in found] == [20, 11]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        (
            "2020年劝返54人，2021年劝返78人，共计132人，均为滞留缅甸人员。",
            ["2020-01-01/2020-12-31", "2021-01-01/2021-12-31", "2020-01-01/2021-12-31"],
        ),
        (
            "2021年劝返54人，2022年劝返78人，两年共劝返132人。",
            ["2021-01-01/2021-12-31", "2022-01-01/2022-12-31", "2021-01-01/2022-12-31"],
        ),
        (
            "2020年劝返五百人，2021年劝返七百人，2022年前三季度四百人，三年累计一千六百人。",
            ["2020-01-01/2020-12-31", "2021-01-01/2021-12-31", "2022-01-01/2022-09-30", "2020-01-01/2022-09-30"],
        ),
        # A part is not added, and is of the days of what it is a part of.
        (
            "2020年劝返54人，其中投案10人，2021年劝返78人，合计132人，其中投案12人。",
            ["2020-01-01/2020-12-31"] * 2 + ["2021-01-01/2021-12-31"] + ["2020-01-01/2021-12-31"] * 2,
        ),
        # Other figures than its parts: nobody says of which days.
        ("2021年劝返54人，累计劝返300人，其中投案9人。", ["2021-01-01/2021-12-31", "None/None", "None/None"]),
        ("2022年劝返78人，两年劝返132人。", ["2022-01-01/2022-12-31", "None/None"]),
        ("2021年劝返54人，截至目前累计劝返300人。", ["2021-01-01/2021-12-31", "None/2022-11-02"]),
        # Its own days, or those of the parts where all are of the same.
        ("2021年劝返54人，2022年共劝返78人。", ["2021-01-01/2021-12-31", "2022-01-01/2022-12-31"]),
        ("今年以来从缅甸劝返43人，从老挝劝返12人，共劝返55人。", ["2022-01-01/2022-11-02"] * 3),
        ("今年以来，抓获嫌疑人120名，累计从缅甸劝返43名。", ["2022-01-01/2022-11-02"] * 2),
        ("2021年，累计从缅甸劝返43名。", ["2021-01-01/2021-12-31"]),
    ],
)
def test_a_total_is_of_the_days_of_its_parts_or_of_none(text, days):
    found = read(text, published="2022-11-02")
    assert [f"{claim.period_start}/{claim.period_end}" for claim in found] == days


def test_two_figures_in_conflict_are_two_claims():
    found = read("标题称劝返31人。正文称劝返13人。")
    assert [claim.quantity for claim in found] == [31, 13]


@pytest.mark.parametrize(
    "text",
    [
        "全年拨打劝阻电话4.6万余通，发出劝返信三百封。",
        "专班行程2.3万公里，出动大巴28辆，破案六起。",
        "劝返率达91.4%，冻结涉案资金3200万元。",
        "派出四十名干部赴口岸接人，聘请侨领135名。",
        "劝返任务数156人，力争年内劝返60人。",
        "较上月减少13人，同比增加20人。",
        "水库劝返野泳少年四人，景区劝返游客90人。",
    ],
)
def test_what_is_no_figure_of_the_matter_is_no_claim(text):
    assert read(text, published="2022-03-01") == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "。",
        "1" * 5000,
        "人" * 5000,
        "劝返1人" * 3000,
        "、" * 5000,
        "一千" * 3000,
        "请于1月1日前回国" * 1000,
        "\u202e劝返\u202d3人",
    ],
)
def test_hostile_texts_are_read_and_bounded(text):
    found = read(text, published="2022-03-01")
    assert len(found) <= MOST
    assert all(text[claim.start : claim.end] == claim.quote for claim in found)
