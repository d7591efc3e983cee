"""The feeds in the data folder, held against RFC 4287 and JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest
from lxml import etree

from desk.feedfiles import write_feeds
from storage.config import Digest, Feeds
from storage.findings import AlertKind, Severity
from tests.desk.test_telling import EVENING, NOTICE, Office

ATOM = "{http://www.w3.org/2005/Atom}"
# RFC 3339, section 5.6, as RFC 4287 narrows it: T and Z in capitals.
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@pytest.fixture
def office(config, database, clock):
    clock.at = EVENING
    return Office(config, database, clock)


def written(office):
    write_feeds(office.desk())
    return office.config.data_dir / "feeds"


def atom(folder, name):
    return etree.fromstring((folder / f"{name}.atom").read_bytes())


def entries(feed):
    return feed.findall(f"{ATOM}entry")


def text(element, name):
    found = element.find(f"{ATOM}{name}")
    return None if found is None else found.text


def assert_valid(feed):
    """What RFC 4287 asks of a feed (4.1.1) and of an entry (4.1.2), and of what is in them."""
    assert feed.tag == f"{ATOM}feed"
    assert len({text(one, "id") for one in entries(feed)}) == len(entries(feed))
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    for one in (feed, *entries(feed)):
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{name}")) == 1
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text(one, "id"))
        assert RFC3339.fullmatch(text(one, "updated"))
    for entry in entries(feed):
        assert RFC3339.fullmatch(text(entry, "published"))
        assert entry.find(f"{ATOM}content").get("type") == "text"
        links = entry.findall(f"{ATOM}link")
        assert len([link for link in links if link.get("rel") == "alternate"]) == len(links) <= 1
        assert all(re.fullmatch(r"https?://[\x21-\x7e]+", link.get("href")) for link in links)


def assert_valid_json(feed):
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    for item in feed["items"]:
        assert {"id", "content_text"} <= set(item)
        assert RFC3339.fullmatch(item["date_published"])
        assert RFC3339.fullmatch(item["date_modified"])
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])


def test_there_is_a_feed_of_all_and_one_for_each_concept_in_both_forms(office):
    office.find()
    folder = written(office)
    for path in sorted(folder.iterdir()):
        if path.suffix == ".atom":
            assert_valid(etree.fromstring(path.read_bytes()))
        else:
            assert_valid_json(json.loads(path.read_text("utf-8")))
    assert len(entries(atom(folder, "all"))) == len(entries(atom(folder, "persuade_return"))) == 1
    assert entries(atom(folder, "overseas_station")) == []
    assert {path.suffix for path in folder.iterdir()} == {".atom", ".json"}


def test_an_entry_says_what_was_found_where_and_links_the_page(office):
    office.find()
    (entry,) = entries(atom(written(office), "all"))
    assert text(entry, "title") == "high: 劝返 persuaded to return: 第1号通告"
    assert "江岙县公安局" in text(entry, "content")
    assert "劝返 = " in text(entry, "content")
    assert entry.find(f"{ATOM}link").get("href") == "http://one.example.gov.cn/1.html"
    assert [one.get("term") for one in entry.findall(f"{ATOM}category")] == [
        "persuade_return",
        "high",
        "浙江",
        "asserted",
    ]


def test_ids_stay_and_updated_never_goes_back(office):
    office.find()
    first = atom(written(office), "all")
    office.clock.forward(hours=1)
    office.find()
    second = atom(written(office), "all")
    assert text(first, "id") == text(second, "id")
    assert text(entries(first)[0], "id") == text(entries(second)[1], "id")
    assert text(first, "updated") < text(second, "updated") == text(entries(second)[0], "updated")
    assert text(atom(office.config.data_dir / "feeds", "overseas_station"), "updated") < text(second, "updated")


def test_two_feeds_have_two_ids(office):
    office.find()
    folder = written(office)
    ids = [text(atom(folder, path.stem), "id") for path in folder.glob("*.atom")]
    assert len(set(ids)) == len(ids)


def test_a_feed_is_as_long_as_the_settings_say_and_keeps_the_newest(office):
    office.config = office.config.model_copy(update={"feeds": Feeds(entries=3)})
    for _ in range(5):
        office.find()
        office.clock.forward(minutes=1)
    feed = json.loads((written(office) / "all.json").read_text("utf-8"))
    assert [item["title"].rpartition(": ")[2] for item in feed["items"]] == ["第5号通告", "第4号通告", "第3号通告"]


def test_what_did_not_change_is_not_written_again(office):
    office.find()
    folder = written(office)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert write_feeds(office.desk()) == 0
    office.find()
    assert write_feeds(office.desk()) == 4
    after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {
        "all.atom",
        "all.json",
        "persuade_return.atom",
        "persuade_return.json",
    }


HOSTILE = NOTICE + "]]></content><entry>&amp;&lt;\x00\x0b\ufffe\uffff\x1b[31m\u202e<script>alert(1)</script>"


def test_what_a_page_says_stays_text(office):
    with office.database.write():
        pass
    office.find(text="\ufffe<b>&劝返\x0c</title>" + HOSTILE)
    folder = written(office)
    feed = atom(folder, "all")
    assert_valid(feed)
    assert len(entries(feed)) == 1
    assert feed.xpath("//*[local-name()='script' or local-name()='b']") == []
    said = text(entries(feed)[0], "content")
    assert "<b>&" in said
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e\ufffe\uffff]", said)


def test_numbers_of_persons_are_masked(office):
    office.find(text="劝返电话13812345678，身份证352502199001010123。")
    folder = written(office)
    for name in ("all.atom", "all.json"):
        said = (folder / name).read_text("utf-8")
        assert "13812345678" not in said
        assert "352502199001010123" not in said


def test_with_detail_counts_no_word_of_a_page_is_in_a_feed(office):
    office.config = office.config.model_copy(update={"digest": Digest(detail="counts")})
    office.find()
    folder = written(office)
    feed = atom(folder, "all")
    assert_valid(feed)
    assert entries(feed)[0].find(f"{ATOM}link") is None
    for name in ("all.atom", "all.json"):
        said = (folder / name).read_text("utf-8")
        assert not [word for word in ("江岙", "37", "通告", "example.gov.cn") if word in said.replace("预警", "")]


def test_only_what_is_news_is_in_a_feed(office):
    office.find(severity=Severity.INFO)
    office.find(kind=AlertKind.RETROACTIVE)
    assert entries(atom(written(office), "all")) == []


def test_where_it_is_served_it_says_so(office):
    office.config = office.config.model_copy(update={"feeds": Feeds(url="https://feeds.example.org/longarm/")})
    office.find()
    folder = written(office)
    links = [one for one in atom(folder, "all").findall(f"{ATOM}link") if one.get("rel") == "self"]
    assert [one.get("href") for one in links] == ["https://feeds.example.org/longarm/all.atom"]
    assert json.loads((folder / "all.json").read_text("utf-8"))["feed_url"].endswith("/longarm/all.json")


def test_before_the_first_capture_there_is_none(office):
    assert write_feeds(office.desk()) == 0
    assert not (office.config.data_dir / "feeds").exists()


def test_its_times_are_those_of_telling_and_of_first_sight(office):
    office.find()
    (entry,) = entries(atom(written(office), "all"))
    assert datetime.fromisoformat(text(entry, "updated")) == EVENING
    assert datetime.fromisoformat(text(entry, "published")) - EVENING < timedelta(seconds=1)
