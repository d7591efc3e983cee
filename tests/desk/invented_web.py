"""An invented county's pages without a network: exchanges put straight into the archive, bodies that need no reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from desk.deriving import derive_with
from desk.stages import redo_passed
from storage import documents, pages, runs, standings, subjects
from storage.archive import Archive
from storage.derive import Failed
from storage.findings import Document, DocumentKind
from storage.ledger import acts
from storage.records import ErrorClass, Exchange, Reason, Role, Sha256, Via

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    import sqlalchemy as sa

    from storage.config import Config
    from storage.database import Database
    from storage.records import Capture, CaptureId, Run
    from storage.subjects import Subject

HOST = "http://psb.example.gov.cn"


class PlainReading:
    """Reads bodies of the form `title`, a blank line, the text; `!parts URL…` as first line names further pages.

    A title that ends in `(scanned)`: OCR read it.
    """

    name = "document"

    def __init__(self, archive: Archive, database: Database, *, version: str = "1") -> None:
        self.archive = archive
        self.database = database
        self.version = version
        self.poison: set[str] = set()

    def subjects(self, conn: sa.Connection, after: CaptureId) -> Sequence[Subject]:
        return subjects.responses(conn, after, 3)

    def again(self, conn: sa.Connection, ids: Sequence[CaptureId]) -> Sequence[Subject]:
        return subjects.by_ids(conn, ids)

    def derive(self, conn: sa.Connection, answers: Sequence[Subject]) -> Iterator[tuple[CaptureId, Document] | Failed]:
        for answer in answers:
            if answer.url in self.poison:
                yield Failed(id=answer.id, error="a worker was killed")
                continue
            body = self.archive.body(pages.capture(conn, answer.id)).decode()
            parts: tuple[str, ...] = ()
            if body.startswith("!parts "):
                line, _, body = body.partition("\n")
                parts = tuple(line.split()[1:])
            title, _, text = body.partition("\n\n")
            kind = DocumentKind.CHALLENGE if title == "challenge" else DocumentKind.ARTICLE
            warnings = ("ocr: image, engine invented 1",) if title.endswith("(scanned)") else ()
            yield answer.id, Document(kind=kind, title=title, body=text, lang="zh", parts=parts, warnings=warnings)

    def put(self, conn: sa.Connection, results: Sequence[tuple[CaptureId, Document]]) -> None:
        documents.put(conn, results, version=self.version)
        ids = [number for number, _ in results]
        redo_passed(conn, "snapshot", "snapshot", ids, version=self.version, now=self.archive._now)

    def forget(self, conn: sa.Connection) -> None:
        documents.forget(conn)


@dataclass
class Web:
    """The archive, and a clock that each run moves."""

    config: Config
    database: Database
    clock: Callable[[], object]
    run: Run = field(init=False)
    archive: Archive = field(init=False)
    reading: PlainReading = field(init=False)

    def __post_init__(self) -> None:
        self.new_run()
        self.reading = PlainReading(self.archive, self.database)

    def new_run(self, **later: float) -> None:
        self.clock.forward(**later or {"seconds": 1})
        with self.database.write() as conn:
            self.run = runs.begin(conn, at=self.clock(), code_version="1", settings_digest=Sha256("0" * 64))
            # Ended before its looks: a digest would say of a run that never does that it was cut off.
            runs.end(conn, self.run, {}, self.clock())
        self.archive = Archive(self.config, self.database, now=self.clock, run=self.run)
        if hasattr(self, "reading"):
            self.reading.archive.close()
            self.reading.archive = self.archive

    def look(
        self,
        path: str,
        body: str | None = None,
        *,
        status: int | None = 200,
        error: str | None = None,
        role: Role = Role.PAGE,
        final: str | None = None,
        part_of: str | None = None,
        part_number: int | None = None,
    ) -> Capture:
        self.clock.forward(milliseconds=10)
        url = path if "://" in path else HOST + path
        with self.database.read() as conn:
            previous = pages.previous(conn, url)
        exchange = Exchange(
            url=url,
            role=role,
            reason=Reason.RECHECK if previous else Reason.DISCOVERED,
            source_id=None,
            feed_id=None,
            vantage="default",
            started_at=self.clock(),
            finished_at=self.clock() + timedelta(milliseconds=5),
            final_url=final or url,
            status=None if error else status,
            body=(body or "").encode(),
            response_headers=(("Content-Type", "text/html; charset=utf-8"),),
            error=ErrorClass(error) if error else None,
            message="no answer" if error else None,
            previous=previous,
            part_of=HOST + part_of if part_of else None,
            part_number=part_number,
        )
        (capture,) = self.archive.record([exchange])
        return capture

    def imported(self, path: str, body: str, *, at: datetime, status: int = 200) -> Capture:
        """A look of someone else's, of its own time."""
        self.clock.forward(milliseconds=10)
        exchange = Exchange(
            url=HOST + path,
            role=Role.PAGE,
            reason=Reason.MANUAL,
            source_id=None,
            feed_id=None,
            vantage="import",
            started_at=at,
            finished_at=at,
            status=status,
            body=body.encode(),
            response_headers=(("Content-Type", "text/html; charset=utf-8"),),
            via=Via(how="import:html", file="saved.html", sha256=Sha256("ab" * 32), at=self.clock(), http=False),
        )
        (capture,) = self.archive.record([exchange])
        return capture

    def derive(self) -> None:
        derive_with(self.reading, self.database, limits=self.config.takedown, now=self.clock)

    def state(self, path: str) -> str:
        with self.database.read() as conn:
            page = pages.by_url(conn, HOST + path)
            found = standings.load(conn, [page.id])
            return str(found[page.id].state)

    def snapshots(self, path: str) -> list:
        with self.database.read() as conn:
            return documents.snapshots(conn, pages.by_url(conn, HOST + path).id)

    def told(self) -> list[tuple[str, str]]:
        """State changes and edits as the ledger tells them: event, path."""
        with self.database.read() as conn:
            found = list(acts(conn))
        return [(act.event, str(act.body["page"]).removeprefix(HOST)) for act in found if "page" in act.body]
