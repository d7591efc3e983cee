"""`longarm sources`: the registry before the first crawl, switches, a trial of a loopback site, an entry to paste."""

from __future__ import annotations

import io
import json
import os
import re
import threading
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from desk import cli
from desk.commands.sources import _line
from tests.crawler.yard import start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.museum import Museum

PAGE = Path(__file__).parents[1] / "cases/platforms/generic/ul-with-date-spans/page.html"
MINE = """
sources:
  - {id: seen, agency: police, level: county, province: 浙江, start: [http://a.example.cn/]}
  - {id: unseen, agency: police, level: county, start: [http://b.example.cn/], enabled: false, verified: false}
"""


class Shell:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LONGARM")}
        self.env = clean | {"LONGARM_VANTAGE__DEFAULT__DIRECT": "true", "LONGARM_FETCH__DELAY": "0"}

    def __call__(self, *words: str, code: int = 0) -> str:
        """Both outputs of a command, run here and now."""
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            assert cli.main(["--data", str(self.folder), *words]) == code, out.getvalue()
        return out.getvalue()

    def apart(self, *words: str, code: int = 0) -> str:
        """The same in a process of its own, which a crawl needs."""
        done = start("--data", str(self.folder), *words, env=self.env, beside=self.folder.parent).wait()
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def on(self) -> set[str]:
        rows = [json.loads(line) for line in self("sources", "list", "--json").splitlines()]
        return {row["source"] for row in rows if row["enabled"]}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    found = Shell(tmp_path)
    found("init")
    (found.folder / "sources" / "mine.yaml").write_text(MINE, encoding="utf-8")
    return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The saved list on loopback; the pages behind it answer 404."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "list.html").write_bytes(PAGE.read_bytes())

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "site"))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/list.html"
        server.shutdown()


def test_what_is_on_and_was_never_looked_at_says_what_to_do(shell: Shell) -> None:
    hints = [line.partition("  ! ") for line in shell("sources", "list").splitlines() if "looks at it now" in line]
    assert [(line.split()[0], line.split()[-1], hint) for line, _, hint in hints] == [
        ("on", "seen", f"`longarm --data {shell.folder} crawl --source seen` looks at it now")
    ]


def test_a_source_is_told_in_the_zone_of_all_commands_and_its_trouble_in_both_languages() -> None:
    row = {"source": "jia", "name": "甲", "enabled": True, "health": "blocked", "error": "blocked", "pages": 3}
    at = datetime(2026, 11, 22, 20, tzinfo=UTC)
    said = _line({**row, "alarms": [], "message": "status 403"}, at, ZoneInfo("Asia/Shanghai"))
    assert said == (
        "on  blocked          3 pages  new 2026-11-23T04:00:00+08:00  jia  甲"
        "  ! 被拦截 turned away by a firewall; status 403"
    )


def test_before_the_first_crawl_every_source_is_never_seen_and_only_the_users_own_are_on(shell: Shell) -> None:
    rows = [json.loads(line) for line in shell("sources", "list", "--json").splitlines()]
    assert len(rows) > 60
    assert {row["health"] for row in rows} == {"never-seen"}
    assert {row["source"] for row in rows if row["enabled"]} == {"seen"}
    keys = ["source", "name", "agency", "level", "province", "platform", "enabled", "health", "error", "last_ok"]
    assert list(rows[0])[:12] == [*keys, "last_new", "pages"]
    few = shell("sources", "list", "--json", "--province", "浙江", "--agency", "police", "--level", "county")
    kept = [json.loads(line) for line in few.splitlines()]
    assert {(row["province"], row["agency"], row["level"]) for row in kept} == {("浙江", "police", "county")}
    assert "seen" in {row["source"] for row in kept}
    assert len(kept) < len(rows)


def test_a_province_goes_by_any_of_its_names_and_what_is_on_and_ones_own_comes_first(shell: Shell) -> None:
    rows = [shell("sources", "list", "--json", "--province", name) for name in ("浙江", "浙江省", "Zhejiang")]
    assert len(set(rows)) == 1
    assert json.loads(rows[0].splitlines()[0])["source"] == "seen"
    few = [json.loads(line)["source"] for line in shell("sources", "list", "--enabled", "--json").splitlines()]
    assert few == ["seen"]
    assert shell("sources", "enable", "--province", "Zhejiang", "--agency", "police").startswith("1 source switched on")


def test_switches_take_effect_and_unseen_sources_want_a_word_more(shell: Shell) -> None:
    assert "--unverified" in shell("sources", "enable", "unseen", code=2)
    shell("sources", "enable", "unseen", "mps-news", "--unverified")
    assert shell.on() == {"seen", "unseen", "mps-news"}
    shell("sources", "disable", "--agency", "police")
    assert shell.on() == set()
    assert "1 left off" not in shell("sources", "enable", "--all", "--unverified")
    assert len(shell.on()) > 60


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("enable", "mps-nwes"), "did you mean mps-news?"),
        (("enable",), "name an ID"),
        (("enable", "--agency", "polcie"), "did you mean police?"),
        (("list", "--platform", "jpgae"), "did you mean jpage?"),
        (("check",), "name an ID"),
        (("add", "ftp://x"), "no web address"),
        (("list", "--province", "Zhejang"), "did you mean 浙江 (Zhejiang)?"),
        (("list", "--province", "Atlantis"), "'Atlantis' is unknown; known are"),
        (("enable", "--province", "浙工"), "is unknown"),
    ],
)
def test_a_wrong_word_is_one_line_and_exit_2(words: tuple[str, ...], says: str, shell: Shell) -> None:
    assert says in shell("sources", *words, code=2)


