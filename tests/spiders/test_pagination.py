"""How each named strategy finds a list's next page, and that it finds none where the page shows none."""

from __future__ import annotations

from datetime import date

import pytest

from spiders.platforms import ListPage
from spiders.platforms.pagefiles import page_count
from spiders.platforms.pagination import STRATEGIES, next_url

SITE = "http://www.yunxi.example.gov.cn"
TODAY = date(2026, 11, 23)


def page_of(body: str, url: str) -> ListPage:
    return ListPage.of(url=SITE + url, status=200, headers=(), body=body.encode(), today=TODAY)


OPTIONS = "<select onchange='go(this.value)'><option value='{0}1.{1}'>1<option value='{0}2.{1}'>2</select>共 9 页"
HANDLERS = """<a href="javascript:;" onclick="location.href='index_2.html'">2</a>
<a href="###" onclick="location.href='index_9.html'">尾页</a>"""
FOUND: list[tuple[str, str, int, str, str]] = [
    ("trs_index", "/tzgg/", 1, 'createPageHTML(34, 0, "index", "html")', "/tzgg/index_1.html"),
    ("trs_index", "/tzgg/list_2.htm", 2, "createPage('x',34, 2, 'list', 'htm',9)", "/tzgg/list_3.htm"),
    ("cpd_index", "/n17/", 1, "var currentPage = 0; var countPage = 5;", "/n17/index_1.html"),
    ("cpd_index", "/n17/index_3.html", 4, "var currentPage = 3; var countPage = 5;", "/n17/index_4.html"),
    ("linked", "/tzgg/", 1, "<a href='index_2.html'>下一页</a>", "/tzgg/index_2.html"),
    ("linked", "/tzgg/", 1, "<link rel=next href='/tzgg/page/2/'>", "/tzgg/page/2/"),
    ("numbered", "/tzgg/", 1, "<a href='p-2.html'>2</a><a href='p-3.html'>3</a>", "/tzgg/p-2.html"),
    ("index_n_one_based", "/tzgg/index.html", 1, HANDLERS + "共 9 页", "/tzgg/index_2.html"),
    ("index_n_one_based", "/tzgg/", 1, OPTIONS.format("index_", "html"), "/tzgg/index_2.html"),
    ("index_n_one_based", "/tzgg/index_4.html", 4, HANDLERS + "共 9 页", "/tzgg/index_5.html"),
    ("index_n_one_based", "/fabu/16.html", 1, "<a href='17.html'>x</a><option value='16_2.html'>", "/fabu/16_2.html"),
    # As many pages as the last one's number and one more: these are counted from 0.
    ("index_n_one_based", "/tzgg/", 1, HANDLERS + "共 10 页", "/tzgg/index_1.html"),
    ("people_index", "/GB/42510/index.html", 1, OPTIONS.format("index", "html"), "/GB/42510/index2.html"),
    ("people_index", "/GB/42510/index2.html", 2, OPTIONS.format("index", "html"), "/GB/42510/index3.html"),
    ("column_index", "/c103/column-index-1.shtml", 1, OPTIONS.format("column-index-", "shtml"),
     "/c103/column-index-2.shtml"),
    ("column_index", "/c103/", 1, OPTIONS.format("column-index-", "shtml"), "/c103/column-index-2.shtml"),
    ("num_html", "/tzgg/1.html", 1, OPTIONS.format("", "html"), "/tzgg/2.html"),
    ("num_html", "/tzgg/2.html", 2, OPTIONS.format("", "html"), "/tzgg/3.html"),
    ("easysite_index", "/n1/n2/index.html", 1, "<a href='index_3497_74.html'></a>var maxPageNum=75",
     "/n1/n2/index_3497_74.html"),
    ("easysite_index", "/n1/n2/", 1, "<a href='/n1/n2/index_3497_4.html'></a>", "/n1/n2/index_3497_4.html"),
    ("easysite_index", "/n1/n2/", 1, "<script>var maxPageNum=75;var u='/n1/n2/index_3497_'</script>",
     "/n1/n2/index_3497_74.html"),
    ("easysite_index", "/n1/n2/index_3497_74.html", 2, "maxPageNum=75", "/n1/n2/index_3497_73.html"),
    ("easysite_index", "/n1/n2/", 1, "<a href='index_3497_2.html'></a>maxPageNum=75", "/n1/n2/index_3497_2.html"),
    ("easysite_index", "/n1/n2/index_3497_2.html", 2, "maxPageNum=75", "/n1/n2/index_3497_3.html"),
    ("hanweb_pagenum", "/x/col/col42150/index.html", 1, "go('/x/col/col42150/index.html?uid=380055&pageNum='+n)",
     "/x/col/col42150/index.html?uid=380055&pageNum=2"),
    ("hanweb_pagenum", "/col/col4/index.html?uid=38&pageNum=3", 3, "<a href='?uid=38&amp;pageNum=1'>首页</a>",
     "/col/col4/index.html?uid=38&pageNum=4"),
    ("query_page", "/list.asp?cid=3", 1, "<a href='list.asp?cid=3&page=2'>〉</a>", "/list.asp?cid=3&page=2"),
    ("query_page", "/list.asp?PageIndex=2&cid=3", 2, "<option value='?cid=3&PageIndex=3'>",
     "/list.asp?cid=3&PageIndex=3"),
]  # fmt: skip


