"""The registry: files as people write them, mistakes in one line, and the data folder laid over the shipped sources."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.switches import switched
from spiders import registry
from spiders.registry import load_file, load_registry, parse_rows, read_switches, written_enabled
from storage.errors import ConfigError
from storage.records import Follow, Source
from storage.urls import url_key

CASES = Path(__file__).parents[1] / "cases" / "sources"
# Where the research lies that the shipped sources were made of; no part of the project.
RESEARCH = Path(__file__).parents[3] / "shared/design/sources.csv"
BASE = "sources:\n  - id: a-b\n    agency: police\n    level: county\n    start: [http://a.example.cn/]\n"
MISTAKES: list[dict[str, Any]] = yaml.safe_load((CASES / "mistakes.yaml").read_text(encoding="utf-8"))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case["name"])
def test_a_mistake_is_one_line_with_its_place_and_what_to_write_instead(case: dict[str, Any], tmp_path: Path) -> None:
    text = case.get("file", BASE)
    if "replace" in case:
        text = text.replace(*case["replace"])
    text += f"    {case['entry']}\n" if "entry" in case else case.get("tail", "")
    path = write(tmp_path / "s.yaml", text)
    with pytest.raises(ConfigError) as caught:
        load_file(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{case['line']}: ")
    assert "\n" not in message
    assert ";" in message
    assert all(words in message for words in case["says"]), message


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (BASE.encode() + "    place: 青田\n".encode("gbk"), ":6: not UTF-8"),
        (BASE.encode("utf-16"), ":1: the file is UTF-16"),
        (b"\x00\x00\x00", ":1: "),
        (b"sources: " + b"[" * 3000 + b"]" * 3000, ":1: nested too deep"),
    ],
)
def test_what_is_no_text_or_no_yaml_is_said_too(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=re.escape(f"{path}{says}")):
        load_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: no such file"):
        load_file(tmp_path / "none.yaml")


@settings(max_examples=150)
@given(st.text(max_size=80))
def test_any_text_loads_or_is_a_config_error(text: str) -> None:
    with suppress(ConfigError):
        parse_rows(text, Path("s.yaml"))


def test_every_key_arrives(tmp_path: Path) -> None:
    path = write(
        tmp_path / "s.yaml",
        """
