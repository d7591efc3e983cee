"""What a browser made of a page, in the archive: beside the answer, compared look by look, checked like the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from warcio.archiveiterator import ArchiveIterator

from storage.archive import Archive
from storage.records import CaptureKind, Exchange, Reason, Rendering, Role
from storage.verify import verify

if TYPE_CHECKING:
    from storage.config import Config
    from storage.database import Database

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def look(tree: str, failure: str | None = None) -> Exchange:
    return Exchange(
        url="http://www.a.example.cn/1.html",
        role=Role.PAGE,
        reason=Reason.DISCOVERED,
        source_id=None,
        feed_id=None,
        vantage="default",
        started_at=NOW,
        finished_at=NOW,
        status=200,
        response_headers=(("Content-Type", "text/html"),),
        body=b"<div id=app></div>",
        rendering=Rendering(dom=tree.encode(), browser="Chromium 150", failure=failure),
    )


def test_the_same_tree_is_unchanged_another_is_not_and_a_failure_is_neither(config: Config, database: Database) -> None:
    archive = Archive(config, database, now=lambda: NOW)
    looks = [look("树"), look("树"), look("木"), look("", "the page crashed"), look("木")]
    kept = [archive.record([each])[0] for each in looks]
    kinds = [capture.kind for capture in kept]
    response, revisit = CaptureKind.RESPONSE, CaptureKind.REVISIT
    assert kinds == [response, revisit, response, response, revisit]
    assert [archive.rendered(capture).decode() for capture in kept] == ["树", "树", "木", "", "木"]
    assert archive.payload(kept[4]) == b"<div id=app></div>"
    archive.close()
    assert list(verify(config, database, archive)) == []


def test_the_tree_is_a_record_of_its_own_that_other_programs_check(
    sqlite_config: Config, sqlite_database: Database
) -> None:
    archive = Archive(sqlite_config, sqlite_database, now=lambda: NOW)
    archive.record([look("<html>树</html>")])
    archive.close()
    (file,) = sqlite_config.captures_dir.rglob("*.warc.gz")
    found = {}
    with file.open("rb") as opened:
        for record in ArchiveIterator(opened, check_digests="raise"):
            found[record.rec_type] = (record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
    assert found["resource"] == ("urn:rendered:http://www.a.example.cn/1.html", "<html>树</html>".encode())
    assert found["response"] == ("http://www.a.example.cn/1.html", b"<div id=app></div>")
