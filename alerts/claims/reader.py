"""All that a text claims, and with which of its alerts each claim stands. Pure."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from alerts.claims import deadlines, people, people_en, rewards, sanctions, stations
from alerts.claims.text import ClaimText
from alerts.claims.words import value
from alerts.fold import VERSION as FOLDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.findings import Claim

VERSION: Final = f"10+{FOLDING}"
# A notice lists some hundred people; a text that claims more is a table, and no reader reads them one by one.
MOST: Final = 300


def read(
    body: str, *, lang: str | None = None, published: str | None = None, publisher: str | None = None
) -> tuple[Claim, ...]:
    """The claims of an alerting text in its order. `published` is ISO 8601; relative dates resolve against it."""
    text = ClaimText(body, lang=lang, published=published, publisher=publisher)
    kinds = (people_en if text.is_latin else people, stations, rewards, deadlines, sanctions)
    found = {
        (claim.start, claim.end, claim.type, claim.quantity): claim
        for kind in kinds
        for claim in islice(kind.find(text), MOST)
    }
    return tuple(claim for _, claim in sorted(found.items(), key=lambda one: (one[0][:3], one[0][3] or 0)))[:MOST]


def concept_of(claim: Claim, concepts: Sequence[str]) -> str:
    """Which of a text's concepts a claim stands with: the one it is about, else the first."""
    known = set(concepts)
    return next((name for name in value(f"belongs.{claim.type}") if name in known), concepts[0])
