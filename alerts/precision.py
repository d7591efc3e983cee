"""How far a rule can be trusted, from the marks that people gave its alerts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

_Z: Final = 1.96  # 95 % of a normal distribution lie within so many standard deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStats:
    """One rule: `hits` on snapshots and `alerts` told, and what people said of the latter.

    `right` were found relevant, `wrong` irrelevant by the rule's fault, `aside` irrelevant for another reason (a copy,
    old, …), `follow_up` are looked into and not decided; an alert marked only because its copy was counts in none of
    them. `recent` are the wrong ones told in the last 30 days.
    """

    concept: str
    variant: str
    hits: int = 0
    alerts: int = 0
    right: int = 0
    wrong: int = 0
    aside: int = 0
    follow_up: int = 0
    disputed: int = 0
    recent: int = 0

    @property
    def judged(self) -> int:
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        """The share of right ones among the judged; None where nobody judged one."""
        return self.right / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return interval(self.right, self.judged)


def interval(right: int, judged: int) -> tuple[float, float] | None:
    """Within what the true share lies with 95 % confidence, by Wilson's score: it holds for small samples too."""
    if not judged:
        return None
    share, square = right / judged, _Z * _Z
    middle = share + square / (2 * judged)
    reach = _Z * sqrt(share * (1 - share) / judged + square / (4 * judged * judged))
    whole = 1 + square / judged
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
