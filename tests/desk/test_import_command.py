"""`longarm import`: every kind of file becomes captures of its own time; a bad one costs a line, and only itself."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.imports import found, har, saved
from storage import documents, listings, pages
from storage.archive import Archive
from storage.errors import ConfigError
from storage.records import CaptureKind, Role
from storage.verify import verify
from tests.desk.shelf import NOW, run
from tests.foreign_files import har as har_file
from tests.foreign_files import har_entry, mhtml, page, wacz, warc, with_revisits

if TYPE_CHECKING:
    from pathlib import Path

    from storage.config import Config
    from storage.database import Database
    from storage.records import Capture, Exchange

URL = "http://www.yunxi.example.gov.cn/tzgg/1.html"
TITLE = "云溪县公安局关于限期说明情况的通告"
TEXT = "滞留境外的人员应当在三十日内向户籍地派出所说明情况。逾期的将依法采取相应措施。联系人某某。"
HTML = page(TITLE, TEXT)
SEEN = datetime(2022, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "given"
    made.mkdir()
    return made


def put(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return str(path)


def from_chrome(url: str = URL, body: bytes = HTML) -> bytes:
    return f"<!-- saved from url=({len(url):04})".encode() + url.encode() + b" -->\n" + body


def captures(database: Database, url: str = URL) -> list[Capture]:
    with database.read() as conn:
        known = pages.by_url(conn, url)
        return pages.captures(conn, known.id) if known else []


def exchange(config: Config, database: Database, capture: Capture) -> Exchange:
    archive = Archive(config, database, now=lambda: NOW)
    try:
        return archive.exchange(capture)
    finally:
        archive.close()


def title(database: Database, capture: Capture) -> str:
    with database.read() as conn:
        read = documents.get(conn, capture.id)
        return read.title if read else ""


KINDS = {
    "saved.html": (from_chrome(), "mtime", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
    "single.html": (
        b"<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: "
        + URL.encode()
        + b" \n saved date: Tue Mar 01 2022 18:00:00 GMT+0800 (China Standard Time)\n-->"
        + HTML.removeprefix(b"<html>"),
        "file",
        SEEN,
    ),
    "saved.mhtml": (mhtml(URL, HTML.decode()), "file", SEEN),
    "other.warc.gz": (warc([("response", URL, HTML)]), "file", SEEN),
    "other.warc": (warc([("asked", URL, HTML)], gzip=False), "file", SEEN),
    "resource.warc.gz": (warc([("resource", URL, HTML)]), "file", SEEN),
    "other.wacz": (wacz("archive/data.warc.gz", warc([("response", URL, HTML)])), "file", SEEN),
    "net.har": (har_file(har_entry(URL, HTML.decode())), "file", SEEN.replace(microsecond=250_000)),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_of_file_becomes_a_capture_of_its_own_time_that_is_read_and_verified(
    name: str, config: Config, database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, time_from, seen = KINDS[name]
    assert run("imports", config, put(folder, name, data)) == 0
    (capture,) = captures(database)
    assert (capture.kind, capture.role, capture.captured_at) == (CaptureKind.RESPONSE, Role.PAGE, seen)
    assert capture.via is not None
    assert (capture.via["file"], capture.via["time_from"]) == (name, time_from)
    assert title(database, capture) == TITLE
    assert "snapshot" in capsys.readouterr().out
    again = exchange(config, database, capture)
    assert again.via is not None
    assert (again.url, again.started_at, again.via.at) == (URL, seen, NOW)
    archive = Archive(config, database, now=lambda: NOW)
    assert list(verify(config, database, archive)) == []
    archive.close()
    with database.read() as conn:
        known = pages.by_url(conn, URL)
        assert known is not None
        (event,) = listings.history(conn, known)
    assert event.note is not None
    assert event.note.startswith(f"imported from {name} on 2026-11-23")


@pytest.mark.parametrize("name", KINDS)
def test_the_same_file_twice_adds_nothing(
    name: str, config: Config, database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(folder, name, KINDS[name][0])
    run("imports", config, path)
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert run("imports", config, path) == 0
    assert "1 known already" in capsys.readouterr().out
    assert len(captures(database)) == 1


def test_the_bytes_are_as_they_stood_in_the_file_and_the_file_itself_is_kept(
    config: Config, database: Database, folder: Path
) -> None:
    whole = mhtml(URL, HTML.decode())
    run("imports", config, put(folder, "a.mht", whole))
    first = exchange(config, database, captures(database)[0])
    assert first.body.strip() == HTML
    assert [each.data for each in first.originals] == [whole]
    assert first.via is not None
    assert not first.via.http
    (folder / "b_files").mkdir()
    put(folder / "b_files", "图.css", b"p {}")
    (folder / "b_files" / "secret").symlink_to("/etc/passwd")
    other = URL.replace("1.html", "2.html")
    run("imports", config, put(folder, "b.html", from_chrome(other)))
    second = exchange(config, database, captures(database, other)[0])
    assert second.body == from_chrome(other)
    assert [(each.name, each.data) for each in second.originals] == [("b_files/图.css", b"p {}")]


def test_a_folder_gives_the_pages_in_it(config: Config, database: Database, folder: Path) -> None:
    other = URL.replace("1.html", "2.html")
    put(folder, "a.html", from_chrome())
    put(folder, "b.mhtml", mhtml(other, page("第二号通告", TEXT).decode()))
    assert run("imports", config, str(folder)) == 0
    assert (len(captures(database)), len(captures(database, other))) == (1, 1)


def test_what_the_operator_says_beats_the_file(config: Config, database: Database, folder: Path) -> None:
    path = put(folder, "a.html", from_chrome("http://wrong.example/"))
    words = ["--url", URL, "--at", "2021-05-01T08:00", "--note", "from a colleague\x1b[31m"]
    assert run("imports", config, path, *words) == 0
    (capture,) = captures(database)
    assert capture.captured_at == datetime(2021, 5, 1, 0, 0, tzinfo=UTC)
    assert capture.via is not None
    assert (capture.via["time_from"], capture.via["note"]) == ("option", "from a colleague\x1b[31m")
    assert captures(database, "http://wrong.example/") == []


def test_a_pdf_is_kept_where_its_address_is_said(
    config: Config, database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(folder, "a.pdf", b"%PDF-1.4\n%%EOF")
    assert run("imports", config, path) == 1
    assert "give its address with --url" in capsys.readouterr().err
    assert run("imports", config, path, "--url", URL + ".pdf") == 0
    (capture,) = captures(database, URL + ".pdf")
    assert (capture.media_type, capture.role) == ("application/pdf", Role.PAGE)


def test_a_zip_file_that_is_no_web_archive_is_a_document(
    config: Config, database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(folder, "a.zip", wacz("notice.txt", f"{TITLE}\n{TEXT}".encode()))
    assert run("imports", config, path, "--url", URL + ".zip") == 0
    (capture,) = captures(database, URL + ".zip")
    assert (capture.media_type, capture.role) == ("application/zip", Role.PAGE)
    with database.read() as conn:
        read = documents.get(conn, capture.id)
    assert TEXT in read.body
    archive = put(folder, "b.zip", wacz("archive/data.warc.gz", warc([("response", URL, HTML)])))
    assert run("imports", config, archive, "--url", URL) == 1
    assert "is a WACZ file" in capsys.readouterr().err
    # An attachment that holds a WARC file, published at its own address; without one it is read as the archive it is.
    bare = put(folder, "c.zip", wacz("archive/data.warc.gz", warc([("response", URL, HTML)]), says_so=False))
    assert run("imports", config, bare, "--url", URL + "2.zip") == 0
    assert len(captures(database, URL + "2.zip")) == 1
    assert run("imports", config, bare) == 0
    assert len(captures(database, URL)) == 1


@pytest.mark.parametrize("name", ["none.html", "a" * 300])
def test_a_file_that_is_not_there_costs_one_line_and_the_others_go_on(
    config: Config, database: Database, folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run("imports", config, name, put(folder, "b.html", from_chrome())) == 1
    assert capsys.readouterr().err == f"longarm: {name}: no such file\n"
    assert len(captures(database)) == 1


def test_names_of_no_file_at_all_are_the_users_to_mend(
    config: Config, database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("imports", config, "none.html", "no.pdf") == 2
    assert capsys.readouterr().err == "longarm: none.html: no such file\nlongarm: no.pdf: no such file\n"
    (folder / "bare").mkdir()
    assert run("imports", config, "none.html", str(folder / "bare")) == 2


def test_a_request_goes_with_its_answer_and_its_cookie_does_not(
    config: Config, database: Database, folder: Path
) -> None:
    run("imports", config, put(folder, "a.warc.gz", warc([("asked", URL, HTML)])))
    again = exchange(config, database, captures(database)[0])
    assert dict(again.request_headers) == {"User-Agent": "other", "Cookie": "<redacted>"}
    assert b"secret=1" not in b"".join(path.read_bytes() for path in config.captures_dir.rglob("*.gz"))


def test_a_revisit_is_the_look_it_repeats_at_its_own_time(config: Config, database: Database, folder: Path) -> None:
    dates = [f"2022-03-0{day}T10:00:00Z" for day in range(1, 6)]
    path = put(folder, "a.warc.gz", with_revisits(URL, HTML, dates))
    assert run("imports", config, path) == 0
    found = captures(database)
    assert [capture.captured_at.day for capture in found] == [1, 2, 3, 4, 5]
    assert {capture.payload_sha256 for capture in found} == {found[0].payload_sha256}
    assert found[4].via is not None
    assert found[4].via["made"] == f"a revisit of capture {found[0].short}"
    assert run("imports", config, path) == 0
    assert len(captures(database)) == 5


def test_a_revisit_of_what_is_not_there_is_counted(
    config: Config, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = with_revisits(URL, HTML, ["2022-03-01T10:00:00Z", "2022-03-02T10:00:00Z"])
    second = whole.index(b"\x1f\x8b\x08", 10)
    assert run("imports", config, put(folder, "a.warc.gz", whole[second:])) == 0
    assert "\n  1 left out: a revisit says only that" in capsys.readouterr().out
    # As the line says: with the file that holds the answer before it, nothing is missing.
    first = put(folder, "b.warc.gz", whole[:second])
    assert run("imports", config, first, str(folder / "a.warc.gz")) == 0
    assert "left out" not in capsys.readouterr().out


def test_a_har_files_text_is_utf8_whatever_its_header_said(config: Config, database: Database, folder: Path) -> None:
    run("imports", config, put(folder, "a.har", har_file(har_entry(URL, HTML.decode()))))
    (capture,) = captures(database)
    assert (capture.charset, capture.content_encoding) == ("utf-8", None)
    assert capture.via is not None
    assert capture.via["made"] == "codings undone by the browser, the text written as UTF-8"


def test_images_styles_and_scripts_are_kept_and_are_no_pages(config: Config, database: Database, folder: Path) -> None:
    looks = [("response", URL, HTML), ("response", URL + "/x.png", b"\x89PNG\r\n\x1a\n0000")]
    run("imports", config, put(folder, "a.warc.gz", warc(looks)))
    assert captures(database, URL + "/x.png")[0].role is Role.ASSET
    with database.read() as conn:
        assert [row.url for row in listings.listing(conn)] == [URL]


def test_a_source_gets_the_pages_and_looks_at_them_from_now_on(
    config: Config, database: Database, folder: Path
) -> None:
    (config.data_dir / "sources").mkdir(exist_ok=True)
    (config.data_dir / "sources" / "own.yaml").write_text(
        "sources:\n  - {id: yunxi, name: {zh: 云溪县公安局}, agency: police, level: county, start: [http://www.yunxi.example.gov.cn/]}\n"
    )
    path = put(folder, "a.html", from_chrome())
    run("imports", config, path)
    with database.read() as conn:
        assert pages.due(conn, NOW, limit=9, run_id="x", source_ids=["yunxi"]) == []
    other = URL.replace("1.html", "2.html")
    run("imports", config, path, put(folder, "b.html", from_chrome(other)), "--source", "yunxi")
    with database.read() as conn:
        due = pages.due(conn, NOW, limit=9, run_id="x", source_ids=["yunxi"])
    assert [each.url for each in due] == [other]


BAD = {
    "empty.html": (b"", "is empty"),
    "nowhere.html": (
        b"<html><head><link rel=canonical href='http://hint.example/1'></head></html>",
        "http://hint.example/1",
    ),
    "local.html": (from_chrome("file:///home/x/1.html"), "give its address with --url"),
    "empty.zip": (b"PK\x05\x06" + bytes(18), "is a ZIP file with nothing in it"),
    "noise.bin": (b"\x00\x01\x02", "is no file that can be imported"),
    "noise.gz": (gzip.compress(b"hello"), "is gzipped, and no WARC file"),
    "broken.gz": (b"\x1f\x8bbroken", "is gzipped, and broken"),
    "deep.har": (b'{"a":' * 100_000, "nested too deep"),
    "other.har": (b'{"log": {"entries": 7}}', "holds no log.entries"),
    "cut.har": (b'{"log": ', "is no whole JSON"),
    "bare.mht": (mhtml(None, "<p>x</p>"), "give its address with --url"),
    "other.zip": (wacz("readme.txt", b"x"), "give its address with --url"),
    "broken.wacz": (b"PK\x03\x04" + b"x" * 100, "is no whole package"),
    "torn.warc.gz": (warc([("response", URL, HTML)])[:-20], "ends too early"),
    "\x1b[31mred\n.html": (b"<p>", "\\x1b[31mred\\n.html"),
}


@pytest.mark.parametrize("name", BAD, ids=[repr(name) for name in BAD])
def test_a_bad_file_costs_one_line_and_the_others_go_on(
    name: str, config: Config, database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, said = BAD[name]
    good = put(folder, "good.html", from_chrome(URL + "?good"))
    assert run("imports", config, put(folder, name, data), good) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert line.isprintable()
    assert len(captures(database, URL + "?good")) == 1


def test_what_stands_before_the_damage_is_imported(config: Config, database: Database, folder: Path) -> None:
    whole = warc([("response", URL, HTML), ("response", URL + "2", HTML * 50)])
    assert run("imports", config, put(folder, "a.warc.gz", whole[:-30])) == 1
    assert len(captures(database)) == 1


def test_a_package_that_inflates_without_end_is_left(
    config: Config, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.foreign._ALWAYS_BYTES", 100_000)
    bomb = b"WARC/1.0\r\nWARC-Type: x\r\nContent-Length: 50000000\r\n\r\n" + b"\0" * 50_000_000
    assert run("imports", config, put(folder, "a.wacz", wacz("archive/a.warc", bomb, packed=True))) == 1
    assert "inflates to more" in capsys.readouterr().err


def test_files_too_large_for_their_kind_are_refused_unread(
    config: Config, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (found.MAX_PAGE_BYTES, har.MAX_BYTES, saved.MAX_PAGE_BYTES) == (100_000_000, 150_000_000, 100_000_000)
    path = folder / "huge.har"
    with path.open("wb") as file:
        file.write(b'{"log":')
        file.truncate(2_000_000_000)
    assert run("imports", config, str(path)) == 1
    assert "2,000,000,000 bytes long" in capsys.readouterr().err


def test_times_that_cannot_be_are_left_out(config: Config, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    looks = warc([("response", URL, HTML)], date="2031-01-01T00:00:00Z")
    older = warc([("response", URL, HTML)], date="1971-01-01T00:00:00Z")
    assert run("imports", config, put(folder, "a.warc.gz", looks + older)) == 0
    said = capsys.readouterr().out
    assert "\n  2 left out: the time lies before 1990 or ahead of this machine's clock; " in said


def test_what_is_left_out_of_a_har_file_is_said_with_what_to_do(
    config: Config, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = har_entry(URL, "") | {"response": {"status": 0}}
    assert run("imports", config, put(folder, "a.har", har_file(refused, har_entry(URL, None)))) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    assert [line.split("; ")[1] for line in lines] == [
        "load the page again and export anew",
        "export it again with content (Save all as HAR with content)",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{a}", "--at", "yesterday"], "no time"),
        (["{a}", "--at", "2031-01-01"], "still to come"),
        (["{a}", "--url", "ftp://a/"], "no http or https address"),
        (["{a}", "{a}", "--url", URL], "one page's"),
        (["{a}", "--source", "nobody"], "no source of that id"),
    ],
)
def test_what_the_operator_can_mend_is_said_before_anything_is_done(
    words: list[str], said: str, config: Config, database: Database, folder: Path
) -> None:
    path = put(folder, "a.html", from_chrome())
    with pytest.raises(ConfigError, match=said):
        run("imports", config, *(word.format(a=path) for word in words))
    assert captures(database) == []
