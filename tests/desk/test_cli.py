"""The command line itself: help without weight, wrong words, and foreign packages that own our names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desk import cli

ROOT = Path(cli.__file__).parent.parent


def longarm(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-c", "import sys; from desk.cli import main; sys.exit(main())", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_help_names_every_command_and_imports_no_framework() -> None:
    code = "import sys; from desk.cli import main\ntry: main(['--help'])\nfinally: print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert all(f"    {command} " in done.stdout for command in cli.COMMANDS)
    for module in ("scrapy", "twisted", "sqlalchemy", "pydantic", "lxml", "importlib.metadata"):
        assert f"'{module}'" not in done.stdout


def test_the_version_is_that_of_the_installed_package() -> None:
    done = longarm("--version")
    assert done.stdout.startswith("longarm 0.")
    assert done.returncode == 0


def test_without_a_command_the_help_is_shown_and_the_exit_code_is_2() -> None:
    done = longarm()
    assert done.returncode == 2
    assert "usage: longarm" in done.stdout


def test_an_unknown_command_is_one_the_user_can_mend() -> None:
    assert longarm("crowl").returncode == 2


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (["run", "-q"], "run"),
        (["-q", "run"], "run"),
        (["--data", "crawl", "scan"], "scan"),
        (["--config", "x.toml", "-v", "digest", "--date", "run"], "digest"),
        (["--help"], None),
    ],
)
def test_the_command_is_the_first_word_that_is_no_option_and_no_value(words: list[str], chosen: str | None) -> None:
    assert cli._chosen(words) == chosen


@pytest.mark.parametrize(
    "words",
    [
        ("--data", "there", "-q", "alerts", "list"),
        ("alerts", "--data", "there", "-q", "list"),
        ("alerts", "list", "--data", "there", "-q"),
        ("-q", "alerts", "list", "--data", "there"),
    ],
)
def test_global_options_are_taken_before_and_behind_every_word(words: tuple[str, ...]) -> None:
    options = cli.parse(words)
    assert (options.data, options.quiet, options.verbose, options.action) == ("there", True, False, "list")


def test_a_missing_data_folder_is_one_line_that_names_init(tmp_path: Path) -> None:
    done = longarm("--data", str(tmp_path / "none"), "alerts", "list")
    assert done.returncode == 2
    assert f"`longarm init {tmp_path / 'none'}`" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_file_that_is_named_as_the_data_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "longarm.toml").write_text("")
    done = longarm("--data", str(tmp_path / "longarm.toml"), "alerts", "list")
    assert done.returncode == 2
    assert "is no folder; name the data folder, not a file in it" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--bogus", "crawl"), "longarm: unrecognized arguments: --bogus; `longarm --help` tells what it takes"),
        (("digest", "--dat", "today"), "longarm digest: --dat is unknown; did you mean --date?"),
        (("alerts", "list", "--date", "today"), "longarm alerts list: --date is unknown; did you mean --since?"),
        (("alerts", "list", "--statsu", "new"), "longarm alerts list: --statsu is unknown; did you mean --status?"),
        (("run", "now"), "longarm run: unrecognized arguments: now; `longarm run --help` tells what it takes"),
        (("alerts",), "longarm alerts: say what to do: list, show, mark, note, assign, undo"),
        (("db",), "longarm db: say what to do: upgrade"),
        (("crwl",), "longarm: argument COMMAND: 'crwl' is unknown; did you mean crawl?"),
        (("digest", "--format", "pdf"), "argument --format: 'pdf' is unknown; write one of text, markdown, html, json"),
        (("crawl", "--max-pages", "x"), "argument --max-pages: 'x' is no whole number; write e.g. 3"),
        (("--dta", "there", "alerts", "list"), "longarm: --dta is unknown; did you mean --data?"),
        (("-x", "run"), "longarm: unrecognized arguments: -x; "),
        (("alerts", "lst"), "'lst' is unknown; did you mean list?"),
    ],
)
def test_a_wrong_word_is_one_line_that_says_what_to_write(words: tuple[str, ...], said: str) -> None:
    done = longarm(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def install(folder: Path, distribution: str, *files: str) -> None:
    """What a wheel leaves behind: its files and the list of them."""
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("")
    info = folder / f"{distribution}-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files) + f"{info.name}/RECORD,,\n")


OURS = tuple(f"{package}/__init__.py" for package in cli.PACKAGES)


@pytest.mark.parametrize("package", cli.PACKAGES)
def test_a_foreign_wheel_that_shadows_ours_is_named(tmp_path: Path, package: str) -> None:
    install(tmp_path / "site", "cloud_storage", f"{package}/__init__.py")
    install(tmp_path / "checkout", "longarm", *OURS)
    said = cli.find_intruder([str(tmp_path / "site"), str(tmp_path / "checkout")], tmp_path / "checkout")
    assert said is not None
    assert "package cloud_storage also owns" in said
    assert repr(package) in said
    assert "\n" not in said


@pytest.mark.parametrize("file", ["storage/s3.py", "storage.py", "storage/deep/x.py"])
def test_a_foreign_wheel_merged_into_ours_is_named(tmp_path: Path, file: str) -> None:
    install(tmp_path, "longarm", *OURS)
    install(tmp_path, "cloud_storage", file)
    said = cli.find_intruder([str(tmp_path)], tmp_path)
    assert said is not None
    assert "cloud_storage" in said


def test_a_foreign_package_behind_ours_is_named_too(tmp_path: Path) -> None:
    install(tmp_path / "ours", "longarm", *OURS)
    install(tmp_path / "site", "alerts_kit", "alerts/__init__.py")
    assert "alerts_kit" in str(cli.find_intruder([str(tmp_path / "ours"), str(tmp_path / "site")], tmp_path / "ours"))


def test_a_loose_folder_before_ours_is_named(tmp_path: Path) -> None:
    install(tmp_path / "ours", "longarm", *OURS)
    (tmp_path / "loose" / "desk").mkdir(parents=True)
    (tmp_path / "loose" / "desk" / "__init__.py").touch()
    found = cli.find_intruder([str(tmp_path / "loose"), str(tmp_path / "ours")], tmp_path / "ours")
    assert str(tmp_path / "loose") in str(found)


def test_packages_that_only_sound_like_ours_are_let_be(tmp_path: Path) -> None:
    install(tmp_path, "longarm", *OURS)
    install(tmp_path, "storages", "storages/__init__.py", "crawlers.py", "docs/storage/x.html")
    assert cli.find_intruder([str(tmp_path), str(tmp_path / "missing")], tmp_path) is None


def test_an_intruder_ends_the_command_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "find_intruder", lambda *_: "longarm: the installed package x also owns 'storage'")
    assert cli.main(["--help"]) == 2
    said = capsys.readouterr()
    assert said.err == "longarm: the installed package x also owns 'storage'\n"
    assert said.out == ""


def test_windows_is_pointed_to_wsl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert cli.main(["--help"]) == 2
    assert "WSL" in capsys.readouterr().err


@pytest.mark.parametrize(("given", "freezes"), [("", True), ("sys.argv[1:]", False)], ids=["the process", "a call"])
def test_garbage_is_let_be_only_where_the_process_ends_with_the_command(
    given: str, freezes: bool, tmp_path: Path
) -> None:
    code = f"""
import gc, sys
from desk.cli import main
sys.argv = ["longarm", "--data", {str(tmp_path)!r}, "alerts", "list"]
main({given})
print(gc.get_freeze_count() > 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == str(freezes), done.stderr
