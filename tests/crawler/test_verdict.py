"""The judge: the classes of evidence.md, section 6, as a table; and what it compares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from crawler.sameness import plain, share
from crawler.verdict import SiteMemory, judge, removal_text
from storage.findings import Document, DocumentKind, GoneAs, Outcome
from storage.records import ErrorClass, Sha256

URL = "http://psb.example.gov.cn/a/1.html"
TABLE = yaml.load(
    (Path(__file__).parents[1] / "cases/verdicts/table.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
KNOWN = Document(kind=DocumentKind.ARTICLE, **TABLE["known"])
HOST_ANSWER = Sha256("ab" * 32)
OWN_ANSWER = Sha256("cd" * 32)


@dataclass(frozen=True)
class Look:
    url: str = URL
    final_url: str | None = None
    status: int | None = 200
    error: ErrorClass | None = None
    message: str | None = None
    truncated: bool = False
    payload_sha256: Sha256 | None = OWN_ANSWER


def look_of(case: dict) -> Look:
    error = ErrorClass(case["error"]) if "error" in case else None
    return Look(
        final_url=case.get("final_url"),
        status=case.get("status", None if error else 200),
        error=error,
        truncated=case.get("truncated", False),
        payload_sha256=HOST_ANSWER if case.get("payload") == "host" else OWN_ANSWER,
    )


def document_of(case: dict) -> Document | None:
    if case.get("unread") or case.get("error") or not ({"title", "body", "shown", "kind"} & case.keys()):
        return None
    return Document(
        kind=DocumentKind(case.get("kind", "article")),
        title=case.get("title", KNOWN.title if "shown" in case else ""),
        body=KNOWN.body if "shown" in case else case.get("body", ""),
        redirect=case.get("redirect"),
        blocked_by=case.get("blocked_by"),
    )


@pytest.mark.parametrize("case", TABLE["cases"], ids=[case["name"] for case in TABLE["cases"]])
def test_the_table(case: dict) -> None:
    known = KNOWN if case.get("known", True) else None
    verdict = judge(look_of(case), document_of(case), known, SiteMemory(missing=frozenset({HOST_ANSWER})))
    shown = str(verdict.outcome) + (f" {verdict.gone_as}" if verdict.gone_as else "")
    assert shown == case["expected"], verdict.reason
    assert verdict.reason or shown == "live"


@pytest.mark.parametrize(
    "noise",
    [
        "浏览次数：4711",
        "点击数: 12",
        "阅读（305）次",
        "已有 88 人阅读",
        "今天是2026年11月23日 星期一",
        "当前时间：2026-11-23 10:00:00",
        "打印时间：2026年11月23日",
        "Views: 1,204",
        "上一篇：另一则通告",
        "_token=9f8e7d6c",
        "相关阅读\n春季运动会举行\n植树节活动",
    ],
)
def test_noise_makes_no_difference(noise: str) -> None:
    assert plain(f"{KNOWN.body}\n{noise}") == plain(KNOWN.body)


@pytest.mark.parametrize(
    "statement",
    ["网站访问量达到500万人次。", "北京时间8月15日上午，会议召开。", "相关阅读材料已经下发。", "抓获嫌疑人17名。"],
)
def test_what_an_article_states_is_no_noise(statement: str) -> None:
    assert plain(statement)[:-1] in plain(f"第一段。\n{statement}\n第三段。")


def test_a_share_is_of_the_known_texts_grams() -> None:
    assert share("一二三四五六七八九十", "一二三四五六七八九十甲乙丙丁") == 1.0
    assert share("一二三四五六七八九十", "一二三四五六甲乙丙丁") == pytest.approx(2 / 6)
    assert share("一二三四五六七八九十", "") == 0.0
    assert share("短文", "这是一篇短文章") == 1.0
    assert share("", "任何内容") == 0.0


@pytest.mark.parametrize("notice", TABLE["notices"])
@pytest.mark.parametrize("place", ["title", "body"])
def test_what_sites_say_of_a_page_that_is_no_more(notice: str, place: str) -> None:
    found = Document(kind=DocumentKind.ARTICLE, **{"title": "云浦县公安局", "body": "返回首页", place: notice})
    assert removal_text(found)


@pytest.mark.parametrize(
    "said",
    ["公安机关清理有害信息三百条", "关于取消部分许可事项的通知", "警方：所谓海外警察站并不存在", "该站长已被免职"],
)
def test_news_that_speaks_of_removal_is_no_notice(said: str) -> None:
    assert removal_text(Document(kind=DocumentKind.ARTICLE, title=said, body=said)) is None


def test_a_notice_far_down_an_article_is_none() -> None:
    article = Document(kind=DocumentKind.ARTICLE, title="新闻", body="字" * 400 + "您访问的页面不存在")
    assert removal_text(article) is None


@pytest.mark.parametrize("warning", ["unread: scanned pages 1-3", "unread: damaged", "unread: encrypted"])
def test_a_file_that_comes_unreadable_is_no_takedown_of_its_text(warning: str) -> None:
    shown = Document(kind=DocumentKind.DOCUMENT, title="扫描件", warnings=(warning,))

    verdict = judge(Look(), shown, KNOWN, SiteMemory())

    assert (str(verdict.outcome), verdict.reason) == ("shell", warning)


def test_in_a_file_that_nobody_could_read_there_is_nothing_to_miss() -> None:
    known = Document(kind=DocumentKind.DOCUMENT, warnings=("unread: image",))
    shown = Document(kind=DocumentKind.DOCUMENT, title="通告", body="现将有关事项通告如下。")

    assert str(judge(Look(), shown, known, SiteMemory()).outcome) == "live"
    assert str(judge(Look(status=404), None, known, SiteMemory()).outcome) == "gone"


@pytest.mark.parametrize("read_then", ["", "名单甲乙丙丁" * 20])
@pytest.mark.parametrize("read_now", ["", "表格戊己庚辛" * 20])
def test_a_file_that_answers_as_a_file_is_there_whatever_it_says(read_then: str, read_now: str) -> None:
    known = Document(kind=DocumentKind.DOCUMENT, body=read_then)
    shown = Document(kind=DocumentKind.DOCUMENT, body=read_now)
    assert judge(Look(), shown, known, SiteMemory()).outcome is Outcome.LIVE
    # What the host answers to any address is no file of this address.
    missing = SiteMemory(missing=frozenset({OWN_ANSWER}))
    assert judge(Look(), shown, known, missing).outcome is not Outcome.LIVE
    page = Document(kind=DocumentKind.ARTICLE, title="提示", body="您访问的页面不存在")
    assert judge(Look(), page, known, SiteMemory()).gone_as is GoneAs.SOFT_404
