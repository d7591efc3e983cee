"""`rules try`: what a change would add and drop over what is stored, before anything of it is kept."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from desk.cli import main
from desk.trying import compare, without
from storage import alerts
from tests.desk.invented_web import Web
from tests.desk.test_matching import HIT, PLAIN, RULES, SECOND, book

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

STRICTER = RULES.replace("silent: [春季运动会]}", "exclude: [{id: sports, near: text, any: [派队]}]}")


@pytest.fixture
def web(config: Config, database: Database, clock: Clock) -> Iterator[Web]:
    opened = Web(config, database, clock)
    opened.look("/1.html", HIT + "\n另有丙丁行动。")
    opened.look("/2.html", PLAIN)
    opened.derive()
    yield opened
    opened.archive.close()


def test_what_a_rule_would_add_is_counted_and_shown_with_its_quote(web: Web) -> None:
    then = book(RULES + SECOND)
    trial = compare(web.database, now=without(then, frozenset({"second_concept.plain"})), then=then)
    assert (trial.read, trial.before, trial.after, trial.added, trial.dropped) == (2, 1, 2, 1, 0)
    (sample,) = trial.samples_added
    assert sample.url.endswith("/1.html")
    assert "另有【丙丁】行动" in sample.quote


def test_what_a_change_would_drop_names_the_exclusion_that_holds_it(web: Web) -> None:
    trial = compare(web.database, now=book(RULES), then=book(STRICTER))
    assert (trial.added, trial.dropped, trial.suppressed) == (0, 1, 1)
    (sample,) = trial.samples_dropped
    assert sample.reason == "sports"


def test_only_what_was_seen_since_a_day_is_tried(web: Web, clock: Clock) -> None:
    tomorrow = clock() + timedelta(days=1)
    assert compare(web.database, now=book(RULES), then=book(RULES + SECOND), since=tomorrow).read == 0


def test_no_more_samples_than_asked_for(web: Web) -> None:
    trial = compare(web.database, now=book(RULES), then=book(RULES + SECOND), samples=0)
    assert (trial.added, trial.samples_added) == (1, [])


@pytest.mark.parametrize(
    ("tried", "other"),
    [
        ("sets: {my_words: [甲乙]}", "rules: [{id: own.x, match: '@my_words'}]"),
        ("sets: {my_words: [甲乙]}", "sets: {more: ['@my_words']}\nrules: [{id: own.x, match: '@more'}]"),
        (
            "sets: {my_words: [丙丁, 甲乙]}",
            "sets: {my_words: {remove: [丙丁]}}\nrules: [{id: own.x, match: '@my_words'}]",
        ),
        ("rules: [{id: own.y, match: 丙丁}]", "rules: [{id: own.y, severity: low}, {id: own.x, match: 甲乙}]"),
        (
            "sets: {abroad: {add: [丙丁]}}",
            "sets: {abroad: {remove: [丙丁]}}\nrules: [{id: own.x, match: 甲乙}]",
        ),
    ],
    ids=["a set", "a set in a set", "a set that another changes", "a rule that another changes", "a word taken back"],
)
def test_a_file_in_force_is_thought_away_but_for_what_others_rest_on(
    tried: str, other: str, web: Web, config: Config, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("LONGARM_STORAGE__DATABASE", config.storage.database)
    rules = config.data_dir / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "a.yaml").write_text(tried, encoding="utf-8")
    (rules / "b.yaml").write_text(other, encoding="utf-8")
    assert main(["--data", str(config.data_dir), "rules", "try", str(rules / "a.yaml")]) == 0
    assert "over 2 snapshots: adds 0 alerts, drops 0 (one a concept and snapshot: 1 before, 1 after;" in (
        capsys.readouterr().out
    )


def test_nothing_is_written(web: Web) -> None:
    compare(web.database, now=book(RULES), then=book(RULES + SECOND))
    with web.database.read() as conn:
        assert alerts.listing(conn) == []


def test_the_command_takes_a_file_or_a_rule(web: Web, config: Config, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("LONGARM_STORAGE__DATABASE", config.storage.database)
    path = tmp_path / "own.yaml"
    path.write_text("rules:\n  - {id: own.x, match: 甲乙}\n", encoding="utf-8")
    data = ["--data", str(config.data_dir)]
    assert main([*data, "rules", "try", str(path)]) == 0
    out = capsys.readouterr().out
    assert "over 2 snapshots: adds 1 alerts, drops 0" in out
    assert "本县开展【甲乙】行动" in out
    assert re.search(r"would add  seen 20..-..-..T..:..:..\+08:00  ", out)
    assert "in force already" not in out
    kept = config.data_dir / "rules" / "own.yaml"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(path.read_bytes())
    assert main([*data, "rules", "try", str(kept)]) == 0
    out = capsys.readouterr().out
    assert "over 2 snapshots: adds 1 alerts, drops 0" in out
    said = "in force already, so compared with the rules without it; scans have found {} of the 1 before, "
    assert f"{said.format(0)}the next scan adds 1\n" in out
    assert main([*data, "scan"]) == 0
    capsys.readouterr()
    for named in (str(kept), "own.x"):
        assert main([*data, "rules", "try", named]) == 0
        assert f"{said.format(1)}the next scan adds 0\n" in capsys.readouterr().out
    kept.unlink()
    assert main([*data, "rules", "try", "persuade_return"]) == 0
    out = capsys.readouterr().out
    assert "adds 0 alerts" in out
    assert "scans have found 0 of the 0 before, the next scan adds 0\n" in out
    assert main([*data, "rules", "try", "no_such"]) == 2
    assert "no rule 'no_such', and no such file" in capsys.readouterr().err
