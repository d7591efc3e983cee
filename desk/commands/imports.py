"""`longarm import FILE…`: pages that only a person could reach, or that others kept, into the archive."""

from __future__ import annotations

import getpass
import stat
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.phrases import plural
from crawler.imports import pages_in
from crawler.running import hasten, running
from desk import pipeline
from desk.crawling import plain, sync_registry
from desk.importing import Importer, Told
from desk.known import must_be_source
from desk.moments import local
from desk.progress import progress_of
from storage import documents, runs
from storage.config import CHINA
from storage.errors import ConfigError
from storage.records import SourceId
from storage.urls import url_key

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from desk.importing import Imported
    from desk.session import Desk


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="a saved page (HTML, MHTML), a folder of saved pages, a PDF or ZIP; WARC, WACZ or HAR",
    )
    parser.add_argument("--url", metavar="URL", help="the page's address, where the file does not say it")
    parser.add_argument(
        "--at", metavar="TIME", help="when the page was seen, as 2024-05-01 or 2024-05-01T10:00 (Beijing) or …+02:00"
    )
    parser.add_argument("--note", metavar="TEXT", help="what to remember of where it came from")
    parser.add_argument("--publisher", metavar="NAME", help="who published them, where the page itself does not say")
    parser.add_argument("--source", metavar="ID", help="the source these pages belong to")


def run(options: argparse.Namespace, desk: Desk) -> int:
    told = _told(options, desk)
    files, bad = _files(options.files)
    if not files:
        # Nothing but mistyped names: no run, and theirs to mend.
        return 2
    if len(files) > 1 and (told.url or told.at):
        raise ConfigError(f"--url and --at are one page's; there are {len(files)} files here: import them one by one")
    with runs.lock(desk.config.data_dir):
        source = _source(desk, options.source)
        told = replace(told, source_id=source)
        with running(desk.config, desk.database, clock=desk.clock) as opened, progress_of(desk) as tell:
            opened.stats["imported"] = 0  # An import that fails half-way is no run of ours either.
            importer = Importer(desk, opened.archive, told, tell=tell)
            done = [(path, importer.take(path)) for path in files]
            opened.stats["imported"] = sum(made.looks for _, made in done)
        with progress_of(desk) as tell:
            pipeline.derive_all(desk, tell)
        hasten(desk.database, desk.config, now=desk.clock)
    for path, made in done:
        if not desk.quiet:
            for line in _lines(desk, path, made):
                print(plain(line))
        if made.problem:
            bad += 1
            _refuse(path, made.problem)
    return 1 if bad else 0


def _told(options: argparse.Namespace, desk: Desk) -> Told:
    at = None
    if options.at is not None:
        try:
            at = datetime.fromisoformat(options.at)
        except ValueError:
            raise ConfigError(f"--at {options.at}: no time; write it as 2024-05-01T10:00") from None
        at = (at if at.tzinfo else at.replace(tzinfo=CHINA)).astimezone(UTC)
        if at > desk.clock():
            raise ConfigError(f"--at {options.at}: is still to come; write when the page was seen")
    if options.url is not None:
        try:
            url_key(options.url)
        except ValueError:
            raise ConfigError(f"--url {options.url}: no http or https address") from None
    publisher = " ".join((options.publisher or "").split()) or None
    if options.publisher is not None and not (publisher and publisher.isprintable()):
        raise ConfigError(f"--publisher {options.publisher!r}: no name; write who published the page")
    return Told(url=options.url, at=at, note=options.note, publisher=publisher, operator=getpass.getuser())


def _files(given: Sequence[Path]) -> tuple[list[Path], int]:
    """The files to import, a folder's saved pages in its place; how many names gave none."""
    found, bad = [], 0
    for path in given:
        mode = _mode(path)
        if stat.S_ISREG(mode):
            found.append(path)
        elif stat.S_ISDIR(mode):
            pages = pages_in(path)
            found += pages
            if pages:
                continue
            bad += 1
            _refuse(path, "holds no saved page; name the folder that the .html file stands in")
        else:
            bad += 1
            _refuse(path, "neither a file nor a folder; give a copy" if mode else "no such file")
    return found, bad


def _mode(path: Path) -> int:
    """What stands there; 0 for nothing. Path.is_file raises for a name longer than any file's."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def _refuse(path: Path, what: str) -> None:
    print(plain(f"longarm: {path}: {what}"), file=sys.stderr)


def _source(desk: Desk, name: str | None) -> SourceId | None:
    known = sync_registry(desk)
    if name is None:
        return None
    must_be_source(name, {source.id for source in known}, "--source")
    return SourceId(name)


def _lines(desk: Desk, path: Path, made: Imported) -> list[str]:
    parts = [f"{plural(made.looks, 'look')} at {plural(len(made.pages), 'page')}"]
    if made.known:
        parts.append(f"{made.known} known already")
    lines = [f"{path}: {', '.join(parts)}"]
    lines += [f"  {count} left out: {why}" for why, count in made.left_out.counts.items()]
    if len(made.captures) == 1:
        lines += _one(desk, made)
    return lines


def _one(desk: Desk, made: Imported) -> list[str]:
    """Where the one page of a file went."""
    capture = made.captures[0]
    with desk.database.read() as conn:
        shown = documents.snapshots(conn, capture.page_id)
    own = next((each.short for each in shown if capture.id in each.parts), None)
    whose = {"file": "as the file says", "mtime": "the file's own time, for it says none", "option": "as given"}
    return [
        f"  {capture.url}",
        f"  seen {local(capture.captured_at, desk.config.digest.zone)} ({whose[made.time_from]})",
        f"  snapshot {own}" if own else f"  capture {capture.short}; no new text of the page",
    ]
