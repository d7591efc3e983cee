"""The documents cannot drift: what they tell people to type is understood, and what they point to is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from desk.cli import COMMANDS, main, parse

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    file
    for pattern in ("*.md", "docs/*.md", "[a-z]*/README.md")
    for file in ROOT.glob(pattern)
    if ".venv" not in file.parts
)


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def blocks(file: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def typed() -> list[tuple[str, str]]:
    """Every line of a shell block or timer that starts longarm, with where it stands."""
    found = []
    for file in DOCUMENTS:
        for block in [*blocks(file, "sh"), *blocks(file, "ini"), *blocks(file, "")]:
            for line in block.splitlines():
                if match := re.search(r"(?:^|/|=)longarm\s+(?=[a-z-])(.*)", line):
                    found.append((name(file), match[1]))
    return found


@pytest.mark.parametrize(("file", "line"), typed())
def test_what_the_documents_tell_people_to_type_is_understood(file: str, line: str) -> None:
    # What the shell takes for itself, and a remark set off by a wide gap, are not the command's.
    words = shlex.split(re.split(r" [<>|] |\s{3,}", line)[0], comments=True)
    if "--help" in words:
        return
    assert parse(words).command in COMMANDS, file


def test_there_are_lines_to_type() -> None:
    assert len(typed()) > 10


@pytest.mark.parametrize("file", DOCUMENTS, ids=name)
def test_what_a_document_points_to_is_there(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8")):
        assert (file.parent / target).exists(), f"{name(file)} points to {target}"


@pytest.mark.parametrize("file", DOCUMENTS, ids=name)
def test_no_document_is_longer_than_500_lines(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 500


@pytest.mark.parametrize("language", ["sh", "ini"])
def test_the_chinese_readme_is_equal_in_rank(language: str) -> None:
    def commands(file: str) -> list[str]:
        lines = [line for block in blocks(ROOT / file, language) for line in block.splitlines()]
        return [re.sub(r"\s*#.*", "", line) for line in lines if re.sub(r"\s*#.*", "", line)]

    assert commands("README.zh.md") == commands("README.md")


def test_the_explanation_shown_is_the_commands_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """But for versions and words: a list that is widened leaves it true, another condition does not."""
    manual = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    shown = manual.partition("<!-- explain -->")[2].partition("<!-- /explain -->")[0].strip().strip("`").strip()
    command, _, output = shown.partition("\n")
    main([*shlex.split(command.removeprefix("$ longarm ")), "--data", str(tmp_path)])
    assert bare(capsys.readouterr().out) == bare(output)


def bare(explanation: str) -> str:
    listed = re.sub(r"\([^()]*?(?:\([^()]*\)[^()]*?)*… \d+ words\)", "(…)", explanation)
    return re.sub(r"version [0-9a-f]{12}|yaml:\d+", "…", listed).strip()


def test_the_readme_comes_to_the_point() -> None:
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30]
    assert any("make demo" in line for line in first_screen)
    assert any("归档" in line for line in first_screen)
