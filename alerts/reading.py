"""One text as rules see it: title and body folded into one, the places of all words, its paragraphs and sentences."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from alerts.expression import And, Count, Gap, Near, Node, Not, Or, Quantity, Regex, Sent, SetName, Title, Word
from alerts.fold import Folded, fold
from alerts.vocabulary import key_of, spans_of

if TYPE_CHECKING:
    from alerts.layers import Layer
    from alerts.rulebook import Rulebook
    from alerts.vocabulary import Key, Span

# At most so many characters, or words where the text is Latin, in the gap of a separable word.
GAP_CHARACTERS: Final = 12
GAP_WORDS: Final = 8
# Nothing may ask for so many places that a hostile page of one word repeated costs minutes.
_NEIGHBOURS: Final = 6

_SENTENCE_END: Final = re.compile(r"[。!?;]|\.(?=\s|$)")
_LATIN_LETTERS: Final = re.compile(r"[a-z]{2}")


class Reading:
    """Evaluates expressions over one text. Offsets are those of `text`: the folded title, two breaks, the body.

    `layer`: reads the text through it; without one it is the plain reading.
    """

    def __init__(
        self, rulebook: Rulebook, title: str, body: str, lang: str | None = None, layer: Layer | None = None
    ) -> None:
        self.rulebook = rulebook
        self.layer = layer
        self.title: Folded = fold(title)
        self.body: Folded = fold(body)
        plain = f"{self.title.text}\n\n{self.body.text}"
        if layer is not None:
            self.title, self.body = layer.over(self.title), layer.over(self.body)
        self.body_at = len(self.title.text) + 2
        self.text = plain if layer is None else f"{self.title.text}\n\n{self.body.text}"
        self.is_unchanged = layer is not None and not layer.alike and self.text == plain
        # Before a layer exchanged characters one for one.
        self.plain_text = plain if layer is None or layer.alike else self.text
        self.is_latin = lang == "en" if lang in {"zh", "en"} else _is_latin(plain)
        self._sets: dict[str, list[Span]] = {}
        self._values: dict[int, list[Span]] = {}
        vocabulary = rulebook.vocabulary_of(layer)
        found = vocabulary.find(self.body)
        self.found: dict[Key, list[Span]] = vocabulary.find(self.title)
        for key, spans in found.items():
            moved = [(start + self.body_at, end + self.body_at) for start, end in spans]
            self.found[key] = self.found[key] + moved if key in self.found else moved

    def where(self, span: Span) -> tuple[str, int, int]:
        """The field a span stands in and its offsets in that field as given."""
        start, end = span
        if start >= self.body_at:
            return ("body", *self.body.span(start - self.body_at, end - self.body_at))
        return ("title", *self.title.span(start, min(end, len(self.title.text))))

    def places(self, node: Node) -> list[Span]:
        """Where the node is true, as places of its anchor; empty where it is false."""
        # By identity: a tree lives as long as its rulebook, and equal parts of two rules are rare.
        known = self._values.get(id(node))
        if known is None:
            known = self._values[id(node)] = self._evaluate(node)
        return known

    def _evaluate(self, node: Node) -> list[Span]:
        match node:
            case Word():
                return self.found.get(key_of(node), [])
            case SetName(name):
                return self.set_places(name)
            case Regex(pattern):
                return self.rulebook.search(pattern, self)
            case Gap(parts):
                return self._gaps(parts)
            case Title(inner):
                return [span for span in self.places(inner) if span[1] <= len(self.title.text)]
            case Near(left, right, distance, ordered):
                return self._near(left, right, distance, ordered=ordered)
            case Sent(left, right):
                return self._in_sentence(left, right)
            case _:
                return self._combine(node)

    def _combine(self, node: Node) -> list[Span]:
        match node:
            case Or(parts):
                return sorted({span for part in parts for span in self.places(part)})
            case And(parts):
                first = self.places(parts[0])
                return first if first and all(self.places(part) for part in parts[1:]) else []
            case Not(wanted, unwanted):
                first = self.places(wanted)
                return first if first and not any(self.places(part) for part in unwanted) else []
            case Count(inner, least):
                spans = apart(self.places(inner))
                return spans if len(spans) >= least else []
            case Quantity(least):
                return [span for value, span in self.rulebook.quantities(self) if value >= least]
        raise AssertionError(node)

    def set_places(self, name: str) -> list[Span]:
        known = self._sets.get(name)
        if known is None:
            keys = self.rulebook.sets.get(name, frozenset())
            known = self._sets[name] = spans_of(keys & self.found.keys(), self.found)
        return known

    def _gaps(self, parts: tuple[Node, ...]) -> list[Span]:
        spans = self.places(parts[0])
        for part in parts[1:]:
            after = self.places(part)
            joined = []
            for start, end in spans:
                for next_start, next_end in after[bisect_left(after, (end, 0)) :][:1]:
                    if self._is_gap(self.text[end:next_start]) and self.same_paragraph((start, end), (next_start, end)):
                        joined.append((start, next_end))
            spans = joined
        return spans

    def _is_gap(self, between: str) -> bool:
        if _SENTENCE_END.search(between):
            return False
        return len(between.split()) <= GAP_WORDS if self.is_latin else len(between) <= GAP_CHARACTERS

    def _near(self, left: Node, right: Node, distance: int, *, ordered: bool) -> list[Span]:
        spans = self.places(left)
        others = self.places(right) if spans else []
        return [span for span in spans if others and self.is_near(span, others, distance, ordered=ordered)]

    def is_near(self, span: Span, others: list[Span], distance: int, *, ordered: bool = False) -> bool:
        """Whether any of `others` (in order) is that close, in the same paragraph; `ordered`: and behind."""
        at = bisect_right(others, span)
        for other in others[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]:
            if (ordered and other[0] < span[1]) or (span[0] <= other[0] and other[1] <= span[1]):
                continue  # a cue is another word than the anchor, not a part of it
            if self._distance(span, other) <= distance and self.same_paragraph(span, other):
                return True
        return False

    def _distance(self, one: Span, other: Span) -> int:
        first, second = min(one, other), max(one, other)
        if second[0] <= first[1]:
            return 0
        if self.is_latin:
            return len(self.text[first[1] : second[0]].split())
        return second[0] - first[1]

    def _in_sentence(self, left: Node, right: Node) -> list[Span]:
        spans = self.places(left)
        others = self.places(right) if spans else []
        return [span for span in spans if others and self.is_in_sentence(span, others)]

    def is_in_sentence(self, span: Span, others: list[Span]) -> bool:
        return _meets(span, others, self._sentences)

    def is_in_paragraph(self, span: Span, others: list[Span]) -> bool:
        return _meets(span, others, self._paragraphs)

    def has_by(self, span: Span, cues: list[Span]) -> bool:
        """Whether a cue stands in the hit's paragraph, in it, or in the title."""
        return cues[0][0] < self.body_at or self.is_in_paragraph(span, cues)

    def same_paragraph(self, one: Span, other: Span) -> bool:
        return _meets(one, [other], self._paragraphs)

    @cached_property
    def _paragraphs(self) -> list[int]:
        """Offsets at which a paragraph begins. A break inside a hit belongs to both sides of it."""
        starts = {found.end() for found in re.finditer("\n", self.text)}
        starts.update(self.title.breaks)
        starts.update(place + self.body_at for place in self.body.breaks)
        return sorted(starts)

    @cached_property
    def _sentences(self) -> list[int]:
        ends = (found.end() for found in _SENTENCE_END.finditer(self.text))
        return sorted({*self._paragraphs, *ends})


def _meets(span: Span, others: list[Span], starts: list[int]) -> bool:
    """Whether any of `others` (in order) stands in a part (parts begin at `starts`) that the span touches."""
    first = bisect_right(starts, span[0])
    last = bisect_right(starts, max(span[0], span[1] - 1))
    begin = starts[first - 1] if first else 0
    end = starts[last] if last < len(starts) else None
    at = bisect_left(others, (begin, 0))
    if at < len(others) and (end is None or others[at][0] < end):
        return True
    return at > 0 and others[at - 1][1] > begin


def overlapping(span: Span, places: list[Span]) -> list[Span]:
    """Those of `places` (in order) that share a character with the span; looked for beside it only."""
    at = bisect_left(places, (span[1], 0))
    return [place for place in places[max(0, at - _NEIGHBOURS) : at] if place[1] > span[0]]


def apart(spans: list[Span]) -> list[Span]:
    """The spans without those that lie within another."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept


def _is_latin(text: str) -> bool:
    sample = text[:4000]
    return text.isascii() or len(_LATIN_LETTERS.findall(sample)) * 2 > len(sample) * 0.6
