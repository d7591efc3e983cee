"""Stories in the database: joined in bounded time, whichever text came first, made again when the code changes."""

import itertools
import time
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alerts.syndication import Text, sketch
from desk import copies as module
from desk.copies import Copies
from storage import alerts, copies, stories
from storage.derived_tables import cluster_member, story_key
from storage.findings import Document, DocumentKind
from tests.alerts.invented import alert
from tests.alerts.stored import NOON, put_snapshot, put_source

NOTICE = (
    "为敦促滞留境外涉诈人员投案自首，现通告如下。\n自本通告发布之日起三十日内主动回国投案的，可以依法从轻处罚。\n"
    "截至目前，全县已劝返滞留境外人员17人，其中主动投案9人。\n请其亲属积极规劝，家住松坪镇的人员可到镇派出所登记。\n"
    "逾期不归的，将依法从严处理，并在村务公开栏张榜公布，取消其享受的各项补贴。"
)
OTHER = (
    "初冬的松坪，工作人员又一次走进李家大院，坐在老人对面，从孩子的学费谈到今年的收成。\n一个多小时后，老人拨通了儿子的电话，"
    "那头沉默许久，终于说了一句：我明天就买票。\n据介绍，今年以来全镇共上门走访213户，发放宣传册四千余份，组织座谈31场次。"
)
TEXTS = {
    "a": ("敦促滞留境外人员投案自首", NOTICE),
    "b": ("转载通告", NOTICE + "\n来源：江岙发布"),
    "c": ("敦促投案", NOTICE.replace("17人", "19人")),
    "d": ("通告摘要", NOTICE.rpartition("\n")[0]),
    "e": ("坐在老人对面", OTHER),
    "f": ("纪实", OTHER + "\n编辑：小林"),
    "g": (
        "敦促滞留境外人员投案自首（第二批）",
        NOTICE.replace("17人", "21人").replace("9人", "12人").replace("松坪镇", "石澜镇").replace("三十日", "六十日"),
    ),
}
STORIES = ("abcd", "ef", "g")


def joined(database, names, search=None):
    """Put these texts in and join each; the story of each by its name."""
    search = search or Copies()
    found = {}
    with database.write() as conn:
        put_source(conn, "one")
        for at, name in enumerate(names):
            title, body = TEXTS[name]
            snapshot, document = put_snapshot(conn, f"http://{name}.test/", title, body, at=NOON + timedelta(hours=at))
            search.join(conn, snapshot, document)
            found[name] = snapshot.id
    with database.read() as conn:
        return {name: stories.cluster_of(conn, number) for name, number in found.items()}


def parted(found):
    """The names by story."""
    groups = {}
    for name, cluster in sorted(found.items()):
        groups[cluster] = groups.get(cluster, "") + name
    return tuple(sorted(groups.values()))


def test_copies_variants_and_cuts_are_one_story_and_the_next_batch_another(database):
    assert parted(joined(database, "abcdefg")) == STORIES


@pytest.mark.parametrize("order", list(itertools.permutations("abcdefg"))[::720])
def test_the_order_of_arrival_makes_no_difference(sqlite_database, order):
    assert parted(joined(sqlite_database, order)) == STORIES


def test_a_text_that_belongs_to_two_stories_makes_them_one_and_the_alerts_follow(database, monkeypatch):
    # Of two cuts of one text neither stands in the other: only the whole, which comes last, joins them.
    lines = [
        f"第{n}段，{c}县工作人员走访了{c}镇{n}户人家，记录了{c}村的各项情况并逐一核对。"
        for n, c in enumerate("甲乙丙丁戊己庚辛", 11)
    ]
    monkeypatch.setitem(TEXTS, "x", ("上", "\n".join(lines[:5])))
    monkeypatch.setitem(TEXTS, "y", ("下", "\n".join(lines[3:])))
    monkeypatch.setitem(TEXTS, "z", ("全", "\n".join(lines)))
    assert parted(joined(database, "xy")) == ("x", "y")
    with database.write() as conn:
        number = stories_of(conn)[1]
        name = stories.cluster_of(conn, number)
        alerts.put(conn, [alert(1, snapshot_id=number, cluster=name)], version="1")
    found = joined(database, "z")
    with database.read() as conn:
        assert {stories.cluster_of(conn, each) for each in stories_of(conn)} == set(found.values())
        assert [each.cluster for each in alerts.listing(conn)] == list(found.values())


def stories_of(conn):
    return list(conn.execute(sa.select(cluster_member.c.snapshot_id).order_by(cluster_member.c.snapshot_id)).scalars())


def test_a_snapshot_read_otherwise_leaves_its_story_and_its_twin_is_still_found(database):
    search = Copies()
    with database.write() as conn:
        put_source(conn, "one")
        made = [put_snapshot(conn, f"http://{at}.test/", "通告全文", NOTICE) for at in range(2)]
        for snapshot, document in made:
            search.join(conn, snapshot, document)
        keys = sa.select(sa.func.count()).select_from(story_key)
        once = conn.execute(keys).scalar_one()
        reread = Document(kind=DocumentKind.ARTICLE, title="另文", body=OTHER, published_precision="none")
        assert search.join(conn, made[0][0], reread) == made[0][0].short
        assert conn.execute(keys).scalar_one() > once
        later = put_snapshot(conn, "http://2.test/", "转载", NOTICE + "\n编辑：小林")
        assert search.join(conn, *later) == stories.cluster_of(conn, made[1][0].id) == made[1][0].short


def test_another_version_of_the_code_makes_every_story_again(database, monkeypatch):
    names = joined(database, "abcdefg")
    with database.write() as conn:
        for at, number in enumerate(stories_of(conn)):
            alerts.put(conn, [alert(at, id=f"{at:032x}", snapshot_id=number, cluster="stale")], version="1")
    monkeypatch.setattr(module, "VERSION", module.VERSION + 1)
    Copies().catch_up(database)
    with database.read() as conn:
        assert sorted(each.cluster for each in alerts.listing(conn)) == sorted(names.values())
        assert set(conn.execute(sa.select(cluster_member.c.version)).scalars()) == {module.VERSION}


@pytest.mark.parametrize("numbered", [False, True], ids=["identical", "each with its own number"])
def test_many_alike_short_pages_cost_the_same_each(sqlite_database, monkeypatch, numbered):
    """What must hold is that the last cost no more than the first."""
    bodies = [NOTICE.replace("17人", f"{17 + at if numbered else 17}人") for at in range(500)]
    search = Copies()
    monkeypatch.setattr(copies, "CROWD", 50)
    spent = []
    with sqlite_database.write() as conn:
        put_source(conn, "one")
        made = [put_snapshot(conn, "http://1.test/", "敦促滞留境外人员投案自首", bodies[0])]
        snapshot, document = made[0]
        for at, body in enumerate(bodies, 1):
            began = time.process_time()
            search.join(
                conn, replace(snapshot, id=snapshot.id + at, record_sha256=f"{at:064x}"), replace(document, body=body)
            )
            spent.append(time.process_time() - began)
        assert len(stories_of(conn)) == len(bodies)
        rows = conn.execute(sa.select(sa.func.count()).select_from(story_key)).scalar_one()
    early, late = sum(spent[100:250]), sum(spent[-150:])
    assert late < 3 * early + 0.2
    if not numbered:
        assert rows == len(sketch(Text(title="敦促滞留境外人员投案自首", body=bodies[0])).keys)
