"""Stage `alarm`: each run's looks at feeds in numbers, and the alarms that they raise or clear. Never a silent failure.

It takes no clock: an alarm is raised, and cleared, at the time of the look that shows it.
"""

from __future__ import annotations

import ipaddress
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from alerts import alarms as kinds
from alerts.alarms import FeedPast, SourcePast, judge
from storage import alarms, feed_looks, pages
from storage.errors import ArchiveError
from storage.feed_health import Alarm, FeedLook
from storage.feed_looks import PagesRead
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from storage.archive import Archive
    from storage.database import Connection
    from storage.feed_looks import Listed, ListRead, Watched
    from storage.records import CaptureId, Exchange, FeedId, SourceId

logger = logging.getLogger(__name__)

VERSION = 1

_BATCH = 500
# So many looks at a feed are its past; so many days of publishing are its rhythm.
PAST_LOOKS, PAST_DAYS = 120, 60


class Key(NamedTuple):
    kind: str
    feed_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one run saw of a source's feeds, and the alarms that changed by it; `id` is its last list page."""

    id: CaptureId
    looks: tuple[FeedLook, ...]
    changed: tuple[Alarm, ...]


class AlarmStage:
    """Looks and alarms; whole runs at a time."""

    name = "alarm"

    def __init__(self, archive: Archive) -> None:
        self.version = f"{VERSION}.{kinds.VERSION}"
        self._archive = archive

    def subjects(self, conn: Connection, after: CaptureId) -> Sequence[ListRead]:
        return feed_looks.read(conn, after, _BATCH)

    def again(self, conn: Connection, ids: Sequence[CaptureId]) -> Sequence[ListRead]:  # noqa: ARG002 - none ever fails
        return ()

    def derive(self, conn: Connection, reads: Sequence[ListRead]) -> Iterator[Seen]:
        memory = _Memory(conn, reads)
        # Stable: a run's list pages stay in their order.
        for run_id, of_run in groupby(reads, key=lambda read: read.run_id):
            of_feed: dict[FeedId, list[ListRead]] = {}
            for read in of_run:
                of_feed.setdefault(read.feed_id, []).append(read)
            yield from self._run(conn, run_id, of_feed, memory)

    def _run(
        self, conn: Connection, run_id: str, of_feed: dict[FeedId, list[ListRead]], memory: _Memory
    ) -> Iterator[Seen]:
        first = min(reads[0].id for reads in of_feed.values())
        read = feed_looks.pages_read(conn, run_id, after=first)
        for source in memory.sources:
            looks = [
                self._look(conn, of_feed[feed], memory, read.get(feed, PagesRead()), url)
                for feed, url in source.feeds.items()
                if feed in of_feed
            ]
            if looks:
                for look in looks:
                    memory.add(look)
                last = max(look.capture_id for look in looks)
                at = max(look.at for look in looks)
                yield Seen(id=last, looks=tuple(looks), changed=tuple(memory.judge(source, at)))

    def _look(
        self, conn: Connection, reads: Sequence[ListRead], memory: _Memory, read: PagesRead, url: str
    ) -> FeedLook:
        last = reads[-1]
        first_page = [each for each in reads if each.page_number == 1 and each.listed]
        answered = [each for each in reads if each.status is not None]
        exchange = self._exchange(conn, answered[-1].id) if answered else None
        tls = exchange.tls if exchange else None
        return FeedLook(
            feed_id=last.feed_id,
            run_id=last.run_id,
            capture_id=last.id,
            at=last.at,
            error=last.error,
            platform=None if last.error else last.platform,
            listed=sum(each.listed or 0 for each in first_page) or None,
            dated=sum(each.dated or 0 for each in first_page) if first_page else None,
            fresh=memory.fresh(last.feed_id, {each.id for each in reads}),
            pages=read.pages,
            pages_dated=read.dated,
            pages_with_text=read.with_text,
            host=_landed(exchange, url) if exchange and exchange.error is None else None,
            address=_network(exchange.remote_ip) if exchange else None,
            issuer=tls.chain_sha256[min(1, len(tls.chain_sha256) - 1)][:16] if tls and tls.chain_sha256 else None,
            tls_error=tls.error if tls else None,
        )

    def _exchange(self, conn: Connection, number: CaptureId) -> Exchange | None:
        try:
            return self._archive.exchange(pages.capture(conn, number))
        except ArchiveError as problem:
            # What the archive lost, `verify` tells; who answered then stays unknown.
            logger.warning("%s capture=%s", problem, number)
            return None

    def put(self, conn: Connection, results: Sequence[Seen]) -> None:
        feed_looks.put(conn, [look for seen in results for look in seen.looks], version=VERSION)
        # An alarm raised and cleared in one batch is one row.
        changed = {
            (one.source_id, one.feed_id, one.kind, one.raised_at): one for seen in results for one in seen.changed
        }
        alarms.put(conn, list(changed.values()), version=VERSION)

    def forget(self, conn: Connection) -> None:
        feed_looks.forget(conn)
        alarms.forget(conn)


