"""How grave an alert is in its text, and why, in one line that a person can read (docs/rules.md, severity)."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from alerts.quantities import numbers
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

# A day by which: 2022年6月30日前, 6月30日24时前, 六月三十日止; or a span from the page's own date: 公布之日起十五日内.
_HAN_NUMBER: Final = "[0-9一二三四五六七八九十]{1,3}"
_BY_DAY: Final = re.compile(
    rf"(?:([0-9]{{4}})年)?({_HAN_NUMBER})月({_HAN_NUMBER})日(?:[0-9一二三四五六七八九十]{{1,3}}[时点])?(?:前|止|以前|之前)"
)
_FROM_NOW: Final = re.compile(r"之日起[^。;\n]{0,12}[日天月]内|本月底|本月末|限期[^。;\n]{0,6}[日天]内")


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


def is_deadline_open(text: str, published: str | None) -> bool:
    """Whether the folded text names a day by which something is due that the page's own date does not lie behind."""
    page = _date(published)
    if page is None:
        return False
    if _FROM_NOW.search(text):
        return True
    return any((due := _due(found, page)) is not None and due >= page for found in _BY_DAY.finditer(text))


def _due(found: re.Match[str], page: date) -> date | None:
    month, day = (_number(found[part]) for part in (2, 3))
    try:
        due = date(int(found[1] or page.year), month, day)
        # In November a day of January is the next year's.
        return due.replace(year=due.year + 1) if not found[1] and (page - due).days > 300 else due
    except ValueError:
        return None  # 2月30日 is no day: it says nothing


def _number(written: str) -> int:
    read = numbers(written)
    return read[0][0] if read else 0


def _date(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None
