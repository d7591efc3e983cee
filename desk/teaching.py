"""What people's marks teach the model of leads; the marks on leads themselves."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from alerts.lead_model import Example, learn, shipped
from alerts.leads import FEATURES, View
from alerts.reasons import FALSE_ALARMS
from desk.leading import model_version
from desk.triage import text_of
from storage import alerts, documents, leads, reviews
from storage.errors import ConfigError
from storage.reviews import Review

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.lead_model import Model
    from desk.session import Desk
    from storage.database import Connection, Database
    from storage.findings import Snapshot

# So many of the newest marks, each costing so much (little: the shipped weights know more texts).
_MARKS, _COST, _ROUNDS, _SEED = 400, 0.2, 4, 1
_KEPT_WEIGHTS = 4_000


def teach(database: Database) -> bool:
    """Learn from what people marked, where they marked anything since it was last done; says whether it was."""
    with database.read() as conn:
        marks = _marks(conn)
        digest = hashlib.sha256(repr(marks).encode()).hexdigest()
        known = leads.taught(conn, version=model_version())
        if (known[0] == digest) if known else not marks:
            return False
        examples = list(_examples(conn, marks))
    body = _learned(examples) if examples else {"weights": {}, "bias": 0.0}
    with database.write() as conn:
        leads.put_taught(conn, digest, body, version=model_version())
    return True


def mark(desk: Desk, snapshot_id: str, status: str, *, by: str) -> Snapshot:
    """Record what a person says of a lead, of which the next scan learns; gives its snapshot. Raises ConfigError."""
    now = desk.clock()
    with desk.database.write() as conn:
        found = documents.find_snapshot(conn, snapshot_id)
        if documents.of_snapshot(conn, found) is None:
            raise ConfigError(f"{found.short}: its text has not been read yet; run `longarm scan`")
        alerted = alerts.of_page(conn, found.page_id)
        if alerted is not None and status != "new":
            raise ConfigError(
                f"{found.short[:12]}: its page alerted and is no lead; `longarm alerts mark {alerted[:12]} {status}` "
                "says what it is"
            )
        made = Review(
            id=reviews.next_id(conn, now),
            at=now,
            analyst=by,
            alert_id=found.short,
            act=reviews.MARK,
            body={"status": status},
            kind=reviews.LEAD,
        )
        reviews.add(conn, [made])
    return found


def _marks(conn: Connection) -> list[tuple[str, str, bool]]:
    """The alerts and leads that people judged themselves: kind, id, whether rightly told; the newest, as marked."""
    found = []
    for snapshot, stand in reviews.standing(conn, kind=reviews.LEAD).items():
        if stand.status != "new" and stand.marked_at is not None:
            found.append((stand.marked_at, reviews.LEAD, snapshot, stand.status == "relevant"))
    for alert_id, stand in reviews.standing(conn).items():
        if stand.with_another or stand.marked_at is None:
            continue
        if stand.status in ("relevant", "confirmed"):
            found.append((stand.marked_at, reviews.ALERT, alert_id, True))
        elif stand.status == "irrelevant" and (stand.reason or "").partition(": ")[0] in FALSE_ALARMS:
            found.append((stand.marked_at, reviews.ALERT, alert_id, False))
    return [(kind, name, is_lead) for _, kind, name, is_lead in sorted(found)[-_MARKS:]]


def _examples(conn: Connection, marks: Sequence[tuple[str, str, bool]]) -> Iterator[Example]:
    """Of each marked text the window that scores best."""
    model = shipped()
    for view, is_lead in _marked_texts(conn, marks):
        best = view.best(model)
        if best is not None:
            yield Example(values=view.values(best.first, best.last), is_lead=is_lead, cost=_COST)


def _marked_texts(conn: Connection, marks: Sequence[tuple[str, str, bool]]) -> Iterator[tuple[View, bool]]:
    is_right = {name: is_lead for kind, name, is_lead in marks if kind == reviews.ALERT}
    for one in alerts.by_ids(conn, is_right):
        yield View("", text_of(conn, one, "body")), is_right[one.id]
    for kind, name, is_lead in marks:
        if kind == reviews.LEAD:
            text = documents.of_snapshot(conn, documents.find_snapshot(conn, name))
            if text is not None:
                yield View(text.title, text.body), is_lead


def _learned(examples: Sequence[Example]) -> dict[str, object]:
    before = shipped()
    weights, bias = learn(examples, FEATURES, rounds=_ROUNDS, seed=_SEED, start=(before.weights, before.bias))
    changes = {number: after - was for number, (after, was) in enumerate(zip(weights, before.weights, strict=True))}
    most = sorted((number for number in changes if changes[number]), key=lambda number: (-abs(changes[number]), number))
    return {
        "weights": {str(number): round(changes[number], 6) for number in sorted(most[:_KEPT_WEIGHTS])},
        "bias": round(bias - before.bias, 6),
    }


def taught_model(conn: Connection) -> Model:
    """The shipped model with what marks taught it."""
    known = leads.taught(conn, version=model_version())
    return _with(shipped(), known[1]) if known else shipped()


def _with(model: Model, body: Mapping[str, object]) -> Model:
    weights, bias = body["weights"], body["bias"]
    assert isinstance(weights, dict)
    assert isinstance(bias, float | int)
    return model.taught({int(number): float(value) for number, value in weights.items()}, float(bias))
