"""The feeds in the data folder: `feeds/all.atom`, `feeds/all.json`, and the same for each concept of the rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alerts.digest_lines import organ_of
from alerts.feed_forms import ALL, feed_of, item_of, render_atom, render_json_feed
from alerts.glossary import glosses
from desk.files import write_whole
from storage import alerts, arrivals, ledger, origins, sources
from storage.digests import Named
from storage.records import SourceId

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.feed_forms import Feed, Item
    from desk.session import Desk

# A concept is a file's name: of a rule file's words only such are.
_NAME = re.compile(r"[A-Za-z0-9_][\w-]{0,99}")


def write_feeds(desk: Desk) -> int:
    """Write each feed that changed, whole or not at all; gives how many. Nothing before the first capture."""
    settings = desk.config.feeds
    with desk.database.read() as conn:
        root, begun = ledger.root(conn), arrivals.begun(conn)
        newest = alerts.latest(conn, limit=settings.entries)
        came = origins.of_snapshots(conn, [one.snapshot_id for one in newest])
        known = {
            source.id: Named(
                id=source.id,
                name_zh=source.name_zh,
                name_en=source.name_en,
                agency=source.agency,
                level=source.level,
                province=source.province,
            )
            for source in sources.load(conn, include_disabled=True)
        }
    if root is None or begun is None:
        return 0
    counts_only = desk.config.digest.detail == "counts"
    by_name: dict[str, list[Item]] = {ALL: []}
    # A feed stands there before its first alert, for whoever subscribes.
    by_name.update({rule.concept: [] for rule in desk.rulebook.rules if rule.concept != ALL})
    for one in newest:
        named = known.get(SourceId(one.source_id)) if one.source_id else None
        origin = came.get(one.snapshot_id, origins.UNSAID)
        item = item_of(one, organ_of(named), origin, gloss=glosses, counts_only=counts_only)
        by_name[ALL].append(item)
        if one.concept != ALL:
            by_name.setdefault(one.concept, []).append(item)
    written, folder = 0, desk.config.data_dir / "feeds"
    for name, items in sorted(by_name.items()):
        if _NAME.fullmatch(name):
            url = f"{settings.url.rstrip('/')}/{name}" if settings.url else ""
            feed = feed_of(name, items, root=root, begun=begun, limit=settings.entries, url=url)
            written += _write(folder, feed)
    return written


def _write(folder: Path, feed: Feed) -> int:
    written = 0
    for suffix, text in (("atom", render_atom(feed)), ("json", render_json_feed(feed))):
        path, body = folder / f"{feed.name}.{suffix}", text.encode()
        # What did not change keeps its time: programs that fetch it ask by that.
        if not path.is_file() or path.read_bytes() != body:
            write_whole(path, [body])
            written += 1
    return written
