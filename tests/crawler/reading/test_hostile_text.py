"""Hostile rows of one sign cost reading no time, and what stands behind them is still read."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import time

import pytest

import crawler.reading
from crawler.reading.reader import read

LENGTH = 20_000
SECONDS = 0.5
ROWS = {
    "blanks": " ",
    "wide blanks": "\u3000",
    "line ends": "\n",
    "digits": "1",
    "one Han letter": "位",
    "one Latin letter": "a",
    "opening tags": "<",
    "brackets": "（",
    "dashes": "-",
    "long dashes": "—",
    "bars": "|",
    "dots": "·",
    "digits and blanks": "1 ",
    "a class name": "_xl_tit",
}
# What a pattern waits for first: the row comes behind it.
LABELS = ("阅读", "评论", "404", "错误", "责", "来源：", "作者：", "2024-01-01", "附件", "(责编", "a(b)")


def _patterns() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    found = {}
    names = [module.name for module in pkgutil.iter_modules(crawler.reading.__path__, "crawler.reading.")]
    for name in ("crawler.reading", *(name for name in names if not name.endswith("worker"))):
        for key, value in vars(importlib.import_module(name)).items():
            for number, one in enumerate(value if isinstance(value, tuple) else (value,)):
                if isinstance(one, re.Pattern):
                    found[f"{name.rpartition('.')[2]}.{key}.{number}"] = one
    return found


PATTERNS = _patterns()


def test_the_patterns_are_found_at_all() -> None:
    assert len(PATTERNS) > 60


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_costs_the_square_of_a_row(name: str) -> None:
    pattern = PATTERNS[name]
    rows = [*ROWS.values(), *(label + sign for label in LABELS for sign in (" ", "1"))]
    for row in rows:
        text = row + row[-1] * LENGTH if row[:-1] in LABELS else (row * LENGTH)[:LENGTH]
        text += "\u00d7x"
        start = time.process_time()
        _ = pattern.search(text) if isinstance(pattern.pattern, str) else pattern.search(text.encode())
        assert time.process_time() - start < SECONDS, row


def test_json_behind_blanks_is_read_and_its_links_keep_no_half_characters() -> None:
    items = [{"url": f"http://a.example/{n}\ud800.html", "title": f"通告第{n}号\udc00"} for n in range(5)]

    document = read(b" " * 9000 + json.dumps(items).encode(), media_type=None, charset=None, url="http://a.example/")

    assert [link.url for link in document.links] == [f"http://a.example/{n}.html" for n in range(5)]
    assert [link.text for link in document.links] == [f"通告第{n}号" for n in range(5)]


@pytest.mark.parametrize("padding", [" ", "\u3000", "-", "—", "1"])
def test_a_padded_title_costs_no_time(padding: str) -> None:
    page = f"<title>关于敦促回国的通告{padding * LENGTH}某县</title><h1>关于敦促回国的通告</h1><p>正文。</p>"
    start = time.process_time()

    document = read(page.encode(), media_type="text/html", charset="utf-8", url="http://a.example/b.html")

    assert time.process_time() - start < 2 * SECONDS
    assert document.title == "关于敦促回国的通告"
