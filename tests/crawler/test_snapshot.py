"""When a page has a new snapshot, and how an article split over pages becomes one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.snapshot import difference, fingerprint, is_worth_keeping
from storage.documents import join
from storage.findings import Document, DocumentKind

PAGE = Document(
    kind=DocumentKind.ARTICLE,
    title="云浦县公安局通告",
    published="2026-11-01",
    published_precision="day",
    body="现就有关事项通告如下。\n请于三十日内说明情况。",
)


@pytest.mark.parametrize(
    "same",
    [
        replace(PAGE, body=PAGE.body + "\n浏览次数：4711"),
        replace(PAGE, body=PAGE.body.replace("\n", "\n\n  ")),
        replace(PAGE, publisher="云浦发布", charset="gb18030", platform="trs", warnings=("a charset that lied",)),
        replace(PAGE, body=PAGE.body + "\n今天是2026年11月23日 星期一"),
    ],
)
def test_noise_opens_no_snapshot(same: Document) -> None:
    assert fingerprint(same) == fingerprint(PAGE)


@pytest.mark.parametrize(
    "other",
    [
        replace(PAGE, title="云浦县公安局公告"),
        replace(PAGE, published="2026-11-02"),
        replace(PAGE, body=PAGE.body.replace("三十日", "十日")),
        replace(PAGE, body=PAGE.body + "\n劝返工作同步开展。"),
    ],
)
def test_text_title_and_date_open_one(other: Document) -> None:
    assert fingerprint(other) != fingerprint(PAGE)


def test_parts_are_joined_in_order_under_the_first_title() -> None:
    second = Document(kind=DocumentKind.ARTICLE, title="云浦县公安局通告(2)", body="二、其他事项。", author="张某")
    whole = join([replace(PAGE, published=None), second, PAGE])
    assert whole.title == PAGE.title
    assert whole.body == f"{PAGE.body}\n{second.body}\n{PAGE.body}"
    assert (whole.published, whole.author) == ("2026-11-01", "张某")
    with pytest.raises(ValueError, match="at least one"):
        join([])


def test_an_edit_counts_a_changed_title() -> None:
    found = difference(PAGE, replace(PAGE, title="新标题"))
    assert found.removed == (PAGE.title,)
    assert found.added == ("新标题",)


def test_what_shows_nothing_is_not_kept() -> None:
    assert not is_worth_keeping(Document(kind=DocumentKind.ARTICLE, body=" \n"))
    assert is_worth_keeping(Document(kind=DocumentKind.ARTICLE, title="标题"))


def test_a_file_that_nobody_could_read_is_kept_for_a_person_to_open() -> None:
    assert is_worth_keeping(Document(kind=DocumentKind.DOCUMENT, warnings=("unread: scanned page 1",)))
    assert not is_worth_keeping(Document(kind=DocumentKind.DOCUMENT, warnings=("no text in it",)))
