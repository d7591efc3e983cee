"""How grave an alert is in its text, and why, in one line that a person can read (docs/rules.md, severity)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from alerts.claims import deadlines
from alerts.claims.periods import page_day
from storage.findings import Severity, Stance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.match import MatchText
    from alerts.reading import Reading
    from alerts.rule import Cue, Rule
    from alerts.vocabulary import Span

MOST_STEPS_UP: Final = 2
DEADLINE_REACH: Final = 300
_ORDER: Final = tuple(Severity)  # critical first
_ACTING: Final = {"police": "police", "procuratorate": "a procuratorate", "government": "a government"}
_LOCAL: Final = {"county": "county", "prefecture": "prefecture"}


def severity_of(
    rule: Rule,
    reading: Reading,
    span: Span,
    text: MatchText,
    *,
    stance: Stance,
    lone_cue: bool,
) -> tuple[Severity, str]:
    """The severity and the line that explains it. `lone_cue`: the only word for abroad stands in another paragraph."""
    said = f"{rule.id} is {rule.severity}"
    if lone_cue:
        severity = graded(Severity.LOW, stance)
        return severity, f"{severity}: {said}; low, abroad is spoken of in another paragraph only"
    step = _ORDER.index(rule.severity)
    reasons = [said]
    ups = [] if rule.severity is Severity.INFO else _ups(rule, reading, span, text)
    for reason in ups[:MOST_STEPS_UP]:
        if step > 0:
            step -= 1
            reasons.append(f"up, {reason}")
    for cue in _holding(rule.lowers, reading, span):
        if step < len(_ORDER) - 2:
            step += 1
            reasons.append(f"down, {cue.said}")
    severity = graded(_ORDER[step], stance)
    if severity is not _ORDER[step]:
        reasons.append("down, it is denied" if stance is Stance.DENIED else "high at least, it is a retraction")
    return severity, f"{severity}: {'; '.join(reasons)}"


def graded(severity: Severity, stance: Stance) -> Severity:
    """A denial is one step lower but never below low; a retraction at least high: it precedes a takedown."""
    if stance is Stance.DENIED and severity in _ORDER[:2]:
        return _ORDER[_ORDER.index(severity) + 1]
    if stance is Stance.DENIED and severity is Severity.MEDIUM:
        return Severity.LOW
    if stance is Stance.RETRACTED and severity is not Severity.CRITICAL:
        return Severity.HIGH
    return severity


def as_copy(severity: Severity, why: str, *, stance: Stance, of: Severity, url: str) -> tuple[Severity, str]:
    """What a copy is told as, and why: one step lower than by itself and never above its original, `of`, which stands
    at `url`; not below low, and a retraction not below high. `info` stays, and so does a copy of what is `info`."""
    floor = Severity.HIGH if stance is Stance.RETRACTED else Severity.LOW
    if Severity.INFO in (severity, of) or _ORDER.index(severity) >= _ORDER.index(floor):
        return severity, why
    step = max(_ORDER.index(severity) + 1, _ORDER.index(of))
    lower = _ORDER[min(step, _ORDER.index(floor))]
    said = why.partition(": ")[2]
    return lower, f"{lower}: {said}; down, a copy of {url}" if said else f"{lower}: down, a copy of {url}"


def labels_of(rule: Rule, reading: Reading, span: Span) -> tuple[str, ...]:
    """What else is to be known of how the text speaks here: `historical`, `legal_text`; never a reason to hide it."""
    return tuple(dict.fromkeys(cue.id for cue in _holding(rule.labels, reading, span)))


def _ups(rule: Rule, reading: Reading, span: Span, text: MatchText) -> list[str]:
    ups = []
    if text.agency in _ACTING and text.level in _LOCAL:
        # Where the proof disappears first.
        ups.append(f"{_ACTING[text.agency]} of a {_LOCAL[text.level]} published it")
    for cue in rule.raises:
        if cue.is_deadline:
            if is_deadline_open(reading.paragraph_of(span, DEADLINE_REACH), text.published):
                ups.append(cue.said)
        elif cue.holds(reading, span):
            ups.append(cue.said)
    return ups


def _holding(cues: Sequence[Cue], reading: Reading, span: Span) -> list[Cue]:
    return [cue for cue in cues if cue.holds(reading, span)]


# Each hit of each rule in a paragraph asks it of the same text.
@lru_cache(maxsize=32)
def is_deadline_open(text: str, published: str | None) -> bool:
    """Whether the folded text names a day by which something is due that the page's own date does not lie behind."""
    page = page_day(published)
    return page is not None and deadlines.is_open(text, page)
