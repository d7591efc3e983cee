import pytest

from alerts.people import NOBODY
from alerts.quotes import context, quote

BODY = "一月例会召开。各镇汇报进度。专班劝返滞留境外人员37名，其中主动投案9人。名单另发。散会。\n联系手机13812345678。"


def test_the_sentence_that_matched_stands_with_one_on_either_side():
    at = BODY.index("劝返")
    found = quote(BODY, [(at, at + 2)], NOBODY)
    assert found.marked == "…各镇汇报进度。专班【劝返】滞留境外人员37名，其中主动投案9人。名单另发。…"


def test_every_hit_inside_is_marked_once():
    one, two = BODY.index("劝返"), BODY.index("投案")
    marked = quote(BODY, [(one, one + 2), (two, two + 2), (one, one + 2)], NOBODY).marked
    assert "【劝返】" in marked
    assert "主动【投案】9人" in marked
    assert marked.count("【") == 2


def test_numbers_of_persons_are_masked_in_the_quote():
    at = BODY.index("联系")
    assert "138****5678" in quote(BODY, [(at, at + 2)], NOBODY).marked


def test_a_page_without_full_stops_is_cut():
    body = "甲" * 5000 + "劝返" + "乙" * 5000
    begin, end = context(body, (5000, 5002))
    assert end - begin < 260
    assert quote(body, [(5000, 5002)], NOBODY).marked.startswith("…甲")


def test_spans_that_do_not_fit_give_no_quote():
    assert quote("短", [(3, 9)], NOBODY).pieces == ()
    assert quote("", [], NOBODY).marked == ""


def test_english_sentences_end_at_a_full_stop_before_space():
    body = "The office met. Police persuaded 3 suspects to return. It was 3.5 km away. End."
    at = body.index("persuaded")
    assert quote(body, [(at, at + 9)], NOBODY).marked == (
        "The office met. Police 【persuaded】 3 suspects to return. It was 3.5 km away.…"
    )


def test_a_long_english_sentence_is_cut_between_words():
    body = "word " * 200 + "persuaded to return " + "another " * 200
    at = body.index("persuaded")
    begin, end = context(body, (at, at + 19))
    assert body[begin:].startswith("word")
    assert body[:end].endswith("another")


def test_the_matched_words_always_stand():
    body = "a" * 5000
    begin, end = context(body, (2000, 2003))
    assert begin <= 2000
    assert end >= 2003


@pytest.mark.parametrize(
    ("whole", "rests", "starts"),
    [
        ("23万人", {"人"}, {"23万"}),
        ("1,234人", (), ()),
        ("二十三万人", {"人"}, {"二十三万"}),
        ("３７名", (), ()),
        ("37%", (), ()),
        ("2023年3月5日", {"3月5日", "5日"}, {"2023年", "2023年3月"}),
        ("13:45", (), ()),
        ("café", (), ()),
        ("МВД", (), ()),
    ],
)
def test_no_cut_leaves_a_part_of_a_number_or_a_word(whole, rests, starts):
    before, behind = set(), set()
    for filled in range(112):
        body = f"{'甲' * 200}{whole}{'乙' * filled}劝返{'丙' * filled}{whole}{'丁' * 200}"
        at = body.index("劝返")
        begin, end = context(body, (at, at + 2))
        before.add(body[begin:at].strip("甲乙"))
        behind.add(body[at + 2 : end].strip("丙丁"))
    assert before == {"", whole, *rests}
    assert behind == {"", whole, *starts}


def test_a_line_of_digits_without_end_is_cut_all_the_same():
    begin, end = context("7" * 500 + "劝返" + "7" * 500, (500, 502))
    assert (begin, end) == (390, 612)
