"""The best leads of a window, as the digest and `longarm leads list` show them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.leads import find_lead
from alerts.possible import possible
from desk.teaching import taught_model
from storage import leads, origins, reviews, sources

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.letter import Possible
    from storage.database import Connection

# Of a window so many are looked at again with what marks taught, and so many are shown.
_CANDIDATES, _SHOWN = 200, 5


def of_window(conn: Connection, start: datetime, end: datetime, *, limit: int = _SHOWN) -> tuple[Possible, ...]:
    """The few best leads of a window, best first; one text under several addresses once, what is irrelevant not."""
    model = taught_model(conn)
    stands = reviews.standing(conn, kind=reviews.LEAD, until=end)
    irrelevant = {name for name, stand in stands.items() if stand.status == "irrelevant"}
    known = {str(source.id): source for source in sources.load(conn, include_disabled=True)}
    found: dict[str, tuple[float, Possible]] = {}
    candidates = leads.of_window(conn, start, end, limit=_CANDIDATES)
    came = origins.of_snapshots(conn, (one.snapshot.id for one in candidates))
    for one in candidates:
        lead = find_lead(model, one.document.title, one.document.body)
        if lead is None or one.snapshot.short in irrelevant:
            continue
        origin = replace(came.get(one.snapshot.id, origins.UNSAID), publisher=one.document.publisher)
        made = possible(lead, one.snapshot, one.document, known.get(one.source_id or ""), origin)
        text = "".join(piece.text for piece in made.quote.pieces)
        if text not in found or found[text][0] < lead.score:
            found[text] = (lead.score, made)
    ordered = sorted(found.values(), key=lambda pair: (-pair[0], pair[1].url))
    return tuple(made for _, made in ordered[:limit])
