"""One story or two: copies, variants and notices of one mould; and the keys under which a text is found again."""

import random
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rewriting import compare
from alerts.syndication import Kinship, Text, differences, grams, is_copy, kinship, likeness, sketch

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases/stories/pairs.yaml").read_text(encoding="utf-8"))
TEXTS = CASES["texts"]
NOTICE = TEXTS["notice"]["body"]


def text(body, title="关于敦促滞留境外人员投案自首的通告"):
    return Text(title=title, body=body)


def pair(case):
    one = Text(**TEXTS[case["text"]])
    other = TEXTS[case.get("other", case["text"])]
    body = other["body"]
    for old, new in case.get("change", ()):
        assert old in body or old in one.title, f"{old} stands nowhere"
        body = body.replace(old, new)
    if case.get("reverse"):
        body = "\n".join(reversed(body.splitlines()))
    return one, Text(title=case.get("title", other["title"]), body=body + case.get("add", ""))


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_what_one_text_is_of_another(case):
    one, other = pair(case)
    assert kinship(one, other) == kinship(other, one) == case["is"]
    if case["is"] == "variant":
        assert [list(each) for each in differences(one.body, other.body)] == case["differs"]
    if case["is"] == "copy":
        assert differences(one.body, other.body) == differences(other.body, one.body) == ()


@pytest.mark.parametrize(
    "case", [case for case in CASES["cases"] if case["is"] != "none"], ids=lambda case: case["name"]
)
def test_what_is_one_story_is_found_by_its_keys(case):
    one, other = map(sketch, pair(case))
    assert set(one.keys) & set(other.keys)
    assert likeness(one, other) > 0.4


def test_a_short_title_alone_makes_no_copy():
    half = NOTICE[: len(NOTICE) // 3]
    assert not is_copy(text(NOTICE, title="通告"), text(half, title="通告"))
    assert is_copy(text(NOTICE), text(half))


def test_short_bodies_are_one_story_only_under_one_title():
    assert not is_copy(
        text("点击查看附件。", title="甲县关于春耕工作的通知"), text("点击查看附件。", title="乙县防汛通报")
    )
    assert is_copy(
        text("点击查看附件。", title="甲县关于春耕工作的通知"), text("点击查看附件", title="甲县关于春耕工作的通知")
    )
    assert sketch(text("点击查看附件。", title="甲")).digest != sketch(text("点击查看附件。", title="乙")).digest


def test_a_round_up_of_several_notices_is_none_of_them():
    one, other = Text(**TEXTS["notice"]), Text(**TEXTS["report"])
    round_up = text(one.body + other.body + TEXTS["list"]["body"], title="本周要闻")
    assert not is_copy(round_up, other)
    assert not is_copy(round_up, Text(**TEXTS["list"]))


def test_what_a_copy_added_cut_and_changed_is_told_in_the_pages_own_characters():
    copy = (
        TEXTS["report"]["body"]
        .replace("据介绍，今年以来全镇", "據介紹，今年以來全鎮")
        .replace("213户", "312戶")
        .replace("局长王建国表示，下一步将把工作做得更细，让每一个家庭都团圆。\n", "公示栏前围了不少村民。\n")
    )
    found = compare(TEXTS["report"]["body"], copy)
    assert found.added == ("公示栏前围了不少村民。",)
    assert found.cut == ("局长王建国表示，下一步将把工作做得更细，让每一个家庭都团圆。",)
    assert found.differences == (("213户", "312戶"),)
    assert found.reworded == ()


def test_a_sentence_joined_with_its_neighbour_was_neither_added_nor_cut():
    joined = NOTICE.replace("处罚。\n二、", "处罚，二、")
    found = compare(NOTICE, joined)
    assert (found.cut, found.differences) == ((), ())


def test_spaces_and_punctuation_do_not_count():
    assert grams("劝返，滞留 境外") == grams("劝返滞留境外")


def test_keys_are_the_same_on_every_machine_and_fit_a_database():
    made = sketch(Text(**TEXTS["notice"]))
    assert made.digest == "a2e71b03d36bd0e7bb110e1b555e344f"
    assert made.keys[0] == -162188645370304504
    assert all(-(2**63) <= key < 2**63 for key in made.keys)
    assert sketch(Text(title="", body="")).keys == ()


ALPHABET = [chr(code) for code in range(0x4E00, 0x5E00)]


@settings(max_examples=40)
@given(st.integers(0, 10**9))
def test_any_text_with_a_few_characters_changed_is_found_and_proved(seed):
    chosen = random.Random(seed)
    sentences = ["".join(chosen.choices(ALPHABET, k=chosen.randrange(8, 40))) for _ in range(chosen.randrange(12, 40))]
    body = "。\n".join(sentences)
    rewritten = list(sentences)
    for _ in range(len(sentences) // 10):
        at = chosen.randrange(len(rewritten))
        rewritten[at] = rewritten[at][:3] + chosen.choice(ALPHABET) + rewritten[at][4:]
    chosen.shuffle(rewritten)
    one, other = text(body, "甲"), text("。".join(rewritten[: len(rewritten) - len(rewritten) // 10]), "乙")
    assert is_copy(one, other)
    assert set(sketch(one).keys) & set(sketch(other).keys)


@settings(max_examples=60)
@given(
    st.text(alphabet="张李伟县市17三十人，。\n 第四批于在。!", max_size=200),
    st.text(alphabet="张李伟县市17三十人，。\n", max_size=200),
)
def test_kinship_is_the_same_from_either_side_and_a_text_is_its_own_copy(one, other):
    assert kinship(text(one), text(other)) == kinship(text(other), text(one))
    assert kinship(text(one), text(one)) is Kinship.COPY


@pytest.mark.parametrize(
    "body",
    [
        "公" * 5_000_000,
        "17" * 2_500_000,
        "一" * 5_000_000,
        "张伟，" * 1_600_000,
        "\n" * 5_000_000,
        "".join(random.Random(1).choices([*ALPHABET, "。"], k=1_000_000)),
    ],
    ids=["one character", "one number", "one numeral", "one name", "only line breaks", "noise"],
)
def test_a_text_of_megabytes_is_bounded(body):
    began = time.process_time()
    sketch(text(body))
    kinship(text(body), text(body[:-3] + "完"))
    compare(body, body[5:] + "完。结束")
    assert time.process_time() - began < 6


def test_many_sentences_that_all_resemble_each_other_are_bounded():
    chosen = random.Random(2)
    one, other = ("".join(f"松坪镇{''.join(chosen.choices(ALPHABET[:6], k=200))}。" for _ in range(600)) for _ in "ab")
    began = time.process_time()
    compare(one, other)
    assert time.process_time() - began < 6
