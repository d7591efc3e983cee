import json
from datetime import timedelta

import pytest

from alerts.lead_model import shipped
from alerts.leads import score
from desk.leading import Foreseen, LeadStage, model_version
from desk.leads_shown import of_window
from desk.teaching import taught_model, teach
from storage import alerts, documents, leads, ledger
from storage.derive import advance
from storage.errors import ConfigError
from tests.alerts.invented import alert
from tests.alerts.stored import put_snapshot, put_source
from tests.alerts.test_leads import PAINT, QUIET
from tests.desk.shelf import NOW, TODAY, all_read, fill, run

START, END = TODAY - timedelta(hours=1), NOW + timedelta(hours=1)
NUMBERED = PAINT + "联系电话13812345678。"


@pytest.fixture
def stored(sqlite_config, sqlite_database):
    with sqlite_database.write() as conn:
        put_source(conn, "one")
        put_snapshot(conn, "http://a.test/1", "村口", NUMBERED, at=TODAY)
        put_snapshot(conn, "http://a.test/2", "花节", QUIET, at=TODAY)
    scan(sqlite_database)
    return sqlite_config


def scan(database):
    advance(LeadStage(snapshots_version="1"), database, now=lambda: NOW)
    all_read(database, NOW)


def found(database, start=START):
    with database.read() as conn:
        return of_window(conn, start, END)


def test_a_text_that_no_rule_holds_is_shown_as_possible_in_every_form_and_is_no_alert(stored, sqlite_database, capsys):
    assert [one.url for one in found(sqlite_database)] == ["http://a.test/1"]
    for form, words in (("text", "POSSIBLY 或有"), ("markdown", "## Possibly 或有"), ("html", "或有")):
        run("digest", stored, "--format", form)
        out = capsys.readouterr().out
        assert words in out
        assert "【" in out
        assert "13812345678" not in out
    run("digest", stored, "--format", "json")
    told = json.loads(capsys.readouterr().out)
    (lead,) = told["leads"]
    assert told["alerts"] == []
    assert NUMBERED[lead["start"] : lead["end"]] in lead["quote"].replace("【", "").replace("】", "")


def test_what_no_rule_has_read_yet_is_no_lead(stored, sqlite_database):
    with sqlite_database.write() as conn:
        put_snapshot(conn, "http://a.test/3", "门口", PAINT.replace("村", "乡"), at=TODAY)
    advance(LeadStage(snapshots_version="1"), sqlite_database, now=lambda: NOW)
    assert [one.url for one in found(sqlite_database)] == ["http://a.test/1"]
    all_read(sqlite_database, NOW)
    assert [one.url for one in found(sqlite_database)] == ["http://a.test/1", "http://a.test/3"]


def test_what_was_looked_for_in_a_document_is_what_its_snapshot_gives(sqlite_config, sqlite_database):
    with sqlite_database.write() as conn:
        put_source(conn, "one")
        for number, text in enumerate((NUMBERED, QUIET, PAINT)):
            put_snapshot(conn, f"http://a.test/{number}", "村口", text, at=TODAY)
    scan(sqlite_database)
    with sqlite_database.read() as conn:
        before = leads.of_window(conn, START, END, limit=9)
        made = documents.snapshots_after(conn, 0, 9)
        # The last one was not foreseen: it is looked at when its turn comes.
        read = [(each.id, documents.get(conn, each.id)) for each in made[:2]]
    foreseen = Foreseen()
    for number, document in read:
        foreseen.add(number, document)
    assert [foreseen.knows(each) for each in made] == [True, True, False]
    advance(LeadStage(snapshots_version="2", foreseen=foreseen), sqlite_database, now=lambda: NOW)
    with sqlite_database.read() as conn:
        assert leads.of_window(conn, START, END, limit=9) == before
    assert before


def test_an_alert_on_the_page_leaves_no_lead(stored, sqlite_database):
    with sqlite_database.write() as conn:
        one = found(sqlite_database)[0]
        page = leads.of_window(conn, START, END, limit=9)[0].row.page_id
        made = alert(1, id="a" * 32, url=one.url, page_id=page, snapshot_id=9, told_at=NOW, first_seen=NOW)
        alerts.put(conn, [made], version="1")
    assert found(sqlite_database) == ()


def test_a_page_is_a_lead_once_and_the_same_text_elsewhere_none_more(stored, sqlite_database):
    with sqlite_database.write() as conn:
        put_snapshot(conn, "http://a.test/1", "村口（更新）", NUMBERED + "今日多云。", at=NOW)
        put_snapshot(conn, "http://b.test/1", "转载", NUMBERED, at=NOW)
    scan(sqlite_database)
    assert len(found(sqlite_database)) == 1
    later = found(sqlite_database, start=NOW)
    assert [one.url for one in later] == ["http://b.test/1"]


