"""The log: warnings on stderr, a rotated file where one is set, and no line that plays with a terminal."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from desk import log
from desk.session import Desk
from storage.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_log_file_is_kept_beside_the_data_and_let_go_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "longarm.toml").write_text('[log]\nfile = "logs/longarm.log"\n')
    desk = Desk(data=str(tmp_path), config=None, quiet=True, verbose=False)
    assert desk.config.log.file
    logging.getLogger("crawler.run").warning("source failed source=%s", "x")
    handlers = len(logging.getLogger().handlers)
    desk.close()
    assert len(logging.getLogger().handlers) == handlers - 1
    (line,) = (tmp_path / "logs" / "longarm.log").read_text(encoding="utf-8").splitlines()
    assert line.endswith("WARNING crawler.run: source failed source=x")
    assert "+00:00 " in line


def test_the_frameworks_own_start_up_lines_stay_out(tmp_path: Path) -> None:
    handler = log.keep_log(tmp_path / "longarm.log")
    try:
        for level in (logging.DEBUG, logging.INFO, logging.WARNING):
            handler.handle(logging.LogRecord("scrapy.core.engine", level, "", 0, "said at %s", (level,), None))
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert [line.split()[1] for line in (tmp_path / "longarm.log").read_text().splitlines()] == ["WARNING"]


def test_five_old_files_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_BYTES", 200)
    handler = log.keep_log(tmp_path / "longarm.log")
    try:
        for number in range(60):
            logging.getLogger("x").warning("one line of the log, number %d", number)
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "longarm.log",
        *(f"longarm.log.{n}" for n in range(1, 6)),
    ]


def test_control_characters_of_a_title_do_not_reach_the_terminal() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "title=%s", ("\x1b]0;own\x07\r\n2026 ok\u202e",), None)
    said = log.OneLine("%(message)s").format(record)
    assert said == "title=\\x1b]0;own\\x07\\x0d\\x0a2026 ok\\x202e"


def test_a_log_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"\[log\] file"):
        log.keep_log(tmp_path / "file" / "longarm.log")


def test_a_log_that_cannot_be_written_is_told_where_it_was_named(tmp_path: Path) -> None:
    (tmp_path / "longarm.toml").write_text("[log]\nfile = '/proc/x/longarm.log'\n")
    desk = Desk(data=str(tmp_path), config=None, quiet=True, verbose=False)
    with pytest.raises(ConfigError, match=f"^{tmp_path}/longarm.toml:2: log.file: /proc/x/longarm.log: No such file"):
        assert desk.config
