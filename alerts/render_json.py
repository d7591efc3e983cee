"""Alerts and digests as JSON, in the shapes of interface.md; masked, with offsets true to the stored text."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, overload

from alerts.json_lines import dumps
from alerts.mask import clean, clean_in_place, mask
from alerts.people import named_by
from storage.origins import UNSAID, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from alerts.letter import Article, Change, ClaimRow, Counts, Digest, FollowUp, Line, Move, Possible, Sample, Trouble
    from alerts.people import People
    from storage.attachments import Owner
    from storage.findings import Alert, Claim, StoredClaim

Object = dict[str, object]


@overload
def stamp(moment: datetime) -> str: ...
@overload
def stamp(moment: None) -> None: ...
@overload
def stamp(moment: datetime | None) -> str | None: ...
def stamp(moment: datetime | None) -> str | None:
    """A moment as every command prints it: ISO 8601 to the second with its offset, in UTC, so that texts compare."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def safe(text: str, known: People) -> str:
    """Masked, and without what steers a terminal; as long as it was."""
    return clean_in_place(mask(text, known))


def alert_object(alert: Alert) -> Object:
    """One alert as `alerts list` prints it."""
    known = named_by(alert)
    return {
        "alert": alert.id,
        "rule": alert.concept,
        "variant": alert.variant,
        "severity": alert.severity,
        "stance": alert.stance,
        "status": alert.status,
        "url": alert.url,
        "source": alert.source_id,
        "agency": alert.agency,
        "province": alert.province,
        "snapshot": alert.snapshot,
        "first_seen": stamp(alert.first_seen),
        "told_at": stamp(alert.told_at),
        "published": alert.published,
        "title": safe(alert.title, known),
        "matched": safe(alert.matched, known),
        "quote": safe(alert.quote, known),
        "field": alert.field,
        "start": alert.start,
        "end": alert.end,
        "cluster": alert.cluster,
        "kind": alert.kind,
        "lang": alert.lang,
        "layer": alert.layer,
        "more": [[start, end] for _, start, end in alert.more],
        "page_number": alert.page_number,
    }


def origin_object(origin: Origin) -> Object:
    """Whom an alert's page names as its publisher; `publisher_told` only where not the page but its importer does;
    `carried_by`, the list that the text was taken from, only where nobody saw it on its page; `imported`, who says when
    it was seen (`file`, `option`, `mtime`), and `captured_at`, when, only where it was imported (`first_seen` is when
    it came to us). As given: masked by the caller."""
    said: Object = {"publisher": origin.named} | ({"publisher_told": True} if origin.is_told else {})
    imported: Object = {"imported": origin.time_from} if origin.time_from else {}
    if origin.captured_at:
        imported["captured_at"] = stamp(origin.captured_at)
    return said | carried_object(origin.carried_by) | imported


def carried_object(carried_by: str | None) -> Object:
    """The list that a text was taken from, only where nobody saw it on its page."""
    return {"carried_by": clean(carried_by)} if carried_by else {}


def safe_origin(origin: Origin | None, known: People) -> Object:
    """The same, masked in place, of a text that names these persons."""
    return origin_object((origin or UNSAID).with_names(lambda name: safe(name, known)))


def claim_fields(claim: Claim) -> Object:
    """A claim as `match` prints it, every field of interface.md in its order; absent facts are null."""
    return {
        "type": claim.type,
        "quantity": claim.quantity,
        "quantity_text": claim.quantity_text,
        "quantity_max": claim.quantity_max,
        "qualifier": claim.qualifier,
        "unit": claim.unit,
        "place": claim.place,
        "country": claim.country,
        "countries": list(claim.countries) if claim.countries else None,
        "agency": claim.agency,
        "period_start": claim.period_start,
        "period_end": claim.period_end,
        "deadline": claim.deadline,
        "quote": claim.quote,
        "start": claim.start,
        "end": claim.end,
    }


def owner_objects(owners: Iterable[Owner], known: People) -> list[Object]:
    """The articles that a file belongs to, as `alerts` and `show` print them; `known` are whom the file names."""
    return [{"url": one.url, "title": safe(one.title, known), "text": safe(one.text, known)} for one in owners]


def render_json(digest: Digest) -> str:
    return dumps(digest_object(digest)) + "\n"


