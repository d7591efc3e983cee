import random

import pytest

from alerts.syndication import Text, bands, differences, grams, is_copy

NOTICE = (
    "为敦促滞留境外涉诈人员投案自首，云浦县公安局现通告如下。\n"
    "自本通告发布之日起三十日内主动回国投案的，可以依法从轻处罚。\n"
    "截至目前，全县已劝返滞留境外人员17人，其中主动投案9人。\n"
    "请其亲属积极规劝，家住松坪镇的人员可到镇派出所登记。逾期不归的，依法从严处理。"
)
OTHER = (
    "县图书馆本月延长开放时间，欢迎市民前来阅读。少儿阅览室每周六举办讲故事活动，报名请到服务台。另设自习座位二百个。"
)


def text(body, title="关于敦促滞留境外人员投案自首的通告"):
    return Text(title=title, body=body)


def test_a_copy_with_a_trailer_is_a_copy():
    copy = NOTICE + "\n（来源：云浦公安）编辑：小林"
    assert is_copy(text(NOTICE), text(copy, title="转发通告"))
    assert set(bands(text(NOTICE))) & set(bands(text(copy)))


def test_another_text_is_none_even_under_the_same_title():
    assert not is_copy(text(NOTICE), text(OTHER))


def test_a_short_title_alone_makes_no_copy():
    half = NOTICE[: len(NOTICE) // 2]
    assert not is_copy(text(NOTICE, title="通告"), text(half, title="通告"))
    assert is_copy(text(NOTICE), text(half))


def test_spaces_and_punctuation_do_not_count():
    assert grams("劝返，滞留 境外") == grams("劝返滞留境外")


def test_copies_with_a_few_changed_characters_are_found_by_their_bands():
    chosen = random.Random(7)
    alphabet = [chr(code) for code in range(0x4E00, 0x5E00)]
    for _ in range(20):
        body = "".join(chosen.choices(alphabet, k=600))
        edited = list(body)
        for at in chosen.sample(range(600), 12):
            edited[at] = chosen.choice(alphabet)
        copy = "".join(edited)
        assert is_copy(text(body, "甲"), text(copy, "乙"))
        assert set(bands(text(body, "甲"))) & set(bands(text(copy, "乙")))


def test_bands_are_the_same_on_every_machine():
    assert bands(text("劝返滞留境外人员", "通告"))[:2] == bands(text("劝返 滞留境外人员", "通告"))[:2]
    assert len(bands(text(NOTICE))) == 33
    assert bands(Text(title="", body="")) == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("17人", "19人"), (("17人", "19人"),)),
        (("三十日", "六十日"), (("三", "六"),)),
        (("松坪镇", "石澜镇"), (("松坪镇", "石澜镇"),)),
        (("积极规劝", "踊跃规劝"), ()),
        (("依法从严处理。", "依法从严处理。编辑：小林"), ()),
    ],
)
def test_a_copy_that_differs_in_number_place_or_name_is_a_variant(change, expected):
    found = differences(NOTICE, NOTICE.replace(*change))
    assert [a[0] for a, _ in found] == [a[0] for a, _ in expected]
    if expected:
        assert found[0][0].startswith(expected[0][0])
        assert found[0][1].startswith(expected[0][1])


def test_a_cut_copy_is_no_variant():
    assert differences(NOTICE, NOTICE.split("\n截至", maxsplit=1)[0]) == ()
