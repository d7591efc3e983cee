"""Matching: one alert a concept, every held hit told with its reason, limits of paragraphs, severity by context."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from alerts.match import MatchText, find
from alerts.rulebook import load_rules
from storage.findings import Severity

CASES = Path(__file__).parents[1] / "cases/match"
INVENTED = [
    case
    for path in sorted(CASES.glob("*.yaml"))
    for case in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
]


@pytest.fixture(scope="module")
def book():
    return load_rules()


@pytest.fixture
def own(tmp_path):
    """A rulebook of one rule file and nothing else."""

    def load(text):
        path = tmp_path / "own.yaml"
        path.write_text(text, encoding="utf-8")
        return load_rules(None, [path], shipped=False)

    return load


def told(book, body, **more):
    result = find(book, MatchText(body=body, **{"title": "", "lang": "zh", **more}))
    return {hit.concept: hit for hit in result.hits}


@pytest.mark.parametrize("case", INVENTED, ids=lambda case: case["text"][:24])
def test_invented_texts_alert_as_meant(book, case):
    hits = told(book, case["text"], title=case.get("title", ""), lang=case.get("lang", "zh"), agency=case.get("agency"))
    assert set(case["alerts"]) <= set(hits)
    assert case["alerts"] or not hits


@pytest.mark.parametrize(
    ("body", "is_kin"),
    [
        ("拒不回国的人员，其外公被约谈。", True),
        ("拒不回国的人员，对外公施压。", True),
        ("拒不回国的人员，海外公民将被约谈。", False),
        ("拒不回国的人员一事，约谈了一家境外公司。", False),
        ("国外公司在逃人员被公安机关约谈。", False),
        ("拒不回国的名单不对外公布，其余约谈。", False),
    ],
)
def test_a_relative_is_not_read_where_two_other_words_meet(book, body, is_kin):
    assert ("family_pressure" in told(book, body)) == is_kin


@pytest.mark.parametrize(
    ("body", "is_station"),
    [
        ("请广大旅居华侨警觉来电显示异常的号码，切勿透露密码。", False),
        ("福清公安在外设立侨警服务点，为旅居华侨代办证件。", True),
    ],
)
def test_police_for_emigrants_are_not_read_in_emigrants_who_beware(book, body, is_station):
    assert ("overseas_station" in told(book, body)) == is_station


HOME = "请在收到本通知后十日内从缅甸回国投案，家属配合劝返。"


@pytest.mark.parametrize(
    ("met", "is_held"),
    [
        ("家属代收视同送达。", False),
        ("该剧收视率居首。", True),
        ("线索移交检察院线索科。", False),
        ("影片登陆院线。", True),
        ("副局长在领导演练时说明。", False),
        ("导演说明了拍摄经过。", True),
        ("法律文书评查同日进行。", False),
        ("街道具体负责。", False),
    ],
)
def test_a_word_that_holds_back_is_not_read_where_two_other_words_meet(book, met, is_held):
    assert ("persuade_return" not in told(book, HOME + met)) == is_held


@pytest.mark.parametrize(
    ("expression", "body", "found"),
    [
        ("甲 AND 乙", "甲。\n乙", "甲"),
        ("甲 AND 乙", "甲", None),
        ("甲 OR 乙", "丙乙", "乙"),
        ("甲 NOT 乙", "甲丙", "甲"),
        ("甲 NOT 乙", "甲\n乙", None),
        ("甲 NEAR/3 乙", "甲丙丙丙乙", "甲"),
        ("甲 NEAR/3 乙", "乙丙丙丙甲", "甲"),
        ("甲 NEAR/3 乙", "甲丙丙丙丙乙", None),
        ("甲 NEAR/9 乙", "甲。\n乙", None),
        ("甲 BEFORE/3 乙", "甲丙乙", "甲"),
        ("甲 NEAR/0s 乙", "甲丙，乙", "甲"),
        ("甲 NEAR/0s 乙", "甲丙。乙", None),
        ("甲 NEAR/1s 乙", "乙丙。丙丙甲", "甲"),
        ("甲 NEAR/1s 乙", "甲。丙。乙", None),
        ("甲 NEAR/2s 乙", "甲。丙。乙", "甲"),
        ("甲 NEAR/9s 乙", "甲。\n乙", None),
        ("甲 BEFORE/1s 乙", "乙。甲", None),
        ("BODY(甲)", "丙甲", "甲"),
        ("甲 PARA 乙", "丙。甲，丁。乙。\n丙。", "甲"),
        ("甲 PARA 乙", "丙。甲，丁。\n丙，乙。", None),
        ("甲 SENT QUANTITY>=1000", "甲共劝回1,000余人", "甲"),
        ("甲 SENT QUANTITY>=1000", "甲共劝回近千人", "甲"),
        ("甲 SENT QUANTITY>=1000", "甲在2022年劝回三百人", None),
        ("甲 NEAR/6 @country", "甲在柬埔寨", "甲"),
        ("QUANTITY>=20000 NEAR/2 乙", "2.3万名乙", "2.3万"),
        ("甲 BEFORE/3 乙", "乙丙甲", None),
        ("甲 SENT 乙", "甲，“丙”，乙。", "甲"),
        ("甲 SENT 乙", "甲。乙", None),
        ("甲 SENT 乙", "甲；乙", None),
        ("甲 SENT 乙", "甲\n乙", None),
        ("甲…乙", "甲丙丙丙乙", "甲丙丙丙乙"),
        ("甲…乙", "甲" + "丙" * 13 + "乙", None),
        ("甲…乙", "甲。乙", None),
        ("COUNT(甲)>=2", "甲丙甲", "甲"),
        ("COUNT(甲)>=2", "甲丙", None),
        ("KINDS(甲 OR 乙)>=2", "甲丙乙", "甲"),
        ("KINDS(甲 OR 乙)>=2", "甲丙甲", None),
        ("/甲[丙丁]{2}乙/", "甲丙丁乙", "甲丙丁乙"),
        ("/甲[，。]乙/", "甲，乙", "甲，乙"),
        ("TITLE(甲)", "甲", None),
        ("甲 NEAR/3 (甲 OR 乙)", "丙甲丙", None),
    ],
)
def test_an_expression_is_true_where_it_should_be(own, expression, body, found):
    book = own(f"rules:\n  - {{id: own.x, match: '{expression}'}}\n")
    hit = told(book, body).get("own")
    assert (hit.matched if hit else None) == found


def test_english_distances_count_words_and_stems_have_any_ending(own):
    book = own("rules:\n  - {id: own.x, match: 'zorb* NEAR/2 quux'}\n")
    assert told(book, "They zorbed the great quux today.", lang="en")["own"].matched == "zorbed"
    assert "own" not in told(book, "They zorbed one two three quux today.", lang="en")
    gap = own("rules:\n  - {id: own.x, match: 'zorb* … \"to the quux\"'}\n")
    assert (
        told(gap, "It zorbed a few of them to the quux.", lang="en")["own"].matched
        == "zorbed a few of them to the quux"
    )


@pytest.mark.parametrize(
    ("expression", "more", "alerts"),
    [
        ("甲 AND PUBLISHER(云溪)", {"publisher": "云溪公安"}, True),
        ("甲 AND PUBLISHER(云溪)", {"publisher": "白渡发布"}, False),
        ("甲 NOT PUBLISHER(云溪)", {}, True),
        ("甲 AND ATTACHMENT(名单)", {"attachments": ("滞留人员名單.pdf",)}, True),
        ("甲 AND ATTACHMENT(名单)", {}, False),
        ("甲 AND ATTACHMENT(甲乙)", {"is_attachment": True}, True),
        ("TITLE(甲)", {"title": "甲"}, True),
        ("TITLE(甲)", {}, False),
    ],
)
def test_fields_beside_the_text_are_conditions(own, expression, more, alerts):
    book = own(f"rules:\n  - {{id: own.x, match: '{expression}'}}\n")
    assert bool(told(book, "甲乙", **more)) is alerts


def test_the_title_speaks_for_every_paragraph(own):
    book = own("rules:\n  - {id: own.x, match: '甲 PARA 乙'}\n")
    assert "own" in told(book, "丙。\n丁，甲。", title="乙的通告")
    assert "own" in told(book, "丙。\n丁，乙。", title="甲的通告")
    assert "own" not in told(book, "丙，乙。\n丁，甲。", title="要闻")


def test_an_alert_is_not_made_of_unrelated_items(book):
    items = ("法院查封房屋一套。", "市民王某在医院陪护父亲。", "企业赴柬埔寨参展。", "一名逃犯归案。")
    assert not told(book, "\n".join(items), title="今日要闻")


def test_a_rule_may_want_files_only(own):
    book = own("rules:\n  - {id: own.x, match: 甲, where: {field: attachment}}\n")
    assert told(book, "甲", is_attachment=True)
    assert not told(book, "甲")


def test_a_title_hit_is_told_with_offsets_into_the_title(own):
    book = own("rules:\n  - {id: own.x, match: 甲乙}\n")
    hit = told(book, "丙", title="关于甲 乙的通告")["own"]
    assert (hit.field, hit.start, hit.end, hit.matched) == ("title", 2, 5, "甲 乙")


def test_the_body_is_quoted_where_title_and_body_both_have_the_concept(own):
    book = own("rules:\n  - {id: own.x, match: 甲乙}\n")
    hit = told(book, "丙丙甲乙", title="甲乙")["own"]
    assert (hit.field, hit.start, hit.more) == ("body", 2, (("title", 0, 2),))


def test_one_alert_a_concept_by_the_gravest_variant_then_the_earliest_hit(own):
    book = own(
        "rules:\n"
        "  - {id: own.small, severity: low, match: 甲甲}\n"
        "  - {id: own.grave, severity: critical, match: 乙乙}\n"
    )
    hit = told(book, "甲甲，乙乙，乙乙。")["own"]
    assert (hit.variant, hit.severity, hit.start) == ("own.grave", "critical", 3)
    assert hit.more == (("body", 0, 2), ("body", 6, 8))


EXCLUDED = """
rules:
  - id: own.x
    match: 甲乙
    exclude:
      - {id: close, near: 3, any: [子]}
      - {id: beside, near: sentence, any: [丑]}
      - {id: around, near: paragraph, any: [寅]}
      - {id: anywhere, near: text, any: [卯]}
      - {id: longer, span: true, any: [甲乙丁]}
    rescue: 甲乙 NEAR/5 辰
