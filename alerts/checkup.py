"""What stands in the rules and does nothing: rules that no text raised, exclusions that held nothing, odd words. Pure.

Judged over texts that are at hand: the rules' own examples, and what the archive holds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from alerts.examples import text_of
from alerts.expression import Word, walk
from alerts.fold import fold_word
from alerts.glossary import terms
from alerts.match import judge, readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.match import MatchText
    from alerts.rule import Rule
    from alerts.rulebook import Rulebook

# Shorter words differ from one another by a character as a matter of course (缅北, 缅甸).
_SHORTEST_NEAR: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something a rule's author may want to look at; no mistake. `place`: FILE:LINE of whose author that is."""

    rule: Rule
    what: str
    place: str


class Usage:
    """Counts, text by text, which rules alert and which exclusions hold."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.texts = 0
        self.raised: Counter[str] = Counter()
        self.held: Counter[tuple[str, str]] = Counter()
        for rule in rulebook.rules:
            for example in (*rule.alerts, *rule.silent):
                self.add(text_of(rule, example))

    def add(self, text: MatchText) -> None:
        self.texts += 1
        seen: set[tuple[str, str | None]] = set()
        every = readings(self.rulebook, text)
        for judged in (judged for reading in every for judged in judge(self.rulebook, reading, text)):
            if (key := (judged.rule.id, judged.reason)) not in seen:
                seen.add(key)
                if judged.reason is None:
                    self.raised[judged.rule.id] += 1
                else:
                    self.held[judged.rule.id, judged.reason] += 1

    def add_all(self, texts: Iterable[MatchText]) -> None:
        for text in texts:
            self.add(text)

    def notes(self) -> Iterator[Note]:
        """In the order of the rules."""
        for rule in self.rulebook.rules:
            if not self.raised[rule.id]:
                yield Note(rule=rule, place=rule.place, what="never alerted")
            if not rule.alerts:
                yield Note(rule=rule, place=rule.place, what="has no `alerts:` example that shows what it is for")
            for exclusion in rule.excludes:
                if not self.held[rule.id, exclusion.id]:
                    # One of all rules, or of the shipped rule that is changed here, is not this rule's author's.
                    what = f"exclusion `{exclusion.id}` never held anything back"
                    yield Note(rule=rule, place=exclusion.place, what=what)
            for word, near in odd_words(rule):
                what = f"“{word}” differs by one character from the listed “{near}”; is it meant?"
                yield Note(rule=rule, place=rule.place, what=what)


def odd_words(rule: Rule) -> Iterator[tuple[str, str]]:
    """Words written into the rule itself that look like a mistyped listed term."""
    for node in walk(rule.match):
        if isinstance(node, Word) and len(node.surface) >= _SHORTEST_NEAR and not node.surface.isascii():
            near = _near(node.surface)
            if near is not None:
                yield node.written, near


@cache
def _near(surface: str) -> str | None:
    listed = {fold_word(term.zh) for term in terms()}
    if surface in listed:
        return None
    return next((word for word in sorted(listed) if len(word) == len(surface) and _differ_once(word, surface)), None)


def _differ_once(one: str, other: str) -> bool:
    return sum(a != b for a, b in zip(one, other, strict=True)) == 1
