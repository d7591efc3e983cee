"""`longarm init`: a data folder at once, and never over what is there."""

from __future__ import annotations

import argparse
import re
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml

from desk.cli import parse
from desk.commands import init
from desk.session import Desk
from spiders.registry import load_file
from storage.config import Config, Person, load_config
from storage.errors import ConfigError
from storage.schema import open_current

if TYPE_CHECKING:
    from pathlib import Path


def make(data: Path, *words: str) -> int:
    options = parse(["init", *words])
    desk = Desk(data=str(data), config=None, quiet=False, verbose=False)
    return init.run(options, desk)


def test_a_new_data_folder_opens_with_the_defaults(tmp_path: Path) -> None:
    assert make(tmp_path / "data") == 0
    config = load_config(tmp_path / "data", None, {})
    assert config.model_dump() == Config(data_dir=tmp_path / "data").model_dump()
    open_current(config).close()


def test_a_second_call_keeps_everything_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(tmp_path)
    settings = tmp_path / "longarm.toml"
    settings.write_text("[fetch]\ndelay = 3\n")
    (tmp_path / "rules" / "example.yaml").unlink()
    assert make(tmp_path) == 0
    said = capsys.readouterr().out
    assert settings.read_text() == "[fetch]\ndelay = 3\n"
    assert "longarm.toml: kept" in said
    assert (tmp_path / "rules" / "example.yaml").exists()


def test_a_named_folder_wins_over_data(tmp_path: Path) -> None:
    make(tmp_path / "data", str(tmp_path / "named"))
    assert (tmp_path / "named" / "longarm.toml").exists()
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_made_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="choose a folder"):
        make(tmp_path / "file" / "data")


def uncommented(text: str) -> str:
    return re.sub(r"^# (?=[a-z_]+ =)", "", text, flags=re.MULTILINE)


def test_every_setting_stands_in_the_commented_file_with_its_default() -> None:
    written = tomllib.loads(uncommented(init.SETTINGS))
    several = ("vantage", "webhook")
    shown = {(section, key) for section, keys in written.items() for key in keys if section not in several}
    shown |= {(section, key) for section in several for key in written[section]["default"]}
    known = {
        (section, key)
        for section, field in Config.model_fields.items()
        if section not in ("data_dir", "person", *several)
        for key in field.annotation.model_fields
    }
    known |= {(section, key) for section in several for key in getattr(Config(), section)["default"].model_dump()}
    assert shown == known
    written["fetch"].pop("user_agent")
    assert Config.model_validate(written) == Config()


def test_the_example_person_is_one_with_every_key() -> None:
    begin = init.SETTINGS.index("#   [[person]]")
    example = init.SETTINGS[begin : init.SETTINGS.index("[webhook.default]")]
    (person,) = tomllib.loads(re.sub(r"^# ", "", example, flags=re.MULTILINE))["person"]
    assert set(person) == set(Person.model_fields)
    assert Config.model_validate({"person": [person]}).person[0].quiet == "22:00-07:00"


@pytest.mark.parametrize("text", [init.SOURCE, init.RULE])
def test_the_examples_are_comments_until_they_are_taken_up(text: str) -> None:
    assert yaml.safe_load(text) is None
    entries = yaml.safe_load(re.sub(r"^# ?", "", text[text.index("#\n# s") :], flags=re.MULTILINE))
    assert next(iter(entries.values()))


def test_the_example_source_is_a_valid_one(tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(re.sub(r"^# ?", "", init.SOURCE[init.SOURCE.index("#\n# sources") :], flags=re.MULTILINE), "utf-8")
    (source,) = load_file(file)
    assert source.id == "qingtian-police-notices"
    assert source.silent_after_seconds == 30 * 86400


def test_the_example_rule_is_a_valid_one_and_its_examples_hold(tmp_path: Path) -> None:
    rulebook = pytest.importorskip("alerts.rulebook")
    file = tmp_path / "example.yaml"
    file.write_text(re.sub(r"^# ?", "", init.RULE[init.RULE.index("#\n# sets") :], flags=re.MULTILINE), "utf-8")
    loaded = rulebook.load_rules(None, files=(file,))
    assert "example.village_meeting" in {rule.id for rule in loaded.rules}


def test_configure_takes_one_folder() -> None:
    parser = argparse.ArgumentParser()
    init.configure(parser)
    assert parser.parse_args(["x"]).dir == "x"
