"""`longarm sources add URL`: every platform over its saved pages; what is no list, there already, or not there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alerts.wording import named
from desk.naming import guess
from spiders.provinces import provinces
from tests.desk.test_sources import Shell

if TYPE_CHECKING:
    from tests.loopback.museum import Museum

CASES = Path(__file__).parents[1] / "cases" / "platforms"
# One saved page of each platform that a page shows by itself; `urls` is a file's, and `search` is always named.
LAYOUTS = (
    "cctv/channel-page", "chinanews/rolling-list", "court/scripted-pager", "discuz/board-by-query",
    "easysite/counting-up", "epaper/dated-folders", "epoint/answer", "feed/atom", "generic/ul-with-date-spans",
    "gkmlpt/articles", "jpaas/column-with-rows", "jpage/plain-rows", "jsonlist/found-by-itself",
    "people/column-in-gbk", "query/dedecms", "sitemap/urlset", "thepaper/channel-page", "tingshen/answer",
    "trs/create-page-html", "truecms/column", "wechat/json-feed", "wordpress/blog-page", "xinhua/static-file",
)  # fmt: skip
ARTICLE = (
    "<html><head><title>关于敦促滞留境外人员回国的通告_平桐县公安局</title></head><body><h1>关于敦促滞留境外人员回国的通告</h1>"
    "<p>发布时间：2026-11-20 来源：平桐县公安局</p><div class=content>"
    + "<p>为维护群众合法权益，请滞留境外的有关人员于本月底以前主动与户籍地公安机关联系，说明有关情况。</p>" * 6
    + "</div><a href='/2026/11/19/18.html'>上一篇：平桐县召开反诈工作会议</a></body></html>"
)


@pytest.fixture
def shell(tmp_path: Path, museum: Museum) -> Shell:
    found = Shell(tmp_path)
    found("init")
    found.env |= {"LONGARM_VANTAGE__DEFAULT__PROXY": museum.proxy, "LONGARM_VANTAGE__DEFAULT__DIRECT": "false"}
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_platform_is_recognised_from_the_address_of_its_list(layout: str, shell: Shell, museum: Museum) -> None:
    expected = json.loads((CASES / layout / "expected.json").read_text(encoding="utf-8"))
    # A column whose rows a script brings leads on to another of the platform's saved answers.
    for other in (layout, *(f"{layout.partition('/')[0]}/{one}" for one in ("jsonp", "static-file"))):
        if (CASES / other).is_dir():
            url = json.loads((CASES / other / "expected.json").read_text(encoding="utf-8"))["url"]
            page = next(path for path in (CASES / other).iterdir() if path.name.startswith("page."))
            kinds = {".json": "application/json", ".xml": "text/xml", ".html": "text/html"}
            museum.serve(url, page.read_bytes(), content_type=kinds.get(page.suffix, "text/html"))
    said = shell.apart("sources", "add", expected["url"])
    assert f"    platform: {expected['recognised']}\n" in said
    assert expected["recognised"] == layout.partition("/")[0]
    assert re.search(r"^[1-9]\d* entr(y|ies)", said, re.MULTILINE)


def test_an_added_source_can_be_used_at_once_and_is_not_added_twice(shell: Shell, museum: Museum) -> None:
    page = (CASES / "generic/ul-with-date-spans/page.html").read_text(encoding="utf-8")
    titled = re.sub("<title>.*?</title>", "<title>通知公告_福清市公安局</title>", page)
    museum.serve("http://www.fuqing.example.gov.cn/tzgg/", titled)
    said = shell.apart("sources", "add", "http://www.fuqing.example.gov.cn/tzgg/", "--write")
    for line in ("agency: police   # by its name", "level: county   # by its name", "province: 福建", "place: 福清"):
        assert f"    {line}" in said
    assert shell.on() == {"fuqing-example-tzgg"}
    again = shell("sources", "add", "http://www.fuqing.example.gov.cn/tzgg/", "--write", code=1)
    assert "is the start page of fuqing-example-tzgg already (通知公告_福清市公安局); it is on" in again
    assert shell.on() == {"fuqing-example-tzgg"}


def test_what_is_not_there_and_what_is_no_list_is_said(shell: Shell, museum: Museum) -> None:
    gone = shell.apart("sources", "add", "http://www.pingtong.example.gov.cn/gone/", "--write", code=1)
    assert "http://www.pingtong.example.gov.cn/gone/: HTTP 404; no list there, nothing to add" in gone
    assert "sources:" not in gone
    assert not (shell.folder / "sources" / "added.yaml").exists()
    museum.serve("http://www.pingtong.example.gov.cn/2026/11/20/19.html", ARTICLE)
    said = shell.apart("sources", "add", "http://www.pingtong.example.gov.cn/2026/11/20/19.html", code=1)
    assert re.search("^warning: (this reads as an article|nothing is listed here)", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("title", "agency", "level", "province", "place"),
    [
        ("青田县公安局 通知公告", "police", "county", "浙江", "青田"),
        ("通知公告_福清市公安局", "police", "county", "福建", "福清"),
        ("安溪縣公安局", "police", "county", "福建", "安溪"),
        ("福建省公安厅-警务动态", "police", "province", "福建", None),
        ("上海市公安局 警情通报", "police", "province", "上海", None),
        ("温州市人民检察院", "procuratorate", "prefecture", "浙江", "温州"),
        ("丽水市中级人民法院 公告", "court", "prefecture", "浙江", "丽水"),
        ("长乐区侨联", "overseas_chinese", "county", "福建", "长乐"),
        ("浙江省侨办", "overseas_chinese", "province", "浙江", None),
        ("中共福建省委统战部", "united_front", "province", "福建", None),
        ("最高人民检察院", "procuratorate", "national", None, None),
        ("云溪县人民政府门户网站", "government", "county", None, None),
        ("公告公示", "government", "county", None, None),
    ],
)
def test_a_name_tells_who_is_behind_it(
    title: str, agency: str, level: str, province: str | None, place: str | None
) -> None:
    found = guess(title, "www.a.gov.cn")
    assert (found.agency, found.level, found.province, found.place) == (agency, level, province, place)


def test_the_provinces_of_the_registry_are_those_the_digest_has_words_for() -> None:
    names = named("province")
    assert {names[one.lower()] for name, english in provinces().items() for one in (name, english)} == set(provinces())
    # "-" is what the weekly letter calls pages of none.
    assert set(names.values()) - {"-"} == set(provinces())
