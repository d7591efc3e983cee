"""What the rules find in one text: an alert for each concept, and what was held back with the reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alerts import layers
from alerts.expression import anchor
from alerts.reading import Reading, apart, overlapping
from alerts.sentences import quote
from alerts.severity import labels_of, severity_of
from alerts.stance import stance_of
from storage.findings import Hit, Severity, Suppressed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.layers import Layer
    from alerts.rule import Rule
    from alerts.rulebook import Rulebook
    from alerts.vocabulary import Span
    from storage.findings import Stance


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchText:
    """A text and what is known of it; `published` is ISO 8601, `agency` one of the words of interface.md.

    `attachments` are the names of its files; `is_attachment`: it is itself a file of some article. `recognised`: the
    spans of the body that OCR read; with any, OCR may have read the title too.
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
    attachments: tuple[str, ...] = ()
    is_attachment: bool = False
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
    why: str


# No page needs more places of one rule told than this; one word repeated for megabytes is no reason to judge each.
MOST_PLACES = 1000
_RANK = {severity: rank for rank, severity in enumerate(reversed(Severity))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One place where a rule's expression is true; `reason` is the id of the exclusion that holds it back."""

    rule: Rule
    span: Span
    reason: str | None


def find(rulebook: Rulebook, text: MatchText) -> MatchResult:
    """All that the rules find in the text."""
    result = _found(rulebook, text, read(rulebook, text))
    for layer, reading in _further(rulebook, text):
        result = _added(result, _found(rulebook, text, reading), layer)
    return result


def readings(rulebook: Rulebook, text: MatchText) -> Iterator[Reading]:
    """The text as the rules see it: the plain reading first, then through each layer that changes it."""
    yield read(rulebook, text)
    for _, reading in _further(rulebook, text):
        yield reading


def _further(rulebook: Rulebook, text: MatchText) -> Iterator[tuple[Layer, Reading]]:
    """The layers that the text is also read through, where they change it."""
    asked = [layers.ocr()] if text.recognised else []
    if (text.agency is not None) in rulebook.evasive:
        asked.append(layers.evasion())
    for layer in asked:
        reading = read(rulebook, text, layer)
        if not reading.is_unchanged:
            yield layer, reading


def _added(plain: MatchResult, other: MatchResult, layer: Layer) -> MatchResult:
    """The result with what only the layer shows: concepts that had no hit, and places not yet held back."""
    told = {hit.concept for hit in plain.hits}
    hits = [hit for hit in other.hits if hit.concept not in told and not _is_held(hit, plain.suppressed)]
    held = [one for one in other.suppressed if one.concept not in told and not _is_held(one, plain.suppressed)]
    marked = [_marked(hit, layer) for hit in hits]
    return MatchResult(hits=tuple(sorted((*plain.hits, *marked), key=_order)), suppressed=(*plain.suppressed, *held))


def _marked(hit: Hit, layer: Layer) -> Hit:
    """The hit with the layer's name, and no graver than the layer lets it be."""
    most = layer.severity
    if most is None or _RANK[hit.severity] <= _RANK[most]:
        return replace(hit, layer=layer.name)
    reasons = hit.why.removeprefix(f"{hit.severity}: ")
    why = f"{most}: {reasons}; {most} at most, only the {layer.name} layer shows it"
    return replace(hit, layer=layer.name, severity=most, why=why)


def _is_held(one: Hit | Suppressed, held: tuple[Suppressed, ...]) -> bool:
    """Whether the plain text held this very place back: a layer sees no more company than the text has."""
    return any(
        (one.concept, one.field) == (other.concept, other.field) and one.start < other.end and other.start < one.end
        for other in held
    )


def _found(rulebook: Rulebook, text: MatchText, reading: Reading) -> MatchResult:
    """All that the rules find in one reading of the text."""
    found: dict[str, list[_Place]] = {}
    held: dict[str, dict[Span, tuple[Rule, str]]] = {}
    for judged in judge(rulebook, reading, text):
        rule, span = judged.rule, judged.span
        if not _is_read(reading, text, span):
            continue
        if judged.reason is not None:
            held.setdefault(rule.concept, {}).setdefault(span, (rule, judged.reason))
            continue
        found.setdefault(rule.concept, []).append(_weigh(rulebook, rule, reading, span, text))
    for judged in look_alikes(rulebook, reading, text):
        places = held.setdefault(judged.rule.concept, {})
        if judged.reason is None or not _is_read(reading, text, judged.span):
            continue
        if not overlapping(judged.span, sorted(places)):
            places[judged.span] = (judged.rule, judged.reason)
    _drop_titles(reading, found, held)
    hits = sorted((_hit(reading, text, concept, ones) for concept, ones in found.items()), key=_order)
    return MatchResult(hits=tuple(hits), suppressed=tuple(_suppressed(reading, held, found)))


def _is_read(reading: Reading, text: MatchText, span: Span) -> bool:
    """Whether the reading is meant for this place: OCR's confusions only for what OCR read."""
    if reading.layer is None or reading.layer.name != layers.OCR:
        return True
    field, start, end = reading.where(span)
    return field == "title" or any(start < high and low < end for low, high in text.recognised)


def _drop_titles(
    reading: Reading, found: dict[str, list[_Place]], held: dict[str, dict[Span, tuple[Rule, str]]]
) -> None:
    """Hold a title's word back where the text under it uses the very word, and each time in innocent company.

    A title is too short to say what it is about; 《猎狐行动》收官 is what its text makes of it.
    """
    for concept, ones in list(found.items()):
        if any(one.span[0] >= reading.body_at for one in ones):
            continue
        innocent = {
            reading.text[slice(*span)]: why for span, why in held.get(concept, {}).items() if span[0] >= reading.body_at
        }
        kept = [one for one in ones if reading.text[slice(*one.span)] not in innocent]
        for one in ones:
            if one not in kept:
                held[concept][one.span] = (one.rule, innocent[reading.text[slice(*one.span)]][1])
        if kept:
            found[concept] = kept
        else:
            del found[concept]


def read(rulebook: Rulebook, text: MatchText, layer: Layer | None = None) -> Reading:
    """The text as the rules see it; `layer`: through it."""
    files = [*text.attachments, text.title, text.body] if text.is_attachment else text.attachments
    return Reading(
        rulebook,
        text.title,
        text.body,
        text.lang,
        publisher=text.publisher or "",
        attachments="\n\n".join(files),
        layer=layer,
    )


def judge(rulebook: Rulebook, reading: Reading, text: MatchText) -> Iterator[Judged]:
    """Every place where a rule is true, with what holds it back; rule by rule."""
    for rule in rulebook.candidates(reading.found, reading.patterns):
        if applies(rule, text, reading):
            for span in apart(in_field(rule, text, reading, reading.places(rule.match)))[:MOST_PLACES]:
                yield Judged(rule=rule, span=span, reason=held_back(rule, reading, span))


def look_alikes(rulebook: Rulebook, reading: Reading, text: MatchText) -> Iterator[Judged]:
    """Places where a word that asks for abroad stands in innocent company, whether or not abroad is spoken of.

    They never alert; that they were seen, and why they are none, is told all the same.
    """
    for rule in rulebook.bare_candidates(reading.found):
        if applies(rule, text, reading):
            for span in apart(in_field(rule, text, reading, reading.places(anchor(rule.match))))[:MOST_PLACES]:
                reason = _company(rule, reading, span)
                if reason is not None:
                    yield Judged(rule=rule, span=span, reason=reason)


def _company(rule: Rule, reading: Reading, span: Span) -> str | None:
    """The id of the exclusion whose words stand close by."""
    for exclusion in rule.excludes:
        if exclusion.reach != "text" and reading.meets(span, exclusion.words, exclusion.reach):
            return exclusion.id
    return None


def _weigh(rulebook: Rulebook, rule: Rule, reading: Reading, span: Span, text: MatchText) -> _Place:
    """One hit with its stance, its severity and why."""
    stance = stance_of(reading, span, text.agency)
    severity, why = severity_of(
        rule,
        reading,
        span,
        text,
        stance=stance,
        lone_cue=rule.id in rulebook.asks_abroad and _is_lone(reading, span),
    )
    return _Place(rule=rule, severity=severity, stance=stance, span=span, why=why)


def _is_lone(reading: Reading, span: Span) -> bool:
    """Whether abroad is spoken of only in other paragraphs than the hit's."""
    cues = reading.set_places("abroad")
    return bool(cues) and cues[-1][0] >= reading.body_at and not reading.has_by(span, cues)


def _order(hit: Hit) -> tuple[bool, int]:
    return hit.field == "body", hit.start


def applies(rule: Rule, text: MatchText, reading: Reading) -> bool:
    """Whether the rule reads this layer and its `where` takes this kind of text; `field` is seen to place by place."""
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


def in_field(rule: Rule, text: MatchText, reading: Reading, spans: list[Span]) -> list[Span]:
    """Those of the places that stand in the field the rule asks for."""
    field = rule.where.get("field")
    if field is None or "any" in field.wanted:
        return spans
    whole = {"attachment"} if text.is_attachment else set()
    return [span for span in spans if field.takes({"body" if span[0] >= reading.body_at else "title"} | whole)]


def held_back(rule: Rule, reading: Reading, span: Span) -> str | None:
    """The id of the exclusion that holds this place back."""
    for exclusion in rule.excludes:
        is_held = reading.meets(span, exclusion.words, exclusion.reach)
        if is_held and (exclusion.final or not is_rescued(rule, reading, span)):
            return exclusion.id
    return None


def is_rescued(rule: Rule, reading: Reading, span: Span) -> bool:
    """Whether the rescue is true of this very place: its anchor stands on it."""
    if rule.rescue is None:
        return False
    return bool(overlapping(span, reading.places(rule.rescue)))


def _hit(reading: Reading, text: MatchText, concept: str, ones: list[_Place]) -> Hit:
    """The alert of one concept: the gravest variant; its earliest place in the body, where the concept has one."""
    # Of words that begin together the longest: 其家属, not the 其家 in it.
    best = min(ones, key=lambda one: (-_RANK[one.severity], one.span[0], -one.span[1]))
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
        labels=labels_of(best.rule, reading, chief),
        why=best.why,
        rule_version=best.rule.version,
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
