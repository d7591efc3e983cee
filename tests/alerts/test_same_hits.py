"""What counts as the same text gives the same hits: the shipped rules' own examples, written otherwise."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from alerts.examples import text_of
from alerts.fold import HAN, fold
from alerts.match import find
from alerts.rulebook import load_rules

RULEBOOK = load_rules()
BETWEEN = re.compile(f"(?<=[{HAN}])(?=[{HAN}])")
DROPPABLE = [" ", "\t", "\u00a0", "\u3000", "\u200b", "\u200d", "\u200f", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "  "]
NEUTRAL = ["“", "”", "》", "「", "』", "【", "·", "•", "・"]


EXAMPLES = [
    text_of(rule, example)
    for rule in RULEBOOK.rules
    for example in (*rule.alerts, *rule.silent)
    if BETWEEN.search(example.text)
]


def outcome(text):
    """What was found, without places: concepts, variants, labels, the folded words; and what was held back."""
    result = find(RULEBOOK, text)
    for one in (*result.hits, *result.suppressed):
        field = text.title if one.field == "title" else text.body
        assert field[one.start : one.end] == one.matched
    hits = [(hit.concept, hit.variant, hit.severity, hit.stance, fold(hit.matched).text) for hit in result.hits]
    held = sorted((one.concept, one.reason, fold(one.matched).text) for one in result.suppressed)
    return hits, held


@cache
def plain_outcome(index):
    return outcome(EXAMPLES[index])


def changed(text, change):
    return replace(text, title=change(text.title), body=change(text.body))


@settings(max_examples=300)
@given(index=st.integers(0, len(EXAMPLES) - 1), data=st.data())
def test_what_is_dropped_between_han_characters_changes_no_hit(index, data):
    def strewn(text):
        places = [found.start() for found in BETWEEN.finditer(text)]
        chosen = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=12)) if places else []
        for place in sorted(chosen, reverse=True):
            text = text[:place] + data.draw(st.sampled_from(DROPPABLE + NEUTRAL)) + text[place:]
        return text

    assert outcome(changed(EXAMPLES[index], strewn)) == plain_outcome(index)


@pytest.mark.parametrize("way", ["s2t", "s2tw", "s2hk"])
def test_traditional_characters_change_no_hit(way):
    convert = OpenCC(way).convert
    for index, example in enumerate(EXAMPLES):
        assert outcome(changed(example, convert)) == plain_outcome(index), example.body


def test_full_width_letters_and_digits_change_no_hit():
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code).isalnum()}
    for index, example in enumerate(EXAMPLES):
        if not re.search("[a-z]", example.body):
            assert outcome(changed(example, lambda text: text.translate(wide))) == plain_outcome(index), example.body


def test_taiwan_wording_raises_the_same_concepts():
    # OpenCC writes some words as those of computers: a call is 視訊 (影片 is a film), a record is 註銷, a quarter 社區.
    taiwan = OpenCC("s2twp")

    def convert(text):
        text = taiwan.convert(text)
        for computers, peoples in (("影片", "視訊"), ("登出", "註銷"), ("社群", "社區")):
            text = text.replace(computers, peoples)
        return text

    for index, example in enumerate(EXAMPLES):
        concepts = {hit.concept for hit in find(RULEBOOK, changed(example, convert)).hits}
        assert concepts == {concept for concept, *_ in plain_outcome(index)[0]}, convert(example.body)
