"""WARC files of other programs: what any of them writes is read, what is damaged or hostile costs only itself."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import foreign
from storage.foreign import Record, http_of, records, request_of, warc_time
from storage.members import Damaged
from tests.foreign_files import warc


def read(data: bytes, *, max_block: int = 1_000_000) -> list[Record]:
    return list(records(io.BufferedReader(io.BytesIO(data)), size=len(data), max_block=max_block))


@pytest.mark.parametrize("packed", [True, False], ids=["a gzip member a record", "plain"])
def test_what_warcio_writes_is_read(packed: bool) -> None:
    found = read(warc([("response", "http://a.example/", b"hello")], gzip=packed))
    assert [record.type for record in found] == ["warcinfo", "response"]
    answer = http_of(found[1].block)
    assert answer is not None
    assert (found[1].url, answer.status, answer.body) == ("http://a.example/", 200, b"hello")
    assert found[1].at == datetime(2022, 3, 1, 10, 0, tzinfo=UTC)


def test_a_file_gzipped_as_one_is_read_too() -> None:
    plain = warc([("response", "http://a.example/", b"one"), ("response", "http://a.example/2", b"two")], gzip=False)
    assert len(read(gzip.compress(plain))) == 3


def test_addresses_in_angle_brackets_and_bare_line_ends_are_taken_as_they_are_meant() -> None:
    block = b"HTTP/1.0 200\nServer: x\n\nbody"
    head = f"WARC/0.18\nWARC-Type: response\nWARC-Target-URI: <http://a.example/>\nContent-Length: {len(block)}\n\n"
    (record,) = read(head.encode() + block + b"\n\n")
    answer = http_of(record.block)
    assert answer is not None
    assert (record.url, answer.body, answer.headers) == ("http://a.example/", b"body", (("Server", "x"),))


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (b"5\r\nhello\r\n3;x=1\r\n yo\r\n0\r\n\r\n", b"hello yo"),
        (b"not chunked after all", b"not chunked after all"),
        (b"5\r\nhel", b"hel"),
        (b"FFFFFFFFFF\r\nx", b"FFFFFFFFFF\r\nx"),
        (b"", b""),
    ],
)
def test_chunks_are_undone_and_the_line_that_promised_them_goes(body: bytes, plain: bytes) -> None:
    answer = http_of(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n" + body)
    assert answer is not None
    assert (answer.body, answer.headers) == (plain, (("X", "y"),))


def test_a_block_longer_than_asked_is_cut_and_says_so() -> None:
    (_, record) = read(warc([("response", "http://a.example/", b"x" * 5000)]), max_block=1000)
    assert (len(record.block), record.is_cut) == (1000, True)


@pytest.mark.parametrize("cut", [3, 40, 200, 300])
def test_a_truncated_file_gives_what_stands_whole_and_then_says_it_is_damaged(cut: int) -> None:
    data = warc([("response", "http://a.example/", b"one" * 100), ("response", "http://a.example/2", b"two" * 100)])
    reading = records(io.BufferedReader(io.BytesIO(data[:-cut])), size=len(data), max_block=1000)
    assert [next(reading).type for _ in range(2)] == ["warcinfo", "response"]
    with pytest.raises(Damaged):
        list(reading)


@pytest.mark.parametrize(
    "data",
    [
        b"nothing of the kind\n",
        b"WARC/1.0\r\nContent-Length: -1\r\n\r\n",
        b"WARC/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"WARC/1.0\r\nContent-Length: \xc2\xb2\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\n\r\n",
        b"WARC/1.0\r\n" + b"X: y\r\n" * 100_000,
        b"WARC/1.0\r\n" + b"x" * 100_000,
        b"WARC/1.0\r\nContent-Length: 5\r\n\r\nabc",
        gzip.compress(b"WARC/1.0\r\nContent-Length: 0\r\n\r\n") + b"\x1f\x8bgarbage",
    ],
    ids="text negative huge superscript no-length many-lines long-line short garbage-behind".split(),  # noqa: SIM905
)
def test_what_is_no_record_is_damage_and_nothing_else(data: bytes) -> None:
    with pytest.raises(Damaged):
        read(data)


def test_a_file_that_inflates_beyond_measure_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "_ALWAYS_BYTES", 100_000)
    bomb = gzip.compress(b"WARC/1.0\r\nWARC-Type: x\r\nContent-Length: 90000000\r\n\r\n" + b"\0" * 90_000_000)
    with pytest.raises(Damaged, match="inflates"):
        read(bomb)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2022-03-01T10:00:00Z", datetime(2022, 3, 1, 10, tzinfo=UTC)),
        ("2022-03-01T10:00:00.123456789Z", datetime(2022, 3, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2022-13-01T10:00:00Z", None),
        ("20220301100000", None),
        ("", None),
    ],
)
def test_the_times_of_warc(text: str, at: datetime | None) -> None:
    assert warc_time(text) == at


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for whole in (data, b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 20\r\n\r\n" + data):
        try:
            for record in read(whole):
                http_of(record.block)
        except Damaged:
            pass
    http_of(data)
    request_of(data)
    http_of(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + data)
