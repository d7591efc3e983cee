"""The report that started it, from the wire to the letter.

An invented page for each of its findings is crawled, alerts, has its claims read, and stands in the day's digest
with its words marked. Places, pages and wording are invented.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.crawler.yard import Yard, feed_of
from tests.loopback.museum import open_museum

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = yaml.load(
    (Path(__file__).parents[1] / "cases/claims/report.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
HOST = "http://www.yunpu.example.gov.cn"
TITLES = {
    "article_of_2019": "探索爱侨护侨助侨机制，设立警侨驿站海外服务中心 青田警方积极打造“枫桥经验”海外版",
    "nine_countries": "关于禁止前往涉诈国家的紧急通告",
    "law_with_reach_abroad": "反电信网络诈骗法表决通过",
}
FILLER = "云浦县各乡镇、各部门要高度重视，抓好贯彻落实，确保各项工作有序推进。"


def page_of(case: dict[str, Any]) -> str:
    title = TITLES.get(case["id"], "工作情况通报")
    head = f"<title>{title}_云浦县公安局</title><meta name='ArticleTitle' content='{title}'>"
    head += f"<meta name='PubDate' content='{case['published']} 09:30'>"
    head += f"<meta name='ContentSource' content='{case['agency']}'>"
    body = f"<h1>{title}</h1><div class='TRS_Editor'><p>{case['text']}</p><p>{FILLER * 3}</p></div>"
    return f"<html><head>{head}</head><body>{body}</body></html>"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """All pages crawled and scanned once: the digest as JSON and as text, and the address of each case."""
    with open_museum() as museum:
        yard = Yard(tmp_path_factory.mktemp("report") / "data")
        yard.configure(proxy=museum.proxy)
        urls = {case["id"]: f"{HOST}/gggs/2022/{number}.html" for number, case in enumerate(CASES)}
        museum.serve(f"{HOST}/rss.xml", feed_of(list(urls.values())), content_type="text/xml; charset=utf-8")
        for case in CASES:
            museum.serve(urls[case["id"]], page_of(case))
        yard.source("yunpu", f"{HOST}/rss.xml", province="浙江", place="云浦县")
        assert yard.longarm("crawl").returncode == 0
        assert yard.longarm("scan").returncode == 0
        letter = json.loads(yard.longarm("digest", "--format", "json").stdout)
        yield {"letter": letter, "text": yard.longarm("digest").stdout, "urls": urls}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_each_finding_is_told(case: dict[str, Any], found: dict[str, Any]) -> None:
    url = found["urls"][case["id"]]
    told = [alert for alert in found["letter"]["alerts"] if alert["url"] == url]
    assert set(case["concepts"]) <= {alert["rule"] for alert in told}
    assert url in found["text"]
    for alert in told:
        assert f"【{alert['matched']}" in found["text"].replace("\n     │ ", "") or alert["matched"] in TITLES.values()
    claims = {(one["type"], one["quantity"]) for one in found["letter"]["claims"] if one["url"] == url}
    assert {(kind, quantity) for kind, quantity, *_ in case["claims"]} <= claims


def test_nothing_that_nobody_printed_is_claimed(found: dict[str, Any]) -> None:
    texts = {found["urls"][case["id"]]: case["text"] for case in CASES}
    for claim in found["letter"]["claims"]:
        assert claim["quote"] in texts[claim["url"]]