"""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("甲乙", None),
        ("甲乙午子", "close"),
        ("甲乙午午午午子", None),
        ("甲乙。\n子", None),
        ("甲乙午午午午，丑", "beside"),
        ("甲乙。丑", None),
        ("甲乙。午。寅", "around"),
        ("甲乙。\n寅", None),
        ("甲乙。\n\n卯", "anywhere"),
        ("甲乙丁", "longer"),
        ("甲乙子辰", None),
        ("甲乙丁辰", "longer"),
    ],
)
def test_what_is_held_back_is_told_with_its_reason(own, body, reason):
    result = find(own(EXCLUDED), MatchText(title="", body=body, lang="zh"))
    assert [one.reason for one in result.suppressed] == ([reason] if reason else [])
    assert [hit.concept for hit in result.hits] == ([] if reason else ["own"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("高速出口疫情防控卡口共劝返未预约外地车辆三十余辆，工作人员逐一扫码测温。", "epidemic"),
        ("学校组织教师上门劝返辍学学生十二名，确保义务教育有保障。", "school"),
        ("渔政部门劝返垂钓人员二十余人，维护禁渔期秩序。", "outdoor"),
    ],
)
def test_a_look_alike_is_told_where_nothing_speaks_of_abroad_too(book, body, reason):
    result = find(book, MatchText(title="简讯", body=body))
    assert not result.hits
    assert {(one.concept, one.matched, one.reason) for one in result.suppressed} == {
        ("persuade_return", "劝返", reason)
    }


def test_anchors_are_judged_one_by_one(book):
    body = "卡口对未戴口罩的车主一律劝返。\n专班从老挝劝返电诈人员五名。"
    result = find(book, MatchText(title="", body=body, lang="zh"))
    hit = next(hit for hit in result.hits if hit.concept == "persuade_return")
    assert hit.start == body.rindex("劝返")
    held = [(one.start, one.reason) for one in result.suppressed if one.concept == "persuade_return"]
    assert held in ([], [(body.index("劝返"), "epidemic")])


def test_a_drama_is_no_news_however_many_cues_stand_beside_it(book):
    body = "电视剧《归途》讲述民警赴缅甸劝返涉诈嫌疑人的故事，主演称深受触动。"
    result = find(book, MatchText(title="", body=body, lang="zh", agency="police"))
    assert not result.hits
    assert {one.reason for one in result.suppressed} == {"fiction"}


@pytest.mark.parametrize(
    ("where", "given", "holds"),
    [
        ("{lang: en}", {"lang": "en"}, True),
        ("{lang: en}", {"lang": "zh"}, False),
        ("{agency: [police, court]}", {"agency": "court"}, True),
        ("{agency: police}", {}, False),
        ("{agency: '!police'}", {}, True),
        ("{agency: '!police'}", {"agency": "police"}, False),
        ("{level: county, province: 浙江}", {"level": "county", "province": "浙江"}, True),
        ("{source: a}", {"source": "b"}, False),
        ("{field: title}", {}, False),
        ("{field: body}", {}, True),
        ("{published: {from: 2022-01-01, to: 2022-12-31}}", {"published": "2022-06-02T08:00:00+08:00"}, True),
        ("{published: {from: 2022-01-01}}", {"published": "2021-12-31"}, False),
        ("{published: {from: 2022-01-01}}", {}, False),
    ],
)
def test_where_says_to_which_texts_a_rule_applies(own, where, given, holds):
    book = own(f"rules:\n  - {{id: own.x, match: 甲乙, where: {where}}}\n")
    assert ("own" in told(book, "甲乙", **given)) is holds


@pytest.mark.parametrize(
    ("severity", "agency", "level", "expected"),
    [
        ("medium", "police", "county", "high"),
        ("high", "government", "prefecture", "critical"),
        ("critical", "police", "county", "critical"),
        ("info", "police", "county", "info"),
        ("medium", "police", "national", "medium"),
        ("medium", "state_media", "county", "medium"),
    ],
)
def test_where_proof_disappears_first_severity_is_one_step_higher(own, severity, agency, level, expected):
    book = own(f"rules:\n  - {{id: own.x, severity: {severity}, match: 甲乙}}\n")
    assert told(book, "甲乙", agency=agency, level=level)["own"].severity == Severity(expected)


def test_a_sole_abroad_cue_in_another_paragraph_makes_it_low(own):
    book = own("sets: {abroad: [境外]}\nrules:\n  - {id: own.x, severity: critical, match: 甲乙 AND @abroad}\n")
    assert told(book, "甲乙在境外。")["own"].severity == "critical"
    assert told(book, "甲乙。\n境外。")["own"].severity == "low"
    assert told(book, "甲乙。", title="境外")["own"].severity == "critical"


def test_the_quote_is_the_sentence_with_one_either_side(own):
    book = own("rules:\n  - {id: own.x, match: 甲乙}\n")
    assert told(book, "一。二。三甲乙。四。五。")["own"].quote == "二。三甲乙。四。"
    assert told(book, "一。\n三甲乙。\n五。")["own"].quote == "三甲乙。"
    long = told(book, "丙" * 5000 + "甲乙" + "丁" * 5000)["own"].quote
    assert "甲乙" in long
    assert len(long) < 300


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "\n" * 20_000,
        "劝返" * 30_000,
        "劝" * 100_000,
        "a" * 100_000,
        " 劝 返" * 20_000,
        "劝返境外电诈" * 20_000,
        "劝\u202e返\u202d境外" * 20_000,
        "让他从缅甸回国投案自首，家属配合，民警做通工作" * 8_000,
        "persuade suspects abroad to return home to china and surrender " * 4_000,
    ],
    ids=[
        *("empty", "blank", "breaks", "one word", "one character", "one letter", "spaced", "word and cues"),
        *("bidirectional", "no sentence end", "English without an end"),
    ],
)
def test_a_hostile_text_is_read_in_time(book, body):
    begun = time.process_time()
    find(book, MatchText(title="", body=body, agency="police", level="county", published="2022-01-01"))
    assert time.process_time() - begun < 6


@pytest.mark.parametrize("pattern", ["(甲+)+乙", "(甲|甲甲)*乙", "甲{0,60}甲{0,60}乙"])
def test_no_pattern_makes_matching_slower_than_the_text_is_long(own, pattern):
    book = own(f"rules:\n  - {{id: own.x, match: '/{pattern}/'}}\n")
    begun = time.process_time()
    assert not told(book, "甲" * 200_000)
    assert time.process_time() - begun < 4


def test_ten_thousand_terms_are_one_pass(own):
    words = ", ".join(f"词{number:05}尾" for number in range(10_000))
    book = own(f"sets: {{many: [{words}]}}\nrules:\n  - {{id: own.x, match: '@many SENT 甲'}}\n")
    begun = time.process_time()
    assert told(book, "平常的话。" * 20_000 + "词00042尾遇上甲。")["own"].matched == "词00042尾"
    assert time.process_time() - begun < 4


def test_a_title_is_what_its_text_makes_of_it(own):
    book = own("rules:\n  - {id: own.x, match: 甲乙, exclude: [{id: camera, near: 4, any: [探头]}]}\n")
    assert not told(book, "甲乙探头上线。", title="甲乙")
    result = find(book, MatchText(title="甲乙", body="甲乙探头上线。"))
    assert [(one.field, one.reason) for one in result.suppressed] == [("title", "camera"), ("body", "camera")]
    assert told(book, "甲乙探头。又有午午午甲乙。", title="甲乙")
    assert told(book, "图片新闻。", title="甲乙")


def test_no_rescue_helps_against_a_final_exclusion(own):
    rule = "rules:\n  - {{id: own.x, match: 甲, exclude: [{{id: e, near: 4, any: [子]{final}}}], rescue: 甲 SENT 丑}}\n"
    assert told(own(rule.format(final="")), "甲乙子丑")
    assert not told(own(rule.format(final=", final: true")), "甲乙子丑")
