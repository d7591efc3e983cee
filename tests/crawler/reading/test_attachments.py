"""Which files belong to an article: invented pages, one way of linking each; a mutated page breaks nothing."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crawler.attachments import may_have
from crawler.reading.attachments import MAX_ATTACHMENTS, is_file
from crawler.reading.reader import read
from storage.findings import Document, DocumentKind

URL = "http://www.wu.example.gov.cn/tzgg/202611/t20261102_100.html"
TEXT = "五县公安局决定对涉嫌电信网络诈骗的人员进行通告，请有关人员于期限内投案自首。" * 6
CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "attachments" / "found.yaml").read_text()
)


def document(page: str, *, title: str = "关于敦促投案自首的通告") -> Document:
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{page.replace('TEXT', TEXT)}</body></html>"
    return read(html.encode(), media_type="text/html", charset="utf-8", url=URL)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_files_of_an_article_are_found(case: dict[str, Any]) -> None:
    read_page = document(case["page"])
    assert read_page.kind is DocumentKind.ARTICLE
    assert [link.url for link in read_page.attachments] == [urljoin(URL, file) for file in case["files"]]
    if "texts" in case:
        assert [link.text for link in read_page.attachments] == case["texts"]


def test_more_files_than_an_article_has_are_not_taken() -> None:
    links = "".join(f'<a href="/f/{number}.pdf">{number}</a>' for number in range(50))
    assert len(document(f"<div id='zoom'><p>TEXT</p>{links}</div>").attachments) == MAX_ATTACHMENTS


FILE = "http://www.wu.example.gov.cn/files/名单.pdf"
HTML_TEXT = f"<p>{TEXT}</p>"
DATA_CASES: list[tuple[object, list[str]]] = [
    ({"content": f"{HTML_TEXT}<p><a href='/files/名单.pdf'>附件：名单.pdf</a></p>"}, ["附件：名单.pdf"]),
    ({"content": f"{HTML_TEXT}<p><a href='/more.html'>更多</a><img src='/upload/1.jpg'></p>"}, []),
    ({"content": HTML_TEXT, "attachments": [{"name": "名单", "url": "/files/名单.pdf"}]}, ["名单"]),
    ({"content": HTML_TEXT, "attachList": [{"thumbUrl": "/t.pdf", "fileUrl": FILE, "fileName": "1.pdf"}]}, ["1.pdf"]),
    ({"content": HTML_TEXT, "fileList": ["/files/名单.pdf"]}, ["名单.pdf"]),
    ({"content": HTML_TEXT, "fileList": '[{"path": "/files/名单.pdf"}]'}, ["名单.pdf"]),
    ({"content": HTML_TEXT, "fileList": "[broken"}, []),
    ({"content": HTML_TEXT, "fileList": [None, 7, {"path": 8}, {"url": "http://["}]}, []),
    ({"content": HTML_TEXT, "appendix": FILE}, ["名单.pdf"]),
    ({"content": HTML_TEXT, "attachments": [{"title": "申报表.docx", "url": "/down?id=7"}]}, ["申报表.docx"]),
    ({"content": HTML_TEXT, "attachments": [{"title": "专题", "url": "/zt/index.html"}]}, []),
    ({"article": {"content": HTML_TEXT}, "attachments": [{"url": FILE}], "title": "通告"}, ["名单.pdf"]),
    ({"article": {"content": HTML_TEXT}, "other": {"title": "别的", "attachments": [{"url": FILE}]}}, []),
    ({"content": HTML_TEXT, "files": [{"name": f"{n}.pdf", "url": f"http://x.example/{n}.pdf"} for n in range(5)]},
     [f"{n}.pdf" for n in range(5)]),
    ({"content": "<p>现将有关名单予以公布，详见图片。</p><img src='/a/1.jpg' alt='名单'>"}, ["名单"]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "names"), DATA_CASES)
def test_the_files_of_an_article_that_is_data_are_found(said: dict[str, object], names: list[str]) -> None:
    for wrapped in (json.dumps({"data": {"title": "关于敦促投案自首的通告"} | said}), f"callback({json.dumps(said)});"):
        found = read(wrapped.encode(), media_type="application/json", charset="utf-8", url=URL)
        assert found.kind is DocumentKind.ARTICLE
        assert [link.text for link in found.attachments] == names
        assert may_have(wrapped.encode()) or not names


def test_the_files_of_an_article_that_a_script_holds_are_found() -> None:
    detail = {"title": "通告", "content": HTML_TEXT, "attachments": [{"name": "名单", "url": FILE}]}
    script = f"<script>window._CONFIG = {{ DETAIL: {json.dumps(detail)} }}</script>"
    page = f"<html><body><div id='app'></div>{script}</body></html>"
    found = read(page.encode(), media_type="text/html", charset="utf-8", url=URL)
    assert [(link.url, link.text) for link in found.attachments] == [(FILE, "名单")]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.example/b.pdf", True),
        ("http://a.example/b.pdf?v=1", True),
        ("http://a.example/b?name=c.docx", True),
        ("http://a.example/pdf", False),
        ("http://a.example/b.pdf.html", False),
        ("http://a.example/b.docx/view", False),
    ],
)
def test_an_address_tells_a_file(url: str, expected: bool) -> None:
    assert is_file(url) is expected


@pytest.mark.parametrize(
    "page",
    [
        "<a href=" * 60_000,
        '<div onclick="' + "'a" * 100_000 + '">',
        "<a href='/view.html?" + "file=&" * 100_000 + "'>",
        "<div id='zoom'>" + "<a href='/x?" + "a=b.pdf&" * 300 + "'>" * 300,
    ],
    ids=["links", "clicks", "queries", "files"],
)
def test_a_page_made_to_be_slow_is_not(page: str) -> None:
    started = time.process_time()
    document(f"<p>TEXT</p>{page}")
    assert time.process_time() - started < 5


@given(st.lists(st.sampled_from([case["page"] for case in CASES]), max_size=4), st.data())
def test_whatever_a_page_is_cut_to_reading_it_ends(pages: list[str], data: st.DataObject) -> None:
    whole = "".join(pages)
    cut = data.draw(st.integers(0, len(whole)))
    found = document(whole[:cut] + data.draw(st.text(max_size=20)) + whole[cut:]).attachments
    assert len(found) <= MAX_ATTACHMENTS
    assert all(link.url.startswith(("http://", "https://")) for link in found)
