"""An article's files and pictures while the crawl goes on: found in the answer that came, asked in the same run.

Nothing depends on it: what is missed here (a killed run, a page that is hard to read) is due once the page is read.
"""

from __future__ import annotations

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from crawler.addresses import refusal
from crawler.purpose import Purpose
from crawler.reading.attachments import ENDINGS
from crawler.reading.budget import ReadingTime
from crawler.reading.workers import Failure, ReadingPool, ReadJob
from storage import attachments
from storage.records import Reason, Role
from storage.urls import url_key

if TYPE_CHECKING:
    import sqlalchemy as sa

    from crawler.purpose import Captured
    from storage.findings import Document

logger = logging.getLogger(__name__)

# What a page with files has somewhere: a file's ending, a mark, or the word.
_ENDING = re.compile(rb"\.(?:" + "|".join(ENDINGS).encode() + rb")(?![0-9a-z])")
_MARKS = (b"appendix", b"needdownload", *("附件".encode(coding) for coding in ("utf-8", "gb18030")))
# A post of pictures, whose addresses a script holds.
_POST = re.compile(rb"picture_page_info_list[\"']?\s{0,9}[:=]\s{0,9}\[\s{0,200}\{")
# An answer that is data (perhaps in a call): its text is in one of its fields.
_DATA = re.compile(rb"[\s\xef\xbb\xbf]{0,20}(?:[\w.$]{1,60}\s?\(\s?)?[\[{]")
# Stops and commas in the encodings of these pages, and of English: a page with few of them has hardly a text.
_STOPS = tuple(stop.encode(coding) for stop in "，。" for coding in ("utf-8", "gb18030"))
_FEW_STOPS, _FEW_SENTENCES = 15, 25
# Larger pages are read at leisure, after the crawl.
_MOST_BYTES = 2_000_000
# Of one source and run, and so are pages that took its seconds: there is one reader for all.
_SECONDS_PER_SOURCE = 120.0


def may_have(body: bytes) -> bool:
    """Whether an answer is worth reading for files: a look at its bytes, for most pages have none."""
    if len(body) > _MOST_BYTES or not (b"<" in body[:1024] or _DATA.match(body)) or body.startswith(b"%PDF"):
        return False
    lower = body.lower()
    if _ENDING.search(lower) or any(mark in lower for mark in _MARKS) or _POST.search(lower):
        return True
    if b"<img" not in lower and b"\\u003cimg" not in lower:
        return False
    return sum(map(body.count, _STOPS)) < _FEW_STOPS and body.count(b". ") < _FEW_SENTENCES


class Attachments:
    """One run's finding of files. Pages are read in a process of their own, which is started for the first of them."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._asked: set[str] = set()
        self._thread = ThreadPoolExecutor(1, "longarm-files")
        self._pool: ReadingPool | None = None
        self._time = ReadingTime(_SECONDS_PER_SOURCE)

    async def found(self, response: Captured, body: bytes) -> dict[str, str]:
        """The files that an answer leads to, by URL key, in order; none for an answer that is a file's itself.

        `body` is content-decoded.
        """
        capture = response.capture
        if not may_have(body) or url_key(capture.url) in self._asked:
            return {}
        if self._time.puts_off(capture.source_id, capture.id):
            # Its files are found when it is read after the crawl, and are due in the next run.
            return {}
        job = ReadJob(
            body=body,
            media_type=capture.media_type,
            charset=capture.charset,
            url=capture.final_url or capture.url,
            status=response.status,
            headers=response.lines,
            took=partial(self._time.spend, capture.source_id),
        )
        read = await asyncio.get_running_loop().run_in_executor(self._thread, self._read, job)
        if isinstance(read, Failure):
            logger.info("not read for its files: %s capture=%s", read.reason, capture.short)
            return {}
        found: dict[str, str] = {}
        for link in read.attachments:
            if refusal(link.url, allowed=self._allowed) is None:
                found.setdefault(url_key(link.url), link.url)
        return found

    def unknown(self, conn: sa.Connection, purpose: Purpose, found: dict[str, str]) -> list[str]:
        """Those of these files that no run has known; what only an article led to leads no further."""
        key = url_key(purpose.url)
        if attachments.of_articles_only(conn, [key]):
            return []
        known = attachments.known(conn, found) | self._asked
        return [url for key, url in found.items() if key not in known]

    def ask(self, purpose: Purpose, urls: list[str], most: int) -> list[Purpose]:
        """The purposes of asking for these files, `most` of them, of the article that `purpose` asked for."""
        # Another article with the same file may have come meanwhile.
        chosen = [url for url in urls if url_key(url) not in self._asked][:most]
        self._asked.update(map(url_key, chosen))
        return [
            Purpose(
                url=url,
                role=Role.PAGE,
                reason=Reason.DISCOVERED,
                source_id=purpose.source_id,
                vantage=purpose.vantage,
                robots=purpose.robots,
            )
            for url in chosen
        ]

    def is_asked(self, key: str) -> bool:
        """Whether this run has asked for that file already."""
        return key in self._asked

    def close(self) -> None:
        """Let the reading process go."""
        if self._pool is not None:
            self._pool.close()
        self._thread.shutdown()

    def _read(self, job: ReadJob) -> Document | Failure:
        if self._pool is None:
            self._pool = ReadingPool(processes=1)
        return next(iter(self._pool.map([job])))[1]
