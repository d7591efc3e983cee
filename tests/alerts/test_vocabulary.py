"""A word that also stands where two others meet is read only where it is the word."""

import pytest

from alerts.expression import Word
from alerts.fold import fold
from alerts.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("surface", "body", "stands"),
    [
        ("劝投", "劝投案", True),
        ("劝投", "劝投17人", True),
        ("劝投", "劝投基金，劝投反对票，勸投稿", False),
        ("入境", "自磨憨口岸入境", True),
        ("入境", "出入境大队", False),
        ("入境", "劝返非法出入境人员12名", True),
        ("回县", "由专班带回县里", True),
        ("回县", "把照片发回县公安局", False),
        ("回国", "他从万象出发回国", True),
        ("回国", "村里向家属下发回国通知", True),
        ("回国", "使馆签发回国旅行证件", True),
        ("回国", "他把照片发回国内", False),
        ("回国", "把钱汇回国内", False),
        ("去", "不去缅甸", True),
        ("去", "去年失去联系，去向不明", False),
        ("去", "劝儿子去向公安机关自首", True),
    ],
)
def test_a_word_is_not_read_across_the_seam_of_two_others(surface, body, stands):
    word = Word(surface=surface, written=surface, stem=False, at=0)
    assert bool(Vocabulary([word]).find(fold(body))) == stands
