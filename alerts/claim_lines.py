"""The claims of a digest: each as it was said, beside what the same organ said otherwise before. Pure.

Nothing is added up. Of copies of one text only the one that is shown is asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.digest_lines import organ_of
from alerts.letter import ClaimLine
from alerts.mask import clean_in_place, mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from alerts.letter import Line
    from storage.digests import AlertFacts, DigestFacts
    from storage.findings import Claim, StoredClaim


def claim_lines(lines: Iterable[Line], facts: DigestFacts) -> tuple[ClaimLine, ...]:
    """The claims of the lines shown, their variants included, in the lines' order and the texts'."""
    of_alert = {one.alert.id: one for one in facts.alerts}
    made: list[ClaimLine] = []
    said: list[StoredClaim] = list(facts.claims_before)
    for alert_id in _alerts(lines):
        told = of_alert.get(alert_id)
        for stored in facts.claims.get(alert_id, ()):
            made.append(_line(stored, told, _older(stored, said)))
        said += facts.claims.get(alert_id, ())
    return tuple(made)


def _alerts(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        yield from (alert.id for alert in line.alerts)
        yield from _alerts(line.variants)


def _line(stored: StoredClaim, told: AlertFacts | None, older: Sequence[StoredClaim]) -> ClaimLine:
    organ = organ_of(told.source) if told else None
    claim = _masked(stored.claim)
    return ClaimLine(
        claim=claim,
        who=claim.agency or (organ.name if organ else None),
        organ=organ,
        alert=stored.alert_id,
        snapshot=stored.snapshot,
        record_sha256=stored.record_sha256,
        url=stored.url,
        published=stored.published,
        told_at=stored.told_at,
        differs_from=tuple(
            ClaimLine(
                claim=_masked(one.claim),
                who=one.claim.agency or (organ.name if organ else None),
                organ=organ,
                alert=one.alert_id,
                snapshot=one.snapshot,
                record_sha256=one.record_sha256,
                url=one.url,
                published=one.published,
                told_at=one.told_at,
            )
            for one in older[-1:]
        ),
    )


def _masked(claim: Claim) -> Claim:
    return replace(
        claim,
        quote=_safe(claim.quote),
        quantity_text=_safe(claim.quantity_text) if claim.quantity_text else None,
        place=_safe(claim.place) if claim.place else None,
        agency=_safe(claim.agency) if claim.agency else None,
    )


def _safe(text: str) -> str:
    return clean_in_place(mask(text))


def _older(stored: StoredClaim, said: Iterable[StoredClaim]) -> list[StoredClaim]:
    """What the same organ said before of the same thing with another number, oldest first."""
    return [one for one in said if _contradicts(one, stored)]


def _contradicts(old: StoredClaim, new: StoredClaim) -> bool:
    one, other = old.claim, new.claim
    if old.snapshot_id == new.snapshot_id or one.type != other.type or None in {one.quantity, other.quantity}:
        return False
    if one.quantity == other.quantity or (old.source_id, one.agency) != (new.source_id, other.agency):
        return False
    return _frame(one) == _frame(other)


def _frame(claim: Claim) -> Mapping[str, object]:
    """What a figure is of: the words around it, its places and its time; only equal ones can contradict."""
    words = claim.quote.replace(claim.quantity_text or "", "#")
    return {
        "words": words,
        "countries": (claim.country, claim.countries),
        "period": (claim.period_start, claim.period_end if claim.period_start else None),
    }
