"""The archive: the only writer of captures. A look is on the disk, and in the ledger, before anyone hears of it."""

from __future__ import annotations

import threading
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import sqlalchemy as sa

from storage import ledger, pages, recovery, runs, seals, warc
from storage.bodies import decode
from storage.capture_record import Agent, sha256
from storage.disk import require_room
from storage.errors import ArchiveError, ConfigError, DiskFull
from storage.index import Indexable, index, memories
from storage.look import Memory, compose
from storage.posts import page_address
from storage.readback import answer_of, exchange_of, payload_of
from storage.urls import url_key
from storage.warc import MAX_FILE_BYTES, Place, WarcReader, WarcWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from storage.config import Config
    from storage.database import Database
    from storage.look import Look
    from storage.records import Capture, Clock, Exchange, Headers, Previous, Run, Sha256
    from storage.recovery import Recovery


class Archive:
    """WARC files and their index. One writer at a time: `record` may be called from several threads."""

    def __init__(
        self,
        config: Config,
        database: Database,
        *,
        now: Clock,
        run: Run | None = None,
        new_id: Callable[[], UUID] = uuid4,
        max_file_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        if "://" in config.storage.captures:
            where = f"{config.spot('storage', 'captures')}: storage.captures"
            raise ConfigError(f"{where}: {config.storage.captures!r} is not supported yet; write the path of a folder")
        self.folder = config.captures_dir
        self._config = config
        self._database = database
        self._now = now
        self._new_id = new_id
        self._lock = threading.RLock()
        self._agent = Agent(
            run_id=run.id if run else runs.new_id(now()), version=run.code_version if run else _own_version()
        )
        self._reader = WarcReader(self.folder)
        # The scripts of rendered pages that this run has kept.
        self._scripts: set[tuple[str, Sha256]] = set()
        self._writer = WarcWriter(
            self.folder,
            run_id=self._agent.run_id,
            version=self._agent.version,
            now=now,
            head=self._head,
            new_id=new_id,
            max_bytes=max_file_bytes,
        )

    def record(self, exchanges: Sequence[Exchange]) -> list[Capture]:
        """Keep looks: one write and flush for all, then one transaction. In order; gives their captures.

        Raises DiskFull or ArchiveError; what the WARC then holds without rows, `recover` indexes.
        """
        if not exchanges:
            return []
        with self._lock:
            require_room(self._config)
            if self._writer.is_full:
                self._seal()
            scripts = set(self._scripts)
            looks = self._compose(exchanges, scripts)
            places = self._writer.append([look.members for look in looks])
            self._scripts = scripts
            try:
                with self._database.write() as conn:
                    return index(
                        conn,
                        [_indexable(*each) for each in zip(exchanges, looks, places, strict=True)],
                        at=self._now(),
                    )
            except sa.exc.DBAPIError as problem:
                # Whether the commit came through is not known: nothing is taken back, recover() looks.
                self._writer.abandon()
                raise _database_error(problem) from problem
            except BaseException:
                self._writer.abandon()
                raise

    def payload(self, capture: Capture) -> bytes:
        """The body as sent; a revisit's is that of the look it refers to. Empty where no answer came."""
        full = self._full(capture)
        if full.payload_sha256 is None:
            return b""
        payload = payload_of(warc.read(self.folder, _place(full)), full.record_id)
        if sha256(payload) != full.payload_sha256:
            raise ArchiveError(f"capture {full.short}: its payload is not what was recorded; run `longarm verify`")
        return payload

    def body(self, capture: Capture) -> bytes:
        """The payload without its content-coding, at most `[fetch] max_size` of it."""
        full = self._full(capture)
        return decode(self.payload(capture), full.content_encoding, limit=self._config.fetch.max_size).data

    def rendered(self, capture: Capture) -> bytes:
        """What a browser made of the page, in UTF-8; empty where none was asked, or none could."""
        full = self._full(capture)
        return self.answer(full)[2] if full.payload_sha256 is not None else b""

    def answer(self, capture: Capture) -> tuple[Headers, bytes, bytes]:
        """The answer's header lines, its body as sent, and the rendered tree if there is one, of a look that has an
        answer of its own (no revisit).

        For whoever reads many: the rest of the look is left alone.
        """
        return answer_of(self._reader.bytes_at(_place(capture)), capture.record_id)

    def exchange(self, capture: Capture) -> Exchange:
        """The look again, as the archive tells it: secrets redacted, a revisit with its predecessor's facts."""
        full = self._full(capture)
        before = None if full.id == capture.id else self.record_of(full)
        return exchange_of(warc.read(self.folder, _place(capture)), before)

    def record_of(self, capture: Capture) -> Mapping[str, Any]:
        """The capture record as it stands in the archive (evidence.md, section 2)."""
        return warc.read(self.folder, _place(capture)).facts

    def recover(self) -> Recovery:
        """Mend what a killed run left: looks without rows, torn tails, files without a seal. Under the run's lock."""
        with self._lock:
            return recovery.recover(self.folder, self._database, now=self._now, besides=self._writer.open_file)

    def close(self) -> None:
        """Seal the open file."""
        with self._lock:
            self._reader.close()
            self._seal()

    def _seal(self) -> None:
        sealed = self._writer.finish()
        if sealed is not None:
            try:
                with self._database.write() as conn:
                    seals.put(conn, sealed, at=self._now())
            except sa.exc.DBAPIError as problem:
                raise _database_error(problem) from problem

    def _compose(self, exchanges: Sequence[Exchange], scripts: set[tuple[str, Sha256]]) -> list[Look]:
        urls = [page_address(exchange) for exchange in exchanges]
        with self._database.read() as conn:
            known = memories(conn, urls)
        return [
            compose(
                exchange,
                self._memory(exchange.previous, known.get(url_key(url), Memory())),
                agent=self._agent,
                new_id=self._new_id,
                max_decoded=self._config.fetch.max_size,
                scripts=scripts,
            )
            for exchange, url in zip(exchanges, urls, strict=True)
        ]

    def _memory(self, asked: Previous | None, found: Memory) -> Memory:
        """What a look is compared with: the predecessor it was asked against, else the page's last full capture."""
        if asked is None or (found.previous and found.previous.record_sha256 == asked.record_sha256):
            return found
        with self._database.read() as conn:
            capture = pages.capture(conn, asked.capture_id)
        return Memory(previous=asked, record=self.record_of(capture), last=found.last)

    def _full(self, capture: Capture) -> Capture:
        if capture.refers_to is None:
            return capture
        with self._database.read() as conn:
            return pages.capture(conn, capture.refers_to)

    def _head(self) -> tuple[int, str]:
        with self._database.read() as conn:
            return ledger.head(conn)


def _indexable(exchange: Exchange, look: Look, place: Place) -> Indexable:
    return Indexable(
        kind=look.kind,
        facts=look.facts,
        record=look.record,
        record_sha256=look.record_sha256,
        record_id=look.record_id,
        place=place,
        refers_to=look.refers_to.capture_id if look.refers_to else None,
        url=page_address(exchange),
        role=exchange.role,
        source_id=exchange.source_id,
        feed_id=exchange.feed_id,
        part_of=exchange.part_of,
        part_number=exchange.part_number,
        next_due_at=exchange.next_due_at,
    )


def _place(capture: Capture) -> Place:
    return Place(file=capture.warc_file, offset=capture.warc_offset, length=capture.warc_length)


def _database_error(problem: sa.exc.DBAPIError) -> ArchiveError:
    said = str(problem.orig).strip().partition("\n")[0]
    if "disk is full" in said or "No space left" in said:
        return DiskFull(f"database: {said}; make room, then start again: what is in the WARC is indexed then")
    return ArchiveError(f"database: {said}; start again: what is in the WARC is indexed then")


def _own_version() -> str:
    try:
        return version("longarm")
    except PackageNotFoundError:  # run from a checkout that nothing installed
        return "0"
