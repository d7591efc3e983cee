"""The house rules (what stands where, and what is not allowed) as tests: a wall that moves must say so here."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desk.cli import COMMANDS, PACKAGES, find_intruder

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
FORBIDDEN_MODULES = frozenset(
    ["utils", "util", "helpers", "common", "misc", "manager", "base", "core", "lib", "service"]
)
FORBIDDEN_CLASSES = ("Manager", "Helper", "Handler", "Util")
# Where the time may be read; everywhere else it is an argument. crawler/run.py is where `scrapy crawl watch` begins.
CLOCKS = {"desk", "crawler/capture.py", "crawler/schedule.py", "crawler/run.py"}
IGNORED = "# type: " + "ignore"
ENVIRONMENT = {"storage/config.py", "desk/session.py"}


def sources(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def nodes(file: Path) -> list[ast.AST]:
    return list(ast.walk(tree(file)))


def imported(file: Path, *, for_types: bool = True) -> set[str]:
    """The modules a file imports; without `for_types`, only what it imports when it runs."""
    guarded = {
        inner
        for node in tree(file).body
        if not for_types and isinstance(node, ast.If) and dotted(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in nodes(file):
        if isinstance(node, ast.Import) and node not in guarded:
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node not in guarded:
            found.add(node.module)
    return found


def dotted(node: ast.AST) -> str:
    """`os.environ` of a name or a name's attribute; empty for anything longer."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return ""


PRODUCT = sources(*PACKAGES)
EVERYTHING = [*PRODUCT, *sources("tests", "bench")]


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in EVERYTHING}
    assert {file: length for file, length in lengths.items() if length > 400} == {}


def test_a_module_is_named_for_what_it_holds() -> None:
    vague = [name(file) for file in PRODUCT if file.stem in FORBIDDEN_MODULES]
    assert vague in ([], ["spiders/platforms/base.py"])


def test_a_class_is_named_for_what_it_is() -> None:
    classes = [(name(file), node.name) for file in PRODUCT for node in nodes(file) if isinstance(node, ast.ClassDef)]
    assert [each for each in classes if each[1].endswith(FORBIDDEN_CLASSES)] == []


def effects(file: Path) -> Iterator[str]:
    """What a file does that only the edge may do."""
    where = name(file)
    package = where.partition("/")[0]
    for node in nodes(file):
        called = dotted(node.func) if isinstance(node, ast.Call) else ""
        if called == "print" and package != "desk":
            yield f"{where}:{node.lineno}: print"
        if called in {"datetime.now", "datetime.utcnow", "time.time"}:
            if not {package, where} & CLOCKS:
                yield f"{where}:{node.lineno}: the clock is an argument"
            if not node.args and not node.keywords:
                yield f"{where}:{node.lineno}: a time without a zone"
        if dotted(node) in {"os.environ", "os.getenv"} and where not in ENVIRONMENT:
            yield f"{where}:{node.lineno}: the environment is read in {sorted(ENVIRONMENT)} only"


def test_effects_stay_at_the_edge() -> None:
    assert [effect for file in PRODUCT for effect in effects(file)] == []


def test_nobody_pickles_and_only_storage_speaks_sql() -> None:
    for file in PRODUCT:
        roots = {module.partition(".")[0] for module in imported(file, for_types=False)}
        assert not roots & {"pickle", "marshal", "shelve"}, name(file)
        if not name(file).startswith("storage/"):
            assert not roots & {"sqlalchemy", "alembic", "warcio", "sqlite3", "psycopg"}, name(file)


def test_an_ignored_type_error_says_which_and_in_the_product_why() -> None:
    bare = []
    for file in EVERYTHING:
        said = r"\[[\w, -]+\]" + (r"\s+[#-].*\w" if file in PRODUCT else "")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if IGNORED in line and not re.search(IGNORED + said, line):
                bare.append(f"{name(file)}:{number}")
    assert bare == []


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_opens_nothing_and_prints_nothing(package: str) -> None:
    code = (
        f"import sys, {package}; "
        "sys.exit(', '.join(sorted({'scrapy', 'twisted', 'trafilatura', 'sqlalchemy'} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_packages_look_in_one_direction() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_an_import_for_types_keeps_the_direction_too() -> None:
    allowed = {
        "storage": {"storage"},
        "crawler": {"storage", "crawler"},
        "alerts": {"storage", "alerts"},
        "spiders": {"storage", "crawler", "spiders"},
        "desk": set(PACKAGES),
    }
    for file in PRODUCT:
        used = {module.partition(".")[0] for module in imported(file)} & set(PACKAGES)
        assert used <= allowed[name(file).partition("/")[0]], name(file)


def test_no_new_top_level_folder() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no git checkout here")
    folders = {line.partition("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    assert folders <= {*PACKAGES, "tests", "bench", "docs", ".ci"}


def test_no_other_installed_package_owns_our_import_names() -> None:
    assert find_intruder(sys.path, ROOT) is None


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_a_line_in_the_documents(command: str) -> None:
    module, help_line = COMMANDS[command]
    loaded = importlib.import_module(f"desk.commands.{module}")
    assert callable(loaded.configure)
    assert callable(loaded.run)
    assert help_line
    for document in ("README.md", "README.zh.md"):
        assert f"`{command}`" in (ROOT / document).read_text(encoding="utf-8"), f"{document} does not name {command}"


def test_every_package_says_in_a_readme_what_lives_there() -> None:
    assert [package for package in PACKAGES if not (ROOT / package / "README.md").is_file()] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "bench/requirements.lock"])
def test_a_lock_is_hashed_and_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--?(index|extra-index|find-links|trusted)", text, re.MULTILINE)
    for block in re.split(r"\n(?=\w)", text.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = {
        "requirements.lock": project["dependencies"] + extras["postgres"] + extras["notify"],
        "requirements-dev.lock": project["dependencies"] + [line for extra in extras.values() for line in extra],
    }
    for lock, lines in asked.items():
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        missing = {normal(line) for line in lines} - {normal(each) for each in locked}
        assert not missing, f"{lock} lacks {missing}: make lock"


def normal(requirement: str) -> str:
    return re.split(r"[\[<>=~! ]", requirement)[0].lower().replace("_", "-")


def test_the_wheel_carries_types_data_and_the_sample_web(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed here; make test installs it")
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    packed = {each for each in names if not each.startswith("longarm-")}
    present = {
        name(file)
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert present - packed == set()
