import json

import pytest

from alerts.rulebook import load_rules
from storage import alerts, documents
from tests.alerts.invented import alert
from tests.alerts.stored import put_snapshot, put_source
from tests.desk.shelf import NOW, TODAY, run

ANGLERS = (
    "清晨六点，渔政队员在江边劝返境外来客三名，收缴鱼竿两副。",
    "周末江边人多，队员收缴鱼竿五副，耐心劝返国外游人。",
    "连日来江面收缴鱼竿不断，外籍夜钓者被劝返。",
)
RIGHT = "县公安局专班劝返滞留境外涉诈人员37名。"


@pytest.fixture
def shelf(sqlite_config, sqlite_database):
    with sqlite_database.write() as conn:
        put_source(conn, "one")
        for number, text in enumerate((*ANGLERS, RIGHT), 1):
            snapshot, document = put_snapshot(conn, f"http://a.test/{number}", "江边", text, at=TODAY)
            start = text.index("劝返")
            made = alert(
                number,
                id=f"{number:x}" * 32,
                body=text,
                concept="persuade_return",
                variant="persuade_return.abroad",
                matched="劝返",
                start=start,
                end=start + 2,
                quote=text,
                title=document.title,
                url=snapshot.url,
                page_id=snapshot.page_id,
                snapshot_id=snapshot.id,
                snapshot=snapshot.short,
                first_seen=TODAY,
                told_at=TODAY,
                cluster=None,
            )
            alerts.put(conn, [made], version="1")
    return sqlite_config


def mark(config, number, status, *words):
    return run("alerts", config, "mark", f"{number}" * 8, status, *words, "--by", "Lin")


def stats(config, capsys, *words):
    capsys.readouterr()
    assert run("rules", config, "stats", "--json", *words) == 0
    return {row["variant"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}


def test_precision_comes_from_the_marks_with_its_interval_and_n(shelf, capsys):
    for number in (1, 2, 3):
        mark(shelf, number, "irrelevant", "--reason", "look-alike")
    mark(shelf, 4, "relevant")
    one = stats(shelf, capsys)["persuade_return.abroad"]
    assert (one["alerts"], one["n"], one["precision"], one["false_alarms_30d"]) == (4, 4, 0.25, 3)
    assert one["interval"][0] < 0.25 < one["interval"][1]
    run("rules", shelf, "stats")
    assert "0.25 (0.05-0.70, n=4, too few to tell)" in capsys.readouterr().out


def test_a_copy_or_an_old_page_is_no_fault_of_the_rule(shelf, capsys):
    mark(shelf, 1, "irrelevant", "--reason", "copy")
    mark(shelf, 2, "irrelevant", "--reason", "old")
    one = stats(shelf, capsys)["persuade_return.abroad"]
    assert (one["n"], one["irrelevant_otherwise"], one["precision"], one["proposal"]) == (0, 2, None, None)


def test_a_follow_up_is_undecided_and_counts_neither_for_nor_against_the_rule(shelf, capsys):
    mark(shelf, 1, "irrelevant", "--reason", "look-alike: 县公安局")
    mark(shelf, 4, "follow-up")
    one = stats(shelf, capsys)["persuade_return.abroad"]
    assert (one["relevant"], one["irrelevant"], one["follow_up"], one["n"], one["precision"]) == (0, 1, 1, 1, 0.0)
    assert one["proposal"] is None or "公安局" not in one["proposal"]["yaml"], "what is looked into is not held back"


def test_only_what_was_told_since_a_day_counts(shelf, capsys):
    mark(shelf, 1, "irrelevant")
    assert stats(shelf, capsys, "--since", "2026-11-24") == {}


def test_the_proposal_names_what_stands_around_false_alarms_and_around_no_right_one(shelf, capsys, tmp_path):
    mark(shelf, 4, "relevant")
    mark(shelf, 1, "irrelevant", "--reason", "look-alike")
    mark(shelf, 2, "irrelevant", "--reason", "look-alike")
    capsys.readouterr()
    mark(shelf, 3, "irrelevant", "--reason", "look-alike")
    said = capsys.readouterr().out.splitlines()[-1]
    assert (
        "holds back 3 of 3 false alarms and none of 1 right or open ones with exclude: {add: [{id: marked, near: 40"
        in said
    )
    assert "收缴鱼竿" in said
    proposal = stats(shelf, capsys)["persuade_return.abroad"]["proposal"]
    (tmp_path / "own.yaml").write_text(proposal["yaml"], encoding="utf-8")
    rules = {rule.id: rule for rule in load_rules(None, [tmp_path / "own.yaml"]).rules}
    shipped = {rule.id: rule for rule in load_rules().rules}
    more = rules["persuade_return.abroad"].excludes
    assert len(more) == len(shipped["persuade_return.abroad"].excludes) + 1
    assert "marked" in {exclusion.id for exclusion in more}
    assert list(shelf.data_dir.glob("rules/*")) == [], "a proposal is never written by itself"


def test_a_look_alike_that_a_person_names_is_proposed_at_once(shelf, capsys):
    mark(shelf, 4, "relevant")
    mark(shelf, 1, "irrelevant", "--reason", "look-alike: 渔政")
    assert "any: [渔政]" in capsys.readouterr().out


def test_words_around_a_relevant_hit_are_never_proposed(shelf, capsys):
    mark(shelf, 4, "relevant")
    mark(shelf, 1, "irrelevant", "--reason", "look-alike: 县公安局")
    capsys.readouterr()
    proposal = stats(shelf, capsys)["persuade_return.abroad"]["proposal"]
    assert proposal is None or "公安局" not in proposal["yaml"]


def test_the_text_away_the_stats_stand_without_a_proposal(shelf, capsys, sqlite_database):
    mark(shelf, 1, "irrelevant")
    with sqlite_database.write() as conn:
        documents.forget_snapshots(conn)
    assert stats(shelf, capsys)["persuade_return.abroad"]["irrelevant"] == 1
    assert NOW > TODAY
