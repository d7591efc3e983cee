"""Rules on their way from files to compiled ones: later files change earlier ones key by key, then all is checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts import fold
from alerts.compiler import Compiler, guarded
from alerts.entities import country_names
from alerts.expression import parse_word
from alerts.rulefile import Joined, did_you_mean

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

    def add(self, top: Spot) -> None:
        """Take one file's `sets`, `rules` and `defaults`."""
        fields = top.fields(_TOP, "a rule file")
        if "sets" in fields:
            for name, spot in fields["sets"].fields(None, "sets").items():
                self._add_set(name, spot)
        if "defaults" in fields:
            self._defaults |= fields["defaults"].fields(("exclude", "labels", "raise", "lower"), "defaults")
        seen: set[str] = set()
        for item in fields["rules"].items() if "rules" in fields else []:
            keys = item.fields(_RULE, "a rule")
            if "id" not in keys:
                item.refuse("this rule has no id; write id: concept.variant")
            name = keys["id"].text()
            if not _ID.fullmatch(name):
                keys["id"].refuse(f"id {name!r} must be concept.variant in a-z, 0-9 and _")
            if name in seen:
                keys["id"].refuse(f"rule {name!r} stands twice in this file; keep one")
            seen.add(name)
            known = self._rules.get(name, {})
            if "exclude" in keys and keys["exclude"].is_mapping:
                more = keys["exclude"].fields(("add",), "exclude (a list replaces; add: […] adds)")
                before = known["exclude"].items() if "exclude" in known else []
                added = more["add"].items() if "add" in more else []
                keys["exclude"] = Joined(keys["exclude"], [*before, *added])
            self._rules[name] = {**known, **keys}

    def _add_set(self, name: str, spot: Spot) -> None:
        if name == _BUILT_IN:
            spot.refuse(f"@{name} is built in; give your set another name")
        if not spot.is_mapping:
            self._sets[name] = spot.items()
            return
        change = spot.fields(("add", "remove"), f"set {name}")
        words = list(self._sets.get(name, []))
        if "remove" in change:
            gone = {fold.fold_word(item.text()) for item in change["remove"].items()}
            unknown = gone - {fold.fold_word(word.text()) for word in words}
            if unknown:
                change["remove"].refuse(f"set {name} holds no {min(unknown)!r}")
            words = [word for word in words if fold.fold_word(word.text()) not in gone]
        self._sets[name] = words + (change["add"].items() if "add" in change else [])

    def compile(self, sources: Collection[str] | None = None) -> tuple[list[Rule], dict[str, tuple[Word, ...]]]:
        """Every rule, the disabled too, and every set with its words. `sources`: all there are, where that is known."""
        sets = {name: self._words_of(name, ()) for name in self._sets}
        sets[_BUILT_IN] = self._countries()
        compiler = Compiler(sets, self._defaults, sources)
        return [compiler.rule(keys) for keys in self._rules.values()], sets

    @staticmethod
    def _countries() -> tuple[Word, ...]:
        return tuple(parse_word(name) for name in country_names())

    def _words_of(self, name: str, above: tuple[str, ...]) -> tuple[Word, ...]:
        words: dict[tuple[str, bool], Word] = {}
        for spot in self._sets[name]:
            text = spot.text()
            if text.startswith("@"):
                inner = text[1:]
                if inner == _BUILT_IN:
                    words |= {(word.surface, word.stem): word for word in self._countries()}
                    continue
                if inner == name or inner in above:
                    spot.refuse(f"set {name} holds itself through {text}")
                if len(above) > _MOST_NESTED:
                    spot.refuse(f"sets nested too deep (more than {_MOST_NESTED}) at {text}")
                if inner not in self._sets:
                    spot.refuse(f"unknown set {text}{did_you_mean(inner, self._sets)}")
                found = self._words_of(inner, (*above, name))
            else:
                found = (guarded(spot, parse_word),)
            words |= {(word.surface, word.stem): word for word in found}
        return tuple(words.values())
