"""Rows of one sign beside what is read cost no more than their length: a page of contents must not stop a scan."""

from __future__ import annotations

import time

import pytest

from alerts.claims.reader import read

SIGNS = ["·", "…", " ", "\u3000", "|", "｜", "-", "－", "1", "甲", "a", "、", ",", "(", "（", "“", "年", "万", "名"]
BESIDE = [
    "对滞留境外人员的家属，注销户籍",
    "截至7月，劝返23万名",
    "悬赏5万元",
    "在30个国家设立54个站点",
    "逾期未归的12",
]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_row_of_one_sign_is_read_in_a_moment(sign: str) -> None:
    # A tenth of a second here; what grows with the square of the row, or faster, would take minutes.
    began = time.process_time()
    for said in BESIDE:
        for row in (sign * 2_000, f"甲乙{sign}" * 700, f"{sign} " * 1_000):
            read(f"第二章 {said}{row}12\n{row}{said}", lang="zh", published="2022-06-15", publisher=None)
    assert time.process_time() - began < 60


def test_the_dots_of_a_table_of_contents_are_no_bar_of_buttons() -> None:
    text = "对滞留境外人员：\n第二章 注销户籍" + "·" * 60 + "12"
    assert [claim.type for claim in read(text, lang="zh", published="2022-06-15", publisher=None)] == ["penalty"]
