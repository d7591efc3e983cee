"""urls, history, show and diff: what a person is told of a page, and what must never reach their terminal."""

from __future__ import annotations

import argparse
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from desk.commands import diff, history, show, urls
from desk.session import Desk
from storage import feeds
from storage.errors import ConfigError
from storage.records import CaptureId, Entry, FeedId, FeedReading, Role
from tests.desk.invented_web import HOST, Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

TEXT = "关于限期说明情况的通告\n\n滞留境外的人员应当在三十日内说明情况。\n逾期的将依法采取相应措施。\n联系人某某。"


@pytest.fixture
def web(sqlite_config: Config, sqlite_database: Database, clock: Clock) -> Iterator[Web]:
    opened = Web(sqlite_config, sqlite_database, clock)
    yield opened
    opened.archive.close()


@pytest.fixture
def desk(web: Web, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    opened = Desk(data=str(web.config.data_dir), config=None, quiet=False, verbose=False, clock=web.clock)
    yield opened
    opened.close()


@pytest.fixture
def say(desk: Desk, capsys: pytest.CaptureFixture[str]):
    def run(module: ModuleType, *words: str) -> str:
        parser = argparse.ArgumentParser()
        module.configure(parser)
        capsys.readouterr()
        assert module.run(parser.parse_args(words), desk) == 0
        return capsys.readouterr().out

    return run


def rows(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


def story(web: Web) -> None:
    """A day alive, an edit, an outage, a 404 and its confirmation, beside a page and a list that answer."""
    web.look("/list/", "a list", role=Role.FEED)
    web.look("/1.html", TEXT)
    web.look("/2.html", TEXT + "2")
    web.derive()
    for body, options in (
        (TEXT.replace("三十日", "十日"), {}),
        (None, {"error": "timeout"}),
        ("not found", {"status": 404}),
        ("not found", {"status": 404}),
    ):
        web.new_run(hours=25)
        web.look("/1.html", body, **options)
        web.look("/2.html", TEXT + "2")
        web.derive()


def test_urls_list_tells_state_and_looks_of_every_page_and_list(web: Web, say) -> None:
    story(web)
    listed = {row["url"].removeprefix(HOST): row for row in rows(say(urls, "list", "--json"))}
    assert set(listed) == {"/list/", "/1.html", "/2.html"}
    gone = listed["/1.html"]
    assert (gone["state"], gone["gone_as"], gone["snapshots"], gone["http_status"]) == ("gone", "404", 2, 404)
    assert gone["last_ok"] < gone["since"] <= gone["last_checked"]
    assert (listed["/list/"]["kind"], listed["/list/"]["state"]) == ("list", "live")
    assert "gone_as" not in listed["/2.html"]
    keys = "url source kind state since first_seen last_checked last_ok snapshots http_status gone_as"
    assert " ".join(gone) == keys
    assert [row["url"] for row in rows(say(urls, "list", "--state", "gone", "--json"))] == [HOST + "/1.html"]
    since = datetime.fromisoformat(gone["since"]).astimezone(ZoneInfo("Asia/Shanghai")).isoformat(timespec="seconds")
    assert f"gone                         {since}   2  {HOST}/1.html  返回 404 answers 404\n" in say(urls, "list")
    with pytest.raises(ConfigError, match=r"^--state 'liv' is unknown; did you mean live\?$"):
        say(urls, "list", "--state", "liv")


def test_history_tells_looks_and_changes_oldest_first(web: Web, say) -> None:
    story(web)
    events = rows(say(history, HOST + "/1.html", "--json"))
    assert [event["event"] for event in events] == [
        "captured", "captured", "edited", "failed", "captured", "suspected-gone", "captured", "gone",
    ]  # fmt: skip
    assert [event["snapshot"] is not None for event in events] == [True, True, True, False, False, False, False, False]
    assert events[2]["note"] == "1 sentences added, 1 removed"
    assert all(len(event["sha256"]) == 64 for event in events if event["event"] != "failed")
    assert [event["event"] for event in rows(say(history, HOST + "/2.html", "--json"))][1:] == ["unchanged"] * 4
    assert "captured" in say(history, HOST + "/list/")


def test_every_printed_time_has_its_offset(web: Web, say) -> None:
    story(web)
    old, new = (one.short for one in web.snapshots("/1.html"))
    events = rows(say(history, HOST + "/1.html", "--json"))
    printed = say(history, HOST + "/1.html")
    moments = [datetime.fromisoformat(line.split()[0]) for line in printed.splitlines()[1:]]
    assert moments == [datetime.fromisoformat(event["at"]) for event in events]
    told = [printed, say(show, old), say(show, events[-1]["capture"]), say(diff, HOST + "/1.html", old, new)]
    for moment in re.findall(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d\S*", "\n".join(told)):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", moment)


def test_history_of_a_split_article_tells_the_edit_of_its_second_part(web: Web, say) -> None:
    web.look("/3.html", f"!parts {HOST}/3_1.html\n" + TEXT)
    web.look("/3_1.html", "第二页\n\n第二页的正文。", role=Role.PART, part_of="/3.html", part_number=2)
    web.derive()
    web.new_run(hours=25)
    web.look("/3.html", f"!parts {HOST}/3_1.html\n" + TEXT)
    web.look("/3_1.html", "第二页\n\n第二页的正文。又添一句。", role=Role.PART, part_of="/3.html", part_number=2)
    web.derive()
    events = rows(say(history, HOST + "/3.html", "--json"))
    assert [event["event"] for event in events] == ["captured", "unchanged", "edited"]
    assert events[2]["snapshot"] == web.snapshots("/3.html")[1].short


def test_an_unknown_url_names_the_nearest_known_one(web: Web, say) -> None:
    web.look("/t20261120_1000.html", TEXT)
    web.derive()
    with pytest.raises(ConfigError, match=r"did you mean .*/t20261120_1000\.html"):
        say(history, HOST + "/t20261120_1001.html")
    with pytest.raises(ConfigError, match="no http or https address"):
        say(history, "::")


def test_show_gives_text_bytes_and_json(web: Web, say) -> None:
    web.look("/1.html", TEXT)
    web.derive()
    (snapshot,) = web.snapshots("/1.html")
    assert "滞留境外的人员应当" in say(show, snapshot.short[:8])
    assert say(show, snapshot.short, "--html") == TEXT
    (told,) = rows(say(show, snapshot.short, "--json"))
    assert (told["snapshot"], told["title"], told["body"]) == (snapshot.short, *TEXT.split("\n\n"))
    with pytest.raises(ConfigError, match="no snapshot begins so"):
        say(show, "0123456789")


def test_show_cites_a_newspapers_layout(web: Web, say) -> None:
    web.look("/1.html", TEXT)
    web.derive()
    entry = Entry(url=HOST + "/1.html", title="通告", layout="第03版：要闻")
    said = FeedReading(
        feed_id=FeedId("press"),
        capture_id=CaptureId(1),
        page_number=1,
        entries=(entry,),
        finished=True,
        platform="epaper",
    )
    with web.database.write() as conn:
        feeds.put_reading(conn, said, at=web.clock(), next_due_at=web.clock())
    short = web.snapshots("/1.html")[0].short
    assert rows(say(show, short, "--json"))[0]["layout"] == "第03版：要闻"
    assert "layout:    第03版：要闻" in say(show, short)


def test_show_as_json_keeps_offsets_and_steers_no_terminal(web: Web, say) -> None:
    web.look("/1.html", "标题\u202e反\n\n正文\u009b31m。")
    web.derive()
    (told,) = rows(say(show, web.snapshots("/1.html")[0].short, "--json"))
    assert (told["title"], told["body"]) == ("标题\ufffd反", "正文\ufffd31m。")


def test_diff_marks_words_within_a_sentence(web: Web, say) -> None:
    web.look("/1.html", TEXT)
    web.derive()
    with pytest.raises(ConfigError, match="nothing to compare"):
        say(diff, HOST + "/1.html")
    web.new_run(hours=1)
    web.look("/1.html", TEXT.replace("三十日", "十日") + "\n另行通知。")
    web.derive()
    said = say(diff, HOST + "/1.html")
    assert "应当在[-三-]十日内说明情况。" in said
    assert "{+另行通知。+}" in said
    one, two = web.snapshots("/1.html")
    assert say(diff, HOST + "/1.html", one.short[:10], two.short[:10]) == said
    (told,) = rows(say(diff, HOST + "/1.html", "--json"))
    assert told["added"] == ["滞留境外的人员应当在十日内说明情况。", "另行通知。"]


def test_diff_compares_any_two_snapshots(web: Web, say) -> None:
    web.look("/1.html", TEXT)
    web.look("/2.html", TEXT.replace("三十日", "十日"))
    web.derive()
    (one,), (two,) = web.snapshots("/1.html"), web.snapshots("/2.html")
    said = say(diff, one.short, two.short[:10])
    assert said.splitlines()[:2] == [HOST + "/1.html", HOST + "/2.html"]
    assert "应当在[-三-]十日内说明情况。" in said
    (told,) = rows(say(diff, one.short, two.short, "--json"))
    assert (told["url_old"], told["url"]) == (HOST + "/1.html", HOST + "/2.html")
    assert told["added"] == ["滞留境外的人员应当在十日内说明情况。"]
    with pytest.raises(ConfigError, match=f"a snapshot of {HOST}/2.html, not of {HOST}/1.html"):
        say(diff, HOST + "/1.html", one.short, two.short)
    with pytest.raises(ConfigError, match="with two of its snapshots, or two snapshots"):
        say(diff, HOST + "/1.html", one.short)


def test_nothing_a_page_says_steers_the_terminal(web: Web, say) -> None:
    evil = "标题\x1b[2J\u202e\n\n正文\x1b]0;owned\x07一句。\x9b31m"
    web.look("/1.html", evil)
    web.derive()
    web.new_run(hours=1)
    web.look("/1.html", evil + "又一句\x1b[31m。")
    web.derive()
    snapshot = web.snapshots("/1.html")[-1]
    for said in (
        say(show, snapshot.short),
        say(diff, HOST + "/1.html"),
        say(history, HOST + "/1.html"),
        say(urls, "list"),
    ):
        assert not set(said) & set("\x1b\x07\x9b\u202e")


def test_history_gives_an_id_for_every_look_and_show_says_what_each_one_is(web: Web, say) -> None:
    story(web)
    events = rows(say(history, HOST + "/1.html", "--json"))
    assert all(len(event["capture"]) == 32 for event in events)
    lines = say(history, HOST + "/1.html").splitlines()[1:]
    assert all((event["snapshot"] or event["capture"])[:12] in line for event, line in zip(events, lines, strict=True))
    gone, failed = events[-1]["capture"], events[3]["capture"]
    said = say(show, gone[:12])
    assert f"capture:   {gone} (no snapshot: it shows no new text of the page)" in said
    assert "came:      HTTP 404, " in said
    assert "shows:     404: the server answers 404" in said
    assert say(show, gone, "--html") == "not found"
    assert "came:      no answer (timeout), error" in say(show, failed)
    row = json.loads(say(show, gone, "--json"))
    assert (row["capture"], row["snapshot"], row["shows"], row["gone_as"]) == (gone, None, "gone", "404")
    (unchanged,) = {event["capture"] for event in rows(say(history, HOST + "/2.html", "--json"))[1:2]}
    assert "shows:     the page, as it was known" in say(show, unchanged)
    with pytest.raises(ConfigError, match="history URL"):
        say(show, "0" * 32)


def test_diff_masks_whom_either_text_tells_for_a_private_person(web: Web, say) -> None:
    web.look("/1.html", TEXT + "\n嫌疑人林志远，男，42岁。")
    web.look("/2.html", TEXT + "\n另行通知。电话13812345678。")
    web.look("/3.html", TEXT + "\n关于林志远一案，另行通知。")
    web.derive()
    (one,), (two,), (three,) = (web.snapshots(f"/{number}.html") for number in (1, 2, 3))
    assert "林志" not in say(diff, one.short, three.short)
    (told,) = rows(say(diff, one.short, three.short, "--json"))
    assert told["added"] == ["关于林**一案，另行通知。"]
    assert told["removed"] == ["嫌疑人林**，男，42岁。"]
    assert "138****5678" in say(diff, one.short, two.short)


def test_a_source_that_there_is_not_is_no_empty_list(desk: Desk) -> None:
    parser = argparse.ArgumentParser()
    urls.configure(parser)
    with pytest.raises(ConfigError, match="--source nobody: no source of that id; `longarm sources list`"):
        urls.run(parser.parse_args(["list", "--source", "nobody"]), desk)
