"""Words said differently in Taiwan, Hong Kong and the mainland: rules, patterns, places and organs mean all of them."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from alerts.entities import agency_kind, english
from alerts.expression import parse_word
from alerts.fold import fold, fold_word
from alerts.regexes import compile_regex
from alerts.regional import in_pattern, spellings
from alerts.vocabulary import Vocabulary, key_of

LISTED = list(csv.DictReader(files("alerts").joinpath("data", "regional.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("word", "text", "quoted"),
    [
        ("电信网络诈骗", "涉嫌電信網路詐欺的人", "電信網路詐欺"),
        ("海外公安局", "所謂海外警局並不存在", "海外警局"),
        ("老挝", "從寮國返回", "寮國"),
        ("寮国", "从老挝返回", "老挝"),
        ("新西兰", "紐西蘭警方", "紐西蘭"),
        ("迪拜", "滯留杜拜", "杜拜"),
        ("视频", "以視訊通話勸說", "視訊"),
        ("个人信息", "個人資訊外洩", "個人資訊"),
        ("劝返", "勸返", "勸返"),
    ],
)
def test_a_word_is_found_as_each_region_says_it(word, text, quoted):
    sought = parse_word(word)
    folded = fold(text)
    (span,) = Vocabulary([sought]).find(folded)[key_of(sought)]
    assert text[slice(*folded.span(*span))] == quoted


def test_places_of_several_spellings_come_in_the_order_of_the_text():
    word = parse_word("老挝")
    assert Vocabulary([word]).find(fold("寮国、老挝、寮国"))[key_of(word)] == [(0, 2), (3, 5), (6, 8)]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("赴(老挝|泰国)", "赴寮國"), ("公安局.{0,4}网络", "警局的網路"), ("老挝{1,2}", "老挝挝"), ("[老挝]国", "老国")],
)
def test_a_pattern_means_all_spellings_and_stays_the_same_pattern(pattern, text):
    assert compile_regex(pattern).places(fold(text).text)


def test_classes_escapes_and_quantified_characters_are_left_alone():
    assert in_pattern(r"[网络]\.网络?") == r"[网络]\.网络?"


def test_no_word_has_more_spellings_than_the_limit_and_the_first_is_itself():
    long = "电信网络诈骗视频信息账户身份嫌疑人"
    assert spellings(long)[0] == long
    assert len(spellings(long)) <= 24


@pytest.mark.parametrize("row", LISTED, ids=lambda row: f"{row['mainland']} {row['elsewhere']}")
def test_each_listed_pair_is_two_words_in_mainland_script_of_a_named_region(row):
    assert fold_word(row["mainland"]) == row["mainland"]
    assert fold_word(row["elsewhere"]) == row["elsewhere"] != row["mainland"]
    assert set(row["where"].split()) <= {"TW", "HK"}
    assert len(row["elsewhere"]) > 1


def test_places_and_organs_are_known_by_each_of_their_names():
    assert english("杜拜") == english("迪拜")
    assert english("寮國") == english("老挝")
    assert agency_kind("某市警局") == agency_kind("某市公安局") == "police"
