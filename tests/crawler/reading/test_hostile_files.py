"""Bombs, damage and nonsense in files: each is a warning, soon over, and never an exception."""

from __future__ import annotations

import random
import sys
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.reading import mediatypes, ocr
from crawler.reading.reader import read
from crawler.reading.workers import Failure, ReadingPool, ReadJob
from storage.findings import Document, DocumentKind
from tests.crawler.reading import files
from tests.crawler.reading.file_cases import FILES, LINES, TEXT, URL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed on this machine makes no difference to a test."""
    monkeypatch.setattr(ocr, "engine", lambda: None)


def document(body: bytes, media_type: str | None = None) -> Document:
    return read(body, media_type=media_type, charset=None, url=URL)


def bomb() -> bytes:
    return files.zipped({f"{place}.txt": b"0" * 30_000_000 for place in range(5)})


BOMBS: dict[str, Callable[[], bytes]] = {
    "a zip that unpacks to much": bomb,
    "a zip of many files": lambda: files.zipped(
        {f"{place}.txt": b"" for place in range(21_000)}, compression=zipfile.ZIP_STORED
    ),
    "a document that unpacks to much": lambda: files.docx("<w:p/>" + " " * 100_000_000),
    "a document of many elements": lambda: files.docx("<w:p/>" * 1_100_000),
    "a deep document": lambda: files.docx("<w:tbl><w:tr><w:tc>" * 40_000),
    "a sheet of many cells": lambda: files.xlsx({"一": ("<row>" + "<c><v>1</v></c>" * 50_000 + "</row>") * 12}),
    "entities in entities": lambda: files.zipped(
        {
            "word/document.xml": "<!DOCTYPE x [<!ENTITY a '"
            + "劝返" * 1000
            + "'>"
            + "".join(f"<!ENTITY a{n} '{'&a;' * 100}'>" for n in range(9))
            + f"]><w:document {files.W}><w:body><w:p><w:r><w:t>&a8;</w:t></w:r></w:p></w:body></w:document>"
        }
    ),
    "groups in groups": lambda: b"{\\rtf1" + b"{" * 2_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_warning_and_soon_over(name: str) -> None:
    body = BOMBS[name]()
    start = time.process_time()

    found = document(body)

    assert time.process_time() - start < 15
    assert found.kind is DocumentKind.DOCUMENT
    assert 1 <= len(found.warnings) <= 2, found.warnings
    assert sum(map(len, found.warnings)) < 300
    assert len(found.body) < 10_000_000


def test_one_cell_in_the_last_corner_costs_one_cell() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'

    assert document(files.xlsx({"一": rows})).body == "一\n1\n2"


def test_a_sheet_of_50_000_columns_keeps_what_stands_in_them() -> None:
    row = "".join(f'<c r="{"A" if n == 1 else "ZZZ"}{1}"><v>{n}</v></c>' for n in range(1, 50_001))

    found = document(files.xlsx({"一": f'<row r="1">{row}</row>'}))

    assert found.body.startswith("一\n1\t")
    assert found.body.endswith("50000")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets the memory limit be set")
def test_bombs_in_workers_cost_themselves_and_the_next_file_is_read() -> None:
    jobs = [
        ReadJob(body=make(), media_type=None, charset=None, url=URL)
        for make in (BOMBS["a document of many elements"], bomb)
    ]
    last = ReadJob(body=FILES[mediatypes.DOCX][0], media_type=None, charset=None, url=URL)

    with ReadingPool(processes=1) as pool:
        answers = [answer for _, answer in pool.map([*jobs, last])]

    assert isinstance(answers[-1], Document)
    assert answers[-1].body == TEXT


def test_each_page_of_a_file_has_the_time_of_a_page() -> None:
    body = files.pdf([LINES] * 900)
    with ReadingPool(processes=1, seconds_per_page=1.0) as pool:
        start = time.monotonic()
        ((_, found),) = pool.map([ReadJob(body=body, media_type=None, charset=None, url=URL)])
        took = time.monotonic() - start

    assert not isinstance(found, Failure), (found, took)
    assert len(found.page_starts) == 900


def mutations() -> Iterator[tuple[str, bytes]]:
    chance = random.Random(4)
    for kind, (body, _) in FILES.items():
        for _ in range(60):
            changed = bytearray(body)
            for _ in range(chance.choice((1, 3, 20))):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            yield kind, bytes(changed)
        for size in (9, 30, len(body) // 3, len(body) // 2, len(body) - 30, len(body) - 1):
            yield kind, body[:size]


def test_no_damage_escapes_as_an_exception() -> None:
    for kind, body in mutations():
        found = document(body, kind)
        assert len(found.body) < 100_000, kind


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(FILES)), st.data())
def test_whatever_stands_in_a_file_is_read_or_said(kind: str, data: st.DataObject) -> None:
    body = bytearray(FILES[kind][0])
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(body) - 1), st.binary(max_size=6)), max_size=8)):
        body[at : at + len(value)] = value

    found = document(bytes(body), kind)

    assert found.kind in DocumentKind
    assert list(found.page_starts) == sorted(found.page_starts)
    assert all(0 <= start <= len(found.body) for start in found.page_starts)


@settings(max_examples=100)
@given(
    st.lists(
        st.lists(st.text(alphabet="劝返通告 \t\u3000\u0301ea-。1一、\u2f08\x07", max_size=40), max_size=6), max_size=6
    )
)
def test_the_pages_of_a_text_begin_in_order_and_hold_their_lines(pages: list[list[str]]) -> None:
    found = document(files.pptx(pages or [[]]))

    assert list(found.page_starts) == sorted(found.page_starts)
    assert "\n\n" not in found.body
    assert len(found.page_starts) in (0, len(pages or [[]]))


@settings(max_examples=200)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"{\\rtf1 ", b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF0000WEBPVP8 ", b"GIF89a"]),
)
def test_any_bytes_behind_a_magic_are_read_or_said(rest: bytes, magic: bytes) -> None:
    assert document(magic + rest).kind is not None


def test_of_a_text_longer_than_a_documents_may_be_the_beginning_is_kept() -> None:
    found = document(files.docx(files.docx_paragraph("长" * 30_000) * 300))

    assert 5_000_000 < len(found.body) < 5_100_000
    assert [warning for warning in found.warnings if "longer" in warning]
