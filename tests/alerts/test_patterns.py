"""A text is asked of the patterns that can stand in it: none that does is left out."""

from __future__ import annotations

from alerts.examples import text_of
from alerts.expression import Regex, walk
from alerts.match import read
from alerts.regexes import Patterns, compile_regex
from alerts.rulebook import load_rules

RULEBOOK = load_rules()


def test_no_pattern_that_stands_in_a_text_is_left_out():
    asked = stood = 0
    for rule in RULEBOOK.rules:
        for example in (*rule.alerts, *rule.silent):
            reading = read(RULEBOOK, text_of(rule, example))
            standing = {each for each in RULEBOOK.patterns if compile_regex(each).places(reading.plain_text)}
            assert standing <= reading.patterns
            asked, stood = asked + len(reading.patterns), stood + len(standing)
    texts = sum(len(rule.alerts) + len(rule.silent) for rule in RULEBOOK.rules)
    assert stood
    assert asked < texts * len(RULEBOOK.patterns) / 3


def test_patterns_of_every_kind_are_found_where_they_stand():
    sources = ["甲{2}", "[a-z]+乙", ".", "（丙|丁）戊?", "OFFICE", "己.{0,3}庚", r"\d{4}年"]
    patterns = Patterns(sources)
    for text in ("甲甲", "ab乙", "丙", "the office", "己xyz庚", "2026年"):
        folded = text
        for source in sources:
            if compile_regex(source).places(folded):
                assert source in patterns.possible(folded), (source, text)
    assert "己.{0,3}庚" not in patterns.possible("己")
    assert Patterns([]).possible("甲") == frozenset()


def test_more_strings_than_re2_has_memory_for_leave_no_pattern_out():
    many = ["|".join(f"{chr(0x4E00 + first)}{chr(0x4E00 + second)}号" for second in range(400)) for first in range(600)]
    patterns = Patterns([*many, "甲.{0,3}乙"])
    assert {many[0], "甲.{0,3}乙"} <= patterns.possible(f"甲乙{chr(0x4E00)}{chr(0x4E01)}号")


def test_every_pattern_of_a_rule_is_known_to_the_rulebook():
    used = {node.pattern for rule in RULEBOOK.rules for node in walk(rule.match) if isinstance(node, Regex)}
    assert used <= RULEBOOK.patterns
