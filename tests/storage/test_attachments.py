"""Files of articles in the database, of either kind: who owns them, that they are due, that one leads no further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import attachments, histories, pages
from storage.derived_tables import alert
from storage.findings import Link
from storage.records import Role
from storage.tables import page_state
from storage.urls import url_key
from tests.storage.looks import NOON, look, open_archive, url

if TYPE_CHECKING:
    from storage.config import Config
    from storage.database import Database
    from storage.records import Capture, Clock

FILE, OTHER = "http://files.example.gov.cn/1.pdf", "http://files.example.gov.cn/2.doc"


def captured(config: Config, database: Database, clock: Clock, *numbers: int) -> list[Capture]:
    return open_archive(config, database, clock).record([look(number) for number in numbers])


def keep(database: Database, clock: Clock, of: Capture, *urls: str) -> None:
    with database.write() as conn:
        attachments.put(conn, {of.id: [Link(url=each, text="附件") for each in urls]}, at=clock())


def test_a_file_nobody_has_looked_at_is_due_and_belongs_to_the_articles_source(
    config: Config, database: Database, clock: Clock
) -> None:
    (article,) = captured(config, database, clock, 1)
    keep(database, clock, article, FILE, OTHER)
    keep(database, clock, article, FILE)
    with database.read() as conn:
        due = pages.due(conn, clock(), limit=10, run_id="another")
        found = pages.by_url(conn, FILE)
        assert [(each.url, each.never_captured) for each in due] == [(FILE, True), (OTHER, True)]
        assert found is not None
        assert (found.role, found.source_id) == (Role.PAGE, article.source_id)
        assert attachments.known(conn, [url_key(FILE), "com,nobody)/"]) == {url_key(FILE)}


def test_a_file_of_two_articles_names_both_and_one_looked_at_already_keeps_its_schedule(
    config: Config, database: Database, clock: Clock
) -> None:
    first, second, third = captured(config, database, clock, 1, 2, 3)
    keep(database, clock, first, url(3))
    keep(database, clock, second, url(3), url(2))
    with database.read() as conn:
        owners = attachments.owners(conn, [third.page_id, first.page_id])
        due_at = conn.execute(
            sa.select(page_state.c.next_due_at).where(page_state.c.page_id == third.page_id)
        ).scalar_one()
    assert [owner.url for owner in owners[third.page_id]] == [url(1), url(2)]
    assert first.page_id not in owners
    assert due_at > NOON


def test_what_only_an_article_led_to_leads_no_further(config: Config, database: Database, clock: Clock) -> None:
    article, disguised = captured(config, database, clock, 1, 2)
    # Both read at once, as after a killed run.
    links = {article.id: [Link(url=url(2), text="附件")], disguised.id: [Link(url=FILE, text="附件")]}
    with database.write() as conn:
        attachments.put(conn, links, at=clock())
        attachments.put(conn, links, at=clock())
        assert attachments.of_articles_only(conn, [url_key(url(1)), url_key(url(2))]) == {url_key(url(2))}
        assert pages.by_url(conn, FILE) is None


def test_files_of_an_articles_further_part_are_the_articles(config: Config, database: Database, clock: Clock) -> None:
    archive = open_archive(config, database, clock)
    (first,) = archive.record([look(1)])
    (part,) = archive.record([look(2, role=Role.PART, part_of=url(1), part_number=2)])
    keep(database, clock, part, FILE)
    with database.read() as conn:
        found = pages.by_url(conn, FILE)
        assert found is not None
        assert [owner.page_id for owner in attachments.owners(conn, [found.id])[found.id]] == [first.page_id]


def test_a_file_is_looked_at_as_often_as_the_article_that_alerted(
    config: Config, database: Database, clock: Clock
) -> None:
    article, file = captured(config, database, clock, 1, 2)
    keep(database, clock, article, url(2))
    with database.write() as conn:
        conn.execute(sa.insert(alert).values(_alert(article)))
    with database.read() as conn:
        told = histories.histories(conn, [article.page_id, file.page_id])
        sooner = histories.changed_since_their_look(conn)
    assert told[file.page_id].alerted_at == told[article.page_id].alerted_at == NOON
    assert set(sooner) == {article.page_id, file.page_id}


def test_forgotten_ties_leave_the_files_as_pages(config: Config, database: Database, clock: Clock) -> None:
    (article,) = captured(config, database, clock, 1)
    keep(database, clock, article, FILE)
    with database.write() as conn:
        attachments.forget(conn)
        found = pages.by_url(conn, FILE)
        assert found is not None
        assert attachments.owners(conn, [found.id]) == {}


def _alert(of: Capture) -> dict[str, object]:
    words = dict.fromkeys(("kind", "concept", "variant", "severity", "version"), "x")
    times = {"told_at": NOON, "first_seen": NOON}
    return {"id": "0" * 32, "page_id": of.page_id, "snapshot_id": of.id, "cluster": None, "body": {}, **words, **times}
