"""Mistakes in the settings: one line that says where and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage.config import load_config
from storage.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


PEOPLE = (
    "[digest]\nsend = []\n[[person]]\nname = 'mara'\nsend = ['file:///x']\n"
    "[[person]]\nname = 'lin'\nsend = ['mailtos://lin:s3cret@example.org']\n"
)


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
        ("[digest]\nat_once = 'hihg'\n", r"longarm\.toml:2: digest\.at_once: .*\(it is 'hihg'\); did you mean high\?"),
        (f"{PEOPLE}qiet = '22:00-07:00'\n", r"longarm\.toml:9: unknown key person\.1\.qiet; did you mean quiet\?"),
        (
            f"{PEOPLE}\nquiet = '22-7'\n",
            r"longarm\.toml:10: person\.1\.quiet: '22-7' are no hours; write e\.g\. 22:00-07:00",
        ),
        (f"{PEOPLE}quiet = '22:00-24:00'\n", r"longarm\.toml:9: person\.1\.quiet: '22:00-24:00' are no hours"),
        (f"{PEOPLE}timezone = 'Europe/Berln'\n", r"longarm\.toml:9: .*did you mean Europe/Berlin\?"),
        (f"{PEOPLE}languages = ['Chinese']\n", r"longarm\.toml:9: person\.1\.languages\.0: .*'Chinese'"),
        (
            f"{PEOPLE}[[person]]\nname = 'mara'\nsend = ['file:///z']\n",
            r"longarm\.toml:3: person: two people are called mara",
        ),
        ("[digest]\n[[person]]\nname = 'mara'\n", r"longarm\.toml:2: person\.0\.send is missing; write it"),
        ("[webhook.desk]\nsecrt = 'x'\n", r"longarm\.toml:2: unknown key webhook\.desk\.secrt; did you mean secret\?"),
        ("[feeds]\nurl = 'ftp://x'\n", r"longarm\.toml:2: feeds\.url: "),
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


@pytest.mark.parametrize(
    "text", ["[digest]\nsend = 'mailto://lin:s3cret@x.org'\n", "[webhook.default]\nsecret = ['s3cret']\n"]
)
def test_a_mistake_in_an_address_or_a_secret_does_not_repeat_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "longarm.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"longarm\.toml:2: ") as failed:
        load_config(tmp_path, None, {})
    assert "s3cret" not in str(failed.value)


def test_a_secret_may_come_from_the_environment(tmp_path: Path) -> None:
    config = load_config(tmp_path, None, {"LONGARM_WEBHOOK__DEFAULT__SECRET": "s3cret"})
    assert config.webhook["default"].secret == "s3cret"
