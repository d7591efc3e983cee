"""The sample web and its story: every list is readable, every staged trouble is real, every deviation is named."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from desk import cli
from desk.commands import demo
from desk.demo.facts import AlertLine, Facts, PageLine, SourceLine, read_facts
from desk.demo.server import SampleWeb, serve
from desk.demo.staging import FOLDER, Day, load_staging
from desk.demo.story import check, tell
from desk.session import own_command
from spiders.platforms import recognise
from spiders.platforms.base import ListPage
from spiders.registry import load_file
from storage.errors import LongarmError

if TYPE_CHECKING:
    from storage.records import Source

STAGING = load_staging()
SOURCES = load_file(FOLDER / "sources.yaml")
PLATFORM = {
    "jiangao-police-notices": "trs",
    "yunpu-government-news": "jpage",
    "pingtong-police-notices": "query",
    "heze-daily": "epaper",
    "harbour-courier": "feed",
    "haixia-qiaobao": "sitemap",
    "songping-net": "generic",
    "shilan-procuratorate": "trs",
}


def web_on(day: int) -> SampleWeb:
    return SampleWeb(staging=STAGING, day=STAGING.days[day - 1])


def list_page(web: SampleWeb, url: str) -> ListPage:
    answer = web.answer(url)
    assert answer is not None
    text = answer.body.decode(web.staging.charset.get(urlsplit(url).hostname or "", "utf-8"))
    media_type = dict(answer.headers)["Content-Type"].partition(";")[0]
    return ListPage(
        url=url,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        text=text,
        media_type=media_type,
        today=web.day.at.date(),
    )


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_every_list_of_the_sample_web_is_recognised_and_leads_to_pages(source: Source) -> None:
    web = web_on(1)
    feed = source.feeds[0]
    url: str | None = feed.url
    platform, entries = None, []
    for number in range(1, 4):
        if url is None:
            break
        page = list_page(web, url)
        platform = platform or recognise(page)
        entries += platform.entries(page, feed)
        following = platform.next_pages(page, feed, number)
        url = following.url if following else None
    assert platform is not None
    assert platform.name == PLATFORM[source.id]
    assert entries
    for entry in entries:
        answer = web.answer(entry.url)
        assert answer is not None
        assert answer.status == 200, entry.url


@pytest.mark.parametrize("day", STAGING.days, ids=lambda day: f"day {day.number}")
def test_what_the_staging_names_exists(day: Day) -> None:
    web = web_on(day.number)
    for _, _, url in day.alerts:
        answer = web.answer(url)
        assert answer is not None
        assert answer.status == 200, url
    assert day.sources.keys() <= {source.id for source in SOURCES}
    assert day.at.utcoffset() is not None


def fetch(proxy: str, url: str, **headers: str) -> tuple[int, bytes, str | None]:
    connection = http.client.HTTPConnection(urlsplit(proxy).netloc, timeout=5)
    try:
        connection.request("GET", url, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.getheader("ETag")
    finally:
        connection.close()


COUNTED = "http://www.yunpu.gov.example/art/2026/11/15/art_1201_3298.html"
REMOVED = "http://www.pingtong.gov.example/news/show.asp?id=77"
SOFT = "http://gaj.jiangao.gov.example/gggs/202611/t20261117_20418.html"


def test_the_sample_web_fails_over_http_as_staged() -> None:
    web = web_on(1)
    with serve(web) as proxy:
        status, body, etag = fetch(proxy, SOFT)
        assert (status, etag is not None) == (200, True)
        assert fetch(proxy, SOFT, **{"If-None-Match": etag or ""})[:2] == (304, b"")
        assert fetch(proxy, COUNTED)[1] != fetch(proxy, COUNTED)[1]
        assert "敦促投案通告" in fetch(proxy, REMOVED)[1].decode("gb18030")
        web.day = STAGING.days[1]
        assert fetch(proxy, REMOVED)[0] == 404
        assert "不存在".encode() in fetch(proxy, SOFT)[1]
        assert fetch(proxy, "http://www.shilan-jcy.gov.example/jcdt/index.html")[0] == 521
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            fetch(proxy, "http://www.songping-wang.example/shehui/index.html")
    assert body


def test_no_address_leaves_the_folder_of_its_host() -> None:
    answer = web_on(1).answer("http://www.pingtong.gov.example/../gaj.jiangao.gov.example/robots.txt")
    assert answer is not None
    assert answer.status == 404


def facts(day: Day) -> Facts:
    """What a flawless day looks like."""
    alerts = tuple(
        AlertLine(
            alert=f"{rule} {url}",
            rule=rule,
            severity="high",
            kind=kind,
            url=url,
            source="jiangao-police-notices",
            title="标题",
            quote="县里成立劝返专班，已劝返若干人。",
            matched="劝返",
            cluster="one" if url in day.copies else None,
        )
        for kind, rule, url in sorted(day.alerts)
    )
    pages = tuple(
        PageLine(url=url, kind="article", state=state, gone_as=gone_as or None, snapshots=day.snapshots.get(url, 1))
        for url, standing in {**dict.fromkeys(day.snapshots, "live"), **day.states}.items()
        for state, _, gone_as in [standing.partition(" ")]
    )
    sources = tuple(
        SourceLine(source=source.id, name=source.name, health=health, error=error or None)
        for source in SOURCES
        for health, _, error in [day.sources.get(source.id, "ok").partition(" ")]
    )
    return Facts(exit_code=0, alerts=alerts, pages=pages, sources=sources)


NOTHING = Facts(exit_code=0)


@pytest.mark.parametrize("day", STAGING.days, ids=lambda day: f"day {day.number}")
def test_a_day_that_went_as_staged_has_nothing_to_name(day: Day) -> None:
    assert list(check(day, NOTHING, facts(day))) == []


def test_each_deviation_is_named() -> None:
    day = STAGING.days[2]
    good = facts(day)
    page = PageLine(url="http://other.example/", kind="article", state="gone", gone_as="404", snapshots=1)
    bad = replace(
        good,
        alerts=(replace(good.alerts[0], cluster="another", kind="edited"), *good.alerts[1:]),
        pages=(*good.pages[1:], page),
        sources=(replace(good.sources[0], health="failing", error="dns"), *good.sources[1:]),
        damage=("a1b2: the payload differs",),
    )
    said = "\n".join(check(day, NOTHING, bad))
    for expected in (
        "missing alert",
        "alert not staged",
        "not folded",
        "snapshots",
        "not staged",
        "failing dns",
        "a1b2",
    ):
        assert expected in said


def test_the_story_tells_alerts_takedowns_and_what_is_unseen() -> None:
    told = "\n".join(tell(facts(STAGING.days[0]), facts(STAGING.days[1])))
    assert "EDITED  high     overseas_station" in told
    assert "【劝返】" in told
    how = "以正常页显示“不存在” an ordinary page says it does not exist"
    assert f"GONE    疑似消失 suspected gone ({how})\n                 http" in told
    assert "UNSEEN  无法访问 failing (连接中断 connection broken off)  " in told
    assert "UNSEEN  被拦截 blocked  " in told
    assert "被拦截 blocked (" not in told, "the standing and its cause are one word"


def test_the_story_counts_as_new_what_the_digest_does_a_page_whose_text_is_kept() -> None:
    def page(name: str, *, snapshots: int, kind: str = "page") -> PageLine:
        return PageLine(url=name, kind=kind, state="live", gone_as=None, snapshots=snapshots)

    before = Facts(exit_code=0, pages=(page("a", snapshots=1), page("late", snapshots=0)))
    pages = (page("a", snapshots=2), page("late", snapshots=1), page("b", snapshots=1))
    after = Facts(exit_code=0, pages=(*pages, page("list", snapshots=0, kind="list")))
    assert next(tell(before, after)) == "3 pages read, 2 of them new; 4 snapshots kept"


def test_a_day_that_a_slow_machine_does_not_finish_ends_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "DAY_SECONDS", 0.01)
    process = demo.NextDay(tmp_path)
    try:
        with pytest.raises(
            LongarmError, match=r"^day 1 of the demo was not done in 0\.01 s .*; its data folder is "
        ) as said:
            process.live(STAGING.days[0])
    finally:
        process.end()
    assert "\n" not in str(said.value)


def test_facts_survive_their_way_between_processes() -> None:
    one = facts(STAGING.days[1])
    assert read_facts(one.to_json()) == one


def test_a_demo_that_is_stopped_leaves_no_folder_behind(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "desk.cli", "demo"],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with running:
        assert running.stdout is not None
        while not running.stdout.readline().startswith("Day 1"):
            assert running.poll() is None
        assert list(tmp_path.glob("longarm-demo-*/longarm.toml"))
        # As a terminal sends it: to all that the command started, too.
        os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (130, "longarm: the demo was stopped; its folder is removed\n")
    assert list(tmp_path.glob("longarm-demo-*")) == []


def test_a_demo_that_is_stopped_in_a_folder_of_the_users_says_that_it_goes_on_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    kept = tmp_path / "kept"
    monkeypatch.setattr("desk.commands.demo._lived", stopped)
    assert cli.main(["demo", "--keep", str(kept)]) == 130
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"longarm: the demo was stopped; {kept} holds half of it and no demo goes on there: ")
    assert (kept / "longarm.toml").exists()
    assert cli.main(["demo", "--keep", str(kept)]) == 2


def test_the_command_to_go_on_with_is_the_one_that_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("own", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "longarm").touch(mode=0o755)
    own, other = tmp_path / "own", tmp_path / "other"
    monkeypatch.setattr("sys.argv", [str(own / "longarm"), "demo"])
    for path, said in ((own, "longarm"), (other, str(own / "longarm")), (tmp_path, str(own / "longarm"))):
        monkeypatch.setenv("PATH", str(path))
        assert own_command() == said


def test_the_whole_demo_goes_as_staged_from_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o555)
    demo = [sys.executable, "-P", "-c", "import sys; from desk.cli import main; sys.exit(main())", "demo"]
    done = subprocess.run(
        [*demo, "--keep", str(tmp_path / "kept")],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All went as staged" in done.stdout
    assert "WHAT WE CANNOT SEE" in done.stdout
    assert (tmp_path / "kept" / "captures").is_dir()
    again = subprocess.run([*demo, "--keep", str(tmp_path / "kept")], capture_output=True, text=True, check=False)
    assert again.returncode == 2
