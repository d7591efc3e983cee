"""No way out of the archive tells a private person's name or number: every list, letter, feed and export is read."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest

from alerts import fold
from alerts.compose import compose, found_in
from alerts.leads import Lead
from alerts.possible import possible
from desk import feedfiles, trying, weeks
from desk.copies import Copies
from desk.session import Desk
from storage import alerts, search
from storage.findings import Hit, Severity, Stance
from storage.origins import UNSAID
from tests.alerts.stored import put_snapshot, put_source
from tests.desk.shelf import NOW, TODAY, run

TITLE = "林志远从缅甸劝返归案"
BODY = (
    "犯罪嫌疑人林志远，男，1990年生，户籍地青田县。其女林小红，8岁。滞留期间，民警多次上门。"
    "通报指出，县公安局专班将林志远从缅甸劝返回国，林小红已恢复就读。"
    "联系电话138\u200b00138000，身份证352502\u200b199001010123。请群众监督。"
    "其他人员另行通告。县公安局将继续开展劝返工作。"
)
OTHER = {"林志远": "王建国", "林小红": "王小梅", "已恢复就读": "已被劝退并由王建国领回"}
PRIVATE = ("林志远", "志远", "林小红", "小红", "王建国", "王小梅", "13800138000", "352502199001010123")


def other(text: str) -> str:
    for old, new in OTHER.items():
        text = text.replace(old, new)
    return text


@pytest.fixture
def told(config, database, capsys, tmp_path):
    """What every way out says of two versions of one story, by its name."""
    with database.write() as conn:
        put_source(conn, "one")
        put_source(conn, "two", agency="local_media", province="福建")
        texts = [
            put_snapshot(conn, "http://a.test/1", TITLE, BODY, at=TODAY),
            put_snapshot(conn, "http://b.test/2", other(TITLE), other(BODY), at=TODAY, source="two"),
        ]
        search.index(conn, [search.entry_of(*each, fold=fold.fold) for each in texts])
        made = [one for snapshot, document in texts for one in composed(snapshot, document)]
        alerts.put(conn, made, version="1")
    Copies().catch_up(database)
    out = {}

    def of(label, command, *words):
        capsys.readouterr()
        run(command, config, *words)
        out[label] = capsys.readouterr().out

    for json in ((), ("--json",)):
        of(f"list{json}", "alerts", "list", *json)
        of(f"show{json}", "alerts", "show", made[0].id, *json)
        of(f"search{json}", "search", "劝返", *json)
        of(f"copies{json}", "copies", "http://a.test/1", *json)
    for form in ("text", "markdown", "html", "json"):
        of(f"digest {form}", "digest", "--format", form)
    for form in ("csv", "jsonl"):
        for what in ((), ("--snapshots",)):
            file = tmp_path / f"out{len(what)}.{form}"
            run("export", config, form, *what, "--output", str(file))
            out[f"export {form} {what}"] = file.read_text("utf-8")
    desk = Desk(data=str(config.data_dir), config=None, quiet=True, verbose=False, clock=lambda: NOW)
    desk.__dict__["config"] = config
    with closing(desk):
        weeks.keep_week(weeks.week_of(desk, date(2026, 11, 30)), tmp_path / "weeks")
        feedfiles.write_feeds(desk)
    for file in (*(tmp_path / "weeks").rglob("*.*"), *(config.data_dir / "feeds").rglob("all.*")):
        out[file.name] = file.read_text("utf-8")
    snapshot, document = texts[0]
    found = Lead(concept="persuade_return", score=1.0, field="title", start=0, end=3)
    lead = possible(found, snapshot, document, None, UNSAID)
    out["lead"] = lead.title + lead.quote.marked
    text = next(trying.stored_texts(database))[1]
    sample = trying._sample(snapshot, text, hit(document))
    out["rules try"] = sample.title + sample.quote
    return out


def hit(document):
    start = document.body.index("劝返")
    return Hit(
        concept="persuade_return", variant="persuade_return.abroad", severity=Severity.HIGH, stance=Stance.ASSERTED,
        field="body", start=start, end=start + 2, matched="劝返", quote=document.body[document.body.index("通报") :],
    )  # fmt: skip


def composed(snapshot, document):
    found = found_in([hit(document)], document, before=None, added={})
    return compose(
        found, snapshot=snapshot, url_key=snapshot.url, document=document, source=None, retroactive=False, told_at=TODAY
    )


def test_no_way_out_tells_a_private_person(told):
    for label, text in told.items():
        seen = text.replace("\u200b", "").replace("\\u200b", "")
        assert [one for one in PRIVATE if one in seen] == [], label
    # A way out that says nothing of the texts would pass too; these two name pages and figures only.
    silent = {label for label, text in told.items() if "*" not in text and "week" not in label}
    assert silent <= {"copies()"}
