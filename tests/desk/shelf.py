"""A data folder with invented pages, alerts and sources in it, and the commands run in this process."""

from __future__ import annotations

import argparse
import importlib
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from alerts import fold
from desk.session import Desk
from storage import alerts, derive, search, tables
from tests.alerts.invented import alert
from tests.alerts.stored import put_capture, put_snapshot, put_source

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TODAY = NOW - timedelta(hours=1)
YESTERDAY = NOW - timedelta(days=1)

NOTICE = "县公安局通告。专班劝返滞留境外人员37名，家住石澜镇的林某某电话13812345678。请速投案。"
OTHER = "=SUM(1) 与劝返无关的表格。"


def fill(database):
    """Two alerting pages that are copies, one variant, one with a hostile title; gives the alerts' ids."""
    with database.write() as conn:
        put_source(conn, "one")
        put_source(conn, "two", agency="local_media", province="福建")
        texts = [
            put_snapshot(
                conn, "http://a.test/1", "敦促投案通告（第四批）", NOTICE, at=YESTERDAY, published="2026-11-20"
            ),
            put_snapshot(conn, "http://b.test/2", "转载：敦促投案通告", NOTICE, at=TODAY, source="two"),
            put_snapshot(conn, "http://b.test/3", "三", NOTICE.replace("37名", "39名"), at=TODAY, source="two"),
            put_snapshot(conn, "http://a.test/4", "=cmd|' /C calc'!A0 \x1b[31m\u202e", OTHER, at=TODAY),
        ]
        put_capture(conn, "http://one.test/", at=TODAY, source="one", role="feed")
        search.index(conn, [search.entry_of(*each, fold=fold.fold) for each in texts])
        made = [_alert(number, *text) for number, text in enumerate(texts, 1)]
        alerts.put(conn, made, version="1")
    all_read(database, TODAY)
    return [one.id for one in made]


def all_read(database, at):
    """As after a whole run: whatever is kept is read and matched."""
    with database.write() as conn:
        last = conn.execute(sa.select(sa.func.max(tables.capture.c.id))).scalar_one() or 0
        stages = ("snapshot", "match/all")
        derive.set_cursors(conn, stages, versions=("1", "1"), cursor=last, baseline=0, now=lambda: at)


def _alert(number, snapshot, document):
    start = document.body.index("劝返")
    return alert(
        number,
        id=f"{number:x}" * 32,
        body=document.body,
        concept="persuade_return",
        variant="persuade_return.count",
        severity="high",
        matched="劝返",
        start=start,
        end=start + 2,
        quote=document.body[:40],
        title=document.title,
        url=snapshot.url,
        page_id=snapshot.page_id,
        snapshot_id=snapshot.id,
        snapshot=snapshot.short,
        first_seen=snapshot.captured_at,
        told_at=snapshot.captured_at,
        published=document.published,
        cluster="c" if number < 4 else None,
        source_id="one" if number in (1, 4) else "two",
    )


def run(name, config, *words, at=NOW, quiet=False):
    """Run `longarm NAME WORDS` as the shell would, in this process; gives the exit code. Errors of ours pass."""
    module = importlib.import_module(f"desk.commands.{name}")
    parser = argparse.ArgumentParser()
    module.configure(parser)
    options = parser.parse_args(words)
    desk = Desk(data=str(config.data_dir), config=None, quiet=quiet, verbose=False, clock=lambda: at)
    desk.__dict__["config"] = config
    try:
        return module.run(options, desk)
    finally:
        desk.close()