def lead_object(one: Possible) -> Object:
    """One lead as the digest and `leads list` print it."""
    return {
        "rule": one.concept.key,
        "score": one.score,
        "url": one.url,
        "source": one.organ.id if one.organ else None,
        "snapshot": one.snapshot,
        "title": one.title,
        "published": one.published,
        "first_seen": stamp(one.first_seen),
        "quote": one.quote.marked,
        "field": one.field,
        "start": one.start,
        "end": one.end,
        **origin_object(one.origin),
    }


def digest_object(digest: Digest) -> Object:
    window = digest.window
    alerts = [*_alerts(digest.lines), *_alerts(digest.retroactive)]
    return {
        "date": window.date.isoformat(),
        "window": {
            "start": stamp(window.start),
            "end": stamp(window.end),
            "timezone": window.zone,
            "open": window.is_open,
        },
        "covers": [{"date": one.date.isoformat(), "no_run": one.is_idle} for one in digest.covers],
        "no_run": digest.is_idle,
        "last_run": stamp(digest.last_run) if digest.last_run else None,
        "alerts": alerts,
        "repeats": _alerts(digest.repeats),
        "claims": [
            *map(claim_row, digest.claims),
            *({**claim_row(one), "retroactive": True} for one in digest.retroactive_claims),
        ],
        "takedowns": [_takedown(digest, change) for change in digest.takedowns],
        "moves": [_move(move) for move in digest.moves],
        "edits": [_edit(change) for change in digest.edits],
        "sources": _sources(digest),
        "follow_ups": list(map(_follow_up, digest.follow_ups)),
        "suppressed": dict(digest.suppressed),
        "samples": [_sample(one) for one in digest.samples],
        "leads": [lead_object(one) for one in digest.leads],
        "counts": _counts(digest.counts, alerts=len(alerts)),
        "ledger": {"seq": digest.ledger_seq, "head": digest.ledger_head},
        "notes": list(digest.notes),
    }


def _follow_up(one: FollowUp) -> Object:
    return {
        "alert": one.alert,
        "title": one.title,
        "url": one.url,
        "who": one.who,
        "since": stamp(one.at),
        "due": one.due,
    }


def _counts(counts: Counts, *, alerts: int) -> Object:
    return {
        "crawled": counts.crawled,
        "new": counts.new,
        "rechecked": counts.rechecked,
        "alerts": alerts,
        "other_takedowns": counts.other_takedowns,
        "copies": counts.copies,
        "info": counts.info,
        "sources": counts.sources,
        "answered": counts.answered,
        "unread": counts.unread,
    }


def _alerts(lines: Iterable[Line]) -> list[Object]:
    found = []
    for line in lines:
        found += [_of_line(line, alert) for alert in line.alerts]
        for variant in line.variants:
            told = {"variant_of": line.url, "differences": [list(pair) for pair in variant.differences]}
            found += [{**_of_line(variant, alert), **told} for alert in variant.alerts]
    return found


def told_object(line: Line, alert: Alert) -> Object:
    """One alert of a line, with whose words its text is."""
    return alert_object(alert) | origin_object(line.origins.get(alert.snapshot_id, UNSAID))


def _of_line(line: Line, alert: Alert) -> Object:
    shape = told_object(line, alert)
    shape["copies"] = [copy.url for copy in line.copies]
    if carried := [copy.url for copy in line.copies if copy.is_carried]:
        shape["copies_carried"] = carried
    if line.copies and line.severity not in {one.severity for one in line.alerts}:
        shape["copies_severity"] = line.severity
    shape["context"] = [quote.marked for quote in line.quotes]
    if before := {quote.marked: quote.snapshot for quote in line.quotes if quote.snapshot}:
        shape["context_before"] = before
    shape["glosses"] = dict(line.glosses)
    shape["marks"] = [mark.key for mark in line.marks]
    if line.labels:
        shape["labels"] = [label.key for label in line.labels]
    if line.translation:
        shape["machine_translation"] = {"text": line.translation.text, "engine": line.translation.engine}
    if line.layout:
        shape["layout"] = line.layout
    if line.earlier:
        shape["copy_of"] = line.earlier.url
    if line.articles:
        shape["attached_to"] = _articles(line.articles)
    return shape


