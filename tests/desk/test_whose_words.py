"""Wherever an alert is told it is said whose words its text is: the page's own, or what its list carries of it; and who
names its publisher: the page itself, or whoever imported it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts import fold
from alerts.bilingual import glosses
from alerts.digest import build
from alerts.notice import notice_of
from alerts.recipients import recipients
from alerts.render import FORMS, render
from alerts.render_week import render_week
from alerts.whence import CARRIED as SAID
from desk.copies import Copies
from desk.feedfiles import write_feeds
from desk.leading import LeadStage
from desk.session import Desk
from storage import alerts, claims, search, weeks
from storage.capture_record import spell_time
from storage.claims import SnapshotClaims
from storage.derive import advance
from storage.origins import Origin
from storage.records import CARRIED
from tests.alerts.golden import WINDOW
from tests.alerts.invented import EMPTY, claim, facts
from tests.alerts.stored import put_snapshot
from tests.alerts.test_leads import PAINT
from tests.alerts.test_weekly import weekly
from tests.desk.shelf import NOW, TODAY, YESTERDAY, all_read, fill, run
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


def told(database, *, source, via, url=URL, number=9, at=TODAY, **page):
    with database.write() as conn:
        made = put_snapshot(conn, url, "九", BODY, at=at, source=source, via=via, **page)
        search.index(conn, [search.entry_of(*made, fold=fold.fold)])
        alerts.put(conn, [replace(shelf_alert(number, *made), source_id=source, cluster=None)], version="1")


def printed(capsys, name, config, *words, **more):
    """What a command prints: its objects where it is asked for JSON, else the text."""
    run(name, config, *words, **more)
    out = capsys.readouterr().out
    return [json.loads(line) for line in out.splitlines()] if {"--json", "json"} & {*words} else out


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


MONTHLY = (claim(1), claim(2, quantity=43, quantity_text="四十三名", period_end="2026-10-31"))
"""Two figures of one organ, from the snapshots 1 and 2."""


@pytest.mark.parametrize("form", FORMS)
def test_so_does_the_weekly_roll_up_of_a_story(form, shelf, capsys):
    out = printed(capsys, "digest", shelf, "--week", "2026-11-24", "--format", form, at=NOW + timedelta(days=2))
    if form == "json":
        assert said_of(out[0]["stories"]) == {URL: LIST}
    else:
        assert run_together(out).count(run_together(SAID)) == 1


@pytest.mark.parametrize("form", FORMS)
def test_so_does_the_weekly_roll_up_of_a_figure(form):
    week = weekly(claims=MONTHLY, origins={MONTHLY[1].snapshot_id: Origin(publisher="甲报", carried_by=LIST)})
    said = render_week(week, form)
    if form == "json":
        points = json.loads(said)["series"][0]["points"]
        assert [(one["quantity"], one.get("carried_by")) for one in points] == [(43, LIST), (17, None)]
    else:
        assert run_together(said).count(run_together("四十三名 (取自列表 from its list)")) == 1
        assert said.count("from its list") == 1


def test_the_figures_of_the_weeks_come_with_whose_words_they_are(shelf, sqlite_database):
    with sqlite_database.write() as conn:
        (carried,) = [one for one in alerts.listing(conn) if one.url == URL]
        (seen,) = [one for one in alerts.listing(conn) if one.url == "http://a.test/1"]
        said = [
            SnapshotClaims(snapshot_id=of.snapshot_id, claims=((of.id, MONTHLY[0].claim),)) for of in (carried, seen)
        ]
        claims.replace(conn, said, version="1")
        told = weeks.collect(conn, YESTERDAY - timedelta(days=1), NOW)
    assert {one.url: told.origins.get(one.snapshot_id) for one in told.claims} == {
        URL: Origin(carried_by=LIST), seen.url: None,
    }  # fmt: skip


@pytest.mark.parametrize("at", [YESTERDAY, NOW], ids=["as the copy", "as the original"])
def test_so_does_a_story_of_a_page_in_it(at, shelf, sqlite_database, capsys):
    told(sqlite_database, source="one", via=None, url="http://a.test/seen", number=8, at=at)
    Copies().catch_up(sqlite_database)
    for words in (("copies", URL), ("alerts", "show", "8" * 8)):
        (shown,) = printed(capsys, words[0], shelf, *words[1:], "--json")
        assert said_of(shown.get("story", shown)["members"]) == {URL: LIST}
        out = printed(capsys, words[0], shelf, *words[1:])
        (line,) = [line for line in out.splitlines() if "(取自列表 from its list)" in line]
        assert URL in line


@pytest.mark.parametrize("query", ["51名", "劝返"])
def test_so_does_a_search(query, shelf, capsys):
    assert said_of(printed(capsys, "search", shelf, query, "--json")) == {URL: LIST}
    out = printed(capsys, "search", shelf, query)
    (line,) = [line for line in out.splitlines() if SAID in line]
    assert out.index(line) < out.index(URL) < out.index(line) + 200


@pytest.fixture
def leading(sqlite_database):
    """Make a page whose text no rule holds, but a model finds alike."""

    def make(source, via):
        with sqlite_database.write() as conn:
            put_snapshot(conn, f"{URL}?lead", "村口", PAINT, at=TODAY, source=source, via=via)
        advance(LeadStage(snapshots_version="1"), sqlite_database, now=lambda: NOW)
        all_read(sqlite_database, NOW)

    return make


def test_so_do_leads(shelf, leading, capsys):
    leading("two", {"how": CARRIED, "file": LIST, "at": spell_time(TODAY)})
    (lead,) = printed(capsys, "leads", shelf, "list", "--json")
    assert lead["carried_by"] == LIST
    assert printed(capsys, "leads", shelf, "list").count(SAID) == 1
    assert printed(capsys, "digest", shelf, "--format", "json")[0]["leads"][0]["carried_by"] == LIST
    for form in ("text", "markdown", "html"):
        out = run_together(printed(capsys, "digest", shelf, "--format", form))
        # Of the alert and of the lead.
        assert out.count(run_together(SAID)) == 2


def test_so_do_stories_searches_and_the_week_of_a_publisher(brought, sqlite_database, capsys):
    shelf, named = brought
    (week,) = printed(capsys, "digest", shelf, "--week", "2026-11-24", "--format", "json", at=NOW + timedelta(days=2))
    told(sqlite_database, source="one", via=None, url="http://a.test/seen", number=8)
    Copies().catch_up(sqlite_database)
    (story,) = printed(capsys, "copies", shelf, URL, "--json")
    for rows in (week["stories"], story["members"], printed(capsys, "search", shelf, "51名", "--json")):
        assert said_of(rows, "publisher") == {URL: named or WHO}
        assert said_of(rows, "publisher_told") == ({} if named else {URL: True})


def test_so_do_leads_of_a_publisher(brought, leading, capsys):
    shelf, _ = brought
    leading(None, {"how": "import:html", "file": "b.html", "at": spell_time(TODAY), "publisher": WHO})
    (lead,) = printed(capsys, "leads", shelf, "list", "--json")
    assert (lead["publisher"], lead["publisher_told"], lead["source"]) == (WHO, True, None)
    assert f"{AS_TOLD}: 村口" in " ".join(printed(capsys, "digest", shelf).split())
