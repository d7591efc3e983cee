"""RAR archives as RAR 7.01 packs them (invented text), and programs that unpack them, cannot, or fail at one."""

from __future__ import annotations

import base64
import shutil
from typing import TYPE_CHECKING

import pytest

from crawler.reading import mediatypes, rar
from crawler.reading.reader import read
from tests.crawler.reading import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.findings import Document

NAME = "通告.txt"
TEXT = "关于敦促滞留境外人员回国的通告 " * 30
PACKED = base64.b64decode(
    "UmFyIRoHAQDz4YLrCwEFBwAGAQGAgIAAWw22WhwCAsgABOQKpIMCi5M6uoADAQrpgJrlkYoudHh0wt1FJVZSP3YDPFZqkBkplEBoUfwDQiOAtfkRxn3y"
    "jiLjLb2nocyrmA8yMe0Mv8Kmd0YrDKmiKBJZkQSwPhutl3mu3b77rhogHXdWUQMFBAA="
)
# A shell's stand-ins for programs: what unpacks the sample alone, and what unpacks the text too.
SAMPLE = "i=0; while [ $i -lt 40 ]; do printf 'unpacked '; i=$((i+1)); done"
ONLY_THE_SAMPLE = f"#!/bin/sh\n{SAMPLE}\n"
UNPACKS = f"""#!/bin/sh
for last in "$@"; do [ -f "$last" ] && archive=$last; done
if [ "$(wc -c < "$archive")" -lt 100 ]; then {SAMPLE}; else printf '%s' '{TEXT}'; fi
"""
REFUSES = "#!/bin/sh\necho 'ERROR: Unsupported Method'\nexit 2\n"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Which programs work is asked once a process."""
    rar._working.cache_clear()
    yield
    rar._working.cache_clear()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, the only ones there are beside the shell's."""
    for needed in ("wc", "sh", "printf"):
        (tmp_path / needed).symlink_to(shutil.which(needed) or needed)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install(folder: Path, **scripts: str) -> None:
    for name, script in scripts.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)


def document(body: bytes) -> Document:
    return read(body, media_type=mediatypes.RAR, charset=None, url="http://a.example/upload/附件.rar")


@pytest.mark.parametrize("name", ["unar", "bsdtar", "unrar"])
def test_a_packed_member_is_read_by_a_program(name: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    rar._working.cache_clear()
    program = next(program for program in rar._PROGRAMS if program.name == name)

    assert rar._proves_itself(program)
    assert NAME in document(PACKED).body
    assert document(PACKED).body.count("滞留境外") == 30


@pytest.mark.parametrize(
    ("scripts", "works"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"7z": REFUSES}, None, id="one that lists RAR and cannot unpack it"),
        pytest.param({"unrar": REFUSES, "bsdtar": UNPACKS}, "bsdtar", id="the second"),
        pytest.param({"unar": ONLY_THE_SAMPLE, "bsdtar": UNPACKS}, "unar", id="the first fails at this archive"),
    ],
)
def test_only_a_program_that_unpacks_counts(programs: Path, scripts: dict[str, str], works: str | None) -> None:
    install(programs, **scripts)

    found = document(PACKED)

    assert rar.rar_program() == (works and str(programs / works))
    if works:
        assert (found.body.count("滞留境外"), found.warnings) == (30, ())
    else:
        (warning,) = found.warnings
        assert rar.is_waiting(warning)
        assert found.body == NAME


def test_what_every_program_fails_at_is_damaged(programs: Path) -> None:
    install(programs, unrar=ONLY_THE_SAMPLE, unar=ONLY_THE_SAMPLE)

    (warning,) = document(PACKED).warnings

    assert warning.startswith("unread: damaged")
    assert not rar.is_waiting(warning)


@pytest.mark.usefixtures("programs")
def test_what_no_program_unpacks_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()

    assert rar.is_waiting(document(PACKED).warnings[0])

    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.usefixtures("programs")
def test_a_stored_member_needs_no_program() -> None:
    assert document(files.rar({"a.txt": TEXT.encode()})).body.count("滞留境外") == 30


@pytest.mark.parametrize("flag", [pytest.param(0x01, id="begun before"), pytest.param(0x02, id="goes on")])
@pytest.mark.usefixtures("programs")
def test_one_part_of_an_archive_is_read_for_what_it_holds_whole(flag: int) -> None:
    found = document(files.rar({"名册.txt": b"half of i", NAME: TEXT.encode()}, parted={"名册.txt": flag}))

    assert found.warnings == ("unread: parted, and this is one part of the archive (名册.txt)",)
    assert found.body.count("滞留境外") == 30
