from __future__ import annotations

import time

import pytest

from crawler.parts import parts_of

TRS = "http://a.example.gov.cn/202601/t20260120_877942.html"


@pytest.mark.parametrize(
    ("body", "url", "expected"),
    [
        (
            b'<script>createPageHTML(3, 0, "t20260120_877942", "html");</script>',
            TRS,
            ["t20260120_877942_1.html", "t20260120_877942_2.html"],
        ),
        (b'createPageHTML(1, 0, "t20260120_877942", "html")', TRS, []),
        (b'createPageHTML(34, 0, "index", "html")', TRS, []),
        (b"function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){", TRS, []),
        (b"var maxPageNum = 3;", "http://a.example.gov.cn/n1/c2/content.html", ["content_2.html", "content_3.html"]),
        (b"var maxPageNum = 9;", "http://a.example.gov.cn/n1/c2/index.html", []),
        (
            '<a href="1_2.shtml">2</a><a href="1_3.shtml">3</a><a href="1_2.shtml"><b>下一页</b></a>'.encode(),
            "http://a.example.gov.cn/x/1.shtml",
            ["1_2.shtml", "1_3.shtml"],
        ),
        ("<a href=1_2.shtml>下一页</a>".encode("gb18030"), "http://a.example.gov.cn/x/1.shtml", ["1_2.shtml"]),
        ('<a href="2.shtml">下一页</a>'.encode(), "http://a.example.gov.cn/x/1.shtml", []),
        ('<a href="1_2.shtml">下一篇</a>'.encode(), "http://a.example.gov.cn/x/1.shtml", []),
        ('<a href="index_1.html">下一页</a>'.encode(), "http://a.example.gov.cn/x/index.html", []),
        (
            '<a href="//[">x</a><a href="1_2.shtml">下一页</a>'.encode(),
            "http://a.example.gov.cn/x/1.shtml",
            ["1_2.shtml"],
        ),
        (b"", "http://a.example.gov.cn/x/1.shtml", []),
    ],
)
def test_a_split_article_names_its_parts(body: bytes, url: str, expected: list[str]) -> None:
    assert [part.rpartition("/")[2] for part in parts_of(body, url)] == expected


def test_an_endless_pager_is_cut() -> None:
    assert len(parts_of(b'createPageHTML(999, 0, "t20260120_877942", "html")', TRS)) == 29


@pytest.mark.parametrize(
    "body", [b"<a " + b"href=" * 300_000, (b"<a " + b"href=" * 200) * 1_000, b"<a href=" * 200_000]
)
def test_links_that_are_none_cost_next_to_nothing(body: bytes) -> None:
    started = time.process_time()
    assert parts_of("下一页".encode() + body, "http://a.example.gov.cn/x/1.shtml") == ()
    assert time.process_time() - started < 5
