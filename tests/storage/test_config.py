"""Mistakes in the settings: one line that says where and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage.config import load_config
from storage.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[fetch]\ndelay = 1\n[fetch]\n", r"longarm\.toml:3: Cannot declare \('fetch',\) twice; see the commented"),
        ("[fetch]\ndelay 1\n", r"longarm\.toml:2: Expected '='"),
        ("[fetch]\n\ndelai = 1\n", r"longarm\.toml:3: unknown key fetch\.delai; did you mean delay\?"),
        ("[fetsh]\ndelay = 1\n", r"longarm\.toml:1: unknown key fetsh; did you mean fetch\?"),
        ("[takedown]\nconfirm_after = '1y'\n", r"longarm\.toml:2: .*'1y' is no time; write 0s, 90s, 15m, 24h or 30d"),
        ("[digest]\ntimezone = 'Asia/Shangai'\n", r"longarm\.toml:2: .*no time zone; did you mean Asia/Shanghai\?"),
        ("[digest]\ntimezone = '../x'\n", r"longarm\.toml:2: .*no time zone"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "longarm.toml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_config(tmp_path, None, {})


def test_the_environment_beats_the_file_and_its_mistakes_name_the_variable(tmp_path: Path) -> None:
    (tmp_path / "longarm.toml").write_text("[fetch]\ndelay = 3\n")
    assert load_config(tmp_path, None, {"LONGARM_FETCH__DELAY": "0"}).fetch.delay == 0
    with pytest.raises(ConfigError, match=r"LONGARM_FETCH__DELAI: unknown key fetch\.delai; did you mean delay\?"):
        load_config(tmp_path, None, {"LONGARM_FETCH__DELAI": "0"})
