"""Runs the example texts that rules carry: each must, or must not, raise its very rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts import layers
from alerts.expression import Title, walk
from alerts.match import MatchText, judge
from alerts.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.rule import Rule
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
        for text in rule.alerts:
            raised, held = _outcome(rulebook, rule, text)
            if not raised:
                why = f"held back by {held}" if held else "its expression is not true here"
                yield Failure(rule=rule, text=text, why=f"must alert, but {why}")
        for text in rule.silent:
            raised, _ = _outcome(rulebook, rule, text)
            if raised:
                yield Failure(rule=rule, text=text, why=f"must stay silent, but {raised!r} raises it")


def _outcome(rulebook: Rulebook, rule: Rule, text: str) -> tuple[str | None, str | None]:
    """What raises the rule in the text, and what holds it back."""
    given = as_given(rule, text)
    held = None
    for layer in (None, layers.evasion()) if rule.evasions else (None,):
        reading = Reading(rulebook, given.title, given.body, given.lang, layer)
        for judged in judge(rulebook, reading, given):
            if judged.rule is rule:
                if judged.reason is None:
                    return reading.text[slice(*judged.span)], None
                held = judged.reason
    return None, held


def as_given(rule: Rule, text: str) -> MatchText:
    """An example as a text of the kind that its rule wants."""
    has_title = any(isinstance(node, Title) for node in walk(rule.match))
    return MatchText(
        title=text if has_title else "",
        body=text,
        lang=_wanted(rule, "lang"),
        agency=_wanted(rule, "agency"),
        level=_wanted(rule, "level"),
        province=_wanted(rule, "province"),
        source=_wanted(rule, "source"),
        published=rule.published_from or rule.published_to,
    )


def _wanted(rule: Rule, key: str) -> str | None:
    condition = rule.where.get(key)
    return min(condition.wanted, default=None) if condition else None