class _Memory:
    """The past of the sources of one batch, and the alarms that hold, as the runs of the batch go by."""

    def __init__(self, conn: Connection, reads: Sequence[ListRead]) -> None:
        self.sources: list[Watched] = feed_looks.watched(conn, sorted({read.feed_id for read in reads}))
        ids = [feed for source in self.sources for feed in source.feeds]
        self._past = feed_looks.past(conn, ids, limit=PAST_LOOKS, before=reads[0].id)
        self._listed: dict[FeedId, list[Listed]] = {feed: feed_looks.listed(conn, feed) for feed in ids}
        self._held: dict[SourceId, dict[Key, Alarm]] = {
            source: {Key(one.kind, one.feed_id): one for one in found}
            for source, found in alarms.held(conn, [source.source_id for source in self.sources]).items()
        }

    def fresh(self, feed_id: FeedId, captures: set[CaptureId]) -> int:
        return sum(one.entries for one in self._listed[feed_id] if one.capture_id in captures)

    def add(self, look: FeedLook) -> None:
        past = self._past[look.feed_id]
        past.append(look)
        older = past[:-PAST_LOOKS]
        del past[:-PAST_LOOKS]
        if not any(each.fresh for each in past):
            # How long nothing came must not be forgotten while nothing comes.
            past[:0] = [each for each in older if each.fresh][-1:]

    def judge(self, source: Watched, at: datetime) -> Iterator[Alarm]:
        """The alarms that are raised or cleared by what is known now."""
        held = self._held.setdefault(source.source_id, {})
        feeds = tuple(
            FeedPast(feed_id=feed, url=url, looks=tuple(self._past[feed]), days=self._days(feed))
            for feed, url in source.feeds.items()
            if self._past[feed]
        )
        seconds = source.silent_after_seconds
        past = SourcePast(feeds=feeds, silent_after=timedelta(seconds=seconds) if seconds else None)
        found = judge(past, held.keys())
        for key in [key for key in held if key not in found]:
            yield replace(held.pop(key), cleared_at=at)
        for (kind, feed_id), what in found.items():
            if what is None or (kind, feed_id) in held:
                continue
            raised = Alarm(
                source_id=source.source_id,
                feed_id=feed_id,
                kind=kind,
                raised_at=at,
                since=what.since,
                detail=what.detail,
            )
            held[Key(kind, feed_id)] = raised
            yield raised

    def _days(self, feed_id: FeedId) -> tuple[date, ...]:
        """The last days on which the feed published, by what its entries say, as far as it had been read."""
        last = self._past[feed_id][-1]
        today = last.at.date() + timedelta(days=1)  # China is ahead of UTC
        days = {one.day for one in self._listed[feed_id] if one.day is not None and one.capture_id <= last.capture_id}
        seen = {look.at.date() for look in self._past[feed_id][1:] if look.fresh}
        return tuple(sorted(day for day in days or seen if day <= today)[-PAST_DAYS:])


def _landed(exchange: Exchange, url: str) -> str:
    """The host where a look ended; with a slash behind it where that is its front page, which a list is not."""
    final = exchange.final_url or url
    home = urlsplit(final).path in ("", "/") and urlsplit(url).path not in ("", "/")
    return host_of(final) + ("/" if home else "")


def _network(address: str | None) -> str | None:
    """The network an address is in: neighbours in it are one machine room."""
    if address is None:
        return None
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))
