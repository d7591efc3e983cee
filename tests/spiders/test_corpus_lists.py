"""The saved list pages of the shared corpus: all their entries and nothing else. Skipped where it is absent."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from urllib.parse import urljoin

import pytest

from spiders.platforms import ListPage, read_entries, recognise
from storage.records import Feed, FeedId, SourceId
from storage.urls import url_key

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not (CORPUS / "index.jsonl").exists(), reason="the corpus is not on this machine")


def pages(*kinds: str) -> list[dict[str, object]]:
    lines = (CORPUS / "index.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["kind"] in kinds]


def entry_keys(row: dict[str, object]) -> set[str]:
    url = str(row["url"] or "http://www.example.gov.cn/list/")
    url = url if url.startswith("http") else f"http://{url}"
    body = (CORPUS / str(row["file"])).read_bytes()
    page = ListPage.of(url=url, status=200, headers=(), body=body, today=date(2026, 11, 23))
    feed = Feed(id=FeedId("x"), source_id=SourceId("x"), url=url)
    found = read_entries(recognise(page), page, feed)
    recognise(page).next_pages(page, feed, 1)
    return {url_key(entry.url) for entry in found}


def test_the_entries_of_whole_lists_are_found_and_nothing_else() -> None:
    right = wanted = told = 0
    for row in pages("list"):
        if row["items_partial"]:
            continue
        items = row["items"]
        assert isinstance(items, list)
        base = str(row["url"] or "http://www.example.gov.cn/list/")
        gold = {url_key(urljoin(base, item["href"])) for item in items}
        found = entry_keys(row)
        right, wanted, told = right + len(gold & found), wanted + len(gold), told + len(found)
    assert wanted > 100
    assert right / wanted >= 0.99
    assert right / told >= 0.98


def test_pages_that_are_no_lists_are_read_without_a_fault() -> None:
    for row in pages("error", "challenge"):
        entry_keys(row)
    # One in six keeps this test short; the whole corpus is read by hand before a release.
    for row in pages("article")[::6]:
        entry_keys(row)
