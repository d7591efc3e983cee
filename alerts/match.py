"""What the rules find in one text: an alert for each concept, and what was held back with the reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alerts import layers
from alerts.expression import anchor
from alerts.reading import Reading, apart, overlapping
from alerts.sentences import quote
from alerts.stance import graded, stance_of
from storage.findings import Hit, Severity, Suppressed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.layers import Layer
    from alerts.rule import Exclusion, Rule
    from alerts.rulebook import Rulebook
    from alerts.vocabulary import Span
    from storage.findings import Stance


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchText:
    """A text and what is known of it; `published` is ISO 8601, `agency` one of the words of interface.md.

    `recognised`: the spans of the body that OCR read; with any, OCR may have read the title too.
    """

    title: str
    body: str
    lang: str | None = None
    agency: str | None = None
    level: str | None = None
    province: str | None = None
    source: str | None = None
    published: str | None = None
    publisher: str | None = None
    recognised: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResult:
    """`hits`: one a concept, in the order of the text. `suppressed`: every place that was matched and held back.

    What a further layer alone shows is added with its name; it never changes what the plain text shows.
    """

    hits: tuple[Hit, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    rule: Rule
    severity: Severity
    stance: Stance
    span: Span


_CLOSE = frozenset({"police", "procuratorate", "government"})
_LOCAL = frozenset({"county", "prefecture"})
_RANK = {severity: rank for rank, severity in enumerate(reversed(Severity))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One place where a rule's expression is true; `reason` is the id of the exclusion that holds it back."""

    rule: Rule
    span: Span
    reason: str | None


def find(rulebook: Rulebook, text: MatchText) -> MatchResult:
    """All that the rules find in the text."""
    result = _found(rulebook, text, None)
    for layer in _further(rulebook, text):
        result = _added(result, _found(rulebook, text, layer), layer)
    return result


def _further(rulebook: Rulebook, text: MatchText) -> Iterator[Layer]:
    """The layers that the text is also read through."""
    if text.recognised:
        yield layers.ocr()
    if any(rulebook.reads_evasions(rule, official=text.agency is not None) for rule in rulebook.rules):
        yield layers.evasion()


def _added(plain: MatchResult, other: MatchResult, layer: Layer) -> MatchResult:
    """The result with what only the layer shows: concepts that had no hit, and places not yet held back."""
    told = {hit.concept for hit in plain.hits}
    hits = [hit for hit in other.hits if hit.concept not in told and not _is_held(hit, plain.suppressed)]
    held = [one for one in other.suppressed if one.concept not in told and not _is_held(one, plain.suppressed)]
    marked = [replace(hit, layer=layer.name, severity=_capped(hit.severity, layer.severity)) for hit in hits]
    return MatchResult(hits=tuple(sorted((*plain.hits, *marked), key=_order)), suppressed=(*plain.suppressed, *held))


def _is_held(one: Hit | Suppressed, held: tuple[Suppressed, ...]) -> bool:
    """Whether the plain text held this very place back: a layer sees no more company than the text has."""
    return any(
        (one.concept, one.field) == (other.concept, other.field) and one.start < other.end and other.start < one.end
        for other in held
    )


def _capped(severity: Severity, most: Severity | None) -> Severity:
    return severity if most is None or _RANK[severity] <= _RANK[most] else most


def _found(rulebook: Rulebook, text: MatchText, layer: Layer | None) -> MatchResult:
    """All that the rules find in one reading of the text."""
    reading = Reading(rulebook, text.title, text.body, text.lang, layer)
    if reading.is_unchanged:
        return MatchResult()
    found: dict[str, list[_Place]] = {}
    held: dict[str, dict[Span, tuple[Rule, str]]] = {}
    for judged in judge(rulebook, reading, text):
        rule, span = judged.rule, judged.span
        if not _is_read(reading, text, span):
            continue
        if judged.reason is not None:
            held.setdefault(rule.concept, {}).setdefault(span, (rule, judged.reason))
            continue
        stance = stance_of(reading, span, text.agency)
        severity = graded(_severity(rulebook, rule, reading, span, text), stance)
        one = _Place(rule=rule, severity=severity, stance=stance, span=span)
        found.setdefault(rule.concept, []).append(one)
    for judged in look_alikes(rulebook, reading, text):
        places = held.setdefault(judged.rule.concept, {})
        if judged.reason is None or not _is_read(reading, text, judged.span):
            continue
        if not overlapping(judged.span, sorted(places)):
            places[judged.span] = (judged.rule, judged.reason)
    hits = sorted((_hit(reading, text, concept, ones) for concept, ones in found.items()), key=_order)
    return MatchResult(hits=tuple(hits), suppressed=tuple(_suppressed(reading, held, found)))


def _is_read(reading: Reading, text: MatchText, span: Span) -> bool:
    """Whether the reading is meant for this place: OCR's confusions only for what OCR read."""
    if reading.layer is None or reading.layer.name != layers.OCR:
        return True
    field, start, end = reading.where(span)
    return field == "title" or any(start < high and low < end for low, high in text.recognised)


def judge(rulebook: Rulebook, reading: Reading, text: MatchText) -> Iterator[Judged]:
    """Every place where a rule is true, with what holds it back; rule by rule."""
    for rule in rulebook.candidates(reading.found):
        if _applies(rule, text, reading):
            for span in apart(_in_field(rule, reading, reading.places(rule.match))):
                yield Judged(rule=rule, span=span, reason=_held_back(rule, reading, span))


