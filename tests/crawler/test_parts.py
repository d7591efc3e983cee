from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parts import parts_of
from crawler.reading.reader import read

TRS = "http://a.example.gov.cn/202601/t20260120_877942.html"


SHTML = "http://a.example.cn/gn/2026/11-20/10521001.shtml"
XINHUA = "http://a.example.cn/2019-11/20/c_1125250000.htm"
PEOPLE = "http://a.example.cn/n1/2026/1120/c1002-40612001.html"
QUERY = "http://a.example.cn/show.asp?id=77"


def link(href: str, text: str = "下一页") -> str:
    return f'<a class="x" href="{href}"><b>{text}</b></a>'


# The page's text, its address, the parts behind it.
SPLIT: list[tuple[str, str, list[str]]] = [
    ('<script>createPageHTML(3, 0, "t20260120_877942", "html");</script>', TRS,
     ["t20260120_877942_1.html", "t20260120_877942_2.html"]),
    ("createPageHTML(2,0,'t20260120_877942','html')", TRS, ["t20260120_877942_1.html"]),
    ("var maxPageNum = 3;", "http://a.example.gov.cn/n1/c2/content.html", ["content_2.html", "content_3.html"]),
    (link("10521001_2.shtml", "2") + link("10521001_3.shtml", "3") + link("10521001_2.shtml"), SHTML,
     ["10521001_2.shtml", "10521001_3.shtml"]),
    (link("10521001_2.shtml", "余下全文"), SHTML, ["10521001_2.shtml"]),
    (link("10521001_2.shtml", "阅读全文"), SHTML, ["10521001_2.shtml"]),
    # The pager names the ends only: the parts between are there too.
    (link("10521001_2.shtml") + link("10521001_4.shtml", "尾页"), SHTML,
     ["10521001_2.shtml", "10521001_3.shtml", "10521001_4.shtml"]),
    (link("/2019-11/20/c_1125250000_2.htm", "下一页 &gt;"), XINHUA, ["c_1125250000_2.htm"]),
    (link("c1002-40612001-2.html"), PEOPLE, ["c1002-40612001-2.html"]),
    ('<div id="displaypagenum"><a href="content_77012_2.htm">2</a> <a href="content_77012_2.htm"><img></a></div>',
     "http://a.example.cn/news/2026-11/20/content_77012.htm", ["content_77012_2.htm"]),
    ('<div id="displaypagenum"><a href="content_77012_2.htm">下一页</a></div>',
     "http://a.example.cn/news/2026-11/20/content_77012.htm", ["content_77012_2.htm"]),
    (link("show.asp?id=77&amp;page=2"), QUERY, ["show.asp?id=77&page=2"]),
    (link("?page=2&id=77") + link("?page=3&id=77", "3"), QUERY, ["show.asp?id=77&page=2", "show.asp?id=77&page=3"]),
    (link("//[", "x") + link("10521001_2.shtml"), SHTML, ["10521001_2.shtml"]),
]  # fmt: skip
# The next article, another column's pager, another's part: nothing of these is a part.
WHOLE: list[tuple[str, str]] = [
    ('createPageHTML(1, 0, "t20260120_877942", "html")', TRS),
    ('createPageHTML(34, 0, "index", "html")', TRS),
    ('createPageHTML(3, 0, "t20260120_877943", "html")', TRS),
    ('createPageHTML(3, 1, "t20260120_877942", "html")', TRS),
    ("function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){", TRS),
    ("var maxPageNum = 9;", "http://a.example.gov.cn/n1/c2/index.html"),
    ("var maxPageNum = 1;", "http://a.example.gov.cn/n1/c2/content.html"),
    (link("10521002.shtml"), SHTML),
    (link("10521002_2.shtml"), SHTML),
    (link("10521001_2.shtml", "下一篇"), SHTML),
    (link("10521001_2.shtml", "下一篇：云溪县公安局通告"), SHTML),
    (link("/other/10521001_2.shtml"), SHTML),
    (link("http://b.example.cn/gn/2026/11-20/10521001_2.shtml"), SHTML),
    (link("10521001_2.html"), SHTML),
    (link("110521001_2.shtml"), SHTML),
    (link("10521001_all.shtml", "阅读全文"), SHTML),
    (link("10521001_0.shtml", "阅读全文"), SHTML),
    (link("10521001_2.shtml", "2"), SHTML),
    (link("c1002-40612002.html"), PEOPLE),
    (link("index_1.html"), "http://a.example.gov.cn/x/index.html"),
    (link("10521001_3.shtml"), SHTML.replace("10521001", "10521001_2")),
    (link("show.asp?id=78"), QUERY),
    (link("show.asp?id=78&page=2"), QUERY),
    (link("show.asp?page=2"), QUERY),
    (link("list.asp?id=77&page=2"), QUERY),
    (link("show.asp?id=77&page=1"), QUERY),
    (link("show.asp?id=77&sort=2"), QUERY),
    ("", SHTML),
]


@pytest.mark.parametrize("coding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(("text", "url", "expected"), SPLIT)
def test_a_split_article_names_its_parts(text: str, url: str, expected: list[str], coding: str) -> None:
    assert [part.rpartition("/")[2] for part in parts_of(text.encode(coding), url)] == expected


@pytest.mark.parametrize("coding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(("text", "url", "expected"), SPLIT)
def test_what_is_asked_for_is_what_is_read(text: str, url: str, expected: list[str], coding: str) -> None:
    notice = "关于敦促滞留境外人员投案自首的通告，请有关人员在年底前与我局联系，争取从宽处理。" * 8
    body = f"<html><title>云浦县公安局通告</title><h1>云浦县公安局通告</h1><p>{notice}</p>{text}</html>".encode(coding)
    found = read(body, media_type="text/html", charset=coding, url=url)
    assert [part.rpartition("/")[2] for part in found.parts] == expected
    assert found.parts == parts_of(body, url)


@pytest.mark.parametrize("coding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(("text", "url"), WHOLE)
def test_the_next_article_is_no_part(text: str, url: str, coding: str) -> None:
    assert parts_of(text.encode(coding), url) == ()


ODD = st.lists(
    st.sampled_from(
        ["<a href='", "10521001_", "2", ".shtml'>", "下一页", "</a>", "createPageHTML(", "displaypagenum",
         "?id=77&page=", "maxPageNum=", "\ud800", "//[", "%zz"]
    ) | st.text(max_size=6)
).map("".join)  # fmt: skip


@given(ODD, st.sampled_from([SHTML, QUERY, TRS, "http://a.example.cn/%zz.html", "http://a.example.cn/"]))
def test_parts_lie_on_the_articles_own_host_and_are_few(text: str, url: str) -> None:
    parts = parts_of(text.encode("utf-8", "surrogatepass"), url)
    assert len(parts) < 60
    assert all(urlsplit(part).netloc == urlsplit(url).netloc and part != url for part in parts)


def test_an_endless_pager_is_cut() -> None:
    assert len(parts_of(b'createPageHTML(999, 0, "t20260120_877942", "html")', TRS)) == 59


@pytest.mark.parametrize(
    "body", [b"<a " + b"href=" * 300_000, (b"<a " + b"href=" * 200) * 1_000, b"<a href=" * 200_000]
)
def test_links_that_are_none_cost_next_to_nothing(body: bytes) -> None:
    started = time.process_time()
    assert parts_of("下一页".encode() + body, "http://a.example.gov.cn/x/1.shtml") == ()
    assert time.process_time() - started < 5
