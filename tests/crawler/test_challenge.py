"""Who answered instead of the site: by cookies, headers, status and short bodies; whole pages are content."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crawler.challenge import MARKS, blocked_by, named

ARTICLE = (
    "<html><head><title>通告</title></head><body><a href='/'>首页</a><h1>通告</h1>"
    + "<p>为严厉打击犯罪，现将有关事项通告如下，请相关人员遵照执行，主动联系。</p>" * 12
    + "</body></html>"
)


TABLE = yaml.safe_load((Path(__file__).parents[1] / "cases/challenges/table.yaml").read_text(encoding="utf-8"))
SENTENCE = "为严厉打击犯罪，现将有关事项通告如下，请相关人员遵照执行，主动联系。"


@pytest.mark.parametrize("case", TABLE["cases"], ids=[case["name"] for case in TABLE["cases"]])
def test_the_table(case: dict) -> None:
    words = f"<h1>通告</h1><a href='/'>首页</a><p>{SENTENCE * case['words']}</p>" if "words" in case else ""
    headers = tuple(case.get("headers", {}).items())
    found = blocked_by(case.get("status", 200), headers, (case.get("body", "") + words).encode())
    assert (found or "page") == case["product"]


def test_every_product_has_its_case() -> None:
    products = {case["product"] for case in TABLE["cases"]}
    assert {mark.product for mark in MARKS} | {"script-challenge", "page"} == products


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, (), ARTICLE.replace("通告如下", "警方提醒，网站防火墙称访问过于频繁")),
        (500, (), ""),
        (200, (), ""),
        (None, (), ""),
    ],
)
def test_pages_and_errors_are_no_challenge(status: int | None, headers: tuple[tuple[str, str], ...], body: str) -> None:
    assert blocked_by(status, headers, body.encode()) is None


def test_a_gbk_block_page_is_read_too() -> None:
    assert blocked_by(200, (), "<p>您的访问过于频繁，请稍后再试</p>".encode("gbk")) == "throttle"


@given(st.binary(max_size=300), st.sampled_from([200, 202, 403, 412, 521, None]))
def test_any_bytes_are_judged(body: bytes, status: int | None) -> None:
    answer = blocked_by(status, (("X", "y"),), body)
    assert answer is None or answer


@pytest.mark.parametrize(
    "piece",
    [
        "<script>",
        "<meta ",
        "<",
        "document.cookie",
        "<title>",
        "环境异常",
        "您的IP",
        "<!--",
        "<div id=",
        "Set-Cookie: a",
        "cookie = ",
    ],
)
def test_long_runs_take_no_time(piece: str) -> None:
    begun = time.process_time()
    blocked_by(403, (), (piece * 40_000).encode())

    assert time.process_time() - begun < 3


def test_a_product_is_told_for_what_it_is():
    assert named("jiasule") == "jiasule 加速乐, a firewall of Knownsec,"
    assert named("cloudflare") == "cloudflare"
