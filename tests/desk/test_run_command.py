"""`longarm run` beside another one, and derivations that are cut off."""

from __future__ import annotations

import argparse
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from desk.commands import run
from desk.crawling import NONE_ON
from desk.session import Desk
from storage import documents, ledger, runs, standings
from storage.errors import Busy
from tests.crawler.yard import Yard
from tests.desk.invented_web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock


@pytest.fixture
def web(sqlite_config: Config, sqlite_database: Database, clock: Clock) -> Iterator[Web]:
    opened = Web(sqlite_config, sqlite_database, clock)
    yield opened
    opened.archive.close()


def test_a_quiet_run_says_nothing_where_another_one_works(
    sqlite_config: Config, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sqlite_config.data_dir
    quiet = Desk(data=str(folder), config=None, quiet=True, verbose=False, clock=clock)
    loud = Desk(data=str(folder), config=None, quiet=False, verbose=False, clock=clock)
    with runs.lock(folder):
        assert run.run(argparse.Namespace(), quiet) == 3
        assert capsys.readouterr() == ("", "")
        with pytest.raises(Busy, match="another run"):
            run.run(argparse.Namespace(), loud)
    quiet.close()
    loud.close()


def test_a_run_that_watches_nothing_says_so_even_to_cron(tmp_path: Path) -> None:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy="http://127.0.0.1:9")
    done = yard.longarm("-q", "run")
    assert (done.returncode, done.stdout.splitlines()) == (1, [NONE_ON])


@pytest.mark.parametrize(
    ("module", "function"),
    [(documents, "put"), (documents, "put_snapshots"), (standings, "put"), (ledger, "append_act")],
)
def test_a_derivation_cut_off_anywhere_goes_on_as_if_it_had_not_been(
    web: Web, monkeypatch: pytest.MonkeyPatch, module: object, function: str
) -> None:
    def day(text: str) -> None:
        for number in range(5):
            web.look(f"/{number}.html", f"第{number}号通告\n\n第一条，本县各单位应当按照规定办理。{text}{number}")

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    day("")
    web.derive()
    web.new_run(hours=25)
    day("新增一句。")
    with monkeypatch.context() as patch:
        patch.setattr(module, function, cut)
        # An unchanged standing is not put: then there is nothing to cut off.
        with suppress(KeyboardInterrupt):
            web.derive()
    web.derive()
    web.derive()
    assert [len(web.snapshots(f"/{number}.html")) for number in range(5)] == [2] * 5
    assert sorted(web.told()) == [("edited", f"/{number}.html") for number in range(5)]
