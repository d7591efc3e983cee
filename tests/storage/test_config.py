"""Mistakes in the settings: one line that says where and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.ways import Ways
from storage.config import load_config
from storage.errors import ConfigError
from storage.schema import open_current

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
        ('"fet\\nsh" = 1\n', r"longarm\.toml(:1)?: unknown key fet\\nsh; "),
        ("[fetsh]\ndelay = 1\n", r"longarm\.toml:1: unknown key fetsh; did you mean fetch\?"),
        ("\n[vantag.default]\ndirect = true\n", r"longarm\.toml:2: unknown key vantag; did you mean vantage\?"),
        ("[takedown]\nconfirm_after = '1y'\n", r"longarm\.toml:2: .*'1y' is no time; write 0s, 90s, 15m, 24h or 30d"),
        ("[digest]\ntimezone = 'Asia/Shangai'\n", r"longarm\.toml:2: .*no time zone; did you mean Asia/Shanghai\?"),
        ("[digest]\ntimezone = '../x'\n", r"longarm\.toml:2: .*no time zone"),
        ("[digest]\nat_once = 'hihg'\n", r"longarm\.toml:2: digest\.at_once: 'hihg' is unknown; did you mean high\?"),
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
        ("[feeds]\nurl = 'ftp://x'\n", r"longarm\.toml:2: feeds\.url: 'ftp://x' is no web address; write https"),
        (
            "[vantage.default]\ndirect = 'yes'\n",
            r"longarm\.toml:2: vantage\.default\.direct: 'yes' is neither true",
        ),
        (
            "[vantage.default]\ndirect = 1\n",
            r"longarm\.toml:2: vantage\.default\.direct: 1 is neither true nor false",
        ),
        ("[vantage.default]\ndirect = 'true'\n", r"longarm\.toml:2: .*write true or false, without quotation marks"),
        (f"{PEOPLE}digest = 'no'\n", r"longarm\.toml:9: person\.1\.digest: 'no' is neither true nor false"),
        ("[fetch]\ndelay = true\n", r"longarm\.toml:2: fetch\.delay: true is no number; write e\.g\. 2$"),
        ("[fetch]\nconcurrency = true\n", r"longarm\.toml:2: fetch\.concurrency: true is no number"),
        ("[fetch]\nconcurrency = 0\n", r"longarm\.toml:2: fetch\.concurrency: 0 is too small; write 1 or more$"),
        ("[fetch]\nconcurrency = 1.5\n", r"longarm\.toml:2: fetch\.concurrency: 1\.5 is no whole number; write e\.g\."),
        ("[fetch]\ntimeout = 'soon'\n", r"longarm\.toml:2: fetch\.timeout: 'soon' is no number; write e\.g\. 1\.5$"),
        ("[fetch]\nuser_agent = 3\n", r"longarm\.toml:2: fetch\.user_agent: 3 is no text; write it in quotation marks"),
        ("fetch = 3\n", r"longarm\.toml:1: fetch: 3 is no section; write it as \[section\]"),
        ("[digest]\nat = '8 am'\n", r"longarm\.toml:2: digest\.at: '8 am' is no time of day; write e\.g\. 08:00$"),
        (
            "[digest]\nsend = 'mailto://x'\n",
            r"longarm\.toml:2: digest\.send: it is no list; write it in square",
        ),
        ("[digest]\ntimezone = 'Asia/Beijing'\n", r"'Asia/Beijing' is no time zone; all of China is Asia/Shanghai$"),
        (
            "[translation]\nurl = 'ftp://x'\n",
            r"longarm\.toml:2: translation\.url: it is no web address; write https://",
        ),
        (
            "[translation]\n\nproxy = 'socks5h://x'\n",
            r"longarm\.toml:3: translation\.proxy: it is no proxy; write http://",
        ),
        ("[translation]\ntimeout = 0\n", r"longarm\.toml:2: translation\.timeout: 0 is too small; write more than 0"),
        ("[translation]\ntotal = true\n", r"longarm\.toml:2: translation\.total: true is no number; write e\.g\. 2$"),
        (
            "[translation]\ncommand = 'argos'\n",
            r"longarm\.toml:2: translation\.command: 'argos' is no list; write it in",
        ),
        ("[translation]\nmax_size = 'big'\n", r"longarm\.toml:2: translation\.max_size: 'big' is no size; write"),
        ("digest.at = 'noon'\n", r"longarm\.toml:1: digest\.at: 'noon' is no time of day"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "longarm.toml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_config(tmp_path, None, {})


def test_a_file_in_another_encoding_is_one_line_and_exit_2_and_a_byte_order_mark_is_none_of_its_words(
    tmp_path: Path,
) -> None:
    file = tmp_path / "longarm.toml"
    file.write_bytes("[fetch]\n# 每次间隔\ndelay = 2\n".encode("gb18030"))
    with pytest.raises(ConfigError, match=r"longarm\.toml:2: not UTF-8 \(perhaps GBK\); save the file as UTF-8$"):
        load_config(tmp_path, None, {})
    file.write_bytes("[fetch]\ndelay = 2\n".encode("utf-16"))
    with pytest.raises(ConfigError, match=r"longarm\.toml:1: the file is UTF-16; save it as UTF-8$"):
        load_config(tmp_path, None, {})
    file.write_bytes(b"\xef\xbb\xbf[fetch]\ndelay = 2\n")
    assert load_config(tmp_path, None, {}).fetch.delay == 2


def test_what_only_a_later_look_can_tell_is_told_with_the_line_or_the_variable_where_it_was_written(
    tmp_path: Path,
) -> None:
    text = "\n[vantage.default]\nproxy = 'socks5://127.0.0.1:1080'\n\n[storage]\ndatabase = 'mysql://u:s3cret@h/x'\n"
    (tmp_path / "longarm.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"longarm\.toml:3: \[vantage\.default\] proxy: 'socks5.*write socks5h://"):
        Ways(load_config(tmp_path, None, {}), [])
    with pytest.raises(ConfigError, match=r"longarm\.toml:6: storage\.database: 'mysql' is not supported; write sqlit"):
        open_current(load_config(tmp_path, None, {}))
    spoken = {"LONGARM_VANTAGE__DEFAULT__PROXY": "tor", "LONGARM_STORAGE__DATABASE": "postgresql//u:s3cret@h/x"}
    config = load_config(tmp_path, None, spoken)
    with pytest.raises(ConfigError, match=r"^LONGARM_VANTAGE__DEFAULT__PROXY: \[vantage\.default\] proxy: 'tor'"):
        Ways(config, [])
    with pytest.raises(ConfigError, match=r"^LONGARM_STORAGE__DATABASE: storage\.database is no database URL;") as said:
        open_current(config)
    assert "s3cret" not in str(said.value)


@pytest.mark.parametrize(("written", "direct"), [("true", True), ("False", False)])
def test_a_variable_says_true_or_false_and_nothing_else(tmp_path: Path, written: str, direct: bool) -> None:
    assert (
        load_config(tmp_path, None, {"LONGARM_VANTAGE__DEFAULT__DIRECT": written}).vantage["default"].direct is direct
    )
    with pytest.raises(ConfigError, match=r"^LONGARM_VANTAGE__DEFAULT__DIRECT: .*'yes' is neither true nor false"):
        load_config(tmp_path, None, {"LONGARM_VANTAGE__DEFAULT__DIRECT": "yes"})


def test_the_environment_beats_the_file_and_its_mistakes_name_the_variable(tmp_path: Path) -> None:
    (tmp_path / "longarm.toml").write_text("[fetch]\ndelay = 3\n")
    assert load_config(tmp_path, None, {"LONGARM_FETCH__DELAY": "0"}).fetch.delay == 0
    with pytest.raises(ConfigError, match=r"LONGARM_FETCH__DELAI: unknown key fetch\.delai; did you mean delay\?"):
        load_config(tmp_path, None, {"LONGARM_FETCH__DELAI": "0"})
    with pytest.raises(ConfigError, match=r"^LONGARM_DIGSET__AT: unknown key digset; did you mean digest\?"):
        load_config(tmp_path, None, {"LONGARM_DIGSET__AT": "08:00"})


@pytest.mark.parametrize(
    "text",
    [
        "[digest]\nsend = 'mailto://lin:s3cret@x.org'\n",
        "[webhook.default]\nsecret = ['s3cret']\n",
        "[translation]\napi_key = ['s3cret']\n",
        "[translation]\nproxy = 'http//u:s3cret@h:1'\n",
        "[translation]\nurl = 'http//u:s3cret@h:1'\n",
    ],
)
def test_a_mistake_in_an_address_or_a_secret_does_not_repeat_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "longarm.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"longarm\.toml:2: ") as failed:
        load_config(tmp_path, None, {})
    assert "s3cret" not in str(failed.value)


def test_a_secret_may_come_from_the_environment(tmp_path: Path) -> None:
    config = load_config(tmp_path, None, {"LONGARM_WEBHOOK__DEFAULT__SECRET": "s3cret"})
    assert config.webhook["default"].secret == "s3cret"
