"""One text as rules see it: title and body folded into one, the places of all words, its paragraphs and sentences."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from alerts.expression import And, Count, Field, Gap, Near, Node, Not, Or, Quantity, Regex, Sent, SetName, Word
from alerts.fold import Folded, fold
from alerts.quantities import numbers
from alerts.regexes import compile_regex
from alerts.vocabulary import key_of, spans_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.layers import Layer
    from alerts.rulebook import Rulebook
    from alerts.vocabulary import Key, Span

# At most so many characters, or words where the text is Latin, in the gap of a separable word.
GAP_CHARACTERS: Final = 12
GAP_WORDS: Final = 8
# Nothing may ask for so many places that a hostile page of one word repeated costs minutes.
_NEIGHBOURS: Final = 6
# No English word that is counted between two places is longer than this on the average.
_WORD_CHARACTERS: Final = 40
# True, and nowhere: a condition on what is no part of the text.
_ASIDE_PLACE: Final = (0, 0)

_SENTENCE_END: Final = re.compile(r"[。!?;]|\.(?=\s|$)")
_LATIN_LETTERS: Final = re.compile(r"[a-z]{2}")
# An item of a notice that begins by what was said before it: 二、逾期不归的, 三、其子女, 第五条 上述人员.
# 其间 and 逾期未缴费的 begin another matter.
_NUMBER: Final = (
    r"[^\S\n]*(?:\(?[一二三四五六七八九十0-9]{1,3}\)?[、.)]?|第[一二三四五六七八九十百0-9]{1,4}[条款项])?[^\S\n]*"
)
_REFERS_BACK: Final = re.compile(
    rf"{_NUMBER}(?:其(?![他它余中次实间后时一二三])|该(?:户|人|家|类|等)|上述|前述|此类|对?(?:逾期|拒不)(?:[^。,;\n]{{0,4}}[归返回到投]|[的者])"
    r"|否则|违反(?:上述|前述|以上)|[^。,;\n]{1,14}[不未](?:主动)?(?:到案|归案|投案|返回|回国|归国|回来)(?:投案|自首)?的)"
)
# What a notice orders, in numbered lines below the line that says to whom; what a meeting decided is of many things.
_ORDERS: Final = re.compile(
    r"(?:(?:通告|公告|通知|告知|规定|措施|办法|惩戒|约定|提醒)[^。,;\n]{0,6}"
    r"|(?:对|凡|因)[^。\n]{2,60}(?:要求|决定|公示)[^。,;\n]{0,6})(?:如下[:。]?|:)[^\S\n]*\n?$"
)
_ITEM: Final = re.compile(r"[^\S\n]*(?:\(?[一二三四五六七八九十0-9]{1,3}[、.)]|[①-⑳]|第[一二三四五六七八九十]{1,3}条)")
# Questions and answers, of an interview or a letter box: the answer speaks of what was asked. Folding drops most 】.
_QUESTION: Final = re.compile(
    r"[^\S\n]*(?:(?:问题?|提问|记者|主持人|来信|来信内容|q)[^\S\n]*[:】]|【(?:来信|提问|问)|\(?[0-9]{1,2}[.、)][^\S\n]*问)"
)
_ANSWER: Final = re.compile(r"(?!问|记者|主持人|来信)[^\s:。,;!?]{1,14}[:】]|【(?:答复|回复|答)")


class Reading:
    """Evaluates expressions over one text. Offsets are those of `text`: the folded title, two breaks, the body.

    `layer`: reads the text through it; without one it is the plain reading.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        title: str,
        body: str,
        lang: str | None = None,
        *,
        publisher: str = "",
        attachments: str = "",
        layer: Layer | None = None,
    ) -> None:
        self.rulebook = rulebook
        self.layer = layer
        self._asides = {"publisher": publisher, "attachment": attachments}
        self._aside_readings: dict[str, Reading] = {}
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

    @cached_property
    def patterns(self) -> frozenset[str]:
        """The rules' regular expressions that can stand in the text."""
        if self.layer is not None and self.layer.alike:
            return self.rulebook.patterns
        return self.rulebook.possible_patterns(self.plain_text)

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
            known = self._values[id(node)] = _HOW[type(node)](self, node)
        return known

    def _word(self, node: Word) -> list[Span]:
        return self.found.get(key_of(node), [])

    def _any(self, node: Or) -> list[Span]:
        # Most are long lists of words, few of which stand in a text.
        keys, others = self.rulebook.words_and_others(node)
        spans = {span for key in keys & self.found.keys() for span in self.found[key]}
        spans.update(span for part in others for span in self.places(part))
        return sorted(spans)

    def _all(self, node: And) -> list[Span]:
        first = self.places(node.parts[0])
        return first if first and all(self.places(part) for part in node.parts[1:]) else []

    def _unless(self, node: Not) -> list[Span]:
        first = self.places(node.wanted)
        return first if first and not any(self.places(part) for part in node.unwanted) else []

    def _times(self, node: Count) -> list[Span]:
        spans = apart(self.places(node.inner))
        found = {self.text[start:end] for start, end in spans} if node.kinds else spans
        return spans if len(found) >= node.least else []

    def _quantity(self, node: Quantity) -> list[Span]:
        return [span for value, span in self._numbers if value >= node.least]

    def set_places(self, name: str) -> list[Span]:
        known = self._sets.get(name)
        if known is None:
            known = self._sets[name] = spans_of(self._keys_by_set.get(name, ()), self.found)
        return known

    @cached_property
    def _keys_by_set(self) -> dict[str, list[Key]]:
        """The words found, by the sets that they are of: far fewer than the words of those sets."""
        by_set: dict[str, list[Key]] = {}
        for key in self.found:
            for name in self.rulebook.sets_of.get(key, ()):
                by_set.setdefault(name, []).append(key)
        return by_set

    def _field(self, node: Field) -> list[Span]:
        inner, name = node.inner, node.name
        if name == "title":
            return [span for span in self.places(inner) if span[1] <= len(self.title.text)]
        if name == "body":
            return [span for span in self.places(inner) if span[0] >= self.body_at]
        return [_ASIDE_PLACE] if self._asides[name] and self._aside(name).places(inner) else []

    def _aside(self, name: str) -> Reading:
        known = self._aside_readings.get(name)
        if known is None:
            known = self._aside_readings[name] = Reading(self.rulebook, "", self._asides[name], layer=self.layer)
        return known

    def _regex(self, node: Regex) -> list[Span]:
        pattern = node.pattern
        if pattern not in self.patterns:
            return []
        places = compile_regex(pattern).places(self.plain_text)
        if self.layer is None or not self.layer.alike:
            return places
        try:
            more = compile_regex(pattern, self.layer).places(self.text)
        except ValueError:
            # A range whose ends the layer exchanged; the pattern stands for plain characters only.
            return places
        return sorted({*places, *more})

    @cached_property
    def _numbers(self) -> list[tuple[int, Span]]:
        return numbers(self.text)

    def _gaps(self, node: Gap) -> list[Span]:
        spans = self.places(node.parts[0])
        for part in node.parts[1:]:
            after = self.places(part)
            joined = []
            for start, end in spans:
                at = bisect_left(after, (end, 0))
                if at == len(after):
                    break
                next_start, next_end = after[at]
                if self._is_gap(end, next_start) and self.same_paragraph((start, end), (next_start, end)):
                    joined.append((start, next_end))
            spans = joined
        return spans

    def _is_gap(self, start: int, end: int) -> bool:
        if end - start > (GAP_WORDS * _WORD_CHARACTERS if self.is_latin else GAP_CHARACTERS):
            return False
        between = self.text[start:end]
        return not _SENTENCE_END.search(between) and (not self.is_latin or len(between.split()) <= GAP_WORDS)

    def _near(self, node: Near) -> list[Span]:
        spans = self.places(node.left)
        others = self.places(node.right) if spans else []
        near = self.is_near_sentence if node.in_sentences else self.is_near
        return [span for span in spans if others and near(span, others, node.distance, ordered=node.ordered)]

    def is_near(self, span: Span, others: list[Span], distance: int, *, ordered: bool = False) -> bool:
        """Whether any of `others` (in order) is that close, in the same paragraph; `ordered`: and behind."""
        at = bisect_right(others, span)
        for other in others[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]:
            if (ordered and other[0] < span[1]) or (span[0] <= other[0] and other[1] <= span[1]):
                continue  # a cue is another word than the anchor, not a part of it
            if self._is_within(span, other, distance) and self.same_paragraph(span, other):
                return True
        return False

    def is_near_sentence(self, span: Span, others: list[Span], distance: int, *, ordered: bool = False) -> bool:
        """The same, with at most so many sentence ends between; 0 is the span's own sentence."""
        at = bisect_right(others, span)
        ends = self._sentences
        begins_in, ends_in = bisect_right(ends, span[0]), bisect_right(ends, max(span[0], span[1] - 1))
        for other in others[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]:
            if (ordered and other[0] < span[1]) or (span[0] <= other[0] and other[1] <= span[1]):
                continue
            if span <= other:
                between = bisect_right(ends, other[0]) - ends_in
            else:
                between = begins_in - bisect_right(ends, max(other[0], other[1] - 1))
            if between <= distance and self.same_paragraph(span, other):
                return True
        return False

    def _is_within(self, one: Span, other: Span, distance: int) -> bool:
        first, second = (one, other) if one <= other else (other, one)
        gap = second[0] - first[1]
        if gap <= 0:
            return True
        if not self.is_latin:
            return gap <= distance
        # The words are counted only where they can be that few: a page is not copied for each of its hits.
        return gap <= distance * _WORD_CHARACTERS and len(self.text[first[1] : second[0]].split()) <= distance

    def _sent(self, node: Sent) -> list[Span]:
        spans = self.places(node.left)
        others = self.places(node.right) if spans else []
        is_beside = self.is_together if node.in_paragraph else self.is_in_sentence
        return [span for span in spans if others and is_beside(span, others)]

    def is_in_sentence(self, span: Span, others: list[Span]) -> bool:
        return _meets(span, others, self._sentences)

    def is_in_paragraph(self, span: Span, others: list[Span]) -> bool:
        return _meets(span, others, self._paragraphs)

    def meets(self, span: Span, words: Node, reach: int | str) -> bool:
        """Whether any of `words` is that close to the span (the reaches of `alerts.rule.Exclusion`)."""
        places = self.places(words)
        if not places:
            return False
        match reach:
            case int(distance):
                return self.is_near(span, places, distance)
            case "sentence":
                return self.is_in_sentence(span, places)
            case "paragraph":
                return self.is_in_paragraph(span, places)
            case "span":
                around = overlapping(span, places)
                return any(start <= span[0] and span[1] <= end and (start, end) != span for start, end in around)
            case "text":
                return True
        return self.is_near_sentence(span, places, int(reach.rstrip("s")))

    def paragraph_of(self, span: Span, reach: int) -> str:
        """The folded text of the paragraph(s) that the span touches, at most `reach` characters on either side."""
        first = bisect_right(self._paragraphs, span[0])
        last = bisect_right(self._paragraphs, max(span[0], span[1] - 1))
        begin = self._paragraphs[first - 1] if first else 0
        end = self._paragraphs[last] if last < len(self._paragraphs) else len(self.text)
        return self.plain_text[max(begin, span[0] - reach) : min(end, span[1] + reach)]

    def has_by(self, span: Span, cues: list[Span]) -> bool:
        """Whether a cue stands in the hit's paragraph, in it, or in the title."""
        return cues[0][0] < self.body_at or _meets(span, cues, self._passages)

    def is_together(self, span: Span, cues: list[Span]) -> bool:
        """The same, and true of a hit in the title, which speaks for every paragraph."""
        return span[0] < self.body_at or self.has_by(span, cues)

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
    def _passages(self) -> list[int]:
        """The same, but a paragraph that refers back or answers goes on with the one before it.

        What a rule asks for may stand there; what holds a hit back may not.
        """
        starts = self._paragraphs
        return [at for before, at in pairwise([0, *starts]) if not self._goes_on(before, at)]

    def _goes_on(self, before: int, at: int) -> bool:
        """Whether the paragraph at `at` needs the one at `before` to be understood."""
        if at <= self.body_at:
            return False
        if _REFERS_BACK.match(self.text, at) or at in self._ordered:
            return True
        return bool(_QUESTION.match(self.text, before) and _ANSWER.match(self.text, at))

    @cached_property
    def _ordered(self) -> frozenset[int]:
        """Where numbered lines begin below a line that ends `现通告如下:`."""
        found: set[int] = set()
        is_list = False
        for before, at in pairwise([0, *self._paragraphs]):
            if at <= self.body_at or not _ITEM.match(self.text, at):
                is_list = False
            elif is_list or _ORDERS.search(self.text, max(before, at - 90), at):
                is_list = True
                found.add(at)
        return frozenset(found)

    @cached_property
    def _sentences(self) -> list[int]:
        ends = (found.end() for found in _SENTENCE_END.finditer(self.text))
        return sorted({*self._paragraphs, *ends})


_HOW: Final[dict[type[Node], Callable[[Reading, Any], list[Span]]]] = {
    Word: Reading._word,
    SetName: lambda reading, node: reading.set_places(node.name),
    Regex: Reading._regex,
    Gap: Reading._gaps,
    Field: Reading._field,
    Near: Reading._near,
    Sent: Reading._sent,
    Or: Reading._any,
    And: Reading._all,
    Not: Reading._unless,
    Count: Reading._times,
    Quantity: Reading._quantity,
}


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
