import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.mask import clean, clean_in_place, mask, shown

MASKED = [
    ("身份证号码352502199001010123。", "身份证号码352***********0123。"),
    ("身份证35250219900101012X，男", "身份证352***********012X，男"),
    ("（352502900101012）", "（352********1012）"),
    ("身份证３５２５０２１９９００１０１０１２３号", "身份证３５２***********０１２３号"),
    ("352502 19900101 0123", "352*** ******** 0123"),
    ("手机13812345678", "手机138****5678"),
    ("请拨138-1234-5678投案", "请拨138-****-5678投案"),
    ("+86 13812345678", "+86 1******5678"),
    ("缅甸号码+95 9123456789", "缅甸号码+95 9*******89"),
    ("值班电话0577-86868110", "值班电话0577-******10"),
    ("（0577）86868110", "（0577）******10"),
    ("联系电话：86868110", "联系电话：86****10"),
    ("护照E12345678作废", "护照E******78作废"),
    ("台胞证A123456789", "台胞证A*******89"),
]

KEPT = ["拨打110或96110", "2023年11月22日", "劝返37名", "浙公通〔2026〕12号", "1,000余人", "奖励20000元", "12389"]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_numbers_of_persons_are_starred(text, expected):
    assert mask(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_numbers_that_name_nobody_stay(text):
    assert mask(text) == text


@given(st.text())
def test_masking_keeps_the_length_so_offsets_stay_true(text):
    assert len(mask(text)) == len(text)
    assert len(clean_in_place(text)) == len(text)


def test_masking_twice_changes_nothing_more():
    once = mask("身份证352502199001010123，手机13812345678")
    assert mask(once) == once


def test_what_steers_a_terminal_or_turns_a_line_round_is_not_shown():
    assert clean("通\x1b[31m告\u202e\u200b\x07（四）") == "通告 （四）"
    assert shown("a\nb\tc\r\u2028d") == "a b c d"
    assert clean_in_place("通\u202e告\x1b") == "通\ufffd告\ufffd"
