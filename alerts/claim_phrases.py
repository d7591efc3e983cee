"""The claims table in words: who says a figure, how it is read, which entry of the letter says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.phrases import edit_numbers, story_numbers

if TYPE_CHECKING:
    from alerts.letter import ClaimRow, Digest

CLAIMS_SHOWN = 60
"""So many rows of the claims table; the others are in the JSON form."""
REPORTS = "报道 reports"
"""Behind a medium in the place of an organ: the text names none."""
PART = "(其中 part of it)"
"""Behind a figure that is a part of another of its text."""


def who_claims(one: ClaimRow) -> str:
    """`江岙县公安局 Jiang'ao County PSB`, `县联席办 … · 云浦县人民政府`; of a medium alone `松坪网 · 报道 reports`."""
    who = one.who if not one.who_en or one.who_en == one.who else f"{one.who} {one.who_en}"
    beside = [said for said in (one.who_of, REPORTS if one.is_report else None) if said]
    return " · ".join([who, *beside])


def reads(one: ClaimRow) -> str:
    """The number as understood, what part it is of another, and the older one that it contradicts."""
    part = f" {PART}" if one.is_part else ""
    return f"{one.read}{part}" + (f" ≠ {one.older_said}" if one.older else "")


def claim_source(digest: Digest, one: ClaimRow) -> str:
    """`[3]`, `[1v]` of a variant, `[e1]` of an edit: which entry above says it."""
    numbers = edit_numbers(digest) if one.is_edit else story_numbers(digest)
    return f"[{numbers.get(one.snapshot, '')}]"


def more_claims(digest: Digest) -> str:
    rest = len(digest.claims) - CLAIMS_SHOWN
    return f"… and {rest} more: --format json" if rest > 0 else ""
