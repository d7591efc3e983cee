"""Whole pages to documents: each case is a page and what must be read out of it (tests/cases/pages)."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.reading import VERSION
from crawler.reading.generic import paragraphs
from crawler.reading.mediatypes import media_type_of
from crawler.reading.reader import read
from storage.errors import Quarantine
from storage.findings import DocumentKind

CASES = Path("tests/cases/pages")
NAMES = sorted(path.stem for path in CASES.glob("*.html"))


def shown(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    case = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    ask = {"media_type": "text/html", "charset": None, **case["ask"]}
    document = read((CASES / f"{name}.html").read_bytes(), **ask)
    got: dict[str, Any] = {field: getattr(document, field) for field in case["expected"]}
    if "links" in got:
        got["links"] = [{"url": link.url, "text": link.text, "date": link.date} for link in document.links]
    got = {field: list(value) if isinstance(value, tuple) else value for field, value in got.items()}
    return got, case["expected"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_read_as_its_case_says(name: str) -> None:
    got, expected = shown(name)

    assert got == expected


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_the_charset_makes_no_difference_to_the_fields(charset: str) -> None:
    text = (CASES / "trs-notice.html").read_text(encoding="utf-8")

    document = read(text.encode(charset), media_type="text/html", charset=None, url="http://a.example/b.html")

    assert document.title == "关于敦促滞留境外人员回国的通告"
    assert document.charset == charset


@pytest.mark.parametrize(
    ("body", "declared", "kind"),
    [
        (b"%PDF-1.7 ...", "application/pdf", "damaged"),
        (b"%PDF-1.7 ...", "text/html", "damaged"),
        (
            b"PK\x03\x04....",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "damaged (BadZipFile)",
        ),
        (b"\xff\xd8\xff\xe0....", "image/jpeg", "image, damaged"),
        (b"7z\xbc\xaf\x27\x1c....", "text/html", "application/x-7z-compressed"),
        (bytes(range(256)) * 20, "text/html", "application/octet-stream"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_document_and_said_to_be_unread(
    body: bytes, declared: str, kind: str | None
) -> None:
    document = read(body, media_type=declared, charset=None, url="http://a.example/x")

    assert document.kind is DocumentKind.DOCUMENT
    assert document.body == ""
    assert document.warnings == (f"unread: {kind or declared}",)


def test_an_empty_payload_is_an_empty_article() -> None:
    document = read(b"", media_type="text/html", charset=None, url="http://a.example/x")

    assert (document.kind, document.title, document.body, document.lang) == (DocumentKind.ARTICLE, "", "", "und")


def test_plain_text_is_read_by_its_lines() -> None:
    document = read(
        "通告\n\n第一段，有字。\n第二段。".encode(), media_type="text/plain", charset=None, url="http://a.example/x.txt"
    )

    assert (document.title, document.body) == ("通告", "第一段，有字。\n第二段。")


def test_json_gives_its_article() -> None:
    answer = {
        "code": 0,
        "data": {
            "title": "<em>通告</em>",
            "publishTime": "2024-09-10 09:24",
            "content": "<p>第一段，这里有字，说明情况。</p><p>第二段，这里也有。</p>",
        },
    }

    document = read(
        json.dumps(answer).encode(), media_type="application/json", charset=None, url="http://a.example/api"
    )

    assert document.title == "通告"
    assert document.body == "第一段，这里有字，说明情况。\n第二段，这里也有。"
    assert document.published == "2024-09-10T09:24:00+08:00"


def test_a_feed_is_a_list_of_its_items() -> None:
    feed = b"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>
    <rss><channel><title>N</title><item><title>A &x;</title><link>http://a.example/1</link>
    <pubDate>Mon, 13 May 2024 09:08:00 +0800</pubDate></item></channel></rss>"""

    document = read(feed, media_type="application/rss+xml", charset=None, url="http://a.example/rss")

    assert document.kind is DocumentKind.LIST
    assert [(link.url, link.date) for link in document.links] == [("http://a.example/1", "2024-05-13T09:08:00+08:00")]
    assert "root:" not in document.links[0].text


