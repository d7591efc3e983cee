"""Stage `lead`: what the model of leads finds in each snapshot; what marks teach it; the best leads of a window."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.lead_model import Example, data_digest, learn, shipped
from alerts.leads import FEATURES, VERSION, View, find_lead
from alerts.possible import possible
from alerts.reasons import FALSE_ALARMS
from desk.triage import text_of
from storage import alerts, documents, leads, reviews, sources
from storage.errors import ConfigError
from storage.leads import LeadRow
from storage.reviews import Review

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from alerts.lead_model import Model
    from alerts.leads import Lead
    from alerts.letter import Possible
    from desk.session import Desk
    from storage.database import Connection, Database
    from storage.findings import Document, Snapshot
    from storage.records import CaptureId

_BATCH = 200
# So far below the threshold a lead is kept: marks may lift it.
_MARGIN = 0.3
# Of a window so many are looked at again with what marks taught, and so many are shown.
_CANDIDATES, _SHOWN = 200, 5
# Teaching: so many of the newest marks, each costing so much (little: the shipped weights know more texts).
_MARKS, _COST, _ROUNDS, _SEED = 400, 0.2, 4, 1
_KEPT_WEIGHTS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    snapshot: Snapshot
    lead: Lead | None


class LeadStage:
    """Scores every snapshot with the shipped model, whatever rules make of it."""

    name = "lead"

    def __init__(self, *, snapshots_version: str, foreseen: Foreseen | None = None) -> None:
        self.version = f"{model_version()}+{snapshots_version}"
        self._foreseen = foreseen or Foreseen()

    def subjects(self, conn: Connection, after: CaptureId) -> Sequence[Snapshot]:
        return documents.snapshots_after(conn, after, _BATCH)

    def again(self, conn: Connection, ids: Sequence[CaptureId]) -> Sequence[Snapshot]:
        return documents.snapshots_by_id(conn, ids)

    def derive(self, conn: Connection, found: Sequence[Snapshot]) -> Iterator[_Found]:
        parts = documents.parts_of(conn, [each for each in found if not self._foreseen.knows(each)])
        for each in found:
            if self._foreseen.knows(each):
                lead = self._foreseen.of(each)
            else:
                lead = _lead_of(documents.join(parts[each.id])) if parts[each.id] else None
            yield _Found(snapshot=each, lead=lead)

    def put(self, conn: Connection, results: Sequence[_Found]) -> None:
        rows = [_row(one.snapshot, one.lead) for one in results if one.lead is not None]
        leads.put(conn, [one.snapshot.id for one in results], rows, version=self.version)

    def forget(self, conn: Connection) -> None:
        leads.forget(conn)


class Foreseen:
    """Leads of documents that were just read, each the whole text of the snapshot that it may come to be."""

    def __init__(self) -> None:
        self._leads: dict[CaptureId, Lead | None] = {}

    def add(self, read: Sequence[tuple[CaptureId, Document]]) -> None:
        self._leads.update((number, _lead_of(document)) for number, document in read)

    def knows(self, snapshot: Snapshot) -> bool:
        return len(snapshot.parts) == 1 and snapshot.parts[0] in self._leads

    def of(self, snapshot: Snapshot) -> Lead | None:
        """The lead of a snapshot that is known. Raises KeyError for another."""
        return self._leads[snapshot.parts[0]]


def _lead_of(read: Document) -> Lead | None:
    return find_lead(shipped(), read.title, read.body, floor=-_MARGIN)


def model_version() -> str:
    """Changes when, and only when, a text could score differently."""
    return f"{VERSION}.{data_digest()[:12]}"


def _row(snapshot: Snapshot, lead: Lead) -> LeadRow:
    return LeadRow(
        snapshot_id=snapshot.id,
        page_id=snapshot.page_id,
        concept=lead.concept,
        score=lead.score,
        field=lead.field,
        start=lead.start,
        end=lead.end,
    )


# --- what marks teach ------------------------------------------------------------------------------


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


# --- for the digest --------------------------------------------------------------------------------


def of_window(conn: Connection, start: datetime, end: datetime, *, limit: int = _SHOWN) -> tuple[Possible, ...]:
    """The few best leads of a window, best first; one text under several addresses once, what is irrelevant not."""
    model = taught_model(conn)
    stands = reviews.standing(conn, kind=reviews.LEAD, until=end)
    irrelevant = {name for name, stand in stands.items() if stand.status == "irrelevant"}
    known = {str(source.id): source for source in sources.load(conn, include_disabled=True)}
    found: dict[str, tuple[float, Possible]] = {}
    for one in leads.of_window(conn, start, end, limit=_CANDIDATES):
        lead = find_lead(model, one.document.title, one.document.body)
        if lead is None or one.snapshot.short in irrelevant:
            continue
        made = possible(lead, one.snapshot, one.document, known.get(one.source_id or ""))
        text = "".join(piece.text for piece in made.quote.pieces)
        if text not in found or found[text][0] < lead.score:
            found[text] = (lead.score, made)
    ordered = sorted(found.values(), key=lambda pair: (-pair[0], pair[1].url))
    return tuple(made for _, made in ordered[:limit])
