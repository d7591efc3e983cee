"""Wherever an alert is told it is said whose words its text is: the page's own, or what its list carries of it; and who
names its publisher: the page itself, or whoever imported it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest

from alerts.bilingual import glosses
from alerts.digest import build
from alerts.notice import notice_of
from alerts.phrases import CARRIED as SAID
from alerts.recipients import recipients
from alerts.render import FORMS, render
from desk.feedfiles import write_feeds
from desk.session import Desk
from storage import alerts
from storage.capture_record import spell_time
from storage.records import CARRIED
from tests.alerts.golden import WINDOW
from tests.alerts.invented import EMPTY, facts
from tests.alerts.stored import put_snapshot
from tests.desk.shelf import NOW, TODAY, fill, run
from tests.desk.shelf import _alert as shelf_alert

LIST = "http://bridge.test/jia.xml"
URL = "http://i.test/9"
BODY = "青田县公安局专班劝返滞留境外人员51名，逾期不归的依法从严处理。"


@pytest.fixture
def shelf(sqlite_config, sqlite_database):
    """Four pages that were seen, and a ninth whose list alone was."""
    fill(sqlite_database)
    told(sqlite_database, source="two", via={"how": CARRIED, "file": LIST, "at": spell_time(TODAY)})
    return sqlite_config


def told(database, *, source, via, **page):
    with database.write() as conn:
        made = put_snapshot(conn, URL, "九", BODY, at=TODAY, source=source, via=via, **page)
        alerts.put(conn, [replace(shelf_alert(9, *made), source_id=source, cluster=None)], version="1")


def run_together(text):
    """Without the blanks and line ends of a form."""
    return "".join(text.split())


def said_of(rows, name="carried_by"):
    """What is said of whom, where anything is."""
    return {row["url"]: row[name] for row in rows if row.get(name)}


def test_the_list_and_one_alert_say_so(shelf, capsys):
    run("alerts", shelf, "list", "--json")
    assert said_of(map(json.loads, capsys.readouterr().out.splitlines())) == {URL: LIST}
    run("alerts", shelf, "list")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "from its list" in line]
    assert "  two (from its list)  九  http://i.test/9" in line
    run("alerts", shelf, "show", "9" * 8)
    assert f"text:       {SAID}: {LIST}" in capsys.readouterr().out
    run("alerts", shelf, "show", "1" * 8)
    assert "from its list" not in capsys.readouterr().out
    run("alerts", shelf, "show", "9" * 8, "--json")
    assert json.loads(capsys.readouterr().out)["carried_by"] == LIST


@pytest.mark.parametrize("what", [(), ("--snapshots",)])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_so_does_what_is_taken_out(form, what, shelf, tmp_path):
    out = tmp_path / "out"
    run("export", shelf, form, *what, "--output", str(out))
    text = out.read_text(encoding="utf-8-sig")
    assert said_of(csv.DictReader(text.splitlines()) if form == "csv" else map(json.loads, text.splitlines())) == {
        URL: LIST
    }


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_so_does_the_digest_once_in_each_form_for_people(form, shelf, capsys):
    run("digest", shelf, "--format", form)
    assert run_together(capsys.readouterr().out).count(run_together(SAID)) == 1


def test_so_does_the_digest_for_programs(shelf, capsys):
    run("digest", shelf, "--format", "json")
    assert said_of(json.loads(capsys.readouterr().out)["alerts"]) == {URL: LIST}


@pytest.mark.parametrize("form", FORMS)
def test_a_copy_that_nobody_saw_is_named_as_such_and_so_is_what_repeats_an_earlier_text(form):
    copies = (facts(1, cluster="c"), facts(2, cluster="c", carried_by=LIST))
    letters = [
        build(replace(EMPTY, alerts=copies), WINDOW, gloss=glosses),
        build(replace(EMPTY, alerts=copies[1:], earlier={"c": copies[0]}), WINDOW, gloss=glosses),
        build(replace(EMPTY, alerts=copies[:1], earlier={"c": copies[1]}), WINDOW, gloss=glosses),
    ]
    said = [render(letter, form) for letter in letters]
    if form == "json":
        copied, repeating, _ = map(json.loads, said)
        assert [one["copies_carried"] for one in copied["alerts"]] == [
            ["http://www.jiangao.example.gov.cn/2026/2.html"]
        ]
        assert [one["carried_by"] for one in repeating["repeats"]] == [LIST]
    else:
        assert ["取自列表 from its list" in " ".join(one.replace("\\", "").split()) for one in said[:2]] == [True, True]


def test_an_alert_of_an_earlier_snapshot_keeps_what_was_true_of_that():
    carried, seen = facts(1, carried_by=LIST), facts(1, concept="exit_control", id="e" * 32, snapshot_id=99)
    digest = build(replace(EMPTY, alerts=(carried, seen)), WINDOW, gloss=glosses)
    found = json.loads(render(digest, "json"))["alerts"]
    assert {one["rule"]: one.get("carried_by") for one in found} == {"family_pressure": LIST, "exit_control": None}
    assert "from its list" not in render(digest, "text")


def test_so_does_a_message_at_once(config):
    digest = build(replace(EMPTY, alerts=(facts(1, carried_by=LIST), facts(2))), WINDOW, gloss=glosses)
    settings = config.model_copy(update={"digest": config.digest.model_copy(update={"send": ("file:///x",)})})
    (to,) = recipients(settings)
    letter = notice_of(digest, to)
    assert [run_together(text).count(run_together(SAID)) for text in (letter.text, letter.html)] == [1, 1]
    assert [one["carried_by"] for one in letter.data["alerts"] if "carried_by" in one] == [LIST]
    private = notice_of(digest, replace(to, counts_only=True))
    assert LIST not in str(private)
    assert SAID not in str(private)


@pytest.mark.parametrize("detail", ["full", "counts"])
def test_so_do_the_feeds_unless_they_hold_counts_alone(detail, shelf):
    desk = Desk(data=str(shelf.data_dir), config=None, quiet=True, verbose=False, clock=lambda: NOW)
    desk.__dict__["config"] = shelf.model_copy(update={"digest": shelf.digest.model_copy(update={"detail": detail})})
    write_feeds(desk)
    desk.close()
    kept = json.loads((shelf.data_dir / "feeds" / "all.json").read_text("utf-8"))
    lists = [one["_longarm"].get("carried_by") for one in kept["items"]]
    atom = (shelf.data_dir / "feeds" / "all.atom").read_text("utf-8")
    assert (sorted(filter(None, lists)), atom.count(SAID)) == (([LIST], 1) if detail == "full" else ([], 0))
    assert len(lists) == 5


WHO = "青田县公安局"
AS_TOLD = "青田县公安局 Qingtian Public Security Bureau (as was told 据导入者)"


@pytest.fixture(params=[None, "甲报"], ids=["the page names nobody", "the page names another"])
def brought(request, sqlite_config, sqlite_database):
    """Four pages of sources, and a ninth that was imported with the word that a police office published it."""
    fill(sqlite_database)
    via = {"how": "import:html", "file": "a.html", "at": spell_time(TODAY), "publisher": WHO}
    told(sqlite_database, source=None, via=via, publisher=request.param)
    return sqlite_config, request.param


def test_the_alerts_tell_the_importers_word_from_the_pages(brought, capsys):
    shelf, named = brought
    for words in (("list", "--json"), ("show", "9" * 8, "--json")):
        run("alerts", shelf, *words)
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert said_of(rows, "publisher") == {URL: named or WHO}
        assert said_of(rows, "publisher_told") == ({} if named else {URL: True})
    run("alerts", shelf, "list")
    assert f"  {named or WHO + ' (as was told 据导入者)'}  九" in capsys.readouterr().out
    run("alerts", shelf, "show", "9" * 8)
    lines = capsys.readouterr().out.splitlines()
    assert f"publisher:  {named or WHO + ' (as was told 据导入者)'}" in lines


@pytest.mark.parametrize("what", [(), ("--snapshots",)])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_so_do_the_exports(form, what, brought, tmp_path):
    shelf, named = brought
    out = tmp_path / "out"
    run("export", shelf, form, *what, "--output", str(out))
    text = out.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()) if form == "csv" else map(json.loads, text.splitlines()))
    assert said_of(rows, "publisher") == {URL: named or WHO}
    assert {url: str(told) for url, told in said_of(rows, "publisher_told").items()} == ({} if named else {URL: "True"})


@pytest.mark.parametrize("form", FORMS)
def test_so_does_the_digest(form, brought, capsys):
    shelf, named = brought
    run("digest", shelf, "--format", form)
    out = capsys.readouterr().out
    if form == "json":
        rows = json.loads(out)["alerts"]
        assert (said_of(rows, "publisher"), bool(said_of(rows, "publisher_told"))) == ({URL: named or WHO}, not named)
    else:
        assert run_together("来源 甲报" if named else AS_TOLD) in run_together(out)
        assert ("据导入者" in run_together(out)) is (named is None)
