"""The rules in force: the shipped files overlaid by the user's, checked, compiled, and ready to read texts with."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

from alerts import layers, stance
from alerts.drafts import Drafts
from alerts.expression import And, Regex, SetName, Word, anchor, walk
from alerts.regexes import compile_regex
from alerts.rule import digest_of
from alerts.rulefile import Spot, read_rule_file
from alerts.vocabulary import Vocabulary, key_of
from storage.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from alerts.expression import Node
    from alerts.layers import Layer
    from alerts.reading import Reading
    from alerts.rule import Rule
    from alerts.vocabulary import Key, Span
    from storage.records import Sha256

Evasions = Literal["off", "unofficial", "all"]
"""For which texts rules that do not say it themselves also read the evasion layer."""

SHIPPED: Final = files("alerts").joinpath("rules")
# Sets that every text is read for, whatever its rules say.
ALWAYS: Final = frozenset({*stance.SETS, "abroad"})


class Rulebook:
    """Compiled rules. `rules` are the enabled ones, in the order of their files."""

    def __init__(self, rules: Sequence[Rule], sets: Mapping[str, tuple[Word, ...]], evasions: Evasions = "off") -> None:
        self.rules = tuple(rules)
        self.evasions: Evasions = evasions
        self.all_sets = dict(sets)
        nodes = [node for rule in rules for part in _parts(rule) for node in walk(part)]
        used = {node.name for node in nodes if isinstance(node, SetName)} | (ALWAYS & sets.keys())
        self.sets: dict[str, frozenset[Key]] = {name: frozenset(map(key_of, sets[name])) for name in used}
        words = [word for name in sorted(used) for word in sets[name]]
        words += [node for node in nodes if isinstance(node, Word)]
        self._words = words
        self.vocabulary = Vocabulary(words)
        self._abroad = self.sets.get("abroad", frozenset())
        self.asks_abroad = frozenset(rule.id for rule in rules if self._asks_abroad(rule))
        self.bare = frozenset(rule.id for rule in rules if self._is_bare(rule))
        self._triggers = [(rule, self._trigger(anchor(rule.match))) for rule in rules]

    def vocabulary_of(self, layer: Layer | None) -> Vocabulary:
        """The words as they stand in the layer's texts."""
        return self._ocr_vocabulary if layer is not None and layer.alike else self.vocabulary

    @cached_property
    def _ocr_vocabulary(self) -> Vocabulary:
        return Vocabulary(self._words, layers.ocr())

    def reads_evasions(self, rule: Rule, *, official: bool) -> bool:
        """Whether the rule is also looked for as it is written round; `official`: an organ published the text."""
        if rule.evasions is not None:
            return rule.evasions
        return self.evasions == "all" or (self.evasions == "unofficial" and not official)

    @cached_property
    def digest(self) -> Sha256:
        """Changes when, and only when, any rule could find something else."""
        always = {name: sorted(map(list, self.sets.get(name, ()))) for name in sorted(ALWAYS)}
        return digest_of({"rules": {rule.id: rule.digest for rule in self.rules}, "always": always})

    def candidates(self, found: Mapping[Key, list[Span]]) -> Iterable[Rule]:
        """The rules whose anchor can stand in a text with these words."""
        present = found.keys()
        return [rule for rule, trigger in self._triggers if trigger is None or not present.isdisjoint(trigger)]

    def search(self, pattern: str, reading: Reading) -> list[Span]:
        """Where a regular expression stands in the folded text."""
        places = compile_regex(pattern).places(reading.plain_text)
        if reading.layer is None or not reading.layer.alike:
            return places
        try:
            more = compile_regex(pattern, reading.layer).places(reading.text)
        except ValueError:
            # A range whose ends the layer exchanged; the pattern stands for plain characters only.
            return places
        return sorted({*places, *more})

    def quantities(self, reading: Reading) -> list[tuple[int, Span]]:
        """Every number in the text with its value."""
        raise NotImplementedError

    def _asks_abroad(self, rule: Rule) -> bool:
        """Whether the rule needs a cue that may stand anywhere in the text and says that it is about abroad."""
        if not isinstance(rule.match, And):
            return False
        keys = {key for part in rule.match.parts[1:] for node in walk(part) for key in self._keys(node)}
        return not keys.isdisjoint(self._abroad)

    def _is_bare(self, rule: Rule) -> bool:
        """Whether the rule looks for words as such that it takes for its own only where abroad is spoken of."""
        first = anchor(rule.match)
        cues = {key for node in walk(rule.match) for key in self._keys(node)}
        return self._trigger(first) is not None and first is not rule.match and not cues.isdisjoint(self._abroad)

    def _keys(self, node: Node) -> frozenset[Key]:
        if isinstance(node, SetName):
            return self.sets[node.name]
        return frozenset({key_of(node)}) if isinstance(node, Word) else frozenset()

    def _trigger(self, node: Node) -> frozenset[Key] | None:
        """The words of which one must stand in the text for the anchor to; None where that is not known."""
        keys: set[Key] = set()
        for part in walk(node):
            if isinstance(part, Regex):
                return None
            keys |= self._keys(part)
        return frozenset(keys)


def load_rules(
    data_dir: Path | None = None, files: Sequence[Path] = (), *, shipped: bool = True, evasions: Evasions = "off"
) -> Rulebook:
    """The shipped rules, overlaid key by key by `data_dir`/rules/*.yaml and then by `files`.

    `shipped` False: only the user's. `evasions`: for which texts rules also read the evasion layer.
    Raises ConfigError `FILE:LINE:COL: what; what to write instead`.
    """
    drafts = Drafts()
    for top in _shipped() if shipped else ():
        drafts.add(top)
    paths = sorted((data_dir / "rules").glob("*.yaml")) if data_dir is not None else []
    for path in (*paths, *files):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise ConfigError(f"{path}: cannot be read: {problem}") from None
        own = read_rule_file(text, str(path))
        if own is not None:
            drafts.add(own)
    rules, sets = drafts.compile()
    enabled = [rule for rule in rules if rule.enabled]
    if evasions != "off":
        enabled = [replace(rule, digest=digest_of({"rule": rule.digest, "evasions": evasions})) for rule in enabled]
    return Rulebook(enabled, sets, evasions)


@cache
def _shipped() -> tuple[Spot, ...]:
    """The shipped files, read once a process; nothing changes a node."""
    paths = sorted((path for path in SHIPPED.iterdir() if path.name.endswith(".yaml")), key=lambda path: path.name)
    tops = [read_rule_file(path.read_text(encoding="utf-8"), f"alerts/rules/{path.name}") for path in paths]
    return tuple(top for top in tops if top is not None)


def _parts(rule: Rule) -> list[Node]:
    parts = [rule.match, *(exclusion.words for exclusion in rule.excludes)]
    return parts if rule.rescue is None else [*parts, rule.rescue]
