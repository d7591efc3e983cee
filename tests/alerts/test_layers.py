"""The further layers: what each finds, that the way back is exact, that none changes what the plain text says."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import layers
from alerts.expression import parse_word
from alerts.fold import fold
from alerts.match import MatchText, find
from alerts.rulebook import load_rules
from alerts.vocabulary import Vocabulary, key_of
from storage.findings import Document, DocumentKind, Severity

CASES = yaml.safe_load(Path(__file__).parents[1].joinpath("cases/fold/layers.yaml").read_text(encoding="utf-8"))
LAYERS = {"ocr": layers.ocr(), "evasion": layers.evasion()}
EVADED = "县局专班已劝🙂返滞留境外涉诈人员三名。"
MISREAD = "县局专班已勤返滞留境外涉诈人员三名。"

parts = st.sampled_from(
    [*layers.evasion().written, *"劝返勸规滞留境外讠乍马扁又力反全*·🙂-.|()l1o0己已巳曰日 \n\u200b，。", "qf", "(fan)"]
)
texts = st.lists(parts, max_size=25).map("".join)


def quoted(name, text, word):
    layer = LAYERS[name]
    folded = layer.over(fold(text))
    found = Vocabulary([word], layer).find(folded).get(key_of(word), [])
    return [text[slice(*folded.span(*span))] for span in found]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['layer']}: {case['word']} in {case['text']}")
def test_a_layer_finds_the_word_and_quotes_what_stands_there(case):
    found = quoted(case["layer"], case["text"], parse_word(case["word"]))
    assert found == ([] if case["found"] is None else [case["found"]])


@pytest.mark.parametrize("case", [case for case in CASES if case["found"]], ids=lambda case: case["text"])
def test_the_plain_text_alone_shows_none_of_these(case):
    word = parse_word(case["word"])
    assert Vocabulary([word]).find(fold(case["text"])) == {}


@pytest.mark.parametrize("name", LAYERS)
@settings(max_examples=200)
@given(text=texts)
def test_every_character_of_a_layer_stands_for_characters_of_the_text_in_order(name, text):
    folded = LAYERS[name].over(fold(text))
    spans = [folded.span(place, place + 1) for place in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    assert len(folded.breaks) == len(fold(text).breaks)


@pytest.mark.parametrize("name", LAYERS)
@settings(max_examples=200)
@given(text=texts)
def test_a_layer_over_what_it_gave_changes_nothing(name, text):
    once = LAYERS[name].over(fold(text))
    assert LAYERS[name].over(once).text == once.text


def test_no_character_is_in_two_groups_of_confusions():
    groups = layers._tables()["ocr"]["alike"]
    assert len("".join(groups)) == len(set("".join(groups)))


def test_ocr_words_keep_their_length_so_that_plain_places_stay_true():
    assert all(len(misread) == len(word) for misread, word in layers.ocr().written.items())


def test_evasions_are_found_only_where_they_are_asked_for():
    asked = load_rules(evasions="all")
    unofficial = load_rules(evasions="unofficial")
    text, organ = MatchText(title="", body=EVADED), MatchText(title="", body=EVADED, agency="police")
    assert not [hit for hit in find(load_rules(), text).hits if hit.concept == "persuade_return"]
    assert not [hit for hit in find(unofficial, organ).hits if hit.concept == "persuade_return"]
    for rulebook, given_text in ((unofficial, text), (asked, text), (asked, organ)):
        (hit,) = [hit for hit in find(rulebook, given_text).hits if hit.concept == "persuade_return"]
        assert (hit.layer, hit.severity, hit.matched) == ("evasion", Severity.LOW, "劝🙂返")


@pytest.mark.parametrize(("said", "hits"), [("true", 1), ("false", 0)])
def test_a_rule_may_ask_for_evasions_or_refuse_them(tmp_path, said, hits):
    file = tmp_path / "own.yaml"
    file.write_text(
        f"rules:\n  - {{id: own.one, severity: high, match: 劝返 SENT 涉诈, evasions: {said}}}\n", encoding="utf-8"
    )
    rulebook = load_rules(None, [file], shipped=False, evasions="off" if hits else "all")
    found = find(rulebook, MatchText(title="", body=EVADED, agency="police")).hits
    assert [(hit.layer, hit.severity) for hit in found] == [("evasion", Severity.LOW)] * hits


def test_the_setting_is_a_part_of_the_rules_version():
    assert len({load_rules(evasions=said).digest for said in ("off", "unofficial", "all")}) == 3


def test_confusions_count_only_in_texts_that_ocr_read():
    rulebook = load_rules()
    assert "persuade_return" not in [hit.concept for hit in find(rulebook, MatchText(title="", body=MISREAD)).hits]
    found = find(rulebook, MatchText(title="", body=MISREAD, recognised=((0, len(MISREAD)),))).hits
    (hit,) = [hit for hit in found if hit.concept == "persuade_return"]
    assert (hit.layer, hit.matched) == ("ocr", "勤返")
    assert all(hit.layer == "plain" for hit in found if hit.concept != "persuade_return")


@pytest.mark.parametrize(("which", "hits"), [("first", ["ocr"]), ("second", [])])
def test_confusions_count_only_on_the_pages_that_ocr_read(which, hits):
    body = MISREAD + "\n本县春耕备耕工作有序推进。"
    split = len(MISREAD) + 1
    spans = {"first": (0, split), "second": (split, len(body))}
    found = find(load_rules(), MatchText(title="", body=body, recognised=(spans[which],))).hits
    assert [hit.layer for hit in found if hit.concept == "persuade_return"] == hits


@pytest.mark.parametrize(
    ("warning", "starts", "spans"),
    [
        ("charset: lied", (0, 3, 6), ()),
        ("unread: scanned page 2", (0, 3, 6), ()),
        ("ocr: page 2, engine invented 1", (0, 3, 6), ((3, 6),)),
        ("ocr: pages 1-2, engine invented 1", (0, 3, 6), ((0, 3), (3, 6))),
        ("ocr: pages 1, 3, engine invented 1", (0, 3, 6), ((0, 3), (6, 9))),
        ("ocr: pages 1, 3, …, engine invented 1", (0, 3, 6), ((0, 9),)),
        ("ocr: pages 7-9, engine invented 1", (0, 3, 6), ()),
        ("ocr: page 2, engine invented 1", (), ((0, 9),)),
        ("ocr: image, engine invented 1", (), ((0, 9),)),
    ],
)
def test_a_document_tells_which_of_its_text_ocr_read(warning, starts, spans):
    document = Document(kind=DocumentKind.DOCUMENT, body="一二三四五六七八九", page_starts=starts, warnings=(warning,))
    assert document.recognised == spans


def test_what_the_plain_text_holds_back_no_layer_brings_back():
    text = "疫情防控卡口扫码测温，已劝返境外车辆三台。"
    rulebook = load_rules(evasions="all")
    plain = find(load_rules(), MatchText(title="", body=text))
    layered = find(rulebook, MatchText(title="", body=text, recognised=((0, len(text)),)))
    assert plain.suppressed
    assert layered == plain


def test_a_layer_holds_back_with_the_same_reasons():
    text = "疫情防控卡口扫码测温，已劝*返境外车辆三台。"
    result = find(load_rules(evasions="all"), MatchText(title="", body=text))
    assert not result.hits
    assert ("劝*返", "epidemic") in [(one.matched, one.reason) for one in result.suppressed]


@pytest.mark.parametrize("unit", ["劝*", "又力反", "全", "(fan)劝", "🙂", "归劝反", "qf劝", "劝****", "劝("])
def test_a_layer_is_linear_in_a_hostile_text(unit):
    text = unit * (200_000 // len(unit))
    started = time.process_time()
    folded = layers.evasion().over(fold(text))
    folded.span(len(folded.text) - 1, len(folded.text))
    assert time.process_time() - started < 8
