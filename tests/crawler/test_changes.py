"""Reading an edit: sentences, words, and where something was added."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.changes import added_spans, edit, pieces, sentences

OLD = "云浦县设立警侨驿站。同时协助核查在逃人员线索。联系电话见后。\n共计17人。"
NEW = "云浦县设立警侨驿站。联系电话见后。\n共计19人。劝返工作同步开展。"

TEXTS = st.text(alphabet="甲乙丙。，\n a1.!", max_size=60)


def readable(old: str, new: str) -> str:
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[piece.kind].format(piece.text) for piece in pieces(old, new))


@given(TEXTS)
def test_sentences_joined_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text


@given(TEXTS, TEXTS)
def test_the_pieces_give_back_both_texts_but_for_noise_and_space(old: str, new: str) -> None:
    found = pieces(old, new)
    assert "".join(piece.text for piece in found if piece.kind != "removed") == new
    for piece in found:
        source = old if piece.kind == "removed" else new
        assert source[piece.start : piece.start + len(piece.text)] == piece.text


@given(TEXTS)
def test_nothing_is_added_to_the_same_text(text: str) -> None:
    assert added_spans(text, text) == ()
    assert edit(text, text).added == ()


def test_whole_sentences_are_counted() -> None:
    found = edit(OLD, NEW)
    assert found.removed == ("同时协助核查在逃人员线索。", "共计17人。")
    assert found.added == ("共计19人。", "劝返工作同步开展。")


@pytest.mark.parametrize(
    ("old", "new", "added", "removed"),
    [
        (
            "在法国巴黎设立首个海外警侨驿站。另一句。",
            "在法国巴黎设立首个海外服务驿站。另一句。",
            2,
            2,
        ),
        ("第一句话。第二句话。", "第二句话。第一句话。", 0, 0),
        ("第一句话。", "第一句话。又来一句。", 5, 0),
        ("The 12 men came back.", "The 13 men came back.", 2, 2),
        ("一句。", "一  句。", 0, 0),
    ],
)
def test_only_the_characters_that_changed_are_counted(old: str, new: str, added: int, removed: int) -> None:
    found = edit(old, new)
    assert (found.characters_added, found.characters_removed) == (added, removed)


def test_within_a_sentence_only_the_changed_words_are_marked() -> None:
    assert readable("共计抓获嫌疑人17名。", "共计抓获嫌疑人19名。") == "共计抓获嫌疑人[-17-]{+19+}名。"
    assert readable("They persuaded 12 people.", "They persuaded 15 people.") == "They persuaded [-12-]{+15+} people."


def test_a_sentence_that_only_moved_is_not_added() -> None:
    assert added_spans("第一句话。第二句话。第三句话。", "第三句话。第一句话。第二句话。") == ()


def test_the_added_span_is_where_the_new_words_stand() -> None:
    spans = added_spans(OLD, NEW)
    added = [NEW[start:end] for start, end in spans]
    assert "19" in "".join(added)
    assert any("劝返工作同步开展" in text for text in added)
    assert not any("警侨驿站" in text for text in added)


def test_a_counter_that_only_counts_changes_nothing() -> None:
    assert edit("正文一句。\n浏览次数：10", "正文一句。\n浏览次数：11") == edit("", "")


@pytest.mark.parametrize("size", [20_000])
def test_a_rewritten_long_text_takes_no_time(size: int) -> None:
    began = time.perf_counter()
    found = pieces("甲乙丙丁" * size, "戊己庚辛" * size)
    assert [piece.kind for piece in found] == ["removed", "added"]
    assert time.perf_counter() - began < 2


def test_a_text_of_one_line_over_and_over_takes_no_time_and_shows_what_came() -> None:
    old = "同一句话。\n" * 5000
    started = time.process_time()
    assert added_spans(old, old[:3000] + "插入。\n" + old[3000:]) == ((3000, 3004),)
    assert added_spans("甲乙" * 1400, "乙乙甲" * 900)
    assert time.process_time() - started < 5
