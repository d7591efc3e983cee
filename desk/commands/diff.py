"""`longarm diff URL [OLD NEW]`, `longarm diff OLD NEW`: what was taken out and put in, sentence by sentence, word by
word; between two snapshots of a page, or of two pages that tell the same.

Private persons are masked, as in every list; `longarm show` gives the text of a snapshot as stored.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.mask import clean, clean_in_place, mask
from alerts.people import people
from crawler.changes import edit, pieces
from desk import json_out
from desk.known import page_named
from desk.moments import local
from storage import documents
from storage.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from alerts.people import People
    from crawler.changes import Piece
    from desk.session import Desk
    from storage.database import Connection
    from storage.findings import Document, Snapshot

# An unchanged run longer than this is shown by its ends: the reader looks for what changed.
_SHOWN_WHOLE = 100
_END = 40

# Two words that look like ids are snapshots; a URL has a dot or a slash.
_ID = re.compile(r"[0-9a-fA-F]{8,64}")

_PLAIN = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
# Colour helps, the marks say it: nobody must tell red from green.
_COLOUR = {"same": "{}", "removed": "\x1b[31m[-{}-]\x1b[0m", "added": "\x1b[32m{{+{}+}}\x1b[0m"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s [-h] [--json] URL [OLD NEW]\n       %(prog)s [-h] [--json] OLD NEW"
    parser.add_argument(
        "named",
        metavar="URL|OLD NEW",
        nargs="+",
        help="a page and two of its snapshots (default: its last two), or two snapshots of any pages",
    )
    parser.add_argument("--json", action="store_true", help="the sentences added and removed, as JSON")


def run(options: argparse.Namespace, desk: Desk) -> int:
    with desk.database.read() as conn:
        old, new = _chosen(conn, options.named)
        before, after = (_document(conn, each) for each in (old, new))
    # Whom one of the two names in a way that tells him for a private person, the other may name bare.
    known = people(f"{before.title}\n{before.body}") | people(f"{after.title}\n{after.body}")
    if options.json:
        whole = edit(f"{before.title}\n{before.body}", f"{after.title}\n{after.body}")
        shown = {
            "url": new.url,
            **({"url_old": old.url} if old.page_id != new.page_id else {}),
            "snapshot_old": old.short,
            "snapshot_new": new.short,
            "added": [mask(sentence, known) for sentence in whole.added],
            "removed": [mask(sentence, known) for sentence in whole.removed],
        }
        print(json_out.line(shown))
        return 0
    marks = _COLOUR if sys.stdout.isatty() else _PLAIN
    for url in dict.fromkeys((old.url, new.url)):
        print(clean(url))
    for name, each in (("old", old), ("new", new)):
        print(f"{name}  {each.short[:12]}  {local(each.captured_at, desk.config.digest.zone)}")
    if before.published != after.published:
        print(f"published  {before.published or '-'} -> {after.published or '-'}")
    print()
    print(_marked(_masked(before.title, after.title, known), marks))
    print()
    print(_marked(_masked(before.body, after.body, known), marks))
    return 0


def _chosen(conn: Connection, named: Sequence[str]) -> tuple[Snapshot, Snapshot]:
    if len(named) == 2:
        if not all(map(_ID.fullmatch, named)):
            raise ConfigError("name a page's URL alone or with two of its snapshots, or two snapshots, the older first")
        old, new = (documents.find_snapshot(conn, each) for each in named)
        return old, new
    url, *snapshots = named
    page = page_named(conn, url)
    if not snapshots:
        known = documents.snapshots(conn, page.id)
        if len(known) < 2:
            raise ConfigError(
                f"{url}: {len(known)} snapshot, nothing to compare it with; `longarm history {url}` tells more"
            )
        return known[-2], known[-1]
    if len(snapshots) != 2:
        raise ConfigError("name two snapshots, the older first, or none for the last two")
    old, new = (documents.find_snapshot(conn, each) for each in snapshots)
    for found in (old, new):
        if found.page_id != page.id:
            raise ConfigError(f"{found.short[:12]}: a snapshot of {found.url}, not of {page.url}")
    return old, new


def _document(conn: Connection, found: Snapshot) -> Document:
    whole = documents.of_snapshot(conn, found)
    if whole is None:
        raise ConfigError(f"{found.short}: its text has not been read yet; run `longarm scan`")
    return whole


def _masked(old: str, new: str, known: People) -> Iterator[Piece]:
    """The pieces of the texts as stored, each cut from the masked copy: a name cut in two is masked still."""
    copies = {"removed": mask(old, known), "added": (shown := mask(new, known)), "same": shown}
    for piece in pieces(old, new):
        yield replace(piece, text=copies[piece.kind][piece.start : piece.start + len(piece.text)])


def _marked(found: Iterable[Piece], marks: dict[str, str]) -> str:
    shown = []
    for piece in found:
        text = clean_in_place(piece.text)
        if piece.kind == "same":
            shown.append(_shortened(text))
        else:
            # A mark over a line break would hide where the line ends.
            body = text.rstrip("\n")
            shown.append((marks[piece.kind].format(body) if body else "") + text[len(body) :])
    return "".join(shown)


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN_WHOLE else f"{text[:_END]} … {text[-_END:]}"
