"""Names of places and publishers, as the digest says them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from alerts.bilingual import glosses
from alerts.columns import table, width
from alerts.digest import build, window_of
from alerts.entities import english
from alerts.render import render
from storage.config import Digest as Settings
from storage.digests import DigestFacts
from storage.origins import Origin
from tests.alerts.invented import claim, facts, said

WINDOW = window_of(date(2026, 11, 23), Settings(), datetime(2026, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("place", "countries", "told"),
    [
        ("缅甸、柬埔寨、老挝", ("MM", "KH", "LA"), "缅甸 Myanmar, 柬埔寨 Cambodia, 老挝 Laos"),
        ("西班牙巴塞罗那、意大利普拉托", ("ES", "IT"), "西班牙 Spain, 巴塞罗那 Barcelona, 意大利 Italy, 普拉托 Prato"),
        ("Cambodia", ("KH",), "柬埔寨 Cambodia"),
        ("Milan and Rome", ("IT",), "Milan, Rome"),
        ("緬北", ("MM",), "緬北 northern Myanmar"),
        ("江岙", ("MM",), "缅甸 Myanmar, 江岙 Jiāng'ào"),
    ],
)
def test_a_place_made_of_known_places_is_told_by_their_names_each_once(place, countries, told):
    (row,) = build(
        DigestFacts(alerts=(facts(1),), claims=said(claim(1, countries=countries, place=place))),
        WINDOW,
        gloss=lambda _: (),
    ).claims
    assert row.place == told


def test_a_column_is_not_broken_inside_a_word_while_others_have_room():
    words = "Miǎn Diān 、 Jiǎn Pǔ Zhài 、 Lǎo Wō"
    printed = "子女不得在城区学校就读" * 4
    lines = table([("who", "printed", "from"), (printed, printed, words)], columns=60)
    assert max(map(width, lines)) <= 60
    assert {word for line in lines for word in line.split() if word.isascii() or "ǎ" in word} >= {
        "Miǎn", "Jiǎn", "Lǎo", "printed"
    }  # fmt: skip


def test_a_foreign_place_is_glossed_by_its_own_english_name():
    assert dict(glosses("缅北警方在巴塞罗那、普拉托抓获多人")) == {
        "缅北": "northern Myanmar", "警方": "police", "巴塞罗那": "Barcelona", "普拉托": "Prato"
    }  # fmt: skip
    assert english("雪梨") == "Sydney"


def test_a_word_is_glossed_once_however_it_is_written():
    text = "Police persuaded 12 people. The police said so."
    one = facts(1, title="Police notice", body=text, matched="Police persuaded")
    digest = build(DigestFacts(alerts=(one,)), WINDOW, gloss=lambda _: (("police", "警方"), ("Police", "警方")))
    assert [said for _, said in digest.lines[0].glosses] == ["警方"]


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_whom_the_page_names_as_its_publisher_is_told_where_its_source_is_another(form):
    def shown(publisher):
        one = replace(facts(1), origin=Origin(publisher=publisher))
        return render(build(DigestFacts(alerts=(one,)), WINDOW, gloss=lambda _: ()), form)

    assert "来源 县委统战部" in shown("县委统战部")
    assert "来源" not in shown("江岙县公安局").replace("看不到的来源", "")


def test_an_edited_page_says_when_it_was_first_seen_and_since_when_it_has_these_words():
    one = facts(1)
    before = one.alert.first_seen - timedelta(days=1)
    text = render(build(DigestFacts(alerts=(replace(one, page_seen=before),)), WINDOW, gloss=lambda _: ()), "text")
    assert "seen 21 Nov 12:00, these words since 22 Nov 12:00" in " ".join(text.split())
