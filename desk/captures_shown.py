"""A capture that is no snapshot, for a person: what was asked, what came, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.mask import clean, clean_in_place
from alerts.render_json import stamp
from desk import json_out
from desk.moments import local
from storage import documents, pages, subjects
from storage.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from desk.session import Desk
    from storage.database import Connection
    from storage.findings import Document, Verdict
    from storage.records import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A capture, what it showed of its page (None: alive), and what was read out of its body, if anything was."""

    capture: Capture
    verdict: Verdict | None
    document: Document | None


def look_of(conn: Connection, prefix: str) -> Look | None:
    """The capture whose id begins so; None where it is (or several are) a snapshot's, or none at all."""
    try:
        capture = pages.find_capture(conn, prefix)
    except ConfigError:
        # Told by the search for a snapshot, in its own words.
        return None
    if documents.snapshots_by_id(conn, [capture.id]):
        return None
    return Look(
        capture=capture,
        verdict=subjects.verdict_of(conn, capture.id),
        document=documents.get(conn, capture.id),
    )


def show(look: Look, desk: Desk, *, html: bool, as_json: bool, write: Callable[[bytes], None]) -> int:
    """Print it; gives the exit code. `html`: the bytes as the site sent them, content-coding undone."""
    if html:
        write(desk.archive.body(look.capture))
    elif as_json:
        print(json_out.line(_row(look)))
    else:
        print(_text(look, desk.config.digest.zone))
    return 0


def _row(look: Look) -> dict[str, object]:
    capture, verdict, read = look.capture, look.verdict, look.document
    return {
        "capture": capture.short,
        "snapshot": None,
        "url": capture.url,
        "captured_at": stamp(capture.captured_at),
        "vantage": capture.vantage,
        "kind": str(capture.kind),
        "http_status": capture.status,
        "error": capture.error,
        "message": clean(capture.message or "") or None,
        "final_url": clean(capture.final_url or "") or None,
        "shows": verdict.outcome if verdict else "live",
        "gone_as": verdict.gone_as if verdict else None,
        "reason": clean(verdict.reason) if verdict else None,
        "sha256": capture.payload_sha256,
        "bytes": capture.payload_length,
        "warc": {"file": capture.warc_file, "offset": capture.warc_offset, "length": capture.warc_length},
        "title": clean_in_place(read.title) if read else None,
        "body": clean_in_place(read.body) if read else None,
    }


def _text(look: Look, zone: ZoneInfo) -> str:
    capture, verdict, read = look.capture, look.verdict, look.document
    came = f"HTTP {capture.status}" if capture.status is not None else f"no answer ({capture.error})"
    what = f"{verdict.gone_as or verdict.outcome}: {verdict.reason}" if verdict else "the page, as it was known"
    facts = [
        ("url", capture.url),
        ("capture", f"{capture.short} (no snapshot: it shows no new text of the page)"),
        ("captured", local(capture.captured_at, zone)),
        ("vantage", capture.vantage),
        ("came", f"{came}, {capture.kind}" + (f", {capture.payload_length} bytes" if capture.payload_length else "")),
        ("message", capture.message),
        ("ended at", capture.final_url),
        ("shows", what),
        ("sha256", capture.payload_sha256),
        ("warc", f"{capture.warc_file}, byte {capture.warc_offset}, {capture.warc_length} bytes"),
    ]
    head = [f"{name + ':':<11}{clean(value)}" for name, value in facts if value]
    said = ["", clean(read.title), clean_in_place(read.body)] if read and read.has_words else []
    return "\n".join([*head, *said])
