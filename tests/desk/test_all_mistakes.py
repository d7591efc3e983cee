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
ONE_RULE = """rules:
  - id: Bad Id!
    severty: high
    match: 警察 AND (@persaude
    exclude:
      - {near: fourty, any: [电影, '@nosuchset', "(a"], spam: 1, final: maybe}
      - {any: [(a]}
    labels: [{id: l, near: sentense, any: [], only: [[a]]}]
    where: {agency: polce, province: [Zhejang, 火星]}
    alerts: [{text: [a], agancy: police}, 甲, {agency: police}]
    since: spring
  - {id: own.one, match: a, exclude: {ad: []}, severity: hihg}
  - {id: own.one, match: (b}
  - {match: NOT, silent: {a: b}}
defaults: {exclude: [{id: e, near: farther, any: [a]}], labels: [{id: l, near: 3}]}
sets: {persuade: {remove: [劝反, 没有的词]}}
"""
TOLD_OF_ONE_RULE = [
    (2, 9, "id 'Bad Id!' must be concept.variant in a-z, 0-9 and _; write bad_id"),
    (3, 5, "unknown key 'severty' in a rule; did you mean severity?"),
    (4, 19, "this bracket is never closed; write ) where it ends"),
    (4, 20, "unknown set @persaude; did you mean persuade?"),
    (6, 16, "near 'fourty' is unknown; write a number of characters as 4, of sentences as 2s, or sentence, paragraph"),
    (6, 35, "unknown set @nosuchset; known: "),
    (6, 49, "this bracket is never closed; write ) where it ends"),
    (6, 55, "unknown key 'spam' in an exclusion; did you mean span?"),
    (6, 71, "'maybe' is neither true nor false; write true or false"),
    (7, 9, "an exclusion has either near: (a number, 2s, sentence, paragraph or text) or span: true"),
    (7, 9, "this exclusion has no id; write id: and a word of your own"),
    (7, 16, "this bracket is never closed; write ) where it ends"),
    (8, 28, "near 'sentense' is unknown; did you mean sentence?"),
    (8, 43, "this list is empty, so nothing of it can be found; write [WORD, …]"),
    (8, 54, "a single value is expected here, not a list or a mapping"),
    (9, 21, "agency 'polce' is unknown; did you mean police?"),
    (9, 39, "province 'Zhejang' is unknown; did you mean zhejiang?"),
    (9, 48, "province '火星' is unknown"),
    (10, 21, "a single value is expected here, not a list or a mapping"),
    (10, 26, "unknown key 'agancy' in an example; did you mean agency?"),
    (10, 46, "this example has no text; write text: and the words"),
    (11, 12, "'spring' is not a date; write 2022-06-30"),
    (12, 39, "unknown key 'ad' in exclude (a list replaces; add: […] adds); did you mean add?"),
    (12, 58, "severity 'hihg' is unknown; did you mean high?"),
    (13, 10, "rule 'own.one' stands twice in this file; keep one"),
    (13, 26, "this bracket is never closed; write ) where it ends"),
    (14, 5, "this rule has no id; write id: concept.variant"),
    (14, 13, "'NOT' is not expected here; a word, @set, phrase, /regex/ or bracket must come first"),
    (14, 26, "a list is expected here, not a mapping"),
    (15, 36, "near 'farther' is unknown; "),
    (15, 66, "this entry has no any; write any: [WORD, …]"),
    (16, 28, "set persuade holds no '劝反'; known: "),
    (16, 32, "set persuade holds no '没有的词'; known: "),
]
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


def test_no_mistake_of_a_rule_hides_another(data: Path, told: Told) -> None:
    (data / "rules" / "own.yaml").write_text(ONE_RULE, encoding="utf-8")
    found = [(line, *said.split(": ", 1)) for _, line, said in told("rules", "check")]
    assert [(line, int(column)) for line, column, _ in found] == [(line, at) for line, at, _ in TOLD_OF_ONE_RULE]
    for (_, _, said), (_, _, wanted) in zip(found, TOLD_OF_ONE_RULE, strict=True):
        assert said.startswith(wanted)


