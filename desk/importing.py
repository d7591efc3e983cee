"""Bringing files into the archive: every look in them a capture of its own time, and what it came from beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.imports import ARCHIVES, Found, LeftOut, Unreadable, Why, kind_of, read_file
from crawler.reading.mediatypes import media_type_of
from storage import imports
from storage.bodies import content_encoding_of, decode
from storage.bodies import media_type_of as declared_type
from storage.capture_record import sha256
from storage.posts import page_address
from storage.records import Exchange, Reason, Role, Sha256, Via
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk.session import Desk
    from storage.archive import Archive
    from storage.records import Capture, Headers, SourceId

# Looks are written together: so many, or so many bytes.
_BATCH, _BATCH_BYTES = 50, 32_000_000
# No page is older than the Web, and none was seen tomorrow; a clock may be wrong by a day.
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
# Looks that a later record may repeat are remembered; a file of more forgets none, it only finds fewer repeats.
_MOST_REMEMBERED = 500_000
_SHOWN = ("image/", "font/", "audio/", "video/", "text/css", "text/xml", "application/xml", "application/json")
_SCRIPTS = ("javascript", "ecmascript", "+json", "+xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the operator says of the files: a page's address and time, a note, who published them, their source."""

    url: str | None = None
    at: datetime | None = None
    note: str | None = None
    publisher: str | None = None
    source_id: SourceId | None = None
    operator: str | None = None


@dataclass(slots=True, kw_only=True)
class Imported:
    """What one file brought. `problem` is what kept the rest of it out."""

    looks: int = 0
    pages: set[str] = field(default_factory=set)
    known: int = 0
    captures: list[Capture] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)
    time_from: str = "file"
    first: datetime | None = None
    problem: str | None = None


