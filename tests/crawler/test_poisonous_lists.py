"""Lists made to hang a crawl: it goes on, and ends within the time that the fence states."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from spiders.looking import CLOCK_SECONDS
from tests.crawler.test_crawl import HOST, RSS, stage
from tests.crawler.yard import Yard

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

CELL = "<td><a href=/{n}.html>关于通告的全文第{n}号</a></td>"
ROW = '<li><a href="/art/{n}.html">第{n}号通告的全文</a>2026-11-02</li>'
LISTS = {
    "nested": "<div>" * 2_000_000,
    "columns": "<table><tr>" + "".join(CELL.replace("{n}", str(n)) for n in range(50_000)) + "</tr></table>",
    "links": "<ul>" + "".join(ROW.replace("{n}", str(n)) for n in range(500_000)) + "</ul>",
}


def test_poisonous_lists_cost_themselves_and_the_crawl_goes_on(tmp_path: Path, museum: Museum) -> None:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy, fetch="max_new_pages = 2\nmax_size = '64MB'")
    for name, body in LISTS.items():
        museum.serve(f"http://{name}.example.cn/", f"<html><body>{body}")
        yard.source(name, f"http://{name}.example.cn/")
    urls = stage(museum, range(1, 4))
    yard.source("jia", RSS)
    began = time.monotonic()
    done = yard.start("crawl").wait(CLOCK_SECONDS * len(LISTS))
    assert time.monotonic() - began < CLOCK_SECONDS * len(LISTS)
    assert done.returncode in (0, 1), done.stderr
    assert "nested: parse: list page yields 0 links" in done.stdout
    asked = [seen.url for seen in museum.requests]
    of_traps = [place for place, url in enumerate(asked) if url.endswith(".html") and not url.startswith(HOST)]
    assert len(of_traps) <= 2 * len(LISTS), "those that were read have the pages that a source may have in a run"
    (last,) = sorted(asked.index(url) for url in urls if url in asked)[-1:]
    # The columns are read in a few seconds, in which an honest source's pages are still spaced.
    slowest = [place for place in of_traps if asked[place].startswith("http://links.")]
    assert all(place > last for place in slowest), "an honest source's pages wait for no trap"