def test_a_page_without_hints_is_read_without_the_generic_reader() -> None:
    code = (
        "import sys; from pathlib import Path; from crawler.reading.reader import read;"
        "read(Path('tests/cases/pages/trs-notice.html').read_bytes(), media_type=None, charset=None, url='http://a.example/b.html');"
        "print([name for name in ('trafilatura', 'readability', 'langdetect', 'scrapy') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert out.strip() == "[]"


def test_the_generic_reader_finds_an_article_that_no_hint_shows() -> None:
    sentence = "警方表示，相关人员应当主动与户籍地派出所联系，说明情况，按期回国。"
    found = paragraphs(
        f"<html><body><div><p>{sentence}</p><p>{sentence[::-1]}</p></div></body></html>", "http://a.example/"
    )

    assert sentence in found


def test_the_same_bytes_give_the_same_document() -> None:
    body = (CASES / "english.html").read_bytes()
    one, two = (read(body, media_type=None, charset=None, url="http://a.example/") for _ in range(2))

    assert one == two
    assert VERSION


PIECES = [
    *("<p>", "</p>", "<div>", "</div>", "<table>", "<tr>", "<td>", "</html>", "<br>", "</a>", "<h1>", "<title>"),
    *("</title>", "<script>", "</script>", "<style>", "<span>"),
    *(
        "<div id=zoom>",
        "<div class='TRS_Editor'>",
        "<a href='/a/1.html'>",
        "<meta name=PubDate content='",
        "'>",
        "<!--",
    ),
    *(
        "来源：",
        "发布时间：2024-09-10",
        "（责编：",
        "甲乙，丙丁。" * 5,
        "二〇二二年十二月三十一日",
        "9999-12-31",
        "2024-02-30",
    ),
    *("&#0;", "&#27;", "&#xD800;", "\x00", "\x1b", "\ufffe", "<base href='http://[::1'>", "<![CDATA[", '{"title":'),
    *('createPageHTML(3,0,"a","html")', "<meta http-equiv=refresh content='0;url=//x'>"),
]


def test_a_date_after_the_servers_own_day_is_no_publication() -> None:
    page = "<title>通告</title><h1>通告</h1><p>2025-12-31 前有效</p><p>2024-09-10</p><div id=zoom>"
    page += "<p>现将有关事项通告如下，请遵照执行。</p></div>"
    headers = (("Date", "Tue, 10 Sep 2024 09:24:00 GMT"),)

    document = read(page.encode(), media_type="text/html", charset=None, url="http://a.example/", headers=headers)

    assert document.published == "2024-09-10"


SOUP = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=60).map("".join)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    SOUP,
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
    st.sampled_from(["http://a.example/a_1.html", "", "http://[", "x"]),
)
def test_any_soup_is_read_without_an_error_and_without_control_characters(soup: str, charset: str, url: str) -> None:
    document = read(
        soup.encode(charset, "surrogatepass" if charset != "gb18030" else "replace"),
        media_type=None,
        charset=None,
        url=url,
    )

    for text in (document.title, document.body, document.publisher or "", document.author or ""):
        assert unicodedata.is_normalized("NFC", text)
        assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text if sign not in "\n\t")
    assert not document.body.startswith("\n")
    assert "\n\n" not in document.body


@settings(max_examples=100)
@given(
    st.binary(max_size=600), st.sampled_from([None, "text/html", "application/json", "application/xml", "image/png"])
)
def test_any_bytes_are_read_or_set_aside(body: bytes, media_type: str | None) -> None:
    assert media_type_of(body, media_type)
    try:
        document = read(body, media_type=media_type, charset="gbk", url="http://a.example/x")
    except Quarantine:
        return
    assert document.kind in DocumentKind


@pytest.mark.parametrize("body", [b"<div>" * 500_000, b"<" * 1_000_000, b" " * 33_000_001])
def test_a_page_too_dense_or_too_big_is_set_aside(body: bytes) -> None:
    with pytest.raises(Quarantine, match="is no page"):
        read(body, media_type="text/html", charset=None, url="http://a.example/")
