"""Texts that lists carry of articles whose own pages show a challenge: kept as looks at the article, and said to be so.

A bridge of a WeChat account gives the whole text, while the article itself asks who is there. What the article shows
once it can be reached opens its next snapshot.
"""

from __future__ import annotations

import logging
from itertools import groupby, islice
from typing import TYPE_CHECKING

from crawler.running import running
from spiders.looking import Question, SlowListError, UnreadableListError, look_safely
from spiders.platforms import PLATFORMS, ListPage
from storage import carriers, pages
from storage.config import CHINA
from storage.errors import ArchiveError
from storage.records import CARRIED, FROM_LIST, Exchange, Feed, Reason, Role, SourceId, Via

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from desk.session import Desk
    from storage.carriers import Hidden
    from storage.records import Capture

logger = logging.getLogger(__name__)
# So many texts are in memory at once.
_PORTION = 100
_HTML = (("Content-Type", "text/html; charset=utf-8"),)


def keep_carried(desk: Desk) -> int:
    """Keep what lists carry of articles that were never shown to us; how many texts. Under the run's lock."""
    carrying = [name for name, platform in PLATFORMS.items() if platform.carries]
    with desk.database.read() as conn:
        hidden = carriers.hidden(conn, carrying)
    looks = _looks(desk, hidden)
    some = list(islice(looks, _PORTION))
    if not some:
        return 0
    kept = 0
    with running(desk.config, desk.database, clock=desk.clock) as opened:
        while some:
            opened.archive.record(some)
            kept += len(some)
            some = list(islice(looks, _PORTION))
    return kept


def _looks(desk: Desk, hidden: Sequence[Hidden]) -> Iterator[Exchange]:
    """A look for each text that is there; of each list it is noted which texts it has not."""
    for list_id, group in groupby(sorted(hidden, key=lambda one: one.list_id), key=lambda one: one.list_id):
        wanted = {one.url_key: one for one in group}
        with desk.database.read() as conn:
            seen = pages.capture(conn, list_id)
            whole = seen if seen.refers_to is None else pages.capture(conn, seen.refers_to)
        try:
            texts = _texts(desk, whole, wanted)
        except (ArchiveError, SlowListError) as problem:
            # Another time it may be read.
            logger.warning("texts of a list not read capture=%s: %s", seen.short, problem)
            continue
        except UnreadableListError as problem:
            # The same bytes would cost the same time and memory at every scan.
            logger.warning("texts of a list not read capture=%s: %s", seen.short, problem)
            texts = {}
        if len(texts) < len(wanted):
            with desk.database.write() as conn:
                carriers.put_textless(conn, (one for key, one in wanted.items() if key not in texts))
        for key, text in texts.items():
            yield _look(desk, wanted[key], seen, whole, text)


def _texts(desk: Desk, whole: Capture, wanted: dict[str, Hidden]) -> dict[str, str]:
    """The texts of these articles that a list carries, by URL key, each as a page."""
    one = next(iter(wanted.values()))
    page = ListPage.of(
        url=whole.final_url or whole.url,
        status=whole.status or 200,
        headers=(("Content-Type", "; charset=".join(filter(None, (whole.media_type or "text/xml", whole.charset)))),),
        body=desk.archive.body(whole),
        today=whole.captured_at.astimezone(CHINA).date(),
    )
    feed = Feed(id=one.feed_id, source_id=one.source_id or SourceId(""), url=page.url)
    question = Question(
        page=page, feed=feed, name=one.platform, number=1, may_differ=False, allowed=frozenset(),
        texts_of=frozenset(wanted),
    )  # fmt: skip
    return look_safely(question).carried


def _look(desk: Desk, one: Hidden, seen: Capture, whole: Capture, text: str) -> Exchange:
    assert whole.payload_sha256 is not None
    return Exchange(
        url=one.url,
        role=Role.PAGE,
        reason=Reason.DISCOVERED,
        source_id=one.source_id,
        feed_id=one.feed_id,
        vantage=seen.vantage,
        started_at=seen.captured_at,
        finished_at=seen.captured_at,
        status=200,
        response_headers=_HTML,
        body=text.encode("utf-8", "replace"),
        message=f"{FROM_LIST}{seen.url} (capture {seen.short})",
        via=Via(
            how=CARRIED,
            file=seen.url,
            sha256=whole.payload_sha256,
            at=desk.clock(),
            http=False,
            record=seen.short,
            made="an item of the list, set as a page",
        ),
    )
