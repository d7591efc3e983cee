"""`longarm run` beside another one, and derivations that are cut off."""

from __future__ import annotations

import argparse
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from alerts import rulebook
from desk import telling
from desk.commands import run
from desk.crawling import NONE_ON
from desk.feedfiles import write_feeds
from desk.pipeline import scan
from desk.session import Desk
from storage import documents, ledger, runs, standings
from storage.config import Match, Person
from storage.errors import Busy
from tests.crawler.yard import Yard
from tests.desk.invented_web import Web
from tests.desk.shelf import fill

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


def test_an_archive_of_what_people_bring_in_needs_no_source_and_no_way_out(tmp_path: Path) -> None:
    yard = Yard(tmp_path / "data")
    empty = yard.longarm("run")
    assert (empty.returncode, empty.stderr) == (1, "")
    assert NONE_ON in empty.stdout
    text = "青田县公安局专班劝返滞留缅北人员37名，逾期不归的依法从严处理。" * 9
    file = tmp_path / "page.html"
    file.write_text(f"<html><head><title>通告</title></head><body><h1>通告</h1><p>{text}</p></body></html>", "utf-8")
    brought = yard.longarm("import", str(file), "--url", "http://www.example.gov.cn/1.html")
    assert brought.returncode == 0, brought.stderr
    done = yard.longarm("run")
    assert (done.returncode, done.stderr) == (0, "")
    assert NONE_ON in done.stdout
    assert "1 snapshot scanned" in done.stdout
    assert yard.count("alert") > 0
    assert (yard.longarm("run", "-q").returncode, yard.longarm("run", "-q").stdout) == (0, "")
    # Who has chosen a source has to choose a way out too.
    yard.source("one", "http://one.example.gov.cn/")
    asked = yard.longarm("run")
    assert asked.returncode == 2
    assert "no way out is chosen" in asked.stderr


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


def test_rules_that_are_changed_during_a_run_hold_from_the_next(
    sqlite_config: Config, sqlite_database: Database, tmp_path: Path, clock: Clock
) -> None:
    fill(sqlite_database)
    own = sqlite_config.data_dir / "rules" / "own.yaml"
    own.parent.mkdir(exist_ok=True)
    own.write_text("rules:\n  - {id: own.word, match: 云溪计划}\n", encoding="utf-8")
    mara = Person(name="mara", send=(f"file://{tmp_path}/letters",), rules=("own.word",))
    desk = Desk(data=str(sqlite_config.data_dir), config=None, quiet=True, verbose=False, clock=clock)
    desk.__dict__["config"] = sqlite_config.model_copy(update={"person": (mara,)})
    telling.check(desk)
    # Somebody is in the middle of writing them.
    own.write_text("rules: [", encoding="utf-8")
    scan(desk)
    write_feeds(desk)
    desk.close()
    assert (sqlite_config.data_dir / "feeds" / "own.json").is_file()


@pytest.mark.parametrize("evasions", ["off", "unofficial"])
def test_a_run_compiles_its_rules_once(
    evasions: str,
    sqlite_config: Config,
    sqlite_database: Database,
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(sqlite_database)
    own = sqlite_config.data_dir / "rules" / "own.yaml"
    own.parent.mkdir(exist_ok=True)
    own.write_text(f"rules:\n  - {{id: own.{evasions}, match: 云溪计划}}\n", encoding="utf-8")
    # Its scan, its feeds and the check of who is told of which rule all ask.
    mara = Person(name="mara", send=(f"file://{tmp_path}/letters",), rules=(f"own.{evasions}",))
    desk = Desk(data=str(sqlite_config.data_dir), config=None, quiet=True, verbose=False, clock=clock)
    desk.__dict__["config"] = sqlite_config.model_copy(update={"match": Match(evasions=evasions), "person": (mara,)})
    compiled = []
    given = rulebook.Drafts.compile

    def count(drafts: rulebook.Drafts, *words: Any) -> Any:
        compiled.append(words)
        return given(drafts, *words)

    monkeypatch.setattr(rulebook.Drafts, "compile", count)
    run.run_all(desk)
    desk.close()
    assert len(compiled) == 1
    assert (sqlite_config.data_dir / "feeds" / "own.json").is_file()
