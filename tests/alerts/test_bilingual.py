import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.bilingual import glosses
from alerts.entities import country, place_names
from alerts.figures import in_chinese, readings, value_of
from alerts.fold import fold_word
from alerts.naming import in_english, pinyin
from alerts.packaged import text_at

READINGS = [
    ("劝返2.3万名", [("2.3万", "23,000")]),
    ("二十三万人", [("二十三万", "230,000")]),
    ("一千零一名，十七人", [("一千零一", "1,001"), ("十七", "17")]) ,
    ("一亿二千万元", [("一亿二千万", "120,000,000")]),
    ("2026年11月22日", [("2026年11月22日", "22 November 2026")]),
    ("2018年4月以来", [("2018年4月", "April 2018")]),
    ("230,000 persons", [("230,000", "23万")]),
    ("2.3 million", [("2.3 million", "230万")]),
    ("on 22 November 2026", [("22 November 2026", "2026年11月22日")]),
    ("September 2, 2022", [("September 2, 2022", "2022年9月2日")]),
    ("2026年 37名 1,000余人 二〇二二年 百姓", []),
    ("9,999 persons", []),
]  # fmt: skip

NAMES = [
    ("禾泽县公安局", "Hézé County Public Security Bureau"),
    ("江岙县石澜镇派出所", "Jiāng'ào County Shílán Town Local Police Station"),
    ("福州市公安局 通知公告", "Fuzhou Public Security Bureau"),
    ("市公安局", "City Public Security Bureau"),
    ("县委统战部", "County Party Committee United Front Work Department"),
    ("中共青田县委统战部", "Qingtian County Party Committee United Front Work Department"),
    ("云浦县农村商业银行", "Yúnpǔ County Rural Commercial Bank"),
    ("驻西班牙大使馆", "Embassy in Spain"),
    ("镇人民政府", "Town People's Government"),
    ("缅甸", "Myanmar (Burma)"),
    ("西安", "Xī'ān"),
    ("Qingtian", None),
    ("", None),
    ("这" * 41, None),
]


@pytest.mark.parametrize(("text", "expected"), READINGS)
def test_numbers_and_dates_are_said_as_the_other_language_writes_them(text, expected):
    assert list(readings(text)) == expected


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_a_name_is_english_where_it_is_listed_and_pinyin_with_tones_where_not(name, expected):
    assert in_english(name) == expected


def test_a_long_name_is_written_syllable_by_syllable():
    assert pinyin("工作动态") == "Gōng Zuò Dòng Tài"


def test_a_chinese_quote_is_glossed_by_terms_then_names_then_figures():
    said = dict(glosses("公安部从西班牙劝返2.3万人"))
    assert list(said) == ["劝返", "公安部", "西班牙", "2.3万"]
    assert said["西班牙"] == "Spain"


def test_an_english_quote_has_chinese_glosses():
    said = dict(glosses("The Ministry of Public Security persuaded to return 230,000 suspects from Myanmar"))
    assert said["persuaded to return"] == "劝返"
    assert said["Ministry of Public Security"] == "公安部"
    assert said["Myanmar"] == "缅甸"
    assert said["230,000"] == "23万"


def test_a_country_has_both_names_by_its_code():
    assert country("MM") == ("缅甸", "Myanmar (Burma)")
    assert country("ZZ") is None


def test_each_row_of_places_names_a_foreign_place_of_the_gazetteer():
    rows = csv.DictReader(text_at("data/places.csv").splitlines())
    assert [row["zh"] for row in rows if place_names().get(fold_word(row["zh"])) != row["en"]] == []


@given(st.integers(10_000, 10**12))
def test_a_number_said_in_chinese_reads_as_the_same_number(value):
    said = in_chinese(value)
    assert said is not None
    assert int(said.replace(",", "")) == value if said[-1].isdigit() else value_of(said) == value


@given(st.text(alphabet="零一二三十百千万亿点年月日0123456789.,人名 ", max_size=60))
def test_no_run_of_numerals_breaks_the_reading(text):
    assert all(said for _, said in readings(text))
