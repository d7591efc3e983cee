"""Runs the example texts that rules carry: each must, or must not, raise its very rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.expression import Field, walk
from alerts.match import MatchText, judge, readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.rule import Example, Rule
    from alerts.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An example that a rule does not treat as it says. `why` is a sentence for the rule's author."""

    rule: Rule
    text: str
    why: str


def failures(rulebook: Rulebook) -> Iterator[Failure]:
    """Every example that does not hold, in the order of the rules."""
    for rule in rulebook.rules:
        for example in rule.alerts:
            raised, held = _outcome(rulebook, rule, example)
            if not raised:
                why = f"held back by {held}" if held else "its expression is not true here"
                yield Failure(rule=rule, text=example.text, why=f"must alert, but {why}")
        for example in rule.silent:
            raised, _ = _outcome(rulebook, rule, example)
            if raised:
                yield Failure(rule=rule, text=example.text, why=f"must stay silent, but {raised!r} raises it")


def text_of(rule: Rule, example: Example) -> MatchText:
    """The example as a page: of the kind the rule wants, unless it says of which."""
    facts = example.facts
    has_title = any(isinstance(node, Field) and node.name == "title" for node in walk(rule.match))
    is_attachment = "attachment" in _wanted_all(rule, "field")
    return MatchText(
        title=facts.get("title", example.text if has_title else ""),
        body=example.text,
        lang=facts.get("lang", _wanted(rule, "lang")),
        agency=facts.get("agency", _wanted(rule, "agency")),
        level=facts.get("level", _wanted(rule, "level")),
        province=facts.get("province", _wanted(rule, "province")),
        source=facts.get("source", _wanted(rule, "source")),
        published=facts.get("published", rule.published_from or rule.published_to),
        publisher=facts.get("publisher"),
        attachments=(facts["attachment"],) if "attachment" in facts else (),
        is_attachment=is_attachment,
    )


def _outcome(rulebook: Rulebook, rule: Rule, example: Example) -> tuple[str | None, str | None]:
    """What raises the rule in the example, and what holds it back."""
    given = text_of(rule, example)
    held = None
    for reading in readings(rulebook, given):
        for judged in judge(rulebook, reading, given):
            if judged.rule is rule:
                if judged.reason is None:
                    return reading.text[slice(*judged.span)], None
                held = judged.reason
    return None, held


def _wanted(rule: Rule, key: str) -> str | None:
    return min(_wanted_all(rule, key), default=None)


def _wanted_all(rule: Rule, key: str) -> frozenset[str]:
    condition = rule.where.get(key)
    return condition.wanted if condition else frozenset()