class Importer:
    """One import's work over one archive."""

    def __init__(
        self, desk: Desk, archive: Archive, told: Told, *, tell: Callable[[str, int], None] | None = None
    ) -> None:
        self._desk, self._archive, self._told, self._tell = desk, archive, told, tell
        self._waiting: list[tuple[Found, Exchange, Sha256]] = []
        self._bytes = 0
        self._by_name: dict[str, Capture] = {}
        self._done = 0

    def take(self, path: Path) -> Imported:
        """Import one file. What cannot be read is told in `problem`; everything else is in the archive."""
        made = Imported()
        try:
            kind = kind_of(path, is_page=self._told.url is not None)
            if kind in ARCHIVES and (self._told.url or self._told.at):
                raise Unreadable(f"is a {kind.upper()} file, each of whose looks has its own; leave out --url and --at")
            digest = _hash_of(path)
            reading = read_file(
                path,
                kind,
                url=self._told.url,
                max_body=self._desk.config.fetch.max_size,
                left_out=made.left_out,
            )
            for found in reading:
                self._look(found, path, digest, made)
        except Unreadable as problem:
            made.problem = str(problem)
        except OSError as problem:
            made.problem = f"cannot be read ({problem.strerror}); mend that, or give a copy"
        self._write(made)
        return made

    def _look(self, found: Found, path: Path, digest: Sha256, made: Imported) -> None:
        try:
            url_key(found.url)
        except ValueError:
            if len(found.url) < 3000 and found.how.removeprefix("import:") not in ARCHIVES:
                raise Unreadable(f"{found.url[:200]!r} is no http or https address; give another with --url") from None
            made.left_out.add(Why.NO_ADDRESS)
            return
        if found.repeats is not None:
            resolved = self._resolved(found)
            if resolved is None:
                # What it repeats may be among those that wait to be written.
                self._write(made)
                resolved = self._resolved(found)
            if resolved is None:
                made.left_out.add(Why.NO_REPEATED)
                return
            found = resolved
        at, time_from = self._time(found, path)
        if not _FIRST <= at <= self._desk.clock() + _AHEAD:
            made.left_out.add(Why.IMPOSSIBLE_TIME)
            return
        made.time_from = time_from
        made.first = min(made.first or at, at)
        exchange = self._exchange(found, path, digest, at, time_from)
        self._waiting.append((found, exchange, sha256(exchange.body)))
        self._bytes += len(exchange.body) + sum(len(each.data) for each in exchange.originals)
        if len(self._waiting) >= _BATCH or self._bytes >= _BATCH_BYTES:
            self._write(made)

    def _time(self, found: Found, path: Path) -> tuple[datetime, str]:
        if self._told.at is not None:
            return self._told.at, "option"
        if found.at is not None:
            return found.at, "file"
        return datetime.fromtimestamp(path.stat().st_mtime, UTC), "mtime"

    def _resolved(self, found: Found) -> Found | None:
        """A look that only says it saw again what another had brought, with that one's answer."""
        assert found.repeats is not None
        names = (found.repeats.record, _of_page(found.repeats.url, found.repeats.at), found.repeats.digest)
        before = next((self._by_name[name] for name in names if name and name in self._by_name), None)
        if before is None:
            return None
        headers, body, _ = self._archive.answer(before)
        made = "; ".join(part for part in (found.made, f"a revisit of capture {before.short}") if part)
        values = {name: getattr(found, name) for name in ("how", "url", "at", "record", "remote_ip", "method")}
        return Found(
            **values,
            body=body,
            headers=headers,
            status=before.status or 200,
            request_headers=found.request_headers,
            made=made,
        )

    def _exchange(self, found: Found, path: Path, digest: Sha256, at: datetime, time_from: str) -> Exchange:
        now = self._desk.clock()
        role = _role(found)
        return Exchange(
            url=found.url,
            role=role,
            reason=Reason.MANUAL,
            source_id=self._told.source_id,
            feed_id=None,
            vantage="import",
            started_at=at,
            finished_at=at,
            method=found.method,
            request_headers=found.request_headers,
            request_body=found.request_body,
            status=found.status,
            http_reason=found.reason,
            response_headers=found.headers,
            body=found.body,
            truncated=found.is_cut,
            message="cut on import: longer than [fetch] max_size" if found.is_cut else None,
            remote_ip=found.remote_ip,
            next_due_at=now if role is Role.PAGE and self._told.source_id else None,
            originals=found.originals,
            via=Via(
                how=found.how,
                file=path.name,
                sha256=digest,
                at=now,
                operator=self._told.operator,
                time_from=time_from,
                http=found.http,
                record=found.record,
                note=self._told.note,
                made=found.made,
                publisher=self._told.publisher,
            ),
        )

    def _write(self, made: Imported) -> None:
        """Keep what waits, but for what an earlier import kept."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        new: list[tuple[Found, Exchange]] = []
        twice: set[tuple[str, datetime, Sha256, int | None]] = set()
        with self._desk.database.read() as conn:
            for found, exchange, digest in waiting:
                assert exchange.via is not None
                address = page_address(exchange)
                before = imports.known(
                    conn,
                    address,
                    at=exchange.started_at,
                    body_sha256=digest,
                    status=exchange.status or 0,
                    via=exchange.via,
                )
                name = (url_key(address), exchange.started_at, digest, exchange.status)
                if before is not None or name in twice:
                    made.known += 1
                    if before is not None:
                        self._remember(found, before)
                        made.captures.append(before)
                    continue
                twice.add(name)
                new.append((found, exchange))
        captures = self._archive.record([exchange for _, exchange in new])
        for (found, exchange), capture in zip(new, captures, strict=True):
            self._remember(found, capture)
            made.captures.append(capture)
            made.looks += 1
            made.pages.add(url_key(page_address(exchange)))
        if self._told.source_id is not None and captures:
            # Of the answer to what was sent, nobody asks again.
            ids = sorted(
                {
                    capture.page_id
                    for (_, exchange), capture in zip(new, captures, strict=True)
                    if page_address(exchange) == exchange.url
                }
            )
            with self._desk.database.write() as conn:
                imports.tie(conn, ids, self._told.source_id, at=self._desk.clock())
        self._done += len(captures)
        if self._tell is not None and captures:
            self._tell("imported looks", self._done)

    def _remember(self, found: Found, capture: Capture) -> None:
        if found.how not in ("import:warc", "import:wacz") or len(self._by_name) >= _MOST_REMEMBERED:
            return
        seen = found.at.isoformat(timespec="seconds").replace("+00:00", "Z") if found.at else None
        for name in (found.record, found.digest, _of_page(found.url, seen)):
            if name:
                self._by_name.setdefault(name, capture)


def _of_page(url: str, at: str | None) -> str | None:
    return f"{at[:19]} {url}" if at else None


def _role(found: Found) -> Role:
    """A page, or what a page only shows: an image, a style, a script, an answer to a script."""
    path = urlsplit(found.url).path.lower()
    if path == "/robots.txt":
        return Role.ROBOTS
    headers: Headers = found.headers
    declared = declared_type(headers) or ""
    if found.body:
        head = decode(found.body[:65_536], content_encoding_of(headers), limit=8_192).data
        declared = media_type_of(head, declared)
    shown = declared.startswith(_SHOWN) or declared.endswith(_SCRIPTS)
    return Role.ASSET if shown else Role.PAGE


def _hash_of(path: Path) -> Sha256:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return Sha256(digest.hexdigest())
