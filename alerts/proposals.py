"""Which exclusion would have held back what people marked as false alarms: proposed as YAML, never written. Pure.

The words looked for stand around hits marked irrelevant and around none marked relevant. First those of the sets that
name contexts (`ctx_…`), for they were chosen by people; then runs of characters that at least two false alarms share.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alerts.expression import SetName, walk
from alerts.fold import HAN, fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from alerts.expression import Word
    from alerts.rule import Rule

REACH: Final = 40
"""Characters on either side of a hit: the distance that most exclusions of the shipped rules use."""
_WORDS: Final = 4  # a proposal that needs more words than this has found no reason, only a list
_CONTEXTS: Final = "ctx_"
_RUN: Final = re.compile(f"[{HAN}]+|[a-z]{{4,24}}")
# Characters that tie words together: a run that holds one is no word to look for.
_TIES: Final = frozenset("的了在是和与及对将等为被把向从由到其之以并而或也不有这该本各一二三四五六七八九十两个人日月年")

_Found = tuple[str, tuple[str, ...], int]
"""An exclusion's name, its words, and how many false alarms it holds back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around one hit, folded; `detail` is what the person named as the look-alike, if anything."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An exclusion for `variant`: `any` as YAML writes it, and how many false alarms of how many it holds back."""

    variant: str
    name: str
    any: tuple[str, ...]
    holds: int
    of: int
    kept: int

    @property
    def line(self) -> str:
        """The exclusion as one line of YAML."""
        words = ", ".join(_quoted(word) for word in self.any)
        chosen = _quoted(self.any[0]) if self.any[0].startswith("@") else f"[{words}]"
        return f"{{id: {self.name}, near: {REACH}, any: {chosen}}}"

    @property
    def yaml(self) -> str:
        """A rule file that adds it to the rule as it stands."""
        return f"rules:\n  - id: {self.variant}\n    exclude: {{add: [{self.line}]}}\n"

    @property
    def why(self) -> str:
        return f"holds back {self.holds} of {self.of} false alarms and none of {self.kept} right or open ones"


def around(text: str, places: Iterable[tuple[int, int]]) -> str:
    """The folded text on either side of each place, within its paragraph; the places themselves left out."""
    parts = []
    for start, end in places:
        low = max(text.rfind("\n", 0, start) + 1, start - REACH)
        stop = text.find("\n", end, end + REACH)
        parts.append(fold(text[low:start]).text)
        parts.append(fold(text[end : stop if stop >= 0 else end + REACH]).text)
    return "\n".join(parts)


def propose(
    rule: Rule,
    sets: Mapping[str, Sequence[Word]],
    *,
    wrong: Sequence[Around],
    kept: Sequence[Around],
    others: Sequence[Around] = (),
) -> Proposal | None:
    """The exclusion that would have helped most, None where the marks name none.

    `others` are hits that nobody judged: a word that is as common around them tells nothing.
    """
    if not wrong:
        return None
    texts = [each.text for each in kept]
    found = [*_named(wrong, texts), *_of_sets(rule, sets, wrong, texts)]
    if len(wrong) > 1:
        found += _of_runs(wrong, texts, [each.text for each in others])
    if not found:
        return None
    # Of equals the first: a person's own word before a set, a set before runs of characters.
    name, words, holds = max(found, key=lambda each: each[2])
    return Proposal(variant=rule.id, name=_name(rule, name), any=words, holds=holds, of=len(wrong), kept=len(kept))


def _named(wrong: Sequence[Around], kept: Collection[str]) -> Iterable[_Found]:
    """The look-alikes that people named, where they are words of the page."""
    for word in sorted({fold(each.detail).text.strip() for each in wrong if each.detail}):
        if 2 <= len(word) <= 24 and not any(word in text for text in kept):
            holds = sum(word in each.text for each in wrong)
            if holds:
                yield "named", (word,), holds


def _of_sets(
    rule: Rule, sets: Mapping[str, Sequence[Word]], wrong: Sequence[Around], kept: Collection[str]
) -> Iterable[_Found]:
    used = {node.name for exclusion in rule.excludes for node in walk(exclusion.words) if isinstance(node, SetName)}
    for name in sorted(sets):
        if not name.startswith(_CONTEXTS) or name in used:
            continue
        surfaces = [word.surface for word in sets[name]]
        if any(surface in text for surface in surfaces for text in kept):
            continue
        holds = sum(any(surface in each.text for surface in surfaces) for each in wrong)
        if holds:
            yield name.removeprefix(_CONTEXTS), (f"@{name}",), holds


def _of_runs(wrong: Sequence[Around], kept: Collection[str], others: Sequence[str]) -> Iterable[_Found]:
    """The few runs of characters that hold back most, taken one after the other, each for what the others leave."""
    by_text = [_runs(each.text) for each in wrong]
    counts = Counter(run for runs in by_text for run in runs)
    common = Counter(run for text in others for run in _runs(text) if run in counts)
    known = [run for run, count in counts.items() if count > 1 and not any(run in text for text in kept)]
    # Twice as common around false alarms as around what nobody judged.
    telling = [run for run in known if common[run] * len(wrong) * 2 <= counts[run] * max(1, len(others))]
    left = set(range(len(wrong)))
    chosen: list[str] = []
    while left and len(chosen) < _WORDS:
        best = max(telling, key=lambda run: (_covers(run, by_text, left), len(run), run), default=None)
        if best is None or _covers(best, by_text, left) < (1 if chosen else 2):
            break
        chosen.append(best)
        left -= {number for number in left if best in by_text[number]}
    if chosen:
        yield "marked", tuple(chosen), len(wrong) - len(left)


def _covers(run: str, by_text: Sequence[Collection[str]], left: Collection[int]) -> int:
    return sum(run in by_text[number] for number in left)


def _runs(text: str) -> set[str]:
    """Runs of two to four Han characters without a tying one, and whole Latin words."""
    found: set[str] = set()
    for run in _RUN.findall(text):
        if run.isascii():
            found.add(run)
            continue
        for size in (2, 3, 4):
            pieces = (run[at : at + size] for at in range(len(run) - size + 1))
            found.update(piece for piece in pieces if _TIES.isdisjoint(piece))
    return found


def _name(rule: Rule, wanted: str) -> str:
    """An id that no exclusion of the rule has yet."""
    known = {exclusion.id for exclusion in rule.excludes}
    number, name = 2, wanted
    while name in known:
        name, number = f"{wanted}_{number}", number + 1
    return name


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False) if not word.isalnum() or word.isdecimal() else word
