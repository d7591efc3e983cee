"""Alerts: made once, never deleted, listed with the status that people gave them."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import reviews
from storage.derived_tables import alert
from storage.errors import ConfigError
from storage.findings import Alert, AlertKind, Severity, Stance
from storage.subjects import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from storage.records import CaptureId, PageId


_COLUMNS = frozenset(column.name for column in alert.columns) - {"body", "version"}
SHORTEST_ID = 8


def put(conn: sa.Connection, made: Sequence[Alert], *, version: str) -> list[Alert]:
    """Keep alerts that do not stand yet; gives those. What was told once is never told again, nor taken back."""
    by_id = {each.id: each for each in made}
    for some in chunks(sorted(by_id)):
        for known in list(conn.execute(sa.select(alert.c.id).where(alert.c.id.in_(some))).scalars()):
            del by_id[known]
    if by_id:
        conn.execute(sa.insert(alert), [_row(each, version) for each in by_id.values()])
    return list(by_id.values())


def find(conn: sa.Connection, id_prefix: str) -> Alert:
    """The alert whose id begins so. Raises ConfigError where none does, or more than one."""
    prefix = id_prefix.strip().lower()
    if len(prefix) < SHORTEST_ID:
        raise ConfigError(
            f"{id_prefix!r} is too short; write at least the first {SHORTEST_ID} characters of an alert's id"
        )
    rows = list(
        conn.execute(sa.select(alert).where(alert.c.id.startswith(prefix, autoescape=True)).limit(2)).mappings()
    )
    if not rows:
        raise ConfigError(f"{id_prefix}: no such alert; `longarm alerts list` shows them")
    if len(rows) > 1:
        raise ConfigError(f"{id_prefix}: more than one alert begins so; write more of it")
    return _alerts(conn, rows)[0]


def of_page(conn: sa.Connection, page_id: PageId) -> str | None:
    """The id of the first alert that a page raised; None where it never alerted."""
    query = sa.select(alert.c.id).where(alert.c.page_id == page_id).order_by(alert.c.told_at, alert.c.id).limit(1)
    return conn.execute(query).scalar()


def by_ids(conn: sa.Connection, ids: Iterable[str]) -> list[Alert]:
    """Those of these alerts that there are: what was made of an archive can be away until it is made again."""
    found: list[Alert] = []
    for some in chunks(sorted(ids)):
        found += _alerts(conn, list(conn.execute(sa.select(alert).where(alert.c.id.in_(some))).mappings()))
    return sorted(found, key=lambda one: (one.told_at, one.snapshot_id, one.id))


def severities(conn: sa.Connection, snapshot_id: CaptureId) -> dict[str, Severity]:
    """What a snapshot was told as, by concept."""
    query = sa.select(alert.c.concept, alert.c.severity).where(alert.c.snapshot_id == snapshot_id)
    return {row.concept: Severity(row.severity) for row in conn.execute(query.order_by(alert.c.told_at.desc()))}


def listing(
    conn: sa.Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    status: str | None = None,
    rule: str | None = None,
    source_id: str | None = None,
    cluster: str | None = None,
) -> list[Alert]:
    """Alerts, oldest first; `since` and `until` bound the time of telling; `rule` is a concept or a variant."""
    query = sa.select(alert).order_by(alert.c.told_at, alert.c.first_seen, alert.c.snapshot_id, alert.c.id)
    if since is not None:
        query = query.where(alert.c.told_at >= since)
    if until is not None:
        query = query.where(alert.c.told_at < until)
    if rule is not None:
        query = query.where(sa.or_(alert.c.concept == rule, alert.c.variant == rule))
    if cluster is not None:
        query = query.where(alert.c.cluster == cluster)
    found = _alerts(conn, list(conn.execute(query).mappings()))
    return [
        each
        for each in found
        if (status is None or each.status == status) and (source_id is None or each.source_id == source_id)
    ]


def rules_told(conn: sa.Connection) -> set[str]:
    """The concepts and the rules of which any alert tells."""
    query = sa.select(alert.c.concept, alert.c.variant).distinct()
    return {name for pair in conn.execute(query) for name in pair}


def latest(conn: sa.Connection, *, limit: int) -> list[Alert]:
    """The newest alerts of each concept, so many of each, newest first; not of severity info, none retroactive."""
    place = sa.func.row_number().over(
        partition_by=alert.c.concept, order_by=(alert.c.told_at.desc(), alert.c.first_seen.desc(), alert.c.id)
    )
    told = sa.select(alert.c.id, place.label("place")).where(
        alert.c.severity != Severity.INFO.value, alert.c.kind != AlertKind.RETROACTIVE.value
    )
    ranked = told.subquery()
    ids = list(conn.execute(sa.select(ranked.c.id).where(ranked.c.place <= limit)).scalars())
    rows = [
        row
        for some in chunks(sorted(ids))
        for row in conn.execute(sa.select(alert).where(alert.c.id.in_(some))).mappings()
    ]
    # Twice, because a sort keeps what was in order: by id, then newest first.
    rows.sort(key=lambda row: str(row["id"]))
    rows.sort(key=lambda row: (row["told_at"], row["first_seen"]), reverse=True)
    return _alerts(conn, rows)


def _alerts(conn: sa.Connection, rows: Sequence[sa.RowMapping]) -> list[Alert]:
    stands = reviews.standing(conn, ids=[row["id"] for row in rows])
    return [_alert(row, stands[row["id"]].status if row["id"] in stands else "new") for row in rows]


def _row(each: Alert, version: str) -> dict[str, object]:
    # `asdict` copies every value down to its letters, which took a tenth of a scan; an alert holds no record.
    values = {one.name: getattr(each, one.name) for one in fields(each) if one.name != "status"}
    row = {name: values.pop(name) for name in _COLUMNS if name in values}
    return row | {"body": values, "version": version}


def _alert(row: sa.RowMapping, status: str) -> Alert:
    values = {name: row[name] for name in _COLUMNS} | dict(row["body"])
    values["kind"] = AlertKind(values["kind"])
    values["severity"] = Severity(values["severity"])
    values["stance"] = Stance(values["stance"])
    values["more"] = _places(values["more"])
    values["persons"] = tuple((name, is_minor) for name, is_minor in values.get("persons", ()))
    values["labels"] = tuple(values.get("labels", ()))
    return Alert(**values, status=status)


def _places(more: Iterable[Sequence[object]]) -> tuple[tuple[str, int, int], ...]:
    return tuple((str(field), int(str(start)), int(str(end))) for field, start, end in more)
