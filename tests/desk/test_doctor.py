"""`longarm doctor`: each lack in a line with what to do, and a code that a script can read."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from crawler.reading import ocr
from desk.cli import parse
from desk.commands import doctor
from desk.commands.init import lay_out
from desk.session import Desk, settings_for
from storage.schema import upgrade

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def desk_for(data: Path) -> Desk:
    return Desk(data=str(data), config=None, quiet=False, verbose=False, clock=lambda: NOW)


def lines(data: Path) -> dict[str, doctor.Check]:
    desk = desk_for(data)
    try:
        return {check.name: check for check in doctor.examine(desk)}
    finally:
        desk.close()


def test_without_a_data_folder_the_machine_is_looked_at_and_init_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = parse(["doctor"])
    assert doctor.run(options, desk_for(tmp_path / "none")) == 0
    said = capsys.readouterr().out
    assert "init" in said
    assert "Python" in said


def test_a_new_data_folder_lacks_only_its_way_out(tmp_path: Path) -> None:
    lay_out(tmp_path)
    upgrade(settings_for(tmp_path, None))
    found = lines(tmp_path)
    assert [name for name, check in found.items() if check.ok is False] == ["way out default"]
    assert "direct = true" in found["way out default"].todo
    assert "sources enable" in found["sources"].todo
    assert doctor.run(parse(["doctor"]), desk_for(tmp_path)) == 1


@pytest.mark.parametrize(
    ("rendered", "path", "ok", "todo"),
    [
        (0, "/nowhere/chromium", None, "only sources with render"),
        (2, "/nowhere/chromium", False, "2 sources with render"),
    ],
)
def test_a_missing_browser_matters_where_a_source_is_rendered(
    rendered: int, path: str, *, ok: bool | None, todo: str
) -> None:
    check = doctor.check_browser(path, rendered=rendered)
    assert check.ok is ok
    assert todo in check.todo
    assert "correct [browser] path '/nowhere/chromium'" in check.todo


def test_a_source_for_proxies_only_without_one_is_told_before_a_run(tmp_path: Path) -> None:
    lay_out(tmp_path)
    upgrade(settings_for(tmp_path, None))
    (tmp_path / "longarm.toml").write_text("[vantage.default]\ndirect = true\n")
    entry = (
        "sources:\n  - {id: geng, agency: police, level: county, start: ['http://a.example.cn/'], proxy_only: true}\n"
    )
    (tmp_path / "sources" / "geng.yaml").write_text(entry)
    found = lines(tmp_path)["sources' ways out"]
    assert found.ok is False
    assert "geng is proxy_only" in found.found


def test_a_folder_without_a_database_says_how_to_get_one(tmp_path: Path) -> None:
    lay_out(tmp_path)
    found = lines(tmp_path)["database"]
    assert found.ok is False
    assert "longarm" in found.found


def test_a_wrong_setting_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "longarm.toml").write_text("[fetch]\nconcurency = 3\n")
    found = lines(tmp_path)["settings"]
    assert found.ok is False
    assert "longarm.toml:2" in found.found


def test_a_proxy_that_listens_answers_and_one_that_does_not_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert doctor.check_vantage("a", proxy=f"socks5h://127.0.0.1:{port}", direct=False).ok
    dead = doctor.check_vantage("a", proxy=f"http://127.0.0.1:{port}", direct=False)
    assert dead.ok is False
    assert "does not answer" in dead.found


def test_a_direct_way_out_is_allowed_and_says_what_it_shows() -> None:
    assert "own address" in doctor.check_vantage("a", proxy="", direct=True).found


@pytest.mark.parametrize(("running", "ok"), [((3, 10, 9), False), ((3, 11, 0), True), ((3, 14, 1), True)])
def test_python_3_11_is_the_oldest(running: tuple[int, int, int], ok: bool) -> None:
    assert doctor.check_python(running).ok is ok


def test_a_clock_before_this_version_was_written_is_wrong() -> None:
    assert doctor.check_clock(datetime(1970, 1, 2, tzinfo=UTC)).ok is False
    assert doctor.check_clock(NOW).ok is True


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    assert doctor.check_room(tmp_path / "not" / "yet", 10**18).ok is False
    assert doctor.check_room(tmp_path, 0).ok is True


def test_quiet_says_only_what_is_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay_out(tmp_path)
    upgrade(settings_for(tmp_path, None))
    desk = Desk(data=str(tmp_path), config=None, quiet=True, verbose=False, clock=lambda: NOW)
    doctor.run(parse(["doctor"]), desk)
    desk.close()
    assert [line[:3] for line in capsys.readouterr().out.splitlines()][:-1] == ["BAD"]


def test_what_documents_lack_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "rar_program", lambda: None)
    monkeypatch.setattr(ocr, "engine", lambda: None)
    assert doctor.check_documents().ok is True
    rar, engine = doctor.check_rar(), doctor.check_ocr()
    assert (rar.ok, engine.ok) == (None, None)
    assert "apt-get install unar" in rar.todo
    assert "longarm[ocr]" in engine.todo

    monkeypatch.setattr(doctor, "_loads", lambda name: name != "pypdfium2")
    assert doctor.check_documents().found == "cannot be loaded: pypdfium2"


def test_a_small_disk_is_told_in_megabytes(tmp_path):
    assert "keep_free is 50 MB" in doctor.check_room(tmp_path, 50_000_000).found
    assert "keep_free is 2.0 GB" in doctor.check_room(tmp_path, 2_000_000_000).found


def test_a_read_only_mount_is_not_to_be_given_to_anybody(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "chown" in doctor.check_folder(tmp_path).todo
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    check = doctor.check_folder(tmp_path)
    assert "read-only mount" in check.found
    assert "chown" not in check.todo
