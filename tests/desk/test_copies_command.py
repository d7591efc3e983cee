"""`longarm copies`, and the story in `alerts show` and `history`: the original, who cut what, who outlives it."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from desk.copies import Copies
from desk.digesting import digest_of
from desk.session import Desk
from storage import alerts, ledger
from storage.derived_tables import standing
from storage.errors import ConfigError
from storage.urls import url_key
from tests.alerts.invented import alert
from tests.alerts.stored import put_snapshot, put_source
from tests.desk.shelf import NOW, TODAY, YESTERDAY, run
from tests.desk.test_copies import NOTICE, OTHER

BODIES = (
    NOTICE + "\n江岙县公安局",
    NOTICE.rpartition("\n")[0] + "\n编辑：小林，审核：老周。",
    NOTICE.replace("17人", "19人"),
)


@pytest.fixture
def told(config, database):
    """A notice on three sites, the second cut, the third with another number; the first is gone."""
    with database.write() as conn:
        put_source(conn, "one")
        put_source(conn, "two", agency="local_media")
        for number, body in enumerate(BODIES, 1):
            at = YESTERDAY if number == 1 else TODAY
            snapshot, document = put_snapshot(
                conn, f"http://{number}.test/", "敦促滞留境外人员投案自首", body, at=at,
                published=f"2026-11-2{number}", source="one" if number == 1 else "two",
            )  # fmt: skip
            cluster = Copies().join(conn, snapshot, document)
            made = alert(
                number, id=f"{number:x}" * 32, body=body, matched="劝返", concept="persuade_return", url=snapshot.url,
                page_id=snapshot.page_id, snapshot_id=snapshot.id, snapshot=snapshot.short, cluster=cluster,
                told_at=at, first_seen=at, published=document.published, title=document.title,
            )  # fmt: skip
            alerts.put(conn, [made], version="1")
            if number == 1:
                row = {"page_id": snapshot.page_id, "state": "gone", "since": TODAY, "signs": 2, "troubles": 0}
                conn.execute(sa.insert(standing), row | {"alive": True, "confirmed": 0})
                subject = f"{url_key(snapshot.url)} {snapshot.short}"
        put_snapshot(conn, "http://4.test/", "坐在老人对面", OTHER, at=TODAY)
        put_snapshot(conn, "http://5.test/", "转载", BODIES[0], at=TODAY)
        ledger.append_act(conn, event="gone", subject=subject, body={"reason": "404"}, at=TODAY)
    return config


def test_show_tells_the_original_the_copies_and_what_differs(told, capsys):
    run("alerts", told, "show", "1" * 32)
    out = capsys.readouterr().out
    assert "story:      3 pages; original http://1.test/: the earliest date of its own, 2026-11-21" in out
    assert "  copy      http://2.test/  two公安局, 2026-11-22\n" in out
    assert "    cut: 逾期不归的，将依法从严处理，并在村务公开栏张榜公布，取消其享受的各项补贴。\n" in out
    assert "    added: 编辑：小林，审核：老周。\n" in out
    assert "  variant   http://3.test/" in out
    assert "    differs: 17人 -> 19人\n" in out
    assert "outlived: the original is gone since 2026-11-23; 1 page still shows its text: http://2.test/" in out


def test_copies_as_json_are_one_object_a_story(told, capsys):
    run("copies", told, "http://2.test/", "--json")
    (line,) = capsys.readouterr().out.splitlines()
    story = json.loads(line)
    assert story["original"]["url"] == "http://1.test/"
    assert [(one["kin"], one["url"][7]) for one in story["members"]] == [
        ("original", "1"),
        ("copy", "2"),
        ("variant", "3"),
    ]
    assert story["members"][2]["differences"] == [["17人", "19人"]]
    assert story["outlived"]["alive"] == ["http://2.test/"]
    run("alerts", told, "show", "2" * 32, "--json")
    assert json.loads(capsys.readouterr().out)["story"] == story


def test_a_text_that_did_not_alert_is_looked_for_among_those_that_did(told, capsys):
    run("copies", told, "http://5.test/")
    assert "original http://1.test/" in capsys.readouterr().out
    run("copies", told, "http://4.test/")
    assert capsys.readouterr().out == "no copies among the texts that alerted\n"
    with pytest.raises(ConfigError, match="not a known page"):
        run("copies", told, "http://9.test/")


def test_history_tells_what_a_page_is_in_its_story(told, capsys):
    run("history", told, "http://1.test/")
    out = capsys.readouterr().out
    assert "probably the original of 3 pages with this text: the earliest date" in out
    assert "outlived: the original is gone" in out
    run("history", told, "http://2.test/")
    assert "one of 3 pages with this text, the original probably http://1.test/" in capsys.readouterr().out
    run("history", told, "http://1.test/", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[0])["copies_alive"] == ["http://2.test/"]


def test_the_digest_says_which_copies_outlive_a_page_that_is_gone(told):
    desk = Desk(data=str(told.data_dir), config=None, quiet=True, verbose=False, clock=lambda: NOW + timedelta(hours=1))
    desk.__dict__["config"] = told
    (change,) = [one for one in digest_of(desk, None).changes if one.event.key == "gone"]
    desk.close()
    assert [copy.url for copy in change.copies] == ["http://2.test/"]
    assert change.is_original
