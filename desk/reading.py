"""Stage `document`: each answer's body read in worker processes; a page over its limits costs only itself."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crawler import reading
from crawler.addresses import refusal, start_hosts
from crawler.reading import ocr, rar
from crawler.reading.budget import ReadingTime
from crawler.reading.kind import says_little
from crawler.reading.workers import Failure, ReadingPool, ReadJob
from desk.stages import redo_passed
from storage import attachments, derive, documents, pages, parts, sources, subjects
from storage.bodies import decode
from storage.derive import Failed
from storage.errors import ArchiveError
from storage.findings import NOT_FILLED_IN
from storage.records import UNRENDERED, CaptureId

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from storage.archive import Archive
    from storage.database import Connection, Database
    from storage.findings import Document
    from storage.records import Clock
    from storage.subjects import Subject

_BATCH = 400
# Starting a second worker costs as much as reading a few pages.
_ONE_WORKER_BELOW = 8


def _marked(read: Document, answer: Subject) -> Document:
    """The document, with what is known of its answer beside: that its text is its list's, or that the page should have
    been rendered where its own answer says little."""
    if answer.is_carried:
        return replace(read, warnings=(*read.warnings, answer.message or ""))
    failed = (answer.message or "").startswith(UNRENDERED)
    if not failed or not says_little(read):
        return read
    return replace(read, warnings=(*read.warnings, NOT_FILLED_IN))


class DocumentStage:
    """Reads bodies; use it in a `with`, so that its workers end."""

    name = "document"
    version = str(reading.VERSION)

    def __init__(
        self,
        archive: Archive,
        *,
        max_body_bytes: int,
        now: Clock,
        batch: int = _BATCH,
        time: ReadingTime | None = None,
    ) -> None:
        self._archive = archive
        self._time = time or ReadingTime()
        self._max_body_bytes = max_body_bytes
        self._now = now
        self._batch = batch
        self._stack = ExitStack()
        self._pool: ReadingPool | None = None

    def __enter__(self) -> DocumentStage:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def subjects(self, conn: Connection, after: CaptureId) -> Sequence[Subject]:
        return subjects.responses(conn, after, self._batch)

    def again(self, conn: Connection, ids: Sequence[CaptureId]) -> Sequence[Subject]:
        return subjects.by_ids(conn, ids)

    def derive(self, conn: Connection, answers: Sequence[Subject]) -> Iterator[tuple[CaptureId, Document] | Failed]:
        unread: list[Failed] = []
        jobs = self._jobs(conn, answers, unread)
        for job, read in self._workers(len(answers)).map(jobs):
            number = answers[int(job.key)].id
            if isinstance(read, Failure):
                yield Failed(id=number, error=read.reason, quarantined=not read.passing)
            else:
                yield number, _marked(read, answers[int(job.key)])
        yield from unread

    def put(self, conn: Connection, results: Sequence[tuple[CaptureId, Document]]) -> None:
        documents.put(conn, results, version=self.version)
        self._put_leads(conn, results)
        ids = [number for number, _ in results]
        redo_passed(conn, "snapshot", "snapshot", ids, version=self.version, now=self._now)

    def forget(self, conn: Connection) -> None:
        documents.forget(conn)
        attachments.forget(conn)

    def _put_leads(self, conn: Connection, results: Sequence[tuple[CaptureId, Document]]) -> None:
        """Articles' files and parts become pages that are due: what the crawl did not come to, the next one asks."""
        leading = [(number, read) for number, read in results if read.attachments or read.parts]
        if not leading:
            return
        allowed = start_hosts(sources.load(conn, include_disabled=True))
        files, further = {}, {}
        for number, read in leading:
            files[number] = [link for link in read.attachments if refusal(link.url, allowed=allowed) is None]
            further[number] = [url for url in read.parts if refusal(url, allowed=allowed) is None]
        attachments.put(conn, files, at=self._now())
        parts.put(conn, further, at=self._now())

    def ask_again(self, database: Database) -> int:
        """Have files read again that lacked only a program which is installed by now; how many they are."""
        with database.read() as conn:
            if derive.cursors(conn, self.name).get(self.name, ("", 0, 0))[0] != self.version:
                return 0
            unread = list(documents.file_warnings(conn))
        # Whether a program is there is only asked where a file waits for it: looking for OCR loads its libraries.
        waiting: list[CaptureId] = []
        for is_waiting, is_there in ((ocr.is_waiting, ocr.engine), (rar.is_waiting, rar.rar_program)):
            found = [number for number, warnings in unread if any(map(is_waiting, warnings))]
            waiting += found if found and is_there() else []
        if waiting:
            with database.write() as conn:
                derive.redo(conn, self.name, sorted(set(waiting)), version=self.version, now=self._now)
        return len(set(waiting))

    def _workers(self, count: int) -> ReadingPool:
        if self._pool is None:
            processes = 1 if count < _ONE_WORKER_BELOW else 2
            self._pool = self._stack.enter_context(ReadingPool(processes=processes))
        return self._pool

    def _jobs(self, conn: Connection, answers: Sequence[Subject], unread: list[Failed]) -> Iterator[ReadJob]:
        captures = pages.captures_by_id(conn, [answer.id for answer in answers])
        for place, answer in enumerate(answers):
            if self._time.puts_off(answer.source_id, answer.id):
                unread.append(Failed(id=answer.id, error="its source has had its time in this run", put_off=True))
                continue
            capture = captures[answer.id]
            try:
                headers, payload, tree = self._archive.answer(capture)
            except ArchiveError as problem:
                unread.append(Failed(id=answer.id, error=str(problem)))
                continue
            body = decode(payload, capture.content_encoding, limit=self._max_body_bytes).data
            yield ReadJob(
                key=place,
                took=partial(self._time.spend, answer.source_id),
                body=body,
                media_type=capture.media_type,
                charset=capture.charset,
                url=capture.final_url or capture.url,
                status=capture.status or 0,
                headers=headers,
                rendered=tree,
            )
