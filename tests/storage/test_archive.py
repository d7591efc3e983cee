"""The archive keeps looks as they came, small where nothing changed, and gives them back."""

from __future__ import annotations

import errno
import gzip
import io
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from storage import ledger, pages, tables, warc
from storage.capture_record import sha256
from storage.config import Disk
from storage.errors import ArchiveError, ConfigError, DiskFull
from storage.records import CaptureKind, ErrorClass, Exchange, Role
from tests.storage.looks import failed, look, open_archive, redirected, unchanged, url

if TYPE_CHECKING:
    from pathlib import Path

    from storage.config import Config
    from storage.database import Database
    from storage.records import Previous
    from tests.conftest import Clock


def _previous(database: Database, number: int) -> Previous:
    with database.read() as conn:
        found = pages.previous(conn, url(number))
    assert found is not None
    return found


def _warcs(config: Config) -> list[Path]:
    return sorted(config.captures_dir.rglob("*.warc.gz"))


def test_a_look_is_kept_and_given_back(config: Config, database: Database, clock: Clock) -> None:
    archive = open_archive(config, database, clock)
    asked = look(1)
    (capture,) = archive.record([asked])
    assert (capture.id, capture.kind, capture.status) == (1, CaptureKind.RESPONSE, 200)
    assert capture.media_type == "text/html"
    assert archive.payload(capture) == asked.body
    assert archive.exchange(capture) == replace(asked, final_url=asked.url, next_due_at=None)
    assert sha256(ledger.canonical(archive.record_of(capture))) == capture.record_sha256


EXCHANGES: list[tuple[str, Exchange]] = [
    ("a plain answer", look(1)),
    ("an empty one", look(1, body=b"")),
    ("a redirect", redirected(1)),
    ("a post", look(1, method="POST", request_body=b"page=2")),
    ("a part", look(2, role=Role.PART, part_of=url(1), part_number=2)),
    ("an error page", look(1, status=404, http_reason="Not Found", error=ErrorClass.HTTP, message="404")),
    ("no answer", failed(1)),
    ("a body cut short", look(1, truncated=True, declared_length=99_000_000)),
    ("odd header bytes", look(1, response_headers=(("X-Title", "\xe4\xba\x91"), ("X-Odd", "a\tb")))),
    ("a binary body", look(1, body=bytes(range(256)) * 40, response_headers=(("Content-Type", "image/png"),))),
]


