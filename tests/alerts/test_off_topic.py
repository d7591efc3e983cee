"""What a page is about holds back what only looks like the field's, until a word of the field's own stands in it."""

from __future__ import annotations

import pytest

from alerts.match import MatchResult, MatchText, find
from alerts.rulebook import Rulebook, load_rules

RETURNED = "境外返乡人员须向社区报备。"
ELSEWHERE = {
    "epidemic": "疫情仍在流行，请配合核酸检测和集中隔离。",
    "budget": "财政预算支出八亿元。",
    "farming": "合作社春耕播种，农机下田。",
    "weather": "台风带来暴雨，防汛预警升级。",
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return load_rules(tmp_path_factory.mktemp("data"))


def found(rules: Rulebook, text: str, lang: str = "zh") -> MatchResult:
    return find(rules, MatchText(title="", body=text, lang=lang))


@pytest.mark.parametrize("about", ELSEWHERE.values(), ids=ELSEWHERE)
def test_three_words_of_another_subject_hold_back(rules: Rulebook, about: str) -> None:
    assert "returnee_control" in {hit.concept for hit in found(rules, RETURNED).hits}

    held = found(rules, f"{RETURNED}\n{about}")

    assert not held.hits
    assert "off_topic" in {one.reason for one in held.suppressed}


@pytest.mark.parametrize("about", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_word_of_the_field_tells_that_the_page_is_about_it(rules: Rulebook, about: str) -> None:
    both = found(rules, f"{RETURNED}\n{about}\n对涉诈回流人员一人一档。")

    assert "returnee_control" in {hit.concept for hit in both.hits}


def test_two_words_of_another_subject_are_in_passing(rules: Rulebook) -> None:
    assert found(rules, f"{RETURNED}会议还部署了春耕和农机工作。").hits


def test_english(rules: Rulebook) -> None:
    bounty = "Police offered a reward for information on critics living abroad."
    about = "The fisheries office also counted invasive species in the lake."
    assert found(rules, bounty, "en").hits
    assert not found(rules, f"{bounty} {about}", "en").hits
    assert found(rules, f"{bounty} {about} One of them is a fugitive.", "en").hits
