"""robots.txt asks for patience: its Crawl-delay is kept, by the command."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

HOST = "http://www.jia.example.gov.cn"


def test_a_crawl_delay_is_kept_where_robots_txt_is_obeyed(tmp_path: Path, museum: Museum) -> None:
    yard = Yard(tmp_path)
    yard.configure(proxy=museum.proxy)
    urls = [f"{HOST}/art/{number}.html" for number in range(1, 4)]
    museum.serve(f"{HOST}/rss.xml", feed_of(urls), content_type="text/xml")
    for url in urls:
        museum.serve(url, "<html><head><title>通告</title></head><body><p>请广大群众积极配合。</p></body></html>")
    museum.serve(f"{HOST}/robots.txt", "User-agent: *\nCrawl-delay: 0.4\n", content_type="text/plain")
    yard.source("jia", f"{HOST}/rss.xml")
    yard.longarm("crawl")
    times = sorted(museum.asked(url)[0].at for url in urls)
    assert min(later - sooner for sooner, later in pairwise(times)) > 0.3