def _articles(of: Iterable[Article]) -> list[Object]:
    return [{"url": one.url, "title": one.title, "text": one.text} for one in of]


def claim_row(one: ClaimRow) -> Object:
    """One row of the claims table: the figure as said, who says it, and where it is proved; words masked in place."""
    row = {**_proved(one.stored), "who": one.who, "who_en": one.who_en, "variant": one.is_variant}
    flags = {"edit": one.is_edit, "report": one.is_report, "part": one.is_part}
    row |= {key: True for key, holds in flags.items() if holds}
    row |= {"who_of": one.who_of} if one.who_of else {}
    return {**row, "differs_from": [_proved(one.older)]} if one.older else row


def _proved(stored: StoredClaim) -> Object:
    return {
        **claim_fields(stored.claim),
        "alert": stored.alert_id,
        "snapshot": stored.snapshot,
        "sha256": stored.record_sha256,
        "url": stored.url,
        "published": stored.published,
        "told_at": stamp(stored.told_at),
    }


def _sample(one: Sample) -> Object:
    return {
        "reason": one.reason.key,
        "rule": one.concept.key,
        "title": one.title,
        "context": one.quote.marked,
        "url": one.url,
        "snapshot": one.snapshot,
    }


def _takedown(digest: Digest, change: Change) -> Object:
    """One page as `urls list` prints it, in the state that this window told; it may have moved on since."""
    page = next((page for page in digest.pages if page.url == change.url), None)
    shape: Object = {
        "url": change.url,
        "source": page.source if page else change.organ.id if change.organ else None,
        "kind": page.kind if page else "article",
        "state": change.event.key,
        "since": stamp(change.at),
        "first_seen": stamp(page.first_seen) if page else None,
        "last_checked": stamp(page.last_checked) if page else None,
        "last_ok": stamp(page.last_ok) if page else None,
        "snapshots": page.snapshots if page else 0,
        "http_status": page.http_status if page else None,
    }
    if change.gone_as and change.event.key != "returned":
        shape["gone_as"] = change.gone_as.key
    if change.articles:
        shape["attached_to"] = _articles(change.articles)
    if change.copies:
        shape["copies_alive"] = [copy.url for copy in change.copies]
    told = {"title": change.title, "reason": change.reason, "alerted": stamp(change.alerted_at)}
    return {**shape, **told, "snapshot": change.snapshot}


def _move(move: Move) -> Object:
    return {
        "host": move.host,
        "event": move.event.key,
        "since": stamp(move.at),
        "pages": move.pages,
        "gone_as": {how.key: count for how, count in move.gone_as},
        "alerted": list(move.urls),
    }


def _edit(change: Change) -> Object:
    return {
        "url": change.url,
        "title": change.title,
        "snapshot_old": change.snapshot_old,
        "snapshot_new": change.snapshot,
        "added": list(change.added),
        "removed": list(change.removed),
        "characters_added": change.characters[0],
        "characters_removed": change.characters[1],
        **({"words_gone": list(change.words_gone)} if change.words_gone else {}),
        "glosses": dict(change.glosses),
        **({"copies_alive": [copy.url for copy in change.copies]} if change.copies else {}),
    }


def _sources(digest: Digest) -> Object:
    """The sources that cannot be seen, by what is the matter; one never seen is one that fails."""
    found: dict[str, list[Object]] = {"silent": [], "failing": [], "blocked": [], "redesigned": [], "notes": []}
    group = {"never-seen": "failing", "ok": "notes"}
    for one in digest.troubles:
        found[group.get(one.health.key, one.health.key)].append(_trouble(one))
    mended = [
        {
            "source": one.organ.id,
            "name": one.organ.name,
            "kind": one.kind.key,
            "since": stamp(one.since),
            "mended": stamp(one.at),
        }
        for one in digest.mended
    ]
    return {**found, "mended": mended}


def _trouble(one: Trouble) -> Object:
    return {
        "source": one.organ.id,
        "name": one.organ.name,
        "health": one.health.key,
        "error": one.error.key if one.error else "blocked" if one.health.key == "blocked" else None,
        "since": stamp(one.since),
        "message": one.detail,
        "advice": one.advice or None,
        "alarms": [{"kind": note.kind.key, "since": stamp(note.since), "message": note.said} for note in one.alarms],
    }
