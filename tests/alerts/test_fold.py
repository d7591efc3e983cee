"""Folding: what is the same word, and that every way back quotes the text as given."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.expression import parse_word
from alerts.fold import fold, fold_word
from alerts.vocabulary import Vocabulary, key_of

CASES = yaml.safe_load(Path(__file__).parents[1].joinpath("cases/fold/words.yaml").read_text(encoding="utf-8"))
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\ufe0f"
NEUTRAL = [" ", "\t", "\u00a0", "\u3000", "\n", "", "“", "》", "·", "—", "-", *INVISIBLE]

tricky = st.sampled_from(list("劝返勸國国 \t\n\r\u3000\u200b\u00ad“”《》abCé\u0301ｶﾞ１，。…㎡İ\"'¨\uf8ff㍿豈ﬁ·•—-⻓囘"))
texts = st.text(alphabet=st.one_of(tricky, st.characters()), max_size=40)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['word']} in {case['text']!r}")
def test_a_word_is_found_however_it_is_written(case):
    word = parse_word(case["word"])
    folded = fold(case["text"])
    found = Vocabulary([word]).find(folded).get(key_of(word), [])
    quoted = [case["text"][slice(*folded.span(*span))] for span in found]
    assert quoted == ([] if case["found"] is None else [case["found"]])


@settings(max_examples=200)
@given(texts)
def test_folding_what_is_folded_changes_nothing(text):
    once = fold(text).text
    assert fold(once).text == once


@settings(max_examples=200)
@given(texts)
def test_every_folded_character_stands_for_characters_of_the_text_in_order(text):
    folded = fold(text)
    spans = [folded.span(place, place + 1) for place in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    if spans:
        assert folded.span(0, len(folded.text)) == (spans[0][0], spans[-1][1])


@settings(max_examples=200)
@given(texts, texts, st.lists(st.sampled_from(NEUTRAL), min_size=5, max_size=5))
def test_a_planted_word_is_quoted_back_with_what_was_put_inside_it(before, after, gaps):
    if "".join(gaps).count("\n") > 1:
        gaps = [gap.replace("\n", "") for gap in gaps]
    planted = "".join(c + gap for c, gap in zip("滯留境外勸返", [*gaps, ""], strict=True))
    # A mark after the word would belong to its last character; two runs about one character never join breaks.
    text = f"{before}。{planted}。{after}"
    folded = fold(text)
    at = folded.text.index("滞留境外劝返") if "滞留境外劝返" in folded.text else -1
    assert at >= 0
    start, end = folded.span(at, at + 6)
    assert text[start:end] == planted


@given(texts)
def test_a_fold_keeps_the_original(text):
    assert fold(text).original == text


def test_a_line_break_inside_a_word_still_ends_the_paragraph():
    folded = fold("你们早日回国\n投案，hand wrapped\nLatin text")
    assert [folded.text[place] for place in folded.breaks] == ["投", " "]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ""), (" ", " "), ("\n", "\n"), ("\u200b", ""), ("\r\n", "\n"), ("ＡＢＣ", "abc"), ("㍿", "株式会社")],
)
def test_small_texts_fold(text, expected):
    assert fold(text).text == expected


def test_an_empty_span_stays_empty():
    folded = fold("劝 返")
    assert folded.span(0, 0) == (0, 0)
    assert folded.span(2, 2) == (3, 3)


def test_rule_words_fold_as_texts_do():
    assert fold_word(" 勸 返 ") == "劝返"
    assert fold_word("劝返") == "劝返"


def test_a_long_run_of_spaces_is_folded_in_time_linear_in_it():
    spaces = " " * 80_000
    started = time.process_time()
    assert fold(f"劝“{spaces}“\n返").text == "劝返"
    assert fold(f"。{spaces}。{spaces}\n{spaces}\n{spaces}。").text == "。 。\n\n。"
    assert time.process_time() - started < 1


@given(st.text(alphabet=' \n"-', max_size=30))
def test_spaces_about_breaks_go_and_others_become_one(run):
    expected = re.sub(" +", " ", re.sub(r" *\n *", "\n", run))
    assert fold(f"，{run}，").text == f",{expected},"


def test_thousands_of_marks_on_one_letter_are_folded_in_time_linear_in_them():
    text = "a" + "\u0301" * 20_000 + "劝返"
    started = time.process_time()
    folded = fold(text)
    assert time.process_time() - started < 10
    assert folded.text.endswith("劝返")
    assert folded.span(len(folded.text) - 2, len(folded.text)) == (len(text) - 2, len(text))
