"""Lists of makes that no saved page has, read as whatever knows them best: all their entries and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from spiders.platforms import ListPage, read_entries, recognise
from storage.records import Entry, Feed, FeedId, SourceId
from storage.urls import url_key
from tests.spiders.invented import PAGES, SUBJECTS, Invented


def entries(made: Invented) -> tuple[Entry, ...]:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    page = ListPage.of(url=made.url, status=200, headers=headers, body=made.body.encode(), today=date(2026, 11, 30))
    feed = Feed(id=FeedId("x"), source_id=SourceId("x"), url=made.url)
    return read_entries(recognise(page), page, feed)


@pytest.mark.parametrize("name", PAGES)
def test_a_list_of_an_unseen_make_gives_its_entries_and_no_others(name: str) -> None:
    made = PAGES[name]
    found = entries(made)
    assert {url_key(entry.url) for entry in found} == {url_key(url) for url in made.wanted}
    if made.dated:
        assert sum(entry.listed_on is not None for entry in found) >= len(found) - 1, "a story set above has no day"


def test_titles_are_what_a_reader_would_call_them() -> None:
    titles = [entry.title for entry in entries(PAGES["one link around all"])]
    assert titles == list(SUBJECTS)
