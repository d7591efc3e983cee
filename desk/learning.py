"""What the marks say of the rules: precision by rule, and the exclusion that would have helped."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.phrases import plural
from alerts.precision import RuleStats
from alerts.proposals import Around, around, propose
from alerts.reasons import FALSE_ALARMS
from alerts.rulebook import load_rules
from desk.triage import text_of
from storage import alerts, hits, reviews

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from alerts.proposals import Proposal
    from alerts.rulebook import Rulebook
    from desk.session import Desk
    from storage.database import Connection
    from storage.findings import Alert
    from storage.reviews import Stand

_RECENT = timedelta(days=30)
_RIGHT = frozenset({"relevant", "confirmed"})
# A proposal is worked out on so many of a rule's newest texts of each kind.
_TEXTS = 200


@dataclass(slots=True)
class _Judged:
    """A rule's alerts by what people said of them; a text that stands under several addresses counts once."""

    told: int = 0
    right: list[Alert] = field(default_factory=list)
    wrong: list[tuple[Alert, str]] = field(default_factory=list)
    aside: int = 0
    open: list[Alert] = field(default_factory=list)
    disputed: int = 0
    recent: int = 0
    others: list[Alert] = field(default_factory=list)


def stats(desk: Desk, *, since: datetime | None = None) -> list[tuple[RuleStats, Proposal | None]]:
    """Every rule that found or told anything since then, with the exclusion that its marks ask for."""
    rulebook = load_rules(desk.config.data_dir)
    with desk.database.read() as conn:
        found = hits.hit_counts(conn, since=since)
        told = alerts.listing(conn, since=since)
        judged = _judged(told, reviews.standing(conn, ids=[one.id for one in told]), desk.clock() - _RECENT)
        concepts = {rule.id: rule.concept for rule in rulebook.rules} | {one.variant: one.concept for one in told}
        return [
            (
                RuleStats(
                    concept=concepts.get(variant, variant.partition(".")[0]),
                    variant=variant,
                    hits=found.get(variant, 0),
                    alerts=of.told,
                    right=len(of.right),
                    wrong=len(of.wrong),
                    aside=of.aside,
                    follow_up=len(of.open),
                    disputed=of.disputed,
                    recent=of.recent,
                ),
                _proposal(conn, rulebook, variant, of),
            )
            for variant, of in sorted((name, judged.get(name, _Judged())) for name in {*found, *judged})
        ]


def proposal_for(desk: Desk, marked: Alert) -> str:
    """One line: the exclusion that the false alarms of this alert's rule ask for, or what is still lacking."""
    rulebook = load_rules(desk.config.data_dir)
    with desk.database.read() as conn:
        told = [one for one in alerts.listing(conn, rule=marked.variant) if one.variant == marked.variant]
        judged = _judged(told, reviews.standing(conn, ids=[one.id for one in told]), desk.clock())
        of = judged.get(marked.variant, _Judged())
        found = _proposal(conn, rulebook, marked.variant, of)
    if found is None:
        return f"{marked.variant}: {plural(len(of.wrong), 'false alarm')} marked, no exclusion to propose"
    return f"{found.variant} {found.why} with exclude: {{add: [{found.line}]}}"


def _judged(told: Sequence[Alert], stands: Mapping[str, Stand], recent: datetime) -> dict[str, _Judged]:
    found: dict[str, _Judged] = {}
    for one in told:
        of = found.setdefault(one.variant, _Judged())
        of.told += 1
        stand = stands.get(one.id)
        if stand is None or stand.status == "new":
            of.others.append(one)
        elif not stand.with_another:
            _count(of, one, stand, recent)
    return found


def _count(of: _Judged, one: Alert, stand: Stand, recent: datetime) -> None:
    if stand.status in _RIGHT:
        of.right.append(one)
    elif stand.status == "follow-up":
        of.open.append(one)
    elif stand.status == "disputed":
        of.disputed += 1
    else:
        reason, _, detail = (stand.reason or "").partition(": ")
        if reason not in FALSE_ALARMS:
            of.aside += 1
            return
        of.wrong.append((one, detail if reason == "look-alike" else ""))
        of.recent += one.told_at >= recent


def _proposal(conn: Connection, rulebook: Rulebook, variant: str, of: _Judged) -> Proposal | None:
    rule = next((rule for rule in rulebook.rules if rule.id == variant), None)
    if rule is None or not of.wrong:
        return None
    return propose(
        rule,
        rulebook.all_sets,
        wrong=[_around(conn, one, detail) for one, detail in of.wrong[-_TEXTS:]],
        # What somebody still looks into must not be held back either.
        kept=[_around(conn, one) for one in (*of.right[-_TEXTS:], *of.open[-_TEXTS:])],
        others=[_around(conn, one) for one in of.others[-_TEXTS:]],
    )


def _around(conn: Connection, one: Alert, detail: str = "") -> Around:
    places = [(one.start, one.end), *((start, end) for name, start, end in one.more if name == one.field)]
    return Around(text=around(text_of(conn, one, one.field), places), detail=detail)
