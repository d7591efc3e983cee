import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alerts.compose import compose, found_in
from alerts.mask import mask, shown
from alerts.people import NOBODY, People, people, spans
from alerts.quotes import quote
from alerts.render_json import alert_object
from spiders.registry import load_shipped
from storage.findings import Document, DocumentKind, Hit, Severity, Snapshot, Stance
from tests.alerts.invented import NOON, alert

CASES = yaml.load(
    (Path(__file__).parents[1] / "cases" / "mask" / "names.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
NAMED = "犯罪嫌疑人林志远，男，42岁。专班劝返林志远回国。"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_private_persons_are_starred_and_nobody_else(case):
    assert mask(case["text"], NOBODY) == case["shown"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_masking_a_masked_text_again_changes_nothing(case):
    assert mask(case["shown"], NOBODY) == case["shown"]


@given(st.text(alphabet="林志远王强男岁，。、等人嫌疑其子局长 \u30001352Aa省县村号住", max_size=60))
def test_masking_keeps_the_length_whatever_the_text(text):
    assert len(mask(text, NOBODY)) == len(text)


def test_a_name_known_from_the_body_is_starred_in_the_title():
    assert shown("林志远案开庭", people(NAMED)) == "林**案开庭"
    assert shown("林志远案开庭", NOBODY) == "林志远案开庭"


def test_a_minor_is_starred_whole_and_an_adult_keeps_the_surname():
    known = People(names=frozenset({"陈晓雨", "林志远"}), minors=frozenset({"陈晓雨"}))
    assert [(start, end, minor) for start, end, minor in spans("林志远与陈晓雨", known)] == [
        (0, 3, False),
        (4, 7, True),
    ]
    assert mask("林志远与陈晓雨", known) == "林**与***"
    assert spans("林志远", NOBODY) == []


def test_a_quote_is_masked_by_what_the_whole_text_tells():
    start = NAMED.index("劝返")
    assert "劝返】林**回国" in quote(NAMED, [(start, start + 2)], NOBODY).marked


def test_an_alert_keeps_whom_its_text_names_and_the_list_stars_them():
    start = NAMED.index("劝返")
    hit = Hit(
        concept="persuade_return", variant="persuade_return.abroad", severity=Severity.HIGH, stance=Stance.ASSERTED,
        field="body", start=start, end=start + 2, matched="劝返", quote="专班劝返林志远回国。",
    )  # fmt: skip
    document = Document(kind=DocumentKind.ARTICLE, title="林志远归案", body=NAMED)
    snapshot = Snapshot(
        id=1, record_sha256="a" * 64, page_id=1, url="http://a.example/", ordinal=1, captured_at=NOON, parts=(1,)
    )
    (made,) = compose(
        found_in([hit], document, before=None, added={}),
        snapshot=snapshot, url_key="a", document=document, source=None, retroactive=False, told_at=NOON,
    )  # fmt: skip
    assert made.persons == (("林志远", False),)
    listed = alert_object(made)
    assert (listed["title"], listed["quote"]) == ("林**归案", "专班劝返林**回国。")


def test_an_alert_made_before_names_were_kept_is_masked_by_its_own_words():
    listed = alert_object(alert(1, title="关于敦促林志远投案自首的通告", quote="林志远应立即回国。"))
    assert (listed["title"], listed["quote"]) == ("关于敦促林**投案自首的通告", "林**应立即回国。")


def test_a_list_of_a_hundred_thousand_names_is_read_in_one_pass():
    assert len(mask("张伟、李娜、王芳、" * 30_000, NOBODY)) == 270_000


@pytest.mark.parametrize("count", [61, 62, 700, 20_000])
def test_a_list_is_starred_to_its_last_name(count):
    surnames = "林王李张刘陈杨赵吴周徐孙朱胡郭何罗郑梁谢宋唐许韩冯邓曹彭曾肖"
    given = "志建国小晓文明海春华丽强伟芳敏静杰磊洋勇艳军涛超霞"
    every = [f"{a}{b}{c}" for b in given for c in given for a in surnames]
    names = [*(every * 2)[:count]]
    told = mask("滞留缅北人员名单：" + "、".join(names), NOBODY).partition("：")[2].split("、")
    assert [name for name, shown in zip(names, told, strict=True) if shown != f"{name[0]}**"] == []


def test_no_title_unmasks_a_child():
    known = People(names=frozenset({"林小红"}), minors=frozenset({"林小红"}))
    assert mask("班长林小红，林小红局长", known) == "班长***，***局长"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("陈平阳", "平阳的群众举报"), ("林永嘉", "永嘉的家属"), ("张国庆", "国庆的假期"), ("李建设", "建设的项目"),
    ],
)  # fmt: skip
def test_a_given_name_that_is_a_place_or_a_word_hides_neither(name, said):
    assert mask(f"嫌疑人{name}落网。{said}", NOBODY) == f"嫌疑人{name[0]}**落网。{said}"


def test_no_given_name_hides_the_place_of_a_shipped_source():
    places = {source.place for source in load_shipped() if source.place and re.fullmatch("[一-鿿]{2}", source.place)}
    assert len(places) > 60
    hidden = {place for place in places if mask(f"嫌疑人林{place}落网。{place}的群众举报", NOBODY).count("*") > 2}
    assert hidden == set()


def test_a_name_is_starred_however_it_is_set():
    known = People(names=frozenset({"林志远", "王强", "Lin Zhiyuan"}))
    assert mask("林 志 远、王　强、林\u200b志远、林誌遠", known) == "林 * *、王　*、林\u200b**、林**"
    assert mask("LIN Zhiyuan's house; lin zhiyuan", known) == "LIN *******'s house; lin zhiyuan"