def look_alikes(rulebook: Rulebook, reading: Reading, text: MatchText) -> Iterator[Judged]:
    """Places where a word that asks for abroad stands in innocent company, whether or not abroad is spoken of.

    They never alert; that they were seen, and why they are none, is told all the same.
    """
    for rule in rulebook.candidates(reading.found):
        if rule.id in rulebook.bare and _applies(rule, text, reading):
            for span in apart(_in_field(rule, reading, reading.places(anchor(rule.match)))):
                reason = _company(rule, reading, span)
                if reason is not None:
                    yield Judged(rule=rule, span=span, reason=reason)


def _company(rule: Rule, reading: Reading, span: Span) -> str | None:
    """The id of the exclusion whose words stand close by."""
    for exclusion in rule.excludes:
        if exclusion.reach != "text":
            places = reading.places(exclusion.words)
            if places and _reaches(exclusion, reading, span, places):
                return exclusion.id
    return None


def _severity(rulebook: Rulebook, rule: Rule, reading: Reading, span: Span, text: MatchText) -> Severity:
    """The rule's severity in this text (docs/rules.md, severity)."""
    if rule.id in rulebook.asks_abroad:
        cues = reading.set_places("abroad")
        if cues and cues[-1][0] >= reading.body_at and not reading.has_by(span, cues):
            return Severity.LOW
    severity = rule.severity
    if text.agency in _CLOSE and text.level in _LOCAL and severity not in {Severity.CRITICAL, Severity.INFO}:
        # Where the proof disappears first.
        severity = list(Severity)[list(Severity).index(severity) - 1]
    return severity


def _order(hit: Hit) -> tuple[bool, int]:
    return hit.field == "body", hit.start


def _applies(rule: Rule, text: MatchText, reading: Reading) -> bool:
    is_evasive = reading.layer is not None and reading.layer.name == layers.EVASION
    if is_evasive and not reading.rulebook.reads_evasions(rule, official=text.agency is not None):
        return False
    values = {
        "lang": text.lang if text.lang not in {None, "", "und"} else "en" if reading.is_latin else "zh",
        "agency": text.agency,
        "level": text.level,
        "province": text.province,
        "source": text.source,
    }
    if any(key in values and not condition.holds(values[key]) for key, condition in rule.where.items()):
        return False
    if rule.published_from is None and rule.published_to is None:
        return True
    day = (text.published or "")[:10]
    return bool(day) and (rule.published_from or "") <= day <= (rule.published_to or "9")


def _in_field(rule: Rule, reading: Reading, spans: list[Span]) -> list[Span]:
    field = rule.where.get("field")
    if field is None or "any" in field.wanted:
        return spans
    return [span for span in spans if field.holds("body" if span[0] >= reading.body_at else "title")]


def _held_back(rule: Rule, reading: Reading, span: Span) -> str | None:
    """The id of the exclusion that holds this place back."""
    for exclusion in rule.excludes:
        places = reading.places(exclusion.words)
        is_held = bool(places) and _reaches(exclusion, reading, span, places)
        if is_held and (exclusion.final or not _rescued(rule, reading, span)):
            return exclusion.id
    return None


def _reaches(exclusion: Exclusion, reading: Reading, span: Span, places: list[Span]) -> bool:
    match exclusion.reach:
        case int(distance):
            return reading.is_near(span, places, distance)
        case "sentence":
            return reading.is_in_sentence(span, places)
        case "paragraph":
            return reading.is_in_paragraph(span, places)
        case "span":
            around = overlapping(span, places)
            return any(start <= span[0] and span[1] <= end and (start, end) != span for start, end in around)
        case _:
            return True


def _rescued(rule: Rule, reading: Reading, span: Span) -> bool:
    """Whether the rescue is true of this very place: its anchor stands on it."""
    if rule.rescue is None:
        return False
    return bool(overlapping(span, reading.places(rule.rescue)))


def _hit(reading: Reading, text: MatchText, concept: str, ones: list[_Place]) -> Hit:
    """The alert of one concept: the gravest variant; its earliest place in the body, where the concept has one."""
    best = min(ones, key=lambda one: (-_RANK[one.severity], one.span))
    spans = apart([one.span for one in ones])
    chief = best.span
    if chief[0] < reading.body_at:
        own = [one.span for one in ones if one.rule is best.rule and one.span[0] >= reading.body_at]
        chief = min(own, default=next((span for span in spans if span[0] >= reading.body_at), chief))
    field, start, end = reading.where(chief)
    given = text.title if field == "title" else text.body
    return Hit(
        concept=concept,
        variant=best.rule.id,
        severity=best.severity,
        stance=best.stance,
        field=field,
        start=start,
        end=end,
        matched=given[start:end],
        quote=quote(given, start, end),
        more=tuple(reading.where(span) for span in spans if not overlapping(span, [chief])),
    )


def _suppressed(
    reading: Reading, held: dict[str, dict[Span, tuple[Rule, str]]], found: dict[str, list[_Place]]
) -> list[Suppressed]:
    lines = []
    for concept, places in held.items():
        told = sorted(one.span for one in found.get(concept, ()))
        for span, (rule, reason) in sorted(places.items()):
            if overlapping(span, told):
                continue
            field, start, end = reading.where(span)
            given = reading.title.original if field == "title" else reading.body.original
            lines.append(
                Suppressed(
                    concept=concept,
                    variant=rule.id,
                    field=field,
                    start=start,
                    end=end,
                    matched=given[start:end],
                    reason=reason,
                )
            )
    return lines
