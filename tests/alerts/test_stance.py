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


def test_a_denial_is_one_step_lower_but_never_below_low(book):
    text = "所谓海外警察站并不存在。"
    (hit,) = find(book, MatchText(title="", body=text, lang="zh", agency="foreign_affairs")).hits
    assert (hit.stance, hit.severity) == ("denied", "high")


def test_a_retraction_is_at_least_high(book):
    text = "更正说明：本号误将三名已劝返人员列为滞留境外，现予删除并致歉。"
    hits = find(book, MatchText(title="", body=text, lang="zh", agency="state_media")).hits
    assert all(hit.severity in {"critical", "high"} for hit in hits if hit.stance == "retracted")