@pytest.mark.parametrize("asked", [each for _, each in EXCHANGES], ids=[name for name, _ in EXCHANGES])
def test_every_kind_of_look_comes_back_as_it_was(
    asked: Exchange, sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    (capture,) = archive.record([asked])
    found = archive.exchange(capture)
    hops = tuple(
        replace(hop, request_headers=(*hop.request_headers[:1], ("Cookie", "<redacted>"))) for hop in asked.hops
    )
    expected = replace(asked, final_url=asked.final_url or asked.url, next_due_at=None, hops=hops)
    # The request record names the host where the client named none.
    hops_found = tuple(replace(hop, request_headers=hop.request_headers[1:]) for hop in found.hops)
    assert replace(found, hops=hops_found) == expected


def test_secrets_are_kept_by_name_only(sqlite_config: Config, sqlite_database: Database, clock: Clock) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    headers = (("Cookie", "sid=hush1"), ("Proxy-Authorization", "Basic hush2"), ("Accept", "*/*"))
    proxy = "could not connect to http://user:hush3@127.0.0.1:3128"
    archive.record([look(1, request_headers=headers), redirected(2), failed(3, message=proxy)])
    kept = gzip.decompress(_warcs(sqlite_config)[0].read_bytes())
    for secret in (b"hush1", b"hush2", b"hush3", b"secret=1"):
        assert secret not in kept
    assert b"Cookie: <redacted>" in kept


def test_a_304_is_one_record_that_repeats_nothing(config: Config, database: Database, clock: Clock) -> None:
    archive = open_archive(config, database, clock)
    (first,) = archive.record([look(1)])
    asked = unchanged(1, _previous(database, 1), at=clock.forward(hours=6))
    (second,) = archive.record([asked])
    assert (second.kind, second.status, second.refers_to) == (CaptureKind.REVISIT, 304, first.id)
    assert second.payload_sha256 is None
    assert archive.payload(second) == look(1).body
    assert archive.exchange(second) == replace(asked, final_url=asked.url, next_due_at=None, previous=None)
    with _warcs(config)[0].open("rb") as file:
        file.seek(second.warc_offset)
        packed = file.read(second.warc_length)
    stream = zlib.decompressobj(31)
    plain = stream.decompress(packed)
    assert stream.eof
    assert not stream.unused_data
    for said_before in (b"Mozilla", b"nginx", b"6562f1c0", b"Sat, 21 Nov", b"text/html"):
        assert said_before not in plain


def test_a_200_with_the_same_payload_is_a_revisit(config: Config, database: Database, clock: Clock) -> None:
    archive = open_archive(config, database, clock)
    archive.record([look(1)])
    again = look(1, at=clock.forward(hours=6), previous=_previous(database, 1))
    (second,) = archive.record([again])
    (changed,) = archive.record([replace(again, body=b"<html>another</html>")])
    assert (second.kind, second.status) == (CaptureKind.REVISIT, 200)
    assert changed.kind is CaptureKind.RESPONSE
    assert archive.exchange(second).body == b""
    assert archive.payload(second) == look(1).body


def test_a_new_etag_with_the_same_payload_is_what_is_asked_next(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    (first,) = archive.record([look(1)])
    headers = (("Etag", '"moved"'), ("Content-Type", "text/html; charset=utf-8"))
    archive.record([look(1, at=clock.forward(hours=1), response_headers=headers)])
    previous = _previous(sqlite_database, 1)
    assert (previous.capture_id, previous.etag) == (first.id, '"moved"')
    asked = unchanged(1, previous, at=clock.forward(hours=1), request_headers=(("If-None-Match", '"moved"'),))
    (third,) = archive.record([asked])
    assert archive.exchange(third).request_headers == (("If-None-Match", '"moved"'),)


def test_what_failed_or_is_gone_leaves_the_good_look_in_place(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    (good,) = archive.record([look(1)])
    archive.record([failed(1, at=clock.forward(hours=1))])
    archive.record([look(1, status=404, http_reason="Not Found", body=b"gone", at=clock.forward(hours=1))])
    with sqlite_database.read() as conn:
        state = conn.execute(sa.select(tables.page_state)).one()
        events = conn.execute(sa.select(tables.ledger.c.event).order_by(tables.ledger.c.seq)).scalars().all()
    assert (state.good_capture_id, state.last_capture_id, state.looks) == (good.id, 3, 3)
    assert events == ["captured", "failed", "captured"]
    assert _previous(sqlite_database, 1).capture_id == good.id


def test_ledger_words_for_looks(sqlite_config: Config, sqlite_database: Database, clock: Clock) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    blocked = look(4, status=521, error=ErrorClass.BLOCKED, message="a script challenge")
    archive.record([look(1), failed(2), blocked])
    archive.record([look(1, at=clock.forward(hours=1))])
    with sqlite_database.read() as conn:
        events = conn.execute(sa.select(tables.ledger.c.event).order_by(tables.ledger.c.seq)).scalars().all()
    assert events == ["captured", "failed", "blocked", "unchanged"]


def test_files_are_what_warcio_calls_sound(sqlite_config: Config, sqlite_database: Database, clock: Clock) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    archive.record(
        [
            look(1),
            redirected(2),
            failed(3),
            look(4, body=gzip.compress(b"x" * 5000), response_headers=(("Content-Encoding", "gzip"),)),
        ]
    )
    archive.record([unchanged(1, _previous(sqlite_database, 1), at=clock.forward(days=0, hours=1))])
    archive.close()
    (path,) = _warcs(sqlite_config)
    options = type("Options", (), {"inputs": [str(path)], "verbose": True})
    assert Checker(options).process_all() == 0
    with path.open("rb") as file:
        records = [(each.rec_type, each.rec_headers, each.content_stream().read()) for each in ArchiveIterator(file)]
    types = [kind for kind, _, _ in records]
    assert types == [
        "warcinfo",
        *("request", "response", "metadata"),
        *("request", "response", "request", "response", "metadata"),
        "metadata",
        *("request", "response", "metadata"),
        "revisit",
    ]
    revisit = records[-1][1]
    first = next(headers for kind, headers, _ in records if kind == "response")
    assert revisit.get_header("WARC-Profile").endswith("/server-not-modified")
    assert revisit.get_header("WARC-Refers-To") == first.get_header("WARC-Record-ID")
    assert revisit.get_header("WARC-Refers-To-Date") == first.get_header("WARC-Date")
    assert revisit.get_header("WARC-Refers-To-Target-URI") == first.get_header("WARC-Target-URI")
    assert revisit.get_header("WARC-Payload-Digest") == first.get_header("WARC-Payload-Digest")
    assert first.get_header("WARC-Payload-Digest").startswith("sha256:")
    assert records[-2][0] == "metadata"


def test_no_record_about_a_look_claims_the_pages_own_address(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    """Players (pywb, ReplayWeb.page) index metadata records by their address, and would show them as the page."""
    archive = open_archive(sqlite_config, sqlite_database, clock)
    archive.record([look(1), failed(2)])
    archive.close()
    (path,) = _warcs(sqlite_config)
    with path.open("rb") as file:
        about = [each.rec_headers for each in ArchiveIterator(file) if each.rec_type == "metadata"]
    assert len(about) == 2
    assert all(headers.get_header("WARC-Target-URI").startswith("urn:longarm:capture:http://") for headers in about)


def test_files_rotate_by_size_and_day_and_are_sealed(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock, max_file_bytes=3000)
    for number in range(4):
        archive.record([look(number)])
    archive.record([look(9, at=clock.forward(days=1))])
    archive.close()
    days = [path.parent.relative_to(sqlite_config.captures_dir).as_posix() for path in _warcs(sqlite_config)]
    assert days == ["2026/11/23", "2026/11/23", "2026/11/24"]
    with sqlite_database.read() as conn:
        seals = conn.execute(sa.select(tables.warc_seal)).all()
    assert sum(seal.records for seal in seals) == 5
    assert {seal.bytes for seal in seals} == {path.stat().st_size for path in _warcs(sqlite_config)}


def test_a_batch_is_one_flush(
    sqlite_config: Config, sqlite_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    archive.record([look(0)])
    flushed = []
    monkeypatch.setattr(warc.os, "fsync", flushed.append)
    archive.record([look(number) for number in range(1, 17)])
    assert len(flushed) == 1


class _FullDisk(io.RawIOBase):
    """A file on a disk that has room for so many bytes more."""

    def __init__(self, real: Any, room: int) -> None:
        self._real = real
        self._room = room

    def write(self, data: Any) -> int:
        if self._room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self._real.write(bytes(data)[: self._room])
        self._room -= written
        return int(written)

    def fileno(self) -> int:
        return int(self._real.fileno())

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._real.seek(offset, whence))

    def close(self) -> None:
        self._real.close()


def test_a_disk_that_fills_in_mid_record_leaves_the_file_as_it_was(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    archive.record([look(1)])
    (path,) = _warcs(sqlite_config)
    before = path.read_bytes()
    writer = archive._writer
    writer._file = _FullDisk(writer._file, room=700)  # type: ignore[assignment]
    with pytest.raises(DiskFull, match="disk is full"):
        archive.record([look(2), look(3)])
    assert path.read_bytes() == before
    writer._file._room = 1_000_000  # type: ignore[union-attr]
    (capture,) = archive.record([look(4)])
    assert archive.payload(capture) == look(4).body
    with sqlite_database.read() as conn:
        assert ledger.head(conn)[0] == 2
        assert list(ledger.check(conn)) == []


def test_too_little_room_stops_before_anything_is_written(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    config = sqlite_config.model_copy(update={"disk": Disk(keep_free=10**18)})
    with pytest.raises(DiskFull, match="keep_free"):
        open_archive(config, sqlite_database, clock).record([look(1)])
    assert _warcs(config) == []


def test_a_captures_folder_that_cannot_be_written_is_one_line(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    sqlite_config.captures_dir.write_text("a file where the folder should be")
    with pytest.raises(ArchiveError) as raised:
        open_archive(sqlite_config, sqlite_database, clock).record([look(1)])
    assert "\n" not in str(raised.value)


def test_another_store_than_a_folder_is_refused(sqlite_config: Config, sqlite_database: Database, clock: Clock) -> None:
    storage = sqlite_config.storage.model_copy(update={"captures": "s3://bucket/prefix"})
    with pytest.raises(ConfigError, match="s3://"):
        open_archive(sqlite_config.model_copy(update={"storage": storage}), sqlite_database, clock)


def test_a_commit_that_fails_is_made_up_for_once(
    config: Config, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = open_archive(config, database, clock)
    archive.record([look(1)])
    with monkeypatch.context() as patch:

        def refuse(*_: object, **__: object) -> None:
            raise sa.exc.OperationalError("INSERT", {}, Exception("the server went away"))

        patch.setattr("storage.archive.index", refuse)
        with pytest.raises(ArchiveError, match="the server went away"):
            archive.record([look(2), failed(3)])
    archive.record([look(4)])
    archive.close()
    next_run = open_archive(config, database, clock)
    assert next_run.recover().indexed == 2
    assert next_run.recover().indexed == 0
    with database.read() as conn:
        found = pages.captures(conn, pages.by_url(conn, url(2)).id)  # type: ignore[union-attr]
    assert [capture.status for capture in found] == [200]
    assert next_run.payload(found[0]) == look(2).body


def test_a_payload_that_was_tampered_with_is_never_given_out(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    (capture,) = archive.record([look(1)])
    (path,) = _warcs(sqlite_config)
    data = bytearray(path.read_bytes())
    data[capture.warc_offset + 500] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="longarm verify"):
        archive.payload(capture)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip"])
def test_a_body_is_what_the_content_coding_hides(
    coding: str, sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    brotli = pytest.importorskip("brotli")
    plain = "通告".encode() * 1000
    packed = {
        "gzip": gzip.compress(plain),
        "deflate": zlib.compress(plain),
        "br": brotli.compress(plain),
        "gzip, gzip": gzip.compress(gzip.compress(plain)),
    }[coding]
    archive = open_archive(sqlite_config, sqlite_database, clock)
    (capture,) = archive.record([look(1, body=packed, response_headers=(("Content-Encoding", coding),))])
    assert archive.payload(capture) == packed
    assert archive.body(capture) == plain


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_bomb_is_decoded_no_further_than_max_size(
    coding: str, sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    brotli = pytest.importorskip("brotli")
    plain = bytes(3_000_000)
    packed = gzip.compress(plain) if coding == "gzip" else brotli.compress(plain)
    fetch = sqlite_config.fetch.model_copy(update={"max_size": 100_000})
    archive = open_archive(sqlite_config.model_copy(update={"fetch": fetch}), sqlite_database, clock)
    (capture,) = archive.record([look(1, body=packed, response_headers=(("Content-Encoding", coding),))])
    assert len(archive.body(capture)) == 100_000


def test_a_body_that_only_says_it_is_gzip_is_given_as_it_is(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    (capture,) = archive.record([look(1, response_headers=(("Content-Encoding", "gzip"),))])
    assert archive.body(capture) == look(1).body


def test_several_threads_may_record(config: Config, database: Database, clock: Clock) -> None:
    archive = open_archive(config, database, clock)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: archive.record([look(n * 2), look(n * 2 + 1)]), range(10)))
    with database.read() as conn:
        assert list(ledger.check(conn)) == []
        assert ledger.head(conn)[0] == 20
