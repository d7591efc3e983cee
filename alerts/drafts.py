"""Rules on their way from files to compiled ones: later files change earlier ones key by key, then all is checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts import fold
from alerts.compiler import Compiler, guarded
from alerts.entities import country_names
from alerts.expression import is_expression, parse_word
from alerts.rulefile import Joined, did_you_mean
from storage.errors import Mistakes

if TYPE_CHECKING:
    from collections.abc import Collection

    from alerts.expression import Word
    from alerts.rule import Rule
    from alerts.rulefile import Spot

_TOP: Final = ("sets", "rules", "defaults")
_RULE: Final = (
    "id",
    "concept",
    "severity",
    "match",
    "exclude",
    "rescue",
    "where",
    "labels",
    "raise",
    "lower",
    "alerts",
    "silent",
    "enabled",
    "note",
    "since",
    "evasions",
)
_BUILT_IN: Final = "country"
_ID: Final = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)?")
_MOST_NESTED: Final = 30


class Drafts:
    """What the files said so far."""

    def __init__(self) -> None:
        self._rules: dict[str, dict[str, Spot]] = {}
        self._sets: dict[str, list[Spot]] = {}
        self._defaults: dict[str, Spot] = {}
        # Rules with a key that is none: what such a rule lacks may be what that key was meant for.
        self._mistyped: set[str] = set()
        # Rules that no name can be found by: never in force, and read only to tell what else is wrong with them.
        self._unnamed: list[dict[str, Spot]] = []
        self._circles: set[str] = set()
        # The rules of files that are thought away.
        self._away: set[str] = set()
        self._is_without = False
        self.mistakes = Mistakes()

    def add(self, top: Spot) -> None:
        """Take one file's `sets`, `rules` and `defaults`; `compile` tells what is wrong with them."""
        with self.mistakes.gathered():
            fields = top.fields(_TOP, "a rule file", self.mistakes)
            with self.mistakes.gathered():
                self._add_sets(fields.get("sets"))
            if "defaults" in fields:
                of_all = ("exclude", "labels", "raise", "lower")
                with self.mistakes.gathered():
                    self._defaults |= fields["defaults"].fields(of_all, "defaults", self.mistakes)
            seen: set[str] = set()
            for item in fields["rules"].items() if "rules" in fields else []:
                with self.mistakes.gathered():
                    self._add_rule(item, seen)

    def leave_out(self, top: Spot) -> None:
        """Take one file as if it had not been written, but for what other files rest on.

        Of its sets those stay that no file before it has; what a later file changes of its rules goes with them, and
        so does what one takes out of its sets. Of a file that was read with the others without a mistake.
        """
        self._is_without = True
        fields = top.fields(_TOP, "a rule file", self.mistakes)
        sets = fields["sets"].fields(None, "sets", self.mistakes) if "sets" in fields else {}
        for name, own in sets.items():
            if name not in self._sets:
                self._add_set(name, own)
        rules = fields["rules"].items() if "rules" in fields else []
        self._away |= {item.fields(_RULE, "a rule", self.mistakes)["id"].text() for item in rules}

    def _add_rule(self, item: Spot, seen: set[str]) -> None:
        """`seen`: the ids of this file so far."""
        strange = Mistakes()
        keys = item.fields(_RULE, "a rule", strange)
        self.mistakes.take(strange)
        name = ""
        with self.mistakes.gathered():
            name = _name(item, keys, seen, has_strange=bool(strange))
        known = self._rules.get(name, {})
        changed = keys["exclude"] if "exclude" in keys and keys["exclude"].is_mapping else None
        if changed is not None:
            del keys["exclude"]
            with self.mistakes.gathered():
                more = changed.fields(("add",), "exclude (a list replaces; add: […] adds)", self.mistakes)
                before = known["exclude"].items() if "exclude" in known else []
                keys["exclude"] = Joined(changed, [*before, *(more["add"].items() if "add" in more else [])])
        if not name:
            self._unnamed.append(keys)
            return
        seen.add(name)
        if strange:
            self._mistyped.add(name)
        self._rules[name] = {**known, **keys}

    def _add_sets(self, spot: Spot | None) -> None:
        for name, own in spot.fields(None, "sets", self.mistakes).items() if spot is not None else ():
            with self.mistakes.gathered():
                self._add_set(name, own)

    def _add_set(self, name: str, spot: Spot) -> None:
        if name == _BUILT_IN:
            spot.refuse(f"@{name} is built in; give your set another name")
        if not spot.is_mapping:
            self._sets[name] = spot.items()
            return
        change = spot.fields(("add", "remove"), f"set {name}", self.mistakes)
        words = list(self._sets.get(name, []))
        if "remove" in change:
            held = {fold.fold_word(word.text()): word.text() for word in words}
            gone = set()
            for item in change["remove"].items():
                with self.mistakes.gathered():
                    if fold.fold_word(item.text()) not in held and not self._is_without:
                        near = did_you_mean(item.text(), held.values()) if held else "; remove nothing from it"
                        item.refuse(f"set {name} holds no {item.text()!r}{near}")
                    gone.add(fold.fold_word(item.text()))
            words = [word for word in words if fold.fold_word(word.text()) not in gone]
        self._sets[name] = words + (change["add"].items() if "add" in change else [])

    def compile(self, sources: Collection[str] | None = None) -> tuple[list[Rule], dict[str, tuple[Word, ...]]]:
        """Every rule, the disabled too, and every set with its words. `sources`: all there are, where that is known.

        Raises ConfigError with all that is wrong with any of the files.
        """
        sets = {name: self._words_of(name, ()) for name in self._sets}
        sets[_BUILT_IN] = self._countries()
        rules = []
        with self.mistakes.gathered():
            compiler = Compiler(sets, self._defaults, self.mistakes, sources)
            for name, keys in self._rules.items():
                if name in self._away and "match" not in keys:
                    continue
                with self.mistakes.gathered():
                    if "match" not in keys and name not in self._mistyped:
                        keys["id"].refuse(f"rule {name} has no match: nothing to look for; write match: and its words")
                with self.mistakes.gathered():
                    rules.append(compiler.rule(keys))
            for keys in self._unnamed:
                with self.mistakes.gathered():
                    compiler.rule(keys)
        self.mistakes.tell()
        return rules, sets

    @staticmethod
    def _countries() -> tuple[Word, ...]:
        return tuple(parse_word(name) for name in country_names())

    def _words_of(self, name: str, above: tuple[str, ...]) -> tuple[Word, ...]:
        words: dict[tuple[str, bool], Word] = {}
        for spot in self._sets[name]:
            with self.mistakes.gathered():
                words |= {(word.surface, word.stem): word for word in self._words_at(spot, name, above)}
        return tuple(words.values())

    def _words_at(self, spot: Spot, name: str, above: tuple[str, ...]) -> tuple[Word, ...]:
        """What one entry of a set stands for: a word, or all those of another set."""
        text = spot.text()
        if not text.startswith("@"):
            if is_expression(text):
                spot.refuse(f"{text} is an expression, and a set holds words; write it in the rules themselves")
            return (guarded(spot, parse_word),)
        inner = text[1:]
        if inner == _BUILT_IN:
            return self._countries()
        if inner == name or inner in above:
            # Told once, not from each set that leads into the circle.
            if self._circles.intersection((name, *above)):
                return ()
            self._circles |= {name, *above}
            spot.refuse(f"set {name} holds itself through {text}; take one out of the other")
        if len(above) > _MOST_NESTED:
            spot.refuse(f"sets nested too deep (more than {_MOST_NESTED}) at {text}")
        if inner not in self._sets:
            spot.refuse(f"unknown set {text}{did_you_mean(inner, self._sets)}")
        return self._words_of(inner, (*above, name))


def _name(item: Spot, keys: dict[str, Spot], seen: set[str], *, has_strange: bool) -> str:
    """The rule's id; empty where the mistyped key that it has may be its `id`. `seen`: the ids of its file so far."""
    if "id" not in keys:
        if has_strange:
            return ""
        item.refuse("this rule has no id; write id: concept.variant")
    name = keys["id"].text()
    if not _ID.fullmatch(name):
        near = ".".join(part for part in (re.sub(r"[^a-z0-9]+", "_", one).strip("_") for one in _parts(name)) if part)
        keys["id"].refuse(f"id {name!r} must be concept.variant in a-z, 0-9 and _; write {near or 'own.name'}")
    if name in seen:
        keys["id"].refuse(f"rule {name!r} stands twice in this file; keep one")
    return name


def _parts(name: str) -> tuple[str, str]:
    concept, _, variant = name.lower().partition(".")
    return concept, variant
