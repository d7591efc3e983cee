"""`longarm copies URL|SNAPSHOT`: the pages that carry the same text, the original first, and what each made of it.

Looked for among the texts that alerted: a copy of one of them alerts by itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alerts.syndication import Read, sketch
from desk import json_out
from desk.copies import Copies, text_of
from desk.known import page_named
from desk.stories import story_lines, story_object
from storage import documents, stories
from storage.errors import ConfigError

if TYPE_CHECKING:
    import argparse

    from desk.session import Desk
    from storage.database import Connection
    from storage.findings import Snapshot

_SNAPSHOT = re.compile(r"[0-9a-fA-F]{8,64}")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", metavar="URL|SNAPSHOT", help="a known page, or a snapshot's id or its beginning")
    parser.add_argument("--json", action="store_true", help="one JSON object a story")


def run(options: argparse.Namespace, desk: Desk) -> int:
    with desk.database.read() as conn:
        snapshot = _snapshot(conn, options.text)
        found = [stories.load(conn, cluster) for cluster in _clusters(conn, snapshot)]
    for story in found:
        if options.json:
            print(json_out.line(story_object(story)))
        elif story.count > 1:
            print("\n".join(story_lines(story, desk.config.digest.zone)))
    if not options.json and not desk.quiet and not any(story.count > 1 for story in found):
        print("no copies among the texts that alerted")
    return 0


def _snapshot(conn: Connection, given: str) -> Snapshot:
    if _SNAPSHOT.fullmatch(given.strip()):
        return documents.find_snapshot(conn, given)
    shown = documents.snapshots(conn, page_named(conn, given).id)
    if not shown:
        raise ConfigError(f"{given}: no text of it is kept; `longarm history {given}` tells what was seen")
    return shown[-1]


def _clusters(conn: Connection, snapshot: Snapshot) -> list[str]:
    """The story of a snapshot that alerted; of another the stories that its text proves to belong to."""
    cluster = stories.cluster_of(conn, snapshot.id)
    if cluster is not None:
        return [cluster]
    document = documents.of_snapshot(conn, snapshot)
    if document is None:
        raise ConfigError(f"{snapshot.short}: its text has not been read yet; run `longarm scan`")
    text = text_of(document)
    return [name for name, _ in Copies().near(conn, sketch(text), Read(text))]