def test_a_mark_on_a_lead_teaches_the_model_and_what_is_irrelevant_is_shown_no_more(stored, sqlite_database, capsys):
    (one,) = found(sqlite_database)

    with sqlite_database.read() as conn:
        quiet = next(each for each in documents.snapshots_after(conn, 0, 9) if each.url == "http://a.test/2")

    def scored(title="村口", text=NUMBERED):
        with sqlite_database.read() as conn:
            return score(taught_model(conn), title, text)

    before, was_quiet = scored(), scored("花节", QUIET)
    run("leads", stored, "mark", one.snapshot[:8], "relevant", "--by", "Lin", quiet=True)
    assert teach(sqlite_database)
    assert not teach(sqlite_database), "the same marks teach nothing more"
    assert scored() >= before
    # What the model missed can be marked too.
    run("leads", stored, "mark", quiet.short, "relevant", "--by", "Lin", at=NOW + timedelta(seconds=1), quiet=True)
    assert teach(sqlite_database)
    assert scored("花节", QUIET) > was_quiet
    run("leads", stored, "mark", quiet.short, "new", "--by", "Lin", at=NOW + timedelta(seconds=2), quiet=True)
    teach(sqlite_database)
    assert run("leads", stored, "list", "--json") == 0
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (row["snapshot"], row["status"], row["rule"]) == (one.snapshot, "relevant", one.concept.key)
    assert "13812345678" not in row["quote"]
    run("leads", stored, "mark", one.snapshot, "irrelevant", "--by", "Mara", at=NOW + timedelta(minutes=1), quiet=True)
    assert teach(sqlite_database)
    assert scored() < before
    assert found(sqlite_database) == ()
    assert run("leads", stored, "list", at=NOW + timedelta(minutes=2)) == 0
    nothing = "longarm: no lead captured 2026-11-16 to 2026-11-23; --since D looks further back\n"
    assert capsys.readouterr() == ("", nothing)
    run("leads", stored, "mark", one.snapshot, "new", "--by", "Mara", at=NOW + timedelta(minutes=3), quiet=True)
    assert teach(sqlite_database)
    assert scored() == before
    assert len(found(sqlite_database)) == 1
    with sqlite_database.read() as conn:
        lines = [act.body for act in ledger.acts(conn, events=["custody"])]
    done = [("Lin", one), ("Lin", quiet), ("Lin", quiet), ("Mara", one), ("Mara", one)]
    ids = {one.snapshot: one, quiet.short: quiet}
    assert [(line["who"], ids[line["lead"]]) for line in lines] == done


def test_a_page_that_alerted_is_marked_as_its_alert(sqlite_config, sqlite_database):
    first, *_ = fill(sqlite_database)
    with sqlite_database.read() as conn:
        snapshot = documents.snapshots_by_id(conn, [alerts.find(conn, first).snapshot_id])[0]
    said = f"its page alerted and is no lead; `longarm alerts mark {first[:12]} relevant` says what it is"
    with pytest.raises(ConfigError, match=said) as refused:
        run("leads", sqlite_config, "mark", snapshot.short, "relevant", "--by", "Lin")
    assert "\n" not in str(refused.value)
    assert run("leads", sqlite_config, "mark", snapshot.short, "new", "--by", "Lin", quiet=True) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("{lead}", "relevnt"), "leads: STATUS 'relevnt' is unknown; did you mean relevant"),
        (("0123456789", "relevant"), "no snapshot begins so"),
        (("http://a.test/1", "relevant"), "no snapshot id"),
    ],
)
def test_a_mark_that_cannot_be_given_is_one_line(stored, sqlite_database, words, said):
    (one,) = found(sqlite_database)
    with pytest.raises(ConfigError, match=said) as refused:
        run("leads", stored, "mark", *(word.format(lead=one.snapshot) for word in words), "--by", "Lin")
    assert "\n" not in str(refused.value)


def test_what_is_marked_teaches_the_model_once_and_the_stored_leads_stay(stored, sqlite_database):
    assert not teach(sqlite_database), "nobody marked anything"
    with sqlite_database.write() as conn:
        for number in range(1, 4):
            snapshot, document = put_snapshot(conn, f"http://c.test/{number}", "村口", PAINT, at=TODAY)
            made = alert(
                number,
                id=f"{number:x}" * 32,
                body=document.body,
                url=snapshot.url,
                page_id=snapshot.page_id,
                snapshot_id=snapshot.id,
                told_at=TODAY,
                first_seen=TODAY,
                cluster=None,
            )
            alerts.put(conn, [made], version="1")
    for number in range(1, 4):
        run("alerts", stored, "mark", f"{number}" * 8, "irrelevant", "--by", "Lin", quiet=True)
    assert teach(sqlite_database)
    assert not teach(sqlite_database), "the same marks teach nothing more"
    with sqlite_database.read() as conn:
        kept = leads.of_window(conn, START, END, limit=9)[0]
        before = score(shipped(), kept.document.title, kept.document.body)
        after = score(taught_model(conn), kept.document.title, kept.document.body)
        assert leads.taught(conn, version=model_version()) is not None
    assert after < before
    assert kept.row.score == pytest.approx(before, abs=0.01)
