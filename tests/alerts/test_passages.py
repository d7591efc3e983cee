"""What goes on with the paragraph before it: items that refer back, and answers."""

from __future__ import annotations

import time

import pytest

from alerts.match import MatchText, find
from alerts.rulebook import load_rules


def is_told(tmp_path, body, exclude=""):
    (tmp_path / "rules").mkdir(exist_ok=True)
    rule = f"rules:\n  - {{id: own.x, match: 甲 PARA 乙{exclude}}}\n"
    (tmp_path / "rules" / "own.yaml").write_text(rule, encoding="utf-8")
    return bool(find(load_rules(tmp_path, shipped=False), MatchText(title="", body=body)).hits)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("一、丙，甲。\n二、逾期的，乙。", True),
        ("一、丙，甲。\n二、拒不返回的，乙。", True),
        ("丙，甲。\n（一）自公示之日起四十五日内不到案的，乙。", True),
        ("一、丙，甲。\n二、其子女乙。\n三、上述人员丁。", True),
        ("第一条　甲。\n第二条　该户乙。", True),
        ("问：甲在哪里？\n答：乙。", True),
        ("记者：甲在哪里？\n办案民警：乙。", True),
        ("【来信】甲在哪里？\n【答复】乙。", True),
        ("一、丙，甲。\n二、其他事项，乙。", False),
        ("对在甲的人员，现通告如下：\n一、丙。\n二、乙。", True),
        ("对在甲的人员，规定如下：\n1. 丙。\n2. 乙。", True),
        ("对在甲的人员，现通告如下：\n一、丙。\n丁。\n二、乙。", False),
        ("本周甲等要闻如下：\n一、丙。\n二、乙。", False),
        ("一、丙，甲。\n二、宣传工作，乙。", False),
        ("一、丙，甲。\n其间，乙。", False),
        ("一、丙，甲。\n逾期未缴费的，乙。", False),
        ("问：甲在哪里？\n答：丙。\n问：丁呢？\n答：乙。", False),
        ("问：甲在哪里？\n记者：乙。", False),
        ("网友：甲在哪里？\n网友：乙。", False),
    ],
)
def test_a_rule_is_asked_of_both_where_one_needs_the_other(tmp_path, body, told):
    assert is_told(tmp_path, body) is told


def test_what_refers_back_holds_nothing_back(tmp_path):
    exclude = ", exclude: [{id: e, near: paragraph, any: [丙]}]"
    assert is_told(tmp_path, "甲，乙。\n其子女丙。", exclude)
    assert not is_told(tmp_path, "甲，乙，丙。", exclude)


@pytest.mark.parametrize("blank", ["\n", " \n", "\r\n", "\u200b\n", "\u3000"])
def test_blank_lines_without_end_cost_no_more_than_their_number(tmp_path, blank):
    assert is_told(tmp_path, "甲。乙。")
    began = time.process_time()
    is_told(tmp_path, f"甲。{blank * 20_000}乙。")
    # A quadratic search took a minute.
    assert time.process_time() - began < 10
