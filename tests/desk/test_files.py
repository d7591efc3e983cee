"""Files for people: whole, and read by whom they are for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from desk.files import give, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def _for_the_group_too() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_for_the_group_too")
def test_a_file_of_the_folder_is_for_whom_the_umask_lets_and_what_is_taken_out_for_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: int) -> int:
        raise AssertionError("set for a moment, the umask is another for every thread")

    with monkeypatch.context() as patch:
        patch.setattr(os, "umask", refused)
        write_whole(tmp_path / "digests" / "a.txt", [b"a"])
        give(str(tmp_path / "b.txt"), [b"b"])
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "digests" / "a.txt", tmp_path / "b.txt")}
    assert modes == {"a.txt": 0o640, "b.txt": 0o600}
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "b.txt", "digests"]
