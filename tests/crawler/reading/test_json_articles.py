"""Articles that are data: their files, and lists of files that are none of theirs."""

from __future__ import annotations

import json

from crawler.reading.reader import read
from storage.findings import Document, DocumentKind

URL = "http://www.ding.example.gov.cn/api/list"
TEXT = "<p>" + "丁县公安局公告公示栏目登载本局发布的通告。" * 12 + "</p>"


def answer(**said: object) -> Document:
    body = json.dumps({"title": "通告", "content": TEXT, **said}, ensure_ascii=False).encode()
    return read(body, media_type="application/json", charset="utf-8", url=URL)


def test_a_list_of_notices_that_are_files_is_a_list() -> None:
    found = answer(
        list=[
            {"title": f"通告第{number}号", "url": f"http://www.ding.example.gov.cn/files/n{number}.pdf"}
            for number in range(9)
        ]
    )
    assert (found.kind, len(found.links), found.attachments) == (DocumentKind.LIST, 9, ())


def test_the_files_that_an_article_names_are_its_own() -> None:
    files = [{"name": f"附件{number}", "url": f"/files/a{number}.pdf"} for number in range(5)]
    found = answer(attachments=files)
    assert found.kind is DocumentKind.ARTICLE
    assert [link.text for link in found.attachments] == [one["name"] for one in files]


def test_several_addresses_in_one_field_are_several_files() -> None:
    found = answer(attachments="/files/a.pdf,/files/b.docx")
    assert [link.url.rpartition("/")[2] for link in found.attachments] == ["a.pdf", "b.docx"]
