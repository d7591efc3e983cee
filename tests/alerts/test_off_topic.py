"""What a page is about holds back what only looks like the field's, until a word of the field's own stands in it."""

from __future__ import annotations

import pytest

from alerts.match import MatchResult, MatchText, find
from alerts.rulebook import Rulebook, load_rules

RETURNED = "境外返乡人员须向社区报备。"
BOUNTY = "Police offered a reward for information on critics living abroad."
REWARD = "Police offered a reward for information on one who spoke out abroad."
# Another subject's words stand in what is done to relatives, and around a post abroad.
NOTICES = [
    ("family_pressure", "凡在老挝、菲律宾逾期不归的，其家属取消社保补贴和就业帮扶，子女不得入学。"),
    ("family_pressure", "逾期不归人员，其父母养老金停发，丧葬、抚恤、高龄津贴停发，请于月底前从菲律宾返回。"),
    ("family_pressure", "家里有人在老挝不肯回来的，合作社不收购其果园产品，农机不下田，孩子不能上学。"),
    (
        "overseas_station",
        "县公安局在意大利普拉托商会设立海外服务站，请企业家、投资人为警务联络员，签约后办证。",
    ),
    ("overseas_station", "市公安局在南非设立境外报警服务中心，商会会长任站长，考察团签约，窗口可预约。"),
    (
        "family_pressure",
        "凡在国外不回来人员，其直系亲属不得作为村两委换届选举候选人，取消选民登记资格，不得投票，子女不得在城区就读。",
    ),
    ("fox_hunt_sky_net", "该贪官挪用专项债资金，更改预算支出，经国际追赃，已从西班牙带回国内。"),
]
ENGLISH_NOTICES = [
    (
        "family_pressure",
        "County police told a restaurant owner in Madrid to come home or his parents would lose their pension; "
        "the app he runs has users in China, and developers there were questioned.",
    ),
    (
        "persuade_return",
        "Police in Wenzhou persuaded a businessman to return from Madrid to surrender. "
        "He owned a factory, and customers and dealers missed him.",
    ),
]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return load_rules(tmp_path_factory.mktemp("data"))


def found(rules: Rulebook, text: str, lang: str = "zh") -> MatchResult:
    return find(rules, MatchText(title="", body=text, lang=lang))


def subjects(lang: str) -> list[str]:
    """The sets of words that each make another subject, in a language."""
    names = [name for name in load_rules(None).all_sets if name.startswith("off_")]
    return [name for name in names if name.startswith("off_en_") == (lang == "en")]


def of_subject(rules: Rulebook, name: str) -> list[str]:
    """Words of a set, none of which is part of another."""
    words = [word.written.strip('"') for word in rules.all_sets[name]]
    return [word for word in words if not any(word in other for other in words if other != word)]


@pytest.mark.parametrize("name", subjects("zh"))
def test_three_words_of_another_subject_hold_back(rules: Rulebook, name: str) -> None:
    one, two, three = of_subject(rules, name)[:3]
    assert "returnee_control" in {hit.concept for hit in found(rules, RETURNED).hits}

    assert "off_topic" in {held.reason for held in found(rules, f"{RETURNED}\n{one}。{two}。{three}。").suppressed}
    # Two are in passing, and so is one that is said over and over.
    assert not of_topic(rules, f"{RETURNED}\n{one}。{two}。{one}。{two}。")
    assert not of_topic(rules, f"{RETURNED}\n{one}。{two}。{three}。对涉诈回流人员一人一档。")


@pytest.mark.parametrize("name", subjects("en"))
def test_three_words_of_another_subject_hold_back_in_english(rules: Rulebook, name: str) -> None:
    one, two, three = of_subject(rules, name)[:3]
    assert found(rules, REWARD, "en").hits

    assert not found(rules, f"{REWARD} {one}, {two}, {three}.", "en").hits
    assert found(rules, f"{REWARD} {one}, {two}, {one}.", "en").hits
    assert found(rules, f"{BOUNTY} {one}, {two}, {three}.", "en").hits


def of_topic(rules: Rulebook, text: str) -> bool:
    return "off_topic" in {held.reason for held in found(rules, text).suppressed}


@pytest.mark.parametrize(("concept", "text"), NOTICES)
def test_what_rules_rest_on_is_of_the_field(rules: Rulebook, concept: str, text: str) -> None:
    assert concept in {hit.concept for hit in found(rules, text).hits}


@pytest.mark.parametrize(("concept", "text"), ENGLISH_NOTICES)
def test_what_rules_rest_on_is_of_the_field_in_english(rules: Rulebook, concept: str, text: str) -> None:
    assert concept in {hit.concept for hit in found(rules, text, "en").hits}


# What is held back as a whole though the field's own words stand in it, and what is not: the reason, or None.
HELD = [
    (
        "debtors",
        "对拒不执行判决的被执行人，法院敦促其投案自首，逾期列入失信名单，限制出境，执行法官上门做工作劝其到案。",
    ),
    (None, "潜逃境外的被执行人，法院、公安敦促其回国投案自首，逾期列入失信名单，拒不执行的限制出境，执行法官上门。"),
    ("imposture", "对方谎称其护照涉案，须立即回国，否则遣返，嫌疑人冒充公安索要赎金；银行柜员识破。"),
    (None, "滞留缅北的嫌疑人冒充公安、谎称涉案索要赎金，银行柜员识破；专班将其劝返，现已遣返回国。"),
    ("foreign_affair", "据外电报道，英国法院同意将一名被国际刑警组织红色通报的乌克兰籍嫌疑人引渡至美国。"),
    (None, "据外电报道，英国法院同意将一名被国际刑警组织红色通报的嫌疑人引渡至中国。"),
]


@pytest.mark.parametrize(("reason", "text"), HELD)
def test_a_page_of_another_kind_is_held_back_whole_and_one_of_ours_is_not(
    rules: Rulebook, reason: str | None, text: str
) -> None:
    result = found(rules, text)
    wholes = {held.reason for held in result.suppressed} & {"debtors", "imposture", "foreign_affair"}
    assert (wholes, bool(result.hits)) == (({reason}, False) if reason else (set(), True))