sources:
  - id: qingtian-police-notices
    name: {zh: 云溪县公安局 通知公告, en: "Yunxi County PSB, notices"}
    agency: police
    level: county
    province: 浙江
    place: 云溪
    lang: zh
    start:
      - http://www.example.gov.cn/col/col1/index.html
      - {url: http://b.example.gov.cn/x/, name: 动态, platform: trs, every: 1h, follow: {max_list_pages: 9}}
    platform: jpage
    follow: {allow: ['/art/'], deny: ['video'], depth: 1, max_list_pages: 2}
    robots: ignore
    every: 90m
    vantage: cn
    render: true
    silent_after: 30d
    verified: false
""",
    )
    (source,) = load_file(path)
    first, second = source.feeds
    assert (source.name_zh, source.name_en) == ("云溪县公安局 通知公告", "Yunxi County PSB, notices")
    assert (source.agency, source.level, source.province, source.place) == ("police", "county", "浙江", "云溪")
    assert (source.robots, source.vantage, source.render, source.verified) == ("ignore", "cn", True, False)
    assert (source.every_seconds, source.silent_after_seconds, source.enabled) == (5400, 30 * 86400, True)
    assert source.origin == str(path)
    assert first.id == "qingtian-police-notices/" + url_key(first.url)
    assert (first.platform, first.every_seconds) == ("jpage", 5400)
    assert first.follow == Follow(allow=("/art/",), deny=("video",), max_list_pages=2)
    assert (second.name, second.platform, second.every_seconds) == ("动态", "trs", 3600)
    assert second.follow == Follow(allow=("/art/",), deny=("video",), max_list_pages=9)


@pytest.mark.skipif(not RESEARCH.exists(), reason=f"{RESEARCH} is not on this machine")
def test_every_researched_source_is_shipped_and_verified_only_where_its_list_was_seen(tmp_path: Path) -> None:
    with RESEARCH.open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    shipped = {str(source.id): source for source in load_registry(tmp_path)}
    assert shipped.keys() == rows.keys()
    for name, source in shipped.items():
        row = rows[name]
        assert source.verified == row["notes"].startswith(("seen: list", "seen: directory")), name
        assert (source.agency, source.level, source.province) == (row["agency"], row["level"], row["province"])
        assert bool(source.feeds) == bool(row["start_url"]) == (source.needs is None), name


def test_the_shipped_sources_are_off_well_formed_and_say_their_evidence(tmp_path: Path) -> None:
    shipped = load_registry(tmp_path)
    assert len(shipped) >= 60
    assert not any(source.enabled for source in shipped)
    assert all(source.name_zh and source.name_en and source.province and source.lang for source in shipped)
    assert {source.origin for source in shipped} == {"shipped"}
    for path in registry.SHIPPED.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert text.count("# Evidence: ") == text.count("- id: "), path.name


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two shipped sources of our own invention."""
    entry = BASE.replace("a-b", "ours") + "    every: 6h\n    name: {zh: 甲, en: A}\n    enabled: false\n"
    other = entry.replace("sources:\n", "").replace("ours", "other")
    write(tmp_path / "shipped" / "x.yaml", entry + other)
    monkeypatch.setattr(registry, "SHIPPED", tmp_path / "shipped")


def known(tmp_path: Path) -> dict[str, Source]:
    return {str(source.id): source for source in load_registry(tmp_path)}


@pytest.mark.usefixtures("shipped")
def test_a_partial_entry_of_a_shipped_id_changes_what_it_names(tmp_path: Path) -> None:
    write(tmp_path / "sources" / "mine.yaml", "sources:\n  - id: ours\n    every: 1h\n    name: {en: B}\n")
    ours = known(tmp_path)["ours"]
    assert (ours.every_seconds, ours.name_zh, ours.name_en, ours.enabled, ours.origin) == (
        3600,
        "甲",
        "B",
        False,
        "shipped",
    )


@pytest.mark.usefixtures("shipped")
def test_a_whole_entry_of_the_users_own_is_on_whatever_its_id(tmp_path: Path) -> None:
    write(tmp_path / "sources" / "mine.yaml", BASE + BASE.replace("sources:\n", "").replace("a-b", "ours"))
    assert known(tmp_path)["a-b"].enabled
    assert known(tmp_path)["ours"].enabled


@pytest.mark.usefixtures("shipped")
def test_a_mistake_in_an_overlay_is_told_where_it_was_written(tmp_path: Path) -> None:
    path = write(tmp_path / "sources" / "mine.yaml", "sources:\n  - id: ours\n    every: soon\n")
    with pytest.raises(ConfigError, match=re.escape(f"{path}:3: every: 'soon' is no time")):
        load_registry(tmp_path)


@pytest.mark.usefixtures("shipped")
def test_one_id_in_two_files_of_the_user_names_both(tmp_path: Path) -> None:
    first = write(tmp_path / "sources" / "a.yaml", BASE)
    second = write(tmp_path / "sources" / "b.yaml", BASE)
    with pytest.raises(ConfigError, match=re.escape(f"{second}:2: id a-b stands already in {first}:2")):
        load_registry(tmp_path)


@pytest.mark.usefixtures("shipped")
def test_a_mistyped_id_of_an_override_is_named(tmp_path: Path) -> None:
    write(tmp_path / "sources" / "a.yaml", "sources:\n  - id: othre\n    every: 1h\n")
    with pytest.raises(ConfigError, match=r"no shipped source is called othre; did you mean other\?"):
        load_registry(tmp_path)


def switch(tmp_path: Path, name: str, *, on: bool) -> None:
    text = switched(read_switches(tmp_path), [name], enabled=on, written=written_enabled(tmp_path))
    write(tmp_path / "sources" / "enabled.yaml", text)


@pytest.mark.usefixtures("shipped")
def test_a_switch_holds_and_can_be_taken_back(tmp_path: Path) -> None:
    assert not known(tmp_path)["ours"].enabled
    switch(tmp_path, "ours", on=True)
    assert known(tmp_path)["ours"].enabled
    assert not known(tmp_path)["other"].enabled
    switch(tmp_path, "ours", on=False)
    assert not known(tmp_path)["ours"].enabled


@pytest.mark.usefixtures("shipped")
def test_the_last_to_speak_wins_between_the_command_and_the_users_own_file(tmp_path: Path) -> None:
    mine = tmp_path / "sources" / "mine.yaml"
    write(mine, BASE + "    enabled: true\n")
    switch(tmp_path, "a-b", on=False)
    assert not known(tmp_path)["a-b"].enabled
    write(mine, BASE + "    enabled: false\n")
    switch(tmp_path, "a-b", on=True)
    assert known(tmp_path)["a-b"].enabled
    write(mine, BASE + "    enabled: true\n")
    assert known(tmp_path)["a-b"].enabled
    switch(tmp_path, "ours", on=True)
    write(mine, BASE + "  - {id: ours, enabled: false}\n")
    assert not known(tmp_path)["ours"].enabled


def test_a_switch_file_holds_nothing_but_switches(tmp_path: Path) -> None:
    path = write(tmp_path / "sources" / "enabled.yaml", "sources:\n  - {id: ours, enabled: true, every: 1h}\n")
    with pytest.raises(ConfigError, match=re.escape(f"{path}:2: unknown key every")):
        load_registry(tmp_path)


def test_a_key_with_a_line_break_stays_one_line_and_steers_no_terminal(tmp_path: Path) -> None:
    path = write(tmp_path / "sources" / "a.yaml", '"so\\nur\\e[31mces": 1\nsources: []\n')
    with pytest.raises(ConfigError) as told:
        load_registry(tmp_path)
    assert str(told.value).startswith(f"{path}:1: unknown key so\\nur\\x1b[31mces; ")
    assert len(str(told.value).splitlines()) == 1


def test_every_example_of_the_manual_loads(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert blocks
    for number, block in enumerate(blocks):
        write(tmp_path / str(number) / "sources" / "x.yaml", block)
        assert load_registry(tmp_path / str(number))


def test_what_makes_no_other_page_is_told_to_every_feed() -> None:
    source = parse_rows(BASE + "    same: [https, www]\n", Path("s.yaml"))[0]
    assert [feed.same for feed in source.feeds] == [("https", "www")]
    assert [feed.same for feed in parse_rows(BASE, Path("s.yaml"))[0].feeds] == [()]
