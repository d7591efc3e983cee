"""`longarm import --publisher`: kept with the look, told as what was told, and never read as the page's own word."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from desk.moments import AHEAD, AHEAD_OF_COPY
from storage import documents
from storage.config import CHINA
from storage.errors import ConfigError
from tests.desk.shelf import run
from tests.desk.test_import_command import HTML, TEXT, TITLE, URL, captures, exchange, from_chrome, put
from tests.foreign_files import page

if TYPE_CHECKING:
    from pathlib import Path

    from storage.config import Config
    from storage.database import Database


@pytest.mark.parametrize(
    ("text", "publisher", "is_told"),
    [(TEXT, "云溪县公安局", True), (f"来源：云溪新闻网</p><p>{TEXT}", "云溪新闻网", False)],
    ids=["the page says none", "the page says another"],
)
def test_who_published_it_is_told_by_the_page_else_by_the_operator(
    text: str,
    publisher: str,
    is_told: bool,
    config: Config,
    database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["--publisher", " 云溪县公安局 "]
    assert run("imports", config, put(tmp_path, "a.html", from_chrome(body=page(TITLE, text))), *words) == 0
    (capture,) = captures(database)
    told = exchange(config, database, capture).via
    assert told is not None
    assert told.publisher == "云溪县公安局"
    # Told, it is no part of what was read out of the page: no rule or claim takes it for the page's.
    with database.read() as conn:
        read = documents.get(conn, capture.id)
    assert read is not None
    assert read.publisher == (None if is_told else publisher)
    capsys.readouterr()
    run("show", config, capture.short, "--json")
    shown = json.loads(capsys.readouterr().out)
    assert (shown["publisher"], shown.get("publisher_told", False)) == (publisher, is_told)
    run("show", config, capture.short)
    line = f"publisher: {publisher}{' (as was told 据导入者)' if is_told else ''}"
    assert line in capsys.readouterr().out.splitlines()
    capsys.readouterr()
    run("history", config, URL)
    assert "published by 云溪县公安局, as was told" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="who published"):
        run("imports", config, put(tmp_path, "b.html", HTML), "--publisher", " ")


@pytest.mark.parametrize(
    ("words", "said", "key", "captured"),
    [
        ([], "imported, at the time its file was saved", "mtime", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        (
            ["--at", "2022-03-01T10:00"],
            "imported, at the time its importer gave",
            "option",
            datetime(2022, 3, 1, 2, tzinfo=UTC),
        ),
    ],
)
def test_a_look_that_was_imported_is_told_as_no_look_of_ours_with_its_own_time_beside_that_of_its_import(
    words: list[str],
    said: str,
    key: str,
    captured: datetime,
    config: Config,
    database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wanted = page("关于敦促滞留境外人员回国投案的通告", "云溪县公安局已从柬埔寨劝返涉诈人员二十一名。")
    file = put(tmp_path, "a.html", from_chrome(body=wanted))
    os.utime(file, (datetime(2024, 3, 5, 10, tzinfo=UTC).timestamp(),) * 2)
    assert run("imports", config, file, *words) == 0
    (capture,) = captures(database)
    assert run("scan", config) == 0
    shown = {}
    for name, *asked in (("show", capture.short), ("search", "劝返"), ("digest",)):
        capsys.readouterr()
        run(name, config, *asked)
        shown[name] = " ".join(capsys.readouterr().out.split())
    assert [name for name, out in shown.items() if said not in out] == []
    capsys.readouterr()
    run("alerts", config, "list", "--json")
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows
    assert {row["imported"] for row in rows} == {key}
    assert {row["captured_at"] for row in rows} == {captured.isoformat()}
    # The time of the import is ours, and the digest's; the look's own stands beside it as its importer's word.
    came = datetime.fromisoformat(rows[0]["first_seen"]).astimezone(CHINA)
    assert came > captured + timedelta(days=600)
    looked = captured.astimezone(CHINA)
    assert f"came {came.day} {came:%b %H:%M} | {said} ({looked:%Y-%m-%d %H:%M})" in shown["digest"]
    assert "| seen" not in shown["digest"]
    run("alerts", config, "show", rows[0]["alert"][:12])
    lines = capsys.readouterr().out.splitlines()
    assert f"{'came:':<12}{came.isoformat(timespec='seconds')}" in lines
    assert any(line.startswith(f"{'captured:':<12}{looked.isoformat(timespec='seconds')}, {said}") for line in lines)
    assert not any(line.startswith("first seen") for line in lines)
    capsys.readouterr()
    run("export", config, "csv", "--output", "-")
    (row, *_) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["captured_at"] == captured.isoformat()


def test_a_date_after_a_copys_time_is_said_to_lie_after_the_copy_and_not_after_a_look_of_ours(
    config: Config, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = page("通告", "发布时间：2023-05-06</p><p>云溪县公安局已从柬埔寨劝返涉诈人员二十一名。")
    assert run("imports", config, put(tmp_path, "a.html", from_chrome(body=body)), "--at", "2022-03-01T10:00") == 0
    (capture,) = captures(database)
    assert run("scan", config) == 0
    run("alerts", config, "list", "--json")
    alert = json.loads(capsys.readouterr().out.splitlines()[-1])["alert"][:12]
    for name, *asked in (("show", capture.short), ("search", "劝返"), ("alerts", "show", alert)):
        capsys.readouterr()
        run(name, config, *asked)
        out = capsys.readouterr().out
        assert f"2023-05-06 {AHEAD_OF_COPY}" in out, name
        assert AHEAD not in out
