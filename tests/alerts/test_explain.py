"""`explain`: why a text alerted or not, told so that no rule need be read."""

from __future__ import annotations

import pytest

from alerts.checkup import Usage
from alerts.explain import explain
from alerts.match import MatchText
from alerts.rulebook import load_rules

RULES = """
sets: {far: [缅北, 老挝], mild: [口罩, 核酸]}
rules:
  - id: own.first
    severity: high
    match: 甲乙 NEAR/6 @far AND (子 OR 丑) NOT 寅
    exclude:
      - {id: epidemic, near: 8, any: '@mild'}
      - {id: drama, near: text, any: [剧组]}
    rescue: 甲乙 SENT 卯
    alerts: [在老挝甲乙，有子。]
  - id: other.big
    where: {agency: police}
    match: COUNT(丙丁)>=2 SENT QUANTITY>=100
  - id: third.title
    match: TITLE(辰) AND PUBLISHER(县)
"""


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(RULES, encoding="utf-8")
    return load_rules(None, [path], shipped=False)


def told(book, body, rule=None, **more):
    return "\n".join(explain(book, MatchText(**{"title": "", "body": body, **more}), rule=rule))


def test_an_alert_is_told_with_what_held_and_what_could_have_held_it_back(book):
    said = told(book, "他在老挝甲乙，有子。")
    assert "ALERT own: high" in said
    assert "quoted: 他在老挝【甲乙】，有子。" in said
    assert "so grave: high: own.first is high" in said
    assert "+ “甲乙”: 甲乙" in said
    assert "+ at most 6 characters from it, in its paragraph: a word of @far (缅北 老挝): 老挝" in said
    assert "+ one of “子”, “丑”: 子" in said
    assert "+ nowhere in the text: “寅”" in said
    assert "`epidemic` does not: none of its words at most 8 characters away" in said
    assert "rule: own.first, version " in said


def test_what_is_held_back_names_the_exclusion_its_word_and_the_rescue_that_was_missing(book):
    said = told(book, "戴口罩在老挝甲乙，有子。")
    assert "HELD BACK own: 戴口罩在老挝【甲乙】" in said
    assert "held back by `epidemic`: 口罩 at most 8 characters away" in said
    assert "- missing: in its sentence: “卯”" in said


def test_a_rescue_is_told(book):
    said = told(book, "戴口罩在老挝甲乙卯，有子。")
    assert "`epidemic` would: 口罩 at most 8 characters away; but it is rescued" in said


def test_a_rescue_that_holds_elsewhere_does_not_help_here(book):
    said = told(book, "戴口罩在老挝甲乙，有子。过了很久很久很久，老挝甲乙卯。")
    assert "its rescue holds elsewhere in the text, not at this place" in said


def test_what_was_missing_is_told_and_what_stood_too_far(book):
    said = told(book, "甲乙，午午午午午午午，缅北。")
    assert "NO ALERT own" in said
    assert (
        "- missing: at most 6 characters from it, in its paragraph: a word of @far (缅北 老挝); 缅北 stands further"
        in said
    )
    assert "- missing: one of “子”, “丑”" in said


def test_a_text_without_any_first_word_says_so(book):
    assert "no alert: no word that a rule begins with stands in this text" in told(book, "天气很好。")


def test_one_rule_can_be_asked_after_however_far_it_was(book):
    said = told(book, "丙丁，一百二十人。", rule="other")
    assert "the rule is for other pages (agency: police)" in said
    assert "- at least 2 times “丙丁”: 1 found" in said
    assert "and then in its sentence: a number of 100 or more; 一百二十 stands in the text" in said
    assert "own.first" not in said


def test_fields_are_told_in_words(book):
    said = told(book, "x", rule="third", title="辰", publisher="某县")
    assert "ALERT third: medium" in said
    said = told(book, "辰", rule="third")
    assert "- in the title: “辰”" in said
    assert "- in the publisher's name: “县”" in said


def test_every_alert_and_suppression_of_the_shipped_examples_can_be_explained():
    shipped = load_rules()
    for rule in shipped.rules:
        for example in (*rule.alerts, *rule.silent):
            said = told(shipped, example.text)
            assert "read as" in said
            assert "Traceback" not in said


def test_checkup_tells_what_never_fired_and_what_never_held(book):
    said = {(note.rule.id, note.what) for note in Usage(book).notes()}
    assert ("own.first", "exclusion `epidemic` never held anything back") in said
    assert ("other.big", "never alerted") in said
    assert ("other.big", "has no `alerts:` example that shows what it is for") in said
    assert ("own.first", "never alerted") not in said


def test_more_texts_change_what_checkup_says(book):
    usage = Usage(book)
    usage.add(MatchText(title="", body="戴口罩在老挝甲乙，有子。"))
    assert all("epidemic" not in note.what for note in usage.notes())


def test_a_word_one_character_from_a_listed_term_is_pointed_out(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("rules:\n  - {id: own.x, match: 警桥驿站, alerts: [警桥驿站]}\n", encoding="utf-8")
    notes = [note.what for note in Usage(load_rules(None, [path], shipped=False)).notes()]
    assert notes == ["“警桥驿站” differs by one character from the listed “警侨驿站”; is it meant?"]


def test_what_only_a_layer_shows_is_explained_by_that_layer():
    text = MatchText(title="", body="县局专班已劝🙂返滞留老挝涉诈人员三名。")
    said = "\n".join(explain(load_rules(evasions="all"), text, rule="persuade_return"))
    assert "ALERT 劝返 persuaded to return: low" in said
    assert "seen by: 规避写法 evasion" in said
    assert "low at most, only the evasion layer shows it" in said
    assert "+ " in said.partition("what the rule asks for:")[2].partition("what could have held it back:")[0]
