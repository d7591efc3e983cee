"""`longarm rules try`: what a rule, or a file of rules, would add and drop over the stored archive. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from alerts.mask import mask_part, shown
from alerts.match import find
from alerts.people import people
from alerts.rulebook import Rulebook
from desk.finding import text_of
from storage import attachments, documents, hits, pages, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from alerts.match import MatchResult, MatchText
    from storage.database import Database
    from storage.findings import Hit, Snapshot, Suppressed
    from storage.records import CaptureId

_BATCH: Final = 200
SAMPLES: Final = 5
_FIRST: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One snapshot on which the two rulebooks differ, masked. `reason`: what holds a dropped hit back now."""

    url: str
    seen: datetime
    title: str
    variant: str
    severity: str
    quote: str
    reason: str = ""


@dataclass(slots=True)
class Trial:
    """What changes: snapshots read, alerts before and after (one a concept and snapshot), and some of each.

    `suppressed`: so many places more (or fewer) are held back. `regraded`: alerts that stay, with another severity.
    `unscanned`: so many of the added ones no scan has found yet.
    """

    samples: int = SAMPLES
    read: int = 0
    before: int = 0
    after: int = 0
    added: int = 0
    unscanned: int = 0
    dropped: int = 0
    regraded: int = 0
    suppressed: int = 0
    samples_added: list[Sample] = field(default_factory=list)
    samples_dropped: list[Sample] = field(default_factory=list)


def without(book: Rulebook, variants: frozenset[str]) -> Rulebook:
    """The rulebook as if some rules had not been written."""
    return Rulebook([rule for rule in book.rules if rule.id not in variants], book.all_sets, book.evasions)


def compare(
    database: Database,
    *,
    now: Rulebook,
    then: Rulebook,
    since: datetime | None = None,
    samples: int = SAMPLES,
    tell: Callable[[str, int], None] | None = None,
) -> Trial:
    """Both rulebooks over every stored snapshot (captured on `since` or later)."""
    trial = Trial(samples=samples)
    added: set[tuple[CaptureId, str]] = set()
    for snapshot, text in stored_texts(database, since):
        trial.read += 1
        old, new = find(now, text), find(then, text)
        added |= {(snapshot.id, concept) for concept in _weigh(trial, old, new)}
        _show(trial, snapshot, text, old, new)
        if tell and trial.read % _BATCH == 0:
            tell("try", trial.read)
    with database.read() as conn:
        trial.unscanned = len(added - hits.concepts_of(conn, sorted({snapshot for snapshot, _ in added})))
    return trial


def _weigh(trial: Trial, old: MatchResult, new: MatchResult) -> set[str]:
    """Count what differs in one text; gives the concepts that alert there only now."""
    before = {hit.concept: hit.severity for hit in old.hits}
    after = {hit.concept: hit.severity for hit in new.hits}
    trial.before += len(before)
    trial.after += len(after)
    trial.added += len(after.keys() - before.keys())
    trial.dropped += len(before.keys() - after.keys())
    trial.regraded += sum(before[concept] != after[concept] for concept in before.keys() & after.keys())
    trial.suppressed += len(new.suppressed) - len(old.suppressed)
    return after.keys() - before.keys()


def _show(trial: Trial, snapshot: Snapshot, text: MatchText, old: MatchResult, new: MatchResult) -> None:
    before, after = ({hit.concept: hit for hit in result.hits} for result in (old, new))
    for concept in sorted(after.keys() - before.keys()):
        if len(trial.samples_added) < trial.samples:
            trial.samples_added.append(_sample(snapshot, text, after[concept]))
    for concept in sorted(before.keys() - after.keys()):
        if len(trial.samples_dropped) < trial.samples:
            held = _held(new.suppressed, before[concept])
            trial.samples_dropped.append(_sample(snapshot, text, before[concept], held))


def _held(suppressed: tuple[Suppressed, ...], hit: Hit) -> str:
    """Which exclusion holds the place back now; of several the one at the very place."""
    mine = [one for one in suppressed if one.concept == hit.concept]
    return next((one.reason for one in mine if (one.field, one.start) == (hit.field, hit.start)), "")


def _sample(snapshot: Snapshot, text: MatchText, hit: Hit, reason: str = "") -> Sample:
    given = text.title if hit.field == "title" else text.body
    known = people(f"{text.title}\n{text.body}")
    begin, end = max(0, hit.start - 30), min(len(given), hit.end + 30)
    masked = mask_part(given, begin, end, known)
    at, to = hit.start - begin, hit.end - begin
    quote = f"{masked[:at]}【{masked[at:to]}】{masked[to:]}"
    return Sample(
        url=snapshot.url,
        seen=snapshot.captured_at,
        title=shown(text.title, known),
        variant=hit.variant,
        severity=str(hit.severity),
        quote=" ".join(quote.split()),
        reason=reason,
    )


def stored_texts(database: Database, since: datetime | None = None) -> Iterator[tuple[Snapshot, MatchText]]:
    """Every snapshot with a text, as the rules take it, in the order of their captures."""
    cursor = _FIRST
    with database.read() as conn:
        known = {source.id: source for source in sources.load(conn, include_disabled=True)}
    while True:
        with database.read() as conn:
            batch = documents.snapshots_after(conn, cursor, _BATCH)  # type: ignore[arg-type] # a cursor is a number
            parts = documents.parts_of(conn, batch)
            of_page = pages.by_ids(conn, sorted({each.page_id for each in batch}))
            files = attachments.owners(conn, of_page.keys())
        for each in batch:
            if parts[each.id] and (since is None or each.captured_at >= since):
                source_id = of_page[each.page_id].source_id
                source = known.get(source_id) if source_id else None
                yield each, text_of(documents.join(parts[each.id]), source, is_attachment=each.page_id in files)
        if not batch:
            return
        cursor = batch[-1].id