def test_sources_list_tells_every_mistake(data: Path, told: Told) -> None:
    (data / "sources" / "s.yaml").write_text(SOURCES, encoding="utf-8")
    (data / "sources" / "t.yaml").write_text("sources: 5\n", encoding="utf-8")
    found = told("sources", "list")
    assert [(file, line) for file, line, _ in found] == [
        *[("sources/s.yaml", line) for line in (3, 4, 6, 7, 8, 9)],
        ("sources/t.yaml", 1),
    ]


NO_WAY = "vantage 'cn' is no section of longarm.toml; did you mean cn-1? known are cn-1, default, hk"


@pytest.mark.parametrize(
    "words",
    [("sources", "list"), ("run",), ("crawl",), ("sources", "check", "--all"), ("rules", "check")],
    ids=" ".join,
)
def test_a_way_out_that_there_is_not_is_told_where_the_source_names_it(
    words: tuple[str, ...], data: Path, told: Told
) -> None:
    ways = "".join(f"[vantage.{name}]\ndirect = true\n" for name in ("hk", "cn-1", "default"))
    (data / "longarm.toml").write_text(ways, encoding="utf-8")
    base = "- {{id: {}, agency: police, level: county, start: [http://{}.example.cn/]{}}}\n"
    entries = [
        base.format("jia", "a", ", vantage: hk"),
        base.format("yi", "b", ", vantage: cn"),
        base.format("bing", "c", ",\n  vantages: [default, cn, moon]"),
        base.format("ding", "d", ", vantage: cn, enabled: false"),
    ]
    (data / "sources" / "own.yaml").write_text("sources:\n" + "".join(entries), encoding="utf-8")
    assert told(*words) == [
        ("sources/own.yaml", 3, f" yi: {NO_WAY}"),
        ("sources/own.yaml", 5, f" bing: {NO_WAY}"),
        (
            "sources/own.yaml",
            5,
            " bing: vantage 'moon' is no section of longarm.toml; "
            "write [vantage.moon] there, or one of cn-1, default, hk",
        ),
        ("sources/own.yaml", 6, f" ding: {NO_WAY}"),
    ]


def test_a_way_out_to_compare_with_is_looked_up_too(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "recheck", "--url", "http://a.example.cn/", "--vantage", "defualt"]) == 2
    assert capsys.readouterr().err == "longarm: --vantage 'defualt' is unknown; did you mean default?\n"


def test_the_default_way_out_is_missed_only_by_sources_that_are_on(
    data: Path, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "longarm.toml").write_text("[vantage.hk]\ndirect = true\n", encoding="utf-8")
    entry = "sources:\n- {id: jia, agency: police, level: county, start: [http://a.example.cn/], enabled: %s}\n"
    (data / "sources" / "own.yaml").write_text(entry % "false", encoding="utf-8")
    assert main(["--data", str(data), "sources", "list"]) == 0
    (data / "sources" / "own.yaml").write_text(entry % "true", encoding="utf-8")
    said = " jia: vantage 'default' is no section of longarm.toml; write [vantage.default] there, or one of hk"
    assert told("run") == [("sources/own.yaml", 2, said)]


def test_a_source_of_a_file_that_went_is_named_where_its_way_out_went_too(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "longarm.toml").write_text("[vantage.hk]\ndirect = true\n", encoding="utf-8")
    file = data / "given.yaml"
    file.write_text(
        "sources:\n- {id: jia, agency: police, level: county, start: [http://127.0.0.1:9/], vantage: hk}\n",
        encoding="utf-8",
    )
    main(["--data", str(data), "crawl", "--sources", str(file)])
    file.unlink()
    (data / "longarm.toml").write_text("[vantage.default]\ndirect = true\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["--data", str(data), "run"]) == 2
    assert capsys.readouterr().err == (
        f"longarm: {data}/longarm.toml: [vantage.hk]: there is none, and jia, as it was last read, names it; "
        "write that section, or name one of default\n"
    )


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
