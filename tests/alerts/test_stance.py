"""Stance: a label on each alert, never a filter."""

from __future__ import annotations

import pytest

from alerts.match import MatchText, find
from alerts.rulebook import load_rules


@pytest.fixture(scope="module")
def book():
    return load_rules()


@pytest.mark.parametrize(
    ("text", "agency", "lang", "stance"),
    [
        ("专班已从柬埔寨劝返涉诈人员二十一名。", "police", "zh", "asserted"),
        ("劝返不等于免罚，在缅人员回来后仍须接受讯问，涉诈者依法处理。", "police", "zh", "asserted"),
        ("发言人说，所谓海外警察站并不存在，相关场所是服务侨胞的场地。", "foreign_affairs", "zh", "denied"),
        ("有关警方在海外劝返公民的报道不属实。", "foreign_affairs", "zh", "denied"),
        ("The embassy rejects talk of overseas police stations as baseless.", None, "en", "denied"),
        ("人权组织称，警方对身在欧洲者的劝返伴随对亲属的施压。", None, "zh", "quoted"),
        ("报告作者称，所谓劝返往往意味着对境外当事人家属施压，警方未回应。", "state_media", "zh", "quoted"),
        ("未经批准不得擅自增设海外警务服务站。", "police", "zh", "hypothetical"),
        ("建议对滞留境外涉诈人员开展劝返。", "government", "zh", "hypothetical"),
        ("更正说明：本号误将三名已劝返人员列为滞留境外，现予删除并致歉。", "police", "zh", "retracted"),
    ],
)
def test_a_hit_is_labelled_with_what_the_text_makes_of_it(book, text, agency, lang, stance):
    hits = find(book, MatchText(title="", body=text, lang=lang, agency=agency)).hits
    assert stance in {str(hit.stance) for hit in hits}


@pytest.mark.parametrize(
    ("text", "lang", "stance"),
    [
        ("网传封城消息不实。县公安局从缅甸劝返涉诈人员17名。", "zh", "asserted"),
        ("县公安局从缅甸劝返涉诈人员17名。网传封城消息不实。", "zh", "asserted"),
        ("县公安局从缅甸劝返涉诈人员17名，网传封城消息不实。", "zh", "asserted"),
        ("经查证件不存在问题后，县公安局从缅甸劝返涉诈人员17名。", "zh", "asserted"),
        ("虽然缅北并非人人犯罪，但所有涉诈人员都要劝返。", "zh", "asserted"),
        ("网传县公安局从缅甸劝返涉诈人员，经核实不实。", "zh", "denied"),
        ("媒体所称警方从缅甸劝返涉诈人员一事，有关报道不符合事实。", "zh", "denied"),
        ("警方从缅甸劝返涉诈人员的说法不属实。", "zh", "denied"),
        ("The lockdown rumour is untrue. Police persuaded 17 fraud suspects in Laos to return.", "en", "asserted"),
        (
            "Asked about reports that police persuade suspects to return from Laos, he said they were untrue.",
            "en",
            "denied",
        ),
    ],
)
def test_a_denial_is_of_what_it_denies(book, text, lang, stance):
    hits = find(book, MatchText(title="", body=text, lang=lang, agency="government")).hits
    assert {str(hit.stance) for hit in hits if hit.concept == "persuade_return"} == {stance}


def test_a_denial_is_one_step_lower_but_never_below_low(book):
    text = "所谓海外警察站并不存在。"
    (hit,) = find(book, MatchText(title="", body=text, lang="zh", agency="foreign_affairs")).hits
    assert (hit.stance, hit.severity) == ("denied", "high")


def test_a_retraction_is_at_least_high(book):
    text = "更正说明：本号误将三名已劝返人员列为滞留境外，现予删除并致歉。"
    hits = find(book, MatchText(title="", body=text, lang="zh", agency="state_media")).hits
    assert all(hit.severity in {"critical", "high"} for hit in hits if hit.stance == "retracted")
