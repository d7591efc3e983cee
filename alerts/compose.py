"""From the hits of one snapshot to the alerts it raises: one a concept, and only where something is new. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from alerts.people import people
from storage.findings import Alert, AlertKind, Document, Hit, Severity, Snapshot, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from storage.records import Source

VERSION = 2

_SEVERITIES = tuple(Severity)
_STOPS = "。！？!?；;\n"
# A quote is the sentence that holds the hit; one that never ends is cut this far from it.
_QUOTE_REACH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A hit, and whether the page's snapshot before did not have it."""

    hit: Hit
    is_new: bool


def alert_id(*, url_key: str, concept: str, record_sha256: str) -> str:
    """The same for the same page, concept and snapshot, whenever and however often it is composed."""
    return hashlib.sha256("\x00".join((url_key, concept, record_sha256)).encode()).hexdigest()[:32]


def found_in(
    hits: Iterable[Hit],
    document: Document,
    *,
    before: Iterable[Hit] | None,
    added: Mapping[str, Sequence[tuple[int, int]]],
) -> list[Found]:
    """Which hits are news against the page's snapshot before (`before` None: there is none).

    A hit is news where its rule held nowhere before, or where it touches text that the edit added (`added`: spans by
    field); a hit whose news is a further place is quoted there.
    """
    if before is None:
        return [Found(hit=hit, is_new=True) for hit in hits]
    known = {hit.variant for hit in before}
    return [_against(hit, document, known, added) for hit in hits]


def _against(hit: Hit, document: Document, known: set[str], added: Mapping[str, Sequence[tuple[int, int]]]) -> Found:
    if hit.variant not in known:
        return Found(hit=hit, is_new=True)
    places = [(hit.field, hit.start, hit.end), *hit.more]
    for place in places:
        field, start, end = place
        if any(start < high and low < end for low, high in added.get(field, ())):
            return Found(hit=hit if place == places[0] else _moved(hit, place, places, document), is_new=True)
    return Found(hit=hit, is_new=False)


def _moved(hit: Hit, place: tuple[str, int, int], places: Sequence[tuple[str, int, int]], document: Document) -> Hit:
    field, start, end = place
    text = document.title if field == "title" else document.body
    return replace(
        hit,
        field=field,
        start=start,
        end=end,
        matched=text[start:end],
        quote=sentence_around(text, start, end),
        more=tuple(other for other in places if other != place),
    )


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence that holds a span, as it stands."""
    low = max((text.rfind(stop, max(0, start - _QUOTE_REACH), start) for stop in _STOPS), default=-1)
    ends = [at for at in (text.find(stop, end, end + _QUOTE_REACH) for stop in _STOPS) if at >= 0]
    first = low + 1 if low >= 0 else max(0, start - _QUOTE_REACH)
    return text[first : min(ends) + 1 if ends else end + _QUOTE_REACH].strip()


def compose(
    found: Sequence[Found],
    *,
    snapshot: Snapshot,
    url_key: str,
    document: Document,
    source: Source | None,
    retroactive: bool,
    told_at: datetime,
    cluster: str | None = None,
    is_late: bool = False,
) -> list[Alert]:
    """The alerts one snapshot raises: for each concept with news one, its gravest variant first, the rest in `more`.

    `is_late`: it shows what stood there before what is known already; new to us, and no edit of today.
    """
    by_concept: dict[str, list[Hit]] = {}
    for each in found:
        if each.is_new:
            by_concept.setdefault(each.hit.concept, []).append(each.hit)
    if not by_concept:
        return []
    is_first = snapshot.ordinal == 1 or is_late
    raised = partial(
        Alert,
        kind=AlertKind.RETROACTIVE if retroactive else AlertKind.NEW if is_first else AlertKind.EDITED,
        status="new",
        page_id=snapshot.page_id,
        url=snapshot.url,
        source_id=source.id if source else None,
        agency=source.agency if source else None,
        province=source.province if source else None,
        snapshot_id=snapshot.id,
        snapshot=snapshot.short,
        first_seen=snapshot.arrived_at,
        told_at=told_at,
        published=document.published,
        title=document.title,
        cluster=cluster,
        lang=document.lang,
        persons=_persons(document),
    )
    return [
        _of_concept(
            raised, hits, document, alert_id(url_key=url_key, concept=concept, record_sha256=snapshot.record_sha256)
        )
        for concept, hits in sorted(by_concept.items())
    ]


def _of_concept(raised: Callable[..., Alert], hits: Sequence[Hit], document: Document, id_: str) -> Alert:
    """The alert of one concept's hits; `raised` makes it, of what is the same for the whole snapshot."""
    first = min(hits, key=_gravity)
    return raised(
        id=id_,
        concept=first.concept,
        variant=first.variant,
        severity=first.severity,
        stance=first.stance,
        matched=first.matched,
        quote=first.quote,
        field=first.field,
        start=first.start,
        end=first.end,
        more=_more(first, hits),
        page_number=page_of(document, first.start) if first.field == "body" else None,
        labels=first.labels,
        why=first.why,
        rule_version=first.rule_version,
        layer=first.layer,
    )


def _persons(document: Document) -> tuple[tuple[str, bool], ...]:
    found = people(f"{document.title}\n{document.body}")
    return tuple((name, name in found.minors) for name in sorted(found.names))


def _gravity(hit: Hit) -> tuple[int, bool, int]:
    return _SEVERITIES.index(Severity(hit.severity)), hit.field != "title", hit.start


def _more(first: Hit, hits: Iterable[Hit]) -> tuple[tuple[str, int, int], ...]:
    places = {place for hit in hits for place in ((hit.field, hit.start, hit.end), *hit.more)}
    places.discard((first.field, first.start, first.end))
    return tuple(sorted(places, key=lambda place: (place[0] != "title", place[1], place[2])))