@pytest.mark.parametrize(("strategy", "url", "number", "body", "wanted"), FOUND)
def test_a_strategy_finds_the_next_page_and_none_before_it_finds_another(
    strategy: str, url: str, number: int, body: str, wanted: str
) -> None:
    page = page_of(f"<html><body>{body}</body></html>", url)
    assert STRATEGIES[strategy](page, number) == SITE + wanted
    assert next_url(page, number) == SITE + wanted


def test_every_strategy_has_a_case() -> None:
    assert {case[0] for case in FOUND} == set(STRATEGIES)


ENDS = [
    ("/tzgg/", 34, 'createPageHTML(34, 33, "index", "html")'),
    ("/tzgg/", 1, 'createPageHTML(1, 0, "index", "html")'),
    ("/tzgg/", 1, "function createPageHTML(count, current, name, ending) { }"),
    ("/n17/index_4.html", 5, "var currentPage = 4; var countPage = 5;"),
    ("/tzgg/index_9.html", 9, HANDLERS + "共 9 页"),
    ("/n1/n2/index_3497_1.html", 75, "maxPageNum=75"),
    ("/n1/n2/index.html", 1, "<a href='index_3497_1.html'></a>maxPageNum=1"),
    ("/col/col4/index.html?uid=38&pageNum=3", 3, "<a href='?uid=38&pageNum=1'>1</a>共 3 页"),
    # Other columns beside this one, articles beside the list, another list's pages.
    ("/fabu/16.html", 1, "<a href='15.html'>要闻</a><a href='17.html'>文件</a><a href='18.html'>通知</a>共 1 页"),
    ("/tzgg/list_3.html", 1, "<a href='list_4.html'>动态</a><a href='list_5.html'>公告</a>"),
    ("/tzgg/", 1, "<a href='77.html'>通告</a><a href='78.html'>公告</a>"),
    ("/list.asp?cid=3", 1, "<a href='list.asp?cid=4&page=2'>2</a>"),
    ("/tzgg/", 1, "<a href='/other/index_2.html'>x</a>"),
    ("/tzgg/1.html", 1, ""),
    ("/tzgg/", 1, "<a href='#'>下一页</a>"),
]


@pytest.mark.parametrize(("url", "number", "body"), ENDS)
def test_where_a_list_ends_no_strategy_goes_on(url: str, number: int, body: str) -> None:
    assert next_url(page_of(f"<html><body>{body}</body></html>", url), number) is None


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ('createPageHTML(34, 0, "index", "html")', 34),
        ("createPage('page_div', 23, 1, 'index', 'html', 457)", 23),
        ("var totalPage = '12';", 12),
        ("totalPages: 12", 12),
        ("maxPageNum3497 = 75", 75),
        ("totalRecord:451, perPage:15", 31),
        ("共<b>46</b>页", 46),
        ("第 2 / 17 页", 17),
        ("function createPageHTML(count, current) {}", None),
        ("totalRecord:451, perPage:0", None),
        ("共 3 篇文章", None),
        ("共 99999999 页", None),
    ],
)
def test_a_list_says_how_many_pages_it_has(body: str, wanted: int | None) -> None:
    assert page_count(page_of(body, "/")) == wanted
