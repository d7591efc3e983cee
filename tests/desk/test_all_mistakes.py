"""Whoever mends a file is told all that is wrong with it, and with the others, at once: a line each, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desk.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Told = Callable[..., list[tuple[str, int, str]]]

RULES = """sets:
  mine: ["@nope", 甲乙]
rules:
  - id: own.one
    match: "@minee AND @abroda"
    severity: hihg
    exclude: [{id: e, near: sentense, any: [b]}, {id: f, any: [c]}]
    where: {lang: chinese, agency: polize}
  - id: own.two
    mach: 甲
    enabled: maybe
  - di: own.three
"""
SOURCES = """sources:
  - id: jia-police
    name: {zh: 甲, cn: 乙}
    agency: polize
    level: county
    stat: [http://www.example.gov.cn/]
    options: {limit: 1.5}
  - {id: jia-police, agency: police}
foo: 1
"""
SETTINGS = """[digst]
[digest]
at = "8 Uhr"
[[person]]
nmae = "mara"
send = ["file:///srv/digests"]
[fetch]
timout = 3
delay = true
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    assert main(["--data", str(folder), "init"]) == 0
    return folder


@pytest.fixture
def told(data: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """Runs a command, which fails: file, line and what each line of stderr says."""

    def run(*words: str) -> list[tuple[str, int, str]]:
        capsys.readouterr()
        assert main(["--data", str(data), *words]) == 2
        done = capsys.readouterr()
        assert done.out == ""
        lines = [line.removeprefix(f"longarm: {data}/") for line in done.err.splitlines()]
        parts = [line.split(":", 2) for line in lines]
        return [(file, int(line), said) for file, line, said in parts]

    return run


def test_rules_check_tells_every_mistake_of_every_file(data: Path, told: Told) -> None:
    (data / "rules" / "b.yaml").write_text(RULES, encoding="utf-8")
    (data / "rules" / "a.yaml").write_text("rules: [{id: a.a, match: a, lowr: 3}]\nrulez: []\n", encoding="utf-8")
    (data / "rules" / "c.yaml").write_text("rules: [\n", encoding="utf-8")
    (data / "sources" / "s.yaml").write_text(SOURCES, encoding="utf-8")
    found = told("rules", "check")
    assert [(file, line) for file, line, _ in found] == [
        ("rules/a.yaml", 1),
        ("rules/a.yaml", 2),
        *[("rules/b.yaml", line) for line in (2, 5, 5, 6, 7, 7, 8, 8, 10, 11, 12)],
        ("rules/c.yaml", 2),
        *[("sources/s.yaml", line) for line in (3, 4, 6, 7, 8, 9)],
    ]
    said = " ".join(each for _, _, each in found)
    assert "did you mean mine?" in said
    assert "did you mean abroad?" in said
    # What is mistyped is not missing too.
    assert "no match" not in said
    assert "is missing" not in said


def test_sources_list_tells_every_mistake(data: Path, told: Told) -> None:
    (data / "sources" / "s.yaml").write_text(SOURCES, encoding="utf-8")
    (data / "sources" / "t.yaml").write_text("sources: 5\n", encoding="utf-8")
    found = told("sources", "list")
    assert [(file, line) for file, line, _ in found] == [
        *[("sources/s.yaml", line) for line in (3, 4, 6, 7, 8, 9)],
        ("sources/t.yaml", 1),
    ]


def test_the_settings_tell_every_mistake(data: Path, told: Told) -> None:
    (data / "longarm.toml").write_text(SETTINGS, encoding="utf-8")
    found = told("alerts", "list")
    assert [(file, line) for file, line, _ in found] == [("longarm.toml", line) for line in (1, 3, 5, 8, 9)]


def test_sets_in_a_circle_are_told_once(data: Path, told: Told) -> None:
    (data / "rules" / "a.yaml").write_text("sets: {a: ['@b'], b: ['@c'], c: ['@a']}\n", encoding="utf-8")
    assert len(told("rules", "check")) == 1


def test_notes_on_what_ships_with_the_product_are_not_the_users(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exclusions of all rules, and those of a shipped rule that is changed here, are nobody's here to mend."""
    own = "{id: own.four, match: 甲乙丙丁, alerts: [甲乙丙丁], exclude: [{id: own_words, near: 4, any: [戊己]}]}"
    shipped = "{id: persuade_return.abroad, severity: low}"
    (data / "rules" / "a.yaml").write_text(f"rules:\n  - {own}\n  - {shipped}\n", encoding="utf-8")
    assert main(["--data", str(data), "rules", "check"]) == 0
    said = capsys.readouterr().out
    notes = [line for line in said.splitlines() if line.startswith(str(data))]
    assert notes == [f"{data}/rules/a.yaml:2: own.four: exclusion `own_words` never held anything back"]
    assert ": 1 note on rules of yours" in said
