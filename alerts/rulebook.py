"""The rules in force: the shipped files overlaid by the user's, checked, compiled, and ready to read texts with."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Literal

from alerts import layers, stance
from alerts.drafts import Drafts
from alerts.expression import And, Count, Field, Gap, Near, Not, Or, Regex, Sent, SetName, Word, anchor, walk
from alerts.fold import fold_word
from alerts.glossary import terms
from alerts.packaged import HOME
from alerts.regexes import Patterns
from alerts.rule import digest_of
from alerts.rulefile import Spot, read_rule_file
from alerts.vocabulary import Vocabulary, key_of
from storage.errors import ConfigError
from storage.settings_file import decoded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from alerts.expression import Node
    from alerts.layers import Layer
    from alerts.rule import Rule
    from alerts.vocabulary import Key, Span
    from storage.records import Sha256

Evasions = Literal["off", "unofficial", "all"]
"""For which texts rules that do not say it themselves also read the evasion layer."""

_WEIGHTY: Final = 3
SHIPPED: Final = HOME.joinpath("rules")
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
        self.sets_of: dict[Key, list[str]] = {}
        for name in sorted(used):
            for of_set in self.sets[name]:
                self.sets_of.setdefault(of_set, []).append(name)
        words = [word for name in sorted(used) for word in sets[name]]
        words += [node for node in nodes if isinstance(node, Word)]
        self._words = words
        # By identity: these trees live as long as the rules.
        self._listed_in = {id(node): _words_and_others(node) for node in nodes if isinstance(node, Or)}
        self._patterns = Patterns(sorted({node.pattern for node in nodes if isinstance(node, Regex)}))
        self.vocabulary = Vocabulary(words)
        self._abroad = self.sets.get("abroad", frozenset())
        self.asks_abroad = frozenset(rule.id for rule in rules if self._asks_abroad(rule))
        self.bare = frozenset(rule.id for rule in rules if self._is_bare(rule))
        self._groups: dict[frozenset[Key | str], int] = {}
        self._needs = [(rule, self._numbers(self._needed(rule.match))) for rule in rules]
        self._groups_of: dict[Key | str, list[int]] = {}
        for keys, number in self._groups.items():
            for key in keys:
                self._groups_of.setdefault(key, []).append(number)
        self._bare_of: dict[Key, list[int]] = {}
        for number, rule in enumerate(rules):
            for key in (self._trigger(anchor(rule.match)) or ()) if rule.id in self.bare else ():
                self._bare_of.setdefault(key, []).append(number)
        self.reads_attachments = any(isinstance(node, Field) and node.name == "attachment" for node in nodes) or any(
            "field" in rule.where for rule in rules
        )

    def __reduce__(self) -> tuple[type[Rulebook], tuple[object, ...]]:
        """To another process go the rules; it makes its own automaton of them."""
        return Rulebook, (self.rules, self.all_sets, self.evasions)

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
    def evasive(self) -> frozenset[bool]:
        """For which texts, of organs (True) or of others, any rule reads the evasion layer."""
        kinds = (True, False)
        return frozenset(one for one in kinds if any(self.reads_evasions(rule, official=one) for rule in self.rules))

    @cached_property
    def digest(self) -> Sha256:
        """Changes when, and only when, any rule could find something else."""
        always = {name: sorted(map(list, self.sets.get(name, ()))) for name in sorted(ALWAYS)}
        return digest_of({"rules": {rule.id: rule.digest for rule in self.rules}, "always": always})

    @property
    def patterns(self) -> frozenset[str]:
        """The regular expressions of all rules."""
        return self._patterns.all

    def possible_patterns(self, text: str) -> frozenset[str]:
        """Those of `patterns` that can stand in a folded text."""
        return self._patterns.possible(text)

    def candidates(self, found: Mapping[Key, list[Span]], patterns: frozenset[str]) -> Iterable[Rule]:
        """The rules that can be true of a text with these words, in which these patterns can stand: one of each group
        that they need is there."""
        met = {number for key in found for number in self._groups_of.get(key, ())}
        met.update(number for pattern in patterns for number in self._groups_of.get(pattern, ()))
        return [rule for rule, needs in self._needs if needs <= met]

    def bare_candidates(self, found: Mapping[Key, list[Span]]) -> Iterable[Rule]:
        """The rules of `bare` whose anchor can stand in the text."""
        return [self.rules[number] for number in sorted({n for key in found for n in self._bare_of.get(key, ())})]

    def words_and_others(self, node: Or) -> tuple[frozenset[Key], tuple[Node, ...]]:
        """What is listed: its words, and the rest."""
        return self._listed_in.get(id(node)) or _words_and_others(node)

    def _numbers(self, groups: list[frozenset[Key | str]]) -> frozenset[int]:
        return frozenset(self._groups.setdefault(keys, len(self._groups)) for keys in groups)

    def _needed(self, node: Node) -> list[frozenset[Key | str]]:
        """Groups of words and patterns; where none of a group stands in a text, the node cannot be true of it."""
        match node:
            case Word() | SetName():
                return [frozenset(self._keys(node))]
            case Regex(pattern):
                return [frozenset({pattern})]
            case And(parts) | Gap(parts):
                return [keys for part in parts for keys in self._needed(part)]
            case Near(left, right) | Sent(left, right):
                return [*self._needed(left), *self._needed(right)]
            case Not(inner) | Count(inner) | Field(inner, "title" | "body"):
                return self._needed(inner)
            case Or(parts):
                groups = [self._needed(part) for part in parts]
                return [frozenset().union(*(min(each, key=len) for each in groups))] if all(groups) else []
        return []

    def _asks_abroad(self, rule: Rule) -> bool:
        """Whether the rule needs a cue that may stand anywhere in the text and says that it is about abroad."""
        if not isinstance(rule.match, And):
            return False
        keys = {key for part in rule.match.parts[1:] for node in walk(part) for key in self._keys(node)}
        return not keys.isdisjoint(self._abroad)

    def _is_bare(self, rule: Rule) -> bool:
        """Whether the rule looks for words as such that it takes for its own only where abroad is spoken of."""
        first = anchor(rule.match)
        words = self._trigger(first)
        if words is None or first is rule.match:
            return False
        listed = _listed().get(rule.concept)
        if listed is not None and listed.isdisjoint(surface for surface, _ in words):
            return False  # 家属 or 回来 is everybody's word: that it stood somewhere is no look-alike
        return not self._abroad.isdisjoint({key for node in walk(rule.match) for key in self._keys(node)})

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


def _words_and_others(node: Or) -> tuple[frozenset[Key], tuple[Node, ...]]:
    words = frozenset(key_of(part) for part in node.parts if isinstance(part, Word))
    return words, tuple(part for part in node.parts if not isinstance(part, Word))


def load_rules(
    data_dir: Path | None = None,
    files: Sequence[Path] = (),
    *,
    shipped: bool = True,
    evasions: Evasions = "off",
    sources: Collection[str] | None = None,
    without: Path | None = None,
) -> Rulebook:
    """The shipped rules, overlaid key by key by `data_dir`/rules/*.yaml and then by `files`.

    `shipped` False: only the user's. `evasions`: for which texts rules also read the evasion layer.
    `sources`: the ids of all there are; a rule that asks for another is a mistake (None: that is not looked at).
    `without`: one of these files, thought away but for the sets that the others use.
    Raises ConfigError `FILE:LINE:COL: what; what to write instead`, a line for each mistake of all the files.
    """
    paths = sorted((data_dir / "rules").glob("*.yaml")) if data_dir is not None else []
    paths += files
    if paths or not shipped or sources is not None:
        own = tuple((path, _content(path)) for path in paths)
        away = None if without is None else next(path for path in paths if path.resolve() == without.resolve())
        return _compiled(own, shipped, evasions, None if sources is None else frozenset(sources), away)
    return _compiled_shipped(evasions)


@cache
def _compiled_shipped(evasions: Evasions) -> Rulebook:
    """The shipped rules as they are, compiled once a process; nothing changes a rulebook."""
    return _compiled((), True, evasions, None)


@lru_cache(maxsize=1)
def _compiled(
    own: tuple[tuple[Path, bytes | ConfigError], ...],
    shipped: bool,
    evasions: Evasions,
    sources: frozenset[str] | None,
    without: Path | None = None,
) -> Rulebook:
    """A run asks twice, for its scan and for its feeds, and compiling takes half a second."""
    drafts = Drafts()
    for top in _shipped() if shipped else ():
        drafts.add(top)
    for path, content in own:
        with drafts.mistakes.gathered():
            if isinstance(content, ConfigError):
                raise content
            read = read_rule_file(decoded(content, path), str(path))
            if read is not None and path == without:
                drafts.leave_out(read)
            elif read is not None:
                drafts.add(read)
    rules, sets = drafts.compile(sources)
    enabled = [rule for rule in rules if rule.enabled]
    if evasions != "off":
        enabled = [replace(rule, digest=digest_of({"rule": rule.digest, "evasions": evasions})) for rule in enabled]
    return Rulebook(enabled, sets, evasions)


def _content(path: Path) -> bytes | ConfigError:
    """What a file holds, or why it cannot be read: one mistake among those of all files."""
    try:
        return path.read_bytes()
    except OSError as problem:
        return ConfigError(f"{path}: cannot be read ({problem.strerror}); check the path and its permissions")


@cache
def _shipped() -> tuple[Spot, ...]:
    """The shipped files, read once a process; nothing changes a node."""
    paths = sorted((path for path in SHIPPED.iterdir() if path.name.endswith(".yaml")), key=lambda path: path.name)
    tops = [read_rule_file(path.read_text(encoding="utf-8"), f"alerts/rules/{path.name}") for path in paths]
    return tuple(top for top in tops if top is not None)


@cache
def _listed() -> dict[str, frozenset[str]]:
    """The terms that by themselves make one think of a concept (weight 3 and more), folded, by concept."""
    strong = [term for term in terms() if term.weight >= _WEIGHTY]
    return {
        concept: frozenset(fold_word(term.zh) for term in strong if term.concept == concept)
        for concept in {term.concept for term in strong}
    }


def _parts(rule: Rule) -> list[Node]:
    cues = (*rule.labels, *rule.raises, *rule.lowers)
    parts = [rule.match, *(exclusion.words for exclusion in rule.excludes), *(cue.words for cue in cues)]
    return parts if rule.rescue is None else [*parts, rule.rescue]
