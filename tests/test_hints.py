"""What the program and its documents tell people to type can be typed: every command, action and option is there."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desk.cli import COMMANDS, PACKAGES, main, parse
from tests.test_documents import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
DATA = sorted(file for package in PACKAGES for kind in ("yaml", "j2") for file in ROOT.glob(f"{package}/**/*.{kind}"))
MODULES = sorted(file for package in PACKAGES for file in ROOT.glob(f"{package}/**/*.py"))
ACTS = "list|show|mark|note|assign|undo|enable|disable|check|add|test|explain|try|stats|upgrade"
NAMED = re.compile(rf"(?:longarm |(?:{'|'.join(COMMANDS)}) (?:--[a-z]|(?:{ACTS})\b)).*")
# A mention of a command leaves out what it needs: `alerts show`, `crawl --since`.
INCOMPLETE = ("arguments are required", "expected one argument", "expected at least one argument", "say what to do")


def spoken(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of a module but its docstrings, with its line; what is put into one stands there as 1."""
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(one.value) if isinstance(one, ast.Constant) else "1" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (parts | alone):
            yield node.lineno, node.value


def hints() -> list[tuple[str, str]]:
    """The commands of our messages, whole as a person would type them: `longarm …`, or a line that begins so."""
    found = []
    for file in MODULES:
        for line, text in spoken(ast.parse(file.read_text(encoding="utf-8"))):
            where = f"{file.relative_to(ROOT)}:{line}"
            found += [(where, command) for command in re.findall(r"`(longarm [^`\n]+)`", text)]
            found += [(where, one) for one in re.findall(r"^ +(longarm [a-z-].*?)(?: {3,}|$)", text, re.MULTILINE)]
    return found


def mentions() -> list[tuple[str, str]]:
    """The commands in the running text of documents, templates and data, each of several alternatives by itself."""
    found = []
    for file in [*DOCUMENTS, *DATA]:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            for quoted in re.findall(r"`([^`\n]+)`", line):
                if NAMED.fullmatch(quoted) and "--help" not in quoted:
                    found += [(f"{file.relative_to(ROOT)}:{number}", one) for one in spelled_out(quoted)]
    return found


def spelled_out(command: str) -> list[str]:
    """`a x|y [--b B | --c]` as `a x`, `a x --b B` and `a x --c`; what a template puts in is 1."""
    plain = re.sub(r"\{\{.*?\}\}", "1", command)
    base = re.sub(r"(\w)(?:\|\w+)+", r"\1", re.sub(r"\[[^]]*\]", "", plain))
    return [base, *(f"{base} {one}" for group in re.findall(r"\[([^]]*)\]", plain) for one in group.split("|"))]


def refusal(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command line says against the command; empty where it is understood."""
    words = shlex.split(re.split(r" [<>] ", command.removeprefix("longarm "))[0])
    try:
        parse(words)
    except SystemExit:
        return capsys.readouterr().err
    return ""


def test_a_command_that_a_message_names_works_as_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    found = hints()
    assert len(found) > 40
    assert [(where, command, said) for where, command in found if (said := refusal(command, capsys))] == []


def test_a_command_that_a_document_names_is_there_with_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    found = [(where, command, refusal(command, capsys)) for where, command in mentions()]
    assert len(found) > 100
    assert [one for one in found if one[2] and not any(word in one[2] for word in INCOMPLETE)] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sources", "enable", "gaj-fuzou"), "did you mean gaj-fuzhou?"),
        (("sources", "check", "--all"), "`longarm {given} sources enable ID` switches one on"),
        (("crawl",), "no source is switched on: `longarm {given} sources list` names them, `longarm {given} sources"),
        (("show", "0123456789"), "`longarm {given} history URL` lists a page's"),
        (("search", "劝返"), "`longarm {given} crawl` or `longarm {given} import FILE` comes first"),
        (("alerts", "list"), "`longarm {given} run`, or `longarm {given} scan` after `longarm {given} import FILE`"),
    ],
)
def test_a_hint_is_for_the_folder_in_hand(
    words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "our data"
    main(["--data", str(data), "init"])
    (data / "longarm.toml").write_text("[vantage.default]\ndirect = true\n")
    given = shlex.join(["--data", str(data), "--config", str(data / "longarm.toml")])
    capsys.readouterr()
    main([*words, "--data", str(data), "--config", str(data / "longarm.toml")])
    assert said.format(given=given) in capsys.readouterr().err
    assert parse(shlex.split(f"{given} sources enable ID")).data == str(data)


def test_what_init_says_comes_next_can_be_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", str(tmp_path / "our data")])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  longarm ")]
    assert len(lines) == 3
    for line in lines:
        assert parse(shlex.split(re.split(r" {3,}", line.strip())[0])[1:]).data == str(tmp_path / "our data")
