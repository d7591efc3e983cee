import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.mask import clean, clean_in_place, mask, shown
from alerts.people import NOBODY

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
    ("身份证352502 199001 010123", "身份证352*** ****** **0123"),
    ("身份证352502 1990 0101 0123", "身份证352*** **** **** 0123"),
    ("编号：352502—19900101—0123", "编号：352***—********—0123"),
    ("身份证352502\n199001010123", "身份证352***\n********0123"),
    ("三五二五〇二一九九〇〇一〇一〇一二三", "三五二***********〇一二三"),
    ("电话１３８００１３８０００", "电话１３８****８０００"),
    ("电话138.0013.8000", "电话138.****.8000"),
    ("电话138 00 13 80 00", "电话138 ** ** 80 00"),
    ("1 3 8 0 0 1 3 8 0 0 0", "1 3 8 * * * * 8 0 0 0"),
    ("手机138O0138000", "手机138****8000"),
    ("一三八〇〇一三八〇〇〇", "一三八****八〇〇〇"),
    ("手机(+86)13800138000", "手机(+86)1******8000"),
    ("固话0577-8765 4321", "固话0577-**** **21"),
    ("0577—87654321", "0577—******21"),
    ("电话：0577-87654321、87654322或87654323", "电话：0577-******21、87****22或87****23"),
    ("电话：8765-4321", "电话：87**-**21"),
    ("QQ号码12345678，QQ群：23456789", "QQ号码1******8，QQ群：2******9"),
    ("抖音号：linzhiyuan88", "抖音号：l**********8"),
    ("Skype: linzhiyuan", "Skype: l********n"),
    ("微信 lin_zhi", "微信 l**_**i"),
    ("邮箱lin.zy@example.com", "邮箱l**.**@example.com"),
    ("台胞证12345678", "台胞证1*****78"),
    ("Passport No. 123456789", "Passport No. 1******89"),
    ("（男，住石澜镇上店村3组12号）", "（男，住石澜镇********）"),
    ("石澜镇上店村3组12号", "石澜镇********"),
    ("居住在马德里市XX街12号", "居住在马德里市******"),
]

KEPT = [
    "拨打110或96110",
    "2023年11月22日",
    "劝返37名",
    "浙公通〔2026〕12号",
    "1,000余人",
    "奖励20000元",
    "12389",
    "2019 2020 2021 2022 2023 2024 2025",
    "2019-11-22 2020-01-03 2021-05-06",
    "电话（2019-2020年）",
    "走访上店村3组村民",
    "中山路12号楼前",
    "江公字〔2019〕第3号",
    "WhatsApp groups and Telegram channels",
    "微信公众号：平安江岙",
    "1.5 2.5 3.5 4.5 5.5 6.5 7.5 8.5 9.5",
    "入住酒店12号",
    "Calle Mayor 12, Madrid",
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_numbers_of_persons_are_starred(text, expected):
    assert mask(text, NOBODY) == expected


@pytest.mark.parametrize("text", KEPT)
def test_numbers_that_name_nobody_stay(text):
    assert mask(text, NOBODY) == text


@given(st.text())
def test_masking_keeps_the_length_so_offsets_stay_true(text):
    assert len(mask(text, NOBODY)) == len(text)
    assert len(clean_in_place(text)) == len(text)


# What a reader does not see: of format, a selector of variants, what turns a line round, a terminal's colour.
UNSEEN = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\ufe0f", "\u034f", "\x1b[31m"]


@pytest.mark.parametrize(("text", "expected"), MASKED)
@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_what_a_reader_does_not_see_hides_no_number(text, expected, unseen):
    expected = shown(expected, NOBODY)
    for place in range(1, len(text)):
        told = shown(text[:place] + unseen + text[place:], NOBODY)
        assert told.replace(unseen, "") == expected


def test_masking_keeps_what_is_not_seen_where_it_was():
    assert mask("电话138\u200b00138000", NOBODY) == "电话138\u200b****8000"
    assert mask("嫌疑人林\u200b志远，男", NOBODY) == "嫌疑人林\u200b**，男"


def test_masking_twice_changes_nothing_more():
    once = mask("身份证352502199001010123，手机13812345678", NOBODY)
    assert mask(once, NOBODY) == once


def test_what_steers_a_terminal_or_turns_a_line_round_is_not_shown():
    assert clean("通\x1b[31m告\u202e\u200b\x07（四）") == "通告 （四）"
    assert shown("a\nb\tc\r\u2028d", NOBODY) == "a b c d"
    assert clean_in_place("通\u202e告\x1b") == "通\ufffd告\ufffd"