def test_a_trial_tells_what_it_finds_and_stores_nothing(shell: Shell, site: str) -> None:
    text = f"sources:\n  - {{id: here, agency: police, level: county, start: ['{site}']}}\n"
    (shell.folder / "sources" / "mine.yaml").write_text(text, encoding="utf-8")
    said = shell.apart("sources", "check", "here", code=1)
    assert "generic, 6 entries, 6 dated, newest of 2026-11-20" in said
    assert said.count("HTTP 404") >= 3
    assert not list((shell.folder / "captures").glob("**/*.warc.gz"))
    assert shell("urls", "list") == ""


def test_an_article_that_answers_404_is_a_warning_however_much_it_looks_like_one(shell: Shell, museum: Museum) -> None:
    start = "http://one.example.gov.cn/tzgg/"
    rows = "".join(
        f'<li><a href="/tzgg/{day}.html">关于敦促投案自首的第 {day} 号通告</a><span>2026-11-{day}</span></li>'
        for day in range(10, 16)
    )
    museum.serve(start, f"<html><body><ul>{rows}</ul></body></html>")
    text = "请滞留境外人员尽快与公安机关联系，主动投案自首。" * 8
    for day in range(10, 16):
        title = f"关于敦促投案自首的第 {day} 号通告"
        head = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        page = f"{head}<p>发布时间：2026-11-{day}</p><p>{text}</p></body></html>"
        museum.serve(f"{start}{day}.html", page, status=404 if day == 10 else 200)
    shell.env |= {"LONGARM_VANTAGE__DEFAULT__PROXY": museum.proxy, "LONGARM_VANTAGE__DEFAULT__DIRECT": "false"}
    text = f"sources:\n  - {{id: one, agency: police, level: county, robots: ignore, start: ['{start}']}}\n"
    (shell.folder / "sources" / "mine.yaml").write_text(text, encoding="utf-8")
    said = shell.apart("sources", "check", "one", code=1)
    assert [line for line in said.splitlines() if "wrong:" in line] == [f"  wrong: {start}10.html: HTTP 404"]


def test_a_source_without_a_start_page_is_listed_with_what_it_needs_and_cannot_be_switched_on(shell: Shell) -> None:
    rows = [json.loads(line) for line in shell("sources", "list", "--json", "--province", "浙江").splitlines()]
    homeless = next(row for row in rows if "the address of" in (row["message"] or ""))
    said = shell("sources", "enable", homeless["source"], "--unverified", code=2)
    assert "its start page is not known" in said
    assert "left off because their start pages are not known" in shell(
        "sources", "enable", "--province", "浙江", "--unverified"
    )
    assert homeless["source"] not in shell.on()
    listed = shell("sources", "list", "--province", "浙江").splitlines()
    assert homeless["message"] in next(line for line in listed if homeless["source"] in line)


def test_switching_on_nothing_wants_a_look(shell: Shell) -> None:
    rows = [json.loads(line) for line in shell("sources", "list", "--json").splitlines()]
    seen = {(row["agency"], row["province"]) for row in rows if row["verified"]}
    agency, province = next(
        (row["agency"], row["province"])
        for row in rows
        if row["province"] and (row["agency"], row["province"]) not in seen
    )
    said = shell("sources", "enable", "--agency", agency, "--province", province, code=1)
    assert said.startswith("0 sources switched on")


def test_the_readmes_first_sources_are_switched_on_by_its_command(shell: Shell) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    words = re.search(r"longarm --data watch (sources enable .*)", readme)
    assert words
    shell(*words[1].split())
    assert shell.on()


def test_the_list_ends_with_a_table_of_what_is_covered(shell: Shell) -> None:
    lines = shell("sources", "list").splitlines()
    start = lines.index("healthy / on / known")
    assert any(line.startswith("福建 ") for line in lines[start:])
    assert lines[-1].startswith("all ")


def test_a_list_that_moved_to_another_host_is_told_with_the_address_to_write(shell: Shell, museum: Museum) -> None:
    museum.serve("http://old.example.gov.cn/tzgg/", status=302, location="http://new.example.gov.cn/tzgg/")
    museum.serve("http://new.example.gov.cn/tzgg/", PAGE.read_bytes())
    shell.env |= {"LONGARM_VANTAGE__DEFAULT__PROXY": museum.proxy, "LONGARM_VANTAGE__DEFAULT__DIRECT": "false"}
    text = (
        "sources:\n  - {id: moved, agency: police, level: county, robots: ignore, "
        "start: ['http://old.example.gov.cn/tzgg/']}\n"
    )
    (shell.folder / "sources" / "mine.yaml").write_text(text, encoding="utf-8")
    said = shell.apart("sources", "check", "moved", code=1)
    assert "leads to another host, http://new.example.gov.cn/tzgg/: write that address as start" in said
