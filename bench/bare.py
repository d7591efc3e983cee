"""Bare Scrapy against the origin: `python bench/bare.py PROXY PAGES recheck|fetch FOLDER`.

recheck: asks conditionally, with the ETags of the first run kept in FOLDER. fetch: stores each body there as a file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import scrapy
from origin import HOST, article_address
from scrapy.crawler import CrawlerProcess

PROXY, PAGES, MODE, FOLDER = sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
TAGS = FOLDER / "etags.json"
ETAGS: dict[str, str] = {}
SEEN: list[int] = []


class Bare(scrapy.Spider):
    name = "bare"
    handle_httpstatus_list = (304,)

    async def start(self):
        tags = json.loads(TAGS.read_text()) if MODE == "recheck" else {}
        for number in range(PAGES):
            url = HOST + article_address(number)
            headers = {"If-None-Match": tags[url]} if tags else None
            yield scrapy.Request(url, headers=headers, meta={"proxy": PROXY}, cb_kwargs={"number": number})

    def parse(self, response, number):
        SEEN.append(number)
        if MODE == "fetch":
            (FOLDER / f"{number}.html").write_bytes(response.body)
            ETAGS[response.url] = response.headers["ETag"].decode()


process = CrawlerProcess(
    {
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "DOWNLOAD_DELAY": 0,
        # Scrapy's default of 100 makes it slower here (docs/performance.md): it is given its best.
        "CONCURRENT_ITEMS": 1,
    }
)
process.crawl(Bare)
process.start()
if MODE == "fetch":
    TAGS.write_text(json.dumps(ETAGS))
sys.exit(0 if len(SEEN) == PAGES else f"bare: {len(SEEN)} of {PAGES} pages")
