"""Real saved pages, where the corpus lies beside the project: floors a little below what was measured."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.reading.reader import read

CORPUS = Path("../shared/corpus")

pytestmark = pytest.mark.skipif(
    not (CORPUS / "index.jsonl").exists(), reason="the corpus of third-party pages is not beside the project"
)


@cache
def answers() -> list[tuple[dict[str, Any], Any]]:
    rows = [json.loads(line) for line in (CORPUS / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        (
            row,
            read(
                (CORPUS / row["file"]).read_bytes(), media_type=None, charset=None, url=row.get("url") or "http://unknown.example/page.html"
            ),
        )
        for row in rows
    ]  # fmt: skip


def flat(text: str | None) -> str:
    return "".join((text or "").split())


def bigram_f1(got: str, gold: str) -> float:
    one, two = (Counter(zip(flat(text), flat(text)[1:], strict=False)) for text in (got, gold))
    same = sum((one & two).values())
    return 2 * same / max(1, sum(one.values()) + sum(two.values()))


def share(rights: list[bool]) -> float:
    return sum(rights) / len(rights)


def articles() -> list[tuple[dict[str, Any], Any]]:
    return [(row, document) for row, document in answers() if row["kind"] == "article"]


def test_the_kind_is_right() -> None:
    assert share([row["kind"] == document.kind for row, document in answers()]) >= 0.99


def test_the_body_is_right() -> None:
    scores = [bigram_f1(document.body, row["body"]) for row, document in articles()]

    assert sum(scores) / len(scores) >= 0.985


def test_the_title_is_right() -> None:
    assert share([flat(document.title) == flat(row["title"]) for row, document in articles()]) >= 0.98


def test_the_day_is_right() -> None:
    dated = [(row, document) for row, document in articles() if row.get("published")]

    assert share([(document.published or "")[:10] == row["published"][:10] for row, document in dated]) >= 0.98


def test_the_publisher_is_right() -> None:
    named = [(row, document) for row, document in articles() if row.get("source")]

    assert share([flat(document.publisher) == flat(row["source"]) for row, document in named]) >= 0.96


def test_the_charset_is_right() -> None:
    assert share([row["charset"] == document.charset for row, document in answers()]) == 1.0


def test_a_whole_list_gives_its_entries_and_nothing_else() -> None:
    whole = [(row, document) for row, document in answers() if row["kind"] == "list" and not row["items_partial"]]

    assert whole
    for row, document in whole:
        assert [link.text for link in document.links] == [item["title"] for item in row["items"]]
