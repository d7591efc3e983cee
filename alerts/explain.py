"""Why a text alerted or did not, step by step, in words for somebody who writes no rules. Pure.

Each step says what was asked for and what was found: `+` it held, `-` it was missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.expression import (
    And,
    Count,
    Field,
    Gap,
    Near,
    Not,
    Or,
    Quantity,
    Regex,
    Sent,
    SetName,
    Word,
    anchor,
    children,
)
from alerts.match import applies, find, in_field, is_rescued, readings
from alerts.reading import apart
from alerts.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.expression import Node
    from alerts.match import MatchText
    from alerts.reading import Reading
    from alerts.rule import Exclusion, Rule
    from alerts.rulebook import Rulebook
    from alerts.vocabulary import Span
    from storage.findings import Hit, Suppressed

Step = tuple[bool, str]
NEARLY_SHOWN: Final = 4
_WORDS_SHOWN: Final = 6
_PLACES_SHOWN: Final = 3
_FIELDS: Final = {"title": "the title", "body": "the text below the title", "publisher": "the publisher's name"}
# How often, said of COUNT and of KINDS.
_TIMES: Final = {False: "times", True: "different ones of"}


def explain(rulebook: Rulebook, text: MatchText, *, rule: str | None = None) -> Iterator[str]:
    """The explanation, line by line. `rule` (a concept or a rule's id) asks for it alone, however far it was."""
    reading, *further = readings(rulebook, text)
    by_layer = {each.layer.name: each for each in further if each.layer is not None}
    result = find(rulebook, text)
    rules = {each.id: each for each in rulebook.rules}
    wanted = {each.id for each in rulebook.rules if rule is None or rule in (each.id, each.concept)}
    yield f"read as {'English' if reading.is_latin else 'Chinese'}, {len(text.body):,} characters"
    for hit in result.hits:
        if hit.variant in wanted or rule == hit.concept:
            yield from _alert(by_layer.get(hit.layer, reading), text, rules[hit.variant], hit)
    for held in result.suppressed:
        if held.variant in wanted:
            own = rules[held.variant]
            shown_by = next((one for one in (reading, *further) if _span(one, text, own, held)), reading)
            yield from _suppressed(shown_by, text, own, held)
    told = {hit.concept for hit in result.hits} | {held.concept for held in result.suppressed}
    alone = [each for each in rulebook.rules if each.id in wanted and (rule is not None or each.concept not in told)]
    alerted = {hit.variant for hit in result.hits} | {held.variant for held in result.suppressed}
    nearly = _nearly(reading, text, [each for each in alone if each.id not in alerted], every=rule is not None)
    for each in nearly:
        yield from _missed(reading, text, each)
    if not told and not nearly:
        yield "no alert: no word that a rule begins with stands in this text"


def _alert(reading: Reading, text: MatchText, rule: Rule, hit: Hit) -> Iterator[str]:
    yield ""
    yield f"ALERT {words('concept', hit.concept).both}: {hit.severity}"
    yield f"  quoted: {_marked(text, hit)}"
    if hit.layer != "plain":
        yield f"  seen by: {words('layer', hit.layer).both}"
    yield f"  rule: {rule.id}, version {rule.version}, {rule.place}"
    yield f"  so grave: {hit.why}"
    labels = [words("stance", hit.stance).both, *(words("label", label).both for label in hit.labels)]
    yield f"  said as: {', '.join(labels)}"
    yield "  what the rule asks for:"
    yield from _listed(steps(reading, rule.match))
    span = _span(reading, text, rule, hit)
    if span is not None and rule.excludes:
        yield "  what could have held it back:"
        for exclusion in rule.excludes:
            yield _not_held(reading, rule, exclusion, span)


def _suppressed(reading: Reading, text: MatchText, rule: Rule, held: Suppressed) -> Iterator[str]:
    yield ""
    yield f"HELD BACK {words('concept', held.concept).both}: {_marked(text, held)}"
    yield f"  rule: {rule.id}, version {rule.version}, {rule.place}"
    yield "  what the rule asks for:"
    yield from _listed(steps(reading, rule.match))
    exclusion = next(each for each in rule.excludes if each.id == held.reason)
    span = _span(reading, text, rule, held)
    near = _near_words(reading, exclusion, span) if span is not None else ""
    yield f"  held back by `{exclusion.id}`: {near or 'its word'} {_reach(reading, exclusion.reach)}"
    if exclusion.final:
        yield "  no rescue helps against that"
    elif rule.rescue is None:
        yield "  the rule has no rescue"
    elif reading.places(rule.rescue):
        yield "  its rescue holds elsewhere in the text, not at this place"
    else:
        yield "  it would have been rescued by:"
        yield from _listed(steps(reading, rule.rescue))


def _missed(reading: Reading, text: MatchText, rule: Rule) -> Iterator[str]:
    yield ""
    yield f"NO ALERT {words('concept', rule.concept).both}"
    yield f"  rule: {rule.id}, version {rule.version}, {rule.place}"
    for reason in _not_for(rule, text, reading):
        yield f"    - {reason}"
    yield "  what the rule asks for:"
    yield from _listed(steps(reading, rule.match))


def _nearly(reading: Reading, text: MatchText, rules: Sequence[Rule], *, every: bool) -> list[Rule]:
    """The rules that had most of what they ask for: one a concept, the nearest first; `every`: all of them."""
    if every:
        return list(rules)
    best: dict[str, tuple[float, Rule]] = {}
    for rule in rules:
        if not applies(rule, text, reading) or not reading.places(anchor(rule.match)):
            continue
        found = steps(reading, rule.match)
        share = sum(holds for holds, _ in found) / len(found)
        if share > best.get(rule.concept, (0.0, rule))[0]:
            best[rule.concept] = (share, rule)
    ordered = sorted(best.values(), key=lambda one: -one[0])
    return [rule for _, rule in ordered[:NEARLY_SHOWN]]


def steps(reading: Reading, node: Node) -> list[Step]:
    """What an expression asks for, part by part, and whether the text has it."""
    match node:
        case And(parts):
            return [step for part in parts for step in steps(reading, part)]
        case Not(wanted, unwanted):
            return [*steps(reading, wanted), *(_absent(reading, part) for part in unwanted)]
        case Near(left, _, distance, ordered, in_sentences):
            unit = "sentence ends" if in_sentences else "words" if reading.is_latin else "characters"
            how = f"at most {distance} {unit} {'behind' if ordered else 'from'} it, in its paragraph"
            return [*steps(reading, left), _beside(reading, node, how)]
        case Sent(left, _, in_paragraph):
            how = "in its paragraph, or either in the title" if in_paragraph else "in its sentence"
            return [*steps(reading, left), _beside(reading, node, how)]
        case Field(inner, name):
            where = _FIELDS.get(name, "the names of its files, or a file's text")
            return [(bool(reading.places(node)), f"in {where}: {say(reading, inner)}")]
        case Count(inner, least, kinds):
            found = [reading.text[start:end] for start, end in apart(reading.places(inner))]
            times = len(set(found) if kinds else found)
            return [(times >= least, f"at least {least} {_TIMES[kinds]} {say(reading, inner)}: {times} found")]
        case Quantity(least):
            return [_found(reading, node, f"a number of {least:,} or more")]
    return [_found(reading, node, say(reading, node))]


def _found(reading: Reading, node: Node, asked: str) -> Step:
    places = reading.places(node)
    return bool(places), f"{asked}: {_shown(reading, places)}" if places else f"missing: {asked}"


def _absent(reading: Reading, node: Node) -> Step:
    places = reading.places(node)
    found = f": but {_shown(reading, places)} stands there" if places else ""
    return not places, f"nowhere in the text: {say(reading, node)}{found}"


def _beside(reading: Reading, node: Near | Sent, how: str) -> Step:
    right = node.right
    others = reading.places(right)
    if not reading.places(node.left):
        found = f"{_shown(reading, others)} stands in the text" if others else "nowhere in the text"
        return False, f"and then {how}: {say(reading, right)}; {found}"
    if reading.places(node):
        return True, f"{how}: {say(reading, right)}: {_shown(reading, others)}"
    further = f"; {_shown(reading, others)} stands further away" if others else ""
    return False, f"missing: {how}: {say(reading, right)}{further}"


def say(reading: Reading, node: Node) -> str:
    """An expression in words."""
    match node:
        case Word(written=written):
            return f"“{written}”"
        case SetName(name):
            known = reading.rulebook.all_sets.get(name, ())
            some = " ".join(word.written for word in known[:_WORDS_SHOWN])
            more = f" … {len(known)} words" if len(known) > _WORDS_SHOWN else ""
            return f"a word of @{name} ({some}{more})"
        case Regex(pattern):
            return f"a wording like /{pattern if len(pattern) < 90 else pattern[:90] + ' …'}/"
        case Field(inner, name):
            return f"{say(reading, inner)} in {_FIELDS.get(name, 'its files')}"
        case Count(inner, least, kinds):
            return f"{least} {_TIMES[kinds]} {say(reading, inner)}"
        case Quantity(least):
            return f"a number of {least:,} or more"
    return _say_joined(reading, node)


def _say_joined(reading: Reading, node: Node) -> str:
    parts = [say(reading, part) for part in children(node)]
    match node:
        case Or():
            more = f" … {len(parts)} in all" if len(parts) > _WORDS_SHOWN else ""
            return f"one of {', '.join(parts[:_WORDS_SHOWN])}{more}"
        case Not():
            return f"{parts[0]} without {', '.join(parts[1:])}"
        case Near():
            return f"{parts[0]} near {parts[1]}"
        case Sent():
            return f"{parts[0]} in one sentence with {parts[1]}"
        case Gap():
            return " and soon after it ".join(parts)
    return " together with ".join(parts)


def _not_for(rule: Rule, text: MatchText, reading: Reading) -> list[str]:
    """Why the rule's `where` does not take this text at all."""
    if applies(rule, text, reading):
        return []
    asked = [
        f"{key}: {', '.join([*each.wanted, *('not ' + no for no in each.unwanted)])}"
        for key, each in rule.where.items()
    ]
    dates = f"published from {rule.published_from or 'ever'} to {rule.published_to or 'now'}"
    if rule.published_from or rule.published_to:
        asked.append(dates)
    return [f"the rule is for other pages ({'; '.join(asked)})"]


def _not_held(reading: Reading, rule: Rule, exclusion: Exclusion, span: Span) -> str:
    if not reading.meets(span, exclusion.words, exclusion.reach):
        places = reading.places(exclusion.words)
        further = f"; {_shown(reading, places)} stands further away" if places else ""
        return f"    + `{exclusion.id}` does not: none of its words {_reach(reading, exclusion.reach)}{further}"
    near = _near_words(reading, exclusion, span)
    if rule.rescue is not None and is_rescued(rule, reading, span):
        would = f"`{exclusion.id}` would: {near} {_reach(reading, exclusion.reach)}"
        return f"    + {would}; but it is rescued: {'; '.join(said for _, said in steps(reading, rule.rescue))}"
    return f"    + `{exclusion.id}` holds other places back, not this one"


def _near_words(reading: Reading, exclusion: Exclusion, span: Span) -> str:
    """Those of the exclusion's words that reach the span."""
    parts = exclusion.words.parts if isinstance(exclusion.words, Or) else (exclusion.words,)
    places = [place for part in parts for place in reading.places(part)]
    close = sorted(places, key=lambda place: max(place[0] - span[1], span[0] - place[1]))
    return _shown(reading, close[:1])


def _reach(reading: Reading, reach: int | str) -> str:
    if isinstance(reach, int):
        return f"at most {reach} {'words' if reading.is_latin else 'characters'} away"
    said = {"span": "around it", "text": "anywhere in the text", "sentence": "in its sentence"}
    return said.get(reach, f"at most {reach[:-1]} sentence ends away" if reach.endswith("s") else f"in its {reach}")


def _span(reading: Reading, text: MatchText, rule: Rule, of: Hit | Suppressed) -> Span | None:
    """Where the hit stands in the folded text."""
    places = [*reading.places(rule.match), *reading.places(anchor(rule.match))]
    known = in_field(rule, text, reading, places)
    return next((span for span in known if reading.where(span) == (of.field, of.start, of.end)), None)


def _shown(reading: Reading, places: Sequence[Span]) -> str:
    """The words that stand there, as the text writes them: 劝返, 规劝回国."""
    seen = dict.fromkeys(" ".join(_original(reading, place).split()) for place in places[:200])
    shown = [word for word in seen if word][:_PLACES_SHOWN]
    return ", ".join(shown) + (" …" if len(seen) > _PLACES_SHOWN else "") if shown else "yes"


def _original(reading: Reading, place: Span) -> str:
    if place[1] <= place[0]:
        return ""
    field, start, end = reading.where(place)
    return (reading.title if field == "title" else reading.body).original[start:end][:40]


def _marked(text: MatchText, of: Hit | Suppressed) -> str:
    given = text.title if of.field == "title" else text.body
    begin, end = max(0, of.start - 20), of.end + 20
    said = f"{given[begin : of.start]}【{given[of.start : of.end]}】{given[of.end : end]}"
    return " ".join(said.split())


def _listed(found: Sequence[Step]) -> Iterator[str]:
    for holds, said in found:
        yield f"    {'+' if holds else '-'} {said}"
